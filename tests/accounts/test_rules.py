"""Who may do what and where: roles, jurisdictions, deputies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password

from mainstay.accounts.rules import (
    FIRST_ROLES,
    LONGEST_DEPUTY,
    PERMISSIONS,
    WHOLE_CITY,
    Area,
    Granted,
    Jurisdiction,
    Permission,
    Rights,
    Role,
    Scope,
    Whereabouts,
    grant_fault,
    normal_username,
    username_fault,
)
from mainstay.web import settings as product

NOW = datetime(2020, 2, 1, 12, tzinfo=UTC)
NORTH, SOUTH, LAKE, UNIT, HOSPITAL = (UUID(int=n) for n in range(1, 6))


def granted(role: Role, jurisdiction: Jurisdiction = WHOLE_CITY) -> Granted:
    return Granted(role, jurisdiction, NOW)


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_no_role_both_gives_orders_and_decides_objections() -> None:
    both = {Permission.GIVE_ORDERS, Permission.DECIDE_OBJECTIONS}
    assert [role for role in Role if both <= PERMISSIONS[role]] == []


def test_who_manages_accounts_sees_no_people_by_that() -> None:
    """Whoever hands out rights holds none of them by the same role; neither does who reads the audit."""
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        assert Permission.SEE_PEOPLE not in PERMISSIONS[role]


def test_the_first_account_can_set_up_and_lead() -> None:
    rights = Rights(tuple(granted(role) for role in FIRST_ROLES))
    needed = {Permission.MANAGE_ACCOUNTS, Permission.TAKE_IN_FILES, Permission.ASSIGN_DUTIES, Permission.CLOSE_PERIOD}
    assert {permission for permission in needed if not rights.may(permission)} == set()


def test_a_scope_is_the_union_of_what_each_role_allows() -> None:
    """A clinician in the north who also helps out in one southern unit: classifying holds in the north alone."""
    north = granted(Role.CLINICIAN, Jurisdiction(Area.DISTRICT, NORTH))
    unit = granted(Role.COMMUNITY_WORKER, Jurisdiction(Area.UNIT, UNIT))
    rights = Rights((north, unit))
    assert rights.scope(Permission.SEE_PEOPLE) == Scope(districts=frozenset({NORTH}), units=frozenset({UNIT}))
    assert rights.scope(Permission.CLASSIFY) == Scope(districts=frozenset({NORTH}))
    assert rights.scope(Permission.MANAGE_ACCOUNTS).is_empty
    assert not rights.may(Permission.MANAGE_ACCOUNTS)


def test_the_whole_city_takes_in_every_part() -> None:
    rights = Rights((granted(Role.TRACER), granted(Role.TRACER, Jurisdiction(Area.UNIT, UNIT))))
    assert rights.scope(Permission.SEE_PEOPLE) == Scope(everywhere=True)


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (Scope(everywhere=True), True),
        (Scope(districts=frozenset({NORTH})), True),
        (Scope(districts=frozenset({SOUTH})), False),
        (Scope(communities=frozenset({LAKE})), True),
        (Scope(units=frozenset({LAKE})), False),  # the community's id is no unit's
        (Scope(facilities=frozenset({HOSPITAL})), True),
        (Scope(), False),
    ],
)
def test_what_is_within_the_bounds(scope: Scope, inside: bool) -> None:
    patient = Whereabouts(district=NORTH, community=LAKE, unit=UNIT, facilities=frozenset({HOSPITAL}))
    assert scope.covers(patient) is inside


def test_somebody_whose_place_nobody_knows_is_seen_by_the_whole_city_only() -> None:
    nowhere = Whereabouts()
    assert Scope(everywhere=True).covers(nowhere)
    assert not Scope(districts=frozenset({NORTH}), units=frozenset({UNIT})).covers(nowhere)


@pytest.mark.parametrize(("after", "holds"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_role_holds_from_its_beginning_to_before_its_end(after: int, holds: bool) -> None:
    hour = Granted(Role.TRACER, WHOLE_CITY, NOW, NOW + timedelta(minutes=60))
    assert hour.holds(NOW + timedelta(minutes=after)) is holds


@pytest.mark.parametrize(
    ("jurisdiction", "ends_after", "deputy", "word"),
    [
        (WHOLE_CITY, None, False, ""),
        (Jurisdiction(Area.UNIT, UNIT), timedelta(days=400), False, ""),
        (Jurisdiction(Area.UNIT), None, False, "name the place"),
        (Jurisdiction(Area.CITY, NORTH), None, False, "name the place"),
        (WHOLE_CITY, timedelta(), False, "before it begins"),
        (WHOLE_CITY, None, True, "end by themselves"),
        (WHOLE_CITY, LONGEST_DEPUTY, True, ""),
        (WHOLE_CITY, LONGEST_DEPUTY + timedelta(days=1), True, "end by themselves"),
    ],
)
def test_how_a_role_may_be_given(
    jurisdiction: Jurisdiction, ends_after: timedelta | None, deputy: bool, word: str
) -> None:
    ends = NOW + ends_after if ends_after is not None else None
    fault = grant_fault(jurisdiction, NOW, ends, deputy=deputy)
    assert word in fault and bool(fault) is bool(word)


@pytest.mark.parametrize(
    ("given", "fault"),
    [("Wen.Li", False), ("文丽", False), (" wen ", False), ("", True), ("a b", True), ("x" * 61, True), ("a/b", True)],
)
def test_user_names(given: str, fault: bool) -> None:
    assert bool(username_fault(normal_username(given))) is fault


def test_one_name_however_it_is_typed() -> None:
    assert normal_username("ＷＥＮ.Li ") == normal_username("wen.li")


def test_passwords_are_hashed_by_argon2_in_the_product_and_here() -> None:
    """The tests make it cheap (tests/settings.py); the product takes Django's own strength."""
    assert product.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert make_password("invented rice bowl").startswith("argon2$argon2id$")
