"""Each night: a backup, kept for some days; jobs that were done long ago are forgotten."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mainstay.platform import jobs, ledger
from mainstay.platform.backup import write
from mainstay.platform.clock import now
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError
from mainstay.platform.jobs import Planned, Tell
from mainstay.platform.nights import last_night

JOBS_KEPT = timedelta(days=30)
PARTIAL_KEPT = 24 * 3600  # seconds
NAMED = re.compile(r"mainstay-(\d{4}-\d{2}-\d{2})\.zip")


@jobs.scheduled
def plan(at: datetime) -> Iterator[Planned]:
    night = last_night(at)
    if night is None:
        return
    yield Planned("jobs.forget", f"jobs.forget@{night.date}", night.due_at)
    if read_environment().backup_days:
        # After the period of the day before was closed, where the same worker does both.
        yield Planned("backup", f"backup@{night.date}", night.due_at + timedelta(minutes=1), {"date": str(night.date)})


@jobs.task("jobs.forget")
def forget(_payload: dict[str, Any], _tell: Tell) -> jobs.Apply:
    return lambda: jobs.forget(now() - JOBS_KEPT) and None


@jobs.task("backup")
def backup(payload: dict[str, Any], tell: Tell) -> None:
    """The night's backup, without keys: they would lie beside what they open. The same night again replaces it."""
    environment = read_environment()
    folder = environment.backups
    at = now()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MainstayError(
            "backup.unwritable", f"{folder} cannot be made: {error.strerror}; mend MAINSTAY_BACKUPS.", exit_code=3
        ) from error
    ledger.seal(at=at)
    write(path=folder / f"mainstay-{payload['date']}.zip", at=at, replace=True, progress=tell)
    prune(folder, environment.backup_days)


def prune(folder: Path, days: int) -> list[str]:
    """Remove nightly backups that are older than so many days before the newest; the newest always stays.

    What a killed worker left half written goes after a day.
    """
    dated = {}
    for path in folder.iterdir():
        is_ours = path.name.startswith(".mainstay-") and path.name.endswith(".partial")
        if is_ours and time.time() - path.stat().st_mtime > PARTIAL_KEPT:
            path.unlink(missing_ok=True)
        if found := NAMED.fullmatch(path.name):
            dated[date.fromisoformat(found[1])] = path
    gone = [day for day in dated if day <= max(dated) - timedelta(days=days)]
    for day in gone:
        dated[day].unlink(missing_ok=True)
    return sorted(dated[day].name for day in gone)
