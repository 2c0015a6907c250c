"""Orders and objections by the API: the pages' rules, what is sent twice, bounds, and the sheet as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts import services
from mainstay.accounts.models import Account, Look
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.cycle.queries import instance_moment
from mainstay.isolation.models import Grounds, Objection, Offer, Order
from mainstay.isolation.rules import STANDS
from mainstay.people import services as people
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from tests.at_once import at_once
from tests.web.program import program, refusal, send
from tests.web.signing_in import signed_in
from tests.world import World

NOWHERE = "11111111-1111-7111-8111-111111111111"
WINDOW = {"ground": "We spoke through a window.", "came": "telephone"}


def told(world: World) -> UUID:
    """Hu, who lives in Unit One; somebody else is suspected, so that there is a disease to order for."""
    world.people["Hu"] = new_id()
    people.add_person(person=world.people["Hu"], name="Hu Wu-05", phone="100 0000 0105", by=world.by, at=world.at)
    world.lives("Hu", "u1")
    world.classified("somebody", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    return world.people["Hu"]


@pytest.fixture
def hu(world: World) -> UUID:
    return told(world)


def instant(days: float) -> str:
    """So many days from the instance's own moment on."""
    return (instance_moment(now()).at + timedelta(days=days)).isoformat()


def order(**changes: Any) -> dict[str, Any]:
    body = {"kind": "quarantine", "disease": "mers", "basis": "Invented Act, article 1"}
    body |= {"reason": "ate at one table with a confirmed person", "starts_at": instant(-0.1)}
    return body | {"review_at": instant(6), "ends_at": instant(13)} | changes


def offered(client: Client, person: UUID, **changes: Any) -> Any:
    body = {"kind": "quarantine", "disease": "mers", "accepted": False} | changes
    return send(client, f"/people/{person}/offers", body)


def given(client: Client, person: UUID, **changes: Any) -> str:
    """A place offered and declined, then an order; its id."""
    assert offered(client, person).status_code == 201
    reply = send(client, f"/people/{person}/orders", order(**changes))
    assert reply.status_code == 201, reply.content
    return str(reply.json()["order"])


def objected(client: Client, root: str) -> str:
    reply = send(client, f"/orders/{root}/objections", WINDOW)
    assert reply.status_code == 201, reply.content
    return str(reply.json()["objection"])


def read(client: Client, path: str) -> Any:
    reply = client.get(f"/api/v1{path}")
    assert reply.status_code == 200, reply.content
    return reply.json()


def at(reply: Any) -> list[str]:
    """At which fields a refusal stands."""
    return [one["field"] for one in reply.json()["errors"]]


# --- giving -------------------------------------------------------------------------------------------


def test_a_place_is_offered_first_and_the_refused_order_may_come_again_under_its_key(world: World, hu: UUID) -> None:
    client, path, body = program(world, Role.COMMAND), f"/people/{hu}/orders", order()
    refused = send(client, path, body, key="k1")
    assert (refusal(refused), at(refused), Order.objects.count()) == ((422, "order.no_offer"), ["kind"], 0)
    offered(client, hu, kind="isolation")
    assert refusal(send(client, path, body, key="k1")) == (422, "order.no_offer")  # a place of the other kind is none
    assert offered(client, hu).status_code == 201
    first, again = (send(client, path, body, key="k1") for _twice in range(2))
    assert (first.status_code, first.json(), again.headers["Idempotency-Replayed"]) == (201, again.json(), "1")
    (kept,) = Order.objects.all()
    assert (kept.official, kept.served_at, kept.oral, kept.entry.actor.name) == ("Program", None, False, "Program")
    assert Offer.objects.count() == 2
    assert refusal(send(client, path, body | {"reason": "another"}, key="k1")) == (422, "idempotency.reused")


def test_what_lacks_its_law_reason_end_or_review_is_no_order(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND)
    offered(client, hu)
    for field in ("basis", "reason", "ends_at", "review_at", "kind", "disease"):
        without = {name: value for name, value in order().items() if name != field}
        for body in (without, without | {field: " "}):
            reply = send(client, f"/people/{hu}/orders", body)
            assert (refusal(reply), at(reply)) == ((422, "request.invalid"), [field]), (field, body)
    for changes, field in (
        ({"ends_at": instant(-1)}, "ends_at"),
        ({"review_at": instant(14)}, "review_at"),  # after its end
        ({"review_at": instant(-0.1)}, "review_at"),  # at its start
        ({"disease": "no such disease"}, "disease"),
    ):
        reply = send(client, f"/people/{hu}/orders", order(**changes))
        assert (refusal(reply), at(reply)) == ((422, "order.unreadable"), [field])
    naive = send(client, f"/people/{hu}/orders", order(ends_at="2020-02-20T08:00:00"))
    assert (refusal(naive), at(naive)) == ((422, "request.invalid"), ["ends_at"])
    assert refusal(offered(client, hu, disease="no such disease")) == (422, "order.unreadable")
    assert not Order.objects.exists()


# --- served, reviewed, ended --------------------------------------------------------------------------


def test_an_order_is_served_once_and_in_writing_confirms_one_by_word_of_mouth(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND)
    root = given(client, hu, oral=True)
    told = read(client, f"/orders/{root}")
    assert (told["stands"], told["oral"], told["served_at"]) == ("not_served", True, None)
    lapses = datetime.fromisoformat(told["lapses_at"]) - datetime.fromisoformat(told["starts_at"])
    assert lapses == timedelta(hours=24)
    path, by_telephone = f"/orders/{root}/serving", {"served_at": instant(-0.05), "how": "telephone"}
    future = send(client, path, by_telephone | {"served_at": instant(1)})
    assert (refusal(future), at(future)) == ((422, "order.served"), ["served_at"])
    for _twice in range(2):
        assert send(client, path, by_telephone).json()["stands"] == "in_force"
    assert read(client, f"/orders/{root}")["oral"]
    assert send(client, path, {"served_at": instant(-0.01), "how": "in person"}).status_code == 200
    told = read(client, f"/orders/{root}")
    assert (told["oral"], told["served_how"], told["lapses_at"]) == (False, "in person", None)
    again = send(client, path, {"served_at": instant(-0.02), "how": "post"})
    assert refusal(again) == (422, "order.served")
    # Given, read out, handed over: three versions, three lines of the ledger.
    lines = [(one["verb"], one["facts"][0]["version"]) for one in told["history"]]
    assert lines == [("order.give", 1), ("order.serve", 2), ("order.serve", 3)]
    assert [one["entry"] for one in told["history"]][0] == told["number"] and told["sealed_by"] is None


def test_a_review_keeps_its_reasons_and_may_end_the_order(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND)
    root = given(client, hu)
    path, still = f"/orders/{root}/reviews", {"still_needed": True, "why": "still within 14 days"}
    first, again = (send(client, path, still, key="k1") for _twice in range(2))
    assert first.json() == again.json() and Grounds.objects.count() == 1
    assert read(client, f"/orders/{root}")["reviewed"]
    ended = send(client, path, {"still_needed": False, "why": "the index was ruled out"})
    assert ended.json()["stands"] == "ended"
    assert refusal(send(client, path, still)) == (422, "order.review")  # only one that runs is reviewed
    assert [one.text for one in Grounds.objects.order_by("entry_id")][0] == "still within 14 days"


def test_ended_early_it_says_why_and_ended_again_it_stays(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND)
    root = given(client, hu)
    empty = send(client, f"/orders/{root}/ending", {"why": " "})
    assert (refusal(empty), at(empty)) == ((422, "request.invalid"), ["why"])
    answers = [send(client, f"/orders/{root}/ending", {"why": "ruled out"}).json() for _twice in range(2)]
    assert answers[0] == answers[1] and answers[0]["stands"] == "ended"
    assert Entry.objects.filter(verb="order.end").count() == 1
    coming = given(client, hu, starts_at=instant(1))
    reply = send(client, f"/orders/{coming}/ending", {"why": "not any more"})
    assert (refusal(reply), at(reply)) == ((422, "order.end"), ["why"])  # it has not begun


# --- objections ---------------------------------------------------------------------------------------


def test_an_objection_is_decided_by_somebody_else_and_upheld_it_releases(world: World, hu: UUID) -> None:
    gave = program(world, Role.COMMAND, Role.OBJECTIONS_OFFICER)
    root = given(gave, hu)
    clerk = program(world, Role.DATA_CLERK, name="clerk")
    first, again = (send(clerk, f"/orders/{root}/objections", WINDOW, key="k1") for _twice in range(2))
    assert (first.status_code, first.json(), Objection.objects.count()) == (201, again.json(), 1)
    objection = first.json()["objection"]
    path, decision = f"/objections/{objection}/decision", {"decision": "upheld", "reasons": "A window is no contact."}
    assert refusal(send(clerk, path, decision)) == (404, "not_found")
    assert read(gave, f"/objections/{objection}")["gave_it"]
    own = send(gave, path, decision)
    assert (refusal(own), at(own)) == ((422, "objection.decider"), ["decision"])

    judge = program(world, Role.OBJECTIONS_OFFICER, name="judge")
    told = read(judge, f"/objections/{objection}")
    assert (told["gave_it"], told["order"]["id"], told["ground"], told["came"]) == (False, root, *WINDOW.values())
    wait = datetime.fromisoformat(told["decide_by"]) - datetime.fromisoformat(told["made_at"])
    assert wait == timedelta(hours=48)
    silent = send(judge, path, decision | {"reasons": " "})
    assert (refusal(silent), at(silent)) == ((422, "request.invalid"), ["reasons"])
    assert refusal(send(judge, path, decision | {"decision": "perhaps"})) == (422, "request.invalid")
    for _twice in range(2):
        assert send(judge, path, decision).json() == {"objection": objection, "decision": "upheld", "order": root}
    assert refusal(send(judge, path, decision | {"decision": "rejected"})) == (409, "objection.decided")
    whole = read(judge, f"/orders/{root}")
    (one,) = whole["objections"]
    assert (whole["stands"], one["decision"], one["decided_by"], one["decide_by"]) == (
        "released", "upheld", "Judge", None,
    )  # fmt: skip
    assert one["reasons"] == "A window is no contact." and Grounds.objects.filter(of="decision").count() == 1
    late = send(clerk, f"/orders/{root}/objections", WINDOW)
    assert (refusal(late), at(late)) == ((422, "order.unreadable"), ["ground"])  # it was released already


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told(committed_world: World) -> None:
    world, person = committed_world, told(committed_world)
    gave = program(world, Role.COMMAND)
    objection = objected(gave, given(gave, person))
    judges = [program(world, Role.OBJECTIONS_OFFICER, name=name) for name in ("judge.zu", "judge.wu")]
    path = f"/objections/{objection}/decision"
    replies = at_once(
        lambda: send(judges[0], path, {"decision": "upheld", "reasons": "one"}, key="k1"),
        lambda: send(judges[1], path, {"decision": "rejected", "reasons": "two"}, key="k2"),
    )
    assert sorted(reply.status_code for reply in replies) == [200, 409]
    told_code = next(reply.json()["code"] for reply in replies if reply.status_code == 409)
    assert told_code in ("objection.decided", "fact.overtaken")
    assert (Objection.objects.count(), Grounds.objects.filter(of="decision").count()) == (2, 1)


# --- bounds -------------------------------------------------------------------------------------------


def test_out_of_bounds_or_without_the_right_it_reads_as_not_found(world: World, hu: UUID) -> None:
    root = given(program(world, Role.COMMAND), hu)
    elsewhere = signed_in(world, "Officer Ji", Role.DISTRICT_OFFICER, "u2")
    writes = {
        "serving": {"served_at": instant(-0.05), "how": "post"},
        "reviews": {"still_needed": True, "why": "so"},
        "ending": {"why": "so"},
        "objections": WINDOW,
    }
    for act, body in writes.items():
        hidden, missing = (send(elsewhere, f"/orders/{one}/{act}", body) for one in (root, NOWHERE))
        assert (refusal(hidden), hidden.content) == ((404, "not_found"), missing.content), act
    assert refusal(send(elsewhere, f"/people/{hu}/orders", order())) == (404, "not_found")
    assert refusal(offered(elsewhere, hu)) == (404, "not_found")
    listed = read(elsewhere, "/orders?state=all")
    assert (listed["items"], listed["counts"]["all"]) == ([], 0)
    # Who sees people and neither records facts nor gives orders may only write an objection down.
    clerk = signed_in(world, "Clerk Yu", Role.DATA_CLERK)
    statuses = {act: send(clerk, f"/orders/{root}/{act}", body).status_code for act, body in writes.items()}
    assert statuses == {"serving": 404, "reviews": 404, "ending": 404, "objections": 201}
    # A tracer records that it was served; and a right over another unit is none over this one.
    assert (
        send(program(world, Role.TRACER, name="tracer"), f"/orders/{root}/serving", writes["serving"]).status_code
        == 200
    )
    mixed = signed_in(world, "Wen", Role.DISTRICT_OFFICER, "u2")
    account = Account.objects.get(username="wen")
    services.give_role(account=account, role=Role.DATA_CLERK, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    assert mixed.get(f"/api/v1/orders/{root}").status_code == 200
    assert refusal(send(mixed, f"/orders/{root}/ending", writes["ending"])) == (404, "not_found")
    assert refusal(send(mixed, f"/orders/{root}/serving", writes["serving"])) == (404, "not_found")


def test_every_look_at_an_order_is_kept(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND, Role.OBJECTIONS_OFFICER)
    root = given(client, hu)
    objection = objected(client, root)
    assert not Look.objects.exists()  # whoever writes is told nothing of the person
    for path in ("/orders", f"/orders/{root}", f"/orders/{root}/sheet", f"/objections/{objection}"):
        read(client, path)
    looks = list(Look.objects.order_by("entry_id").values_list("page", "subject_id", "count", "purpose"))
    pages = ("api:orders", "api:order", "api:order-sheet", "api:objection")
    subjects = (None, hu, hu, hu)
    assert looks == [(page, subject, 1, "supervision") for page, subject in zip(pages, subjects, strict=True)]


# --- the register -------------------------------------------------------------------------------------


def test_pages_of_the_register_follow_one_another_and_count_as_the_filters_say(
    world: World, hu: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mainstay.isolation.api import orders as operations

    monkeypatch.setattr(operations, "ROWS", 3)
    client = program(world, Role.COMMAND)
    for number in range(5):
        world.ordered(f"person {number}", "isolation", "2020-02-01")
    world.ordered("over", "quarantine", "2020-01-10")
    root = given(client, hu)
    objected(client, root)
    # In force: 5 in isolation and Hu's; one was over by the 24th of January; nothing was served.
    counts = {"all": 5 + 1 + 1, "in_force": 5 + 1, "unserved": 5 + 1, "review_due": 0, "objected": 1, "over": 1}
    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = read(client, f"/orders?state=all{cursor and '&cursor='}{cursor}")
        assert page["counts"] == counts
        found += [one["id"] for one in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert (pages, len(found), len(set(found)), found[0]) == (3, 7, 7, root)
    sizes = {}
    for state in ("in_force", "unserved", "review_due", "objected", "over"):
        monkeypatch.setattr(operations, "ROWS", 50)
        sizes[state] = len(read(client, f"/orders?state={state}")["items"])
    assert {**sizes, "all": 7} == counts
    assert [one["id"] for one in read(client, f"/orders?person={hu}")["items"]] == [root]
    assert len(read(client, "/orders?kind=isolation&state=all")["items"]) == 5
    assert len(read(client, "/orders")["items"]) == counts["in_force"]
    for junk in ("cursor=x", f"cursor={'9' * 2000}"):
        assert refusal(client.get(f"/api/v1/orders?{junk}")) == (400, "cursor.bad")
    assert refusal(client.get("/api/v1/orders?state=lapsed")) == (422, "request.invalid")
    assert refusal(client.get("/api/v1/orders?stat=over")) == (422, "request.invalid")


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements_for_the_register(world: World, number: int) -> None:
    client = program(world, Role.COMMAND)
    for one in range(number):
        world.ordered(f"person {one}", "quarantine", "2020-02-01")
    client.get("/api/v1/orders?state=all")
    with CaptureQueriesContext(connection) as asked:
        assert len(read(client, "/orders?state=all")["items"]) == number
    assert len(asked) == 15


# --- the sheet ----------------------------------------------------------------------------------------


def test_the_sheet_as_json_says_what_the_page_prints(world: World, hu: UUID) -> None:
    client = program(world, Role.COMMAND)
    root = given(client, hu)
    told = read(client, f"/orders/{root}/sheet?language=all")
    assert [one["language"] for one in told["sheets"]] == ["en", "zh-hans", "zh-hant"]
    assert (told["order"]["id"], told["order"]["stands"]) == (root, "not_served")
    page = signed_in(world, "Officer Gu", Role.COMMAND).get(f"/isolation-orders/{root}/sheet/?in=all").content.decode()
    for sheet in told["sheets"]:
        parts = [*sheet["objecting"]["lines"], *sheet["meanwhile"]["lines"], *sheet["by_pen"], sheet["heading"]]
        assert all(part and part in page for part in parts), sheet["language"]
        texts = [one["text"] for one in sheet["terms"]]
        assert all(text in page for text in texts) and "Invented Act, article 1" in texts
    english = told["sheets"][0]
    # It ends 13 days from the day on which it is read.
    assert (english["name"], english["left"]) == ("Hu Wu-05", "13 days left.")
    assert "decides within 48 hours and tells you why" in english["objecting"]["lines"][2]
    assert "100 0000" not in str(told)
    reply = client.get(f"/api/v1/orders/{root}/sheet", headers={"accept-language": "zh-hant"})
    assert [one["language"] for one in reply.json()["sheets"]] == ["zh-hant"]
    send(client, f"/orders/{root}/ending", {"why": "ruled out"})
    (over,) = read(client, f"/orders/{root}/sheet?language=en")["sheets"]
    assert (over["heading"], over["left"], over["ends_by_itself"]) == ("This order has ended.", "", "")


def test_the_words_for_where_an_order_stands_are_those_of_the_description(world: World) -> None:
    from mainstay.web.api.assembled import PREFIX, api
    from mainstay.web.api.document import document

    told = document(api, PREFIX)["components"]["schemas"]["OrderTold"]["properties"]["stands"]
    assert tuple(told["enum"]) == STANDS
