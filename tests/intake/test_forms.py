"""Facts filled into forms are the facts that their models would have written, and read back to their hashes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.cycle.chunk import Tables
from mainstay.cycle.delivery import prepared
from mainstay.cycle.statements import first_version, first_versions, root_of
from mainstay.intake.models import Delivery
from mainstay.platform import bulk
from mainstay.platform.canonical import row_hash, rows_hash
from mainstay.platform.forms import Filled, Form
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.platform.triggers import appended_models
from mainstay.tracing.models import Contact
from tests.intake.desk import COLUMNS, RECEIVED, Desk, row

DAYS = st.sampled_from(["NA", "2020-02-01", "2020-02-03", "1.2.2020", "2020-02-31", "", "2020-02-29 10:00"])
CELLS = st.fixed_dictionaries(
    {
        "no": st.sampled_from(["1", "2", " 3", "A 4", "100%", "%s"]),
        "sex": st.sampled_from(["m", "f", "?", "NA"]),
        "age": st.sampled_from(["7", "007", "140", "NA"]),
        "ill": DAYS,
        "reported": DAYS,
        "died": DAYS,
        "end": st.sampled_from(["Dead", "Alive", "NA"]),
        "met": st.sampled_from(["1", "2", "NA", "9 %"]),
    }
)


def _text(value: Any) -> str:
    """As PostgreSQL reads it; on SQLite all values are texts and numbers already."""
    return value.hex if isinstance(value, UUID) else value.isoformat() if isinstance(value, date) else str(value)


def _intake(desk: Desk):
    return prepared(desk.clinic, COLUMNS, Delivery(id=new_id(), separator=","), desk.by, RECEIVED, dry_run=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_a_form_filled_in_is_the_row_its_model_would_write(desk: Desk, rows: list[dict[str, str]]) -> None:
    intake = _intake(desk)
    cells = [list(row(**one).values()) for one in rows]
    for unit in intake.units(enumerate(cells, 2)):
        persons = {person.role: new_id() for person in unit.reading.persons}
        tables = Tables()
        drafts = unit.reading.drafts
        digits = {role: person.hex for role, person in persons.items()}
        first_versions(drafts, unit.record.hex, 0, digits, intake.writing, tables)
        slow = [
            first_version(draft, root_of(intake.record_ids, unit.record, 0, draft.says.slot), persons, intake.writing)
            for draft in drafts
        ]
        hashes = [one for filled in tables.values() for one in filled.hashes]
        assert sorted(hashes) == sorted(row_hash(fact) for fact in slow)
        written = {
            values[0]: [str(value) for value in values] for filled in tables.values() for values in filled.values
        }
        for fact in slow:
            model = type(fact)
            [(_id, _entry, *rest)] = bulk.adapted(model, bulk.values_of([fact], bulk.names(model)))
            assert written[fact.id.hex] == [fact.id.hex, *map(_text, rest)]


def test_what_is_written_reads_back_to_the_hash_of_its_entry(desk: Desk) -> None:
    """More rows than are copied one by one, with contacts, held cells and a conflict among them."""
    rows = [
        row(
            str(no),
            sex="f",
            ill=f"2020-02-{no % 28 + 1:02}",
            reported="2020-02-29",
            met=str(no // 2) if no > 1 else "NA",
        )
        for no in range(1, 90)
    ]
    desk.send(*rows, row("7", ill="2020-01-01", reported="2020-02-03"), row("", sex="f"))
    [entry] = Entry.objects.filter(verb="intake")
    hashes = []
    for model in appended_models():
        if "entry_id" in bulk.names(model):
            hashes += [row_hash(one) for one in model.objects.filter(entry=entry)]
    assert (entry.fact_count, entry.facts_hash) == (len(hashes), rows_hash(hashes))


def test_a_form_is_opened_in_the_order_of_its_table() -> None:
    with pytest.raises(ValueError, match="in their order"):
        Form(Contact, {}, ("root", "id"))
    with pytest.raises(TypeError):
        Filled(Contact).add(Form(Contact, {}, ("id", "root")), "a" * 32, "b" * 32, "c" * 32)
