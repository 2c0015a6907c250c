"""A desk that sends files in: a small mapping, rows as text, and what the database then says, by content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models, transaction

from mainstay.cycle.delivered import Delivered
from mainstay.cycle.sense import mend, take_in
from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.people.models import Identifier
from mainstay.people.services import sealed_place
from mainstay.platform import ledger
from mainstay.platform.keys import decrypt, load_keys
from mainstay.platform.models import Actor, Fact, Instance

ZONE = "Asia/Seoul"
RECEIVED = datetime(2020, 3, 1, 6, tzinfo=UTC)  # 15:00 in the city

# A clinic's line list: who, since when ill, when reported, in which ward, died when, met whom.
CLINIC = """
name = "clinic"
title = "A clinic's line list"
source = "clinic"
disease = "mers"
null = ["NA"]
key = ["no"]
known = ["reported"]

[columns]
no = { type = "text", longest = 12 }
sex = { type = "choice", values = { m = "male", f = "female" } }
age = { type = "integer", at_least = 0, at_most = 120 }
ill = { type = "date" }
reported = { type = "date" }
ward = { type = "facility", values = { "River Hospital" = "h1", "River Hosp." = "h1", "Hill Clinic" = "h2" } }
died = { type = "date" }
end = { type = "choice", values = { Dead = "died" }, nothing = ["Alive"] }
met = { type = "text", longest = 12 }
desk = { ignore = "who typed it" }

[[person]]
role = "self"
scheme = "clinic"
column = "no"

[[person]]
role = "met"
scheme = "clinic"
column = "met"
known = false

[[fact]]
slot = "report"
fact = "report"
person = "self"
date = "reported"

[[fact]]
slot = "onset"
fact = "onset"
person = "self"
date = "ill"

[[fact]]
slot = "stay"
fact = "stay"
person = "self"
kind = "ward"
facility = { column = "ward" }
certain = false

[[fact]]
slot = "outcome"
fact = "outcome"
person = "self"
value = { column = "end" }
date = "died"
undated = true

[[fact]]
slot = "sex"
fact = "trait"
person = "self"
name = "sex"
value = { column = "sex" }
known = []

[[fact]]
slot = "age"
fact = "trait"
person = "self"
name = "age"
value = { column = "age" }

[[fact]]
slot = "met"
fact = "contact"
person = "self"
index = "met"
kind = "household"

[[check]]
if = { column = "died", earlier_than = "ill" }
warn = true
reason = "The death comes before the onset."

[[check]]
if = { column = "reported", earlier_than = "ill" }
hold = ["ill", "reported"]
reason = "The report comes before the onset."
remedy = "Ask which of the two days is right."
"""
COLUMNS = ("no", "sex", "age", "ill", "reported", "ward", "died", "end", "met", "desk")
NOTHING = dict.fromkeys(COLUMNS, "NA")


def row(no: str, **cells: str) -> dict[str, str]:
    """One row of the clinic's list; what is not said is NA."""
    return {**NOTHING, "no": no, "desk": "A", **cells}


def text(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, separator: str = ",") -> str:
    """The rows as a CSV; every cell in quotation marks."""
    lines = [columns, *([cells[name] for name in columns] for cells in rows)]
    return "".join(separator.join(f'"{cell}"' for cell in line) + "\n" for line in lines)


class Desk:
    """Sends files in, and looks at what became of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.by = ledger.actor("the desk", Actor.Kind.IMPORT)
        self.clinic: Mapping = mappings.parse(CLINIC.encode(), "clinic.toml")
        self.sent = 0

    def file(self, content: str | bytes, name: str = "") -> Path:
        """A file of its own for every sending."""
        self.sent += 1
        path = self.folder / (name or f"list-{self.sent}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def send(self, *rows: dict[str, str], at: datetime = RECEIVED, **options: Any) -> Delivered:
        """Take in the clinic's rows."""
        return self.take(text(*rows), at=at, **options)

    def take(
        self,
        content: str | bytes | Path,
        mapping: str | Mapping | None = None,
        at: datetime = RECEIVED,
        **options: Any,
    ) -> Delivered:
        """Take in a whole file, by the clinic's mapping or another."""
        path = content if isinstance(content, Path) else self.file(content)
        return take_in(path, mapping or self.clinic, by=self.by, at=at, **options)

    def mend(self, content: str, at: datetime = RECEIVED) -> Delivered:
        """Send a file of mended values."""
        return mend(self.file(content), by=self.by, at=at)

    @contextmanager
    def and_back(self) -> Iterator[None]:
        """Whatever happens within is undone: for telling the same story twice from the start."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def instance(zone: str = ZONE) -> None:
    Instance.objects.get_or_create(id=1, defaults={"zone": zone, "profile": "", "created_at": RECEIVED})


def names() -> dict[Any, str]:
    """{person: the identifier they were first known by, in plain text}."""
    keys = load_keys()
    return {
        one.person_id: f"{one.scheme}:{decrypt(keys, one.sealed, sealed_place(one.id))}"
        for one in Identifier.objects.order_by("-id")
    }


def known_facts() -> list[tuple]:
    """Every version of every fact by content: persons by identifier, no ids, no time of receipt."""
    people = names()
    found = []
    for model in apps.get_models():
        if issubclass(model, Fact):
            found += [_content(fact, people) for fact in model.objects.all()]
    return sorted(found)


def _content(fact: models.Model, people: dict[Any, str]) -> tuple:
    parts = [fact._meta.label_lower]
    for column in fact._meta.concrete_fields:
        value = getattr(fact, column.attname)
        if column.attname in ("id", "root", "entry_id"):
            continue
        if column.attname == "became_known_at" and fact.known_on_receipt:
            value = "receipt"
        elif column.attname in ("person_id", "index_id"):
            value = people.get(value, value)
        elif column.attname == "facility_id":
            value = fact.facility.code if value else None
        parts.append(f"{column.attname}={value}")
    return tuple(parts)
