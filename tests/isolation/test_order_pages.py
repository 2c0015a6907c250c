"""Orders and objections at the pages: offered first, given, served, objected to, decided by somebody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role, Scope
from mainstay.cycle.queries import instance_moment
from mainstay.isolation import services
from mainstay.isolation.models import Grounds, Objection, Order
from mainstay.isolation.services import record_stay
from mainstay.people import services as people
from mainstay.platform.clock import local_date, now
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.reports.queries.orders import Wanted, count_orders, list_orders, one_order
from tests.web.signing_in import JUNK, signed_in
from tests.world import World, at_time

CITY = Scope(everywhere=True)
AT = at_time("2020-02-09", "12:00")


@pytest.fixture
def hu(world: World) -> UUID:
    """Hu, who lives in unit one and is named as a close contact."""
    world.people["Hu"] = new_id()
    people.add_person(person=world.people["Hu"], name="Hu Wu-05", phone="100 0000 0105", by=world.by, at=world.at)
    world.lives("Hu", "u1")
    return world.people["Hu"]


def local(world: World, days: float) -> str:
    """A day and time from the instance's own moment on, as the form's field sends it."""
    from zoneinfo import ZoneInfo

    moment = instance_moment(now()).at
    return f"{(moment + timedelta(days=days)).astimezone(ZoneInfo(world.zone)):%Y-%m-%dT%H:%M}"


def order_form(world: World, **changes: str) -> dict[str, str]:
    form = {"act": "order", "kind": "quarantine", "disease": "mers", "basis": "Invented Act, article 1"}
    form |= {"reason": "ate at one table with a confirmed person", "starts": local(world, -0.1)}
    return form | {"review": local(world, 6), "ends": local(world, 13), "key": new_id().hex} | changes


def offer_form(**changes: str) -> dict[str, str]:
    return {"act": "offer", "offer_kind": "quarantine", "offer_disease": "mers", "accepted": "no"} | changes


def given(world: World, client: Client, person: UUID) -> str:
    """A place offered and declined, then an order; its address."""
    world.classified("somebody", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    client.post(f"/isolation-orders/for/{person}/", offer_form())
    reply = client.post(f"/isolation-orders/for/{person}/", order_form(world))
    assert reply.status_code == 302, reply.content.decode()
    return reply.headers["Location"]


def serve(world: World, client: Client, address: str) -> None:
    form = {"act": "serve", "served_at": local(world, -0.05), "served_how": "in person"}
    assert client.post(address, form).status_code == 302


# --- giving -------------------------------------------------------------------------------------------


def test_a_place_is_offered_before_an_order_is_given(world: World, hu: UUID) -> None:
    world.met("Hu", "An", known="2020-02-01", last="2020-02-01")
    world.cycle("2020-02-01")
    client, address = signed_in(world, "Officer Gu", Role.DISTRICT_OFFICER, "d1"), f"/isolation-orders/for/{hu}/"

    refused = client.post(address, order_form(world))
    assert (refused.status_code, Order.objects.count()) == (422, 0)
    assert "No place was offered yet." in refused.content.decode()

    client.post(address, offer_form(offer_kind="isolation"))
    assert client.post(address, order_form(world)).status_code == 422  # a place of the other kind is none
    client.post(address, offer_form())
    form = order_form(world)
    first, again = client.post(address, form), client.post(address, form)
    assert (first.status_code, first.headers["Location"]) == (302, again.headers["Location"])
    (order,) = Order.objects.all()  # sent twice, given once
    assert (order.official, order.served_at, order.oral) == ("Officer Gu", None, False)


def test_what_lacks_its_law_reason_end_or_review_is_no_order(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    world.classified("somebody", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    client.post(f"/isolation-orders/for/{hu}/", offer_form())
    lacking = dict.fromkeys(("basis", "reason", "starts", "review", "ends", "kind", "disease"), "")
    lacking |= {"basis": "\x00", "review": "9999-99-99T99:99", "starts": "0001-01-01T00:00"}
    for field, junk in [*lacking.items(), ("ends", local(world, -1))]:
        reply = client.post(f"/isolation-orders/for/{hu}/", order_form(world, **{field: junk}))
        assert (reply.status_code, Order.objects.count()) == (422, 0), field
    assert "It ends before it begins." in reply.content.decode()


def test_an_order_is_given_only_within_ones_bounds(world: World, hu: UUID) -> None:
    elsewhere = signed_in(world, "Worker Ji", Role.DISTRICT_OFFICER, "u2")
    assert elsewhere.get(f"/isolation-orders/for/{hu}/").status_code == 404
    assert elsewhere.post(f"/isolation-orders/for/{hu}/", offer_form()).status_code == 404
    order = world.ordered("Hu", "quarantine", "2020-02-01")
    for path in (f"/isolation-orders/{order}/", f"/isolation-orders/{order}/sheet/"):
        assert elsewhere.get(path).status_code == 404
    assert "Hu Wu-05" not in elsewhere.get("/isolation-orders/?state=all").content.decode()


# --- served, reviewed, ended --------------------------------------------------------------------------


def test_an_order_is_served_once_and_its_lines_in_the_ledger_say_who_did_what(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, client, hu)
    assert "not served: it binds nobody" in client.get(address).content.decode()
    future = {"act": "serve", "served_at": local(world, 1), "served_how": "in person"}
    assert client.post(address, future).status_code == 422
    serve(world, client, address)
    twice = client.post(address, {"act": "serve", "served_at": local(world, -0.01), "served_how": "post"})
    assert twice.status_code == 422
    page = client.get(address).content.decode()
    lines = [int(number) for number in re.findall(r'<td class="number">(\d+)</td>', page)]
    assert lines == [Entry.objects.get(verb=verb).no for verb in ("order.give", "order.serve")]
    assert "given by Officer Gu, in writing" in page and "handed over in person" in page


def test_read_out_by_telephone_an_oral_order_is_served_but_not_in_writing(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    world.classified("somebody", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    client.post(f"/isolation-orders/for/{hu}/", offer_form())
    address = client.post(f"/isolation-orders/for/{hu}/", order_form(world, oral="1")).headers["Location"]
    form = {"act": "serve", "served_at": local(world, -0.05), "served_how": "telephone"}
    assert client.post(address, form).status_code == 302
    assert Order.objects.latest("version").oral
    assert client.post(address, form | {"served_how": "in person"}).status_code == 302
    assert not Order.objects.latest("version").oral


def test_a_review_keeps_its_reasons_closes_the_duty_and_may_end_the_order(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, client, hu)
    form = {"act": "review", "needed": "yes", "why": "still within 14 days", "key": new_id().hex}
    assert [client.post(address, form).status_code for _twice in range(2)] == [302, 302]
    (kept,) = Grounds.objects.all()
    assert (kept.of, kept.text, kept.order_root) == ("review", "still within 14 days", Order.objects.get().root)
    assert one_order(kept.order_root, now() + timedelta(days=7)).paper.reviewed
    assert client.post(address, {"act": "review", "needed": "no", "why": "the index was ruled out"}).status_code == 302
    order = Order.objects.latest("version")
    assert order.version == 2 and order.ends_at <= now()
    assert client.post(address, {"act": "end", "end_reason": "again"}).status_code == 302  # it is over: nothing new
    assert Order.objects.count() == 2


# --- objections ---------------------------------------------------------------------------------------


def test_an_objection_is_written_down_by_whoever_hears_it_and_decided_by_somebody_else(world: World, hu: UUID) -> None:
    gave = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, gave, hu)
    serve(world, gave, address)
    clerk = signed_in(world, "Clerk Yu", Role.DATA_CLERK)
    form = {"act": "object", "ground": "We spoke through a window.", "came": "telephone", "key": new_id().hex}
    assert [clerk.post(address, form).status_code for _twice in range(2)] == [302, 302]
    objection = Objection.objects.get()
    assert (objection.source, objection.ground) == ("telephone", "We spoke through a window.")
    decide = f"/isolation-orders/objections/{objection.root}/"
    assert clerk.get(decide).status_code == 404 and gave.get(decide).status_code == 404  # not theirs to decide

    judge = signed_in(world, "Judge Zu", Role.OBJECTIONS_OFFICER)
    assert judge.post(decide, {"decision": "upheld", "reasons": " "}).status_code == 422
    assert judge.post(decide, {"decision": "perhaps", "reasons": "so"}).status_code == 422
    reply = judge.post(decide, {"decision": "upheld", "reasons": "A closed window is no contact."})
    assert reply.status_code == 302
    row = one_order(objection.order_root, now())
    assert row.paper.released and not row.paper.in_force(now())
    assert "A closed window is no contact." in gave.get(address).content.decode()
    assert judge.post(decide, {"decision": "rejected", "reasons": "no"}).status_code == 422  # it stands
    assert [one.text for one in Grounds.objects.filter(of="decision")] == ["A closed window is no contact."]


def test_who_gave_an_order_does_not_decide_even_with_the_right_to(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, client, hu)
    client.post(address, {"act": "object", "ground": "No.", "came": "paper"})
    objection = Objection.objects.get()
    from mainstay.accounts import services
    from mainstay.accounts.models import Account
    from mainstay.accounts.rules import WHOLE_CITY

    account = Account.objects.get(username="officer.gu")
    services.give_role(account=account, role=Role.OBJECTIONS_OFFICER, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    decide = f"/isolation-orders/objections/{objection.root}/"
    assert "You gave this order" in client.get(decide).content.decode()
    assert client.post(decide, {"decision": "rejected", "reasons": "I know best"}).status_code == 422
    assert Objection.objects.latest("version").decision == ""


# --- the register -------------------------------------------------------------------------------------


def test_the_register_counts_what_it_lists_and_agrees_with_the_rule(world: World) -> None:
    """Five orders, one of each kind of state, by the statement and by the rule in words."""
    for name in ("fresh", "due", "objected", "upheld", "over"):
        world.lives(name, "u1")
    orders = {name: world.ordered(name, "quarantine", "2020-02-01") for name in ("due", "objected", "upheld")}
    orders["fresh"] = world.ordered("fresh", "isolation", "2020-02-08")
    orders["over"] = world.ordered("over", "quarantine", "2020-01-20")
    world.objected(orders["objected"], "2020-02-02")
    from mainstay.isolation.services import decide_objection, serve_order

    upheld = world.objected(orders["upheld"], "2020-02-02")
    known: dict[str, Any] = {"known_at": AT - timedelta(days=6), "by": world.by, "at": AT - timedelta(days=6)}
    decide_objection(root=upheld, decision="upheld", decided_by="Judge Zu", decided_at=AT, **known)
    serve_order(root=orders["due"], served_at=at_time("2020-02-01", "18:00"), how="in person", **known)
    counts = count_orders(Wanted(CITY, AT))
    # In force: fresh, due, objected. Not served: fresh, objected. Review on the 8th: due, objected.
    assert counts == {"all": 5, "in_force": 3, "unserved": 2, "review_due": 2, "objected": 1, "over": 2}
    rows = {row.root: row for row in list_orders(Wanted(CITY, AT))}
    for state, holds in (
        ("in_force", lambda paper: paper.in_force(AT)),
        ("unserved", lambda paper: paper.unserved(AT)),
        ("review_due", lambda paper: paper.review_due(AT)),
    ):
        found = {row.root for row in list_orders(Wanted(CITY, AT, state=state))}
        assert found == {root for root, row in rows.items() if holds(row.paper)}, state
    assert [row.root for row in list_orders(Wanted(CITY, AT, state="objected"))] == [orders["objected"]]


def test_pages_of_the_register_follow_one_another_without_a_gap(world: World) -> None:
    from mainstay.reports.queries.orders import cursor_of

    roots = {world.ordered(f"person {number}", "quarantine", "2020-02-01") for number in range(7)}
    found, after = [], None
    while page := list_orders(Wanted(CITY, AT), after, limit=3):
        found += [row.root for row in page]
        after = cursor_of(page[-1])
    assert len(found) == 7 and set(found) == roots


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements_for_the_register(world: World, number: int) -> None:
    for one in range(number):
        world.ordered(f"person {one}", "quarantine", "2020-02-01")
    with CaptureQueriesContext(connection) as asked:
        assert len(list_orders(Wanted(CITY, AT))) == number
    assert len(asked) == 4


def test_an_order_on_a_record_that_is_read_as_another_stands_with_that_one(world: World, hu: UUID) -> None:
    world.ordered("double", "quarantine", "2020-02-01")
    people.merge(person=world.people["double"], into=hu, reason="one person", by=world.by, at=AT)
    (row,) = list_orders(Wanted(CITY, AT, person=hu))
    assert (row.person, row.name) == (hu, "Hu Wu-05")


def test_junk_at_every_door_is_answered(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, client, hu)
    for junk in JUNK:
        query = {"state": junk, "kind": junk, "person": junk, "after": junk}
        assert client.get("/isolation-orders/", query).status_code == 200
    assert client.get(f"{address}sheet/", {"in": JUNK[1]}).status_code == 200
    assert client.post(address, {"act": JUNK[1]}).status_code == 404
    for act, field in (("serve", "served_at"), ("review", "why"), ("object", "came")):
        assert client.post(address, {"act": act, field: JUNK[1]}).status_code == 422
    assert client.post(f"/isolation-orders/for/{hu}/", {"act": "offer", "offer_kind": JUNK[1]}).status_code == 422
    nobody = new_id()
    for path in (f"/isolation-orders/{nobody}/", f"/isolation-orders/objections/{nobody}/"):
        assert client.get(path).status_code == 404


# --- the sheet ----------------------------------------------------------------------------------------


def test_the_sheet_says_in_three_languages_until_when_and_how_to_object(world: World, hu: UUID) -> None:
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    address = given(world, client, hu)
    record_stay(
        person=hu, kind="home", starts=local_date(now(), world.zone), known_at=now(), by=world.by, at=now()
    )  # fmt: skip
    page = client.get(f"{address}sheet/?in=all").content.decode()
    assert page.count('<article class="sheet"') == 3
    assert "decides within 48 hours and tells you why" in page
    assert "48 小时内裁决" in page and "48 小時內裁決" in page
    assert "Hu Wu-05" in page and "100 0000" not in page
    assert [look.page for look in Look.objects.filter(page="isolation-order-sheet")] == ["isolation-order-sheet"]
    one = client.get(f"{address}sheet/?in=zh-hans").content.decode()
    assert one.count('<article class="sheet"') == 1 and 'lang="zh-hans"' in one


def test_every_look_at_an_order_is_kept(world: World, hu: UUID) -> None:
    order = world.ordered("Hu", "quarantine", "2020-02-01")
    client = signed_in(world, "Officer Gu", Role.COMMAND)
    client.get(f"/isolation-orders/{order}/")
    client.get("/isolation-orders/?state=all")
    looks = Look.objects.order_by("entry_id")
    assert [(look.page, look.count) for look in looks] == [("isolation-order", 1), ("isolation-orders", 1)]


def test_a_decision_that_came_between_reading_and_writing_stands_and_the_second_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judge Wu decides after Judge Zu has read that nobody did: one decision, and no second version on top of it."""
    objection = world.objected(world.ordered("Hu", "quarantine", "2020-02-01"), "2020-02-02")
    known: dict[str, Any] = {"decided_at": AT, "known_at": AT, "by": world.by, "at": AT}
    plain, asked = services.givers, list[UUID]()

    def meanwhile(order: UUID) -> frozenset[str]:
        asked.append(order)
        if len(asked) == 1:
            services.decide_objection(root=objection, decision="rejected", decided_by="Judge Wu", **known)
        return plain(order)

    monkeypatch.setattr(services, "givers", meanwhile)
    with pytest.raises(MainstayError) as told:
        services.decide_objection(root=objection, decision="upheld", decided_by="Judge Zu", **known)
    assert told.value.code == "fact.overtaken"
    versions = Objection.objects.order_by("version").values_list("version", "decided_by")
    assert list(versions) == [(1, ""), (2, "Judge Wu")]
