"""Finding somebody: within one's bounds, however their records lie, in constant time."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.accounts.rules import NOWHERE, Scope
from mainstay.cycle.sense import take_in
from mainstay.intake.mapping import parse
from mainstay.people import searchable
from mainstay.people import services as people
from mainstay.people.models import Person, SearchTerm
from mainstay.people.queries import ReadAs, find_person, identified, identifiers_of, schemes
from mainstay.people.rules.search import terms_of, terms_of_number, ways_asked
from mainstay.people.services import Identity
from mainstay.places.models import Place
from mainstay.platform.identity import new_id
from mainstay.reports.queries import found
from mainstay.reports.queries.found import find_people
from tests.people.register import AT, CITY, add, names, unit
from tests.world import World

# --- who is found -------------------------------------------------------------------------------------------


def test_who_is_written_so_comes_first_then_who_sounds_so_then_by_name(register: World) -> None:
    assert names("王小铭") == ["王小铭", "王晓明"]
    assert names("王晓明") == ["王晓明", "王小铭"]
    assert names("陈红") == ["陈红", "陳紅"] and names("陳紅") == ["陳紅", "陈红"]
    assert names("wang") == ["王伟", "王小铭", "王晓明"]  # wei before xiao ming
    assert names("akesson") == names("ERIK ake") == ["Erik Åkesson"]


def test_by_telephone_and_by_its_last_four_digits(register: World) -> None:
    assert names("13800000101") == names("+86 138 0000 0101") == ["王晓明"]
    assert names("0101") == ["王伟", "王晓明"]
    assert names("王晓明 0101") == ["王晓明"]
    assert names("0800 000 0103") == []
    assert names("08 000 0103") == ["Erik Åkesson"]


def test_nobody_is_found_by_a_part_of_a_syllable_or_by_junk(register: World) -> None:
    for query in ("wa", "xiaomin", "1380000", "%", "_", "'; DROP TABLE people_person; --", "😀", "\x00", ""):
        assert names(query) == [], query
    assert Person.objects.count() == 6


def test_a_number_from_a_file_finds_its_person_whole_and_under_any_scheme(register: World) -> None:
    resolved = people.resolve([Identity("clinic", "A 1"), Identity("hospital", "A 1"), Identity("clinic", "B 2")])
    one, two, three = (resolved.persons[one] for one in resolved.persons)
    assert {row.id for row in find_people("a1", CITY, AT).rows} == {one, two}
    assert find_people("a1", CITY, AT).number_of is None  # which of two, nobody said
    assert find_people("clinic:A 1", CITY, AT).number_of == one
    assert find_people("B2", CITY, AT).number_of == three == find_people(str(three), CITY, AT).number_of
    assert find_people("B", CITY, AT).rows == ()
    # A name is no number, even where people are told apart by it alone.
    people.resolve([Identity("name", "王伟")])
    assert find_people("王伟", CITY, AT).number_of is None and names("王伟") == ["王伟", "王伟"]
    assert identified("王伟") == set() and find_person("王伟") is not None
    assert schemes() == ["clinic", "hospital", "name", "phone"]


def test_an_earlier_name_still_finds_and_is_said(register: World) -> None:
    person = register.people["王伟"]
    assert people.call_anew(person=person, scheme="name", value="李明", by=register.by, at=register.at)
    assert people.call_anew(person=person, scheme="phone", value="137 0000 0199", by=register.by, at=register.at)
    (row,) = find_people("王伟", CITY, AT).rows
    assert (row.id, row.name, row.also) == (person, "李明", "王伟")
    (row,) = find_people("liming", CITY, AT).rows
    assert (row.name, row.also) == ("李明", "")
    assert names("13700000199") == names("13900000101") == ["李明"]


def test_category_and_place_are_told(register: World) -> None:
    register.classified("王晓明", "confirmed", "2020-02-01")
    register.stays("王晓明", "ward", "h1", "2020-02-01")
    register.cycle("2020-02-01")
    other, ming = find_people("wangxiaoming", CITY, AT).rows
    assert (ming.category, ming.kind_of_place, ming.place) == ("confirmed", "ward", "River Hospital")
    assert (other.category, other.kind_of_place, other.place) == ("", "home", "Unit Two")


# A list with names and telephones; who is on it is told apart by the number.
LIST = """
name = "river-list"
title = "The river district's list"
source = "river"
disease = "mers"
key = ["no"]

[columns]
no = { type = "text" }
called = { type = "text" }
phone = { type = "text" }
ill = { type = "date" }

[[person]]
role = "self"
scheme = "river"
column = "no"
shows = { name = "called", phone = "phone" }

[[fact]]
slot = "onset"
fact = "onset"
person = "self"
date = "ill"
"""


def test_who_comes_in_with_a_file_is_found_and_found_no_less_after_another_spelling(
    world: World, tmp_path: Path
) -> None:
    def take(content: str) -> None:
        path = tmp_path / f"{len(content)}.csv"
        path.write_text("no,called,phone,ill\n" + content, encoding="utf-8")
        take_in(path, parse(LIST.encode(), "river.toml"), by=world.by, at=world.at)

    take("R-1,王晓明,138 0000 0101,2020-01-02\nR-2,曾小红,138 0000 0102,2020-01-03\n")
    assert names("wangxiaoming") == ["王晓明"] and names("zengxh") == [] and names("zxh") == ["曾小红"]
    assert find_people("r-2", CITY, AT).number_of == find_people("0102", CITY, AT).rows[0].id
    before = set(SearchTerm.objects.values_list("term", "person_id"))
    # 王晓明: 6 terms and 2 of the telephone; 曾小红: 2 + 2 * 4 and 2.
    assert len(before) == (6 + 2) + (10 + 2)
    take("R-1,王曉明,138 0000 0101,2020-01-02\nR-3,王晓明,137 0000 0103,2020-01-04\n")
    # The first is written in another way too, which is one term more; the third has 6 + 2 of their own.
    after = set(SearchTerm.objects.values_list("term", "person_id"))
    assert before < after and len(after - before) == 1 + (6 + 2)
    assert {row.name for row in find_people("王晓明", CITY, AT).rows} == {"王曉明", "王晓明"}


# --- bounds, merges, erasure --------------------------------------------------------------------------------


def test_only_within_ones_bounds_and_nobody_knows_where_is_found_by_the_whole_city(register: World) -> None:
    assert names("wang", unit("u1")) == ["王晓明"]
    assert names("陈红", unit("u2")) == ["陈红"]
    assert names("wang", NOWHERE) == []
    add(register, "王莉")
    assert names("wang") == ["王莉", "王伟", "王小铭", "王晓明"] and "王莉" not in names("wang", unit("u1"))
    # Named by somebody who lives in the unit: looked after from there until they are placed.
    register.met("王莉", "王晓明", known="2020-02-05")
    assert names("wang", unit("u1")) == ["王莉", "王晓明"]


def test_a_number_out_of_bounds_is_not_there(register: World) -> None:
    resolved = people.resolve([Identity("clinic", "A 1")])
    register.people["far"] = resolved.persons[Identity("clinic", "A 1")]
    register.lives("far", "u2")
    assert find_people("A1", unit("u2"), AT).number_of == register.people["far"]
    for query in ("A1", str(register.people["far"])):
        there = find_people(query, unit("u1"), AT)
        assert (there.number_of, there.rows) == (None, ())


def test_a_record_read_as_another_is_found_as_that_one(register: World) -> None:
    old, new = add(register, "汪小明", "137 0000 0109"), register.people["王晓明"]
    people.merge(person=old, into=new, reason="one card", by=register.by, at=AT)
    # Of one sound: once, by the name of the record they are read as; by the other's telephone too.
    assert names("汪小明") == ["王晓明", "王小铭"] and names("0109") == ["王晓明"]
    (row,) = find_people("13700000109", unit("u1"), AT).rows  # lives in the unit by the one record alone
    assert row.id == new and names("13700000109", unit("u2")) == []
    people.unmerge(person=old, by=register.by, at=AT)
    assert names("汪小明") == ["汪小明", "王小铭", "王晓明"] and names("0109") == ["汪小明"]


def test_a_chain_of_merges_leads_to_its_end(register: World) -> None:
    first, second = add(register, "古丽"), add(register, "古力")
    people.merge(person=first, into=second, reason="one card", by=register.by, at=AT)
    people.merge(person=second, into=register.people["王伟"], reason="one card", by=register.by, at=AT)
    for scope in (CITY, unit("u2")):
        (row,) = find_people("guli", scope, AT).rows
        assert (row.id, row.name, row.also) == (register.people["王伟"], "王伟", "古力")


def test_who_was_erased_is_found_by_nothing(register: World) -> None:
    person = register.people["王晓明"]
    people.erase_identifiers(person=person, reason="asked for it", by=register.by, at=register.at)
    assert not SearchTerm.objects.filter(person_id=person).exists()
    assert names("wangxiaoming") == ["王小铭"] and names("13800000101") == []


# --- many ---------------------------------------------------------------------------------------------------


def test_more_than_are_shown_is_said_and_who_is_written_so_stays_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "CAP", 3)
    for number in range(6):
        add(world, "王伟" + "一二三四五六"[number], home="u1")
    add(world, "王伟七", home="u2")
    for scope in (CITY, unit("u1")):
        there = find_people("wangwei", scope, AT)
        assert (len(there.rows), there.more) == (3, True)
        assert names("王伟六", scope)[0] == "王伟六"
    assert (find_people("王伟七", unit("u2"), AT).more, names("王伟七", unit("u2"))) == (False, ["王伟七"])


def test_a_name_too_common_to_look_at_everybody_is_said(register: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "LOOKED_AT", 2)
    there = find_people("wang", unit("u2"), AT)  # three are called so; two are looked at, whoever they are
    assert there.common and len(there.rows) <= 2
    assert not find_people("wang", CITY, AT).common  # no bounds to be held against
    assert not find_people("王伟", unit("u2"), AT).common


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements(world: World, number: int) -> None:
    for one in range(number):
        add(world, "王" + chr(0x4E00 + one), f"138 0000 01{one:02}", "u1")
        world.met("王" + chr(0x4E00 + one), "index", known="2020-02-05")
    for scope, statements in ((CITY, 12), (unit("u1"), 14)):
        with CaptureQueriesContext(connection) as asked:
            assert len(find_people("wang", scope, AT).rows) == number
        assert len(asked) == statements


def test_no_statement_goes_through_all_people(register: World) -> None:
    """What the database says it will do: no table of people, terms or identifiers is read from end to end.

    Nor are all names there are: of a scheme and many people SQLite would go by the scheme.
    """
    with CaptureQueriesContext(connection) as asked:
        find_people("王晓明 0101", CITY, AT)
        find_people("wang xiaoming", unit("u1"), AT)
        people.prepare([Identity("clinic", "A 1")], shown={Identity("clinic", "A 1"): [Identity("name", "王伟")]})
        searchable.make_searchable()
    read = [one["sql"] for one in asked if re.match("(SELECT (?!COUNT)|WITH|DELETE).*people_", one["sql"])]
    # Making everybody searchable does go through all of them, so many at a time.
    read = [sql for sql in read if not sql.endswith(f"LIMIT {searchable.AT_ONCE}")]
    assert len(read) > 10
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # six people are read fastest from end to end
        for sql in read:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}" if connection.vendor == "sqlite" else f"EXPLAIN {sql}")
            plan = " / ".join(str(line[-1]) for line in cursor.fetchall())
            # Of the index of those who are read as another there is all to be read, and there are few.
            plan = plan.replace("SCAN people_person USING INDEX person_merged", "")
            assert "(scheme=?)" not in plan, (sql, plan)
            assert not re.search(r"SCAN (a|i|p|t\d|people_\w+)\b|Seq Scan on people", plan), (sql, plan)


# --- the slow twin --------------------------------------------------------------------------------------------

FAMILY, GIVEN = (
    st.sampled_from("王汪陈陳曾单李黎吕"),
    st.text(st.sampled_from("晓小明铭红紅伟长"), min_size=0, max_size=2),
)
CHINESE = st.builds("".join, st.tuples(FAMILY, GIVEN))
LETTERS = st.sampled_from(["Wang Xiaoming", "Xiaoming Wang", "Erik Åkesson", "Erika Åkerman", "An Yi-01", "Lu Ming"])
CALLED = st.one_of(CHINESE, LETTERS)
PHONES = st.sampled_from(["", "138 0000 0101", "+86 138 0000 0101", "139 0000 0101", "0571 0000 0102"])
ASKED = st.one_of(
    CALLED,
    st.sampled_from(
        ["wang", "wxm", "xiaoming", "lu", "lv ming", "zeng", "0101", "13800000101", "王 0101", "eri", "ake"]
    ),
)
PLACES = st.sampled_from([None, "u1", "u2"])
STORY = st.lists(st.tuples(CALLED, PHONES, PLACES), min_size=1, max_size=6)


def by_reading_everything(query: str, scope: Scope) -> set[UUID]:
    """Every record's particulars decrypted and held against the query; then whom it is read as, and where they live."""
    read_as = ReadAs()
    ways = ways_asked(query)
    matching = set()
    for person in Person.objects.all():
        known = identifiers_of([person.id], NobodyIsRead()).get(person.id, ())
        terms: set[str] = set()
        for one in known:
            terms |= {"name": terms_of, "phone": terms_of_number}[one.scheme](one.value)
        if any(way <= terms for way in ways):
            matching.add(read_as.survivor(person.id))
    if scope.everywhere:
        return matching
    homes = {person.id: person for person in Person.objects.all()}
    inside = set()
    for person in matching:
        units = [homes[person].unit_id, *(homes[one].unit_id for one in read_as.members(person))]
        if next((one for one in units if one), None) in scope.units:
            inside.add(person)
    return inside


class NobodyIsRead(ReadAs):
    """Each record by itself."""

    def survivor(self, person: UUID) -> UUID:
        return person

    def everybody(self, people) -> list[UUID]:
        return list(people)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY, asked=st.lists(ASKED, min_size=1, max_size=4), merged=st.booleans())
def test_the_query_finds_whom_reading_everything_finds(
    world: World, story: list[tuple[str, str, str | None]], asked: list[str], merged: bool
) -> None:
    with transaction.atomic():
        records = []
        for name, phone, home in story:
            records.append(new_id())
            people.add_person(person=records[-1], name=name, phone=phone, by=world.by, at=world.at)
            if home:
                place = Place.objects.get(code=home)
                people.set_home(person=records[-1], home=place, by=world.by, at=world.at)
        if merged and len(records) > 1:
            people.merge(person=records[0], into=records[-1], reason="one card", by=world.by, at=world.at)
        for query in asked:
            for scope in (CITY, unit("u1")):
                there = {row.id for row in find_people(query, scope, AT).rows}
                assert there == by_reading_everything(query, scope), (query, story)
        transaction.set_rollback(True)
