"""Rows written as tuples are the rows their models would have written."""

from __future__ import annotations

import pytest

from mainstay.cycle.link import ExposureRow
from mainstay.duties import services
from mainstay.duties.concern import ConcernRow
from mainstay.duties.models import Duty, DutyEvent, DutyState, PersonOfConcern, SubjectState
from mainstay.platform import bulk
from mainstay.platform.canonical import hashed_fields, row_hash, row_hashes
from mainstay.platform.triggers import appended_models
from mainstay.tracing.models import Exposure
from tests.world import World

APPENDED = [(Duty, services.NewDuty), (DutyEvent, services.NewEvent), (Exposure, ExposureRow)]
KEPT = [(DutyState, services.KeptState), (SubjectState, services.KeptLook), (PersonOfConcern, ConcernRow)]


@pytest.mark.parametrize(("model", "row"), APPENDED, ids=lambda value: value.__name__)
def test_an_appended_row_has_its_tables_columns_but_the_ledgers_number(model, row) -> None:
    assert row._fields == tuple(field.attname for field in hashed_fields(model))
    assert bulk.names(model)[1] == "entry_id"


@pytest.mark.parametrize(("model", "row"), KEPT, ids=lambda value: value.__name__)
def test_a_row_of_state_has_its_tables_columns(model, row) -> None:
    assert row._fields == bulk.names(model)


@pytest.mark.django_db
def test_hashes_by_column_are_the_hashes_of_each_row(world: World) -> None:
    """Of every table that a few people's first day fills."""
    world.classified("Bai", "confirmed", "2020-03-01")
    world.onset("Bai", "2020-02-27")
    world.stays("Bai", "ward", None, "2020-03-01")
    world.met("Hua", "Bai", "2020-02-28")
    world.cycle("2020-03-01")
    filled = 0
    for model in appended_models():
        if "entry_id" not in bulk.names(model):
            continue
        rows = list(model.objects.all())
        values = bulk.values_of(rows, [field.attname for field in hashed_fields(model)])
        assert row_hashes(model, values) == [row_hash(row) for row in rows], model
        filled += bool(rows)
    assert filled >= 5
