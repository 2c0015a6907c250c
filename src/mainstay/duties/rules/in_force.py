"""Which editions hold on a day, and the rules they make together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mainstay.duties.rules.edition import Edition, Ruleset, combine

HOUSE = "house"


@dataclass(frozen=True, slots=True)
class InForce:
    """An edition and the day from which it was put into force here; `withdrawn` ends it from that day."""

    edition: Edition
    from_date: date
    withdrawn: bool = False


def rulesets_on(day: date, rows: Iterable[InForce]) -> dict[str, Ruleset]:
    """The rules of every disease on a day, in order of disease; the house's own rules under `house`.

    Of one series (per level and area) the edition with the latest day that has come holds; `rows`
    stand in the order they were put into force, and of two for one day the later holds. The house's
    rules (orders, objections, vacancies) are part of every disease's.
    """
    holding: dict[tuple[str, str, str, str], InForce] = {}
    for row in rows:
        edition = row.edition
        if row.from_date > day:
            continue
        key = (edition.disease, edition.series, edition.level, edition.area)
        if key not in holding or row.from_date >= holding[key].from_date:
            holding[key] = row
    standing = [row for row in holding.values() if not row.withdrawn]
    house = [row for row in standing if row.edition.level == HOUSE]
    diseases = sorted({row.edition.disease for row in standing if row.edition.level != HOUSE})
    found = {
        disease: _ruleset([row for row in standing if row.edition.disease == disease] + house) for disease in diseases
    }
    if house:
        found[HOUSE] = _ruleset(house)
    return found


@dataclass(frozen=True, slots=True)
class Spell:
    """An edition rules its series from a day until the day before another's (None: until further notice)."""

    edition: Edition
    from_date: date
    until: date | None


def spells(rows: Iterable[InForce]) -> dict[tuple[str, str, str, str], list[Spell]]:
    """{(disease, series, level, area): which edition ruled when, in order}, by the rule of `rulesets_on`.

    An edition whose day was moved rules from the last day it was given; between a withdrawal and the next nothing does.
    """
    of_series: dict[tuple[str, str, str, str], list[InForce]] = {}
    for row in rows:
        edition = row.edition
        of_series.setdefault((edition.disease, edition.series, edition.level, edition.area), []).append(row)
    return {key: _spells(found) for key, found in sorted(of_series.items())}


def _spells(rows: list[InForce]) -> list[Spell]:
    turns: list[tuple[date, Edition | None]] = []
    for day in sorted({row.from_date for row in rows}):
        last = [row for row in rows if row.from_date == day][-1]
        now = None if last.withdrawn else last.edition
        if not turns or turns[-1][1] is not now:
            turns.append((day, now))
    ends = [day for day, _edition in turns[1:]] + [None]
    return [
        Spell(edition, day, until) for (day, edition), until in zip(turns, ends, strict=True) if edition is not None
    ]


def _ruleset(rows: list[InForce]) -> Ruleset:
    return combine(tuple(row.edition for row in rows), {row.edition.id: row.from_date for row in rows})
