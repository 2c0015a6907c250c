"""New, known, revised, conflict, rejected: a verdict for every row, and what each leaves behind."""

from __future__ import annotations

from itertools import permutations

import pytest

from mainstay.cases.models import Onset, Outcome, Report
from mainstay.intake.models import Delivery, Question, Row
from mainstay.people.models import Person
from mainstay.platform.models import Dirty, Entry
from tests.intake.desk import Desk, known_facts, names, row, text

ANNA = row("1", sex="f", ill="2020-02-01", reported="2020-02-03", ward="River Hospital")
BORIS = row("2", sex="m", ill="2020-02-02", reported="2020-02-04")
CLEO = row("3", reported="2020-02-05", met="1")


def test_new_rows_and_what_they_state(desk: Desk) -> None:
    done = desk.send(ANNA, BORIS, CLEO)

    assert done.rows == {
        "received": 3,
        "new": 3,
        "known": 0,
        "revised": 0,
        "conflict": 0,
        "rejected": 0,
        "warned": 0,
    }
    # Anna: report, onset, stay, sex; Boris: report, onset, sex; Cleo: report, contact.
    assert done.facts_added == 4 + 3 + 2
    assert done.persons == {"known": 0, "new": 3}
    assert done.exit_code == 0


def test_sent_again_nothing_is_written(desk: Desk) -> None:
    desk.send(ANNA, BORIS)
    entries, before = Entry.objects.count(), known_facts()

    done = desk.send(ANNA, BORIS)

    assert (done.rows["received"], done.rows["known"], done.facts_added) == (2, 2, 0)
    assert done.persons == {"known": 2, "new": 0}
    assert (Entry.objects.count(), known_facts()) == (entries, before)


def test_a_column_that_is_left_out_revises_nothing(desk: Desk) -> None:
    desk.send(ANNA)
    assert desk.send({**ANNA, "desk": "B"}).rows["known"] == 1


def test_a_changed_row_revises_only_what_changed_and_keeps_what_was(desk: Desk) -> None:
    desk.send(ANNA, BORIS)

    done = desk.send({**ANNA, "ill": "2020-01-30"}, BORIS)

    assert (done.rows["revised"], done.rows["known"], done.facts_added) == (1, 1, 1)
    onsets = Onset.objects.filter(observed_date__in=["2020-02-01", "2020-01-30"]).order_by("version")
    assert [(one.version, str(one.observed_date)) for one in onsets] == [(1, "2020-02-01"), (2, "2020-01-30")]
    assert onsets[0].root == onsets[1].root
    assert Report.objects.count() == 2


def test_what_a_row_no_longer_says_is_retracted_and_can_come_back(desk: Desk) -> None:
    desk.send(ANNA)
    desk.send({**ANNA, "ill": "NA"})
    desk.send(ANNA)

    onsets = Onset.objects.order_by("version")
    assert [(one.version, one.retracted) for one in onsets] == [(1, False), (2, True), (3, False)]


def test_what_a_row_newly_says_is_a_first_version(desk: Desk) -> None:
    desk.send(ANNA)
    done = desk.send({**ANNA, "end": "Dead", "died": "2020-02-20"})

    assert (done.rows["revised"], done.facts_added) == (1, 1)
    assert Outcome.objects.get().version == 1


def test_another_contact_named_touches_the_one_named_before(desk: Desk) -> None:
    desk.send(ANNA, BORIS, CLEO)
    Dirty.objects.all().delete()

    desk.send({**CLEO, "met": "2"})

    # At the least Anna, who was named before, and Boris, who is named now.
    people = names()
    touched = {people[one.subject_id] for one in Dirty.objects.filter(subject_type="person")}
    assert touched >= {"clinic:1", "clinic:2"}


CLASHING = {**BORIS, "ill": "2020-02-09", "reported": "2020-02-10"}


def test_a_conflict_is_the_same_in_any_order(desk: Desk) -> None:
    rows = [ANNA, BORIS, CLASHING, CLEO]
    found = []
    for order in permutations(rows):
        with desk.and_back():
            done = desk.send(*order)
            found.append((done.rows, known_facts()))

    counts, facts = found[0]
    assert counts["received"] == 4 == counts["new"] + counts["conflict"] == 3 + 1
    assert all(one == (counts, facts) for one in found)


def test_in_a_conflict_both_stand_and_somebody_is_asked(desk: Desk) -> None:
    done = desk.send(BORIS, CLASHING)

    assert done.exit_code == 1
    assert {str(one.observed_date) for one in Onset.objects.all()} == {"2020-02-02", "2020-02-09"}
    assert {one.version for one in Onset.objects.all()} == {1}
    assert {one.place_no for one in Row.objects.all()} == {0, 1}
    question = Question.objects.get()
    assert (question.kind, question.about, question.answered) == ("conflict", "clinic", False)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("chunk", [1, 2, 3])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_conflict_is_asked_about_once_and_counted_once(desk: Desk, monkeypatch, chunk: int, dry_run: bool) -> None:
    monkeypatch.setattr("mainstay.cycle.sense.CHUNK", chunk)
    done = desk.send(BORIS, CLASHING, {**CLASHING, "ill": "2020-02-08"}, dry_run=dry_run)

    # Report, onset and sex of each of three rows, and one question.
    assert (done.rows["conflict"], done.facts_added) == (2, 3 * 3 + 1)
    assert Question.objects.count() == (0 if dry_run else 1)


def test_a_conflict_sent_again_whole_or_in_pieces_is_known(desk: Desk) -> None:
    desk.send(BORIS, CLASHING)
    before = known_facts()

    assert desk.send(CLASHING, BORIS).rows["known"] == 2
    assert desk.send(CLASHING).rows["known"] == 1
    assert desk.send(BORIS).rows["known"] == 1
    assert known_facts() == before


def test_the_same_row_twice_in_one_file_is_known_the_second_time(desk: Desk) -> None:
    done = desk.send(ANNA, BORIS, ANNA)
    assert (done.rows["new"], done.rows["known"]) == (2, 1)


def test_two_conflicting_changes_of_one_record(desk: Desk) -> None:
    desk.send(BORIS)
    done = desk.send({**BORIS, "ill": "2020-01-20"}, {**BORIS, "ill": "2020-01-21"})
    assert (done.rows["revised"], done.rows["conflict"]) == (1, 1)


@pytest.mark.parametrize("no", ["", "NA", "  "])
def test_a_row_in_which_nobody_can_be_identified_is_held_whole(desk: Desk, no: str) -> None:
    done = desk.send(ANNA, row(no, reported="2020-02-05"))

    assert (done.rows["received"], done.rows["new"], done.rows["rejected"]) == (2, 1, 1)
    [held] = done.rejects
    assert (held.row, held.held, held.code) == (3, "row", "row.nobody")
    assert held.reason == "The row names nobody."
    assert Person.objects.count() == 1


def test_known_and_new_persons_are_counted_once_each(desk: Desk) -> None:
    desk.send(ANNA, BORIS)
    done = desk.send(CLEO, row("4", reported="2020-02-05", met="1"), row("5", reported="2020-02-05", met="2"))
    # Anna is named twice, Boris once.
    assert done.persons == {"known": 2, "new": 3}


def test_somebody_only_named_is_not_yet_known_until_a_row_of_their_own_comes(desk: Desk) -> None:
    desk.send(CLEO)
    assert sorted(Person.objects.values_list("known", flat=True)) == [False, True]

    desk.send(ANNA)
    assert list(Person.objects.values_list("known", flat=True)) == [True, True]

    desk.send(row("6", reported="2020-02-05", met="1"))
    assert list(Person.objects.values_list("known", flat=True)) == [True, True, True]


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    rows = [ANNA, BORIS, CLASHING, CLEO, row("", sex="f"), row("7", sex="?", reported="2020-02-05")]

    dry = desk.send(*rows, dry_run=True)
    assert (Entry.objects.count(), Person.objects.count(), Delivery.objects.count()) == (0, 0, 0)
    wet = desk.send(*rows)

    assert dry.dry_run and not wet.dry_run
    assert (dry.rows, dry.facts_added, dry.persons, dry.rejects) == (
        wet.rows,
        wet.facts_added,
        wet.persons,
        wet.rejects,
    )


def test_progress_is_told_after_every_chunk(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr("mainstay.cycle.sense.CHUNK", 2)
    told = []
    desk.send(
        *[row(str(no), reported="2020-02-05") for no in range(1, 6)],
        progress=lambda n, of: told.append((n, of)),
    )
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_columns_the_mapping_does_not_know_are_named(desk: Desk) -> None:
    columns = ("no", "colour", *[name for name in ANNA if name != "no"])
    done = desk.take(text({**ANNA, "colour": "red"}, columns=columns))
    assert done.columns_unread == ("colour",)


def test_the_answer_has_the_contracts_shape(desk: Desk) -> None:
    data = desk.send(ANNA, row("", sex="f")).as_data()

    assert list(data)[:9] == [
        "delivery",
        "encoding",
        "separator",
        "sheet",
        "dry_run",
        "rows",
        "facts_added",
        "persons",
        "rejects",
    ]
    assert list(data["rejects"][0])[:7] == ["row", "column", "value", "code", "reason", "remedy", "held"]
    counts = data["rows"]
    assert counts["received"] == sum(counts[name] for name in ("new", "known", "revised", "conflict", "rejected"))
