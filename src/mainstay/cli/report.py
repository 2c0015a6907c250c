"""mainstay report"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from mainstay.cli.common import Day, envelope, instance_options, open_instance
from mainstay.platform.errors import MainstayError, code

OUTPUT_UNUSABLE = code("output.unusable", "A file cannot be written where it was asked for.")


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day of the report.")
@click.option("--known-at", type=click.IntRange(min=1), help="The number of a seal; the last one where left out.")
@click.option("--format", "form", type=click.Choice(("json", "text")), help="For machines, or to paste into a chat.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.option("--disease", help="Which disease, where there are several.")
@click.option("--language", type=click.Choice(("en", "zh-hans", "zh-hant")), default="en", help="Of its sentences.")
def report(
    home: str | None,
    as_json: bool,
    on: date,
    known_at: int | None,
    form: str | None,
    output: Path | None,
    disease: str | None,
    language: str,
) -> None:
    """The situation report of any day, as known at any seal: figures, duties, curve, and what is not known."""
    if as_json and form == "text":
        raise click.UsageError("--json and --format text contradict each other.")
    open_instance(home)
    from mainstay.platform import ledger
    from mainstay.platform.clock import now
    from mainstay.reports.queries.situation import situation
    from mainstay.reports.rules.situation import text

    ledger.seal(at=now())
    found = situation(on=on, known_at=known_at, disease=disease, language=language)
    if as_json or form == "json":
        written = envelope("report", found.as_data(), as_of=on, known_at=found.known_at)
    else:
        written = text(found)
    if output is None:
        click.echo(written)
        return
    try:
        output.write_text(f"{written}\n", encoding="utf-8")
    except OSError as error:
        raise MainstayError(
            OUTPUT_UNUSABLE, f"{output} cannot be written: {error.strerror}; name another file.", {"file": str(output)}
        ) from error
