"""mainstay analyse: figures from files alone; nothing is written, no instance is needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mainstay.cli.analyse_cases import cfr, delays, nowcast
from mainstay.cli.analyse_series import case_reproduction, growth, rt
from mainstay.cli.common import emit, table
from mainstay.platform.errors import MainstayError, code

CHAINS_INPUT = code("chains.input", "A case or a pair cannot be used for chains of transmission.")


@click.group()
def analyse() -> None:
    """Analyse files without an instance."""


for command in (rt, case_reproduction, growth, delays, nowcast, cfr):
    analyse.add_command(command)


@analyse.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--cases", required=True, type=click.Path(path_type=Path), help="The line list.")
@click.option("--pairs", type=click.Path(path_type=Path), help="Who may have infected whom; else read from the cases.")
@click.option(
    "--mapping",
    "mappings",
    multiple=True,
    help="Of the cases, then of the pairs; one for both where only one is given.",
)
def chains(as_json: bool, cases: Path, pairs: Path | None, mappings: tuple[str, ...]) -> None:
    """Clusters, numbers of infectees and serial interval, from cases and pairs.

    Without mappings the columns are `id, onset` and `infector, infectee`.
    """
    if len(mappings) > 2:
        raise click.UsageError("--mapping is given at most twice: of the cases, then of the pairs.")
    first = mappings[0] if mappings else "chains-cases"
    second = mappings[-1] if mappings else "chains-pairs"
    table_of_cases = _Table(cases, first)
    table_of_pairs = table_of_cases if pairs is None else _Table(pairs, second)
    found = _analysed(table_of_cases, table_of_pairs)
    held = table_of_cases.held + (0 if table_of_pairs is table_of_cases else table_of_pairs.held)
    if as_json:
        emit("chains", found.as_data())
    else:
        _print(found)
    if held:
        click.echo(
            f"{held} fields or rows are held and count as unknown; `mainstay intake --dry-run` names them.", err=True
        )
    sys.exit(1 if held else 0)


class _Table:
    """One file read by its mapping: onsets and pairs by the identifiers that stand in it."""

    def __init__(self, path: Path, mapping: str) -> None:
        from mainstay.intake.mapping import load
        from mainstay.intake.reader import examine, records
        from mainstay.intake.rules.cells import Context
        from mainstay.intake.rules.rows import RowReader
        from mainstay.platform.clock import local_date, now

        read = load(mapping)
        source = examine(path, read)
        reader = RowReader(read, source.header, Context("UTC", local_date(now(), "UTC")))
        self.cases: dict[str, Any] = {}
        self.pairs: list[tuple[str, str]] = []
        self.held = 0
        for number, cells in records(source):
            if reader.in_scope(cells):
                self._take(reader.read(number, cells))

    def _take(self, row: Any) -> None:
        self.held += len(row.problems)
        names = {named.role: named.identifier for named in row.persons}
        for named in row.persons:
            if named.known:
                self.cases.setdefault(named.identifier, None)
        for draft in row.drafts:
            says = draft.says
            if says.fact == "onset":
                self.cases[names[says.role]] = says.day
            elif says.fact == "contact":
                self.pairs.append((names[says.index_role], names[says.role]))


def _analysed(cases: _Table, pairs: _Table) -> Any:
    from mainstay.science.chains import Case, ChainsInputError, Pair, analyse_chains

    try:
        return analyse_chains(
            [Case(name, onset) for name, onset in cases.cases.items()],
            [Pair(infector, infectee) for infector, infectee in pairs.pairs],
        )
    except ChainsInputError as error:
        raise MainstayError(CHAINS_INPUT, error.sentence, {"ids": list(error.ids), "reason": error.code}) from error


def _print(found: Any) -> None:
    interval, degree = found.serial_interval_days, found.out_degree
    click.echo(f"{found.cases} cases, {found.pairs} pairs, {found.persons_unknown} persons known only from pairs")
    sizes = ", ".join(map(str, found.cluster_sizes[:10])) + (" …" if len(found.cluster_sizes) > 10 else "")
    click.echo(f"{found.clusters} clusters, of {sizes} persons")
    click.echo(f"infectees per person in pairs: mean {_figure(degree.mean)}, at most {_figure(degree.max)}")
    click.echo("serial interval in days:")
    names = ("n", "mean", "median", "sd", "min", "max")
    click.echo(table(names, [[_figure(getattr(interval, name)) for name in names]]))
    click.echo(f"{found.multi_infector} infectees with several candidate infectors")


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
