"""From the words of a story to the shapes that are judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.facts import PersonFacts, PostFacts, QuestionFacts, in_order
from mainstay.platform.clock import known_on

Table = dict[str, Any]
# Keys any fact may have: its own day where that is another, its hour, a name to correct or retract it by.
COMMON = {"on", "at", "as", "undated"}


class Teller:
    """Keeps what has become known; a fact told again under the same name corrects the first."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._items: dict[str, dict[UUID, Any]] = {}
        self._ids: dict[str, UUID] = {}
        self._count = 0
        self._post = PostFacts(UUID(int=7), None)
        self._question: QuestionFacts | None = None

    def take(self, table: Table, day: date) -> None:
        """One fact that becomes known on a day: at its hour, else at the day's end."""
        word = next((key for key in table if key in WORDS), None)
        if "retract" in table:
            self._retract(table["retract"])
        elif word is not None:
            self._say(word, table, day)
        elif next(iter(table)) in HOUSE_WORDS:
            HOUSE_WORDS[next(iter(table))](self, table, day)
        else:
            raise ValueError(f"{day}: none of {sorted(table)} is a word of stories")

    def facts(self, subject: str) -> Any:
        """Everything known so far, in the shape of its kind of subject."""
        if subject == "post":
            return self._post
        if subject == "question":
            return self._question
        lists = {name: in_order(items.values()) for name, items in self._items.items()}
        return PersonFacts(**lists)

    def instant(self, day: date, clock: str | time) -> datetime:
        hour = clock if isinstance(clock, time) else time.fromisoformat(clock)
        return datetime.combine(day, hour, ZoneInfo(self.zone))

    def local(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")

    def named(self, name: str) -> UUID:
        return self._ids[name]

    def _say(self, word: str, table: Table, day: date) -> None:
        name, keys, make = WORDS[word]
        unknown = set(table) - {word, *keys, *COMMON}
        if unknown:
            raise ValueError(f"{day}: '{word}' knows no {', '.join(sorted(unknown))}")
        identity = self._identity(table.get("as"))
        known = self.instant(day, table["at"]) if "at" in table else known_on(day, self.zone)
        seen = None if table.get("undated") else table.get("on", day)
        self._items.setdefault(name, {})[identity] = make(self, table, identity, known, seen)

    def _identity(self, name: str | None) -> UUID:
        if name is not None and name in self._ids:
            return self._ids[name]
        self._count += 1
        identity = UUID(int=self._count)
        if name is not None:
            self._ids[name] = identity
        return identity

    def _retract(self, name: str) -> None:
        for items in self._items.values():
            items.pop(self._ids[name], None)

    def _vacant(self, table: Table, day: date) -> None:
        since = self.instant(day, table["vacant"])
        self._post = PostFacts(self._post.id, since, spell=since.isoformat())

    def _held(self, _table: Table, _day: date) -> None:
        self._post = PostFacts(self._post.id, None, answered_by=self._identity(None))

    def _asked(self, table: Table, day: date) -> None:
        self._question = QuestionFacts(UUID(int=9), known_on(day, self.zone), table["question"], None)

    def _answered(self, _table: Table, _day: date) -> None:
        asked = self._question
        assert asked is not None
        self._question = QuestionFacts(asked.id, asked.known, asked.kind, self._identity(None))


HOUSE_WORDS: dict[str, Callable[[Teller, Table, date], None]] = {
    "vacant": Teller._vacant,
    "held_by": Teller._held,
    "question": Teller._asked,
    "answer": Teller._answered,
}


# How a fact is made: from its table, its identity, when it was known, and the day it speaks of.
Maker = Callable[[Teller, Table, UUID, datetime, date | None], Any]


def _saying(shape: Callable[..., Any], word: str) -> Maker:
    """A fact that says one thing: the word's own value."""
    return lambda _teller, table, identity, known, seen: shape(identity, known, seen, table[word])


def _dated(shape: Callable[..., Any]) -> Maker:
    """A fact that says only that it was."""
    return lambda _teller, _table, identity, known, seen: shape(identity, known, seen)


def _onset(_t: Teller, table: Table, identity: UUID, known: datetime, _seen: date | None) -> Any:
    return shapes.Onset(identity, known, table["onset"])


def _symptom(word: str, present: bool) -> Maker:
    return lambda _t, table, identity, known, seen: shapes.Symptom(identity, known, seen, table[word], present)


def _specimen(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    return shapes.Specimen(identity, known, seen, None, table["specimen"])


def _result(teller: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    taken = teller.instant(seen, table["taken"]) if seen is not None and "taken" in table else None
    return shapes.Result(identity, known, seen, taken, table.get("test", "pcr"), table["result"])


def _exposure(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    last = None if table.get("undated") else table.get("last", seen)
    index = (table.get("index_onset"), table.get("index_positive"), table.get("index_report"))
    return shapes.Exposure(
        identity, known, last, table.get("first"), table.get("latest"), table["met"], table["of"], *index
    )


def _presence(_t: Teller, table: Table, identity: UUID, known: datetime, _seen: date | None) -> Any:
    return shapes.Presence(identity, known, table.get("last"), table.get("first"), table["was_in"])


def _stay(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    return shapes.Stay(identity, known, seen, table.get("until"), table["stays"], None, True)


def _temperature(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    return shapes.Check(identity, known, seen, None, "temperature", round(table["temperature"] * 10))


def _check(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    return shapes.Check(identity, known, seen, None, table["check"], None)


def _offer(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    return shapes.Offer(identity, known, seen, table["offered"], table.get("accepted"))


def _order(teller: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    assert seen is not None
    starts = teller.instant(seen, table.get("from_hour", "12:00"))
    ends = starts + timedelta(days=table.get("days", 14))
    review = starts + timedelta(days=table.get("review_in", 7))
    served = teller.instant(table["served"], "18:00") if "served" in table else None
    return shapes.Order(identity, known, seen, table["order"], starts, ends, review, served, table.get("oral", False))


def _objection(teller: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> Any:
    decision = "" if table["objection"] == "open" else table["objection"]
    return shapes.Objection(identity, known, seen, teller.named(table["against"]), decision)


def _trait(name: str, word: str) -> Maker:
    return lambda _t, table, identity, known, seen: shapes.Trait(identity, known, seen, name, _as_text(table[word]))


def _as_text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


_MEETING = frozenset({"of", "first", "last", "latest", "index_onset", "index_positive", "index_report"})
_PLAIN: frozenset[str] = frozenset()

# word -> (the list it fills, the further keys it knows, how it is made)
WORDS: dict[str, tuple[str, frozenset[str], Maker]] = {
    "classified": ("classifications", _PLAIN, _saying(shapes.Classified, "classified")),
    "onset": ("onsets", _PLAIN, _onset),
    "severity": ("severities", _PLAIN, _saying(shapes.Severity, "severity")),
    "symptom": ("symptoms", _PLAIN, _symptom("symptom", True)),
    "no_symptom": ("symptoms", _PLAIN, _symptom("no_symptom", False)),
    "specimen": ("specimens", _PLAIN, _specimen),
    "result": ("results", frozenset({"test", "taken"}), _result),
    "outcome": ("outcomes", _PLAIN, _saying(shapes.Outcome, "outcome")),
    "reported": ("reports", _PLAIN, _dated(shapes.Reported)),
    "met": ("exposures", _MEETING, _exposure),
    "named": ("named", _PLAIN, _dated(shapes.Named)),
    "was_in": ("presences", frozenset({"first", "last"}), _presence),
    "stays": ("stays", frozenset({"until"}), _stay),
    "temperature": ("checks", _PLAIN, _temperature),
    "check": ("checks", _PLAIN, _check),
    "recorded": ("evidence", _PLAIN, _saying(shapes.Evidence, "recorded")),
    "given": ("treatments", _PLAIN, _saying(shapes.Treatment, "given")),
    "offered": ("offers", frozenset({"accepted"}), _offer),
    "order": ("orders", frozenset({"from_hour", "days", "review_in", "served", "oral"}), _order),
    "objection": ("objections", frozenset({"against"}), _objection),
    "immune": ("traits", _PLAIN, _trait("immune", "immune")),
    "risk_group": ("traits", _PLAIN, _trait("risk_group", "risk_group")),
    "role": ("traits", _PLAIN, _trait("role", "role")),
    "born": ("traits", _PLAIN, _trait("birth_date", "born")),
}
