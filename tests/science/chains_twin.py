"""The slow, obvious twin of `mainstay.science.chains`: walks over lists, the statistics module."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Sequence
from datetime import date
from typing import Any


def chains_by_walking(cases: Sequence[tuple[str, date | None]], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The same data object from plain tuples; shares no code with what it checks."""
    pairs = sorted(set(pairs))
    onset = dict(cases)
    in_pairs = sorted({person for pair in pairs for person in pair})
    sizes = _sizes_by_walking(sorted({*onset, *in_pairs}), pairs)
    degrees = [sum(1 for infector, _ in pairs if infector == person) for person in in_pairs]
    return {
        "cases": len(onset),
        "pairs": len(pairs),
        "persons_unknown": len([person for person in in_pairs if person not in onset]),
        "clusters": len(sizes),
        "cluster_sizes": sizes,
        "out_degree": {
            "mean": statistics.mean(degrees) if degrees else None,
            "max": max(degrees, default=None),
            "denominator": "in_pairs",
        },
        "serial_interval_days": _interval_summary(onset, pairs),
        "multi_infector": len(
            [person for person in in_pairs if len([1 for _, infectee in pairs if infectee == person]) >= 2]
        ),
    }


def _sizes_by_walking(persons: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[int]:
    met: set[str] = set()
    sizes = []
    for start in persons:
        if start in met:
            continue
        met.add(start)
        size, waiting = 0, deque([start])
        while waiting:
            here = waiting.popleft()
            size += 1
            for a, b in pairs:
                for neighbour in [b] * (a == here) + [a] * (b == here):
                    if neighbour not in met:
                        met.add(neighbour)
                        waiting.append(neighbour)
        sizes.append(size)
    return sorted(sizes, reverse=True)


def _interval_summary(onset: dict[str, date | None], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    days = []
    for infector, infectee in pairs:
        first, second = onset.get(infector), onset.get(infectee)
        if first is not None and second is not None:
            days.append(second.toordinal() - first.toordinal())
    return {
        "n": len(days),
        "mean": statistics.mean(days) if days else None,
        "median": statistics.median(days) if days else None,
        "sd": statistics.stdev(days) if len(days) >= 2 else None,
        "min": min(days, default=None),
        "max": max(days, default=None),
    }
