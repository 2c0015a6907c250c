"""Proof by other means that the ledger stands, that state follows from facts, and that nobody was missed."""

from mainstay.cycle.check.findings import CheckResult, Finding
from mainstay.cycle.check.whole import run

__all__ = ["CheckResult", "Finding", "run"]
