"""What an invented staff write down of an invented outbreak: most of it in time, some late, some never.

From the truth in `outbreak` to the rows of the files that a city would receive. Times are the town's
own. What would happen after the last day is not yet written.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from mainstay.city import habits
from mainstay.city.files import Records, Row, contact_row, described, yes
from mainstay.city.habits import Habit
from mainstay.city.outbreak import DAY, Illness, Meeting, Outbreak, Resident

Told = tuple[Meeting, datetime]  # a meeting, and when the tracers heard of it
HOUR = timedelta(hours=1)
# Nobody holds this unit's post: fewer doors are knocked at there.
VACANT_UNIT = "unit-5"
HOSPITAL, SITES = "hospital", ("site-reed", "site-lotus")
OFFICIAL, DECIDER = "Ms Plover, isolation sites group", "Mr Bittern, oversight group"
# From here on contacts count from two days before the onset, not only after it.
EDITION_5 = date(2020, 2, 21)
OBSERVED = 14


def write_down(outbreak: Outbreak, seed: int) -> Records:
    """All that was written down by the end of the last day, each file in the order of its writing."""
    staff = Staff(outbreak, random.Random(f"staff {seed}"))
    for illness in outbreak.illnesses:
        staff.see_patient(illness)
    for meetings in staff.named().values():
        for spell in spells(meetings):
            staff.see_contact(spell)
    records = staff.records
    _number(records.results, "specimen", "T", "sampled_at")
    _number(records.deeds, "no", "D", "at")
    _number(records.checks, "no", "C", "at")
    records.contacts.sort(key=lambda row: (row["named_at"], row["index_id"], row["contact_id"]))
    return records


def _number(rows: list[Row], column: str, letter: str, by: str) -> None:
    rows.sort(key=lambda row: (row[by], row["id"]))
    for number, row in enumerate(rows, 1):
        row[column] = f"{letter}{number:04d}"


class Staff:
    """Decides what is done when, and writes the rows."""

    def __init__(self, outbreak: Outbreak, rng: random.Random) -> None:
        self.outbreak = outbreak
        self.rng = rng
        self.records = Records()
        self.end = datetime.combine(outbreak.extent.last_day, time(23, 59))
        self.meetings: dict[int, list[Meeting]] = defaultdict(list)
        for meeting in outbreak.meetings:
            self.meetings[meeting.index.number].append(meeting)
        self.ill = {illness.person.number: illness for illness in outbreak.illnesses}
        self.interviewed: dict[int, datetime] = {}
        self.discarded: dict[int, datetime] = {}
        self.deaths = 0

    # --- when -------------------------------------------------------------------------------------

    def when(self, begins: datetime, habit: Habit) -> datetime | None:
        """When it is done; None if never, or not by the end of the last day."""
        chance = self.rng.random()
        if chance < habit.never:
            return None
        hours = habit.soon if chance < habit.never + habit.in_time else habit.late
        at = begins + HOUR * self.rng.uniform(*hours)
        # Nobody is called on at night.
        return self.by_end(at + 7 * HOUR if at.hour < 7 else at)

    def by_end(self, at: datetime) -> datetime | None:
        return at if at <= self.end else None

    def at(self, day: date, first: float, last: float) -> datetime:
        """Some time on a day between two hours."""
        return datetime.combine(day, time()) + HOUR * self.rng.uniform(first, last)

    def some(self, share: float) -> bool:
        return self.rng.random() < share

    # --- rows -------------------------------------------------------------------------------------

    def deed(self, person: Resident, deed: str, at: datetime | None, place: str = "") -> None:
        if at is not None and at <= self.end:
            self.records.deeds.append({"id": person.identity, "deed": deed, "at": at, "place": place})

    def check(self, person: Resident, at: datetime, feverish: bool) -> None:
        if at <= self.end:
            tenths = self.rng.randint(376, 392) if feverish else self.rng.randint(361, 370)
            row = {"id": person.identity, "at": at, "of": "temperature", "tenths": tenths}
            self.records.checks.append(row | {"fever": "yes" if feverish else ""})

    def specimen(self, person: Resident, at: datetime, result: str) -> datetime | None:
        """A throat swab; when its result comes (None: not yet)."""
        if at > self.end:
            return None
        told = self.by_end(at + HOUR * self.rng.uniform(7, 24))
        row = {"id": person.identity, "sampled_at": at, "kind": "throat", "test": "pcr"}
        self.records.results.append(row | {"result": result if told else "", "reported_at": told})
        return told

    # --- patients ---------------------------------------------------------------------------------

    def see_patient(self, illness: Illness) -> None:
        """One line of the line list, and all that is done for the patient."""
        person = illness.person
        suspected = None if illness.onset is None else illness.seen_at + HOUR * 0.5
        classed = self._diagnose(illness)
        if not illness.infected and classed is not None:
            self.discarded[person.number] = classed
        begins = suspected or classed
        row = self._presented(illness) | {"suspected_at": suspected, "classed_at": classed}
        row["class"] = self._class(illness) if classed else ""
        if begins is not None:
            row |= self._cared_for(illness, begins, classed)
            self._orders(person, "isolation", begins, begins + DAY * 21)
            self._investigate(person, begins)
        self.records.cases.append(row)

    def _class(self, illness: Illness) -> str:
        if not illness.infected:
            return "discarded"
        return "confirmed" if illness.onset else "asymptomatic"

    def _presented(self, illness: Illness) -> Row:
        """Who it is, and what the clinician sees and asks on the first day."""
        person, ill = illness.person, illness.onset is not None
        known = self.some(0.93)
        travel = "Hubei" if illness.traveller else "no" if self.some(0.85) else ""
        left = illness.onset - DAY * self.rng.randint(2, 9) if illness.traveller and illness.onset else None
        pneumonia = illness.course.severity != "mild"
        return {
            **described(person),
            "seen_at": illness.seen_at,
            "fever": yes(ill),
            "cough": yes(ill and self.some(0.7)),
            "shortness_of_breath": yes(illness.course.severity == "severe") if self.some(0.96) else "",
            "pneumonia_imaging": yes(pneumonia) if self.some(0.9) else "",
            "blood_picture": yes(illness.infected and ill) if self.some(0.85) else "",
            "travel": travel,
            "left_area": left,
            "onset": illness.onset if ill and known else None,
        }

    def _diagnose(self, illness: Illness) -> datetime | None:
        """Swabs until there is an answer; when a clinician has classed by it (None: not yet, or never)."""
        sampled = self.when(illness.seen_at, habits.SAMPLING)
        if sampled is None:
            return None
        missed = illness.infected and self.some(0.12)
        first = "positive" if illness.infected and not missed else "negative"
        told = self.specimen(illness.person, sampled, first)
        if first == "negative":
            told = self.specimen(illness.person, sampled + DAY * 1.1, "positive" if missed else "negative")
        return self.when(told, habits.CLASSING) if told else None

    def _cared_for(self, illness: Illness, begins: datetime, classed: datetime | None) -> Row:
        """Report, severity, bed, daily checks, and how it ends."""
        course, person = illness.course, illness.person
        graded = self.when(begins, habits.GRADING)
        worse = datetime.combine(course.fever_until, time(9)) if course.worst != course.severity else None
        admitted = self.when(begins, habits.ADMITTING)
        ending = self._ending(illness, classed)
        ends = ending["outcome_told_at"] or (classed if self._class(illness) == "discarded" else None)
        self._check_daily(illness, begins, admitted, (ends or self.end + DAY).date())
        if not illness.infected and classed is not None:
            self.deed(person, "home", classed + HOUR * 2)
        elif ending["outcome"] == "discharged":
            self._after_discharge(person, ending["outcome_told_at"])
        return {
            "reported_at": self.when(begins, habits.REPORTING),
            "severity": course.severity if graded else "",
            "severity_at": graded,
            "worst": course.worst if worse and worse <= self.end else "",
            "worse_at": self.by_end(worse) if worse else None,
            "ward": HOSPITAL if admitted else "",
            "admitted_at": admitted,
            **ending,
        }

    def _ending(self, illness: Illness, classed: datetime | None) -> Row:
        """Two negatives, better, absorbed, home; or death. The first to die has no day written down."""
        columns = ("improved_at", "absorbed_at", "outcome", "outcome_date", "outcome_told_at")
        nothing: Row = dict.fromkeys(columns)
        ends = self.at(illness.course.ends, 9, 16)
        if not illness.infected or classed is None or ends > self.end + 2 * DAY:
            return nothing
        if illness.course.died:
            if ends > self.end:
                return nothing
            self.deaths += 1
            day = None if self.deaths == 1 else ends.date()
            return nothing | {"outcome": "died", "outcome_date": day, "outcome_told_at": ends}
        for days in (2.1, 1.0):
            self.specimen(illness.person, ends - DAY * days, "negative")
        improved = self.by_end(ends - DAY) if self.some(0.9) else None
        absorbed = self.by_end(ends - DAY + HOUR) if self.some(0.8) else None
        better = nothing | {"improved_at": improved, "absorbed_at": absorbed}
        if not improved or not absorbed or ends > self.end or self.some(0.1):
            return better
        return better | {"outcome": "discharged", "outcome_date": ends.date(), "outcome_told_at": ends}

    def _check_daily(self, illness: Illness, begins: datetime, admitted: datetime | None, ends: date) -> None:
        """Once a day until the day before it ends: in the ward nearly always, at home less so."""
        for day in days_from(begins.date(), ends - DAY):
            at_home = admitted is None or admitted.date() > day
            share = self._share_at_home(illness.person) if at_home else 0.96
            at = max(self.at(day, 8, 11), begins + HOUR * 0.5)
            if at.date() == day and self.some(share):
                feverish = illness.onset is not None and day <= illness.course.fever_until
                self.check(illness.person, at, feverish)

    def _share_at_home(self, person: Resident) -> float:
        return 0.72 if person.unit == VACANT_UNIT else 0.94

    def _after_discharge(self, person: Resident, left: datetime) -> None:
        """Home, a daily temperature, a visit in the second week."""
        self.deed(person, "home", left + HOUR)
        for day in days_from(left.date() + DAY, min(self.end.date(), left.date() + 14 * DAY)):
            if self.some(self._share_at_home(person) - 0.05):
                self.check(person, self.at(day, 9, 19), feverish=False)
        second_week = datetime.combine(left.date() + 8 * DAY, time())
        self.deed(person, "revisit", self.when(second_week, habits.REVISITING))

    def _investigate(self, person: Resident, begins: datetime) -> None:
        at = self.when(begins, habits.INVESTIGATING)
        self.deed(person, "investigation", at)
        if at is None:
            return
        self.interviewed[person.number] = at
        if not self.meetings[person.number] and self.some(0.6):
            self.deed(person, "contact_list", at + HOUR * 3)

    # --- orders -----------------------------------------------------------------------------------

    def _orders(self, person: Resident, kind: str, begins: datetime, ends: datetime) -> None:
        """A place is offered; an order is sought, served and reviewed."""
        offered = self.when(begins, habits.OFFERING if kind == "isolation" else habits.OFFERING_QUARANTINE)
        if offered:
            answer = "yes" if self.some(0.94) else "no"
            self._paper(person, "offer", offered, kind=kind, accepted=answer)
        given = self.when(begins, habits.ORDERING)
        if not given or ends < given + DAY:
            return
        review = min(given + 7 * DAY, given + (ends - given) / 2)
        served = self.when(given, habits.SERVING)
        order = self._paper(
            person, "order", given,
            kind=kind, official=OFFICIAL, ends_at=ends, review_at=review, served_at=served,
        )  # fmt: skip
        self.deed(person, "order_review", self.when(review, habits.REVIEWING))
        if served and kind == "quarantine" and self.some(0.04):
            self._object(person, order, served)

    def _object(self, person: Resident, order: str, served: datetime) -> None:
        at = self.by_end(served + HOUR * 5)
        if at is None:
            return
        decided = self.when(at, Habit((10, 44), (50, 70), 0.5, 0.4))
        ground = "Says the meeting was through a window."
        answer = {"decided_at": decided, "decision": "rejected", "official": DECIDER} if decided else {}
        self._paper(person, "objection", at, about=order, ground=ground, **answer)

    def _paper(self, person: Resident, paper: str, at: datetime, **cells: Any) -> str:
        number = f"P{len(self.records.orders) + 1:04d}"
        self.records.orders.append({"no": number, "id": person.identity, "paper": paper, "at": at, **cells})
        return number

    # --- contacts ---------------------------------------------------------------------------------

    def named(self) -> dict[int, list[Told]]:
        """Whom the interviews brought to light: by contact the meetings, each with when it was told."""
        found: dict[int, list[Told]] = defaultdict(list)
        for illness in self.outbreak.illnesses:
            told = self.interviewed.get(illness.person.number)
            for meeting in self.meetings[illness.person.number]:
                if told is not None and self.some(0.96):
                    found[meeting.contact.number].append((meeting, told))
                    self.records.contacts.append(contact_row(meeting, told))
        return dict(sorted(found.items()))

    def see_contact(self, named: list[Told]) -> None:
        """Offer, order, a thermometer twice a day, release on day 14; until ill, or the index is excluded."""
        person = named[0][0].contact
        dated = [(self._counts_from(meeting, told), meeting) for meeting, told in named]
        counted = [(begins, meeting) for begins, meeting in dated if begins is not None]
        if not counted:
            return
        begins, last = min(begins for begins, _ in counted), max(meeting.last for _, meeting in counted)
        stops = self._stops([meeting.index.number for _, meeting in counted], person.number)
        over = datetime.combine(last + DAY * (OBSERVED + 1), time())
        if begins >= min(stops, over, self.end):
            return
        self._orders(person, "quarantine", begins, over)
        moved = self._move(person, begins)
        self._observe(person, begins, min(stops, over), moved)
        if over <= stops:
            released = self.when(over, habits.RELEASING)
            self.deed(person, "release", released)
            self.deed(person, "home", released)

    def _counts_from(self, meeting: Meeting, told: datetime) -> datetime | None:
        """When the rules of the time make it a close contact; None where the meeting was too early."""
        ill = self.ill[meeting.index.number]
        onset = ill.onset or ill.seen_at.date()
        if meeting.last >= onset:
            return told
        if meeting.last >= onset - 2 * DAY:
            return self.by_end(max(told, datetime.combine(EDITION_5, time(8))))
        return None

    def _stops(self, indexes: list[int], contact: int) -> datetime:
        """When watching ends early: all that were met are excluded, or the contact is a patient now."""
        excluded = [self.discarded.get(index) for index in indexes]
        ends = [max(at for at in excluded if at)] if all(excluded) else []
        ends += [self.ill[contact].seen_at] if contact in self.ill else []
        return min(ends, default=self.end + DAY)

    def _move(self, person: Resident, begins: datetime) -> date:
        """Half are brought to a site; from which day on (the last day of all: they stay at home)."""
        if self.some(0.5):
            return self.end.date() + DAY
        at = begins + HOUR * self.rng.uniform(3, 20)
        self.deed(person, "site", at, self.rng.choice(SITES))
        return at.date()

    def _observe(self, person: Resident, begins: datetime, stops: datetime, moved: date) -> None:
        """Morning and evening; one contact in forty has a fever that nobody follows up."""
        onset = self.ill[person.number].onset if person.number in self.ill else None
        alone = begins.date() + 4 * DAY if onset is None and self.some(0.025) else None
        for day in days_from(begins.date(), min(stops.date(), self.end.date())):
            feverish = day == alone or (onset is not None and day >= onset)
            share = 0.985 if day > moved else self._share_at_home(person) + 0.03
            for first, last in ((7.5, 10), (17.5, 19.8)):
                at = self.at(day, first, last)
                if at < begins:
                    at = begins + HOUR * 0.5
                if at < stops and at.date() == day and self.some(share):
                    self.check(person, at, feverish)


def spells(named: list[Told]) -> list[list[Told]]:
    """Meetings that make one observation: of those further apart than it lasts, each begins anew."""
    found: list[list[Told]] = []
    for meeting, told in sorted(named, key=lambda one: (one[0].last, one[0].index.number)):
        if found and (meeting.last - found[-1][-1][0].last).days <= OBSERVED:
            found[-1].append((meeting, told))
        else:
            found.append([(meeting, told)])
    return found


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + DAY * number
