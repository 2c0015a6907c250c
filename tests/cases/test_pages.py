"""The file of a case in the pages: one person with many tubes, a class with who gave it, and whoever may add to it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role
from mainstay.cases.models import Classification, Onset, Outcome, Result, Severity, Specimen
from mainstay.people import services as people
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from tests.web.signing_in import JUNK, hidden, signed_in
from tests.world import World, day


@pytest.fixture
def case(world: World) -> World:
    """Gao lives in Unit One and is suspected of MERS since the 1st of February 2020."""
    world.people["Gao Qi-01"] = new_id()
    people.add_person(person=world.people["Gao Qi-01"], name="Gao Qi-01", by=world.by, at=world.at)
    world.lives("Gao Qi-01", "u1")
    world.classified("Gao Qi-01", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    return world


def address(world: World) -> str:
    return f"/list/{world.people['Gao Qi-01']}/case/"


def forms(client: Client, world: World) -> set[str]:
    page = client.get(address(world)).content.decode()
    return set(re.findall(r'<input type="hidden" name="form" value="([^"]*)"', page))


def test_each_sees_the_forms_they_may_send_and_no_other_is_taken(case: World) -> None:
    sees = {
        Role.CLINICIAN: {"classify", "severity", "outcome", "onset", "tube"},
        Role.LABORATORY: {"tube"},
        Role.TRACER: {"onset"},
        Role.COMMAND: set(),
    }
    for role, expected in sees.items():
        client = signed_in(case, f"Wen {role}", role)
        assert forms(client, case) == expected, role
        given = {"form": "classify", "value": "confirmed", "disease": "mers", "day": "2020-02-02"}
        assert client.post(address(case), given).status_code == (302 if "classify" in expected else 404), role
    assert signed_in(case, "Fang", Role.CLINICIAN, "u2").get(address(case)).status_code == 404  # outside their bounds
    look = Look.objects.order_by("entry_id").first()
    assert (look.page, look.subject_id) == ("case", case.people["Gao Qi-01"])


def test_one_person_many_tubes_and_a_result_finds_its_own(case: World) -> None:
    client = signed_in(case, "Lab Hou", Role.LABORATORY)
    case.cycle("2020-02-04")
    given = {"form": "tube", "tube": "new", "kind": "sputum", "disease": "mers", "test": "pcr", "result": ""}
    for taken in ("2020-02-02", "2020-02-03"):
        assert client.post(address(case), given | {"day": taken, "time": "08:30"}).status_code == 302
    page = client.get(address(case)).content.decode()
    assert "2 tubes wait for their results." in page and page.count("waited for") == 2
    second = Specimen.objects.get(observed_date=day("2020-02-03"))
    form = {"form": "tube", "tube": second.root.hex, "test": "pcr", "result": "negative"} | hidden(page)
    client.post(address(case), form)
    before = Entry.objects.exclude(verb="look").count()
    client.post(address(case), form)  # sent twice
    assert Entry.objects.exclude(verb="look").count() == before
    result = Result.objects.get()
    # It counts for the day and hour at which its tube was taken.
    assert (result.specimen_root, result.observed_date, result.observed_at) == (
        second.root,
        second.observed_date,
        second.observed_at,
    )
    # A laboratory's file names no tube: the result stands with the only one taken that day.
    case.result("Gao Qi-01", "positive", "2020-02-02")
    page = client.get(address(case)).content.decode()
    assert "no tube on file" not in page and "waited for" not in page
    case.result("Gao Qi-01", "positive", "2020-02-05")
    assert client.get(address(case)).content.decode().count("no tube on file") == 1


def test_a_class_is_recorded_with_its_ground_and_the_second_clinician_is_told(case: World) -> None:
    first, second = (signed_in(case, name, Role.CLINICIAN) for name in ("Dr Curlew", "Dr Plover"))
    keys = [hidden(client.get(address(case)).content.decode()) for client in (first, second)]
    given = {"form": "classify", "disease": "mers", "day": "2020-02-02", "basis": "two negatives"}
    first.post(address(case), given | keys[0] | {"value": "discarded"})
    sent = second.post(address(case), given | keys[1] | {"value": "confirmed"})
    page = second.get(sent.headers["Location"]).content.decode()
    assert "both stand" in page and "Classified: ruled out, Dr Curlew" in page
    assert set(Classification.objects.values_list("value", flat=True)) == {"suspected", "discarded", "confirmed"}
    assert page.count("two negatives") == 2


def test_how_ill_since_when_and_how_it_ended(case: World) -> None:
    client = signed_in(case, "Dr Curlew", Role.CLINICIAN)
    usual = {"disease": "mers", "day": "2020-02-02"}
    for form, value in (("severity", "severe"), ("onset", ""), ("outcome", "recovered")):
        assert client.post(address(case), usual | {"form": form, "value": value}).status_code == 302
    client.post(address(case), {"form": "outcome", "disease": "mers", "day": "", "value": "died"})
    assert [one.value for one in Severity.objects.all()] == ["severe"] and Onset.objects.count() == 1
    assert sorted((one.value, one.observed_date) for one in Outcome.objects.all()) == [
        ("died", None),
        ("recovered", day("2020-02-02")),
    ]
    page = client.get(address(case)).content.decode()
    assert "Severe" in page and "First day of illness" in page and "Outcome: died" in page


def test_what_cannot_be_read_is_told_and_junk_is_no_failure(case: World) -> None:
    client = signed_in(case, "Dr Curlew", Role.CLINICIAN)
    tomorrow = local_date(now(), case.zone).replace(year=2999).isoformat()
    whole = {"form": "classify", "value": "confirmed", "disease": "mers", "day": "2020-02-02"}
    tube = {"form": "tube", "tube": "new", "disease": "mers", "day": "2020-02-02", "result": "positive", "test": "pcr"}
    for given, told in (
        (whole | {"value": "ill"}, "Choose a class."),
        (whole | {"disease": "gout"}, "Choose the disease."),
        (whole | {"day": tomorrow}, "not one to come"),
        (whole | {"day": "31 February"}, "like 2020-02-14"),
        (tube | {"tube": "0" * 32}, "Choose the tube"),
        (tube | {"time": "25:00"}, "like 20:20"),
        (tube | {"test": "guess"}, "Choose the test."),
        (tube | {"result": "maybe"}, "Choose what the test says."),
    ):
        answer = client.post(address(case), given)
        assert (answer.status_code, told in answer.content.decode()) == (422, True), told
    assert not Result.objects.exists() and Classification.objects.count() == 1
    for junk in JUNK:
        for given in (whole, tube):
            for name in ("value", "day", "time", "tube", "basis"):
                answer = client.post(address(case), given | {"key": junk, "seen": junk, name: junk})
                assert answer.status_code in (302, 422), (name, junk)
    assert client.post(address(case), {"form": "\x00"}).status_code == 404
    assert "<script>alert" not in client.get(address(case)).content.decode()
