"""Rows that are counts of a place and a day: what they state, what is held, what a second sending does."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from django.db import transaction

from mainstay.cycle import check
from mainstay.intake import mapping as mappings
from mainstay.intake.models import Question
from mainstay.people.models import Person
from mainstay.platform.clock import known_on
from mainstay.platform.errors import MainstayError
from mainstay.platform.expiry import open_door
from mainstay.platform.models import Dirty, Entry
from mainstay.reports.models import AggregateCount, Explanation, Series
from tests.intake.desk import ZONE, Desk, known_facts

pytestmark = pytest.mark.django_db

# Two invented towns and their county, and a neighbour whose rows stand in the same file.
TOWNS = """
name = "lake-towns"
title = "Counts of the lake's towns"
source = "lake-county"
disease = "mers"
null = ["NA"]
key = ["day", "county", "town"]
known = ["day"]

[columns]
day = { type = "date" }
county = { type = "choice", values = { Lake = "L" } }
town = { type = "choice", values = { Heron = "L1", "Heron Town" = "L1", Reed = "L2" } }
ill = { type = "integer", at_least = 0 }
well = { type = "integer", at_least = 0 }
clerk = { ignore = "who typed it" }

[place]
levels = ["county", "town"]
city = "L1"

[scope]
column = "county"
one_of = ["Lake", "Lakes"]
reason = "Rows of other counties."

[[shift]]
from = 2020-02-07
until = 2020-02-09
days = -1
where = { column = "town", given = true }

[[fact]]
slot = "ill"
fact = "count"
measure = "confirmed"
value = { column = "ill" }
date = "day"

[[fact]]
slot = "well"
fact = "count"
measure = "cured"
value = { column = "well" }
date = "day"

[[note]]
date = 2020-02-08
place = "L1"
kind = "fall"
text.en = "Two were counted twice."
text.zh-hans = "两例重复计数。"
text.zh-hant = "兩例重複計數。"
"""
HEAD = "day,county,town,ill,well,clerk\n"
HERON = "2020-02-06,Lake,Heron,40,3,Kou\n"
REED = "2020-02-06,Lake,Reed,20,NA,Kou\n"
LAKE = "2020-02-06,Lake,,60,3,Kou\n"
HILL = "2020-02-06,Hill,Crag,7,0,Kou\n"


def towns(there: str = "", instead: str = "") -> mappings.Mapping:
    assert there in TOWNS
    return mappings.parse(TOWNS.replace(there, instead, 1).encode(), "towns.toml")


def take(desk: Desk, *rows: str, mapping: mappings.Mapping | None = None, **options: object):
    return desk.take(HEAD + "".join(rows), mapping or towns(), **options)


def stated() -> list[tuple]:
    """Every count that stands: place, whole, measure, the day it is for, its stamp, how many."""
    last = {}
    for one in AggregateCount.objects.order_by("version"):
        last[one.root] = one
    return sorted(
        (one.place, one.within, one.measure, str(one.observed_date), str(one.stamped_date), one.value)
        for one in last.values()
        if not one.retracted
    )


# --- what is stated ---------------------------------------------------------------------------------------


def test_a_row_states_its_counts_of_its_place_and_nobody(desk: Desk) -> None:
    done = take(desk, HERON, REED, LAKE)

    # Heron 2, Reed 1 (who is well is not known), Lake 2; and the series with its one note.
    assert (done.rows["new"], done.facts_added, done.persons) == (3, 2 + 1 + 2 + 2, {"known": 0, "new": 0})
    assert stated() == [
        ("L", "", "confirmed", "2020-02-06", "2020-02-06", 60),
        ("L", "", "cured", "2020-02-06", "2020-02-06", 3),
        ("L1", "L", "confirmed", "2020-02-06", "2020-02-06", 40),
        ("L1", "L", "cured", "2020-02-06", "2020-02-06", 3),
        ("L2", "L", "confirmed", "2020-02-06", "2020-02-06", 20),
    ]
    assert set(AggregateCount.objects.values_list("place_name", flat=True)) == {"Heron", "Reed", "Lake"}
    assert {one.cumulative for one in AggregateCount.objects.all()} == {True}
    assert Person.objects.count() == Dirty.objects.count() == 0
    assert AggregateCount.objects.first().became_known_at == known_on(date(2020, 2, 6), ZONE)


def test_stamps_are_shifted_by_the_mapping_and_both_days_are_kept(desk: Desk) -> None:
    days = ["2020-02-06", "2020-02-07", "2020-02-09", "2020-02-10"]
    take(desk, *[f"{day},Lake,Reed,20,NA,K\n" for day in days], "2020-02-08,Lake,,60,NA,K\n")

    assert [(place, day, stamp) for place, _in, _of, day, stamp, _n in stated()] == [
        ("L", "2020-02-08", "2020-02-08"),  # the county's rows are not shifted
        ("L2", "2020-02-06", "2020-02-06"),
        ("L2", "2020-02-06", "2020-02-07"),
        ("L2", "2020-02-08", "2020-02-09"),
        ("L2", "2020-02-10", "2020-02-10"),  # after the last stamp that is off
    ]
    # Known when it was published, whatever day it is for.
    late = AggregateCount.objects.get(stamped_date="2020-02-09")
    assert late.became_known_at == known_on(date(2020, 2, 9), ZONE)


def test_rows_out_of_scope_are_counted_beside_and_not_received(desk: Desk) -> None:
    done = take(desk, HILL, HERON, HILL)
    assert (done.rows["received"], done.rows["new"], done.rows_out_of_scope, done.exit_code) == (1, 1, 2, 0)
    assert done.as_data()["rows_out_of_scope"] == 2


def test_a_file_without_any_row_of_the_feed_is_no_success(desk: Desk) -> None:
    done = take(desk, HILL)
    assert (done.rows["received"], done.rows_out_of_scope, done.exit_code) == (0, 1, 1)


# --- verdicts ---------------------------------------------------------------------------------------------


def test_sent_twice_no_fact_more(desk: Desk) -> None:
    take(desk, HERON, REED, LAKE)
    before, entries = known_facts(), Entry.objects.count()

    done = take(desk, LAKE, HERON, REED)

    assert (done.rows["received"], done.rows["known"], done.facts_added) == (3, 3, 0)
    # That another file came is one line of the ledger; the same file once more is none.
    assert (known_facts(), Entry.objects.count()) == (before, entries + 1)
    take(desk, LAKE, HERON, REED)
    assert (known_facts(), Entry.objects.count()) == (before, entries + 1)


def test_a_changed_count_is_a_correction_and_another_spelling_the_same_record(desk: Desk) -> None:
    take(desk, HERON)
    done = take(desk, "2020/2/6,Lake,Heron Town,41,3,Lu\n")

    # How many are ill; those well are as many as before, in the same town.
    assert (done.rows["revised"], done.facts_added) == (1, 1)
    versions = AggregateCount.objects.filter(measure="confirmed").order_by("version")
    assert [(one.version, one.value) for one in versions] == [(1, 40), (2, 41)]


def test_a_count_that_is_no_longer_given_is_retracted(desk: Desk) -> None:
    take(desk, HERON)
    take(desk, HERON.replace(",3,", ",NA,"))
    assert [one[2] for one in stated()] == ["confirmed"]


def test_a_shift_that_is_found_out_late_revises_the_rows_that_it_concerns(desk: Desk) -> None:
    rows = [HERON, HERON.replace("02-06", "02-07"), LAKE.replace("02-06", "02-07")]
    take(desk, *rows, mapping=towns("from = 2020-02-07\nuntil = 2020-02-09", "from = 2019-01-01\nuntil = 2019-01-02"))

    done = take(desk, *rows)

    assert (done.rows["revised"], done.rows["known"]) == (1, 2)
    moved = AggregateCount.objects.filter(stamped_date="2020-02-07", place="L1", measure="confirmed")
    assert [(one.version, str(one.observed_date)) for one in moved.order_by("version")] == [
        (1, "2020-02-07"),
        (2, "2020-02-06"),
    ]


def test_two_rows_of_one_place_and_day_conflict_in_any_order(desk: Desk) -> None:
    found = []
    for order in permutations([HERON, HERON.replace(",40,", ",44,"), REED]):
        with desk.and_back():
            done = take(desk, *order)
            found.append((done.rows, known_facts(), Question.objects.count()))
    assert (found[0][0]["new"], found[0][0]["conflict"], found[0][2]) == (2, 1, 1)
    assert all(one == found[0] for one in found)


# --- what is held -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2020-02-06,Lake,Crag,9,0,K\n", "town"),  # a town that is not listed
        ("2020-02-30,Lake,Heron,9,0,K\n", "day"),
        ("2030-02-01,Lake,Heron,9,0,K\n", "day"),
        ("NA,Lake,Heron,9,0,K\n", "day"),
        ("2020-02-06,Lakes,Heron,9,0,K\n", "county"),  # in scope by its cell, and yet no county that is listed
        ("2020-02-06,Lake,He\x07ron,9,0,K\n", "town"),
        ("2020-02-06,Lake,Heron,9,0\n", ""),
    ],
)
def test_a_row_without_place_or_day_is_held_whole_and_never_passes_for_the_whole(
    desk: Desk, row: str, column: str
) -> None:
    done = take(desk, LAKE, row)

    assert (done.rows["received"], done.rows["new"], done.rows["rejected"], done.exit_code) == (2, 1, 1, 1)
    [line] = done.rejects
    assert (line.row, line.column, line.held) == (3, column, "row")
    assert line.code == ("row.nowhere" if column else "row.width")
    assert [one[5] for one in stated()] == [60, 3]


@pytest.mark.parametrize("cell", ["-5", "4 0", "12.5", "many", "1e3", "9999999999"])
def test_a_number_that_cannot_be_holds_its_field_and_no_more(desk: Desk, cell: str) -> None:
    done = take(desk, HERON.replace(",40,", f",{cell},"))

    [line] = done.rejects
    assert (line.row, line.column, line.held, line.code) == (2, "ill", "field", "value.number")
    assert stated() == [("L1", "L", "cured", "2020-02-06", "2020-02-06", 3)]


def test_a_mended_place_is_taken_in_and_holds_for_the_next_file(desk: Desk) -> None:
    bad = "2020-02-06,Lake,Crag,9,0,K\n"
    [line] = take(desk, bad).rejects

    done = desk.mend(f"reject,row,column,value,reason,remedy,mended\n{line.reject},2,town,Crag,,,Reed\n")

    assert (done.rows["new"], done.rejects) == (1, ())
    assert stated()[0] == ("L2", "L", "confirmed", "2020-02-06", "2020-02-06", 9)
    assert take(desk, bad).rows["known"] == 1


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    rows = [HERON, LAKE, HILL, "2020-02-06,Lake,Crag,9,0,K\n", REED.replace("20,NA", "x,NA")]
    dry = take(desk, *rows, dry_run=True)
    assert Entry.objects.count() == 0
    wet = take(desk, *rows)
    assert (dry.rows, dry.facts_added, dry.rejects, dry.rows_out_of_scope) == (
        wet.rows,
        wet.facts_added,
        wet.rejects,
        wet.rows_out_of_scope,
    )


# --- the series and its notes -----------------------------------------------------------------------------


def test_the_notes_come_with_the_file_and_follow_the_mapping(desk: Desk) -> None:
    take(desk, HERON)
    series = Series.objects.get()
    assert (series.name, series.city, series.disease) == ("lake-towns", "L1", "mers")
    note = Explanation.objects.get()
    assert (str(note.observed_date), note.place, note.kind, note.text_zh_hans) == (
        "2020-02-08", "L1", "fall", "两例重复计数。",
    )  # fmt: skip

    better = take(desk, HERON, mapping=towns("counted twice", "counted three times"))
    assert (better.rows["known"], better.facts_added) == (1, 1)
    gone = take(desk, HERON, mapping=towns(TOWNS[TOWNS.index("[[note]]") :], ""))
    assert gone.facts_added == 1
    versions = Explanation.objects.order_by("version")
    assert [(one.version, one.text_en, one.retracted) for one in versions] == [
        (1, "Two were counted twice.", False),
        (2, "Two were counted three times.", False),
        (3, "Two were counted three times.", True),
    ]
    back = take(desk, HERON)
    assert (back.facts_added, Explanation.objects.latest("version").retracted) == (1, False)


def test_another_city_is_a_correction_of_the_series(desk: Desk) -> None:
    take(desk, HERON)
    take(desk, HERON, mapping=towns('city = "L1"', 'city = "L2"'))
    assert [one.city for one in Series.objects.order_by("version")] == ["L1", "L2"]


@pytest.mark.django_db(transaction=True)
def test_the_check_covers_counts_and_names_one_that_was_removed(committed_desk: Desk) -> None:
    take(committed_desk, HERON, REED, LAKE)
    take(committed_desk, LAKE, HERON.replace(",40,", ",41,"))
    first = check.run()
    assert first.ok and first.counts["facts"] == AggregateCount.objects.count() + 1 + 1

    with transaction.atomic(), open_door():
        AggregateCount.objects.filter(place="L2").delete()
    found = check.run()
    assert {one.code for one in found.findings} == {"ledger.fact_removed"} and found.digest != first.digest


# --- faults in the mapping --------------------------------------------------------------------------------

# ruff: noqa: E501
FAULTS = [
    ('levels = ["county", "town"]', 'levels = ["county", "ill"]', "place.levels[1]", "is of type integer"),
    ('key = ["day", "county", "town"]', 'key = ["day", "county"]', "place.levels[1]", "has to be part of the key"),
    ('key = ["day", "county", "town"]', 'key = ["county", "town"]', "fact[0].date", "has to be part of the key"),
    ('city = "L1"', 'city = "L9"', "place.city", "no value leads to the place 'L9'"),
    ('Reed = "L2"', "Reed = true", "columns.town.values.Reed", "a text of at most 60"),
    ('[place]\nlevels', '[[person]]\nrole = "a"\nscheme = "a"\ncolumn = "town"\n\n[place]\nlevels', "the file", "either [[person]]"),
    ('[place]\nlevels = ["county", "town"]\ncity = "L1"\n', "", "the file", "either [[person]]"),
    ('fact = "count"\nmeasure = "confirmed"', 'fact = "count"\nperson = "x"\nmeasure = "confirmed"', "fact[0].person", "no [[person]] has the role 'x'"),
    ('fact = "count"\nmeasure = "confirmed"\nvalue = { column = "ill" }', 'fact = "onset"', "fact[0].fact", "only a count does"),
    ('measure = "confirmed"', 'measure = "feverish"', "fact[0].measure", "may be confirmed, cured, deaths"),
    ('measure = "cured"', 'measure = "confirmed"', "fact[1].measure", "counts confirmed already"),
    ('value = { column = "ill" }', "value = 7", "fact[0].value", "of type integer"),
    ('value = { column = "ill" }', 'value = { column = "day" }', "fact[0].value.column", "is of type date"),
    ('ill = { type = "integer", at_least = 0 }', 'ill = { type = "integer" }', "columns.ill", "needs `at_least = 0`"),
    ('column = "county"\none_of', 'column = "province"\none_of', "scope.column", "is no column"),
    ("from = 2020-02-07", 'from = "2020-02-07"', "shift[0].from", "without quotation marks"),
    ("until = 2020-02-09", "until = 2020-02-01", "shift[0].until", "comes before the first"),
    ("days = -1", "days = 0", "shift[0].days", "should not be valid"),
    ("days = -1", "days = -90", "shift[0].days", "less than the minimum"),
    ('where = { column = "town"', 'where = { column = "village"', "shift[0].where.column", "is no column"),
    ("date = 2020-02-08\n", 'date = "then"\n', "note[0].date", "is no day"),
    ('kind = "fall"\n', 'kind = "miracle"\n', "note[0].kind", "is not one of"),
    ('text.zh-hant = "兩例重複計數。"\n', "", "note[0].text", "'zh-hant' is a required property"),
]  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "key", "words"), FAULTS)
def test_a_fault_is_named_by_file_line_and_key(there: str, instead: str, key: str, words: str) -> None:
    with pytest.raises(MainstayError) as refused:
        towns(there, instead)
    assert (refused.value.code, refused.value.exit_code) == ("mapping.bad", 2)
    named = [line.split(": ", 2) for line in refused.value.sentence.splitlines()]
    assert any(part[1] == key and words in part[2] for part in named), refused.value.sentence
    assert all(part[0].startswith("towns.toml:") for part in named)


def test_a_count_has_no_place_in_a_mapping_of_persons() -> None:
    from tests.intake.desk import CLINIC

    with pytest.raises(MainstayError, match="a count goes with"):
        mappings.parse(CLINIC.replace('fact = "onset"', 'fact = "count"').encode(), "clinic.toml")
    with pytest.raises(MainstayError, match="`shift` goes with"):
        mappings.parse(f"{CLINIC}\n[[shift]]\nfrom = 2020-01-01\ndays = 1\n".encode(), "clinic.toml")


def test_the_same_twice_noted_is_a_fault() -> None:
    twice = TOWNS + TOWNS[TOWNS.index("[[note]]") :]
    with pytest.raises(MainstayError, match="there is a note of that day"):
        mappings.parse(twice.encode(), "towns.toml")


def test_scope_holds_for_rows_about_persons_too(desk: Desk) -> None:
    from tests.intake.desk import CLINIC, row

    scoped = f'{CLINIC}\n[scope]\ncolumn = "desk"\none_of = ["A"]\nreason = "Desk B sends its own."\n'
    desk.clinic = mappings.parse(scoped.encode(), "clinic.toml")
    done = desk.send(row("1", reported="2020-02-03"), {**row("2", reported="2020-02-03"), "desk": "B"})
    assert (done.rows["received"], done.rows_out_of_scope, Person.objects.count()) == (1, 1, 1)
