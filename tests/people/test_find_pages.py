"""Finding somebody on the page and by the API; the terms made anew, and what is said until they are."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import reload

import pytest

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Purpose, Role
from mainstay.people import searchable, tasks
from mainstay.people import services as people
from mainstay.people.models import Person, SearchTerm
from mainstay.people.services import Identity
from mainstay.people.terms import TermRow, keep_terms, kept_as, term_rows
from mainstay.platform import bulk, jobs
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Entry, Job
from tests.people.register import AT
from tests.web.signing_in import JUNK, signed_in
from tests.world import World

# --- made anew ------------------------------------------------------------------------------------------------


def test_terms_are_made_anew_of_the_identifiers_alone(register: World) -> None:
    people.call_anew(person=register.people["王伟"], scheme="name", value="李明", by=register.by, at=register.at)
    people.resolve([Identity("clinic", "A 1")])  # nothing to be searched for
    before = set(SearchTerm.objects.values_list("term", "person_id"))
    # What an older version left out, and what other rules would have had.
    SearchTerm.objects.filter(person_id=register.people["王晓明"]).delete()
    keep_terms([TermRow(1, register.people["陈红"])])
    assert searchable.make_searchable() == Person.objects.count()
    assert set(SearchTerm.objects.values_list("term", "person_id")) == before


def test_an_instance_with_people_has_it_done_by_the_queue_and_says_so_until_then(
    register: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "TASKS", {})
    jobs.load_tasks()
    reload(tasks)
    SearchTerm.objects.all().delete()
    searchable.ask(at=now())
    client = signed_in(register, "Wen", Role.EPIDEMIOLOGIST)
    page = client.get("/find/", {"q": "王伟"}).content.decode()
    assert "Not everybody is found yet" in page and "Nobody is found by that" in page
    assert client.get("/api/v1/find", {"q": "王伟"}).json() == {"people": [], "is_capped": False, "is_complete": False}
    (job,) = Job.objects.all()
    told: list[tuple[str, int, int]] = []
    jobs.TASKS[job.kind].run(job.payload, lambda *one: told.append(one))
    assert told == [("people", 2, 6), ("people", 4, 6), ("people", 6, 6)]
    Job.objects.update(state=Job.State.DONE)
    page = client.get("/find/", {"q": "王伟"}).content.decode()
    assert "Not everybody is found yet" not in page and listed(page) == ["王伟"]


def test_an_instance_without_names_asks_for_nothing(world: World) -> None:
    people.resolve([Identity("clinic", "A 1")])
    searchable.ask(at=now())
    assert not Job.objects.exists() and not searchable.waits()


def test_terms_say_nothing_without_the_key_and_stand_in_the_order_of_their_table(register: World) -> None:
    assert TermRow._fields == bulk.names(SearchTerm)
    keys = load_keys()
    others = replace(keys, blind=bytes(32))
    assert kept_as("sound:wang", keys) != kept_as("sound:wang", others)
    assert -(2**63) <= kept_as("sound:wang", keys) < 2**63
    assert term_rows(new_id(), "address", "5 Mill Lane", keys) == term_rows(new_id(), "clinic", "A 1", keys) == []


# --- the page and the API --------------------------------------------------------------------------------------


def listed(page: str) -> list[str]:
    """The names in the first column of the page's table, in order."""
    return re.findall(r'<th scope="row"><a href="/list/[^"]*">([^<]*)</a>', page)


def test_the_page_lists_who_is_found_and_leaves_one_look_without_what_was_typed(register: World) -> None:
    client = signed_in(register, "Wen", Role.EPIDEMIOLOGIST)
    page = client.get("/find/", {"q": "wang xiaoming"}).content.decode()
    assert listed(page) == ["王小铭", "王晓明"] and "<b>2</b> people match" in page
    assert "138 0000" not in page  # found by a telephone or not, none is shown
    (look,) = Look.objects.all()
    assert (look.page, look.purpose, look.count) == ("find", Purpose.SUPERVISION, 2)
    assert bytes(look.listed) == b"".join(register.people[name].bytes for name in ("王小铭", "王晓明"))
    assert not Entry.objects.filter(purpose__icontains="wang").exists()
    # Whoever finds nobody has seen nobody.
    assert "Nobody is found by that" in client.get("/find/", {"q": "zhao"}).content.decode()
    assert "What to type" in client.get("/find/").content.decode()
    assert Look.objects.count() == 1


def test_a_whole_number_leads_to_the_person_and_a_name_never_does(register: World) -> None:
    resolved = people.resolve([Identity("clinic", "A 1")])
    (person,) = resolved.persons.values()
    people.merge(person=person, into=register.people["王晓明"], reason="one card", by=register.by, at=AT)
    client = signed_in(register, "Wen", Role.EPIDEMIOLOGIST)
    assert client.get("/find/", {"q": "a1"}).headers["Location"] == f"/list/{register.people['王晓明']}/"
    assert client.get("/find/", {"q": "王伟"}).status_code == 200
    worker = signed_in(register, "Gu", Role.COMMUNITY_WORKER, "u2")
    assert "Nobody is found by that" in worker.get("/find/", {"q": "a1"}).content.decode()
    assert listed(worker.get("/find/", {"q": "wang"}).content.decode()) == ["王伟", "王小铭"]


def test_find_stands_in_the_bar_and_among_the_tabs_of_whoever_may_see_people(register: World) -> None:
    page = signed_in(register, "Wen", Role.EPIDEMIOLOGIST).get("/find/").content.decode()
    assert 'action="/find/" role="search"' in page and "Find a person by name, telephone or number" in page
    assert '<a href="/find/" aria-current="page">' in page
    page = signed_in(register, "Gu", Role.ADMINISTRATOR).get("/me/").content.decode()
    assert "/find/" not in page


@pytest.mark.parametrize(
    "junk", [*JUNK, "%", "......", "😀", "'; DROP TABLE people_searchterm; --", "\u202e", "a " * 900]
)
def test_junk_is_no_failure(register: World, junk: str) -> None:
    client = signed_in(register, "Wen", Role.EPIDEMIOLOGIST)
    assert client.get("/find/", {"q": junk}).status_code == 200
    assert client.get("/find/", {"q": junk, "more": junk}).status_code == 200
    assert client.get("/api/v1/find", {"q": junk}).status_code in (200, 422)
    assert SearchTerm.objects.exists()


def test_the_api_finds_the_same(register: World) -> None:
    client = signed_in(register, "Wen", Role.EPIDEMIOLOGIST)
    told = client.get("/api/v1/find", {"q": "13800000101"}).json()
    assert told == {
        "people": [
            {
                "id": str(register.people["王晓明"]), "name": "王晓明", "also": None, "category": None,
                "where": {"kind": "home", "place": "Unit One"},
            }
        ],
        "is_capped": False,
        "is_complete": True,
    }  # fmt: skip
    (look,) = Look.objects.all()
    assert (look.page, look.count) == ("api:find", 1)
    assert client.get("/api/v1/find").status_code == 422
