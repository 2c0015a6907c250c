"""A bad value holds its field and no more; what is held is named, asked about, mended."""

from __future__ import annotations

import csv
import io

import pytest

from mainstay.cases.models import Onset, Outcome, Report
from mainstay.cycle import held
from mainstay.intake import mapping as mappings
from mainstay.intake.models import Mended, Question, Reject
from mainstay.isolation.models import Stay
from mainstay.people.models import Person, Trait
from mainstay.platform.errors import MainstayError
from mainstay.tracing.models import Contact
from tests.intake.desk import CLINIC, Desk, known_facts, names, row, text

GOOD = {
    "sex": "f",
    "age": "40",
    "ill": "2020-02-01",
    "reported": "2020-02-03",
    "ward": "River Hospital",
    "end": "Dead",
    "died": "2020-02-20",
    "met": "9",
}

# (column, what stands there, code, which of report, onset, stay, outcome, sex, age, met is then missing)
BAD_CELLS = [
    ("sex", "?", "value.unlisted", {"sex"}),
    ("age", "forty", "value.number", {"age"}),
    ("age", "140", "value.number", {"age"}),
    ("ill", "2020-02-31", "value.date", {"onset"}),
    ("ill", "last week", "value.date", {"onset"}),
    ("ill", "20-02-01", "value.date", {"onset"}),
    ("ill", "4386", "value.date", {"onset"}),
    ("ill", "30120", "value.ambiguous", {"onset"}),
    ("ill", "2月1日", "value.year", {"onset"}),
    ("age", "#REF!", "value.error", {"age"}),
    ("met", "1.23E+17", "value.digits", {"met"}),
    ("sex", "同上", "value.ditto", {"sex"}),
    ("ill", "0020-02-01", "value.date", {"onset"}),
    ("ill", "2021-02-01", "value.future", {"onset"}),
    ("ill", "03/04/2019", "value.ambiguous", {"onset"}),
    ("ill", "2020-02-\n01", "value.control", {"onset"}),
    ("ill", "2020-02-01\0", "value.control", {"onset"}),
    ("reported", "2020-02-30", "value.date", {"report"}),
    ("ward", "Somewhere", "value.unlisted", {"stay"}),
    ("ward", "Hill Clinic", "value.facility", {"stay"}),
    ("end", "Lost", "value.unlisted", {"outcome"}),
    ("met", "x" * 13, "value.long", {"met"}),
    ("met", "9\n9", "value.control", {"met"}),
    ("met", "1", "person.same", {"met"}),
]
STORES = {
    "report": Report,
    "onset": Onset,
    "stay": Stay,
    "outcome": Outcome,
    "sex": Trait.objects.filter(name="sex").model,
    "met": Contact,
}


def stated() -> set[str]:
    """Which of the row's facts are there."""
    found = {name for name, model in STORES.items() if name != "sex" and model.objects.exists()}
    return found | set(Trait.objects.values_list("name", flat=True))


@pytest.mark.parametrize(("column", "cell", "code", "missing"), BAD_CELLS)
def test_a_bad_cell_holds_its_field_and_takes_the_person_in(
    desk: Desk, column: str, cell: str, code: str, missing: set[str]
) -> None:
    done = desk.send(row("1", **{**GOOD, column: cell}))

    assert (done.rows["new"], done.rows["rejected"], done.exit_code) == (1, 0, 1)
    [line] = done.rejects
    assert (line.row, line.column, line.code, line.held) == (2, column, code, "field")
    assert line.reason.endswith(".") and line.remedy.endswith(".")
    assert "\n" not in line.value and "\0" not in line.value
    assert "clinic:1" in names().values()
    assert stated() == {"report", "onset", "stay", "outcome", "sex", "age", "met"} - missing


def test_what_is_held_is_asked_about_without_a_word_on_whom(desk: Desk) -> None:
    desk.send(row("1", **{**GOOD, "ill": "2020-02-31", "sex": "?"}))

    assert sorted(Question.objects.values_list("kind", "about", "answered")) == [
        ("held_field", "clinic: ill", False),
        ("held_field", "clinic: sex", False),
    ]
    for reject in Reject.objects.all():
        plain = " ".join(str(value) for name, value in vars(reject).items() if name != "sealed_row")
        assert "2020-02-31" not in plain and b"2020-02-31" not in bytes(reject.sealed_row)


def test_the_same_bad_row_sent_again_is_listed_but_not_written_again(desk: Desk) -> None:
    bad = row("1", **{**GOOD, "ill": "2020-02-31"})
    first = desk.send(bad)
    again = desk.send(bad)

    assert again.rejects == first.rejects
    assert (again.rows["known"], again.facts_added) == (1, 0)
    assert (Reject.objects.count(), Question.objects.count()) == (1, 1)


@pytest.mark.parametrize("chunk", [1, 2])
def test_two_conflicting_rows_mended_by_the_feed_leave_nothing_to_ask(desk: Desk, monkeypatch, chunk: int) -> None:
    """Whether they come in one transaction or in two."""
    monkeypatch.setattr("mainstay.cycle.sense.CHUNK", chunk)
    desk.send(*[row("1", ill="2020-02-31", reported=f"2020-02-0{day}") for day in (3, 4)])
    assert len(held.open_rejects()) == 2

    done = desk.send(*[row("1", ill="2020-02-01", reported=f"2020-02-0{day}") for day in (3, 4)])
    assert (done.rows["revised"], held.open_rejects()) == (2, [])


def test_a_held_row_sent_again_is_rejected_again_and_written_once(desk: Desk) -> None:
    for _time in range(2):
        done = desk.send(row("", sex="f"))
        assert (done.rows["rejected"], len(done.rejects)) == (1, 1)
    assert (Reject.objects.count(), Question.objects.count()) == (1, 1)


def test_a_row_with_too_many_or_too_few_cells_is_held_whole(desk: Desk) -> None:
    lines = text(row("1", **GOOD)).splitlines()
    done = desk.take("\n".join([*lines, '"2","f","extra"', lines[1] + ',"more"']) + "\n")

    assert (done.rows["received"], done.rows["new"], done.rows["rejected"]) == (3, 1, 2)
    assert {(line.row, line.code, line.held) for line in done.rejects} == {
        (3, "row.width", "row"),
        (4, "row.width", "row"),
    }


def test_a_check_holds_both_fields_in_one_entry(desk: Desk) -> None:
    done = desk.send(row("1", **{**GOOD, "ill": "2020-02-10"}))

    [line] = done.rejects
    assert (line.column, line.code) == ("ill, reported", "check.failed")
    assert line.value == "2020-02-10, 2020-02-03"
    assert stated() == {"stay", "outcome", "sex", "age", "met"}


def test_a_warning_takes_the_row_as_it_is(desk: Desk) -> None:
    done = desk.send(row("1", **{**GOOD, "died": "2020-01-20"}))

    assert (done.rows["new"], done.rows["warned"], done.rejects, done.exit_code) == (1, 1, (), 0)
    [line] = done.warnings
    assert (line.row, line.column, line.code) == (2, "died, ill", "check.warning")
    assert str(Outcome.objects.get().observed_date) == "2020-01-20"


def test_rejects_stand_in_order_of_row_and_column(desk: Desk) -> None:
    done = desk.send(row("2", ill="x", sex="?"), row("1", age="x"))
    assert [(line.row, line.column) for line in done.rejects] == [(2, "ill"), (2, "sex"), (3, "age")]


# --- pairs: one of two named ----------------------------------------------------------------------

PAIRS = b"""
name = "pairs"
title = "Pairs"
source = "clinic"
disease = "mers"
null = ["NA"]
key = ["from", "to"]
[columns]
from = { type = "text" }
to = { type = "text" }
[[person]]
role = "index"
scheme = "clinic"
column = "from"
known = false
[[person]]
role = "contact"
scheme = "clinic"
column = "to"
known = false
[[fact]]
slot = "contact"
fact = "contact"
person = "contact"
index = "index"
kind = "household"
known_with_index = true
"""


def test_a_pair_with_one_of_two_holds_the_other_and_keeps_the_one(desk: Desk) -> None:
    pairs = mappings.parse(PAIRS, "pairs.toml")
    done = desk.take("from,to\n1,\n2,\n1,3\nNA,NA\n", pairs)

    assert (done.rows["new"], done.rows["rejected"]) == (3, 1)
    assert [(line.row, line.column, line.held) for line in done.rejects] == [
        (2, "to", "field"),
        (3, "to", "field"),
        (5, "from, to", "row"),
    ]
    assert sorted(names().values()) == ["clinic:1", "clinic:2", "clinic:3"]
    assert not Person.objects.filter(known=True).exists()

    # Mended, the pair is a pair; what it was recognised by before is forgotten by nobody.
    desk.mend(f"reject,row,column,value,mended\n{done.rejects[0].reject},2,to,,4\n")
    assert Contact.objects.filter(retracted=False).count() == 1 + 1
    again = desk.take("from,to\n1,\n2,\n1,3\nNA,NA\n", pairs)
    assert (again.rows["known"], again.rows["rejected"], again.facts_added) == (3, 1, 0)


# --- mending --------------------------------------------------------------------------------------


def filled_in(**values: str) -> str:
    """The list of what is held, as it is sent out, with some columns' mended values written in."""
    lines = list(csv.DictReader(io.StringIO(held.as_csv(held.open_rejects()))))
    out = io.StringIO()
    writer = csv.DictWriter(out, lines[0].keys())
    writer.writeheader()
    writer.writerows({**line, "mended": values.get(line["column"], "")} for line in lines)
    return out.getvalue()


BAD = row("1", **{**GOOD, "ill": "2020-02-31", "sex": "?"})


def test_a_mended_cell_is_taken_in_and_its_question_answered(desk: Desk) -> None:
    desk.send(BAD)
    done = desk.mend(filled_in(ill="2020-02-01"))

    assert (done.rows["received"], done.rows["revised"]) == (1, 1)
    # The onset, and the answer to the question.
    assert done.facts_added == 1 + 1
    assert str(Onset.objects.get().observed_date) == "2020-02-01"
    assert [line.column for line in done.rejects] == ["sex"]
    assert [line.column for line in held.open_rejects()] == ["sex"]


def test_a_feed_that_goes_on_sending_the_bad_cell_does_not_undo_the_mending(desk: Desk) -> None:
    desk.send(BAD)
    desk.mend(filled_in(ill="2020-02-01", sex="f"))
    before = known_facts()

    again = desk.send(BAD)
    assert (again.rows["known"], again.rejects, known_facts()) == (1, (), before)

    # Even where another cell of the row has changed.
    later = desk.send({**BAD, "end": "Alive", "died": "NA"})
    assert (later.rows["revised"], later.rejects) == (1, ())
    assert str(Onset.objects.get().observed_date) == "2020-02-01"
    # The feed's own correction counts.
    desk.send({**BAD, "ill": "2020-02-02"})
    assert str(Onset.objects.order_by("-version").first().observed_date) == "2020-02-02"


def test_mended_to_unknown_ends_the_asking(desk: Desk) -> None:
    desk.send(BAD)
    assert desk.mend(filled_in(ill="NA", sex="NA")).rejects == ()
    assert not Onset.objects.exists()


def test_a_mended_value_that_is_bad_again_changes_nothing(desk: Desk) -> None:
    desk.send(BAD)
    before = known_facts()
    done = desk.mend(filled_in(ill="2020-02-30"))
    assert (done.rows["received"], done.rows["rejected"], len(done.rejects)) == (1, 1, 2)
    assert (known_facts(), Mended.objects.count()) == (before, 0)
    # What was tried is told, so that nobody believes their file was not read.
    [ill] = [line for line in done.rejects if line.column == "ill"]
    assert ill.reason == "The mended value is no better. There is no day '2020-02-30'."
    [sex] = [line for line in done.rejects if line.column == "sex"]
    assert not sex.reason.startswith("The mended value")
    assert ill.value == "2020-02-31"  # what is held stays what it was


def test_the_same_mending_sent_again_is_known(desk: Desk) -> None:
    desk.send(BAD)
    sheet = filled_in(ill="2020-02-01")
    desk.mend(sheet)
    before = known_facts()
    again = desk.mend(sheet)
    assert (again.rows["known"], again.facts_added, known_facts()) == (1, 0, before)
    # Another value for what is mended already is not taken for the same in silence.
    with pytest.raises(MainstayError, match="row 2 mends what was mended before, and otherwise") as refused:
        desk.mend(sheet.replace(",2020-02-01", ",2020-02-03"))
    assert (refused.value.code, known_facts()) == ("mend.twice", before)


def test_a_line_may_name_its_reject_by_its_place(desk: Desk) -> None:
    desk.send(BAD)
    desk.mend("row,column,value,mended\n2,ill,2020-02-31,2020-02-01\n")
    assert Onset.objects.count() == 1


def test_a_line_that_names_nothing_held_is_refused_and_nothing_written(desk: Desk) -> None:
    desk.send(BAD)
    before = known_facts()
    with pytest.raises(MainstayError, match="row 3 names nothing that is held") as refused:
        desk.mend("row,column,value,mended\n2,ill,2020-02-31,2020-02-01\n7,ill,x,2020-02-01\n")
    assert (refused.value.code, refused.value.exit_code) == ("mend.unknown", 2)
    assert known_facts() == before


def test_two_lines_that_mend_one_cell_differently_are_refused_and_nothing_written(desk: Desk) -> None:
    desk.send(BAD)
    before = known_facts()
    line = "2,ill,2020-02-31,2020-02-0{}\n"
    with pytest.raises(MainstayError, match="row 3 mends a cell that a row above it mends, and otherwise") as refused:
        desk.mend("row,column,value,mended\n" + line.format(1) + line.format(2))
    assert (refused.value.code, refused.value.exit_code) == ("mend.twice", 2)
    assert known_facts() == before
    desk.mend("row,column,value,mended\n" + line.format(1) + line.format(1))
    assert Onset.objects.count() == 1


def test_a_file_that_is_no_list_of_mended_values_is_told_what_one_is(desk: Desk) -> None:
    desk.send(BAD)
    with pytest.raises(MainstayError, match="send the CSV that `mainstay rejects --csv` gives") as refused:
        desk.mend("Dear colleagues, the list is attached\n")
    assert refused.value.code == "file.columns"


def test_both_fields_of_a_check_are_mended_together(desk: Desk) -> None:
    desk.send(row("1", **{**GOOD, "ill": "2020-02-10"}))
    done = desk.mend(filled_in(ill="2020-02-01"))
    assert done.rejects == ()
    assert stated() == {"report", "onset", "stay", "outcome", "sex", "age", "met"}


def test_a_row_held_whole_is_mended(desk: Desk) -> None:
    bad = row("", **{**GOOD, "met": "NA"})
    desk.send(bad)
    done = desk.mend(filled_in(no="5"))

    assert (done.rows["new"], done.rejects) == (1, ())
    assert list(names().values()) == ["clinic:5"]
    again = desk.send(bad)
    assert (again.rows["known"], again.rejects) == (1, ())


def test_a_later_delivery_that_puts_it_right_answers_the_question(desk: Desk) -> None:
    desk.send(BAD)
    desk.send({**BAD, "ill": "2020-02-01"})
    # The other cell is still bad, in new content: asked anew, and the old question is settled by it.
    assert [line.column for line in held.open_rejects()] == ["sex"]
    desk.send({**BAD, "ill": "2020-02-01", "sex": "f"})
    assert held.open_rejects() == []


def test_a_mapping_that_has_learnt_a_value_takes_the_held_field_in(desk: Desk) -> None:
    bad = row("1", **{**GOOD, "sex": "w"})
    desk.send(bad)
    desk.clinic = mappings.parse(CLINIC.replace('f = "female"', 'f = "female", w = "female"').encode(), "clinic.toml")

    done = desk.send(bad)
    assert (done.rows["revised"], done.rejects) == (1, ())
    assert Trait.objects.get(name="sex").value == "female"
    assert held.open_rejects() == []
    assert desk.send(bad).rows["known"] == 1


NUMBERED = CLINIC.replace('name = "clinic"', 'name = "numbered"').replace('key = ["no"]', 'key = ["age"]')


def test_what_was_stated_under_no_key_is_stated_under_its_key_once_mended(desk: Desk) -> None:
    """The key is a number of the record, not of the person: the person is taken in without it."""
    desk.clinic = mappings.parse(NUMBERED.encode(), "numbered.toml")
    bad = row("1", **{**GOOD, "age": "x"})
    done = desk.send(bad)
    assert (done.rows["new"], done.rows["rejected"]) == (1, 0)
    assert Onset.objects.count() == 1

    desk.mend(filled_in(age="40"))
    onsets = Onset.objects.all()
    assert sorted((one.version, one.retracted) for one in onsets) == [(1, False), (1, False), (2, True)]
    assert len({one.root for one in onsets}) == 2
    assert desk.send(bad).facts_added == 0


def test_rows_alike_without_a_key_are_one_and_others_do_not_conflict(desk: Desk) -> None:
    desk.clinic = mappings.parse(NUMBERED.encode(), "numbered.toml")
    rows = [
        row("1", age="x", sex="f"),
        row("2", age="x", sex="f"),
        row("1", age="x", sex="f"),
        row("3", age="NA"),
    ]
    done = desk.send(*rows)
    assert (done.rows["new"], done.rows["known"], done.rows["conflict"]) == (3, 1, 0)
    assert desk.send(*rows).rows["known"] == 4
