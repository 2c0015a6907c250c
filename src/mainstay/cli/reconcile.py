"""mainstay reconcile"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from mainstay.cli.common import Day, envelope, instance_options, open_instance

if TYPE_CHECKING:
    from mainstay.reports.queries.reconciliation import DifferenceRow, Reconciliation


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day of the reconciliation.")
@click.option("--known-at", type=click.IntRange(min=1), help="The number of a seal; the last one where left out.")
@click.option("--disease", help="Only this disease; all where left out.")
def reconcile(home: str | None, as_json: bool, on: date, known_at: int | None, disease: str | None) -> None:
    """Set register, hospital and laboratory side by side, person by person: what differs, and whose it is."""
    open_instance(home)
    from mainstay.platform import ledger
    from mainstay.platform.clock import now
    from mainstay.reports.queries.reconciliation import reconciliation

    by = ledger.actor("command line")
    ledger.seal(at=now())
    found = reconciliation(on=on, known_at=known_at, disease=disease)
    if found.rows:
        ledger.note(by=by, at=now(), verb="read.reconciliation", purpose=f"{len(found.rows)} differences of {on}")
    if as_json:
        click.echo(envelope("reconciliation", found.as_data(), as_of=on, known_at=found.known_at))
        return
    _print(found)


def _print(found: Reconciliation) -> None:
    for one in found.compared:
        click.echo(f"{one.disease}: {one.people} people = {one.agreeing} agree + {one.differing} differ")
    for row in found.rows:
        click.echo(_line(found, row))
    if not found.rows:
        click.echo("No difference.")


def _line(found: Reconciliation, row: DifferenceRow) -> str:
    one = row.difference
    sides = "; ".join(
        f"{said.side}: {said.value if said.fact else 'nothing'}{f' of {said.date}' if said.date else ''}"
        f"{f' ({said.source})' if said.source else ''}"
        for said in one.said
    )
    owner = found.post_codes.get(row.answering, "nobody") if row.answering else "nobody"
    return f"{one.kind}  {one.person}  since {one.since}  {owner}  {sides}"
