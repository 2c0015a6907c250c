"""Writes of accounts: opened and closed, roles given and withdrawn, invitations, tokens, looks."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mainstay.accounts import queries
from mainstay.accounts.models import Account, Grant, Invitation, Look, Token
from mainstay.accounts.rules import (
    FIRST_ROLES,
    INVITATION_HOLDS,
    LONGEST_TOKEN,
    WHOLE_CITY,
    Jurisdiction,
    Purpose,
    Role,
    grant_fault,
    normal_username,
    secret_digest,
    username_fault,
)
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id
from mainstay.platform.models import Actor, Instance

ACCOUNT_NAME = code("account.name", "A user name cannot be one, or is taken.")
ACCOUNT_UNKNOWN = code("account.unknown", "There is no such account, role given, invitation or token.")
ACCOUNT_PASSWORD = code("account.password", "A password is too weak.")
ACCOUNT_OWN = code("account.own_rights", "Somebody would change their own rights.")
ACCOUNT_LAST = code("account.last_administrator", "Nobody would be left to manage accounts.")
ACCOUNT_FIRST = code("account.not_first", "There are accounts already; one of their holders makes the next.")
GRANT_REFUSED = code("account.grant", "A role cannot be given as asked.")
CLOSING_REASON = code("account.reason", "An account would be closed without a reason.")
TOKEN_REFUSED = code("account.token", "A token cannot be made as asked.")


# --- accounts -----------------------------------------------------------------------------------------


def open_account(*, username: str, name: str, by: Actor, at: datetime, language: str = "en") -> Account:
    """An account that cannot sign in yet: it has neither a password nor a right. What its holder writes stands
    under `name`; where a post's holder bears that name and has no account, this becomes theirs.

    Raises `account.name`.
    """
    normal = normal_username(username)
    fault = username_fault(normal) or ("" if _is_text(name) else "give the person's name")
    if fault:
        raise MainstayError(ACCOUNT_NAME, f"'{username}' cannot be a user name: {fault}.", {"username": username})
    try:
        with transaction.atomic():
            account = Account(
                username=normal, actor=_actor(name.strip()[:100], normal), language=language, created_at=at
            )
            account.set_unusable_password()
            account.save(force_insert=True)
            ledger.note(by=by, at=at, verb="account.open", purpose=normal)
    except IntegrityError as error:
        raise MainstayError(
            ACCOUNT_NAME, f"The user name '{normal}' is taken; choose another.", {"username": normal}
        ) from error
    return account


def _is_text(given: str) -> bool:
    """Whether something is said, in characters that a database keeps."""
    return bool(given.strip()) and "\0" not in given


def _actor(name: str, username: str) -> Actor:
    """Who the account's holder is in the ledger; of two persons of one name the second bears the user name too."""
    found = ledger.actor(name)
    if found.kind != Actor.Kind.PERSON or Account.objects.filter(actor=found).exists():
        return ledger.actor(f"{name[:35]} ({username})")
    return found


def open_first_account(*, username: str, name: str, by: Actor, at: datetime, language: str = "en") -> Account:
    """The first account of an instance, for the whole city: whoever sets up leads until rights are divided.

    Raises `account.not_first` where there is one already, of two at once for the second.
    """
    with transaction.atomic():
        # One row to queue at, so that of two first accounts one is refused.
        Instance.objects.select_for_update().get(id=1)
        if Account.objects.exists():
            raise MainstayError(
                ACCOUNT_FIRST, "There are accounts already; ask one of their administrators to make yours."
            )
        account = open_account(username=username, name=name, by=by, at=at, language=language)
        rows = [_grant(account, role, WHOLE_CITY, at, None, None) for role in FIRST_ROLES]
        ledger.append(rows, by=by, at=at, verb="account.grant", purpose=account.username)
        return account


def close_account(*, account: Account, reason: str, by: Actor, at: datetime) -> None:
    """No more sign-in from this moment; what was written stays. Sessions and tokens end with it.

    Raises `account.reason`, `account.own_rights`, `account.last_administrator`.
    """
    if not _is_text(reason):
        raise MainstayError(CLOSING_REASON, "Say why the account is closed.", {"field": "reason"})
    with transaction.atomic():
        _hold_administrators()
        _refuse_own(account, by)
        if queries.is_last_administrator(account=account.id, at=at):
            raise _last()
        Account.objects.filter(id=account.id).update(is_active=False)
        Invitation.objects.filter(account=account).delete()
        Token.objects.filter(account=account, revoked_at=None).update(revoked_at=at)
        ledger.note(by=by, at=at, verb="account.close", source=account.username, purpose=reason[:200])


# --- invitations and passwords ------------------------------------------------------------------------


def invite(*, account: Account, by: Actor, at: datetime) -> str:
    """The secret of a link by which the account's holder sets a password; any earlier link ends with it."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(account=account).delete()
        Invitation.objects.create(digest=secret_digest(secret), account=account, expires_at=at + INVITATION_HOLDS)
        ledger.note(by=by, at=at, verb="account.invite", purpose=account.username)
    return secret


def accept(*, secret: str, password: str, at: datetime) -> Account:
    """Set the password by an invitation, which ends with it; raises `account.unknown`, `account.password`."""
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update()
            .select_related("account__actor")
            .filter(digest=secret_digest(secret), expires_at__gt=at, account__is_active=True)
            .first()
        )
        if invitation is None:
            raise MainstayError(
                ACCOUNT_UNKNOWN, "This link has been used or has run out; ask for a new one from whoever sent it."
            )
        account = invitation.account
        set_password(account=account, password=password, by=account.actor, at=at)
        invitation.delete()
        return account


def check_password(*, password: str, username: str) -> None:
    """Raise `account.password` with what a password lacks; writes nothing."""
    try:
        validate_password(password, Account(username=username))
    except ValidationError as error:
        raise MainstayError(ACCOUNT_PASSWORD, " ".join(error.messages)) from error


def set_password(*, account: Account, password: str, by: Actor, at: datetime) -> None:
    """A new password; raises `account.password` with what it lacks. All other sessions end with it."""
    check_password(password=password, username=account.username)
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        ledger.note(by=by, at=at, verb="account.password", purpose=account.username)


# --- roles --------------------------------------------------------------------------------------------


def give_role(
    *,
    account: Account,
    role: Role,
    jurisdiction: Jurisdiction,
    by: Actor,
    at: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    deputy_for: Account | None = None,
) -> UUID:
    """Give a role for a jurisdiction, from now or `starts_at` on; the grant's id. A deputy's must have an end.

    Raises `account.grant`, `account.own_rights`.
    """
    _refuse_own(account, by)
    starts = starts_at or at
    fault = grant_fault(jurisdiction, starts, ends_at, deputy=deputy_for is not None)
    if not fault and deputy_for is not None and deputy_for.id == account.id:
        fault = "nobody is their own deputy; name somebody else"
    if fault:
        raise MainstayError(GRANT_REFUSED, f"The role cannot be given so: {fault}.", {"role": role.value})
    row = _grant(account, role, jurisdiction, starts, ends_at, deputy_for)
    ledger.append([row], by=by, at=at, verb="account.grant", purpose=account.username)
    return row.id


def appoint_deputy(*, principal: Account, deputy: Account, ends_at: datetime, by: Actor, at: datetime) -> int:
    """Give somebody all the rights another has of their own, until a day; how many roles that were.

    Raises `account.grant`, `account.own_rights` where the deputy would appoint themselves.
    """
    own = [one for one in queries.rights_of(principal.id, at).granted if one.deputy_for is None]
    if not own:
        raise MainstayError(GRANT_REFUSED, f"'{principal.username}' has no role of their own to be represented in.")
    with transaction.atomic():
        for one in own:
            give_role(
                account=deputy,
                role=one.role,
                jurisdiction=one.jurisdiction,
                by=by,
                at=at,
                ends_at=min(ends_at, one.ends_at or ends_at),
                deputy_for=principal,
            )
    return len(own)


def withdraw_role(*, grant: UUID, by: Actor, at: datetime) -> bool:
    """End a role that was given; whether that changed anything (not where it was withdrawn before).

    Raises `account.unknown`, `account.own_rights`, `account.last_administrator`.
    """
    with transaction.atomic():
        _hold_administrators()
        given = Grant.objects.select_related("account").filter(id=grant, withdraws=None).first()
        if given is None:
            raise MainstayError(ACCOUNT_UNKNOWN, f"There is no role given under {grant}; read the account again.")
        _refuse_own(given.account, by)
        if Grant.objects.filter(withdraws=given).exists():
            return False
        if given.role == Role.ADMINISTRATOR and queries.is_last_administrator(
            account=given.account_id, at=at, without=grant
        ):
            raise _last()
        row = Grant(
            id=new_id(),
            account=given.account,
            role=given.role,
            jurisdiction_kind=given.jurisdiction_kind,
            jurisdiction_id=given.jurisdiction_id,
            starts_at=at,
            ends_at=at,
            withdraws=given,
        )
        ledger.append([row], by=by, at=at, verb="account.withdraw", purpose=given.account.username)
        return True


def _grant(
    account: Account,
    role: Role,
    jurisdiction: Jurisdiction,
    starts_at: datetime,
    ends_at: datetime | None,
    deputy_for: Account | None,
) -> Grant:
    return Grant(
        id=new_id(),
        account=account,
        role=role.value,
        jurisdiction_kind=jurisdiction.kind.value,
        jurisdiction_id=jurisdiction.id,
        starts_at=starts_at,
        ends_at=ends_at,
        deputy_for=deputy_for,
    )


def _refuse_own(account: Account, by: Actor) -> None:
    if account.actor_id == by.id:
        raise MainstayError(
            ACCOUNT_OWN, "Nobody changes their own rights; ask another administrator.", {"account": account.username}
        )


def _hold_administrators() -> None:
    """Two administrators who remove each other queue here, so that one stays."""
    Instance.objects.select_for_update().get(id=1)


def _last() -> MainstayError:
    return MainstayError(
        ACCOUNT_LAST, "This is the last administrator for the whole city; give somebody else that role first."
    )


# --- tokens -------------------------------------------------------------------------------------------


def make_token(
    *, account: Account, name: str, holds: timedelta, by: Actor, at: datetime, read_only: bool = True
) -> str:
    """The secret of a token by which a program acts as this account, for as long as it holds.

    Raises `account.token`.
    """
    if not _is_text(name) or not timedelta() < holds <= LONGEST_TOKEN:
        raise MainstayError(
            TOKEN_REFUSED, f"A token needs a name that says what it is for, and holds 1 to {LONGEST_TOKEN.days} days."
        )
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Token.objects.create(
            account=account,
            name=name.strip()[:100],
            digest=secret_digest(secret),
            read_only=read_only,
            created_at=at,
            expires_at=at + holds,
        )
        ledger.note(by=by, at=at, verb="account.token", source=account.username, purpose=name.strip()[:200])
    return secret


def revoke_token(*, token: UUID, by: Actor, at: datetime) -> bool:
    """End a token at once; whether that changed anything. Raises `account.unknown`."""
    with transaction.atomic():
        row = Token.objects.select_for_update().select_related("account").filter(id=token).first()
        if row is None:
            raise MainstayError(ACCOUNT_UNKNOWN, f"There is no token {token}; read the list again.")
        if row.revoked_at is not None:
            return False
        Token.objects.filter(id=token).update(revoked_at=at)
        ledger.note(by=by, at=at, verb="account.revoke", source=row.account.username, purpose=row.name)
        return True


# --- looks --------------------------------------------------------------------------------------------


def record_look(
    *,
    account: Account,
    page: str,
    purpose: Purpose,
    by: Actor,
    at: datetime,
    subject: UUID | None = None,
    listed: Collection[UUID] = (),
    records: bytes = b"",
    duty: UUID | None = None,
    reason: str = "",
) -> None:
    """That somebody saw the data of one person, or of all on a list: one entry for a page or an export.

    `records`: the list of an export as its ids, 16 bytes each, where as objects they would be too many.
    """
    shown = records or b"".join(one.bytes for one in listed)
    row = Look(
        id=new_id(),
        account=account,
        page=page,
        purpose=purpose.value,
        duty_id=duty,
        subject_id=subject,
        listed=shown,
        count=len(shown) // 16 + (subject is not None),
    )
    ledger.append([row], by=by, at=at, verb=ledger.LOOK, source=page, purpose=reason[:200] or purpose.value)
