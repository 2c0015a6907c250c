"""A small invented instance for the tests of the check, and the hand that reaches beneath the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from mainstay.cases.models import Classification, Onset, Report, Result
from mainstay.cycle import check
from mainstay.cycle.check.labels import place_of
from mainstay.people.models import Identifier, Person
from mainstay.platform import ledger, triggers
from mainstay.platform.identity import new_id
from mainstay.platform.keys import KEY_VERSION, blind_index, encrypt, load_keys
from mainstay.platform.models import Appended, Entry, Fact, Instance
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact

DAY = date(2020, 2, 1)
NOON = datetime(2020, 2, 1, 4, tzinfo=UTC)
ZONE = "Asia/Shanghai"
FLU = "flu"


def instance() -> None:
    """An empty instance."""
    Instance.objects.create(zone=ZONE, profile="", created_at=NOON)


def person(*names: str) -> Person:
    """A person with these identifiers; without any, somebody known only from facts."""
    keys = load_keys()
    made = Person.objects.create()
    for name in names:
        identity = new_id()
        Identifier.objects.create(
            id=identity,
            person=made,
            scheme="name",
            blind=blind_index(keys, "name", name),
            sealed=encrypt(keys, name, place_of(identity.hex)),
            key_version=KEY_VERSION,
        )
    return made


def fact(model: type[Fact], on: date = DAY, root: UUID | None = None, **values: Any) -> Fact:
    """A fact not yet written; the first version of a record of its own unless `root` is given."""
    identity = new_id()
    known = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    base = {"observed_date": on, "became_known_at": known, "source": "test"}
    return model(id=identity, root=root or identity, **(base | values))


def write(*rows: Appended, verb: str = "intake") -> Entry:
    """Rows under one ledger entry."""
    entry = ledger.append(rows, by=ledger.actor("clerk"), at=NOON, verb=verb)
    assert entry is not None
    return entry


@dataclass
class World:
    """Three people: a case with a class, onset, report and result; a contact with checks; a stranger."""

    case: Person
    contact: Person
    stranger: Person
    entries: list[Entry]
    alone: Onset


def world() -> World:
    """Four entries of 4, 1, 3 and 2 facts; a seal after the second and one after the fourth."""
    instance()
    case, contact, stranger = person("Li Na", "ID 1"), person("Wang Wei"), person()
    alone = fact(Onset, person=case, disease=FLU)
    first = write(
        fact(Classification, person=case, disease=FLU, value="suspected"),
        fact(Report, person=case, disease=FLU),
        fact(Result, person=case, disease=FLU, test="pcr", value="negative"),
        fact(Result, DAY + timedelta(1), person=case, disease=FLU, test="pcr", value="positive"),
    )
    second = write(alone)
    ledger.seal(at=NOON)
    third = write(
        *(fact(Check, DAY + timedelta(n), person=contact, of="temperature", tenths=366 + n) for n in range(3))
    )
    fourth = write(
        fact(Contact, person=contact, index=case, disease=FLU, kind="household", last_date=DAY),
        fact(
            Contact,
            person=stranger,
            index=case,
            disease=FLU,
            kind="travel",
            known_with_index=True,
            became_known_at=None,
        ),
    )
    ledger.seal(at=NOON)
    return World(case, contact, stranger, [first, second, third, fourth], alone)


@contextmanager
def beneath() -> Iterator[Any]:
    """A cursor for somebody who owns the database: triggers and foreign keys out of the way, then back."""
    sqlite = connection.vendor == "sqlite"
    off, on = ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON") if sqlite else (_REPLICA, _ORIGIN)
    with connection.cursor() as cursor:
        cursor.execute(off)
        with transaction.atomic():
            for table in [model._meta.db_table for model in triggers.appended_models()] if sqlite else []:
                cursor.execute(f'DROP TRIGGER "{table}_no_update"')
                cursor.execute(f'DROP TRIGGER "{table}_no_delete"')
            yield cursor
            triggers.install()
        cursor.execute(on)


# What a superuser may say: no trigger fires, foreign keys included.
_REPLICA, _ORIGIN = "SET session_replication_role = replica", "SET session_replication_role = origin"


def empty() -> None:
    """The same database as a new home: nothing in it."""
    with beneath() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("django_", "sqlite_")):
                cursor.execute(f'DELETE FROM "{table}"')


def value_of(identity: UUID) -> Any:
    """An id as raw SQL takes it."""
    return identity if connection.vendor == "postgresql" else identity.hex


def codes(result: check.CheckResult | None = None) -> list[str]:
    """The codes of what a check finds."""
    return [finding.code for finding in (result or check.run()).findings]
