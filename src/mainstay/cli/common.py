"""What every command shares: which instance, the JSON envelope, progress, tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from mainstay.platform.envelope import envelope, plain
from mainstay.platform.errors import MainstayError, code

__all__ = ["Day", "emit", "envelope", "instance_options", "last_seal", "open_instance", "plain", "progress", "table"]

NO_INSTANCE = code("instance.missing", "There is no instance in the folder named.")
BEHIND = code("instance.behind", "The instance's tables are older than this program.")
UNREACHABLE = code("database.unreachable", "The database does not answer.")


class Day(click.ParamType):
    """A day written 2020-02-14."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no day; write it like 2020-02-14.", param, ctx)


def instance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--home and --json, which every command on an instance takes."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(command)
    return click.option(
        "--home",
        type=click.Path(file_okay=False),
        envvar="MAINSTAY_HOME",
        help="The instance's folder (or MAINSTAY_HOME).",
    )(command)


def open_instance(home: str | None, new: bool = False) -> None:
    """Set Django up on the instance in `home`; raises `instance.missing` unless it is about to be made."""
    if home:
        os.environ["MAINSTAY_HOME"] = home
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainstay.web.settings")
    import django

    django.setup()
    if not new:
        _hold_instance()


def _hold_instance() -> None:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from mainstay.platform.environment import read_environment
    from mainstay.platform.models import Instance

    environment = read_environment()
    missing = MainstayError(
        NO_INSTANCE, f"There is no instance in {environment.home}; run `mainstay init --home {environment.home}`."
    )
    if not environment.database_url and not environment.sqlite_file.exists():
        raise missing
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise MainstayError(UNREACHABLE, f"The database does not answer: {error}", exit_code=3) from error
    try:
        there = Instance.objects.filter(id=1).exists()
    except DatabaseError:
        there = False
    if not there:
        raise missing
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MainstayError(BEHIND, "The instance was made by an older version; run `mainstay init` on it again.")


def emit(name: str, data: Any, *, as_of: date | None = None, known_at: int | None = None) -> None:
    """Print the envelope that scripts rely on."""
    click.echo(envelope(name, data, as_of=as_of, known_at=known_at))


def last_seal() -> int | None:
    """The number of the last seal: what an answer is known at."""
    from mainstay.platform.models import Seal

    return Seal.objects.order_by("-no").values_list("no", flat=True).first()


@contextmanager
def progress(label: str, quiet: bool):
    """A bar on standard error for long work: call it with (step, done, of); silent for JSON and pipes."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step, _done, _of: None
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:

        def show(step: str, done: int, of: int) -> None:
            bar.label = f"{label} {step}"
            bar.pos = int(1000 * done / of) if of else 0
            bar.render_progress()  # update(0) draws nothing

        yield show


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Aligned columns: numbers to the right, words to the left."""
    text = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(str(line[i])) for line in [headers, *text]) for i in range(len(headers))]
    right = [all(isinstance(row[i], (int, float)) for row in rows) and bool(rows) for i in range(len(headers))]
    lines = []
    for line in [list(headers), *text]:
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(plain(value))
