"""Killed by SIGKILL in the middle of a file and sent again: the state of an undisturbed intake."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.cycle.chunk import AFTER_CHUNK, BEFORE_CHUNK, IN_CHUNK
from tests.instances import Instance
from tests.intake.desk import CLINIC, row, text

KILLED = -9


def files(folder: Path) -> tuple[Path, Path]:
    """Three chunks of rows with a conflict, bad cells and a row of nobody among them; the mapping."""
    rows = [
        row(str(no), ill="2020-02-01" if no % 50 else "2020-02-31", reported="2020-02-03", met=str(no // 2 or "NA"))
        for no in range(1, 1201)
    ]
    rows += [row("7", ill="2020-01-01", reported="2020-02-03"), row("", sex="f")]
    (folder / "list.csv").write_text(text(*rows), encoding="utf-8")
    (folder / "clinic.toml").write_text(CLINIC, encoding="utf-8")
    return folder / "list.csv", folder / "clinic.toml"


@pytest.mark.parametrize(
    "place",
    [
        f"{IN_CHUNK}:2",
        pytest.param(f"{BEFORE_CHUNK}:3", marks=pytest.mark.soak),
        pytest.param(f"{AFTER_CHUNK}:2", marks=pytest.mark.soak),
    ],
)
def test_killed_and_sent_again(place: str, tmp_path: Path) -> None:
    path, mapping = files(tmp_path)
    fresh = Instance.initialised(tmp_path)
    disturbed = fresh.copy()

    # 1: some cells and a row are held, and two rows are in conflict.
    assert fresh.run("intake", path, "--mapping", mapping).code == 1
    assert disturbed.run("intake", path, "--mapping", mapping, MAINSTAY_FAILPOINT=place).code == KILLED
    again = disturbed.run("intake", path, "--mapping", mapping, "--json")

    assert again.code == 1, again.err
    # What stood before the kill is known, the rest is new: nothing twice, nothing missing.
    counts = again.data["rows"]
    assert (counts["received"], counts["known"] > 0, counts["rejected"]) == (1202, True, 1)
    assert disturbed.run("check", "--json").data["digest"] == fresh.run("check", "--json").data["digest"]
    for instance in (fresh, disturbed):
        instance.drop()
