"""The serial interval that is assumed of a disease where nobody gives another: from a file, with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from mainstay.science.distributions import ByDay, DiscretisedGamma


@dataclass(frozen=True, slots=True)
class AssumedInterval:
    """Mean and sd in days, and where they are from; `recalled` where that was not held against the paper."""

    mean_days: float
    sd_days: float
    source: str
    recalled: bool = False


def assumed_intervals() -> dict[str, AssumedInterval]:
    """Of every disease that the file has one for."""
    text = resources.files("mainstay.reports").joinpath("serial_intervals.toml").read_text(encoding="utf-8")
    return {disease: AssumedInterval(**table) for disease, table in tomllib.loads(text).items()}


def assumed_interval(disease: str) -> tuple[ByDay | None, str | None]:
    """(the serial interval that is assumed of a disease, where it is from); (None, None) where none is."""
    assumed = assumed_intervals().get(disease)
    if assumed is None:
        return None, None
    recalled = " (recalled)" if assumed.recalled else ""
    return DiscretisedGamma(assumed.mean_days, assumed.sd_days), f"assumed for {disease}: {assumed.source}{recalled}"
