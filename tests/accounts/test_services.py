"""Accounts are opened, given roles and closed by others; links and tokens hold once and for a time."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account, Invitation, Token
from mainstay.accounts.rules import FIRST_ROLES, WHOLE_CITY, Area, Jurisdiction, Permission, Purpose, Role
from mainstay.organisations.queries import holdings_at
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from mainstay.platform.reading import View
from tests.at_once import at_once, refusals
from tests.world import World

PASSWORD = "a lantern by the river"


def opened(world: World, username: str, name: str = "") -> Account:
    return services.open_account(username=username, name=name or username.title(), by=world.by, at=world.at)


def given(world: World, account: Account, role: Role, jurisdiction: Jurisdiction = WHOLE_CITY):
    return services.give_role(account=account, role=role, jurisdiction=jurisdiction, by=world.by, at=world.at)


def roles(world: World, account: Account, after: timedelta = timedelta()) -> frozenset[Role]:
    return queries.rights_of(account.id, world.at + after).roles


def refused(code: str, act, **kwargs) -> str:
    with pytest.raises(MainstayError) as told:
        act(**kwargs)
    assert told.value.code == code
    return told.value.sentence


# --- opening ------------------------------------------------------------------------------------------


def test_an_account_can_do_nothing_until_it_is_given_a_role(world: World) -> None:
    wen = opened(world, "Wen")
    assert (wen.username, wen.has_usable_password(), roles(world, wen)) == ("wen", False, frozenset())


def test_a_user_name_is_taken_once_however_it_is_typed(world: World) -> None:
    opened(world, "wen")
    before = Entry.objects.count()
    assert "taken" in refused("account.name", opened, world=world, username="ＷEN", name="Another Wen")
    assert Entry.objects.count() == before


def test_two_people_of_one_name_stay_two(world: World) -> None:
    first, second = opened(world, "wen1", "Wen Li"), opened(world, "wen2", "Wen Li")
    assert (first.actor.name, second.actor.name) == ("Wen Li", "Wen Li (wen2)")


def test_the_holder_of_a_post_signs_in_as_who_holds_it(world: World) -> None:
    """The profile says that Tracer Bo holds the post of tracing; the account of that name is theirs."""
    bo = opened(world, "bo", "Tracer Bo")
    assert bo.actor_id in holdings_at(world.at, View()).values()


def test_an_import_is_nobody_who_signs_in(world: World) -> None:
    ledger.actor("Night import", kind="import")
    assert opened(world, "night", "Night import").actor.kind == "person"


# --- the first account --------------------------------------------------------------------------------


def test_the_first_account_may_set_up_and_the_second_is_made_by_it(world: World) -> None:
    first = services.open_first_account(username="ai", name="Officer Ai", by=world.by, at=world.at)
    assert roles(world, first) == frozenset(FIRST_ROLES)
    refused("account.not_first", services.open_first_account, username="bo", name="Tracer Bo", by=world.by, at=world.at)


@pytest.mark.django_db(transaction=True)
def test_of_two_first_accounts_at_once_one_is_refused(committed_world: World) -> None:
    world = committed_world

    def first(username: str):
        return lambda: services.open_first_account(username=username, name=username, by=world.by, at=world.at)

    assert refusals(at_once(first("ai"), first("bo"))) == ["account.not_first"]
    assert Account.objects.count() == 1


# --- links and passwords ------------------------------------------------------------------------------


def test_a_link_sets_the_password_once(world: World) -> None:
    wen = opened(world, "wen")
    secret = services.invite(account=wen, by=world.by, at=world.at)
    assert services.accept(secret=secret, password=PASSWORD, at=world.at).check_password(PASSWORD)
    refused("account.unknown", services.accept, secret=secret, password=PASSWORD, at=world.at)


def test_a_weak_password_leaves_the_link_as_it_was(world: World) -> None:
    wen = opened(world, "wen")
    secret = services.invite(account=wen, by=world.by, at=world.at)
    assert "too short" in refused("account.password", services.accept, secret=secret, password="abc", at=world.at)
    assert services.accept(secret=secret, password=PASSWORD, at=world.at).has_usable_password()


def test_a_second_link_ends_the_first_and_a_link_ends_by_itself(world: World) -> None:
    wen = opened(world, "wen")
    first, second = (services.invite(account=wen, by=world.by, at=world.at) for _ in range(2))
    refused("account.unknown", services.accept, secret=first, password=PASSWORD, at=world.at)
    late = world.at + timedelta(days=3)
    refused("account.unknown", services.accept, secret=second, password=PASSWORD, at=late)
    refused("account.unknown", services.accept, secret="", password=PASSWORD, at=world.at)


def test_neither_links_nor_tokens_can_be_read_from_the_tables(world: World) -> None:
    wen = opened(world, "wen")
    link = services.invite(account=wen, by=world.by, at=world.at)
    token = services.make_token(account=wen, name="laboratory", holds=timedelta(days=1), by=world.by, at=world.at)
    kept = [*Invitation.objects.values_list("digest", flat=True), *Token.objects.values_list("digest", flat=True)]
    assert len(kept) == 2 and link not in kept and token not in kept


# --- roles --------------------------------------------------------------------------------------------


def test_a_role_is_given_for_a_place_and_withdrawn(world: World) -> None:
    wen, lake = opened(world, "wen"), uuid4()
    grant = given(world, wen, Role.TRACER, Jurisdiction(Area.COMMUNITY, lake))
    assert queries.rights_of(wen.id, world.at).scope(Permission.SEE_PEOPLE).communities == {lake}
    assert services.withdraw_role(grant=grant, by=world.by, at=world.at)
    assert roles(world, wen) == frozenset()
    assert not services.withdraw_role(grant=grant, by=world.by, at=world.at)  # sent twice


def test_nobody_changes_their_own_rights(world: World) -> None:
    ai = services.open_first_account(username="ai", name="Officer Ai", by=world.by, at=world.at)
    own = {"by": ai.actor, "at": world.at}
    refused(
        "account.own_rights",
        services.give_role,
        account=ai,
        role=Role.AUDITOR,
        jurisdiction=WHOLE_CITY,
        **own,
    )
    refused("account.own_rights", services.close_account, account=ai, reason="leaves", **own)
    for row in queries.list_accounts(world.at)[0].grants:
        refused("account.own_rights", services.withdraw_role, grant=row.id, **own)


def test_the_last_administrator_stays(world: World) -> None:
    """A deputy, and one for a district, do not count: the one's rights end, the other's do not reach."""
    ai, bo, ci = (opened(world, name) for name in ("ai", "bo", "ci"))
    grant = given(world, ai, Role.ADMINISTRATOR)
    given(world, bo, Role.ADMINISTRATOR, Jurisdiction(Area.DISTRICT, uuid4()))
    services.appoint_deputy(principal=ai, deputy=ci, ends_at=world.at + timedelta(days=2), by=world.by, at=world.at)
    who = {"by": world.by, "at": world.at}
    refused("account.last_administrator", services.withdraw_role, grant=grant, **who)
    refused("account.last_administrator", services.close_account, account=ai, reason="leaves", **who)
    given(world, bo, Role.ADMINISTRATOR)
    services.close_account(account=ai, reason="leaves", **who)
    assert roles(world, ai) == frozenset()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(committed_world: World) -> None:
    world = committed_world
    ai, bo = opened(world, "ai"), opened(world, "bo")
    grants = [given(world, one, Role.ADMINISTRATOR) for one in (ai, bo)]

    def removes(who: Account, grant):
        return lambda: services.withdraw_role(grant=grant, by=who.actor, at=world.at)

    outcomes = at_once(removes(ai, grants[1]), removes(bo, grants[0]))
    assert refusals(outcomes) == ["account.last_administrator"]


def test_a_deputy_has_the_others_rights_until_the_day(world: World) -> None:
    ai, bo = opened(world, "ai"), opened(world, "bo")
    given(world, ai, Role.COMMAND)
    given(world, ai, Role.DATA_CLERK)
    ends = world.at + timedelta(days=2)
    assert services.appoint_deputy(principal=ai, deputy=bo, ends_at=ends, by=ai.actor, at=world.at) == 2
    assert roles(world, bo) == {Role.COMMAND, Role.DATA_CLERK}
    assert roles(world, bo, after=timedelta(days=2)) == frozenset()


def test_lent_rights_are_not_lent_on(world: World) -> None:
    ai, bo, ci = (opened(world, name) for name in ("ai", "bo", "ci"))
    given(world, ai, Role.COMMAND)
    ends = world.at + timedelta(days=2)
    services.appoint_deputy(principal=ai, deputy=bo, ends_at=ends, by=ai.actor, at=world.at)
    lend = {"principal": bo, "deputy": ci, "ends_at": ends, "by": bo.actor, "at": world.at}
    assert "no role of their own" in refused("account.grant", services.appoint_deputy, **lend)


def test_nobody_appoints_themselves(world: World) -> None:
    ai, bo = opened(world, "ai"), opened(world, "bo")
    given(world, ai, Role.COMMAND)
    lend = {"principal": ai, "deputy": bo, "ends_at": world.at + timedelta(days=1), "by": bo.actor, "at": world.at}
    refused("account.own_rights", services.appoint_deputy, **lend)


# --- tokens -------------------------------------------------------------------------------------------


def test_a_token_acts_as_its_account_for_as_long_as_it_holds(world: World) -> None:
    wen = opened(world, "wen")
    secret = services.make_token(account=wen, name="laboratory", holds=timedelta(days=1), by=world.by, at=world.at)
    assert queries.account_by_token(secret, world.at) == (wen, True)
    assert queries.account_by_token(secret, world.at + timedelta(days=1)) is None
    assert queries.account_by_token(secret + "x", world.at) is None
    token = Token.objects.get().id
    assert services.revoke_token(token=token, by=world.by, at=world.at)
    assert not services.revoke_token(token=token, by=world.by, at=world.at)
    assert queries.account_by_token(secret, world.at) is None


def test_a_closed_account_s_tokens_and_links_end_with_it(world: World) -> None:
    wen = opened(world, "wen")
    secret = services.make_token(account=wen, name="laboratory", holds=timedelta(days=1), by=world.by, at=world.at)
    link = services.invite(account=wen, by=world.by, at=world.at)
    services.close_account(account=wen, reason="left the city", by=world.by, at=world.at)
    assert queries.account_by_token(secret, world.at) is None
    refused("account.unknown", services.accept, secret=link, password=PASSWORD, at=world.at)


@pytest.mark.parametrize(("name", "days"), [("", 1), ("laboratory", 0), ("laboratory", 181)])
def test_a_token_needs_a_name_and_an_end(world: World, name: str, days: int) -> None:
    wen = opened(world, "wen")
    make = {"account": wen, "name": name, "holds": timedelta(days=days), "by": world.by, "at": world.at}
    refused("account.token", services.make_token, **make)
    assert Token.objects.count() == 0


# --- who looked at whom -------------------------------------------------------------------------------


def test_who_looked_at_somebody_is_found(world: World) -> None:
    wen = opened(world, "wen")
    patient, others = uuid4(), [uuid4() for _ in range(3)]
    look = {"account": wen, "by": wen.actor, "at": world.at}
    services.record_look(page="person", purpose=Purpose.EMERGENCY, subject=patient, reason="found unconscious", **look)
    services.record_look(page="list", purpose=Purpose.DUTY, listed=[others[0], patient, others[1]], **look)
    services.record_look(page="list", purpose=Purpose.DUTY, listed=others, **look)

    (opened_page,) = queries.list_looks(subject=[patient])
    assert (opened_page.username, opened_page.purpose, opened_page.reason) == ("wen", "emergency", "found unconscious")
    (on_a_list,) = queries.listed_looks(patient, world.at)
    assert (on_a_list.page, on_a_list.count) == ("list", 3)
    assert [row.count for row in queries.list_looks(account=wen.id)] == [3, 3, 1]


def test_a_list_s_length_costs_no_statement(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            queries.list_accounts(world.at)
        return len(counted)

    given(world, opened(world, "first"), Role.TRACER)
    one = statements()
    for number in range(20):
        given(world, opened(world, f"worker{number}"), Role.TRACER)
    assert (one, statements()) == (3, 3)
    assert len(queries.list_accounts(world.at)) == 21
