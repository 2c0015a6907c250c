"""mainstay protocol list | show | validate | diff | try | adopt"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from mainstay.cli.common import Day, emit, instance_options, last_seal, open_instance, plain, table
from mainstay.platform.errors import MainstayError, code

ASKS_NOTHING = code("edition.asks_nothing", "The edition would give nobody any duty; adopting it needs --confirm.")

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def protocol() -> None:
    """Protocol editions: the rules that turn facts into duties, one file each."""


@protocol.command("list")
@json_option
def list_editions(as_json: bool) -> None:
    """The editions that can be adopted."""
    from mainstay.duties.library import at_home, load, shipped

    rows = []
    for name in shipped() | at_home():
        edition, _text, sha256 = load(name)
        rows.append(
            {
                "id": edition.id,
                "disease": edition.disease,
                "series": edition.series,
                "level": edition.level,
                "effective_from": edition.effective_from,
                "clauses": len(edition.clauses),
                "title": edition.title,
                "sha256": sha256,
            }
        )
    if as_json:
        emit("protocol.list", {"editions": rows})
        return
    names = ("id", "disease", "series", "level", "effective_from", "clauses")
    click.echo(table(names, [[row[name] for name in names] for row in rows]))


@protocol.command()
@json_option
@click.argument("edition")
@click.option("--language", type=click.Choice(["en", "zh-hans", "zh-hant"]), default="en", help="Of titles and texts.")
def show(as_json: bool, edition: str, language: str) -> None:
    """One edition, clause by clause."""
    from mainstay.duties.library import load

    loaded, _text, sha256 = load(edition)
    if as_json:
        emit("protocol.show", {"sha256": sha256, **_edition(loaded)})
        return
    click.echo(f"{loaded.title[language]}  ({loaded.id}, from {loaded.effective_from})\nSource: {loaded.source}\n")
    for clause in loaded.clauses:
        recalled = "  [recalled, to be confirmed]" if clause.recalled else ""
        often = "daily" if clause.demand.daily else f"within {clause.demand.within}"
        click.echo(f"{clause.id}: {clause.title[language]}{recalled}")
        click.echo(f"    {clause.demand.kind}, {often}; owner {' > '.join(clause.owner)}")


def _edition(edition: Any) -> dict[str, Any]:
    data = plain(edition)
    for clause in data["clauses"]:
        clause["demand"] = {key: str(value) for key, value in clause["demand"].items() if value is not None}
    return data


@protocol.command()
@json_option
@click.argument("file", type=click.Path(path_type=Path))
def validate(as_json: bool, file: Path) -> None:
    """Hold an edition against the format: every fault with file, line and key."""
    from mainstay.duties.library import find
    from mainstay.duties.validation import problems

    path = find(str(file))
    found = problems(path.read_bytes().decode("utf-8", errors="replace"), str(path))
    if as_json:
        emit("protocol.validate", {"file": str(path), "ok": not found, "problems": found})
    for problem in found:
        click.echo(f"{problem.file}, line {problem.line}, {problem.key}: {problem.sentence}", err=True)
    if not found and not as_json:
        click.echo(f"{path}: in order")
    sys.exit(2 if found else 0)


@protocol.command()
@json_option
@click.argument("old")
@click.argument("new")
def diff(as_json: bool, old: str, new: str) -> None:
    """What changes from one edition to another, clause by clause."""
    from mainstay.duties.library import load
    from mainstay.duties.rules.compare import compare

    changes = compare(load(old)[0], load(new)[0])
    rows = [{"clause": one.clause, "change": one.change, "fields": list(one.fields)} for one in changes]
    if as_json:
        emit("protocol.diff", {"old": old, "new": new, "clauses": rows})
        return
    names = ("clause", "change", "fields")
    click.echo(table(names, [[row["clause"], row["change"], ", ".join(row["fields"])] for row in rows]))


@protocol.command("try")
@instance_options
@click.argument("edition")
@click.option("--on", type=Day(), required=True, help="Judge on what is known by this day's end.")
def try_(home: str | None, as_json: bool, edition: str, on: date) -> None:
    """What an edition would ask of the people there are; writes nothing."""
    open_instance(home)
    from mainstay.cycle.trial import try_edition
    from mainstay.duties.library import load

    trial = try_edition(load(edition)[0], on, from_date=on)
    if as_json:
        emit("protocol.try", {"people": trial.people, "clauses": trial.clauses}, as_of=on, known_at=last_seal())
        return
    click.echo(f"{trial.people} people judged")
    click.echo(table(("clause", "now", "then"), [[c.clause, c.now, c.then] for c in trial.clauses]))


@protocol.command()
@instance_options
@click.argument("edition")
@click.option("--from", "from_date", type=Day(), help="The day from which it holds here (else its own day of effect).")
@click.option("--confirm", is_flag=True, help="Adopt it even if it would give nobody any duty.")
def adopt(home: str | None, as_json: bool, edition: str, from_date: date | None, confirm: bool) -> None:
    """Put an edition into force; its text is kept with the ledger."""
    open_instance(home)
    from mainstay.cycle.instance import adopt as put_into_force
    from mainstay.cycle.trial import try_edition
    from mainstay.duties.library import load
    from mainstay.people.models import Person
    from mainstay.platform import ledger
    from mainstay.platform.clock import local_date, now
    from mainstay.platform.models import Instance

    loaded, _text, sha256 = load(edition)
    zone = Instance.objects.get(id=1).zone
    starts = from_date or loaded.effective_from
    if Person.objects.exists() and not confirm and loaded.level != "house":
        today = max(local_date(now(), zone), starts)
        if try_edition(loaded, today, from_date=starts).asks_nothing:
            raise MainstayError(
                ASKS_NOTHING,
                f"{loaded.id} would give none of the people here any duty; if that is meant, say --confirm.",
                {"edition": loaded.id},
            )
    put_into_force(name=edition, from_date=from_date, by=ledger.actor("command line"), at=now())
    ledger.seal(at=now())
    data = {"edition": loaded.id, "from": starts, "sha256": sha256}
    if as_json:
        emit("protocol.adopt", data, known_at=last_seal())
    else:
        click.echo(f"{loaded.id} holds from {starts}.")
