"""Persons by identifier: found exactly, made once, merged and parted, forgotten."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from mainstay.cycle.statements import RecordIds
from mainstay.people import services as people
from mainstay.people.models import Identifier, Merge, Person
from mainstay.people.rows import IdentifierRow, PersonRow
from mainstay.people.services import Identity
from mainstay.platform import bulk
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import keyed_id
from mainstay.platform.models import Dirty, Entry
from tests.intake.desk import RECEIVED, Desk, known_facts, names, row

ONE, TWO, THREE = (Identity("clinic", no) for no in ("A 1", "A 2", "A 3"))


def made(desk: Desk, *identities: Identity) -> list:
    resolved = people.resolve(identities, known=identities)
    return [resolved.persons[one] for one in identities]


def test_the_same_identifier_is_the_same_person_however_it_is_spelt(desk: Desk) -> None:
    spellings = [Identity("clinic", text) for text in ("ab 12", "AB12", "ＡＢ１２", " a b 1 2 ")]
    resolved = people.resolve(spellings)
    assert len(set(resolved.persons.values())) == Person.objects.count() == Identifier.objects.count() == 1
    assert len(resolved.created) == len(spellings)


def test_the_same_number_under_another_scheme_is_somebody_else(desk: Desk) -> None:
    people.resolve([Identity("clinic", "1"), Identity("hospital", "1")])
    assert Person.objects.count() == 2


def test_looking_up_makes_nobody(desk: Desk) -> None:
    [one] = made(desk, ONE)
    assert people.look_up([ONE, TWO]) == {ONE: one}
    assert Person.objects.count() == 1


def test_identifiers_are_kept_encrypted(desk: Desk) -> None:
    made(desk, ONE)
    kept = Identifier.objects.get()
    assert b"A 1" not in bytes(kept.sealed) and "A1" not in kept.blind
    assert list(names().values()) == ["clinic:A 1"]


def test_resolving_many_takes_as_few_statements_as_resolving_one(desk: Desk, django_assert_max_num_queries) -> None:
    many = [Identity("clinic", str(number)) for number in range(300)]
    with django_assert_max_num_queries(10):
        people.resolve(many, known=many[:150])
    assert Person.objects.filter(known=True).count() == 150
    with django_assert_max_num_queries(2):
        people.resolve(many, known=many)
    assert Person.objects.filter(known=True).count() == 300


def test_persons_are_written_in_the_order_of_their_tables() -> None:
    assert PersonRow._fields == bulk.names(Person)
    assert IdentifierRow._fields == bulk.names(Identifier)


# --- merged and parted ----------------------------------------------------------------------------


def merge(desk: Desk, person, into) -> Entry | None:
    return people.merge(person=person, into=into, reason="the same birth date", by=desk.by, at=RECEIVED)


def test_a_merge_is_a_link_that_touches_both_and_can_be_undone(desk: Desk) -> None:
    one, two = made(desk, ONE, TWO)
    merge(desk, one, two)

    assert Person.objects.get(id=one).merged_into_id == two
    assert {dirty.subject_id for dirty in Dirty.objects.all()} == {one, two}

    Dirty.objects.all().delete()
    people.unmerge(person=one, by=desk.by, at=RECEIVED)
    assert Person.objects.get(id=one).merged_into_id is None
    assert [(fact.version, fact.retracted) for fact in Merge.objects.order_by("version")] == [
        (1, False),
        (2, True),
    ]
    assert {dirty.subject_id for dirty in Dirty.objects.all()} == {one, two}

    # And merged again, as a new link.
    merge(desk, one, two)
    assert Merge.objects.values("root").distinct().count() == 2


def test_facts_stay_with_whom_they_were_made(desk: Desk) -> None:
    desk.send(row("1", ill="2020-02-01", reported="2020-02-03"), row("2", reported="2020-02-03"))
    people_by_name = {name: person for person, name in names().items()}
    before = [fact for fact in known_facts() if not fact[0].startswith("people.merge")]
    merge(desk, people_by_name["clinic:1"], people_by_name["clinic:2"])
    assert [fact for fact in known_facts() if not fact[0].startswith("people.merge")] == before


def test_circles_and_second_merges_are_refused(desk: Desk) -> None:
    one, two, three = made(desk, ONE, TWO, THREE)
    merge(desk, one, two)
    merge(desk, two, three)

    for person, into in ((one, one), (one, three), (three, one), (three, two)):
        with pytest.raises(MainstayError, match="Cannot merge") as refused:
            merge(desk, person, into)
        assert refused.value.code == "person.merge"
    assert Merge.objects.count() == 2


def test_nobody_merged_cannot_be_parted(desk: Desk) -> None:
    [one] = made(desk, ONE)
    with pytest.raises(MainstayError, match="not merged"):
        people.unmerge(person=one, by=desk.by, at=RECEIVED)


# --- forgotten ------------------------------------------------------------------------------------


def test_an_erased_identifier_is_gone_and_every_fact_stands(desk: Desk) -> None:
    desk.send(row("1", ill="2020-02-01", reported="2020-02-03"))
    [person] = names()
    facts = len(known_facts())

    assert people.erase_identifiers(person=person, reason="upheld request", by=desk.by, at=RECEIVED) == 1

    assert (Identifier.objects.count(), len(known_facts())) == (0, facts)
    assert Entry.objects.filter(verb="person.erase", purpose="upheld request").count() == 1
    # The same file sent again brings nobody back.
    done = desk.send(row("1", ill="2020-02-01", reported="2020-02-03"))
    assert (done.rows["known"], Identifier.objects.count()) == (1, 0)


# --- ids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [b"k", b"k" * 32, b"k" * 64, b"k" * 100])
def test_the_fast_way_to_an_id_agrees_with_the_slow_one(key: bytes) -> None:
    ids = RecordIds(key)
    for parts in (("a",), ("a", "b"), ("", "患者", "x" * 500)):
        assert ids(*parts) == keyed_id(key, *parts)
        digest = hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).digest()
        assert ids(*parts).bytes == digest[:16]
