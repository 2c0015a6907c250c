"""Words and plain values for the pages of accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.accounts import services
from mainstay.accounts.models import Account
from mainstay.accounts.queries import AccountRow
from mainstay.accounts.rules import (
    PERMISSIONS,
    Granted,
    Jurisdiction,
    Permission,
    Purpose,
    Rights,
    Role,
)
from mainstay.organisations import queries as organisations
from mainstay.platform.clock import day_end
from mainstay.platform.errors import MainstayError

ROLES = {
    Role.COMMAND: gettext_lazy("Command"),
    Role.EPIDEMIOLOGIST: gettext_lazy("Epidemiologist"),
    Role.TRACER: gettext_lazy("Tracer"),
    Role.DISTRICT_OFFICER: gettext_lazy("District officer"),
    Role.COMMUNITY_WORKER: gettext_lazy("Community worker"),
    Role.CLINICIAN: gettext_lazy("Clinician"),
    Role.LABORATORY: gettext_lazy("Laboratory"),
    Role.SITE_MANAGER: gettext_lazy("Quarantine-site manager"),
    Role.DATA_CLERK: gettext_lazy("Data clerk"),
    Role.OBJECTIONS_OFFICER: gettext_lazy("Objections officer"),
    Role.AUDITOR: gettext_lazy("Auditor"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator of accounts"),
}

DEEDS = {
    Permission.SEE_FIGURES: gettext_lazy("see figures"),
    Permission.SEE_PROTOCOL: gettext_lazy("read the protocol"),
    Permission.SEE_PEOPLE: gettext_lazy("see people"),
    Permission.RECORD_FACTS: gettext_lazy("record what was found and done"),
    Permission.CLASSIFY: gettext_lazy("classify"),
    Permission.RECORD_RESULTS: gettext_lazy("record laboratory results"),
    Permission.SEE_DUTIES: gettext_lazy("see duties"),
    Permission.ASSIGN_DUTIES: gettext_lazy("hand duties over"),
    Permission.TAKE_IN_FILES: gettext_lazy("take in files"),
    Permission.MEND_ROWS: gettext_lazy("mend rows"),
    Permission.GIVE_ORDERS: gettext_lazy("give orders"),
    Permission.DECIDE_OBJECTIONS: gettext_lazy("decide objections"),
    Permission.EXPORT_PEOPLE: gettext_lazy("export people"),
    Permission.CLOSE_PERIOD: gettext_lazy("close the day"),
    Permission.CHANGE_PROTOCOL: gettext_lazy("change the protocol"),
    Permission.SEE_AUDIT: gettext_lazy("see who looked at whom"),
    Permission.MANAGE_ACCOUNTS: gettext_lazy("manage accounts"),
}

PURPOSES = {
    Purpose.DUTY: gettext_lazy("a duty of theirs"),
    Purpose.QUALITY: gettext_lazy("mending data"),
    Purpose.INVESTIGATION: gettext_lazy("investigation"),
    Purpose.REQUEST: gettext_lazy("the person asked"),
    Purpose.SUPERVISION: gettext_lazy("supervision"),
    Purpose.EMERGENCY: gettext_lazy("emergency"),
}

# At which field of a form an error stands; what names none stands above it.
FIELDS = {
    services.ACCOUNT_NAME: "username",
    services.ACCOUNT_PASSWORD: "password",
    services.ACCOUNT_FIRST: "form",
}


def by_field(error: MainstayError) -> dict[str, str]:
    """The sentence at the field it is about."""
    return {str(error.facts.get("field") or FIELDS.get(error.code, "form")): error.sentence}


# --- what is typed ------------------------------------------------------------------------------------


def until(given: str, zone: str, required: bool = True) -> datetime | None:
    """The end of the day that was typed; None for nothing where that may be."""
    if not given and not required:
        return None
    try:
        return day_end(date.fromisoformat(given), zone)
    except (ValueError, OverflowError) as error:
        raise MainstayError(
            services.GRANT_REFUSED, _("Give the last day, like 2020-02-14."), {"field": "until"}
        ) from error


def jurisdiction(code: str) -> Jurisdiction:
    """What bears the code that was typed; the city for nothing."""
    found = organisations.jurisdiction(code.strip())
    if found is None:
        sentence = _("No district, community, unit or facility has this code.")
        raise MainstayError(services.GRANT_REFUSED, sentence, {"field": "for"})
    return found


# --- pages --------------------------------------------------------------------------------------------


def own_page(account: Account, rights: Rights, errors: dict[str, str], given: Mapping[str, str]) -> dict[str, Any]:
    names = _bounds(rights.granted)
    return {
        "name": account.actor.name,
        "username": account.username,
        "roles": [_role_row(one, names) for one in rights.granted],
        "errors": errors,
        "given": given,
    }


def accounts_page(
    rows: list[AccountRow], count: int, limit: int, errors: dict[str, str], given: Mapping[str, str]
) -> dict[str, Any]:
    shown = rows[:limit]
    return {
        "count": count,
        "next": f"?{urlencode({'after': shown[-1].username})}" if len(rows) > limit else "",
        "rows": [
            {
                "username": row.username,
                "name": row.name,
                "state": _state(row),
                "roles": _(", ").join(dict.fromkeys(str(ROLES[one.granted.role]) for one in row.grants)),
            }
            for row in shown
        ],
        "errors": errors,
        "given": given,
    }


def account_page(
    row: AccountRow, posts: list[tuple[UUID, str]], errors: dict[str, str], given: Mapping[str, str]
) -> dict[str, Any]:
    names = _bounds([one.granted for one in row.grants])
    return {
        "row": row,
        "posts": posts,
        "state": _state(row),
        "grants": [{"id": one.id} | _role_row(one.granted, names) for one in row.grants],
        "choices": [(role.value, f"{word}: {_deeds(role)}") for role, word in ROLES.items()],
        "errors": errors,
        "given": given,
    }


def _role_row(one: Granted, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "role": ROLES[one.role],
        "may": _deeds(one.role),
        "where": names.get(one.jurisdiction.id, "") if one.jurisdiction.id else _("the whole city"),
        "ends_at": one.ends_at,
        "deputy": one.deputy_for is not None,
    }


def _deeds(role: Role) -> str:
    return _(", ").join(str(word) for deed, word in DEEDS.items() if deed in PERMISSIONS[role])


def _bounds(granted: Iterable[Granted]) -> dict[UUID, str]:
    """Names of the places and facilities that roles hold for."""
    named = organisations.jurisdictions_named(one.jurisdiction for one in granted)
    return {identity: name for identity, (_code, name) in named.items()}


def _state(row: AccountRow) -> str:
    if not row.is_active:
        return _("closed")
    if row.has_password:
        return _("active")
    return _("invited") if row.invited else _("not yet invited")


def qr(link: str) -> SafeString | str:
    """The link as a picture that a telephone reads; nothing without one."""
    if not link:
        return ""
    import segno

    drawn = segno.make(link, error="m").svg_inline(scale=5, border=2, svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(drawn)
