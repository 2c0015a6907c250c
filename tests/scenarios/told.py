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

    def order_named(self, name: str) -> UUID:
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


def _exposure(
    _t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None
) -> shapes.Exposure:
    last = None if table.get("undated") else table.get("last", seen)
    return shapes.Exposure(
        identity, known, last, table.get("first"), table.get("latest"), table["met"], table["of"],
        table.get("index_onset"), table.get("index_positive"), table.get("index_report"),
    )  # fmt: skip


def _order(teller: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> shapes.Order:
    assert seen is not None
    starts = teller.instant(seen, table.get("from_hour", "12:00"))
    served = teller.instant(table["served"], "18:00") if "served" in table else None
    return shapes.Order(
        identity, known, seen, table["order"], starts, starts + timedelta(days=table.get("days", 14)),
        starts + timedelta(days=table.get("review_in", 7)), served, table.get("oral", False),
    )  # fmt: skip


def _trait(name: str, value: Callable[[Any], str]) -> Any:
    def make(_t: Teller, table: Table, identity: UUID, known: datetime, seen: date | None) -> shapes.Trait:
        return shapes.Trait(identity, known, seen, name, value(table[_TRAIT_WORDS[name]]))

    return make


_TRAIT_WORDS = {"immune": "immune", "risk_group": "risk_group", "role": "role", "birth_date": "born"}


def _tenths(degrees: Any) -> int:
    return round(float(degrees) * 10)


# word -> (list it fills, its own further keys, how it is made)
WORDS: dict[str, tuple[str, set[str], Callable[..., Any]]] = {
    "classified": ("classifications", set(), lambda _t, w, i, k, d: shapes.Classified(i, k, d, w["classified"])),
    "onset": ("onsets", set(), lambda _t, w, i, k, _d: shapes.Onset(i, k, w["onset"])),
    "severity": ("severities", set(), lambda _t, w, i, k, d: shapes.Severity(i, k, d, w["severity"])),
    "symptom": ("symptoms", set(), lambda _t, w, i, k, d: shapes.Symptom(i, k, d, w["symptom"], True)),
    "no_symptom": ("symptoms", set(), lambda _t, w, i, k, d: shapes.Symptom(i, k, d, w["no_symptom"], False)),
    "specimen": ("specimens", set(), lambda _t, w, i, k, d: shapes.Specimen(i, k, d, None, w["specimen"])),
    "result": ("results", {"test", "taken"}, lambda t, w, i, k, d: shapes.Result(
        i, k, d, t.instant(d, w["taken"]) if "taken" in w else None, w.get("test", "pcr"), w["result"])),
    "outcome": ("outcomes", set(), lambda _t, w, i, k, d: shapes.Outcome(i, k, d, w["outcome"])),
    "reported": ("reports", set(), lambda _t, _w, i, k, d: shapes.Reported(i, k, d)),
    "met": ("exposures", {"of", "first", "last", "latest", "index_onset", "index_positive", "index_report"}, _exposure),
    "named": ("named", set(), lambda _t, _w, i, k, d: shapes.Named(i, k, d)),
    "was_in": ("presences", {"first", "last"}, lambda _t, w, i, k, _d: shapes.Presence(
        i, k, w.get("last"), w.get("first"), w["was_in"])),
    "stays": ("stays", {"until"}, lambda _t, w, i, k, d: shapes.Stay(i, k, d, w.get("until"), w["stays"], None, True)),
    "temperature": ("checks", set(), lambda _t, w, i, k, d: shapes.Check(
        i, k, d, None, "temperature", _tenths(w["temperature"]))),
    "check": ("checks", set(), lambda _t, w, i, k, d: shapes.Check(i, k, d, None, w["check"], None)),
    "recorded": ("evidence", set(), lambda _t, w, i, k, d: shapes.Evidence(i, k, d, w["recorded"])),
    "given": ("treatments", set(), lambda _t, w, i, k, d: shapes.Treatment(i, k, d, w["given"])),
    "offered": ("offers", {"accepted"}, lambda _t, w, i, k, d: shapes.Offer(i, k, d, w["offered"], w.get("accepted"))),
    "order": ("orders", {"from_hour", "days", "review_in", "served", "oral"}, _order),
    "objection": ("objections", {"against"}, lambda t, w, i, k, d: shapes.Objection(
        i, k, d, t.order_named(w["against"]), "" if w["objection"] == "open" else w["objection"])),
    "immune": ("traits", set(), _trait("immune", lambda value: "yes" if value else "no")),
    "risk_group": ("traits", set(), _trait("risk_group", str)),
    "role": ("traits", set(), _trait("role", str)),
    "born": ("traits", set(), _trait("birth_date", lambda value: value.isoformat())),
}  # fmt: skip
