"""The hidden truth of a small invented outbreak: who fell ill when and of whom, and whom they met.

Plain Python over one seeded generator: the same seed gives the same outbreak. Nobody in it exists;
every identity number begins with a region that was never given one, every telephone with a range
that was never handed out. What the response learns of all this is written down in `staff`.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

# Control edition 2 gives way to 5 (21 February) and treatment 5 to 6 (19 February) in the course of it.
FIRST_DAY = date(2020, 2, 15)
DAY = timedelta(days=1)
UNITS = ("unit-1", "unit-2", "unit-3", "unit-4", "unit-5")
HOUSEHOLD_SIZES = (1, 2, 2, 3, 3, 3, 4, 4, 5)
RELATIONS = ("work", "visit", "vehicle", "care", "school")
# Chance that somebody met is infected. Higher than was measured: so few people must keep it going.
ATTACK_HOUSEHOLD, ATTACK_OTHERS = 0.34, 0.16
WITHOUT_SYMPTOMS = 0.12
# Incubation in days: lognormal, median 5.1 (Lauer 2020).
INCUBATION = (1.621, 0.418)


@dataclass(frozen=True, slots=True)
class Extent:
    """How long and how large: days, people infected, feverish people who are ill of something else."""

    days: int = 30
    cases: int = 42
    excluded: int = 6
    first_day: date = FIRST_DAY

    @property
    def last_day(self) -> date:
        return self.first_day + DAY * (self.days - 1)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody invented."""

    number: int
    identity: str
    name: str
    phone: str
    male: bool
    birth_date: date
    unit: str
    household: int

    def age_on(self, day: date) -> int:
        return (day - self.birth_date).days // 365


@dataclass(frozen=True, slots=True)
class Meeting:
    """`contact` was near `index` without protection, from the first to the last day."""

    index: Resident
    contact: Resident
    relation: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Course:
    """How an illness runs: severity when first seen and at its worst, the last day of fever, its end."""

    severity: str
    worst: str
    fever_until: date
    ends: date
    died: bool


@dataclass(frozen=True, slots=True)
class Illness:
    """Somebody ill, or infected without symptoms (then no onset), and when a clinician first saw them."""

    person: Resident
    infected: bool
    traveller: bool
    onset: date | None
    seen_at: datetime
    course: Course


@dataclass(slots=True)
class Outbreak:
    """All of it: residents, illnesses in the order in which they were seen, meetings."""

    extent: Extent
    residents: list[Resident] = field(default_factory=list)
    illnesses: list[Illness] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def cases(self) -> list[Illness]:
        """Those truly infected."""
        return [illness for illness in self.illnesses if illness.infected]


def invent(seed: int, extent: Extent | None = None) -> Outbreak:
    """The outbreak of a seed."""
    town = _Town(random.Random(seed), extent or Extent())
    town.spread()
    town.other_illness()
    town.outbreak.illnesses.sort(key=lambda illness: (illness.seen_at, illness.person.number))
    return town.outbreak


def identity_number(birth_date: date, serial: int) -> str:
    """In the form of GB 11643, check digit and all, but of a region (190101) that does not exist."""
    body = f"190101{birth_date:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


# Birds and trees, which nobody is called after: with the number behind them nobody can take one for a person's name.
FAMILIES = ("Heron", "Plover", "Bittern", "Wren", "Siskin", "Dunlin", "Avocet", "Pipit", "Linnet", "Godwit", "Shrike")
GIVEN = (
    "Alder",
    "Birch",
    "Cedar",
    "Elm",
    "Hazel",
    "Juniper",
    "Larch",
    "Maple",
    "Rowan",
    "Spruce",
    "Willow",
    "Yew",
    "Aspen",
)


def invented_name(number: int) -> str:
    """A name that is plainly nobody's; no two residents share one."""
    return f"{FAMILIES[number % len(FAMILIES)]} {GIVEN[number % len(GIVEN)]}-{number:03d}"


class _Town:
    """Households as they are needed, and the infection running through them."""

    def __init__(self, rng: random.Random, extent: Extent) -> None:
        self.rng = rng
        self.extent = extent
        self.outbreak = Outbreak(extent)
        self.homes: list[list[Resident]] = []
        self.infected: set[int] = set()
        self.waiting: list[tuple[date, int, bool]] = []  # (day of onset, resident, came from outside)

    # --- people -----------------------------------------------------------------------------------

    def household(self) -> list[Resident]:
        """A new household in one unit: an adult first, the others of any age."""
        unit = self.rng.choice(UNITS)
        others = self.rng.choice(HOUSEHOLD_SIZES) - 1
        ages = [self.rng.randint(24, 84), *(self.rng.randint(2, 79) for _ in range(others))]
        members = [self._resident(age, unit) for age in ages]
        self.homes.append(members)
        return members

    def _resident(self, age: int, unit: str) -> Resident:
        number = len(self.outbreak.residents)
        born = self.extent.first_day - timedelta(days=age * 365 + self.rng.randint(0, 364))
        male = self.rng.random() < 0.5
        # Odd serials are men's, as in real numbers; no two people share one.
        serial = (2 * number + (1 if male else 2)) % 1000
        identity, phone = identity_number(born, serial), f"154{number:08d}"
        name = invented_name(number)
        resident = Resident(number, identity, name, phone, male, born, unit, len(self.homes))
        self.outbreak.residents.append(resident)
        return resident

    # --- infection --------------------------------------------------------------------------------

    def spread(self) -> None:
        """From a handful who came from outside, until enough have been found."""
        for _ in range(max(2, self.extent.cases // 6)):
            self._arrive()
        while len(self.outbreak.illnesses) < self.extent.cases:
            if not self.waiting:
                self._arrive()
            onset, number, traveller = heapq.heappop(self.waiting)
            self._fall_ill(self.outbreak.residents[number], onset, traveller)

    def _arrive(self) -> None:
        """Somebody comes home from an affected area and falls ill in the first two thirds."""
        traveller = self.household()[0]
        onset = self.extent.first_day + DAY * self.rng.randint(-5, self.extent.days * 2 // 3)
        self._infect(traveller, onset, traveller=True)

    def _infect(self, person: Resident, onset: date, traveller: bool = False) -> None:
        self.infected.add(person.number)
        heapq.heappush(self.waiting, (onset, person.number, traveller))

    def _fall_ill(self, person: Resident, onset: date, traveller: bool) -> None:
        """Seen by a clinician after a few days; those not seen by the last day stay undiscovered."""
        silent = not traveller and self.rng.random() < WITHOUT_SYMPTOMS
        seen_at = self._seen(onset, 1 if silent else self.rng.choice((0, 1, 1, 2, 2, 3, 4)))
        if seen_at.date() > self.extent.last_day:
            return
        course = self._course(person, onset)
        shown = None if silent else onset
        self.outbreak.illnesses.append(Illness(person, True, traveller, shown, seen_at, course))
        for meeting in self._meetings(person, onset, seen_at.date(), self.rng.choice((0, 1, 2, 2, 3, 4))):
            chance = ATTACK_HOUSEHOLD if meeting.relation == "household" else ATTACK_OTHERS
            if meeting.contact.number not in self.infected and self.rng.random() < chance:
                infected = max(meeting.first, onset - 2 * DAY)
                incubation = max(2, round(self.rng.lognormvariate(*INCUBATION)))
                self._infect(meeting.contact, infected + DAY * incubation)

    def _seen(self, onset: date, delay: int) -> datetime:
        day = max(onset + DAY * delay, self.extent.first_day)
        return datetime.combine(day, time(8)) + timedelta(minutes=self.rng.randint(0, 9 * 60))

    def other_illness(self) -> None:
        """Fever of another cause: suspected, tested, excluded."""
        for _ in range(self.extent.excluded):
            person = self.household()[0]
            onset = self.extent.first_day + DAY * self.rng.randint(0, max(1, self.extent.days - 6))
            seen_at = self._seen(onset, self.rng.randint(1, 2))
            course = Course("mild", "mild", onset + 4 * DAY, onset + 7 * DAY, died=False)
            self.outbreak.illnesses.append(Illness(person, False, False, onset, seen_at, course))
            self._meetings(person, onset, seen_at.date(), 1)

    # --- meetings ---------------------------------------------------------------------------------

    def _meetings(self, person: Resident, onset: date, until: date, others: int) -> list[Meeting]:
        """The household up to the day of being seen, and some others on a day or two before it."""
        found = []
        for member in self.homes[person.household]:
            if member.number != person.number:
                found.append(Meeting(person, member, "household", onset - 4 * DAY, until))
        for _ in range(others):
            last = max(onset - 4 * DAY, until - DAY * self.rng.randint(0, 4))
            first = last - DAY * self.rng.randint(0, 2)
            met = [person.number, *(meeting.contact.number for meeting in found)]
            found.append(Meeting(person, self._somebody_else(met), self.rng.choice(RELATIONS), first, last))
        self.outbreak.meetings += found
        return found

    def _somebody_else(self, met: list[int]) -> Resident:
        """Mostly somebody nobody has named yet, now and then one already known."""
        known = [other for other in self.outbreak.residents if other.number not in met]
        if known and self.rng.random() < 0.3:
            return self.rng.choice(known)
        return self.household()[0]

    # --- course -----------------------------------------------------------------------------------

    def _course(self, person: Resident, onset: date) -> Course:
        """Worse with age: of those over 60 a third fall severely ill, and some of them die."""
        old = person.age_on(onset) >= 60
        severity = self.rng.choice(("mild", "mild", "ordinary"))
        if self.rng.random() < (0.2 if old else 0.04):
            severity = "severe"
        worst = severity
        if old and self.rng.random() < 0.3:
            worst = self.rng.choice(("severe", "critical"))
        died = worst == "critical" and self.rng.random() < 0.6
        fever_until = onset + DAY * self.rng.randint(4, 8)
        ends = onset + DAY * self.rng.randint(8, 14) if died else fever_until + DAY * self.rng.randint(6, 9)
        return Course(severity, worst, fever_until, ends, died)
