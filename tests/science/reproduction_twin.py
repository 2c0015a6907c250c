"""The slow, obvious twins of the reproduction numbers and the growth rate: loops over days and over pairs of cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, sqrt
from typing import Any

from distributions_twin import erlang_quantile

Day = tuple[int, int]  # cases, imported ones among them


def rt_by_loops(days: Sequence[Day], w: Sequence[float], window: int) -> list[dict[str, Any]]:
    """Cori's posterior for the prior of mean 5 and sd 5: shape 1 + local cases, rate 1/5 + infectiousness."""
    found = []
    for end in range(window + 1, len(days) + 1):
        within = list(range(end - window, end))
        local = total = 0.0
        for t in within:
            local += days[t][0] - days[t][1]
            for s in range(t):
                if t - s < len(w):
                    total += days[s][0] * w[t - s]
        shape, rate = 1 + int(local), 1 / 5 + total
        row: dict[str, Any] = {"cases": sum(days[t][0] for t in within), "status": "unknown"}
        if total > 0:
            row["status"] = "estimate" if local else "prior_only"
            row |= {"mean": shape / rate, "sd": sqrt(shape) / rate}
            row |= {name: erlang_quantile(p, shape) / rate for name, p in QUANTILES.items()}
        found.append(row)
    return found


QUANTILES = {"q025": 0.025, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "q975": 0.975}


def infected_by_pairs(days: Sequence[Day], w: Sequence[float]) -> list[float]:
    """Wallinga and Teunis person by person: for each day, how many its cases are likely to have infected in all."""
    persons = [(day, place >= imported) for day, (n, imported) in enumerate(days) for place in range(n)]
    infected = [0.0] * len(days)
    for day, local in persons:
        chances = [w[day - other] if 0 < day - other < len(w) else 0.0 for other, _ in persons]
        if local and sum(chances) > 0:
            for (other, _), chance in zip(persons, chances, strict=True):
                infected[other] += chance / sum(chances)
    return infected


def growth_by_climbing(counts: Sequence[int]) -> float:
    """The most likely rate, by drawing three-part steps together around the top of the log likelihood."""

    def likelihood(rate: float) -> float:
        level = log(sum(counts)) - log(sum(exp(rate * day) for day in range(len(counts))))
        return sum(
            count * (level + rate * day) - exp(level + rate * day) - lgamma(count + 1)
            for day, count in enumerate(counts)
        )

    low, high = -12.0, 12.0
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (left, high) if likelihood(left) < likelihood(right) else (low, right)
    return (low + high) / 2
