"""The list typed into like a sheet: each change is a fact, bad input is told, the second of two is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mainstay.accounts.rules import Role
from mainstay.cases.models import Classification, Onset
from mainstay.duties.models import SubjectState
from mainstay.isolation.models import Stay
from mainstay.people import services as people
from mainstay.people.models import Identifier
from mainstay.people.queries import ReadAs, identifiers_of, names_of
from mainstay.platform.identity import new_id
from tests.web.signing_in import JUNK, signed_in
from tests.world import World


@pytest.fixture
def an(world: World) -> World:
    world.people["An"] = new_id()
    people.add_person(person=world.people["An"], name="An Yi-01", by=world.by, at=world.at)
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-05")
    world.onset("An", "2020-02-03")
    world.cycle("2020-02-06")
    return world


def address(world: World) -> str:
    return f"/list/sheet/{world.people['An']}/"


def form(page: str) -> dict[str, str]:
    """Every field of the row as the page shows it."""
    fields = re.findall(r'<input[^>]* name="([^"]*)" (?:type="[a-z]*" )?value="([^"]*)"', page)
    chosen = re.findall(r'<select[^>]* name="([^"]*)".*?<option value="([^"]*)" selected', page, re.DOTALL)
    return {name: value for name, value in [*fields, *chosen] if name != "csrfmiddlewaretoken"}


def cell(client: Any, world: World, name: str, value: str, seen: str, was: str = "") -> str:
    """What htmx sends when a cell is left, and the cell that comes back."""
    person = world.people["An"].hex
    headers = {"HX-Request": "true", "HX-Target": f"cell-{person}-{name}"}
    given = {name: value, f"seen-{name}": seen, f"was-{name}": was}
    return client.post(address(world), given, headers=headers).content.decode()


def test_a_row_sent_whole_writes_what_changed_and_nothing_else(an: World) -> None:
    client = signed_in(an, "Wen", Role.EPIDEMIOLOGIST)
    page = client.get("/list/sheet/").content.decode()
    assert 'value="An Yi-01"' in page and 'value="2020-02-03"' in page
    given = form(client.get(address(an)).content.decode())
    assert client.post(address(an), given).status_code == 302
    assert (Onset.objects.count(), Classification.objects.count()) == (1, 1)  # nothing was changed, nothing written
    given |= {"name": "An Yi-11", "onset": "2020-02-01", "class": "confirmed", "stay": "s1", "phone": "100 0000 0101"}
    for _sending in range(2):
        assert client.post(address(an), given).status_code == 302
    assert [str(one.observed_date) for one in Onset.objects.order_by("version")] == ["2020-02-03", "2020-02-01"]
    assert [one.value for one in Classification.objects.order_by("entry_id")] == ["suspected", "confirmed"]
    assert [(one.kind, one.facility.code) for one in Stay.objects.all()] == [("site", "s1")]
    known = identifiers_of([an.people["An"]], ReadAs())[an.people["An"]]
    assert sorted(one.value for one in known) == ["100 0000 0101", "An Yi-01", "An Yi-11"]  # the earlier is kept
    assert names_of([an.people["An"]], ReadAs())[an.people["An"]] == "An Yi-11"
    # Judged at once: this instance stands at the end of the 6th.
    assert SubjectState.objects.get(subject_id=an.people["An"]).category == "confirmed"


def test_the_second_of_two_is_told_what_the_first_wrote_and_both_stand(an: World) -> None:
    wen, gu = signed_in(an, "Wen", Role.EPIDEMIOLOGIST), signed_in(an, "Gu", Role.EPIDEMIOLOGIST)
    seen = Onset.objects.get().id.hex
    assert "told" not in cell(wen, an, "onset", "2020-02-01", seen, "2020-02-03")
    told = cell(gu, an, "onset", "2020-01-31", seen, "2020-02-03")
    assert "Wen wrote 2020-02-01 here" in told and 'value="2020-01-31"' in told
    assert Onset.objects.count() == 3
    # A row that was open all the while and sent for another cell takes nothing back.
    row = {"onset": "2020-02-03", "was-onset": "2020-02-03", "seen-onset": seen}
    assert wen.post(address(an), row).status_code == 302 and Onset.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("onset", "3 Feb", "like 2020-02-14"),
        ("onset", "2999-01-01", "not come yet"),
        ("name", "", "Write something"),
        ("class", "", "Choose a class"),
        ("stay", "nowhere", "the code of a ward or site"),
    ],
)
def test_a_cell_says_why_and_keeps_what_was_typed(an: World, name: str, typed: str, told: str) -> None:
    client = signed_in(an, "Wen", Role.EPIDEMIOLOGIST)
    answer = cell(client, an, name, typed, "", "x")
    assert told in answer and f'value="{typed}"' in answer and 'aria-invalid="true"' in answer
    assert client.post(address(an), {name: typed, f"was-{name}": "x"}).status_code == 422


def test_what_one_may_not_write_is_shown_and_not_taken(an: World) -> None:
    tracer = signed_in(an, "Tracer Bo", Role.TRACER)
    page = tracer.get("/list/sheet/").content.decode()
    assert 'name="class"' not in page and "suspected" in page and 'name="onset"' in page
    cell(tracer, an, "class", "confirmed", "")
    assert Classification.objects.count() == 1
    elsewhere = signed_in(an, "Mo", Role.COMMUNITY_WORKER, "u2")
    assert elsewhere.get(address(an)).status_code == elsewhere.post(address(an), {"name": "x"}).status_code == 404


def test_junk_is_no_failure(an: World) -> None:
    client = signed_in(an, "Wen", Role.EPIDEMIOLOGIST)
    for junk in JUNK[1:6]:
        everything = dict.fromkeys(("name", "phone", "onset", "class", "result", "stay", "seen-onset"), junk)
        assert client.post(address(an), everything).status_code in (302, 422)
        assert client.get("/list/sheet/", {"start": junk}).status_code == 200
    assert "<script>alert" not in client.get("/list/sheet/").content.decode()
    assert Identifier.objects.filter(person=an.people["An"]).count() < 12
