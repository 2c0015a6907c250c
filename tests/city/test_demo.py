"""The demonstration: an invented outbreak that anybody may look at, and what its ending says."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mainstay.city.demo import MAPPED, PROFILE, arrive, replay
from mainstay.city.ending import Ending, ending
from mainstay.city.files import COLUMNS, write_files
from mainstay.city.outbreak import Extent, identity_number, invent
from mainstay.city.staff import write_down
from mainstay.cli import demo as command
from mainstay.cycle import check
from mainstay.cycle.instance import apply_profile, read_profile
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError

SMALL = Extent(days=8, cases=10, excluded=2)
RECEIVED = datetime(2020, 3, 20, tzinfo=UTC)


def written(folder: Path, seed: int, extent: Extent = SMALL) -> dict[str, bytes]:
    paths = write_files(write_down(invent(seed, extent), seed), folder)
    return {name: path.read_bytes() for name, path in paths.items()}


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(text.decode().splitlines()))


# --- what is invented ---------------------------------------------------------------------------------


def test_one_seed_gives_one_outbreak(tmp_path: Path):
    assert written(tmp_path / "a", seed=7) == written(tmp_path / "b", seed=7)


def test_another_seed_gives_another(tmp_path: Path):
    one, other = written(tmp_path / "a", seed=7), written(tmp_path / "b", seed=8)
    assert [name for name in COLUMNS if one[name] == other[name]] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_some_hundred_people_over_thirty_days(seed: int):
    outbreak = invent(seed)
    concerned = {meeting.contact.number for meeting in outbreak.meetings}
    concerned |= {illness.person.number for illness in outbreak.illnesses}
    assert 40 <= len(outbreak.cases) <= 60
    assert 100 <= len(concerned) <= 300
    assert outbreak.illnesses[0].seen_at.date() == outbreak.extent.first_day == date(2020, 2, 15)
    assert outbreak.illnesses[-1].seen_at.date() > date(2020, 3, 8)


def test_nobody_in_it_can_be_anybody():
    """A region never given to anybody, telephones never handed out, and no number twice."""
    residents = invent(1).residents
    assert {resident.identity[:6] for resident in residents} == {"190101"}
    assert {resident.phone[:3] for resident in residents} == {"154"}
    assert len({resident.identity for resident in residents}) == len(residents)
    for resident in residents:
        assert resident.identity == identity_number(resident.birth_date, int(resident.identity[14:17]))
        assert int(resident.identity[16]) % 2 == (1 if resident.male else 0)


def test_the_check_digit_is_that_of_the_standard():
    assert identity_number(date(1970, 1, 1), 1) == "190101197001010010"


def test_nothing_is_written_down_before_it_happens(tmp_path: Path):
    """No cell lies after the last day, but for when an order will end and be looked at again."""
    ahead = {"ends_at", "review_at"}
    for name, text in written(tmp_path, seed=1).items():
        for row in rows(text):
            days = [cell for column, cell in row.items() if cell.startswith("2020-") and column not in ahead]
            assert max(days, default="") < f"{SMALL.last_day}T", (name, row)


def test_every_meeting_is_told_once(tmp_path: Path):
    pairs = [(row["index_id"], row["contact_id"]) for row in rows(written(tmp_path, seed=1)["contacts"])]
    assert len(pairs) == len(set(pairs))


# --- what becomes of it -------------------------------------------------------------------------------


def test_eight_days_end_with_done_overdue_and_missed(
    transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    apply_profile(profile=read_profile(PROFILE), at=RECEIVED)
    by = ledger.actor("demonstration")
    arrived = arrive(tmp_path, 1, SMALL, by=by, at=RECEIVED)
    for name in MAPPED:
        received = arrived.delivered[name].rows
        assert received["new"] == received["received"] > 0, name
        assert arrived.delivered[name].rejects == ()

    last = replay(SMALL, by=by)
    found = ending(last, {person: identity for identity, person in arrived.persons.items()})

    assert last == date(2020, 2, 22)
    assert (found.unowned, found.at_headquarters) == (0, 0)
    assert sum(total.done for total in found.totals) > 100
    assert sum(total.missed for total in found.totals) > 0
    _every_overdue_duty_is_told_once(found)
    _the_vacant_unit_is_answered_for(found)

    result = check.run()
    assert result.findings == ()
    command._print(arrived, found, result, ["mainstay explain somebody"])
    lines = capsys.readouterr().out.splitlines()
    assert "unowned 0, fallen to headquarters 0" in lines
    assert [line for line in lines if len(line) > 100] == []


def _every_overdue_duty_is_told_once(found: Ending) -> None:
    """By kind, by post, one by one and by reason: the same number."""
    overdue = sum(total.overdue for total in found.totals)
    assert overdue > 0
    assert len(found.overdue) == overdue
    assert sum(share.overdue for share in found.behind) == overdue
    assert sum(reason.overdue for reason in found.reasons) == overdue
    assert sum(number for reason in found.reasons for _what, number in reason.lacking) == overdue
    assert sum(share.should for share in found.behind) == sum(total.should for total in found.totals)
    hours = [duty.overdue_hours for duty in found.overdue]
    assert hours == sorted(hours, reverse=True)


def _the_vacant_unit_is_answered_for(found: Ending) -> None:
    """Nobody holds unit 5's post: its duties are the community's, and filling it is overdue itself."""
    unit = next(share for share in found.behind if share.post == "unit-5")
    assert (unit.vacant, unit.holder) == (True, "Ms Swallow")
    assert ("fill_post", "unit-5", "nobody appointed") in [(d.kind, d.about, d.why) for d in found.overdue]


# --- the folder -----------------------------------------------------------------------------------------


def test_an_earlier_demonstration_is_replaced(tmp_path: Path):
    command._clear(tmp_path)
    for folder in (command.FILES, "taken-in", "uploads"):  # what taking in and the pages leave in a home
        (tmp_path / folder).mkdir()
    (tmp_path / "keys.toml").write_text("")
    command._hold_folder(tmp_path)
    command._clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [command.MARKER]


@pytest.mark.parametrize("others", [["notes.txt"], ["keys.toml"], [command.MARKER, "notes.txt"]])
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, others: list[str]):
    """An instance that is no demonstration's is something else too."""
    for name in others:
        (tmp_path / name).write_text("mine")
    with pytest.raises(MainstayError) as refused:
        command._hold_folder(tmp_path)
    assert refused.value.code == "demo.folder"
    assert refused.value.exit_code == 2
    assert others[-1] in refused.value.sentence
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)
