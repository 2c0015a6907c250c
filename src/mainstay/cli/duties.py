"""mainstay duties, mainstay explain"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mainstay.cli.common import Day, emit, instance_options, last_seal, open_instance, plain, table
from mainstay.platform.errors import MainstayError, code

NO_POST = code("post.unknown", "There is no post of that code.")
NO_PLACE = code("place.unknown", "There is no place of that code, or none that lists are scoped by.")
NO_CURSOR = code("cursor.bad", "A cursor is not one that a list gave.")

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

    moment, after = last_run(on).moment_at, _cursor(cursor)
    place, post = _place(narrowed["place_code"]), _post(narrowed["post_code"])
    wanted = Wanted(on, moment, kind=narrowed["kind"], post=post, place=place, status=narrowed["status"])
    if as_json:
        emit("duties", _totals(wanted) | _page(wanted, limit, after), as_of=on, known_at=last_seal())
    else:
        _print(wanted)


def _totals(wanted: Any) -> dict[str, Any]:
    from mainstay.duties.queries import duty_totals, ownership
    from mainstay.organisations.models import Post

    headquarters = Post.objects.filter(is_headquarters=True).values_list("id", flat=True).first()
    unowned, at_headquarters = ownership(wanted, headquarters)
    totals = [_total(total) for total in duty_totals(wanted)]
    return {"totals": totals, "unowned": unowned, "at_headquarters": at_headquarters}


def _page(wanted: Any, limit: int, after: Any) -> dict[str, Any]:
    from mainstay.duties.queries import list_duties
    from mainstay.organisations.queries import holder_names

    rows = list_duties(wanted, after=after, limit=limit + 1)
    shown, names = rows[:limit], holder_names(wanted.moment)
    return {
        "rows": [_row(row, wanted.moment, names) for row in shown],
        "next_cursor": str(shown[-1].id) if len(rows) > limit else None,
    }


def _print(wanted: Any) -> None:
    """The totals, and of all that is overdue, on whatever page it stands, what has been so for longest."""
    from mainstay.duties.queries import longest_overdue
    from mainstay.organisations.queries import holder_names

    data = _totals(wanted)
    columns = ("kind", "should", "done", "open", "overdue", "missed", "excused")
    click.echo(table(columns, [[total[name] for name in columns] for total in data["totals"]]))
    click.echo(f"\nunowned {data['unowned']}, fallen to headquarters {data['at_headquarters']}")
    names = holder_names(wanted.moment)
    late = [_row(row, wanted.moment, names) for row in longest_overdue(wanted, SHOWN)]
    if late:
        click.echo("\nLongest overdue:")
        shown = ("kind", "clause", "post", "holder", "overdue_hours", "level")
        click.echo(table(shown, [[row[name] for name in shown] for row in late]))


def _total(total: Any) -> dict[str, Any]:
    names = ("kind", "should", "done", "open", "overdue", "missed", "excused")
    return {name: getattr(total, name) for name in names}


def _row(row: Any, moment: Any, names: Any) -> dict[str, Any]:
    late = (moment - row.due_at).total_seconds() / 3600 if row.status == "overdue" else None
    return {
        "id": row.id,
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "disease": row.disease,
        "edition": row.edition,
        "clause": row.clause,
        "occurrence": row.occurrence,
        "kind": row.kind,
        "status": row.status,
        "post": names.code(row.post),
        "holder": names.holder(row.answering),
        "starts_at": row.starts_at,
        "due_at": row.due_at,
        "overdue_hours": round(late, 2) if late is not None else None,
        "level": row.level,
        "evidence": row.evidence,
    }


def _post(post_code: str | None) -> Any:
    from mainstay.organisations.models import Post

    if post_code is None:
        return None
    post = Post.objects.filter(code=post_code).first()
    if post is None:
        raise MainstayError(NO_POST, f"There is no post '{post_code}' here.", {"post": post_code})
    return post.id


def _place(place_code: str | None) -> Any:
    from mainstay.places.models import Place
    from mainstay.places.services import SCOPES

    if place_code is None:
        return None
    place = Place.objects.filter(code=place_code).first()
    if place is None or place.kind not in SCOPES:
        raise MainstayError(
            NO_PLACE, f"There is no unit, community or district '{place_code}' here.", {"place": place_code}
        )
    return f"{place.kind}_id", place.id


def _cursor(cursor: str | None) -> Any:
    from uuid import UUID

    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError as error:
        raise MainstayError(
            NO_CURSOR, f"'{cursor}' is no cursor; use the next_cursor of the page before.", {"cursor": cursor}
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
