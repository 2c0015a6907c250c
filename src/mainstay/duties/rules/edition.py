"""A protocol edition as data: what the vocabulary's words become once read and checked.

The words are closed: docs/guide/vocabulary.md explains each, `mainstay.protocols` holds the JSON
Schema, and `validate` refuses everything else. The slow twin shares this module and nothing below.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

# Of several categories that fit, a person has the first.
CATEGORIES: tuple[str, ...] = (
    "confirmed",
    "clinical",
    "asymptomatic",
    "suspected",
    "fever_patient",
    "close_contact",
)
# Of several classes given since the last exclusion, the first holds.
CLASSES: tuple[str, ...] = ("confirmed", "clinical", "probable", "asymptomatic", "suspected")
DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A day things are counted from: the first of `chain` that is known, moved by `offset_days`."""

    name: str
    chain: tuple[str, ...]
    offset_days: int = 0


@dataclass(frozen=True, slots=True)
class ClassificationIs:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeverityIs:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeIs:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SymptomIs:
    """Any of the names present, by the last word on each."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sustained:
    """For `days` full days up to now, at least one check a day and none at or above `below_tenths`."""

    of: str
    below_tenths: int
    days: int


@dataclass(frozen=True, slots=True)
class TestIs:
    """The last `consecutive` results are all `result`, the first and last of them far enough apart."""

    test: tuple[str, ...]  # empty: any test
    result: str
    consecutive: int = 1
    apart_days: int = 0  # counted in the city's days
    apart_hours: int = 0  # counted by the clock; a day without a time counts least


@dataclass(frozen=True, slots=True)
class ExposedTo:
    """Met somebody of these classes, in these ways, not before the anchor of that index."""

    classes: tuple[str, ...]
    kinds: tuple[str, ...]  # empty: any
    since: Anchor | None = None


@dataclass(frozen=True, slots=True)
class BeenIn:
    """Was in one of these areas within so many days before the anchor (None: before now)."""

    areas: tuple[str, ...]
    within_days: int
    before: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Staying:
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Age:
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class TraitIs:
    """A trait (immune, risk_group, role, sex) has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DaysSince:
    """So many full days have passed after the anchor's day, which is day 0."""

    anchor: Anchor
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class ClauseDone:
    clause: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something is not known: an anchor's own day, `death_date`, `severity`, `travel`, `symptom:NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class OrderIs:
    """state: in_force, review_due, oral (not confirmed in writing), unserved."""

    kind: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class ObjectionIs:
    """state: open, upheld."""

    state: str


@dataclass(frozen=True, slots=True)
class Vacant:
    """Nobody holds this post."""


@dataclass(frozen=True, slots=True)
class QuestionIs:
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    count: int
    parts: tuple[Condition, ...]


Predicate = (
    ClassificationIs
    | SeverityIs
    | OutcomeIs
    | SymptomIs
    | Sustained
    | TestIs
    | ExposedTo
    | BeenIn
    | Staying
    | Age
    | TraitIs
    | DaysSince
    | ClauseDone
    | Unknown
    | OrderIs
    | ObjectionIs
    | Vacant
    | QuestionIs
)
Condition = Predicate | AllOf | AnyOf | NoneOf | AtLeast


@dataclass(frozen=True, slots=True)
class Demand:
    """What is owed: once `within` of becoming owed, or every day by a time of day."""

    kind: str
    daily: bool = False
    by: time | None = None  # None: by the day's end
    within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FactEvidence:
    """Closed by so many facts of a kind (`of` narrows it); not before the episode where `after_episode`."""

    fact: str
    of: tuple[str, ...] = ()
    count: int = 1
    after_episode: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    after: timedelta
    to: str  # superior, headquarters


# Clauses, editions and rulesets are compared and hashed as the objects they are: they are read once.
@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One demand of a protocol, with its conditions, its end, its evidence and whose it is.

    `exposure` is the exposure its `when` asks for: what `last_exposure` means in this clause.
    """

    id: str
    edition: str
    subject: str
    when: Condition
    until: Condition | None
    episode: Anchor
    demand: Demand
    evidence: FactEvidence | Condition
    owner: tuple[str, ...]
    escalate: tuple[Escalation, ...]
    title: dict[str, str]
    text: dict[str, str]
    source: str
    recalled: bool
    exposure: ExposedTo | None


@dataclass(frozen=True, slots=True, eq=False)
class CategoryRule:
    """Who belongs to a category of people."""

    id: str
    when: Condition
    exposure: ExposedTo | None


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A class that this edition knows; where somebody may be given it, the clauses say."""

    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One numbered issue of a protocol."""

    id: str
    disease: str
    series: str
    level: str  # national, local, house
    area: str
    effective_from: date
    title: dict[str, str]
    source: str
    recalled: bool
    exposure_gap_days: int
    classes: tuple[ClassRule, ...]
    categories: tuple[CategoryRule, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """What holds for one disease on one day: every clause of the editions in force.

    A local clause takes the place of the national one with the same id, a later one that of an earlier one of
    its level; otherwise both hold.
    """

    disease: str
    editions: tuple[str, ...]
    exposure_gap_days: int
    classes: tuple[ClassRule, ...]
    categories: tuple[CategoryRule, ...]
    clauses: tuple[Clause, ...]
    by_subject: dict[str, tuple[Clause, ...]]
    by_id: dict[str, Clause]
    in_force_from: dict[str, date]


SUBJECTS: tuple[str, ...] = ("person", "post", "question")
_LEVELS = ("house", "national", "local")


def combine(editions: tuple[Edition, ...], in_force_from: dict[str, date] | None = None) -> Ruleset:
    """One disease's editions in force on a day as one set of rules; clauses and categories override by id.

    A local one takes the place of a national one; of two of one level the one that came into force later holds.
    `in_force_from` gives the day each was put into force here, where that is not its own day of effect.
    """
    begins = {edition.id: edition.effective_from for edition in editions} | (in_force_from or {})
    ranked = sorted(editions, key=lambda edition: (_LEVELS.index(edition.level), edition.id))
    clauses: dict[str, Clause] = {}
    categories: dict[str, CategoryRule] = {}
    classes: dict[str, ClassRule] = {}
    for edition in sorted(ranked, key=lambda edition: (_LEVELS.index(edition.level), begins[edition.id])):
        clauses.update({clause.id: clause for clause in edition.clauses})
        categories.update({category.id: category for category in edition.categories})
        classes.update({rule.value: rule for rule in edition.classes})
    ordered = tuple(clauses[name] for name in sorted(clauses))
    return Ruleset(
        disease=ranked[-1].disease,
        editions=tuple(edition.id for edition in ranked),
        exposure_gap_days=max(edition.exposure_gap_days for edition in ranked),
        classes=tuple(classes.values()),
        categories=tuple(categories[name] for name in CATEGORIES if name in categories),
        clauses=ordered,
        by_subject={subject: tuple(clause for clause in ordered if clause.subject == subject) for subject in SUBJECTS},
        by_id=clauses,
        in_force_from=begins,
    )


def exposure_asked(condition: Condition) -> ExposedTo | None:
    """The exposure a condition speaks of, if any."""
    if isinstance(condition, ExposedTo):
        return condition
    for part in getattr(condition, "parts", ()):
        found = exposure_asked(part)
        if found is not None:
            return found
    return None
