"""Operations on accounts: who I am, accounts and their roles, links, tokens, and who looked at whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account
from mainstay.accounts.pages.presenters import jurisdiction
from mainstay.accounts.queries import GrantRow, TokenRow
from mainstay.accounts.rules import LONGEST_NAME, PERMISSIONS, Granted, Jurisdiction, Permission, Purpose, Role
from mainstay.organisations.queries import jurisdictions_named
from mainstay.platform import cursors
from mainstay.platform.clock import day_end
from mainstay.platform.models import Instance
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import Problem, not_found, refused
from mainstay.web.api.words import Asked, Day, Line, Page, Text, Told, Whole, Yes

router = Router(tags=["accounts"])
ACCOUNTS_A_PAGE = 100
LOOKS_A_PAGE = 100


class Bounds(Told):
    """Where a role holds; the whole city has neither code nor name."""

    kind: Literal["city", "district", "community", "unit", "facility"]
    code: str | None
    name: str | None


class RoleTold(Told):
    """A role as it was given."""

    id: UUID | None = Field(description="By which it is withdrawn; null where one reads one's own.")
    role: Role
    bounds: Bounds
    starts_at: datetime
    ends_at: datetime | None
    is_deputy: bool


class Me(Told):
    """Who is asking."""

    username: str
    name: str
    language: str
    by_token: bool
    roles: list[RoleTold]
    permissions: list[Permission]


class AccountTold(Told):
    """An account with the roles that hold or will."""

    username: str
    name: str
    language: str
    is_active: bool
    has_password: bool
    invited: bool
    last_sign_in_at: datetime | None
    roles: list[RoleTold]


class TokenTold(Told):
    """A token that was made; its secret was told once."""

    id: UUID
    name: str
    read_only: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Secret(Told):
    """What is told this once and kept nowhere."""

    secret: str = Field(description="A token, or the path of a link behind the address of this instance.")


class Changed(Told):
    """Whether anything changed: nothing does the second time."""

    changed: bool


class DeputyTold(Told):
    """How many roles somebody stands in for."""

    roles: int


class Look(Told):
    """Somebody saw people's data: `count` people on one page, in one export or by one operation."""

    entry: int
    at: datetime
    username: str
    name: str
    page: str
    purpose: Purpose
    reason: str
    subject: UUID | None
    count: int


# --- one's own ------------------------------------------------------------------------------------------


@operation(router, "GET", "/me", answer=Me)
def who_am_i(request: Any) -> Any:
    """Who I am, what I may and where."""
    granted = request.rights.granted
    names = _names(one.jurisdiction for one in granted)
    account = request.account
    return {
        "username": account.username,
        "name": account.actor.name,
        "language": account.language,
        "by_token": request.by_token,
        "roles": [_role(None, one, names) for one in granted],
        "permissions": sorted({p for one in granted for p in PERMISSIONS[one.role]}),
    }


class NewDeputy(Asked):
    deputy: Annotated[Line, Field(max_length=LONGEST_NAME)]
    until: Day = Field(description="The last day, thirty days from now at most.")


@operation(router, "POST", "/me/deputies", answer=DeputyTold, status=201, takes="application/json", once=True)
def appoint_deputy(request: Any, asked: NewDeputy) -> Any:
    """Give somebody all the roles I have of my own, until a day."""
    deputy = queries.account_by_name(asked.deputy)
    if deputy is None or not deputy.is_active:
        raise refused(services.ACCOUNT_UNKNOWN, "deputy", _("There is no such account; type the user name."))
    ends_at = _end(asked.until)
    return {
        "roles": services.appoint_deputy(
            principal=request.account, deputy=deputy, ends_at=ends_at, by=request.by, at=request.at
        )
    }


class NewToken(Asked):
    name: Annotated[Line, Field(min_length=1, max_length=100)]
    days: Annotated[Whole, Field(ge=1, le=180)] = 90
    read_only: Yes = True


@operation(router, "GET", "/me/tokens", answer=list[TokenTold])
def list_my_tokens(request: Any) -> list[TokenRow]:
    """My tokens, the newest first, those that have ended too."""
    return queries.tokens_of(request.account.id)


@operation(router, "POST", "/me/tokens", answer=Secret, status=201, takes="application/json")
def make_token(request: Any, asked: NewToken) -> Any:
    """Make a token for a program of mine; its secret is told this once.

    Only by the session of a browser: a token makes no other, so that one that leaks ends when it was to end. Sent
    twice under one name it is refused the second time.
    """
    if request.by_token:
        raise Problem(403, services.TOKEN_REFUSED, _("A token makes no other; sign in with the browser."))
    standing = [one for one in queries.tokens_of(request.account.id) if _holds(one, request.at)]
    if any(one.name == asked.name for one in standing):
        sentence = _("A token of this name holds already; end that one first, or give another name.")
        raise refused(services.TOKEN_REFUSED, "name", sentence, 409)
    secret = services.make_token(
        account=request.account,
        name=asked.name,
        holds=timedelta(days=asked.days),
        read_only=asked.read_only,
        by=request.by,
        at=request.at,
    )
    return {"secret": secret}


def _holds(token: TokenRow, at: datetime) -> bool:
    return token.revoked_at is None and token.expires_at > at


@operation(router, "DELETE", "/me/tokens/{token}", answer=Changed)
def end_my_token(request: Any, token: UUID) -> Any:
    """End one of my tokens at once."""
    return _revoked(request, request.account, token)


def _revoked(request: Any, account: Account, token: UUID) -> dict[str, bool]:
    if all(one.id != token for one in queries.tokens_of(account.id)):
        raise not_found()
    return {"changed": services.revoke_token(token=token, by=request.by, at=request.at)}


# --- administration -------------------------------------------------------------------------------------


@operation(router, "GET", "/accounts", Permission.MANAGE_ACCOUNTS, answer=Page[AccountTold])
def list_accounts(request: Any, cursor: str | None = None) -> Any:
    """Accounts by user name, open and closed ones."""
    after = str(cursors.opened("accounts", cursor)) if cursor else ""
    rows = queries.list_accounts(request.at, after=after, limit=ACCOUNTS_A_PAGE + 1)
    shown = rows[:ACCOUNTS_A_PAGE]
    following = cursors.sealed("accounts", shown[-1].username) if len(rows) > len(shown) else None
    return {"items": _accounts(shown), "next_cursor": following}


class NewAccount(Asked):
    username: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
    name: Annotated[Line, Field(min_length=1, max_length=100)]
    language: Literal["en", "zh-hans", "zh-hant"] = "en"


@operation(
    router, "POST", "/accounts", Permission.MANAGE_ACCOUNTS, answer=AccountTold, status=201, takes="application/json",
    once=True,
)  # fmt: skip
def open_account(request: Any, asked: NewAccount) -> Any:
    """Open an account, which can do nothing yet: it has neither a password nor a role."""
    made = services.open_account(**asked.model_dump(), by=request.by, at=request.at)
    return _account(made, request.at)


@operation(router, "GET", "/accounts/{username}", Permission.MANAGE_ACCOUNTS, answer=AccountTold)
def read_account(request: Any, username: str) -> Any:
    """One account with its roles."""
    return _account(_named(username), request.at)


@operation(
    router, "POST", "/accounts/{username}/invitations", Permission.MANAGE_ACCOUNTS, answer=Secret, status=201
)  # fmt: skip
def invite(request: Any, username: str) -> Any:
    """Make a link by which the account's holder sets a password; any earlier link ends with it."""
    secret = services.invite(account=_named(username), by=request.by, at=request.at)
    return {"secret": f"/join/{secret}"}


class NewRole(Asked):
    role: Role
    bounds: Annotated[Line, Field(max_length=60)] = Field(
        default="", description="The code of a place or facility it holds for; empty for the whole city."
    )
    until: Day | None = Field(default=None, description="The last day it holds; without it until it is withdrawn.")


@operation(
    router, "POST", "/accounts/{username}/roles", Permission.MANAGE_ACCOUNTS, answer=AccountTold, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def give_role(request: Any, username: str, asked: NewRole) -> Any:
    """Give an account a role, for a place or the whole city."""
    found = _named(username)
    services.give_role(
        account=found,
        role=asked.role,
        jurisdiction=jurisdiction(asked.bounds),
        ends_at=_end(asked.until) if asked.until else None,
        by=request.by,
        at=request.at,
    )
    return _account(found, request.at)


@operation(
    router, "DELETE", "/accounts/{username}/roles/{grant}", Permission.MANAGE_ACCOUNTS, answer=Changed
)  # fmt: skip
def withdraw_role(request: Any, username: str, grant: UUID) -> Any:
    """End a role that was given."""
    if not queries.is_grant_of(grant, _named(username).id):
        raise not_found()
    return {"changed": services.withdraw_role(grant=grant, by=request.by, at=request.at)}


class Closing(Asked):
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


@operation(
    router, "POST", "/accounts/{username}/closing", Permission.MANAGE_ACCOUNTS, answer=AccountTold,
    takes="application/json", once=True,
)  # fmt: skip
def close_account(request: Any, username: str, asked: Closing) -> Any:
    """Close an account: no more sign-in, its tokens end; what was written stays."""
    found = _named(username)
    services.close_account(account=found, reason=asked.reason, by=request.by, at=request.at)
    return _account(_named(username), request.at)


@operation(router, "GET", "/accounts/{username}/tokens", Permission.MANAGE_ACCOUNTS, answer=list[TokenTold])
def list_tokens(request: Any, username: str) -> list[TokenRow]:
    """An account's tokens, the newest first."""
    return queries.tokens_of(_named(username).id)


@operation(
    router, "DELETE", "/accounts/{username}/tokens/{token}", Permission.MANAGE_ACCOUNTS, answer=Changed
)  # fmt: skip
def end_token(request: Any, username: str, token: UUID) -> Any:
    """End somebody's token at once."""
    return _revoked(request, _named(username), token)


# --- who looked at whom -----------------------------------------------------------------------------------


class LooksAsked(Asked):
    account: Annotated[Line, Field(max_length=LONGEST_NAME)] | None = None
    purpose: Purpose | None = None
    subject: UUID | None = Field(default=None, description="Whose own page was opened.")
    cursor: str | None = None


@operation(router, "GET", "/audit/looks", Permission.SEE_AUDIT, answer=Page[Look])
def list_looks(request: Any, asked: Query[LooksAsked]) -> Any:
    """Who saw people's data, the newest first."""
    account = queries.account_by_name(asked.account) if asked.account else None
    if asked.account and account is None:
        return {"items": [], "next_cursor": None}
    rows = queries.list_looks(
        account=account.id if account else None,
        subject=[asked.subject] if asked.subject else (),
        purpose=asked.purpose,
        before=int(cursors.opened("looks", asked.cursor)) if asked.cursor else None,
        limit=LOOKS_A_PAGE + 1,
    )
    shown = rows[:LOOKS_A_PAGE]
    following = cursors.sealed("looks", shown[-1].entry) if len(rows) > len(shown) else None
    return {"items": shown, "next_cursor": following}


# --- words in and out -------------------------------------------------------------------------------------


def _named(username: str) -> Account:
    found = queries.account_by_name(username)
    if found is None:
        raise not_found()
    return found


def _end(day: date) -> datetime:
    return day_end(day, Instance.objects.values_list("zone", flat=True).get(id=1))


def _account(account: Account, at: datetime) -> dict[str, Any]:
    return _accounts([queries.account_row(account, at)])[0]


def _accounts(rows: list[queries.AccountRow]) -> list[dict[str, Any]]:
    names = _names(one.granted.jurisdiction for row in rows for one in row.grants)
    columns = ("username", "name", "language", "is_active", "has_password", "invited", "last_sign_in_at")
    return [
        {**{name: getattr(row, name) for name in columns}, "roles": [_given(one, names) for one in row.grants]}
        for row in rows
    ]


def _names(bounds: Iterable[Jurisdiction]) -> dict[UUID, tuple[str, str]]:
    return jurisdictions_named(list(bounds))


def _given(grant: GrantRow, names: dict[UUID, tuple[str, str]]) -> dict[str, Any]:
    return _role(grant.id, grant.granted, names)


def _role(identity: UUID | None, granted: Granted, names: dict[UUID, tuple[str, str]]) -> dict[str, Any]:
    bounds = granted.jurisdiction
    code, name = names.get(bounds.id, (None, None)) if bounds.id else (None, None)
    return {
        "id": identity,
        "role": granted.role,
        "bounds": {"kind": bounds.kind.value, "code": code, "name": name},
        "starts_at": granted.starts_at,
        "ends_at": granted.ends_at,
        "is_deputy": granted.deputy_for is not None,
    }
