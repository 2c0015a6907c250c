"""mainstay give-back"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from mainstay.cli.common import emit, instance_options, last_seal, open_instance
from mainstay.cli.report import OUTPUT_UNUSABLE
from mainstay.platform.errors import MainstayError


@click.command("give-back")
@instance_options
@click.argument("file")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write it here.")
@click.option("--language", type=click.Choice(("en", "zh-hans", "zh-hant")), default="en", help="Of what is added.")
def give_back(home: str | None, as_json: bool, file: str, output: Path, language: str) -> None:
    """A file that was taken in, as their own workbook with what was added: FILE itself, or the id of its delivery."""
    open_instance(home)
    from mainstay.accounts.rules import Scope
    from mainstay.cycle import giving_back
    from mainstay.platform import ledger
    from mainstay.platform.clock import now
    from mainstay.platform.models import Actor

    delivery, path = _found(file)
    by, at = ledger.actor("command line", Actor.Kind.IMPORT), now()
    given = giving_back.give_back(
        delivery=delivery, scope=Scope(everywhere=True), by=by, at=at, language=language, path=path
    )
    try:
        output.write_bytes(given.content)
    except OSError as error:
        raise MainstayError(
            OUTPUT_UNUSABLE, f"{output} cannot be written: {error.strerror}; name another file.", {"file": str(output)}
        ) from error
    ledger.note(by=by, at=at, verb="export", source="give-back", purpose=f"{delivery}, people: {len(given.people)}")
    ledger.seal(at=now())
    data = {
        "delivery": delivery,
        "output": str(output),
        "rows": given.rows,
        "rows_added": given.rows_added,
        "persons": len(given.people),
    }
    if as_json:
        emit("returned", data, known_at=last_seal())
    else:
        click.echo(f"{output}: {given.rows} rows as they came, {given.rows_added} added; {len(given.people)} people")


def _found(named: str) -> tuple[UUID, Path | None]:
    """The delivery of that id (its kept copy is read), or that of a file with the very bytes of this one."""
    from mainstay.cycle.giving_back import DELIVERY_UNKNOWN
    from mainstay.intake.files import sha256_of
    from mainstay.intake.queries import delivery_of

    path = Path(named)
    if path.is_file():
        delivery = delivery_of(sha256_of(path))
        if delivery is None:
            raise MainstayError(DELIVERY_UNKNOWN, f"{path} was never taken in as it is now; take it in first.")
        return delivery, path
    try:
        return UUID(named), None
    except ValueError:
        raise MainstayError(
            DELIVERY_UNKNOWN, f"There is no file {named}, and it is no delivery's id; name one of the two."
        ) from None
