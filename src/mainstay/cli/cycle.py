"""mainstay cycle, mainstay replay"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Any

import click

from mainstay.cli.common import Day, emit, instance_options, last_seal, open_instance, progress, table

_DUTIES = ("opened", "kept", "done", "missed", "withdrawn", "reopened", "escalated")


def cycle_data(run: Any) -> dict[str, Any]:
    """One run as the contract prints it."""
    from mainstay.cycle.run import period

    closed = period(run)
    account = next((step.counts for step in closed.steps if step.name == "account"), {})
    return {
        "run": run.id,
        "period_date": run.period_date,
        "status": run.status,
        "steps": [
            {
                "step": step.name,
                "started_at": step.started_at,
                "ended_at": step.ended_at,
                "counts": step.counts,
                "errors": [],
            }
            for step in closed.steps
        ],
        "duties": {name: account.get(name, 0) for name in _DUTIES},
        "next_at": closed.next_at,
    }


def _system() -> Any:
    from mainstay.cycle.run import SYSTEM
    from mainstay.platform import ledger
    from mainstay.platform.models import Actor

    return ledger.actor(SYSTEM, Actor.Kind.SYSTEM)


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day whose period is run.")
def cycle(home: str | None, as_json: bool, on: date) -> None:
    """Run a day's period (and before it every period missed): sense, link, reconcile, judge, account."""
    open_instance(home)
    from mainstay.cycle.run import run_cycle

    with progress(f"{on}", as_json) as show:
        runs = run_cycle(on=on, by=_system(), progress=show)
    data = cycle_data(runs[-1])
    if as_json:
        emit("cycle", data, as_of=on, known_at=last_seal())
        return
    _print([cycle_data(run) for run in runs])


@click.command()
@instance_options
@click.option("--from", "first", type=Day(), required=True, help="The first day.")
@click.option("--to", "last", type=Day(), required=True, help="The last day.")
@click.option("--check", "checked", is_flag=True, help="Prove each period after it has been run.")
def replay(home: str | None, as_json: bool, first: date, last: date, checked: bool) -> None:
    """Run the periods from one day to another, each on what had become known by then."""
    if last < first:
        raise click.UsageError(f"--to {last} lies before --from {first}.")
    open_instance(home)
    from mainstay.cycle.run import run_cycle

    periods, red = [], []
    days = (last - first).days + 1
    with progress("replay", as_json) as show:
        for n in range(days):
            day = first + timedelta(days=n)
            run = run_cycle(on=day, by=_system())[-1]
            data = cycle_data(run)
            if checked:
                data["check"] = _checked()
                red += [day] if not data["check"]["ok"] else []
            periods.append(data)
            show(str(day), n + 1, days)
    if as_json:
        emit("replay", {"periods": periods}, as_of=last, known_at=last_seal())
    else:
        _print(periods)
        for day in red:
            click.echo(f"check found something on {day}", err=True)
    sys.exit(1 if red else 0)


def _checked() -> dict[str, Any]:
    from mainstay.cycle import check

    result = check.run()
    return {"ok": result.ok, "digest": result.digest, "findings": list(result.findings)}


def _print(periods: list[dict[str, Any]]) -> None:
    rows = [[p["period_date"], *(p["duties"][name] for name in _DUTIES), _green(p)] for p in periods]
    click.echo(table(["day", *_DUTIES, "check"], rows))


def _green(data: dict[str, Any]) -> str:
    if "check" not in data:
        return ""
    return "green" if data["check"]["ok"] else f"{len(data['check']['findings'])} findings"
