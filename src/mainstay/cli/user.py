"""mainstay user add | list | give | withdraw | invite | deputy | close | token | revoke"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import click

from mainstay.accounts.rules import Role
from mainstay.cli.common import Day, emit, instance_options, open_instance, table
from mainstay.platform.errors import MainstayError, code

BOUNDS_UNKNOWN = code("account.bounds", "There is no place or facility of that code for a role to hold for.")

ROLES = click.Choice([role.value for role in Role])
BY = "command line"


@click.group()
def user() -> None:
    """Accounts: who signs in, with which roles, for where."""


@user.command()
@instance_options
@click.argument("username")
@click.option("--name", required=True, help="The person's name; a post's holder of that name is this account's.")
@click.option("--language", type=click.Choice(["en", "zh-hans", "zh-hant"]), default="en", help="Of the pages.")
@click.option("--role", "roles", type=ROLES, multiple=True, help="A role to begin with; may be given several times.")
@click.option("--for", "bounds", help="The code of the place or facility the roles hold for (default: the city).")
def add(
    home: str | None, as_json: bool, username: str, name: str, language: str, roles: tuple[str, ...], bounds: str | None
) -> None:
    """Open an account and print the link by which its holder sets a password.

    The first account of an instance leads and manages accounts until rights are divided, and holds the headquarters'
    post where nobody does.
    """
    open_instance(home)
    from django.db import transaction

    from mainstay.accounts import services
    from mainstay.accounts.models import Account
    from mainstay.cycle.now import settle_posts
    from mainstay.cycle.queries import instance_moment
    from mainstay.organisations.services import take_headquarters

    given = {"username": username, "name": name, "language": language, **_by()}
    held = None
    with transaction.atomic():
        is_first = not Account.objects.exists()
        account = services.open_first_account(**given) if is_first else services.open_account(**given)
        if is_first:
            held = take_headquarters(holder=account.actor, by=given["by"], at=instance_moment(given["at"]).at)
        for role in roles:
            services.give_role(account=account, role=Role(role), jurisdiction=_jurisdiction(bounds), **_by())
        secret = services.invite(account=account, **_by())
    if held is not None:
        settle_posts(posts=[held.post_id], by=given["by"], at=given["at"])
    _say("user.add", {"username": account.username, "first": is_first, "link": _link(secret)}, as_json)


@user.command("list")
@instance_options
def list_users(home: str | None, as_json: bool) -> None:
    """Accounts with the roles they hold now or will."""
    open_instance(home)
    from mainstay.accounts import queries
    from mainstay.organisations.queries import jurisdictions_named

    found: list[Any] = []
    at = _by()["at"]
    while page := queries.list_accounts(at, after=found[-1].username if found else ""):
        found += page
    named = jurisdictions_named(one.granted.jurisdiction for row in found for one in row.grants)
    rows = [_account(row, named) for row in found]
    if as_json:
        emit("user.list", {"accounts": rows})
        return
    lines = [
        (row["username"], row["name"], row["state"], grant["role"], grant["for"], grant["ends_at"], grant["id"])
        for row in rows
        for grant in row["roles"] or [dict.fromkeys(("role", "for", "ends_at", "id"))]
    ]
    click.echo(table(("account", "name", "state", "role", "for", "until", "grant"), lines))


def _account(row: Any, named: dict[UUID, tuple[str, str]]) -> dict[str, Any]:
    state = "active" if row.has_password else "invited" if row.invited else "no password"
    grants = [
        {
            "id": one.id,
            "role": one.granted.role.value,
            "for": named[one.granted.jurisdiction.id][0] if one.granted.jurisdiction.id else "city",
            "starts_at": one.granted.starts_at,
            "ends_at": one.granted.ends_at,
            "deputy": one.granted.deputy_for is not None,
        }
        for one in row.grants
    ]
    return {
        "username": row.username,
        "name": row.name,
        "state": state if row.is_active else "closed",
        "last_sign_in_at": row.last_sign_in_at,
        "roles": grants,
    }


@user.command()
@instance_options
@click.argument("username")
@click.argument("role", type=ROLES)
@click.option("--for", "bounds", help="The code of the place or facility it holds for (default: the city).")
@click.option("--until", type=Day(), help="The last day it holds (default: until it is withdrawn).")
def give(home: str | None, as_json: bool, username: str, role: str, bounds: str | None, until: date | None) -> None:
    """Give an account a role."""
    open_instance(home)
    from mainstay.accounts import services

    grant = services.give_role(
        account=_of(username), role=Role(role), jurisdiction=_jurisdiction(bounds), ends_at=_end(until), **_by()
    )
    _say("user.give", {"username": username, "role": role, "grant": grant}, as_json)


@user.command()
@instance_options
@click.argument("grant", type=click.UUID)
def withdraw(home: str | None, as_json: bool, grant: UUID) -> None:
    """Withdraw a role that was given; `user list` names the grants."""
    open_instance(home)
    from mainstay.accounts import services

    _say("user.withdraw", {"grant": grant, "changed": services.withdraw_role(grant=grant, **_by())}, as_json)


@user.command()
@instance_options
@click.argument("username")
def invite(home: str | None, as_json: bool, username: str) -> None:
    """Print a new link by which the account's holder sets a password; the earlier link ends."""
    open_instance(home)
    from mainstay.accounts import services

    secret = services.invite(account=_of(username), **_by())
    _say("user.invite", {"username": username, "link": _link(secret)}, as_json)


@user.command()
@instance_options
@click.argument("principal")
@click.argument("deputy_name", metavar="DEPUTY")
@click.option("--until", type=Day(), required=True, help="The last day; thirty days from now at most.")
def deputy(home: str | None, as_json: bool, principal: str, deputy_name: str, until: date) -> None:
    """Give somebody all the roles another has of their own, until a day."""
    open_instance(home)
    from mainstay.accounts import services

    roles = services.appoint_deputy(principal=_of(principal), deputy=_of(deputy_name), ends_at=_end(until), **_by())
    _say("user.deputy", {"principal": principal, "deputy": deputy_name, "roles": roles, "until": until}, as_json)


@user.command()
@instance_options
@click.argument("username")
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
def close(home: str | None, as_json: bool, username: str, reason: str) -> None:
    """Close an account: no more sign-in; what was written stays."""
    open_instance(home)
    from mainstay.accounts import services

    services.close_account(account=_of(username), reason=reason, **_by())
    _say("user.close", {"username": username}, as_json)


@user.command()
@instance_options
@click.argument("username")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 180), default=90, help="How long it holds.")
@click.option("--write", is_flag=True, help="It may write too, within the account's rights.")
def token(home: str | None, as_json: bool, username: str, name: str, days: int, write: bool) -> None:
    """Make a token by which a program acts as this account; it is shown this once."""
    open_instance(home)
    from mainstay.accounts import services

    secret = services.make_token(
        account=_of(username), name=name, holds=timedelta(days=days), read_only=not write, **_by()
    )
    _say("user.token", {"username": username, "name": name, "token": secret}, as_json)


@user.command()
@instance_options
@click.argument("username")
@click.argument("name")
def revoke(home: str | None, as_json: bool, username: str, name: str) -> None:
    """End all tokens of an account that bear this name."""
    open_instance(home)
    from mainstay.accounts import services
    from mainstay.accounts.models import Token

    found = Token.objects.filter(account=_of(username), name=name).values_list("id", flat=True)
    ended = sum(services.revoke_token(token=one, **_by()) for one in found)
    _say("user.revoke", {"username": username, "name": name, "revoked": ended}, as_json)


# --- words in and out ---------------------------------------------------------------------------------


def _by() -> dict[str, Any]:
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    return {"by": ledger.actor(BY, "import"), "at": now()}


def _of(username: str) -> Any:
    from mainstay.accounts.queries import account_by_name
    from mainstay.accounts.services import ACCOUNT_UNKNOWN

    account = account_by_name(username)
    if account is None:
        raise MainstayError(ACCOUNT_UNKNOWN, f"There is no account '{username}'; `mainstay user list` names them.")
    return account


def _jurisdiction(bounds: str | None) -> Any:
    """The whole city, or what bears that code."""
    from mainstay.organisations.queries import jurisdiction

    found = jurisdiction(bounds or "")
    if found is None:
        raise MainstayError(
            BOUNDS_UNKNOWN,
            f"No district, community, unit or facility has the code '{bounds}'; look it up in the profile.",
        )
    return found


def _end(until: date | None) -> Any:
    from mainstay.platform.clock import day_end
    from mainstay.platform.models import Instance

    return day_end(until, Instance.objects.get(id=1).zone) if until else None


def _link(secret: str) -> str:
    """Behind the address that `mainstay serve` shows."""
    return f"/join/{secret}"


def _say(name: str, data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(name, data)
        return
    for key, value in data.items():
        click.echo(f"{key}: {value}")
