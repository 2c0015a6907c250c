"""The facts that the indicators of one disease are made from, as of a day and known at a seal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from mainstay.cases.models import Classification, Onset, Outcome, Report
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.edition import AllOf, AnyOf, Clause, DaysSince
from mainstay.duties.rules.in_force import rulesets_on
from mainstay.isolation.models import Objection, Order, Stay
from mainstay.people.models import Merge, Trait
from mainstay.platform.clock import day_end, local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Instance, Seal
from mainstay.platform.reading import View, ever_stood, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, parameter, same, table_reader
from mainstay.reports.rules.cases import (
    ClassFact,
    ContactVersion,
    DayFact,
    Facts,
    OrderFact,
    OutcomeFact,
    StayFact,
    TraitFact,
    survivors,
)

DISEASE_NOT_MEANT = code("indicators.disease", "It cannot be told which disease is meant.")
SEAL_UNKNOWN = code("seal.unknown", "There is no seal of that number.")
NO_DISEASE = code("disease.unknown", "Nothing is on file under that disease.")
TRAITS = ("age", "birth_date", "sex")


def seal_to_read(no: int | None) -> Seal | None:
    """The seal of that number, or the last (None on an empty ledger); raises `seal.unknown`."""
    last = Seal.objects.order_by("-no").first()
    if no is None or (last is not None and no == last.no):
        return last
    found = Seal.objects.filter(no=no).first()
    if found is None:
        raise MainstayError(
            SEAL_UNKNOWN,
            f"There is no seal {no}; give a number from 1 to {last.no if last else 0}.",
            {"seal": no, "last": last.no if last else None},
        )
    return found


def diseases_known(seal: Seal | None) -> list[str]:
    """The diseases of which anybody was given a class by then, in order; one statement."""
    rows = Classification.objects.filter(entry_id__lte=seal.to_entry if seal else 0)
    return list(rows.values_list("disease", flat=True).distinct().order_by("disease"))


def disease_meant(named: str | None, seal: Seal | None) -> str:
    """The one named, else the only one there is; an instance without any cases may name any.

    Raises `indicators.disease`.
    """
    known = diseases_known(seal)
    if named is not None and (named in known or not known):
        return named
    if named is None and len(known) == 1:
        return known[0]
    there = ", ".join(known) or "none yet"
    told = f"There are no facts of '{named}'" if named is not None else "Which disease is meant cannot be told"
    sentence = f"{told}; name one with --disease. There are facts of: {there}."
    raise MainstayError(DISEASE_NOT_MEANT, sentence, {"known": known})


def follow_up_of(disease: str, on: date, seal: Seal | None) -> tuple[int | None, str | None]:
    """(for how many days the editions in force have contacts followed, which clause says so); one statement.

    The longest `until` that counts days since the last exposure. (None, None) where no edition says it.
    """
    rules = rulesets_on(on, editions_put_into_force(seal.to_entry if seal else 0)).get(disease)
    said = [(days, clause.edition, clause.id) for clause in rules.clauses for days in _days_of(clause)] if rules else []
    if not said:
        return None, None
    days = max(days for days, _edition, _clause in said)
    _days, edition, clause = min(one for one in said if one[0] == days)
    return days, f"{edition}, {clause}"


def _days_of(clause: Clause) -> Iterator[int]:
    waiting: list[Any] = [clause.until]
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, AnyOf | AllOf):
            waiting += condition.parts
        elif isinstance(condition, DaysSince) and condition.at_least and "last_exposure" in condition.anchor.chain:
            yield condition.at_least


def read_cases(*, disease: str, on: date, seal: Seal | None) -> Facts:
    """What makes cases: merges, classes, onsets, reports, outcomes; as `read_facts`, in six statements."""
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    known_by = day_end(on, zone)
    view = _view(seal, known_by, on)
    of_disease = ("f.disease = %s", [disease])
    columns = ("person_id", "root", "became_known_at", "observed_date", "value")
    converters = (as_uuid, as_uuid, as_instant, as_date, same)
    return Facts(
        on=on,
        known_by=known_by,
        zone=zone,
        merged=_merged(seal, known_by),
        classes=tuple(ClassFact(*row) for row in _read(Classification, columns, converters, view, of_disease)),
        onsets=_days(Onset, view, of_disease),
        reports=_days(Report, view, of_disease),
        outcomes=tuple(OutcomeFact(*row) for row in _read(Outcome, columns, converters, view, of_disease)),
    )


def people_classified(*, on: date, seal: Seal | None) -> dict[str, int]:
    """{disease: how many persons were known at the end of day `on` to have had a class}; three statements."""
    known_by = day_end(on, Instance.objects.values_list("zone", flat=True).get(id=1))
    read_as = survivors(_merged(seal, known_by))
    people: dict[str, set[UUID]] = {}
    for person, disease in _read(Classification, ("person_id", "disease"), (as_uuid, same), _view(seal, known_by, on)):
        people.setdefault(disease, set()).add(read_as.get(person, person))
    return {disease: len(some) for disease, some in people.items()}


def _view(seal: Seal | None, known_by: datetime, on: date | None = None) -> View:
    return View(seal.to_entry if seal else 0, known_by, on)


def _merged(seal: Seal | None, known_by: datetime) -> dict[UUID, UUID]:
    return dict(_read(Merge, ("person_id", "into_id"), (as_uuid, as_uuid), _view(seal, known_by)))


def read_facts(*, disease: str, on: date, seal: Seal | None) -> Facts:
    """What was known at the end of day `on`, of events up to it, in the ledger up to the seal; twelve statements."""
    facts = read_cases(disease=disease, on=on, seal=seal)
    zone, view = facts.zone, _view(seal, facts.known_by, on)
    of_disease = ("f.disease = %s", [disease])
    return replace(
        facts,
        reports_known=tuple(
            _READ_KNOWN(ever_stood(Report, ("person_id", "became_known_at"), _view(seal, facts.known_by), of_disease))
        ),
        stays=tuple(
            StayFact(*row)
            for row in _read(
                Stay,
                ("person_id", "starts_date", "ends_date", "kind", "certain"),
                (as_uuid, as_date, as_date, same, as_bool),
                view,
                _of_the_classified(disease),
            )
        ),
        orders=_orders(view, of_disease, zone),
        upheld=_upheld(view, of_disease, zone),
        contacts=_contacts(view, disease),
        traits=tuple(
            TraitFact(*row)
            for row in _read(
                Trait,
                ("person_id", "root", "became_known_at", "observed_date", "name", "value"),
                (as_uuid, as_uuid, as_instant, as_date, same, same),
                view,
                _traits_of_the_classified(disease),
            )
        ),
    )


_READ_KNOWN = table_reader(as_uuid, as_instant)


def _of_the_classified(disease: str) -> tuple[str, list[Any]]:
    """Facts of whoever was ever given a class, and of merged records: a registry of a million has others' too."""
    people = (
        "SELECT person_id FROM cases_classification WHERE disease = %s "
        "UNION SELECT person_id FROM people_merge UNION SELECT into_id FROM people_merge"
    )
    return f"f.person_id IN ({people})", [disease]


def _traits_of_the_classified(disease: str) -> tuple[str, list[Any]]:
    where, params = _of_the_classified(disease)
    return f"{where} AND f.name IN ({', '.join(['%s'] * len(TRAITS))})", [*params, *TRAITS]


def _read(
    model: type[models.Model],
    columns: Sequence[str],
    converters: Sequence[Any],
    view: View,
    where: tuple[str, list[Any]] = ("1 = 1", []),
) -> Iterable[tuple[Any, ...]]:
    return table_reader(*converters)(standing(model, columns, view, where))


def _days(model: type[models.Model], view: View, where: tuple[str, list[Any]]) -> tuple[DayFact, ...]:
    columns = ("person_id", "became_known_at", "observed_date")
    return tuple(DayFact(*row) for row in _read(model, columns, (as_uuid, as_instant, as_date), view, where))


def _orders(view: View, where: tuple[str, list[Any]], zone: str) -> tuple[OrderFact, ...]:
    columns = ("person_id", "root", "starts_at", "ends_at", "served_at", "oral")
    converters = (as_uuid, as_uuid, as_instant, as_instant, as_instant, as_bool)
    return tuple(
        OrderFact(
            person, root, local_date(starts, zone), local_date(ends, zone), _local(served, zone, view.known_by), oral
        )
        for person, root, starts, ends, served, oral in _read(Order, columns, converters, view, where)
    )


def _local(at: datetime | None, zone: str, known_by: datetime | None) -> date | None:
    """The city's day of an instant that has come; None where it has not."""
    return None if at is None or (known_by is not None and at > known_by) else local_date(at, zone)


def _upheld(view: View, where: tuple[str, list[Any]], zone: str) -> dict[UUID, date]:
    columns = ("order_root", "decided_at")
    condition = (f"{where[0]} AND f.decision = 'upheld' AND f.decided_at IS NOT NULL", where[1])
    found: dict[UUID, date] = {}
    for root, decided in _read(Objection, columns, (as_uuid, as_instant), view, condition):
        day = local_date(decided, zone)
        found[root] = min(day, found.get(root, day))
    return found


_READ_CONTACT = table_reader(as_uuid, same, as_bool, as_uuid, as_uuid, same, as_date, as_date, as_instant, as_instant)


def _contacts(view: View, disease: str) -> tuple[ContactVersion, ...]:
    """Every version of a contact that can have been known by then; which of them stood, the rules decide.

    A version without a time of its own is known with a report: which version stands then depends on another table.
    """
    sql = (
        "SELECT f.root, f.version, f.retracted, f.person_id, f.index_id, f.kind, f.first_date, f.last_date, "
        "f.became_known_at, e.at FROM tracing_contact f JOIN platform_entry e ON e.no = f.entry_id "
        "WHERE f.disease = %s AND f.entry_id <= %s AND (f.became_known_at IS NULL OR f.became_known_at <= %s) "
        "ORDER BY f.root, f.version"
    )
    assert view.known_by is not None
    with connection.cursor() as cursor:
        cursor.execute(sql, [disease, view.to_entry, parameter(view.known_by)])
        return tuple(ContactVersion(*row) for row in _READ_CONTACT(cursor.fetchall()))
