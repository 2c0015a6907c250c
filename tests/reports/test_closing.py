"""Closing a period freezes its report; whatever comes later, it is given again as it was made."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.rules import Role
from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Onset
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.expiry import expire
from mainstay.platform.models import Entry
from mainstay.reports import closing
from mainstay.reports.closing import close_period
from mainstay.reports.models import FrozenReport
from mainstay.reports.outputs.made import OUTPUTS
from mainstay.reports.queries.frozen import FrozenRow, frozen_reports, given
from mainstay.reports.rules.headings import ARCHIVED, DIFFERS
from mainstay.reports.rules.words import LANGUAGES
from tests.at_once import at_once
from tests.reports.test_pages import read, signed_in
from tests.reports.test_situation import counted, described
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 10)
EVENING = datetime(2020, 2, 10, 14, tzinfo=UTC)  # 22:00 in the city
LATER = EVENING + timedelta(days=30)


def as_json(**asked: Any) -> bytes:
    return OUTPUTS["json"].make(given(**asked))


def closed(world: World, on: date = ON, at: datetime = EVENING) -> tuple[FrozenRow, ...]:
    return close_period(on=on, by=world.by, at=at)


def thirty_days_of_corrections(world: World) -> None:
    """Late results, a case ruled out, an onset corrected, two merged, counts restated, duties done and missed."""
    world.result("Person 7", "positive", "2020-02-09", known="2020-02-20")
    world.classified("Late", "confirmed", "2020-02-09", known="2020-02-21")
    world.outcome("Person 9", "died", "2020-02-10", known="2020-02-22")
    world.classified("Person 11", "discarded", "2020-02-10", known="2020-02-23")
    onset = world.onset("Late", "2020-02-01", known="2020-02-21")
    told = {"known_at": LATER, "by": world.by, "at": LATER}
    cases.correct(model=Onset, root=onset, observed_date=date(2020, 2, 3), **told)
    theirs = Onset.objects.get(person_id=world.people["Person 8"])
    cases.correct(model=Onset, root=theirs.root, observed_date=date(2020, 2, 9), **told)
    gone = Classification.objects.get(person_id=world.people["Person 6"])
    cases.retract(model=Classification, root=gone.root, **told)
    people.merge(
        person=world.people["Person 12"],
        into=world.people["Person 13"],
        reason="one and the same",
        by=world.by,
        at=LATER,
    )
    counted(world, "2020-02-10", 250, 22, 7, stamped=date(2020, 3, 1))
    for day in ("2020-02-11", "2020-02-12", "2020-02-13"):
        world.cycle(day)
    ledger.seal(at=LATER)


def test_thirty_days_and_many_corrections_later_it_is_the_same_to_the_byte(known: World) -> None:
    described(known)
    counted(known, "2020-02-09", 190, 20, 4)
    counted(known, "2020-02-10", 200, 21, 5)
    known.cycle("2020-02-09")
    known.cycle("2020-02-10")
    ledger.seal(at=EVENING)
    before = {language: as_json(on=ON, language=language) for language in LANGUAGES}
    seal = json.loads(before["en"])["known_at"]
    frozen = closed(known)
    assert [(row.period_date, row.seal_no, row.by) for row in frozen] == [(ON, seal, "Clerk Fu")]

    thirty_days_of_corrections(known)

    for language in LANGUAGES:
        assert as_json(on=ON, known_at=seal, language=language) == before[language]
        assert as_json(on=ON, known_at=seal, language=language, disease=known.disease) == before[language]
        kept = FrozenReport.objects.get(period_date=ON, language=language)
        assert zlib.decompress(kept.packed) == before[language]
        assert kept.sha256 == hashlib.sha256(before[language]).hexdigest()
    assert given(on=ON, known_at=seal).archived == ""  # computed, and the same
    assert as_json(on=ON) != before["en"]  # as known today it reads otherwise


def test_where_facts_were_lawfully_removed_the_frozen_one_is_given_and_says_so(known: World) -> None:
    (row,) = closed(known)
    before = as_json(on=ON, known_at=row.seal_no)
    gone = [known.people["Person 3"], known.people["Person 4"]]
    facts = Classification.objects.filter(person_id__in=gone).values_list("id", flat=True)
    expire(Classification, list(facts), reason="retention", by=known.by, at=LATER, purpose="the end of their time")

    one = given(on=ON, known_at=row.seal_no)
    assert one.archived == ARCHIVED["en"]
    assert one.report.figures[0].value == 30 and one.report.figures[2].value == 2
    said = json.loads(OUTPUTS["json"].make(one))
    assert said.pop("archived") == ARCHIVED["en"] and said == json.loads(before)
    for form in ("text", "html"):
        assert ARCHIVED["en"] in OUTPUTS[form].make(one).decode()
    assert OUTPUTS["pdf"].make(one) and OUTPUTS["xlsx"].make(one) and OUTPUTS["form"].make(one)
    page = read(signed_in(known, Role.AUDITOR), f"/report/?on={ON}&known_at={row.seal_no}")
    assert ARCHIVED["en"] in page and "Confirmed, cumulative 30" in page
    # At another seal there is nothing frozen: what is left is counted.
    ledger.seal(at=LATER)
    assert given(on=ON).archived == "" and given(on=ON).report.figures[0].value == 30 - 2
    assert given(on=ON, known_at=row.seal_no, language="zh-hant").archived == ARCHIVED["zh-hant"]


def test_it_is_given_even_when_nothing_of_its_disease_is_left(known: World) -> None:
    (row,) = closed(known)
    facts = Classification.objects.values_list("id", flat=True)
    expire(Classification, list(facts), reason="retention", by=known.by, at=LATER, purpose="the end")
    for disease in (None, known.disease):
        one = given(on=ON, known_at=row.seal_no, disease=disease)
        assert (one.archived, one.report.figures[0].value) == (ARCHIVED["en"], 30)


def test_a_frozen_one_that_would_be_computed_otherwise_says_that_nothing_was_removed(
    known: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = closed(known)
    from mainstay.reports.rules import words

    monkeypatch.setitem(words.FROM_REGISTER["confirmed_cumulative"], "en", "Counted in another way.")
    assert given(on=ON, known_at=row.seal_no).archived == DIFFERS["en"]


# --- once -----------------------------------------------------------------------------------------------


def test_closed_twice_it_stays_as_it_was_frozen_and_leaves_one_entry(known: World) -> None:
    first = closed(known)
    known.classified("Late", "confirmed", "2020-02-10")
    assert closed(known, at=LATER) == first
    assert Entry.objects.filter(verb="period.close").count() == 1
    assert FrozenReport.objects.count() == len(LANGUAGES)


def test_each_disease_has_its_own_and_one_of_them_is_the_days(world: World) -> None:
    for n in range(3):
        world.classified(f"A {n}", "confirmed", "2020-02-08")
    world.disease = "ebola"
    world.classified("B", "confirmed", "2020-02-08")
    rows = closed(world)
    assert [row.disease for row in rows] == ["mers", "ebola"]  # the one with most people first
    assert [one.chosen for one in FrozenReport.objects.filter(language="en").order_by("disease")] == [False, True]
    for row in rows:
        assert zlib.decompress(FrozenReport.objects.get(id=row.id).packed) == as_json(
            on=ON, known_at=row.seal_no, disease=row.disease
        )


def test_a_period_in_which_nothing_is_on_file_can_be_closed(world: World) -> None:
    (row,) = closed(world)
    assert (row.disease, given(on=ON, known_at=row.seal_no).archived) == ("", "")


def test_a_day_to_come_cannot_be_closed(known: World) -> None:
    with pytest.raises(MainstayError) as told:
        closed(known, on=ON + timedelta(days=1))
    assert told.value.code == "period.not_begun" and not FrozenReport.objects.exists()


def test_the_database_refuses_to_change_a_frozen_report_or_to_freeze_it_twice(known: World) -> None:
    closed(known)
    one = FrozenReport.objects.filter(language="en").get()
    again = {field.attname: getattr(one, field.attname) for field in one._meta.fields if field.name != "id"}
    for act, refusal in (
        (lambda: FrozenReport.objects.update(sha256="0" * 64), "append-only"),
        (lambda: FrozenReport.objects.all().delete(), "append-only"),
        (lambda: FrozenReport.objects.create(**again), "UNIQUE|unique"),
    ):
        with pytest.raises(Exception, match=refusal), transaction.atomic():
            act()


def test_the_list_reads_in_one_statement_and_unpacks_nothing(known: World) -> None:
    for days in range(3):
        closed(known, on=ON - timedelta(days=days))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = frozen_reports()
    assert len(queries) == 1 and "packed" not in queries[0]["sql"]
    assert [row.period_date.day for row in rows] == [10, 9, 8]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_the_same_instant_freeze_one_report(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have made their rows before either writes: the second finds the period closed."""
    import threading

    world = committed_world
    world.classified("An", "confirmed", "2020-02-08")
    ledger.seal(at=EVENING)
    both, plain = threading.Barrier(2, timeout=30), closing._rows

    def made_together(*asked: Any) -> list[Any]:
        rows = list(plain(*asked))
        both.wait()
        return rows

    monkeypatch.setattr(closing, "_rows", made_together)
    first, second = at_once(lambda: closed(world), lambda: closed(world, at=EVENING + timedelta(seconds=1)))
    assert first == second and len(first) == 1
    assert Entry.objects.filter(verb="period.close").count() == 1


# --- the page -------------------------------------------------------------------------------------------


def test_it_is_closed_by_a_press_and_stands_in_the_list(known: World) -> None:
    client = signed_in(known, Role.COMMAND)
    assert "No period is closed." in read(client, "/report/")
    reply = client.post("/report/close/", {"on": "2020-02-10"})
    assert reply.status_code == 302 and reply["Location"].startswith("/report/?on=2020-02-10&known_at=")
    again = client.post("/report/close/", {"on": "2020-02-10"})
    assert again["Location"] == reply["Location"]
    (row,) = frozen_reports()
    page = read(client, "/report/")
    assert "Frozen reports" in page and row.sha256[:12] in page and "Reader" in page
    kept = client.get(f"/report/file/json/?on={ON}&known_at={row.seal_no}").content
    assert hashlib.sha256(kept).hexdigest() == row.sha256


def test_who_may_not_close_sees_no_button_and_finds_no_door(known: World) -> None:
    client = signed_in(known, Role.AUDITOR)
    assert "Close the period" not in read(client, "/report/")
    assert client.post("/report/close/", {"on": "2020-02-10"}).status_code == 404


@pytest.mark.parametrize("on", ["", "x", "2020-02-30", "9999-12-31", "0001-01-01", "\0", "2199-12-31"])
def test_a_day_that_cannot_be_closed_is_told_in_a_sentence(known: World, on: str) -> None:
    client = signed_in(known, Role.COMMAND)
    reply = client.post("/report/close/", {"on": on})
    assert reply.status_code == 422 and b"Something is not right yet" in reply.content
    assert not FrozenReport.objects.exists()
