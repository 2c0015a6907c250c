"""Pages of accounts: what an administrator does there, junk in every field, and who looked at whom."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account
from mainstay.accounts.pages import views
from mainstay.accounts.queries import lookers
from mainstay.accounts.rules import WHOLE_CITY, Permission, Purpose, Role
from mainstay.places.models import Place
from mainstay.platform.clock import local_date, now
from tests.world import World

JUNK = ["", "\x00", "x" * 5000, "'; DROP TABLE people_person; --", "<script>alert(1)</script>", "١٢٣", "9" * 40]


def signed_in(world: World, username: str, *roles: Role) -> Client:
    account = services.open_account(username=username, name=username.title(), by=world.by, at=now())
    for role in roles:
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def rights(username: str):
    return queries.rights_of(Account.objects.get(username=username).id, now())


def test_an_account_is_opened_given_a_role_and_a_link(world: World) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    assert admin.post("/accounts/", {"username": "Wen", "name": "Wen Li"}).headers["Location"] == "/accounts/wen/"
    lake = Place.objects.get(code="c1")
    assert admin.post("/accounts/wen/", {"act": "give", "role": "tracer", "for": "c1"}).status_code == 302
    assert rights("wen").scope(Permission.SEE_PEOPLE).communities == {lake.id}
    page = admin.post("/accounts/wen/", {"act": "invite"}).content.decode()
    assert "/join/" in page and "<svg" in page
    assert "/join/" not in admin.get("/accounts/wen/").content.decode()  # shown once


def test_a_link_made_at_the_serving_machine_names_its_address_in_the_network(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    signed_in(world, "wen")
    invite = {"act": "invite"}
    page = admin.post("/accounts/wen/", invite, headers={"host": "127.0.0.1:8000"}).content.decode()
    assert "http://127.0.0.1:8000/join/" in page
    monkeypatch.setenv("MAINSTAY_HOSTS", "192.0.2.7,mainstay.example")
    page = admin.post("/accounts/wen/", invite, headers={"host": "127.0.0.1:8000"}).content.decode()
    assert "http://192.0.2.7:8000/join/" in page


def test_a_role_is_withdrawn_and_an_account_closed(world: World) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    signed_in(world, "wen", Role.TRACER)
    row = queries.account_row(Account.objects.get(username="wen"), now())
    admin.post("/accounts/wen/", {"act": "withdraw", "grant": str(row.grants[0].id)})
    assert rights("wen").roles == frozenset()
    admin.post("/accounts/wen/", {"act": "close", "reason": "left the city"})
    assert not Account.objects.get(username="wen").is_active
    assert "closed" in admin.get("/accounts/").content.decode()


def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(world: World) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    answer = admin.post("/accounts/", {"username": "a b", "name": "Wen Li"})
    page = answer.content.decode()
    assert (answer.status_code, 'id="username-told"' in page, 'value="Wen Li"' in page) == (422, True, True)
    answer = admin.post("/accounts/ai/", {"act": "give", "role": "tracer", "for": "nowhere"})
    assert answer.status_code == 422
    assert "Nobody changes their own rights" not in answer.content.decode()
    answer = admin.post("/accounts/ai/", {"act": "give", "role": "tracer"})
    assert "Nobody changes their own rights" in answer.content.decode()


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_is_told_never_a_failure(world: World, junk: str) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR, Role.AUDITOR)
    signed_in(world, "wen")
    before = rights("wen")
    forms = [
        ("/accounts/", {"username": junk, "name": junk}),
        ("/accounts/wen/", {"act": junk}),
        ("/accounts/wen/", {"act": "give", "role": junk, "for": junk, "until": junk}),
        ("/accounts/wen/", {"act": "give", "role": "tracer", "for": junk or "none such", "until": junk}),
        ("/accounts/wen/", {"act": "withdraw", "grant": junk}),
        ("/accounts/wen/", {"act": "give", "role": "tracer", "until": junk or "?"}),
        ("/sign-in/", {"login": junk, "password": junk}),
        ("/me/", {"deputy": junk, "until": junk}),
        ("/me/", {"deputy": "wen", "until": junk}),
    ]
    for address, given in forms:
        assert admin.post(address, given).status_code in (302, 404, 422), (address, given)
    asked = ("account", "purpose", "before", "person", "from", "to")
    assert admin.get("/audit/", dict.fromkeys(asked, junk)).status_code == 200
    assert admin.get("/accounts/", {"after": junk}).status_code == 200
    # A row of digits can be a user name, and was opened above; nothing else is anybody's.
    assert admin.get(f"/accounts/{quote(junk or 'none')}/").status_code == (200 if junk.isdigit() else 404)
    assert rights("wen") == before


@pytest.mark.parametrize("reason", ["", "  ", "gone\x00"])
def test_an_account_is_closed_with_a_reason(world: World, reason: str) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    signed_in(world, "wen")
    answer = admin.post("/accounts/wen/", {"act": "close", "reason": reason})
    assert (answer.status_code, 'id="reason-told"' in answer.content.decode()) == (422, True)
    assert Account.objects.get(username="wen").is_active


def test_a_script_in_a_name_is_shown_as_text(world: World) -> None:
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    admin.post("/accounts/", {"username": "wen", "name": "<script>alert(1)</script>"})
    page = admin.get("/accounts/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_list_goes_on_past_its_first_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a page: ai and bo, then ci; all three are counted on both."""
    monkeypatch.setattr(views, "ACCOUNTS_A_PAGE", 2)
    admin = signed_in(world, "ai", Role.ADMINISTRATOR)
    for username in ("bo", "ci"):
        signed_in(world, username)
    page = admin.get("/accounts/").content.decode()
    assert ("3 accounts" in page, "/accounts/bo/" in page, "/accounts/ci/" in page) == (True, True, False)
    rest = admin.get(f"/accounts/{re.search(r'href=.(.after=[^&]+?).>', page)[1]}").content.decode()
    assert ("3 accounts" in rest, "/accounts/ci/" in rest, 'href="?after=' in rest) == (True, True, False)


def test_somebody_stands_in_until_the_day_that_was_set(world: World) -> None:
    tracer = signed_in(world, "bo", Role.TRACER)
    signed_in(world, "wen")
    day = local_date(now(), world.zone).isoformat()
    assert tracer.post("/me/", {"deputy": "wen", "until": day}).status_code == 302
    (lent,) = rights("wen").granted
    assert (lent.role, lent.deputy_for) == (Role.TRACER, Account.objects.get(username="bo").id)


def test_the_audit_shows_an_emergency_loudly_and_pages_back(world: World) -> None:
    auditor = signed_in(world, "au", Role.AUDITOR)
    signed_in(world, "wen")
    wen = Account.objects.get(username="wen")
    for number in range(60):
        services.record_look(
            account=wen,
            page=f"list {number}",
            purpose=Purpose.EMERGENCY if number == 59 else Purpose.DUTY,
            listed=[uuid4()],
            by=wen.actor,
            at=now(),
        )
    page = auditor.get("/audit/").content.decode()
    assert "emergency" in page and "list 59" in page and "list 9<" not in page
    older = page.split("before=")[1].split('"')[0]
    second = auditor.get("/audit/", {"before": older}).content.decode()
    assert "list 9<" in second and "list 59" not in second
    assert "list 9<" not in auditor.get("/audit/", {"account": "nobody"}).content.decode()


def test_the_audit_tells_who_saw_somebody_on_their_page_and_on_lists_and_who_saw_most(world: World) -> None:
    """Wen opened An's page and, two days before, saw her on a list of three; bo saw nobody of hers."""
    auditor = signed_in(world, "au", Role.AUDITOR)
    patient, others = world.person("An"), [uuid4(), uuid4()]
    for name in ("wen", "bo"):
        signed_in(world, name)
    wen, bo = (Account.objects.get(username=name) for name in ("wen", "bo"))
    looks = [
        (wen, "person", patient, [], now(), Purpose.SUPERVISION),
        (wen, "list", None, [patient, *others], now() - timedelta(days=2), Purpose.DUTY),
        (bo, "list", None, others, now(), Purpose.DUTY),
    ]
    for account, page, subject, listed, at, purpose in looks:
        services.record_look(
            account=account, page=page, purpose=purpose, subject=subject, listed=listed, by=account.actor, at=at
        )
    page = auditor.get("/audit/", {"person": str(patient)}).content.decode()
    own, listed = page.split('id="listed"')
    assert ("a person" in own, "the list" in own, "the list" in listed) == (True, False, True)
    day = local_date(now(), world.zone).isoformat()
    assert "the list" not in auditor.get("/audit/", {"person": str(patient), "from": day}).content.decode()
    assert "Nobody is known by that." in auditor.get("/audit/", {"person": "no one"}).content.decode()
    # In two looks wen saw 1 + 3 people, once without a duty; bo saw 2.
    found = [(one.username, one.looks, one.people, one.without_duty) for one in lookers(world.at)]
    assert found == [("wen", 2, 1 + 3, 1), ("bo", 1, 2, 0)]
    elsewhere = auditor.get("/audit/", {"account": "bo", "from": day, "to": day}).content.decode()
    assert elsewhere.count("the list") == 1
