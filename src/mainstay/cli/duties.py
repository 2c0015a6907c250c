"""mainstay duties, mainstay explain"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mainstay.cli.common import Day, emit, instance_options, last_seal, open_instance, plain, table
from mainstay.platform.errors import MainstayError

SHOWN = 20
SHOWN_CHANGES = 4
STATUSES = ("open", "done", "overdue", "missed", "withdrawn", "excused")


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day at whose end duties are shown.")
@click.option("--kind", help="Only this kind of duty.")
@click.option("--post", "post_code", help="Only duties of this post (its code).")
@click.option("--place", "place_code", help="Only duties in this unit, community or district (its code).")
@click.option("--status", type=click.Choice(STATUSES), help="Only duties in this state.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Rows on one page.")
@click.option("--cursor", help="Go on after the page that gave this cursor.")
def duties(home: str | None, as_json: bool, on: date, limit: int, cursor: str | None, **narrowed: str | None) -> None:
    """Duties as they stood at a day's end: should, done, open, overdue, missed, and whose they are."""
    open_instance(home)
    from mainstay.cycle.explain import last_run
    from mainstay.duties.queries import Wanted
    from mainstay.reports.queries.duty_lists import place_of, post_of, totals_data

    moment, after = last_run(on).moment_at, _cursor(cursor)
    place, post = place_of(narrowed["place_code"]), post_of(narrowed["post_code"])
    wanted = Wanted(on, moment, kind=narrowed["kind"], post=post, place=place, status=narrowed["status"])
    if as_json:
        emit("duties", totals_data(wanted) | _page(wanted, limit, after), as_of=on, known_at=last_seal())
    else:
        _print(wanted)


def _page(wanted: Any, limit: int, after: Any) -> dict[str, Any]:
    from mainstay.duties.queries import list_duties
    from mainstay.reports.queries.duty_lists import rows_data

    rows = list_duties(wanted, after=after, limit=limit + 1)
    shown = rows[:limit]
    return {
        "rows": rows_data(shown, wanted.moment),
        "next_cursor": str(shown[-1].id) if len(rows) > limit else None,
    }


def _print(wanted: Any) -> None:
    """The totals, and of all that is overdue, on whatever page it stands, what has been so for longest."""
    from mainstay.duties.queries import longest_overdue
    from mainstay.reports.queries.duty_lists import COUNTED, rows_data, totals_data

    data = totals_data(wanted)
    click.echo(table(COUNTED, [[total[name] for name in COUNTED] for total in data["totals"]]))
    click.echo(f"\nunowned {data['unowned']}, fallen to headquarters {data['at_headquarters']}")
    late = rows_data(longest_overdue(wanted, SHOWN), wanted.moment)
    if late:
        click.echo("\nLongest overdue:")
        shown = ("kind", "clause", "post", "holder", "overdue_hours", "level")
        click.echo(table(shown, [[row[name] for name in shown] for row in late]))


def _cursor(cursor: str | None) -> Any:
    from uuid import UUID

    from mainstay.platform.cursors import BAD_CURSOR

    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError as error:
        raise MainstayError(
            BAD_CURSOR, f"'{cursor}' is no cursor; use the next_cursor of the page before.", {"cursor": cursor}
        ) from error


@click.command()
@instance_options
@click.argument("name", metavar="PERSON_OR_DUTY")
@click.option("--on", type=Day(), required=True, help="The day as of which to explain.")
def explain(home: str | None, as_json: bool, name: str, on: date) -> None:
    """Say clause by clause whether it binds a person, on which facts, and what would change it."""
    open_instance(home)
    from mainstay.cycle.explain import explain as explained
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    found = explained(name=name, on=on, by=ledger.actor("command line"), at=now())
    seal = last_seal()
    data = [_explanation(each) for each in found]
    if as_json:
        first = data[0] if len(data) == 1 else {"explanations": data}
        emit("explain", first, as_of=on, known_at=seal)
        return
    for each in found:
        click.echo(f"{each.subject}  {each.disease}  category: {each.category or 'none'}")
        rows = [
            [c.clause, _word(c.verdict), ", ".join(c.unknown), len(c.facts), len(c.duties), _changes(c.would_change)]
            for c in each.clauses
        ]
        click.echo(table(("clause", "binds", "unknown", "facts", "duties", "would change it"), rows))


def _explanation(each: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "person", "id": each.subject},
        "disease": each.disease,
        "category": each.category or None,
        "edition": list(each.editions),
        "clauses": [plain(clause) for clause in each.clauses],
    }


def _changes(changes: Any) -> str:
    """The first few of what would change a verdict; all of them are in the JSON."""
    said = [f"{change.fact} {plain(change.at) if change.fact == 'clock' else change.to}" for change in changes]
    return ", ".join(said[:SHOWN_CHANGES]) + (" ..." if len(said) > SHOWN_CHANGES else "")


def _word(verdict: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[verdict]
