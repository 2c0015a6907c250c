"""Short verbs for stories about the situation report: what a source publishes, and what a report then says."""

from __future__ import annotations

from datetime import date
from typing import Any

from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.reports import services
from mainstay.reports.queries.situation import situation
from mainstay.reports.services import Explained
from tests.world import World, day

ON = date(2020, 2, 10)


def counted(world: World, on: str, confirmed: int, cured: int = 0, deaths: int = 0, **more: Any) -> None:
    """What a source publishes for one place and day; the city is `lake`, part of `shore`."""
    common = {"series": "shore", "disease": world.disease, "place": "lake", "within": "shore", **more}
    for measure, value in (("confirmed", confirmed), ("cured", cured), ("deaths", deaths)):
        services.record_count(
            measure=measure,
            value=value,
            observed=day(on),
            known_at=known_on(common.get("stamped") or day(on), world.zone),
            by=world.by,
            at=world.at,
            **common,
        )


def described(world: World, *explanations: Explained, city: str = "lake", name: str = "shore") -> int:
    return services.describe_series(
        name=name,
        title="The shore's counts",
        disease=world.disease,
        city=city,
        source="shore",
        explanations=explanations,
        by=world.by,
        at=world.at,
    )


def why(on: str, kind: str, english: str, **narrowed: str) -> Explained:
    return Explained(day(on), kind, english, "中文", "中文", **narrowed)


def asked(on: date, **options: Any) -> Any:
    """The report of a day, after a seal, as the command asks for it."""
    ledger.seal(at=known_on(date(2020, 3, 1), "UTC"))
    return situation(on=on, **options)


def values(report: Any) -> dict[str, Any]:
    return {figure.id: figure.value for figure in report.figures}


def changes(report: Any) -> dict[str, Any]:
    return {figure.id: figure.change_1d for figure in report.figures}


def notes(report: Any) -> list[tuple]:
    return [
        (str(one.date), one.place, one.kind, one.measure, one.delta, one.explanation) for one in report.series_notes
    ]


def unknown(report: Any) -> set[str]:
    return {missing.id for missing in report.unknowns}
