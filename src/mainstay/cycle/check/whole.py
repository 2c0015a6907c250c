"""The whole check: read everything in one snapshot, prove ledger, links and state, and say what was read."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from mainstay.cycle.check import concern, labels, ledger_proof, links, sql, state_proof, twin
from mainstay.cycle.check import digest as digests
from mainstay.cycle.check.arrow import Source, appended, load, our_models, warehouse
from mainstay.cycle.check.findings import CheckResult, in_order
from mainstay.platform.models import Fact
from mainstay.platform.progress import Progress, silent

if TYPE_CHECKING:
    import duckdb


def run(*, expect_seal: tuple[int, str] | None = None, progress: Progress = silent) -> CheckResult:
    """Prove the instance by other means than it works by; reads only, through a connection of its own.

    `expect_seal` is (number, hash) of a seal printed on a report or kept in a backup. What an open
    transaction has written is not seen.
    """
    with warehouse() as duck:
        read_all(duck, progress)
        counted = counts(duck)
        findings = ledger_proof.prove(duck, expect_seal)
        progress("ledger", 1, 1)
        findings += links.prove(duck)
        findings += state_proof.prove(duck)
        findings += concern.prove(duck)
        progress("state", 1, 1)
        findings += twin.prove(duck)
        progress("twin", 1, 1)
        findings += labels.label_persons(duck)
        digest = digests.digest(duck)
        progress("digest", 1, 1)
        ordered = in_order(findings)
        return CheckResult(not ordered, digest, last_seal(duck), counted, ordered)


def read_all(duck: duckdb.DuckDBPyConnection, tell: Progress) -> None:
    """Every table into DuckDB, in one snapshot."""
    models = our_models()
    with closing(Source()) as source:
        for done, model in enumerate(models, 1):
            load(duck, source, model)
            tell("read", done, len(models))


def last_seal(duck: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """Number and hash, as `--expect-seal` takes them; None while nothing was sealed."""
    found = sql.rows(duck, "SELECT no, hash, to_entry FROM platform_seal ORDER BY no DESC LIMIT 1")
    return {"no": found[0][0], "hash": found[0][1], "to_entry": found[0][2]} if found else None


def counts(duck: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What was looked at."""
    rows = sql.sizes(duck)
    return {
        "entries": rows["platform_entry"],
        "seals": rows["platform_seal"],
        "persons": rows["people_person"],
        "facts": sum(rows[model._meta.db_table] for model in appended() if issubclass(model, Fact)),
        "duties": rows["duties_duty"],
        "events": rows["duties_dutyevent"],
    }
