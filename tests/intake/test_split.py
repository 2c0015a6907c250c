"""Two telephones in one cell: each leads to the same person, and neither to somebody else."""

from __future__ import annotations

import pytest

from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.people.models import Identifier, Person
from mainstay.people.services import Identity, look_up
from mainstay.platform.errors import MainstayError
from tests.intake.desk import Desk

PHONES = """
name = "callers"
title = "Callers"
source = "callers"
disease = "covid-19"
key = ["no"]
[columns]
no = { type = "text" }
phone = { type = "text" }
[[person]]
role = "self"
scheme = "phone"
column = "phone"
split = ["/", "、", "\\n"]
"""


@pytest.fixture
def callers() -> Mapping:
    return mappings.parse(PHONES.encode(), "callers.toml")


def person(phone: str):
    return look_up([Identity("phone", phone)]).get(Identity("phone", phone))


@pytest.mark.parametrize("cell", ["138001/138002", "138001 、138002", '"138001\n138002"', "138001//138002/138001/"])
def test_each_telephone_of_a_cell_leads_to_the_person(desk: Desk, callers: Mapping, cell: str) -> None:
    done = desk.take(f"no,phone\n1,{cell}\n", callers)

    assert (done.rejects, done.persons) == ((), {"known": 0, "new": 1})
    assert person("138001") == person("138002") is not None
    assert (Person.objects.count(), Identifier.objects.count()) == (1, 2)


def test_without_split_the_cell_is_one_identifier(desk: Desk) -> None:
    callers = mappings.parse(PHONES.replace("split", "# split").encode(), "callers.toml")
    desk.take("no,phone\n1,138001/138002\n", callers)
    assert person("138001/138002") is not None and person("138001") is None


@pytest.mark.parametrize("apart", [True, False])
def test_a_second_telephone_that_is_somebody_elses_stays_theirs_and_is_told(
    desk: Desk, callers: Mapping, apart: bool
) -> None:
    """Father and mother with a telephone each, and hers written beside his."""
    if apart:
        desk.take("no,phone\n2,138002\n", callers)
        done = desk.take("no,phone\n1,138001/138002\n", callers)
    else:
        done = desk.take("no,phone\n1,138001/138002\n2,138002\n", callers)

    assert person("138001") != person("138002")
    assert [(line.row, line.column, line.value, line.code) for line in done.warnings] == [
        (2, "phone", "138002", "person.shared")
    ]
    assert done.rows["warned"] == 1


def test_a_telephone_found_later_is_added(desk: Desk, callers: Mapping) -> None:
    desk.take("no,phone\n1,138001\n", callers)
    done = desk.take("no,phone\n1,138001/138002\n", callers)
    assert (done.rows["revised"], done.persons) == (1, {"known": 1, "new": 0})
    assert person("138001") == person("138002")
    assert desk.take("no,phone\n1,138001/138002\n", callers).rows["known"] == 1


def test_only_a_column_of_text_can_be_split() -> None:
    with pytest.raises(MainstayError, match=r"person\[0\].column: 'phone' is of type integer, but text is needed"):
        mappings.parse(PHONES.replace('phone = { type = "text" }', 'phone = { type = "integer" }').encode(), "c.toml")
