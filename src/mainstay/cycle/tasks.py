"""Each night the operational period of the day before is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from mainstay.cycle.models import Run
from mainstay.cycle.queries import instance_moment
from mainstay.cycle.run import SYSTEM, run_cycle
from mainstay.platform import jobs, ledger
from mainstay.platform.clock import ONE_DAY, local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.jobs import Planned, Tell
from mainstay.platform.models import Actor
from mainstay.platform.nights import last_night

TOO_FAR = code("nightly.too_far", "The last closed day is too long ago for the night to close all days since.")

# A server that was off over a holiday catches up; one that shows an outbreak of years ago does not live years on.
MOST_DAYS = 31


@jobs.scheduled
def plan(at: datetime) -> Iterator[Planned]:
    """Nothing before somebody has closed the first day: it decides from when on days can be replayed.

    Nor where time stands still too far back: a demonstration's days since are nobody's to live through.
    """
    night = last_night(at)
    if night is None or _last_closed() is None or stands_still(at):
        return
    period = night.date - ONE_DAY
    yield Planned("nightly", f"nightly@{period}", night.due_at, {"on": period.isoformat()})


@jobs.task("nightly")
def nightly(payload: dict[str, Any], tell: Tell) -> None:
    """Close a day and whatever days before it were missed; a later day that is closed already closed it too.

    Raises `nightly.too_far`, and `lease.busy` where somebody else is at it, which is tried again.
    """
    on = date.fromisoformat(payload["on"])
    last = _last_closed()
    if last is None or last > on:
        return
    if (on - last).days > MOST_DAYS:
        raise MainstayError(
            TOO_FAR,
            f"The last closed day is {last}; if the days from then to {on} are to be lived through, run "
            f"`mainstay replay --from {last + ONE_DAY} --to {on}`.",
            {"last": last.isoformat(), "on": on.isoformat()},
        )
    run_cycle(on=on, by=ledger.actor(SYSTEM, Actor.Kind.SYSTEM), progress=tell)


def stands_still(at: datetime) -> bool:
    """Whether the last day was closed looking back, and lies too far back for the nights to close those since."""
    last, own = _last_closed(), instance_moment(at)
    return last is not None and not own.live and (local_date(at, own.zone) - last).days > MOST_DAYS + 1


def _last_closed() -> date | None:
    closed = Run.objects.filter(status="done").order_by("-period_date")
    return closed.values_list("period_date", flat=True).first()
