"""From the tables of a TOML file, already held against the schema, to an Edition.

Words that the schema cannot refuse (an unknown anchor, a circle of clauses) are `validation`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from mainstay.duties.rules import edition as words
from mainstay.duties.rules.edition import Anchor, Clause, Condition, Edition, exposure_asked

Table = dict[str, Any]
_SPAN = re.compile(r"^(\d+)(h|d)$")
_ANCHOR = re.compile(r"^([a-z_]+(?::[a-z_]+)?)([+-]\d+)?d?$")
DEFAULT_EPISODE = "case"


def span(text: str) -> timedelta:
    """`2h` or `14d` as a timedelta."""
    found = _SPAN.match(text)
    if not found:
        raise ValueError(f"'{text}' is no span of time; write it like 2h or 14d")
    amount = int(found[1])
    return timedelta(hours=amount) if found[2] == "h" else timedelta(days=amount)


def days(text: str) -> int:
    """`14d` as 14."""
    if not text.endswith("d"):
        raise ValueError(f"'{text}' must be in days, like 14d")
    return span(text).days


def anchor(text: str, chains: dict[str, tuple[str, ...]]) -> Anchor:
    """`onset-2d` with the edition's stated fallbacks; an anchor without any stands for itself."""
    found = _ANCHOR.match(text)
    if not found:
        raise ValueError(f"'{text}' is no anchor; write it like onset or onset-2d")
    name = found[1]
    return Anchor(name, chains.get(name, (name,)), int(found[2] or 0))


def _values(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


# Equal conditions become one object, also across editions, so that a sitting answers each only once.
_SEEN: dict[Condition, Condition] = {}


def _interned(condition: Condition) -> Condition:
    return _SEEN.setdefault(condition, condition)


# Plain predicates first: where one is false, nothing dearer need be asked.
_DEAR = (words.AllOf, words.AnyOf, words.NoneOf, words.AtLeast, words.ClauseDone)


def all_of(parts: tuple[Condition, ...]) -> Condition:
    """All must hold; they may be asked in any order, so the cheap ones come first."""
    return words.AllOf(tuple(sorted(parts, key=lambda part: isinstance(part, _DEAR))))


class Parser:
    """Reads conditions under one edition's anchors and groups of contact kinds."""

    def __init__(self, chains: dict[str, tuple[str, ...]], kinds: dict[str, tuple[str, ...]]) -> None:
        self.chains = chains
        self.kinds = kinds

    def condition(self, table: Table) -> Condition:
        """One table is one condition; several keys in it must all hold."""
        parts = tuple(_interned(self._one(name, value)) for name, value in table.items())
        return parts[0] if len(parts) == 1 else all_of(parts)

    def _one(self, name: str, value: Any) -> Condition:
        if name in COMBINE:
            return COMBINE[name](tuple(self.condition(part) for part in value))
        if name == "at_least":
            return words.AtLeast(value["count"], tuple(self.condition(part) for part in value["of"]))
        return getattr(self, f"_{name}")(value)  # type: ignore[no-any-return]

    def _classification(self, value: Any) -> Condition:
        return words.ClassificationIs(_values(value))

    def _severity(self, value: Any) -> Condition:
        return words.SeverityIs(_values(value))

    def _outcome(self, value: Any) -> Condition:
        return words.OutcomeIs(_values(value))

    def _symptom(self, value: Any) -> Condition:
        return words.SymptomIs(_values(value))

    def _sustained(self, value: Table) -> Condition:
        return words.Sustained(value["of"], round(value["below"] * 10), days(value["for"]))

    def _test(self, value: Table) -> Condition:
        apart = value.get("apart", "0d")
        return words.TestIs(
            test=_values(value.get("test", ())),
            result=value["result"],
            consecutive=value.get("consecutive", 1),
            apart_days=days(apart) if apart.endswith("d") else 0,
            apart_hours=0 if apart.endswith("d") else int(span(apart) / timedelta(hours=1)),
        )

    def _exposed_to(self, value: Table) -> Condition:
        kinds = value.get("kinds", ())
        return words.ExposedTo(
            classes=_values(value["classification"]),
            kinds=self.kinds[kinds] if isinstance(kinds, str) and kinds in self.kinds else _values(kinds),
            since=anchor(value["from"], self.chains) if "from" in value else None,
        )

    def _been_in(self, value: Table) -> Condition:
        before = anchor(value["before"], self.chains) if "before" in value else None
        return words.BeenIn(_values(value["area"]), days(value["within"]), before)

    def _staying(self, value: Any) -> Condition:
        return words.Staying(_values(value))

    def _age(self, value: Table) -> Condition:
        return words.Age(value.get("at_least"), value.get("below"))

    def _immune(self, value: bool) -> Condition:
        return words.TraitIs("immune", ("yes" if value else "no",))

    def _risk_group(self, value: Any) -> Condition:
        return words.TraitIs("risk_group", _values(value))

    def _role(self, value: Any) -> Condition:
        return words.TraitIs("role", _values(value))

    def _days_since(self, value: Table) -> Condition:
        return words.DaysSince(anchor(value["anchor"], self.chains), value.get("at_least"), value.get("below"))

    def _done(self, value: str) -> Condition:
        return words.ClauseDone(value)

    def _unknown(self, value: str) -> Condition:
        return words.Unknown(value)

    def _order(self, value: Table) -> Condition:
        return words.OrderIs(_values(value.get("kind", ())), value["state"])

    def _objection(self, value: Table) -> Condition:
        return words.ObjectionIs(value["state"])

    def _vacant(self, _value: bool) -> Condition:
        return words.Vacant()

    def _question(self, value: Any) -> Condition:
        return words.QuestionIs(_values(value))


COMBINE: dict[str, Callable[[tuple[Condition, ...]], Condition]] = {
    "all": all_of,
    "any": words.AnyOf,
    "none": words.NoneOf,
}


def parse(data: Table) -> Edition:
    """An Edition from a TOML file's tables."""
    chains = {name: tuple(chain) for name, chain in data.get("anchors", {}).items()}
    parser = Parser(chains, {name: tuple(kinds) for name, kinds in data.get("kinds", {}).items()})
    return Edition(
        id=data["id"],
        disease=data["disease"],
        series=data["series"],
        level=data["level"],
        area=data.get("area", ""),
        effective_from=_day(data["effective_from"]),
        title=dict(data["title"]),
        source=data["source"],
        recalled=data.get("recalled", False),
        exposure_gap_days=days(data.get("exposure_gap", "14d")),
        classes=tuple(words.ClassRule(table["value"]) for table in data.get("class", ())),
        categories=tuple(_category(table, parser) for table in data.get("category", ())),
        clauses=tuple(_clause(table, data, parser) for table in data.get("clause", ())),
    )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _category(table: Table, parser: Parser) -> words.CategoryRule:
    when = parser.condition(table["when"])
    return words.CategoryRule(table["id"], when, exposure_asked(when))


def _clause(table: Table, data: Table, parser: Parser) -> Clause:
    when = parser.condition(table["when"])
    demand = table["demand"]
    return Clause(
        id=table["id"],
        edition=data["id"],
        subject=table.get("subject", "person"),
        when=when,
        until=parser.condition(table["until"]) if "until" in table else None,
        episode=anchor(table.get("episode", DEFAULT_EPISODE), parser.chains),
        demand=_demand(demand),
        evidence=_evidence(table["evidence"], parser),
        owner=tuple(table["owner"]),
        escalate=tuple(_escalation(text) for text in table.get("escalate", ())),
        title=dict(table["title"]),
        text=dict(table.get("text", {})),
        source=str(table.get("source", data["source"])),
        recalled=bool(table.get("recalled", data.get("recalled", False))),
        exposure=exposure_asked(when),
    )


def _demand(table: Table) -> words.Demand:
    by = table.get("by")
    return words.Demand(
        kind=table["kind"],
        daily="every" in table,
        by=time.fromisoformat(by) if isinstance(by, str) else by,
        within=span(table.get("within", "24h")),
    )


def _evidence(table: Table, parser: Parser) -> words.FactEvidence | Condition:
    if "fact" not in table:
        return parser.condition(table)
    return words.FactEvidence(
        fact=table["fact"],
        of=_values(table.get("of", ())),
        count=table.get("count", 1),
        after_episode=table.get("after") == "episode",
    )


def _escalation(text: str) -> words.Escalation:
    after, to = text.split()
    return words.Escalation(span(after.removeprefix("+")), to)
