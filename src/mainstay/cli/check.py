"""mainstay check"""

from __future__ import annotations

import sys
from typing import Any

import click

from mainstay.cli.common import emit, instance_options, open_instance, progress, table


class SealName(click.ParamType):
    """NO:HASH as printed with a report."""

    name = "no:hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        if isinstance(value, tuple):
            return value
        number, colon, digest = value.partition(":")
        if not colon or not number.isdigit() or not digest:
            self.fail(f"'{value}' is no seal; write its number and hash, like 17:9f3c…", param, ctx)
        return int(number), digest


@click.command()
@instance_options
@click.option("--expect-seal", type=SealName(), help="A seal kept elsewhere, as NO:HASH.")
def check(home: str | None, as_json: bool, expect_seal: tuple[int, str] | None) -> None:
    """Prove by other means that nothing was changed, no state is off and nobody was missed."""
    open_instance(home)
    from mainstay.cycle import check as proofs

    with progress("check", as_json) as show:
        result = proofs.run(expect_seal=expect_seal, progress=show)
    if as_json:
        seal = result.last_seal
        emit("check", result, known_at=seal["no"] if isinstance(seal, dict) else seal)
    else:
        click.echo(f"{'green' if result.ok else 'RED'}  digest {result.digest}")
        click.echo(table(("counted", "number"), sorted(result.counts.items())))
        for finding in result.findings:
            click.echo(f"{finding.code}: {finding.sentence}")
    sys.exit(0 if result.ok else 1)
