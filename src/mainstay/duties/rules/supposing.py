"""Single facts that could be otherwise: for each word of the vocabulary, what might be learned of a person.

A supposition is one fact added, corrected or taken back, as if it became known at the moment judged. Whether it
changes anything is not asked here; `would_change` tries each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from mainstay.duties.rules import edition as words
from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.anchors import last_day, matching
from mainstay.duties.rules.edition import DISCARDED, Clause, Condition, FactEvidence, Ruleset
from mainstay.duties.rules.facts import FIELDS, PersonFacts, in_order
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.sitting import Context, Sitting

SUPPOSED = UUID(int=0)
RETRACTED = "retracted"
# A kind of test where none is asked for.
ANY_TEST = "any"


class Supposition(NamedTuple):
    """What is supposed (`fact` becomes `to`), and everything known of the person if it were so.

    `id` is the root of the fact that would be corrected or taken back; None where one would be added.
    """

    fact: str
    to: str
    facts: PersonFacts
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person when a clause is judged, from which suppositions depart."""

    facts: PersonFacts
    rules: Ruleset
    horizon: Horizon
    context: Context

    @property
    def day(self) -> date:
        """The day on which what is supposed would be so: the one accounted for."""
        return self.horizon.period

    def also(self, name: str, item: Any) -> PersonFacts:
        """One more fact in a list."""
        return self.instead(name, (*getattr(self.facts, name), item))

    def instead(self, name: str, items: Any) -> PersonFacts:
        """Other facts in a list, in the order in which facts stand."""
        return replace(self.facts, **{name: in_order(items)})

    def corrected(self, name: str, old: Any, **changes: Any) -> PersonFacts:
        """One fact of a list said otherwise."""
        others = [item for item in getattr(self.facts, name) if item.id != old.id]
        return self.instead(name, (*others, old._replace(known=self.horizon.moment, **changes)))

    def made(self, shape: Callable[..., Any], *rest: Any, on: date | None = None) -> Any:
        """A fact of the day, known at the moment."""
        return shape(SUPPOSED, self.horizon.moment, on or self.day, *rest)


def known(clause: Clause, facts: PersonFacts, rules: Ruleset, horizon: Horizon) -> Known:
    """Where the suppositions about one clause depart from."""
    own = Horizon(horizon.moment, horizon.period, horizon.zone)
    return Known(facts, rules, own, Sitting(facts, rules, own).context(clause.exposure))


def suppositions(clause: Clause, base: Known) -> Iterator[Supposition]:
    """Everything that bears on a clause's `when` and `until`, in the order in which they ask for it."""
    conditions = [clause.when] if clause.until is None else [clause.when, clause.until]
    asked = dict.fromkeys(leaf for condition in conditions for leaf in leaves(condition, base.rules))
    for leaf in asked:
        yield from SUPPOSE.get(type(leaf), _nothing)(leaf, base)


def leaves(condition: Condition | FactEvidence, rules: Ruleset, within: tuple[str, ...] = ()) -> Iterator[Any]:
    """The predicates of a condition; in place of `done`, what would do that clause."""
    if isinstance(condition, words.ClauseDone):
        other = rules.by_id.get(condition.clause)
        if other is not None and other.id not in within:
            yield from leaves(other.evidence, rules, (*within, other.id))
    elif isinstance(condition, words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast):
        for part in condition.parts:
            yield from leaves(part, rules, within)
    else:
        yield condition


def retractions(ids: tuple[UUID, ...], base: Known) -> Iterator[Supposition]:
    """Each fact that decided, taken back."""
    for name in FIELDS:
        items = getattr(base.facts, name)
        for item in items:
            if item.id in ids:
                others = tuple(other for other in items if other.id != item.id)
                yield Supposition(_called(name, item), RETRACTED, replace(base.facts, **{name: others}), item.id)


def _called(name: str, item: Any) -> str:
    return f"symptom:{item.name}" if name == "symptoms" else CALLED[name]


CALLED: dict[str, str] = {
    "classifications": "classification", "onsets": "onset", "severities": "severity", "symptoms": "symptom",
    "specimens": "specimen", "results": "result", "outcomes": "outcome", "reports": "report",
    "exposures": "exposure", "named": "contact", "presences": "presence", "stays": "stay", "checks": "check",
    "evidence": "evidence", "treatments": "treatment", "offers": "offer", "orders": "order",
    "objections": "objection", "traits": "trait",
}  # fmt: skip


# --- one function a word ---------------------------------------------------------------------------------------


def _nothing(_leaf: Any, _base: Known) -> Iterator[Supposition]:
    return iter(())


def _classes(leaf: words.ClassificationIs, base: Known) -> Iterator[Supposition]:
    for value in (*leaf.values, DISCARDED):
        yield Supposition("classification", value, base.also("classifications", base.made(shapes.Classified, value)))


def _severities(_leaf: Any, base: Known) -> Iterator[Supposition]:
    for value in ("mild", "ordinary", "severe", "critical"):
        yield Supposition("severity", value, base.also("severities", base.made(shapes.Severity, value)))


def _outcomes(leaf: words.OutcomeIs, base: Known) -> Iterator[Supposition]:
    for value in leaf.values:
        yield Supposition("outcome", value, base.also("outcomes", base.made(shapes.Outcome, value)))


def _symptoms(leaf: words.SymptomIs, base: Known) -> Iterator[Supposition]:
    for name in leaf.names:
        yield from _symptom(name, base)


def _symptom(name: str, base: Known) -> Iterator[Supposition]:
    """Present, or expressly absent: said last, whatever else was said on that day."""
    others = tuple(item for item in base.facts.symptoms if (item.name, item.date) != (name, base.day))
    for to, present in (("present", True), ("absent", False)):
        said = base.made(shapes.Symptom, name, present)
        yield Supposition(f"symptom:{name}", to, base.instead("symptoms", (*others, said)))


def _readings(leaf: words.Sustained, base: Known) -> Iterator[Supposition]:
    for to, tenths in (
        (f"{leaf.below_tenths / 10}", leaf.below_tenths),
        (f"below {leaf.below_tenths / 10}", leaf.below_tenths - 1),
    ):
        yield Supposition(leaf.of, to, base.also("checks", base.made(shapes.Check, None, leaf.of, tenths)))


def _results(leaf: words.TestIs, base: Known) -> Iterator[Supposition]:
    """An answer to a specimen taken in the day's last second: after every other of it."""
    taken = base.horizon.moment - timedelta(seconds=1)
    for test in leaf.test or (ANY_TEST,):
        name = f"result:{test}" if leaf.test else "result"
        for value in ("positive", "negative", "inconclusive"):
            yield Supposition(name, value, base.also("results", base.made(shapes.Result, taken, test, value)))


def _exposures(leaf: words.ExposedTo, base: Known) -> Iterator[Supposition]:
    """Met somebody of the classes asked for; and of each meeting that counts, what would make it count no more."""
    kind = leaf.kinds[0] if leaf.kinds else "household"
    for value in leaf.classes:
        met = base.made(shapes.Exposure, None, None, kind, value, None, None, None)
        yield Supposition("exposure", value, base.also("exposures", met))
    counting = {item.id for item in matching(base.facts, leaf)}
    for item in base.facts.exposures:
        if item.id in counting:
            no_case = base.corrected("exposures", item, index_class=DISCARDED)
            yield Supposition("exposure", DISCARDED, no_case, item.id)
            if leaf.kinds and "general" not in leaf.kinds:
                yield Supposition("exposure", "general", base.corrected("exposures", item, kind="general"), item.id)
        yield from _index_onset(leaf, item, base, later=item.id in counting)


def _index_onset(leaf: words.ExposedTo, item: Any, base: Known, *, later: bool) -> Iterator[Supposition]:
    """The other's onset on the first day on which the meeting counts no more, or on the last on which it counts."""
    last = last_day(item)
    if leaf.since is None or "onset" not in leaf.since.chain or last is None:
        return
    day = last - timedelta(days=leaf.since.offset_days) + timedelta(days=1 if later else 0)
    yield Supposition("index_onset", day.isoformat(), base.corrected("exposures", item, index_onset=day), item.id)


def _presences(leaf: words.BeenIn, base: Known) -> Iterator[Supposition]:
    anchored = base.context.anchors.find(leaf.before) if leaf.before is not None else None
    day = anchored.date if anchored is not None else base.day
    for area in leaf.areas:
        there = base.made(shapes.Presence, day, area, on=day)
        yield Supposition(f"presence:{area}", day.isoformat(), base.also("presences", there))
    if not base.facts.presences:
        yield Supposition("travel", "nowhere", base.also("evidence", base.made(shapes.Evidence, "travel_history")))


def _stays(_leaf: Any, base: Known) -> Iterator[Supposition]:
    """Moved today: the latest stay that began is the one that counts."""
    for kind in ("home", "site", "ward"):
        others = tuple(item for item in base.facts.stays if item.date != base.day)
        moved = base.made(shapes.Stay, None, kind, None, True)
        yield Supposition("stay", kind, base.instead("stays", (*others, moved)))


def _ages(leaf: words.Age, base: Known) -> Iterator[Supposition]:
    others = tuple(item for item in base.facts.traits if item.name not in ("age", "birth_date"))
    for limit in (leaf.at_least, leaf.below):
        for years in () if limit is None else (limit - 1, limit):
            said = base.made(shapes.Trait, "age", str(years))
            yield Supposition("age", str(years), base.instead("traits", (*others, said)))


def _traits(leaf: words.TraitIs, base: Known) -> Iterator[Supposition]:
    yield from _trait(leaf.name, leaf.values, base)


def _trait(name: str, values: tuple[str, ...], base: Known) -> Iterator[Supposition]:
    """The last word on it; what there is only one of (immune or not) takes the place of what was said."""
    one = name not in ("risk_group", "role")
    others = tuple(item for item in base.facts.traits if not (one and item.name == name))
    for value in dict.fromkeys((*values, "yes", "no") if name == "immune" else values):
        said = base.made(shapes.Trait, name, value)
        yield Supposition(name, value, base.instead("traits", (*others, said)))


def _days(leaf: words.DaysSince, base: Known) -> Iterator[Supposition]:
    """The day counted from: today, and on the limits."""
    found = base.context.anchors
    elements = [leaf.anchor.chain[0], *[name for name in leaf.anchor.chain if found.element(name) is not None][:1]]
    for element in dict.fromkeys(elements):
        for limit in (0, leaf.at_least, leaf.below):
            if limit is not None:
                day = base.day - timedelta(days=limit + leaf.anchor.offset_days)
                yield from _on_day(element, day, base)


def _on_day(element: str, day: date, base: Known) -> Iterator[Supposition]:
    """A named day corrected, or found out."""
    facts: PersonFacts | None = None
    of: UUID | None = None
    if element == "onset":
        facts = base.instead("onsets", (base.made(shapes.Onset, on=day),))
    elif element == "report":
        facts = base.instead("reports", (base.made(shapes.Reported, on=day),))
    elif element == "first_positive":
        others = tuple(item for item in base.facts.results if item.value != "positive")
        positive = base.made(shapes.Result, None, ANY_TEST, "positive", on=day)
        facts = base.instead("results", (*others, positive))
    elif element.startswith("symptom:"):
        name = element.removeprefix("symptom:")
        rest = tuple(item for item in base.facts.symptoms if item.name != name)
        facts = base.instead("symptoms", (*rest, base.made(shapes.Symptom, name, True, on=day)))
    elif element == "outcome" and base.facts.outcomes:
        of = base.facts.outcomes[-1].id
        facts = base.corrected("outcomes", base.facts.outcomes[-1], date=day)
    elif element in ("last_exposure", "exposure_spell", "first_exposure") and base.context.anchors.exposures:
        item = max(base.context.anchors.exposures, key=lambda each: last_day(each) or date.min)
        of = item.id
        facts = base.corrected("exposures", item, date=day, first=None, latest=None)
    if facts is not None:
        yield Supposition(element, day.isoformat(), facts, of)


def _established(leaf: words.Unknown, base: Known) -> Iterator[Supposition]:
    """What is not known, found out."""
    name = leaf.name
    if name.startswith("symptom:"):
        yield from _symptom(name.removeprefix("symptom:"), base)
    elif name == "severity":
        yield from _severities(leaf, base)
    elif name == "travel":
        yield from _presences(words.BeenIn((), 0), base)
    elif name == "immune":
        yield from _trait(name, (), base)
    elif name == "age":
        yield from _ages(words.Age(1, None), base)
    else:
        yield from _on_day("outcome" if name == "death_date" else name, base.day, base)


def _orders(leaf: words.OrderIs, base: Known) -> Iterator[Supposition]:
    """Given today; or one that there is ended or served."""
    moment, starts = base.horizon.moment, base.horizon.start(base.day)
    ends, review = starts + timedelta(days=14), starts + timedelta(days=7)
    oral = leaf.state == "oral"
    for kind in leaf.kind or ("isolation", "quarantine"):
        given = base.made(shapes.Order, kind, starts, ends, review, None, oral)
        yield Supposition(f"order:{kind}", "given", base.also("orders", given))
    for item in base.facts.orders:
        if not leaf.kind or item.kind in leaf.kind:
            yield Supposition(f"order:{item.kind}", "ended", base.corrected("orders", item, ends=moment), item.id)
            served = base.corrected("orders", item, served=moment, oral=False)
            yield Supposition(f"order:{item.kind}", "served", served, item.id)


def _objections(_leaf: Any, base: Known) -> Iterator[Supposition]:
    for item in base.facts.objections:
        for decision in ("upheld", "rejected"):
            decided = base.corrected("objections", item, decision=decision)
            yield Supposition("objection", decision, decided, item.id)
    for order in base.facts.orders:
        yield Supposition("objection", "open", base.also("objections", base.made(shapes.Objection, order.id, "")))


def _evidence(leaf: FactEvidence, base: Known) -> Iterator[Supposition]:
    """One fact more of the kind that closes another clause."""
    name, make = MADE[leaf.fact]
    for value in leaf.of or ("",):
        yield Supposition(leaf.fact, value or "recorded", base.also(name, make(base, value)))


def _order_given(base: Known, value: str) -> Any:
    starts = base.horizon.start(base.day)
    ends, review = starts + timedelta(days=14), starts + timedelta(days=7)
    return base.made(shapes.Order, value or "isolation", starts, ends, review, None, False)


# Kind of evidence -> (the list it fills, how a fact of it is made).
MADE: dict[str, tuple[str, Callable[[Known, str], Any]]] = {
    "report": ("reports", lambda base, _value: base.made(shapes.Reported)),
    "onset": ("onsets", lambda base, _value: base.made(shapes.Onset)),
    "classification": ("classifications", lambda base, value: base.made(shapes.Classified, value or "confirmed")),
    "severity": ("severities", lambda base, value: base.made(shapes.Severity, value or "mild")),
    "specimen": ("specimens", lambda base, value: base.made(shapes.Specimen, None, value or "swab")),
    "result": ("results", lambda base, value: base.made(shapes.Result, None, ANY_TEST, value or "negative")),
    "outcome": (
        "outcomes",
        lambda base, value: base.made(shapes.Outcome, value if value not in ("", "dated") else "recovered"),
    ),
    "contact": ("named", lambda base, _value: base.made(shapes.Named)),
    "check": ("checks", lambda base, value: base.made(shapes.Check, None, value or "clinical", None)),
    "stay": ("stays", lambda base, value: base.made(shapes.Stay, None, value or "ward", None, True)),
    "offer": ("offers", lambda base, value: base.made(shapes.Offer, value or "isolation", None)),
    "order": ("orders", _order_given),
    "objection": ("objections", lambda base, value: base.made(shapes.Objection, SUPPOSED, value)),
    "treatment": ("treatments", lambda base, value: base.made(shapes.Treatment, value or "vaccine")),
    "trait": ("traits", lambda base, value: base.made(shapes.Trait, value or "immune", "yes")),
    "evidence": ("evidence", lambda base, value: base.made(shapes.Evidence, value or "recorded")),
}

SUPPOSE: dict[type, Callable[[Any, Known], Iterator[Supposition]]] = {
    words.ClassificationIs: _classes,
    words.SeverityIs: _severities,
    words.OutcomeIs: _outcomes,
    words.SymptomIs: _symptoms,
    words.Sustained: _readings,
    words.TestIs: _results,
    words.ExposedTo: _exposures,
    words.BeenIn: _presences,
    words.Staying: _stays,
    words.Age: _ages,
    words.TraitIs: _traits,
    words.DaysSince: _days,
    words.Unknown: _established,
    words.OrderIs: _orders,
    words.ObjectionIs: _objections,
    FactEvidence: _evidence,
}
