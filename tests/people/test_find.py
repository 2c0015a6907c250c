"""Finding somebody, by the page and the API: within one's bounds, however their records lie, in constant time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import reload
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.accounts.models import Look
from mainstay.accounts.rules import NOWHERE, Purpose, Role, Scope
from mainstay.cycle.sense import take_in
from mainstay.intake.mapping import parse
from mainstay.people import searchable, tasks
from mainstay.people import services as people
from mainstay.people.models import Person, SearchTerm
from mainstay.people.queries import ReadAs, find_person, identified, identifiers_of, schemes
from mainstay.people.rules.search import terms_of, terms_of_number, ways_asked
from mainstay.people.services import Identity
from mainstay.people.terms import TermRow, keep_terms, kept_as, term_rows
from mainstay.places.models import Place
from mainstay.platform import bulk, jobs
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Entry, Job
from mainstay.reports.queries import found
from mainstay.reports.queries.found import find_people
from tests.web.signing_in import JUNK, signed_in
from tests.world import World

AT = datetime(2020, 2, 10, 4, tzinfo=UTC)
CITY = Scope(everywhere=True)


def add(world: World, name: str, phone: str = "", home: str | None = None) -> UUID:
    """Somebody with a name on record, and where they live."""
    person = world.people[name] = new_id()
    people.add_person(person=person, name=name, phone=phone, by=world.by, at=world.at)
    if home:
        world.lives(name, home)
    return person


def names(query: str, scope: Scope = CITY) -> list[str]:
    return [row.name for row in find_people(query, scope, AT).rows]


def unit(code: str) -> Scope:
    return Scope(units=frozenset({Place.objects.get(code=code).id}))


@pytest.fixture
def register(world: World) -> World:
    """People who are nobody's concern: nothing is known of them but what they are called and where they live."""
    add(world, "王晓明", "138 0000 0101", "u1")
    add(world, "王小铭", "138 0000 0102", "u2")
    add(world, "王伟", "139 0000 0101", "u2")
    add(world, "陳紅", home="u1")
    add(world, "陈红", home="u2")
    add(world, "Erik Åkesson", "+46 8 000 0103", "u1")
    return world


# --- who is found -------------------------------------------------------------------------------------------


def test_who_is_written_so_comes_first_then_who_sounds_so_then_by_name(register: World) -> None:
    assert names("王小铭") == ["王小铭", "王晓明"]
    assert names("王晓明") == ["王晓明", "王小铭"]
    assert names("陈红") == ["陈红", "陳紅"] and names("陳紅") == ["陳紅", "陈红"]
    assert names("wang") == ["王伟", "王小铭", "王晓明"]  # wei before xiao ming
    assert names("akesson") == names("ERIK ake") == ["Erik Åkesson"]


def test_by_telephone_and_by_its_last_four_digits(register: World) -> None:
    assert names("13800000101") == names("+86 138 0000 0101") == ["王晓明"]
    assert names("0101") == ["王伟", "王晓明"]
    assert names("王晓明 0101") == ["王晓明"]
    assert names("0800 000 0103") == []
    assert names("08 000 0103") == ["Erik Åkesson"]


def test_nobody_is_found_by_a_part_of_a_syllable_or_by_junk(register: World) -> None:
    for query in ("wa", "xiaomin", "1380000", "%", "_", "'; DROP TABLE people_person; --", "😀", "\x00", ""):
        assert names(query) == [], query
    assert Person.objects.count() == 6


def test_a_number_from_a_file_finds_its_person_whole_and_under_any_scheme(register: World) -> None:
    resolved = people.resolve([Identity("clinic", "A 1"), Identity("hospital", "A 1"), Identity("clinic", "B 2")])
    one, two, three = (resolved.persons[one] for one in resolved.persons)
    assert {row.id for row in find_people("a1", CITY, AT).rows} == {one, two}
    assert find_people("a1", CITY, AT).number_of is None  # which of two, nobody said
    assert find_people("clinic:A 1", CITY, AT).number_of == one
    assert find_people("B2", CITY, AT).number_of == three == find_people(str(three), CITY, AT).number_of
    assert find_people("B", CITY, AT).rows == ()
    # A name is no number, even where people are told apart by it alone.
    people.resolve([Identity("name", "王伟")])
    assert find_people("王伟", CITY, AT).number_of is None and names("王伟") == ["王伟", "王伟"]
    assert identified("王伟") == set() and find_person("王伟") is not None
    assert schemes() == ["clinic", "hospital", "name", "phone"]


def test_an_earlier_name_still_finds_and_is_said(register: World) -> None:
    person = register.people["王伟"]
    assert people.call_anew(person=person, scheme="name", value="李明", by=register.by, at=register.at)
    assert people.call_anew(person=person, scheme="phone", value="137 0000 0199", by=register.by, at=register.at)
    (row,) = find_people("王伟", CITY, AT).rows
    assert (row.id, row.name, row.also) == (person, "李明", "王伟")
    (row,) = find_people("liming", CITY, AT).rows
    assert (row.name, row.also) == ("李明", "")
    assert names("13700000199") == names("13900000101") == ["李明"]


def test_category_and_place_are_told(register: World) -> None:
    register.classified("王晓明", "confirmed", "2020-02-01")
    register.stays("王晓明", "ward", "h1", "2020-02-01")
    register.cycle("2020-02-01")
    other, ming = find_people("wangxiaoming", CITY, AT).rows
    assert (ming.category, ming.kind_of_place, ming.place) == ("confirmed", "ward", "River Hospital")
    assert (other.category, other.kind_of_place, other.place) == ("", "home", "Unit Two")


# A list with names and telephones; who is on it is told apart by the number.
LIST = """
name = "river-list"
title = "The river district's list"
source = "river"
disease = "mers"
key = ["no"]

[columns]
no = { type = "text" }
called = { type = "text" }
phone = { type = "text" }
ill = { type = "date" }

[[person]]
role = "self"
scheme = "river"
column = "no"
shows = { name = "called", phone = "phone" }

[[fact]]
slot = "onset"
fact = "onset"
person = "self"
date = "ill"
"""


def test_who_comes_in_with_a_file_is_found_and_found_no_less_after_another_spelling(
    world: World, tmp_path: Path
) -> None:
    def take(content: str) -> None:
        path = tmp_path / f"{len(content)}.csv"
        path.write_text("no,called,phone,ill\n" + content, encoding="utf-8")
        take_in(path, parse(LIST.encode(), "river.toml"), by=world.by, at=world.at)

    take("R-1,王晓明,138 0000 0101,2020-01-02\nR-2,曾小红,138 0000 0102,2020-01-03\n")
    assert names("wangxiaoming") == ["王晓明"] and names("zengxh") == [] and names("zxh") == ["曾小红"]
    assert find_people("r-2", CITY, AT).number_of == find_people("0102", CITY, AT).rows[0].id
    before = set(SearchTerm.objects.values_list("term", "person_id"))
    # 王晓明: 6 terms and 2 of the telephone; 曾小红: 2 + 2 * 4 and 2.
    assert len(before) == (6 + 2) + (10 + 2)
    take("R-1,王曉明,138 0000 0101,2020-01-02\nR-3,王晓明,137 0000 0103,2020-01-04\n")
    # The first is written in another way too, which is one term more; the third has 6 + 2 of their own.
    after = set(SearchTerm.objects.values_list("term", "person_id"))
    assert before < after and len(after - before) == 1 + (6 + 2)
    assert {row.name for row in find_people("王晓明", CITY, AT).rows} == {"王曉明", "王晓明"}


# --- bounds, merges, erasure --------------------------------------------------------------------------------


def test_only_within_ones_bounds_and_nobody_knows_where_is_found_by_the_whole_city(register: World) -> None:
    assert names("wang", unit("u1")) == ["王晓明"]
    assert names("陈红", unit("u2")) == ["陈红"]
    assert names("wang", NOWHERE) == []
    add(register, "王莉")
    assert names("wang") == ["王莉", "王伟", "王小铭", "王晓明"] and "王莉" not in names("wang", unit("u1"))
    # Named by somebody who lives in the unit: looked after from there until they are placed.
    register.met("王莉", "王晓明", known="2020-02-05")
    assert names("wang", unit("u1")) == ["王莉", "王晓明"]


def test_a_number_out_of_bounds_is_not_there(register: World) -> None:
    resolved = people.resolve([Identity("clinic", "A 1")])
    register.people["far"] = resolved.persons[Identity("clinic", "A 1")]
    register.lives("far", "u2")
    assert find_people("A1", unit("u2"), AT).number_of == register.people["far"]
    for query in ("A1", str(register.people["far"])):
        there = find_people(query, unit("u1"), AT)
        assert (there.number_of, there.rows) == (None, ())


def test_a_record_read_as_another_is_found_as_that_one(register: World) -> None:
    old, new = add(register, "汪小明", "137 0000 0109"), register.people["王晓明"]
    people.merge(person=old, into=new, reason="one card", by=register.by, at=AT)
    # Of one sound: once, by the name of the record they are read as; by the other's telephone too.
    assert names("汪小明") == ["王晓明", "王小铭"] and names("0109") == ["王晓明"]
    (row,) = find_people("13700000109", unit("u1"), AT).rows  # lives in the unit by the one record alone
    assert row.id == new and names("13700000109", unit("u2")) == []
    people.unmerge(person=old, by=register.by, at=AT)
    assert names("汪小明") == ["汪小明", "王小铭", "王晓明"] and names("0109") == ["汪小明"]


def test_a_chain_of_merges_leads_to_its_end(register: World) -> None:
    first, second = add(register, "古丽"), add(register, "古力")
    people.merge(person=first, into=second, reason="one card", by=register.by, at=AT)
    people.merge(person=second, into=register.people["王伟"], reason="one card", by=register.by, at=AT)
    for scope in (CITY, unit("u2")):
        (row,) = find_people("guli", scope, AT).rows
        assert (row.id, row.name, row.also) == (register.people["王伟"], "王伟", "古力")


def test_who_was_erased_is_found_by_nothing(register: World) -> None:
    person = register.people["王晓明"]
    people.erase_identifiers(person=person, reason="asked for it", by=register.by, at=register.at)
    assert not SearchTerm.objects.filter(person_id=person).exists()
    assert names("wangxiaoming") == ["王小铭"] and names("13800000101") == []


# --- many ---------------------------------------------------------------------------------------------------


def test_more_than_are_shown_is_said_and_who_is_written_so_stays_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "CAP", 3)
    for number in range(6):
        add(world, "王伟" + "一二三四五六"[number], home="u1")
    add(world, "王伟七", home="u2")
    for scope in (CITY, unit("u1")):
        there = find_people("wangwei", scope, AT)
        assert (len(there.rows), there.more) == (3, True)
        assert names("王伟六", scope)[0] == "王伟六"
    assert (find_people("王伟七", unit("u2"), AT).more, names("王伟七", unit("u2"))) == (False, ["王伟七"])


def test_a_name_too_common_to_look_at_everybody_is_said(register: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "LOOKED_AT", 2)
    there = find_people("wang", unit("u2"), AT)  # three are called so; two are looked at, whoever they are
    assert there.common and len(there.rows) <= 2
    assert not find_people("wang", CITY, AT).common  # no bounds to be held against
    assert not find_people("王伟", unit("u2"), AT).common


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements(world: World, number: int) -> None:
    for one in range(number):
        add(world, "王" + chr(0x4E00 + one), f"138 0000 01{one:02}", "u1")
        world.met("王" + chr(0x4E00 + one), "index", known="2020-02-05")
    for scope, statements in ((CITY, 12), (unit("u1"), 14)):
        with CaptureQueriesContext(connection) as asked:
            assert len(find_people("wang", scope, AT).rows) == number
        assert len(asked) == statements


def test_no_statement_goes_through_all_people(register: World) -> None:
    """What the database says it will do: no table of people, terms or identifiers is read from end to end.

    Nor are all names there are: of a scheme and many people SQLite would go by the scheme.
    """
    with CaptureQueriesContext(connection) as asked:
        find_people("王晓明 0101", CITY, AT)
        find_people("wang xiaoming", unit("u1"), AT)
        people.prepare([Identity("clinic", "A 1")], shown={Identity("clinic", "A 1"): [Identity("name", "王伟")]})
        searchable.make_searchable()
    read = [one["sql"] for one in asked if re.match("(SELECT (?!COUNT)|WITH|DELETE).*people_", one["sql"])]
    # Making everybody searchable does go through all of them, so many at a time.
    read = [sql for sql in read if not sql.endswith(f"LIMIT {searchable.AT_ONCE}")]
    assert len(read) > 10
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # six people are read fastest from end to end
        for sql in read:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}" if connection.vendor == "sqlite" else f"EXPLAIN {sql}")
            plan = " / ".join(str(line[-1]) for line in cursor.fetchall())
            # Of the index of those who are read as another there is all to be read, and there are few.
            plan = plan.replace("SCAN people_person USING INDEX person_merged", "")
            assert "(scheme=?)" not in plan, (sql, plan)
            assert not re.search(r"SCAN (a|i|p|t\d|people_\w+)\b|Seq Scan on people", plan), (sql, plan)


# --- the slow twin --------------------------------------------------------------------------------------------

FAMILY, GIVEN = (
    st.sampled_from("王汪陈陳曾单李黎吕"),
    st.text(st.sampled_from("晓小明铭红紅伟长"), min_size=0, max_size=2),
)
CHINESE = st.builds("".join, st.tuples(FAMILY, GIVEN))
LETTERS = st.sampled_from(["Wang Xiaoming", "Xiaoming Wang", "Erik Åkesson", "Erika Åkerman", "An Yi-01", "Lu Ming"])
CALLED = st.one_of(CHINESE, LETTERS)
PHONES = st.sampled_from(["", "138 0000 0101", "+86 138 0000 0101", "139 0000 0101", "0571 0000 0102"])
ASKED = st.one_of(
    CALLED,
    st.sampled_from(
        ["wang", "wxm", "xiaoming", "lu", "lv ming", "zeng", "0101", "13800000101", "王 0101", "eri", "ake"]
    ),
)
PLACES = st.sampled_from([None, "u1", "u2"])
STORY = st.lists(st.tuples(CALLED, PHONES, PLACES), min_size=1, max_size=6)


def by_reading_everything(query: str, scope: Scope) -> set[UUID]:
    """Every record's particulars decrypted and held against the query; then whom it is read as, and where they live."""
    read_as = ReadAs()
    ways = ways_asked(query)
    matching = set()
    for person in Person.objects.all():
        known = identifiers_of([person.id], NobodyIsRead()).get(person.id, ())
        terms: set[str] = set()
        for one in known:
            terms |= {"name": terms_of, "phone": terms_of_number}[one.scheme](one.value)
        if any(way <= terms for way in ways):
            matching.add(read_as.survivor(person.id))
    if scope.everywhere:
        return matching
    homes = {person.id: person for person in Person.objects.all()}
    inside = set()
    for person in matching:
        units = [homes[person].unit_id, *(homes[one].unit_id for one in read_as.members(person))]
        if next((one for one in units if one), None) in scope.units:
            inside.add(person)
    return inside


class NobodyIsRead(ReadAs):
    """Each record by itself."""

    def survivor(self, person: UUID) -> UUID:
        return person

    def everybody(self, people) -> list[UUID]:
        return list(people)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY, asked=st.lists(ASKED, min_size=1, max_size=4), merged=st.booleans())
def test_the_query_finds_whom_reading_everything_finds(
    world: World, story: list[tuple[str, str, str | None]], asked: list[str], merged: bool
) -> None:
    with transaction.atomic():
        records = []
        for name, phone, home in story:
            records.append(new_id())
            people.add_person(person=records[-1], name=name, phone=phone, by=world.by, at=world.at)
            if home:
                place = Place.objects.get(code=home)
                people.set_home(person=records[-1], home=place, by=world.by, at=world.at)
        if merged and len(records) > 1:
            people.merge(person=records[0], into=records[-1], reason="one card", by=world.by, at=world.at)
        for query in asked:
            for scope in (CITY, unit("u1")):
                there = {row.id for row in find_people(query, scope, AT).rows}
                assert there == by_reading_everything(query, scope), (query, story)
        transaction.set_rollback(True)


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
