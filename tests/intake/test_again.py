"""Sent twice, shuffled, cut into pieces, killed in the middle: the same facts, and no fact more."""

from __future__ import annotations

import random

import pytest

from mainstay.cases.models import Report
from mainstay.cycle import sense
from mainstay.intake.models import Receipt, Row
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from tests.intake.desk import RECEIVED, Desk, known_facts, row

# Forty rows, each meeting the one before; some bad cells, one conflict, one row of nobody.
ROWS = [
    *[
        row(
            str(no),
            sex="f" if no % 2 else "m",
            ill=f"2020-02-{no % 28 + 1:02}" if no % 7 else "2020-02-31",
            reported="2020-02-29",
            met=str(no - 1) if no > 1 else "NA",
        )
        for no in range(1, 41)
    ],
    row("8", sex="f", ill="2020-01-01", reported="2020-02-29", met="7"),
    row("", sex="f"),
]


class Killed(BaseException):
    """Not an Exception: nothing catches it, as nothing catches a kill."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(sense, "CHUNK", 7)


def undisturbed(desk: Desk) -> list[tuple]:
    with desk.and_back():
        desk.send(*ROWS)
        return known_facts()


def test_sent_twice_or_shuffled_no_fact_more(desk: Desk) -> None:
    desk.send(*ROWS)
    before, entries = known_facts(), Entry.objects.count()

    for seed in range(3):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        done = desk.send(*shuffled)
        assert (done.rows["known"], done.rows["rejected"], done.facts_added) == (41, 1, 0)
    # Three other files: a line in the ledger that each was received, and not a fact more.
    assert (known_facts(), Entry.objects.count()) == (before, entries + 3)
    assert [(one.received, one.new + one.known + one.conflict, one.rejected) for one in Receipt.objects.all()] == [
        (42, 41, 1)
    ] * 4
    desk.send(*ROWS)  # the first file once more: it has its line
    assert (known_facts(), Entry.objects.count()) == (before, entries + 3)


def test_shuffled_from_the_first_the_same_facts(desk: Desk) -> None:
    expected = undisturbed(desk)
    for seed in range(3):
        with desk.and_back():
            desk.send(*random.Random(seed).sample(ROWS, len(ROWS)))
            assert known_facts() == expected


def test_cut_into_seven_pieces_no_fact_more(desk: Desk) -> None:
    rows = ROWS[:40]
    with desk.and_back():
        desk.send(*rows)
        expected = known_facts()
    for piece in range(7):
        desk.send(*rows[piece::7])
    assert known_facts() == expected
    for piece in range(7):
        assert desk.send(*rows[piece::7]).facts_added == 0


@pytest.mark.parametrize("chunk", [1, 2, 6])
def test_killed_within_a_chunk_and_sent_again(desk: Desk, monkeypatch, chunk: int) -> None:
    expected = undisturbed(desk)
    keep, calls = people.keep, []

    def dies(resolved: people.Resolved) -> None:
        keep(resolved)
        calls.append(1)
        if len(calls) == chunk:
            raise Killed

    monkeypatch.setattr(people, "keep", dies)
    with pytest.raises(Killed):
        desk.send(*ROWS)
    # The chunks before it stand whole; of this one nothing does.
    assert Row.objects.count() == 7 * (chunk - 1)
    monkeypatch.setattr(people, "keep", keep)

    desk.send(*ROWS)
    assert known_facts() == expected


def test_killed_between_chunks_and_sent_again_shuffled(desk: Desk) -> None:
    expected = undisturbed(desk)

    def dies(done: int, _total: int) -> None:
        if done >= 21:
            raise Killed

    with pytest.raises(Killed):
        desk.send(*ROWS, progress=dies)
    assert Row.objects.count() == 21
    desk.send(*random.Random(1).sample(ROWS, len(ROWS)))
    assert known_facts() == expected


@pytest.mark.parametrize("seed", range(4))
def test_killed_within_a_conflict_both_still_stand(desk: Desk, seed: int) -> None:
    """Whichever of the two came first, and whichever has the smaller digest."""
    rows = [row("1", ill=f"2020-01-{day:02}", reported="2020-02-01") for day in (seed + 1, seed + 11)]
    with desk.and_back():
        desk.send(*rows, *ROWS[1:13])
        expected = known_facts()

    def dies(_done: int, _total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        desk.send(rows[0], *ROWS[1:13], rows[1], progress=dies)
    desk.send(rows[0], *ROWS[1:13], rows[1])
    assert known_facts() == expected


def test_somebody_entered_at_a_desk_meanwhile_is_found_and_not_doubled(desk: Desk, monkeypatch) -> None:
    from mainstay.people.models import Identifier

    keep, calls = people.keep, []

    def overtaken(resolved: people.Resolved) -> None:
        if not calls:
            calls.append(1)
            people.resolve([people.Identity("clinic", "1")])
        keep(resolved)

    with desk.and_back():
        monkeypatch.setattr(people, "keep", overtaken)
        people_before = Identifier.objects.count()
        # Our own write is undone with the failed chunk here; what matters is that it is tried again.
        desk.send(ROWS[0])
        assert Identifier.objects.count() == people_before + 1


def test_rows_called_fresh_that_are_there_are_left_alone(desk: Desk) -> None:
    """Told wrongly that none of sixty is there, the ledger looks them up and writes the thirty that are not."""
    person = people.resolve([people.Identity("clinic", "1")]).persons[people.Identity("clinic", "1")]
    ids = [new_id() for _number in range(60)]

    def reports(some: list) -> list[Report]:
        return [Report(id=one, root=one, person_id=person, disease="mers", became_known_at=RECEIVED) for one in some]

    ledger.append(reports(ids[:30]), by=desk.by, at=RECEIVED, verb="first")
    entry = ledger.append(reports(ids), by=desk.by, at=RECEIVED, verb="second", fresh=True)

    assert entry is not None and entry.fact_count == 60 - 30
    assert Report.objects.count() == 60
