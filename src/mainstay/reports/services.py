"""Writes of the reports' area: a count entered by hand, what a series is and what is known of its findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.platform import bulk, ledger
from mainstay.platform.facts import new_fact
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Actor, Fact
from mainstay.reports.models import AggregateCount, Explanation, Series


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of one finding; without a place or measure it holds for every one."""

    date: date
    kind: str
    text_en: str
    text_zh_hans: str
    text_zh_hant: str
    place: str = ""
    measure: str = ""


def record_count(
    *,
    series: str,
    disease: str,
    place: str,
    measure: str,
    value: int,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    stamped: date | None = None,
    place_name: str = "",
    within: str = "",
    cumulative: bool = True,
) -> UUID:
    """How many (persons, never below 0) a source gives for a place and day; its root.

    `stamped` is the day the source wrote beside it, where that is another. Raises IntegrityError for a
    count below 0 or a place within itself.
    """
    fact = new_fact(
        AggregateCount,
        known_at=known_at,
        observed_date=observed,
        series=series,
        disease=disease,
        place=place,
        place_name=place_name or place,
        within=within,
        stamped_date=stamped or observed,
        measure=measure,
        value=value,
        cumulative=cumulative,
    )
    ledger.append([fact], by=by, at=at, verb="count.record")
    return fact.id


def describe_series(
    *,
    name: str,
    title: str,
    disease: str,
    city: str,
    source: str,
    explanations: Sequence[Explained],
    by: Actor,
    at: datetime,
    dry_run: bool = False,
) -> int:
    """Say what a series is and what is known of its findings, as its mapping has it now; the facts added.

    What stands already is left alone, what changed is corrected, an explanation that is gone is retracted:
    said twice, it writes nothing and makes no ledger entry. A dry run counts and writes nothing.
    """
    described = {"name": name, "title": title, "disease": disease, "city": city, "observed_date": None}
    news = list(_news(Series, source, at, [(_root("series", name), described)], Series.objects.filter(name=name)))
    told = [(_root("explanation", name, *_mark(one)), _columns(name, one)) for one in explanations]
    news += _news(Explanation, source, at, told, Explanation.objects.filter(series=name))
    if news and not dry_run:
        ledger.append(news, by=by, at=at, verb="series.describe", source=source)
    return len(news)


def _root(*parts: str) -> UUID:
    return keyed_id(load_keys().record, *parts)


def _mark(one: Explained) -> tuple[str, ...]:
    return (one.date.isoformat(), one.place, one.kind, one.measure)


def _columns(name: str, one: Explained) -> dict[str, Any]:
    return {
        "series": name,
        "observed_date": one.date,
        "place": one.place,
        "kind": one.kind,
        "measure": one.measure,
        "text_en": one.text_en,
        "text_zh_hans": one.text_zh_hans,
        "text_zh_hant": one.text_zh_hant,
    }


def _news(
    model: type[Fact], source: str, at: datetime, wanted: Iterable[tuple[UUID, dict[str, Any]]], there: Iterable[Fact]
) -> Iterator[Fact]:
    """The versions by which what is there becomes what is wanted."""
    last: dict[UUID, Fact] = {}
    for fact in there:
        if fact.root not in last or last[fact.root].version < fact.version:
            last[fact.root] = fact
    shared = {"source": source, "became_known_at": at, "known_on_receipt": True}
    for root, columns in wanted:
        before = last.pop(root, None)
        if before is None or before.retracted or any(getattr(before, key) != columns[key] for key in columns):
            version = before.version + 1 if before else 1
            yield _version(model, root, version, columns | shared)
    for root, before in last.items():
        if not before.retracted:
            columns = {field.attname: getattr(before, field.attname) for field in before._meta.concrete_fields}
            columns |= {**shared, "entry_id": None, "retracted": True}
            yield _version(model, root, before.version + 1, columns)


def _version(model: type[Fact], root: UUID, version: int, columns: dict[str, Any]) -> Fact:
    said = [str(columns[key]) for key in sorted(columns) if key not in ("id", "root", "version", "became_known_at")]
    identity = keyed_id(load_keys().record, root.hex, str(version), *said)
    return bulk.build(model, columns | {"id": identity, "root": root, "version": version})
