"""A report read back from its own data: what was frozen when its period was closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from mainstay.reports.rules.series import Finding
from mainstay.reports.rules.situation import Coverage, Figure, Missing, Situation

_FINDING = tuple(field.name for field in fields(Finding))


@dataclass(frozen=True, slots=True)
class ToldCourse:
    """The course of an outbreak as the data of a report tell it."""

    data: Mapping[str, Any]

    @property
    def case_count(self) -> int:
        count: int = self.data["cases"]
        return count

    @property
    def case_classes(self) -> tuple[str, ...]:
        return tuple(self.data["case_classes"])

    @property
    def no_rt(self) -> str:
        """Why there is no reproduction number; empty where there is one."""
        reasons = [one["facts"]["reason"] for one in self.data["unknowns"] if one["id"] == "no_reproduction_number"]
        return reasons[0] if reasons else ""

    def curve_rows(self) -> list[dict[str, Any]]:
        return list(self.data["curve"])

    def off_curve(self) -> dict[str, Any]:
        return dict(self.data["off_curve"])

    def rt_rows(self) -> list[dict[str, Any]] | None:
        rows = self.data["rt"]
        return None if rows is None else list(rows)

    def rt_basis(self) -> dict[str, Any]:
        return dict(self.data["rt_basis"])

    def nowcast_rows(self) -> list[dict[str, Any]]:
        return list(self.data["nowcast"])


def thawed(data: Mapping[str, Any], *, known_at: int | None, language: str) -> Situation:
    """The report whose `as_data` gave this, days as ISO text; its own `as_data` gives the same again."""
    notes = data["series_notes"]
    return Situation(
        number=data["number"],
        period_date=date.fromisoformat(data["period_date"]),
        known_at=known_at,
        disease=data["disease"],
        place=data["place"],
        place_name=data["place_name"],
        language=language,
        figures=tuple(Figure(**one | {"counted_date": _day(one["counted_date"])}) for one in data["figures"]),
        coverage=tuple(Coverage(**one) for one in data["coverage_totals"]),
        coverage_by_place=tuple(Coverage(**one) for one in data["coverage"]),
        course=ToldCourse(data),
        series_notes=tuple(_finding(one) for one in notes),
        place_names={one["place"]: one["place_name"] for one in notes},
        unknowns=tuple(Missing(**one) for one in data["unknowns"]),
    )


def _day(given: str | None) -> date | None:
    return date.fromisoformat(given) if given else None


def _finding(note: Mapping[str, Any]) -> Finding:
    says = {name: note[name] for name in _FINDING}
    says |= {"date": date.fromisoformat(note["date"]), "measure": note["measure"] or ""}
    return Finding(**says | {"explanation": note["explanation"] if note["explained"] else None})
