"""The pages of posts: numbers that agree with Today, giving and ending, refusals at their field, bounds, the API."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts import services as accounts
from mainstay.accounts.models import Account
from mainstay.accounts.rules import Role
from mainstay.cycle.models import Run
from mainstay.cycle.queries import instance_moment
from mainstay.duties.models import DutyState
from mainstay.organisations import services
from mainstay.organisations.models import Holding, Post
from mainstay.organisations.queries import list_holdings
from mainstay.platform import ledger
from mainstay.platform.clock import ONE_DAY, local_date, now
from mainstay.platform.models import Actor, Entry
from tests.cycle.stories import confirmed
from tests.web.program import program, refusal, send
from tests.web.signing_in import JUNK, hidden, signed_in
from tests.world import World

pytestmark = pytest.mark.django_db


def post(code: str) -> Post:
    return Post.objects.get(code=code)


def page_of(code: str) -> str:
    return f"/posts/{post(code).id}/"


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def row_of(page: str, name: str) -> str:
    """What the list says in the row of one post."""
    (found,) = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if f">{name}</a>" in row]
    return plain(found)


def open_of(code: str | None) -> int:
    """Towards people, for today or without a day: those for which a post answers, or nobody does."""
    rows = DutyState.objects.filter(status="open", subject_type="person", answering__code=code)
    return rows.exclude(duty__occurrence__gt=local_date(now(), "Asia/Shanghai")).count()


def colleague(world: World, name: str) -> Account:
    return accounts.open_account(username=name.casefold(), name=name, by=world.by, at=now())


@pytest.fixture
def evening(world: World) -> World:
    """Gao is confirmed since yesterday and Hu of Unit Two met him; yesterday was run. Unit Two has nobody."""
    yesterday = (local_date(now(), world.zone) - ONE_DAY).isoformat()
    world.lives("Hu", "u2")
    confirmed(world, on=yesterday)
    world.met("Hu", "Gao", yesterday, first=yesterday, last=yesterday)
    world.cycle(yesterday)
    return world


# --- the list ---------------------------------------------------------------------------------------------


def test_each_post_says_who_holds_it_and_how_much_it_answers_for(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)
    page = head.get("/posts/").content.decode()
    assert "6 posts." in plain(page) and "For every open duty somebody answers." in page
    ones = open_of("unit-u1")
    assert ones == 2 and re.search(rf"Worker Er since .* {ones} ", row_of(page, "Unit One"))
    assert f"vacant {ones} duties of it fall to Unit One" in row_of(page, "Unit Two")
    # Those of Unit One and Unit Two stand beneath what they are under; a vacant one comes first of its level.
    names = re.findall(r'<a href="/posts/[^"]*">([^<]*)</a><span class="second">', page)
    assert names == ["Headquarters", "Site", "Tracing", "Unit One", "Unit Two", "Ward"]
    # Each number opens as many rows.
    for href, number in re.findall(r'<a class="figure[^"]*" href="([^"]*)">(\d+)</a>', page):
        shown = plain(head.get(href.replace("&amp;", "&")).content.decode())
        assert f"{number} duties" in shown, href


def test_one_looks_for_a_name_a_place_a_holder_or_the_vacant_ones(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)

    def found(**asked: str) -> list[str]:
        page = head.get("/posts/", asked).content.decode()
        return re.findall(r'<a href="/posts/[^"]*">([^<]*)</a><span class="second">', page)

    assert found(q="unit") == ["Unit One", "Unit Two"]
    assert found(q="nurse ci") == found(q="River") == ["Ward"]
    assert found(only="vacant") == ["Unit Two"]
    assert found(only="vacant", q="tracing") == []
    assert "under Unit One" in plain(head.get("/posts/?only=vacant").content.decode())


def test_what_nobody_answers_for_is_on_today_and_here_the_same_and_ends_when_somebody_does(evening: World) -> None:
    """The headquarters' officer leaves: the case's own duties, and those about posts, have nobody."""
    head, own = signed_in(evening, "Head Gu", Role.COMMAND), instance_moment(now())
    for code in ("tracing", "unit-u1", "ward-h1", "site-s1", "headquarters"):
        services.vacate(post=post(code), ends_at=own.at, by=evening.by, at=own.at)
    assert head.post("/today/").status_code == 302
    people = open_of(None)
    others = DutyState.objects.filter(status="open", answering=None).exclude(subject_type="person").count()
    assert people > 3 and others == 6  # to fill six posts
    today = head.get("/today/").content.decode()
    figure = f'<a class="figure" href="/posts/">{people + others}</a>'
    assert figure in today
    assert f"{people + others} open duties have nobody who answers" in plain(head.get("/posts/").content.decode())

    wen = colleague(evening, "Wen")
    page = head.get(page_of("headquarters")).content.decode()
    sent = {**hidden(page), "act": "give", "holder": wen.username}
    answer = head.post(page_of("headquarters"), sent)
    assert answer.headers["Location"].endswith("?did=give&when=now")
    assert "have gone to whoever answers for them now" in head.get(answer.headers["Location"]).content.decode()
    assert '<a class="figure" href="/posts/">0</a>' in head.get("/today/").content.decode()
    assert open_of("headquarters") == people
    assert "For every open duty somebody answers." in head.get("/posts/").content.decode()


def test_as_many_statements_for_forty_posts_as_for_six(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert head.get("/posts/").status_code == 200
        return len([one for one in caught if one["sql"].startswith(("SELECT", "WITH"))])

    before, at = asked(), now()
    for n in range(34):
        made = services.name_post(code=f"p{n}", name=f"Post {n}", superior=post("headquarters"), by=evening.by, at=at)
        holder = ledger.actor(f"Holder {n}")
        services.assign(post=made, holder=holder, starts_at=at, by=evening.by, at=at)
    assert asked() == before
    assert "40 posts." in plain(head.get("/posts/").content.decode())


# --- giving, handing on, ending ---------------------------------------------------------------------------


def test_a_post_is_given_once_however_often_the_form_is_sent_and_shows_who_and_since_when(evening: World) -> None:
    head, wen = signed_in(evening, "Head Gu", Role.COMMAND), colleague(evening, "Wen")
    page = head.get(page_of("unit-u2")).content.decode()
    assert "Nobody held it yet." in page
    sent = {**hidden(page), "act": "give", "holder": "wen"}
    assert {head.post(page_of("unit-u2"), sent).status_code for _sent in range(2)} == {302}
    (held,) = list_holdings([post("unit-u2").id])[post("unit-u2").id]
    assert (held.holder, held.ends_at) == (wen.actor_id, None)
    assert Entry.objects.filter(verb="post.assign", actor=Actor.objects.get(name="Head Gu")).count() == 1
    # The unit's own duties have come to it, and who signs in as Wen has them.
    assert open_of("unit-u2") > 0
    assert f"{open_of('unit-u2')}" in row_of(head.get("/posts/").content.decode(), "Unit Two")
    assert "Unit Two" in plain(
        signed_in(evening, "Admin Ko", Role.ADMINISTRATOR).get("/accounts/wen/").content.decode()
    )


def test_handing_on_follows_who_was_seen_and_whoever_comes_second_is_told(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)
    colleague(evening, "Wen"), colleague(evening, "Ke")
    first, second = (head.get(page_of("unit-u1")).content.decode() for _tab in range(2))
    assert head.post(page_of("unit-u1"), {**hidden(first), "act": "give", "holder": "wen"}).status_code == 302
    answer = head.post(page_of("unit-u1"), {**hidden(second), "act": "give", "holder": "ke"})
    assert (answer.status_code, 'id="from-told"' in answer.content.decode()) == (422, True)
    assert "was given it meanwhile" in answer.content.decode()
    names = [one.name for one in list_holdings([post("unit-u1").id])[post("unit-u1").id]]
    assert names == ["Worker Er", "Wen"]


def test_a_holding_ends_now_or_later_and_one_to_come_is_taken_back(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)
    colleague(evening, "Wen")
    tomorrow = f"{local_date(now(), evening.zone) + ONE_DAY}T08:00"
    page = head.get(page_of("unit-u2")).content.decode()
    answer = head.post(page_of("unit-u2"), {**hidden(page), "act": "give", "holder": "wen", "from": tomorrow})
    assert answer.headers["Location"].endswith("when=then")
    page = head.get(answer.headers["Location"]).content.decode()
    assert "Until then nothing changes" in page and "Take back" in page
    (coming,) = list_holdings([post("unit-u2").id])[post("unit-u2").id]
    gone = {"act": "take-back", "holding": str(coming.root)}
    assert {head.post(page_of("unit-u2"), gone).status_code for _sent in range(2)} == {302}
    assert list_holdings([post("unit-u2").id]) == {}

    er = str(Holding.objects.get(post__code="unit-u1").root)
    ended = {"act": "end", "holding": er}
    assert head.post(page_of("unit-u1"), ended).headers["Location"].endswith("?did=end&when=now")
    assert head.post(page_of("unit-u1"), ended).status_code == 302  # sent twice it has ended
    assert open_of("unit-u1") == 0 and open_of("headquarters") > 0
    assert "vacant since" in plain(head.get(page_of("unit-u1")).content.decode())


def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(evening: World) -> None:
    head = signed_in(evening, "Head Gu", Role.COMMAND)
    closed = colleague(evening, "Ke")
    colleague(evening, "Wen")
    accounts.close_account(account=closed, reason="left", by=evening.by, at=now())
    today = local_date(now(), evening.zone)
    given = {"act": "give", "holder": "wen"}
    for field, typed in (
        ("holder", given | {"holder": "nobody"}),
        ("holder", given | {"holder": "ke"}),
        ("from", given | {"from": "soon"}),
        ("from", given | {"from": f"{today - ONE_DAY}T08:00"}),
        ("until", given | {"from": f"{today + ONE_DAY}T08:00", "until": f"{today}T23:59"}),
    ):
        answer = head.post(page_of("unit-u2"), typed)
        assert (answer.status_code, f'id="{field}-told"' in answer.content.decode()) == (422, True), typed
    named = {"name": "Burial", "code": "burial", "superior": "headquarters"}
    for field, typed in (
        ("code", named | {"code": "tracing"}),
        ("code", named | {"code": "a b"}),
        ("name", named | {"name": ""}),
        ("superior", named | {"superior": "none"}),
        ("answers_for", named | {"answers_for": "nowhere"}),
        ("answers_for", named | {"answers_for": "u1"}),
    ):
        answer = head.post("/posts/", typed)
        page = answer.content.decode()
        assert (answer.status_code, f'id="{field}-told"' in page, 'value="' in page) == (422, True, True), typed
    assert Post.objects.count() == 6
    answer = head.post("/posts/", named)
    assert answer.headers["Location"] == f"{page_of('burial')}?did=name&when=now"
    assert head.post("/posts/", named).status_code == 302 and Post.objects.count() == 7  # sent twice


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_is_told_never_a_failure(evening: World, junk: str) -> None:
    head, admin = signed_in(evening, "Head Gu", Role.COMMAND), signed_in(evening, "Admin Ko", Role.ADMINISTRATOR)
    colleague(evening, "Wen")
    before = Holding.objects.count()
    whole = dict.fromkeys(("holder", "from", "until", "seen", "key", "holding", "ends"), junk)
    for act in ("give", "end", "take-back", junk):
        assert head.post(page_of("unit-u2"), whole | {"act": act}).status_code in (302, 404, 422)
    for field in ("name", "code", "superior", "answers_for"):
        named = {"name": "Burial", "code": "", "superior": "headquarters"} | {field: junk}
        # A row of digits can be a post's code.
        assert head.post("/posts/", named).status_code == (302 if field == "code" and junk.isdigit() else 422)
    assert head.get("/posts/", dict.fromkeys(("q", "only", "start", "to", "did", "when"), junk)).status_code == 200
    assert head.get(page_of("unit-u2"), {"holder": junk, "did": junk}).status_code == 200
    assert admin.post("/jobs/", {"job": junk}).status_code == 422
    assert (Holding.objects.count(), Post.objects.count()) == (before, 7 if junk.isdigit() else 6)


def test_before_the_first_run_and_days_after_one_it_is_said_when_duties_follow(world: World) -> None:
    head = signed_in(world, "Head Gu", Role.COMMAND)
    colleague(world, "Wen")

    def gives(code: str) -> str:
        page = head.get(page_of(code)).content.decode()
        return head.post(page_of(code), {**hidden(page), "act": "give", "holder": "wen"}).headers["Location"]

    assert gives("unit-u2").endswith("when=first")
    today = local_date(now(), world.zone)
    Run.objects.create(
        period_date=today - timedelta(days=5), status="done", to_entry=1,
        moment_at=now() - timedelta(days=5), started_at=now() - timedelta(days=5),
    )  # fmt: skip
    later = gives("unit-u1")
    assert later.endswith("when=run")
    assert "follow with the next run" in head.get(later).content.decode()


def test_who_leads_a_part_sees_and_gives_the_posts_of_that_part_alone(evening: World) -> None:
    head = signed_in(evening, "Officer Bai", Role.DISTRICT_OFFICER, "u2")
    colleague(evening, "Wen")
    page = head.get("/posts/").content.decode()
    assert "1 post." in plain(page) and "Unit Two" in page and "Name a new post" not in page
    assert head.get(page_of("unit-u1")).status_code == head.post(page_of("unit-u1")).status_code == 404
    assert head.post("/posts/", {"name": "X", "code": "x", "superior": "unit-u2"}).status_code == 404
    sent = {**hidden(head.get(page_of("unit-u2")).content.decode()), "act": "give", "holder": "wen"}
    assert head.post(page_of("unit-u2"), sent).status_code == 302
    ward = signed_in(evening, "Manager Su", Role.SITE_MANAGER, "h1").get("/posts/").content.decode()
    assert "1 post." in plain(ward) and ">Ward</a>" in ward


def test_a_deputy_of_the_holder_stands_beside(evening: World) -> None:
    er, wen = colleague(evening, "Worker.Er"), colleague(evening, "Wen")
    Account.objects.filter(id=er.id).update(actor=Actor.objects.get(name="Worker Er"))
    accounts.give_role(
        account=er, role=Role.COMMUNITY_WORKER, jurisdiction=accounts.WHOLE_CITY, by=evening.by, at=now()
    )
    accounts.appoint_deputy(principal=er, deputy=wen, ends_at=now() + 3 * ONE_DAY, by=evening.by, at=now())
    page = signed_in(evening, "Head Gu", Role.COMMAND).get("/posts/").content.decode()
    assert "Wen stands in until" in row_of(page, "Unit One")


# --- the guided start -------------------------------------------------------------------------------------


def test_on_the_first_evening_nothing_is_without_anybody_who_answers(world: World, client: Client) -> None:
    """As the default profile leaves it: no post was ever held. Whoever opens the first account has them all."""
    moment = now()
    for held in Holding.objects.all():
        services.vacate(post=held.post, ends_at=moment, by=world.by, at=moment)
    given = {"username": "wen", "name": "Wen", "password": "a lantern by the river"}
    assert client.post("/first/", given).status_code == 302
    today = local_date(now(), world.zone).isoformat()
    confirmed(world, on=today)
    world.met("Hu", "Gao", today, first=today, last=today)
    client.post("/today/")
    assert open_of("headquarters") > 3 and not DutyState.objects.filter(status="open", answering=None).exists()
    assert '<a class="figure" href="/posts/">0</a>' in client.get("/today/").content.decode()


# --- the API ----------------------------------------------------------------------------------------------


def listed(client: Any, asked: str = "") -> dict[str, Any]:
    return {one["code"]: one for one in client.get(f"/api/v1/posts{asked}").json()["items"]}


def test_a_program_names_a_post_gives_it_hands_it_on_and_ends_it(evening: World) -> None:
    client = program(evening)
    for name in ("Wen", "Ke"):
        colleague(evening, name)
    two = listed(client, "?vacant=true")
    assert set(two) == {"unit-u2"} and (two["unit-u2"]["answering"], two["unit-u2"]["open"]) == ("unit-u1", 0)
    assert len(listed(client)) == 6 and listed(client)["unit-u1"]["open"] == open_of("unit-u1") > 0
    assert set(listed(client, "?name=river")) == {"ward-h1"}

    made = send(client, "/posts", {"code": "burial", "name": "Burial", "superior": "headquarters"}).json()
    assert (made["holding"], made["answering"], made["duties_follow"]) == (None, "headquarters", "now")
    at = f"/posts/{two['unit-u2']['id']}/holdings"
    given = send(client, at, {"holder": "wen"}).json()
    assert (given["holding"]["name"], given["duties_follow"], given["open"]) == ("Wen", "now", open_of("unit-u2"))
    assert given["open"] > 0
    assert refusal(send(client, at, {"holder": "ke"})) == (409, "post.held")
    on = send(client, at, {"holder": "ke", "instead_of": given["holding"]["id"]}).json()
    assert (on["holding"]["name"], on["vacant_since"]) == ("Ke", None)
    ended = send(client, f"{at}/{on['holding']['id']}/ending", {}).json()
    assert (ended["holding"], ended["answering"]) == (None, "unit-u1") and ended["vacant_since"]
    assert refusal(send(client, at, {"holder": "nobody"})) == (422, "post.unreadable")
    taken = {"code": "u", "name": "U", "superior": "headquarters", "answers_for": "u1"}
    refused = send(client, "/posts", taken)
    assert refusal(refused) == (422, "post.answered_for")
    assert refused.json()["errors"][0]["field"] == "answers_for"
    assert refusal(send(client, at, {"holder": "wen", "starts_at": "2019-01-01T00:00:00Z"}))[1] == "post.unreadable"
