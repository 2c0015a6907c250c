"""mainstay report"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from mainstay.cli.common import Day, instance_options, open_instance
from mainstay.platform.errors import MainstayError, code

OUTPUT_UNUSABLE = code("output.unusable", "A file cannot be written where it was asked for.")
FORMATS = ("json", "html", "pdf", "xlsx", "text", "form")


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day of the report.")
@click.option("--known-at", type=click.IntRange(min=1), help="The number of a seal; the last one where left out.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="What it is given as; text where left out.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.option("--disease", help="Which disease, where there are several.")
@click.option("--language", type=click.Choice(("en", "zh-hans", "zh-hant")), default="en", help="Of its sentences.")
@click.option("--close", is_flag=True, help="Close the day's period: freeze its report as it is now.")
def report(
    home: str | None,
    as_json: bool,
    on: date,
    known_at: int | None,
    form: str | None,
    output: Path | None,
    disease: str | None,
    language: str,
    close: bool,
) -> None:
    """The situation report of any day, as known at any seal: figures, duties, curve, and what is not known."""
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} contradict each other.")
    if close and known_at is not None:
        raise click.UsageError("--close freezes the report as it is now: leave --known-at out.")
    chosen = form or ("json" if as_json else "text")
    open_instance(home)
    from mainstay.platform import ledger
    from mainstay.platform.clock import now
    from mainstay.reports.outputs.made import OUTPUTS
    from mainstay.reports.queries.frozen import given

    at = now()
    if close:
        known_at = _closed(on, at)
    else:
        ledger.seal(at=at)
    if chosen == "form" and language == "en":
        language = "zh-hans"  # its words are Chinese, and so are the sentences beneath it
    found = given(on=on, known_at=known_at, disease=disease, language=language)
    _write(OUTPUTS[chosen].make(found), OUTPUTS[chosen].is_text, output)


def _closed(on: date, at: Any) -> int:
    """Freeze the day's report; the seal at which it is known, which is an earlier one where it was closed before."""
    from mainstay.platform import ledger
    from mainstay.platform.models import Actor
    from mainstay.reports.closing import close_period

    frozen = close_period(on=on, by=ledger.actor("command line", Actor.Kind.IMPORT), at=at)
    ledger.seal(at=at)
    return frozen[0].seal_no


def _write(content: bytes, is_text: bool, output: Path | None) -> None:
    if output is None:
        if not is_text and sys.stdout.isatty():
            raise click.UsageError("This is no text to read on a screen; name a file with -o.")
        stream = click.get_binary_stream("stdout")
        stream.write(content)
        stream.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise MainstayError(
            OUTPUT_UNUSABLE, f"{output} cannot be written: {error.strerror}; name another file.", {"file": str(output)}
        ) from error
