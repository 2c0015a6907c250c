"""The demonstration: an invented outbreak goes in by the same doors as anybody's files, and is replayed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from mainstay.city.files import write_files
from mainstay.city.outbreak import DAY, Extent, Outbreak, invent
from mainstay.city.staff import DECIDER, write_down
from mainstay.cycle.delivered import Delivered
from mainstay.cycle.run import run_cycle
from mainstay.cycle.sense import take_in
from mainstay.isolation import services as isolation
from mainstay.people.services import Identity, look_up, set_home
from mainstay.places.models import Place
from mainstay.platform import bulk, ledger
from mainstay.platform.models import Actor, Instance
from mainstay.platform.progress import Progress, silent

PROFILE = "demo"
DISEASE = "covid-19"
SCHEME = "identity-number"
# In the order in which they go in; each by the mapping `demo-<name>`.
MAPPED = ("cases", "contacts", "results", "checks", "deeds")
BASIS = "Invented Act on Infectious Diseases, article 1"
REASON = {"isolation": "suspected or confirmed to be infected", "quarantine": "named as a close contact"}
# Papers and homes a transaction: each is a ledger entry of its own, but the disk is waited for once.
PAPERS = 50

Line = dict[str, str]


@dataclass(frozen=True)
class Arrived:
    """What went in: the outbreak, each file's verdicts, and who stands behind an invented number."""

    outbreak: Outbreak
    delivered: dict[str, Delivered]
    papers: int
    persons: dict[str, UUID]


def arrive(folder: Path, seed: int, extent: Extent, *, by: Actor, at: datetime, progress: Progress = silent) -> Arrived:
    """Invent the outbreak, write its files into the folder, and take them in; `at` is their receipt.

    Needs an instance of the profile `demo`.
    """
    outbreak = invent(seed, extent)
    paths = write_files(write_down(outbreak, seed), folder)
    delivered = {}
    for number, name in enumerate(MAPPED):
        progress(f"takes in {name}", number, len(paths))
        delivered[name] = take_in(paths[name], f"demo-{name}", by=by, at=at)
    people = {**_units(paths["cases"], "id"), **_units(paths["contacts"], "contact_id")}
    found = look_up([Identity(SCHEME, one) for one in people])
    persons = {identity.value: person for identity, person in found.items()}
    _settle(people, persons, by, at)
    progress("takes in orders", len(MAPPED), len(paths))
    papers = _file_papers(list(_lines(paths["orders"])), persons, by, at)
    ledger.seal(at=at)
    return Arrived(outbreak, delivered, papers, persons)


def replay(extent: Extent, *, by: Actor, progress: Progress = silent) -> date:
    """Run the period of every day, each on what had become known by then; the last day."""
    for number in range(extent.days):
        day = extent.first_day + DAY * number
        run_cycle(on=day, by=by)
        progress(f"{day}", number + 1, extent.days)
    return extent.last_day


def _lines(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# --- where people live ------------------------------------------------------------------------------


def _units(path: Path, column: str) -> dict[str, str]:
    """{identity number: code of the unit} of a file."""
    return {line[column]: line["unit"] for line in _lines(path)}


def _settle(people: dict[str, str], persons: dict[str, UUID], by: Actor, at: datetime) -> None:
    """Give everybody their home, as a grid worker would: no mapping has a word for it yet."""
    units = {unit.code: unit for unit in Place.objects.filter(kind=Place.Kind.UNIT)}
    for some in bulk.chunks(sorted(people.items()), PAPERS):
        with transaction.atomic():
            for identity, code in some:
                set_home(person=persons[identity], home=units[code], by=by, at=at)


# --- offers, orders, objections ------------------------------------------------------------------------


def _file_papers(lines: list[Line], persons: dict[str, UUID], by: Actor, at: datetime) -> int:
    """Every offer, order and objection through the service of `isolation` that keeps it; how many."""
    desk = _Desk(persons, by, at, ZoneInfo(Instance.objects.get(id=1).zone))
    for some in bulk.chunks(lines, PAPERS):
        with transaction.atomic():
            for line in some:
                desk.file(line)
    return len(lines)


class _Desk:
    """Files papers; orders are remembered by their number, since an objection names one."""

    def __init__(self, persons: dict[str, UUID], by: Actor, at: datetime, zone: ZoneInfo) -> None:
        self.persons = persons
        self.by = by
        self.at = at
        self.zone = zone
        self.orders: dict[str, UUID] = {}

    def file(self, line: Line) -> None:
        {"offer": self._offer, "order": self._order, "objection": self._objection}[line["paper"]](line)

    def _instant(self, cell: str) -> datetime:
        return datetime.fromisoformat(cell).replace(tzinfo=self.zone).astimezone(UTC)

    def _common(self, known: str) -> dict:
        return {"known_at": self._instant(known), "by": self.by, "at": self.at}

    def _offer(self, line: Line) -> None:
        isolation.offer_place(
            person=self.persons[line["id"]],
            disease=DISEASE,
            kind=line["kind"],
            observed=date.fromisoformat(line["at"][:10]),
            accepted=line["accepted"] == "yes",
            **self._common(line["at"]),
        )

    def _order(self, line: Line) -> None:
        root = self.orders[line["no"]] = isolation.give_order(
            person=self.persons[line["id"]],
            disease=DISEASE,
            kind=line["kind"],
            basis=BASIS,
            reason=REASON[line["kind"]],
            official=line["official"],
            starts_at=self._instant(line["at"]),
            ends_at=self._instant(line["ends_at"]),
            review_at=self._instant(line["review_at"]),
            observed=date.fromisoformat(line["at"][:10]),
            **self._common(line["at"]),
        )
        if line["served_at"]:
            isolation.serve_order(
                root=root,
                served_at=self._instant(line["served_at"]),
                how="in person",
                **self._common(line["served_at"]),
            )

    def _objection(self, line: Line) -> None:
        root = isolation.object_to(
            order=self.orders[line["about"]],
            ground=line["ground"],
            observed=date.fromisoformat(line["at"][:10]),
            **self._common(line["at"]),
        )
        if line["decided_at"]:
            isolation.decide_objection(
                root=root,
                decision=line["decision"],
                decided_by=DECIDER,
                decided_at=self._instant(line["decided_at"]),
                **self._common(line["decided_at"]),
            )
