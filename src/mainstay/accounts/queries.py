"""Reads of accounts: what somebody may at a moment, who has which roles, who looked at whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from mainstay.accounts.models import Account, Grant, Invitation, Look, Token
from mainstay.accounts.rules import (
    WHOLE_CITY,
    Area,
    Granted,
    Jurisdiction,
    Permission,
    Purpose,
    Rights,
    Role,
    Scope,
    normal_username,
    secret_digest,
    username_fault,
)


def _standing(account: UUID | None = None) -> QuerySet[Grant]:
    """Roles given and not withdrawn, in the order they were given."""
    rows = Grant.objects.filter(withdraws=None, withdrawal=None, account__is_active=True).order_by("entry_id", "id")
    return rows if account is None else rows.filter(account_id=account)


def rights_of(account: UUID, at: datetime) -> Rights:
    """All that an account may at a moment; nothing where it is closed. One statement."""
    return Rights(tuple(granted for granted in map(_granted, _standing(account)) if granted.holds(at)))


def _granted(row: Grant) -> Granted:
    jurisdiction = Jurisdiction(Area(row.jurisdiction_kind), row.jurisdiction_id)
    return Granted(Role(row.role), jurisdiction, row.starts_at, row.ends_at, row.deputy_for_id)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who has joined: who they are in the ledger, and where they may do what was asked about."""

    actor: UUID
    name: str
    scope: Scope


def colleagues(permission: Permission, at: datetime) -> list[Colleague]:
    """Who has an open account and may do this somewhere, by name; one statement."""
    granted: dict[tuple[str, UUID], list[Granted]] = {}
    for row in _standing().select_related("account__actor"):
        if (one := _granted(row)).holds(at):
            granted.setdefault((row.account.actor.name, row.account.actor_id), []).append(one)
    found = [(actor, name, Rights(tuple(all_)).scope(permission)) for (name, actor), all_ in sorted(granted.items())]
    return [Colleague(actor, name, scope) for actor, name, scope in found if not scope.is_empty]


@dataclass(frozen=True, slots=True)
class DeputyRow:
    """Somebody stands in for somebody else, until when."""

    name: str
    ends_at: datetime


def deputies_at(at: datetime) -> dict[UUID, list[DeputyRow]]:
    """{actor: who stands in for them at a moment}, each once, by name; one statement."""
    rows = _standing().exclude(deputy_for=None).select_related("account__actor", "deputy_for")
    found: dict[UUID, dict[str, DeputyRow]] = {}
    for row in rows:
        if row.deputy_for is not None and row.ends_at is not None and _granted(row).holds(at):
            theirs, name = found.setdefault(row.deputy_for.actor_id, {}), row.account.actor.name
            theirs[name] = DeputyRow(name, max(row.ends_at, theirs[name].ends_at) if name in theirs else row.ends_at)
    return {actor: [theirs[name] for name in sorted(theirs)] for actor, theirs in found.items()}


def open_accounts(limit: int) -> list[tuple[str, str]]:
    """(user name, name) of those who may sign in or have been let in, by name, at most so many; one statement."""
    rows = Account.objects.filter(is_active=True).order_by("actor__name", "username")
    return list(rows.values_list("username", "actor__name")[:limit])


def is_last_administrator(*, account: UUID, at: datetime, without: UUID | None = None) -> bool:
    """Whether nobody could manage accounts for the whole city any more without this account (or this one grant).

    A deputy does not count: their rights end by themselves.
    """
    rows = _standing().filter(role=Role.ADMINISTRATOR, deputy_for=None)
    holders = {(row.id, row.account_id) for row in rows if _granted(row) == _lasting(row) and _granted(row).holds(at)}
    mine = {(grant, holder) for grant, holder in holders if holder == account and without in (None, grant)}
    return bool(mine) and holders == mine


def _lasting(row: Grant) -> Granted:
    """The same role without an end and for the whole city: what the last administrator must have."""
    return Granted(Role(row.role), WHOLE_CITY, row.starts_at)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role as it stands, with the grant's id by which it is withdrawn."""

    id: UUID
    granted: Granted


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account for the list: who, since when, with which roles; `invited` while a link is open."""

    id: UUID
    username: str
    name: str
    language: str
    is_active: bool
    has_password: bool
    invited: bool
    last_sign_in_at: datetime | None
    grants: tuple[GrantRow, ...]


def is_grant_of(grant: UUID, account: UUID) -> bool:
    """Whether this is a role that was given to this account, withdrawn or not; one statement."""
    return Grant.objects.filter(id=grant, account_id=account, withdraws=None).exists()


def list_accounts(at: datetime, after: str = "", limit: int = 100) -> list[AccountRow]:
    """Accounts by user name, one page from `after` on, with the roles that hold or will; three statements."""
    accounts = Account.objects.select_related("actor").filter(username__gt=after).order_by("username")[:limit]
    return _rows(list(accounts), at)


def count_accounts() -> int:
    """How many accounts there are, open and closed; one statement."""
    return Account.objects.count()


def account_row(account: Account, at: datetime) -> AccountRow:
    """The same of one account."""
    return _rows([account], at)[0]


def _rows(found: list[Account], at: datetime) -> list[AccountRow]:
    ids = [account.id for account in found]
    grants: dict[UUID, list[GrantRow]] = {}
    for row in _standing().filter(account_id__in=ids):
        granted = _granted(row)
        if granted.ends_at is None or at < granted.ends_at:
            grants.setdefault(row.account_id, []).append(GrantRow(row.id, granted))
    open_links = Invitation.objects.filter(account_id__in=ids, expires_at__gt=at).values_list("account_id", flat=True)
    invited = set(open_links)
    return [
        AccountRow(
            account.id,
            account.username,
            account.actor.name,
            account.language,
            account.is_active,
            account.has_usable_password(),
            account.id in invited,
            account.last_login,
            tuple(grants.get(account.id, ())),
        )
        for account in found
    ]


def actors_of(usernames: Collection[str]) -> dict[str, UUID]:
    """{user name as it was given: who that is in the ledger}, their account open or closed; one statement."""
    normal = {name: normal_username(name) for name in usernames}
    found = dict(Account.objects.filter(username__in={*normal.values()}).values_list("username", "actor_id"))
    return {name: found[one] for name, one in normal.items() if one in found}


def account_by_name(username: str) -> Account | None:
    """The account of that user name, open or closed; what can be no user name is nobody's."""
    if username_fault(normal_username(username)):
        return None
    try:
        return Account.objects.get_by_natural_key(username)
    except Account.DoesNotExist:
        return None


def invited(secret: str, at: datetime) -> Account | None:
    """Whose link this is, as long as it holds."""
    digest = secret_digest(secret)
    link = Invitation.objects.select_related("account__actor").filter(digest=digest, expires_at__gt=at).first()
    return link.account if link and link.account.is_active else None


def account_by_token(secret: str, at: datetime) -> tuple[Account, bool] | None:
    """(account, whether it may only read) of a token that holds; None for any other text. One statement."""
    digest = secret_digest(secret)
    row = (
        Token.objects.select_related("account__actor")
        .filter(digest=digest, revoked_at=None, expires_at__gt=at, account__is_active=True)
        .first()
    )
    return (row.account, row.read_only) if row else None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that was made; what it is told by was shown once and is not kept."""

    id: UUID
    name: str
    read_only: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def tokens_of(account: UUID) -> list[TokenRow]:
    """An account's tokens, the newest first, those that have ended too; one statement."""
    columns = ("id", "name", "read_only", "created_at", "expires_at", "revoked_at")
    rows = Token.objects.filter(account_id=account).order_by("-created_at", "-id")
    return [TokenRow(*row) for row in rows.values_list(*columns)]


# --- who looked at whom -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookRow:
    """Somebody saw people's data: `count` people on one page or in one export."""

    entry: int
    at: datetime
    username: str
    name: str
    page: str
    purpose: str
    reason: str
    subject: UUID | None
    count: int


def list_looks(
    *,
    account: UUID | None = None,
    subject: Iterable[UUID] = (),
    purpose: str | None = None,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[LookRow]:
    """Looks, the newest first, one page before a ledger number; one statement. From `since` on, before `until`.

    `subject` finds those who opened this person's own page (give all the ids merged into one).
    """
    # Whom a list showed is left where it is: of an export it is megabytes.
    rows = Look.objects.select_related("entry", "account__actor").defer("listed").order_by("-entry_id", "-id")
    if account is not None:
        rows = rows.filter(account_id=account)
    if wanted := list(subject):
        rows = rows.filter(subject_id__in=wanted)
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    rows = _between(rows, since, until)
    if before is not None:
        rows = rows.filter(entry_id__lt=before)
    return [_look(row) for row in rows[:limit]]


def _between(rows: QuerySet[Look], since: datetime | None, until: datetime | None) -> QuerySet[Look]:
    if since is not None:
        rows = rows.filter(entry__at__gte=since)
    return rows if until is None else rows.filter(entry__at__lt=until)


@dataclass(frozen=True, slots=True)
class Looker:
    """One account's looks in a time: how many, how many people they showed, how many without a duty, by emergency."""

    username: str
    name: str
    looks: int
    people: int
    without_duty: int
    emergencies: int


def lookers(since: datetime, until: datetime | None = None, limit: int = 20) -> list[Looker]:
    """Who saw most people's data in a time, the most first; a person seen twice counts twice. One statement."""
    rows = _between(Look.objects.all(), since, until).values("account__username", "account__actor__name")
    counted = rows.annotate(
        looks=Count("id"),
        people=Sum("count"),
        without=Count("id", filter=~Q(purpose=Purpose.DUTY.value)),
        loud=Count("id", filter=Q(purpose=Purpose.EMERGENCY.value)),
    ).order_by("-people", "account__username")
    names = ("account__username", "account__actor__name", "looks", "people", "without", "loud")
    return [Looker(*row) for row in counted.values_list(*names)[:limit]]


# Few, since an export may list everybody.
LOOKS_AT_A_TIME = 50


def listed_looks(
    subject: UUID, since: datetime, until: datetime | None = None, account: UUID | None = None, limit: int = 1000
) -> list[LookRow]:
    """Who had this person on a list they saw, since a moment, the newest first, at most so many.

    Reads every list seen since then: for an audit of days, not for a page that is opened often.
    """
    wanted = subject.bytes
    rows = _between(Look.objects.select_related("entry", "account__actor"), since, until).exclude(listed=b"")
    if account is not None:
        rows = rows.filter(account_id=account)
    read = rows.order_by("-entry_id", "-id").iterator(chunk_size=LOOKS_AT_A_TIME)
    found = (row for row in read if _contains(bytes(row.listed), wanted))
    return [_look(row) for row in islice(found, limit)]


def _look(row: Look) -> LookRow:
    return LookRow(
        row.entry_id,
        row.entry.at,
        row.account.username,
        row.account.actor.name,
        row.page,
        row.purpose,
        row.entry.purpose,
        row.subject_id,
        row.count,
    )


def _contains(listed: bytes, wanted: bytes) -> bool:
    """Whether one of the ids, 16 bytes each, is the wanted one; a match across two of them is none."""
    at = listed.find(wanted)
    while at % 16 and at != -1:
        at = listed.find(wanted, at + 1)
    return at != -1
