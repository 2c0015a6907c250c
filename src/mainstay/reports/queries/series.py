"""Reads of series: what is counted, what it shows, what is known about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_uuid, same, table_reader
from mainstay.reports.models import AggregateCount, Explanation, Series
from mainstay.reports.rules.series import Point, Told, Total, by_day, summed

LANGUAGES = {"en": "text_en", "zh-hans": "text_zh_hans", "zh-hant": "text_zh_hant"}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series: its name, its line for people, its disease, the place in it that is the city."""

    name: str
    title: str
    disease: str
    city: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count as published."""

    root: UUID
    place: str
    measure: str
    point: Point


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one series up to a day, by place and measure; what its places are called and lie in."""

    rows: Mapping[tuple[str, str], Sequence[CountRow]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    daily: frozenset[tuple[str, str]] = frozenset()  # given for single days, not cumulative

    def points(self, place: str, measure: str) -> list[Point]:
        """A place's counts as published."""
        return [row.point for row in self.rows.get((place, measure), ())]

    def total(self, place: str, measure: str) -> Total:
        """A place's cumulative count by day."""
        found = by_day(self.points(place, measure))
        return summed(found) if (place, measure) in self.daily else found

    def parts(self, whole: str) -> list[str]:
        """The places that lie in a place, in order of code."""
        return sorted(place for place, within in self.within.items() if within == whole)


def all_series(view: View) -> list[SeriesRow]:
    """Every series that stands in the view, by name; one statement."""
    rows = standing(Series, ("name", "title", "disease", "city"), view)
    return sorted((SeriesRow(*row) for row in rows), key=lambda row: row.name)


_COLUMNS = ("root", "place", "place_name", "within", "measure", "cumulative", "observed_date", "stamped_date", "value")
_READ = table_reader(as_uuid, same, same, same, same, as_bool, as_date, as_date, same)


def counts(series: SeriesRow, until: date, view: View) -> Counts:
    """The counts of a series for days up to `until`; one statement."""
    dated = View(view.to_entry, view.known_by, until)
    where = "f.series = %s AND f.disease = %s", [series.name, series.disease]
    rows: dict[tuple[str, str], list[CountRow]] = {}
    names, parts, daily = {}, {}, set()
    for root, place, name, within, measure, cumulative, day, stamped, value in _READ(
        standing(AggregateCount, _COLUMNS, dated, where)
    ):
        rows.setdefault((place, measure), []).append(CountRow(root, place, measure, Point(day, stamped, value)))
        names[place], parts[place] = name, within
        if not cumulative:
            daily.add((place, measure))
    return Counts(rows, names, parts, frozenset(daily))


def explanations(series: SeriesRow, view: View, language: str) -> list[Told]:
    """What is known of a series' findings, in one language; one statement."""
    columns = ("observed_date", "place", "kind", "measure", LANGUAGES[language])
    rows = standing(Explanation, columns, view, ("f.series = %s", [series.name]))
    return [Told(as_date(day), *rest) for day, *rest in rows]
