"""mainstay intake, mainstay rejects"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mainstay.cli.common import emit, instance_options, last_seal, open_instance, progress, table

SHOWN = 20
_ROWS = ("received", "new", "known", "revised", "conflict", "rejected", "warned")


def _clerk() -> Any:
    from mainstay.platform import ledger
    from mainstay.platform.models import Actor

    return ledger.actor("command line", Actor.Kind.IMPORT)


@click.command()
@instance_options
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", help="A shipped mapping's name, or a file.")
@click.option("--sheet", default="", help="The sheet of a workbook that is read, where several could be meant.")
@click.option("--dry-run", is_flag=True, help="Show every verdict and write nothing.")
@click.option("--guess", is_flag=True, help="Propose a mapping by the file's columns, with questions; take nothing in.")
def intake(
    home: str | None, as_json: bool, file: Path, mapping: str | None, sheet: str, dry_run: bool, guess: bool
) -> None:
    """Take a file in: a verdict for every row, nothing dropped, nothing half done."""
    if guess:
        _guess(file, sheet, as_json)
        return
    if mapping is None:
        raise click.UsageError("Name a mapping with --mapping, or let one be proposed with --guess.")
    open_instance(home)
    from mainstay.cycle.sense import take_in
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    with progress(file.name, as_json) as show:
        done = take_in(
            file,
            mapping,
            by=_clerk(),
            at=now(),
            dry_run=dry_run,
            sheet=sheet,
            progress=lambda n, of: show("rows", n, of),
        )
    if not dry_run:
        ledger.seal(at=now())
    if as_json:
        emit("intake", done.as_data(), known_at=last_seal())
    else:
        _print(done)
    sys.exit(done.exit_code)


def _guess(file: Path, sheet: str, as_json: bool) -> None:
    from mainstay.intake.guessing import guess_mapping

    found = guess_mapping(file, sheet)
    if as_json:
        emit("guess", {"mapping": found.toml, "questions": found.questions, "guesses": found.guesses})
    else:
        click.echo(found.toml, nl=False)


def _print(done: Any) -> None:
    said = "dry run, nothing written; " if done.dry_run else ""
    click.echo(f"{said}read as {_form(done)}")
    click.echo(table(_ROWS, [[done.rows[name] for name in _ROWS]]))
    persons = done.persons
    click.echo(f"{done.facts_added} facts added; persons: {persons['known']} known, {persons['new']} new")
    for note in done.notes:
        click.echo(note)
    for row, kind, text, reason in done.skipped[:SHOWN]:
        click.echo(f"row {row} left out, {kind}: {text} ({reason})")
    if len(done.skipped) > SHOWN:
        click.echo(f"and {len(done.skipped) - SHOWN} more rows left out: --json lists them")
    if done.rows_out_of_scope:
        click.echo(f"{done.rows_out_of_scope} rows more are out of the feed's scope and were not taken")
    if done.columns_unread:
        click.echo(f"columns not read: {', '.join(done.columns_unread)}")
    for line in done.rejects[:SHOWN]:
        click.echo(f"row {line.row}, {_place(line)}: {line.reason} {line.remedy} [{line.code}]")
    if len(done.rejects) > SHOWN:
        click.echo(f"and {len(done.rejects) - SHOWN} more: mainstay rejects")


def _place(line: Any) -> str:
    return f"{line.column} ({line.cell})" if line.cell else line.column


def _form(done: Any) -> str:
    """How the file was read: its format, and what that has of encoding, separator and sheet."""
    said = [
        done.format,
        done.encoding,
        f"separated by {done.separator!r}" if done.separator else "",
        f"sheet {done.sheet!r}" if done.sheet else "",
    ]
    return ", ".join(filter(None, said))


@click.command()
@instance_options
@click.option("--mend", type=click.Path(path_type=Path), help="A CSV of rejects with the column `mended` filled in.")
@click.option("--csv", "as_csv", is_flag=True, help="The rejects as a CSV to fill in and send back with --mend.")
def rejects(home: str | None, as_json: bool, mend: Path | None, as_csv: bool) -> None:
    """What is held, with its reason and remedy; mended rows are sent again."""
    open_instance(home)
    from mainstay.cycle import held
    from mainstay.cycle.delivered import reject_data

    if mend is not None:
        _mend(mend, as_json)
        return
    lines = held.open_rejects()
    if as_csv:
        click.echo(held.as_csv(lines), nl=False)
    elif as_json:
        emit("rejects", {"rejects": [reject_data(line) for line in lines]}, known_at=last_seal())
    else:
        click.echo(table(("row", "column", "held", "reason"), [[x.row, _place(x), x.held, x.reason] for x in lines]))
    sys.exit(1 if lines else 0)


def _mend(path: Path, as_json: bool) -> None:
    from mainstay.cycle.sense import mend as send_again
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    done = send_again(path, by=_clerk(), at=now())
    ledger.seal(at=now())
    if as_json:
        emit("rejects", done.as_data(), known_at=last_seal())
    else:
        if not done.rows["received"]:
            click.echo("Nothing was sent again: no line has anything in its column `mended`.")
        _print(done)
    sys.exit(done.exit_code)
