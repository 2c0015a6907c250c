"""mainstay demo"""

from __future__ import annotations

import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mainstay.cli.common import UNREACHABLE, emit, instance_options, last_seal, open_instance, progress, table
from mainstay.platform.environment import HOME_UNUSABLE
from mainstay.platform.errors import MainstayError, code

if TYPE_CHECKING:
    from mainstay.city.demo import Arrived
    from mainstay.city.ending import Behind, Ending, Reasons
    from mainstay.cycle.check import CheckResult

DEMO_FOLDER = code("demo.folder", "The folder holds something else than an earlier demonstration.")
DEMO_DATABASE = code("demo.database", "A demonstration needs an empty database; this one holds an instance.")

DEFAULT_HOME = "demo-home"
# Says that the folder is a demonstration's, which the next one may do away with.
MARKER = "demonstration.txt"
MARKED = "An invented outbreak, made by `mainstay demo`. The next demonstration in this folder replaces it.\n"
FILES = "files"
OURS = {MARKER, FILES, "backups", "taken-in", "uploads", "keys.toml"} | {
    *(f"mainstay.sqlite3{ending}" for ending in ("", "-wal", "-shm"))
}
WIDTH = 100
LONGEST = 8


@click.command()
@instance_options
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another outbreak.")
@click.option("--no-serve", is_flag=True, help="End after the table.")
def demo(home: str | None, as_json: bool, seed: int, no_serve: bool) -> None:
    """Replay an invented outbreak of some hundred people over thirty days, in ./demo-home or --home.

    A town that does not exist takes in its files and closes thirty periods from 15 February 2020 on. At
    the end stands what should have been done, what was, what is overdue, and why. An earlier demonstration
    in the folder is replaced; a folder that holds anything else is left alone.
    """
    folder = Path(home or DEFAULT_HOME)
    _make_ready(folder)
    from mainstay.city.outbreak import Extent

    extent = Extent()
    arrived, last, result = _run(folder, seed, extent, as_json)
    from mainstay.city.ending import ending

    found = ending(last, {person: identity for identity, person in arrived.persons.items()})
    following = _next_commands(folder, found)
    if as_json:
        emit("demo", _data(folder, seed, arrived, found, result, following), as_of=last, known_at=last_seal())
    else:
        _print(arrived, found, result, following)
    sys.exit(0 if result.ok else 1)


# --- the folder -----------------------------------------------------------------------------------------


def _make_ready(folder: Path) -> None:
    """Refuse what is not ours to use, then do away with an earlier demonstration."""
    try:
        _hold_folder(folder)
        open_instance(str(folder), new=True)
        _hold_database()
        _clear(folder)
    except OSError as error:
        sentence = f"{folder} cannot be used: {error.strerror}; choose another with --home."
        raise MainstayError(HOME_UNUSABLE, sentence) from error


def _hold_folder(folder: Path) -> None:
    """Whatever is not an earlier demonstration's stays as it is, and is a refusal."""
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there and (MARKER not in there or there - OURS):
        other = sorted(there - OURS) or sorted(there)
        shown = ", ".join(other[:3]) + (" and more" if len(other) > 3 else "")
        raise MainstayError(
            DEMO_FOLDER,
            f"{folder} holds {shown}, which no demonstration made; choose a new or empty folder with --home.",
            {"home": str(folder), "found": other},
        )


def _hold_database() -> None:
    """A database named in the environment may be somebody's; a file in the folder is ours."""
    from django.db import DatabaseError, connection

    from mainstay.platform.environment import read_environment

    if not read_environment().database_url:
        return
    try:
        there = "platform_instance" in connection.introspection.table_names()
    except DatabaseError as error:
        raise MainstayError(UNREACHABLE, f"The database does not answer: {error}", exit_code=3) from error
    if there:
        raise MainstayError(
            DEMO_DATABASE,
            "The database that MAINSTAY_DATABASE_URL names holds an instance already; name an empty one, "
            "or unset the variable to use a file in the folder.",
        )


def _clear(folder: Path) -> None:
    """An empty folder, marked as a demonstration's before anything else stands in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name != MARKER:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / MARKER).write_text(MARKED, encoding="utf-8")


# --- the run --------------------------------------------------------------------------------------------


def _run(folder: Path, seed: int, extent: Any, quiet: bool) -> tuple[Arrived, Any, CheckResult]:
    """A fresh instance, the files in, thirty periods, the proof."""
    from mainstay.city import demo as demonstration
    from mainstay.cycle import check
    from mainstay.cycle.instance import initialise, read_profile
    from mainstay.platform import ledger
    from mainstay.platform.clock import now
    from mainstay.platform.models import Actor

    with progress("demo", quiet) as show:
        show("makes the town", 0, 1)
        initialise(profile=read_profile(demonstration.PROFILE), at=now())
        by = ledger.actor("mainstay demo", Actor.Kind.IMPORT)
        arrived = demonstration.arrive(folder / FILES, seed, extent, by=by, at=now(), progress=show)
        last = demonstration.replay(extent, by=by, progress=show)
        show("proves", 1, 1)
        return arrived, last, check.run()


def _next_commands(folder: Path, found: Ending) -> list[str]:
    """Two commands worth trying: why one person is owed what, and what one post has to do."""
    person = next((late.about for late in found.overdue if late.about[:1].isdigit()), None)
    post = max(found.behind, key=lambda share: share.overdue, default=None)
    commands = []
    if person is not None:
        commands.append(["explain", person])
    if post is not None and post.post is not None:
        commands.append(["duties", "--post", post.post])
    ends = ["--on", found.on.isoformat(), "--home", str(folder)]
    return [f"{_program()} {shlex.join([*words, *ends])}" for words in commands]


def _program() -> str:
    """What to type for `mainstay` here."""
    if shutil.which("mainstay"):
        return "mainstay"
    beside = Path(sys.executable).parent / "mainstay"
    if beside.exists():
        here = Path.cwd()
        return shlex.quote(str(beside.relative_to(here) if beside.is_relative_to(here) else beside))
    return f"{shlex.quote(sys.executable)} -m mainstay"


# --- what is said -----------------------------------------------------------------------------------------


def _counts(arrived: Arrived) -> dict[str, int]:
    outbreak = arrived.outbreak
    return {
        "persons": len(arrived.persons),
        "infected": len(outbreak.cases),
        "excluded": len(outbreak.illnesses) - len(outbreak.cases),
        "rows": sum(done.rows["received"] for done in arrived.delivered.values()) + arrived.papers,
        "rejected": sum(len(done.rejects) for done in arrived.delivered.values()),
    }


def _data(
    folder: Path, seed: int, arrived: Arrived, found: Ending, result: CheckResult, following: list[str]
) -> dict[str, Any]:
    names = ("kind", "should", "done", "open", "overdue", "missed", "excused")
    return {
        "home": str(folder),
        "seed": seed,
        "from": arrived.outbreak.extent.first_day,
        "to": found.on,
        **_counts(arrived),
        "totals": [{name: getattr(total, name) for name in names} for total in found.totals],
        "unowned": found.unowned,
        "at_headquarters": found.at_headquarters,
        "behind": found.behind,
        "overdue": found.overdue,
        "reasons": [_reason_data(reason) for reason in found.reasons],
        "check": {"ok": result.ok, "digest": result.digest, "findings": list(result.findings)},
        "next": following,
    }


def _reason_data(reason: Reasons) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "overdue": reason.overdue,
        "since_date": reason.since_date,
        "lacking": [{"what": what, "duties": number} for what, number in reason.lacking],
        "fallen": [{"post": post, "to": to, "duties": number} for post, to, number in reason.fallen],
    }


def _print(arrived: Arrived, found: Ending, result: CheckResult, following: list[str]) -> None:
    click.echo(f"{_opening(arrived, found)}\n\n{_totals(found)}")
    click.echo(f"\nunowned {found.unowned}, fallen to headquarters {found.at_headquarters}")
    click.echo(_proof(result))
    click.echo(f"\nWho is behind, the longest first\n{_behind(found.behind)}")
    if found.overdue:
        shown = min(LONGEST, len(found.overdue))
        click.echo(f"\nThe longest overdue ({shown} of {len(found.overdue)})\n{_longest(found)}")
        click.echo("\nWhy duties are overdue\n" + "\n".join(_why(reason) for reason in found.reasons))
    if following:
        click.echo("\nTry next\n" + "\n".join(f"  {command}" for command in following))


def _opening(arrived: Arrived, found: Ending) -> str:
    counts, first = _counts(arrived), arrived.outbreak.extent.first_day
    return (
        f"Willow Ferry, an invented town, {_day(first)} to {_day(found.on)} {found.on.year}\n"
        f"{counts['persons']} people: {counts['infected']} infected, {counts['excluded']} ill of something"
        f" else, the others their contacts\n"
        f"{counts['rows']} rows taken in, {counts['rejected']} rejected"
    )


def _totals(found: Ending) -> str:
    """What became of every kind of duty; what was excused only where anything was."""
    names = ["should", "done", "open", "overdue", "missed"]
    names += ["excused"] if any(total.excused for total in found.totals) else []
    rows = [[_words(total.kind), *(getattr(total, name) for name in names)] for total in found.totals]
    rows.append(["all", *(sum(getattr(total, name) for total in found.totals) for name in names)])
    return table(["duty", *names], rows)


def _proof(result: CheckResult) -> str:
    counts = result.counts
    if result.ok:
        return f"check: green, {counts['facts']} facts and {counts['duties']} duties proved by other means"
    shown = [f"  {one.sentence}" for one in result.findings[:10]]
    return "\n".join([f"check: RED, {len(result.findings)} findings", *shown])


def _behind(shares: tuple[Behind, ...]) -> str:
    rows = [
        [
            share.post,
            f"{share.holder or 'nobody'}{f' ({share.post} is vacant)' if share.vacant else ''}",
            share.should,
            share.overdue,
            share.missed,
            _late(share.longest_hours),
        ]
        for share in shares
    ]
    return table(("post", "who answers", "should", "overdue", "missed", "longest overdue"), rows)


def _longest(found: Ending) -> str:
    rows = [
        [
            _late(late.overdue_hours),
            _words(late.kind),
            late.about,
            late.holder,
            f"{late.why}; {late.post} vacant" if late.fallen else late.why,
        ]
        for late in found.overdue[:LONGEST]
    ]
    return table(("late", "duty", "about", "who answers", "why"), rows)


def _why(reason: Reasons) -> str:
    """What is lacking, since when, and what fell to whom; wrapped beside the kind."""
    several = len(reason.lacking) > 1
    text = ", ".join(f"{what} ({number})" if several else what for what, number in reason.lacking)
    text += f"; the oldest waits since {_day(reason.since_date)}"
    for post, holder, number in reason.fallen:
        text += f"; {number} fell to {holder}, as {post} is vacant"
    head = f"{_words(reason.kind):<21}  {reason.overdue:>3}  "
    return textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))


def _late(hours: float | None) -> str:
    if hours is None:
        return "-"
    days, rest = divmod(int(hours), 24)
    return f"{days} d {rest} h" if days else f"{rest} h"


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _day(day: Any) -> str:
    return f"{day.day} {day:%B}"
