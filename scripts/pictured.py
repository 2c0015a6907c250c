"""Which picture is taken of which page: every route of the product, with what it shows or why it needs none.

`scripts/pictures.py --pages` takes them of a demonstration; a test holds this list against the routes and the folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Who reads: the officer on duty leads; oversight audits and decides objections; a tracer has a second factor.
NOBODY, OFFICER, OVERSIGHT, TRACER = "", "osprey", "bittern", "magpie"


@dataclass(frozen=True)
class Shown:
    """A page: whose it is, and which of the demonstration's things its address names (kwarg -> name of the thing)."""

    who: str = OFFICER
    needs: dict[str, str] = field(default_factory=dict)
    query: str = ""


_PERSON = {"person": "person"}

# route -> what is shown. Taken in this order: the first account is opened after the first page.
PICTURED: dict[str, Shown] = {
    "first": Shown(NOBODY),
    "account_login": Shown(NOBODY),
    "join": Shown(NOBODY, {"secret": "secret"}),
    "account_inactive": Shown(NOBODY),
    "mfa_authenticate": Shown(TRACER),  # between the password and the code
    "mfa_reauthenticate": Shown(TRACER),
    "mfa_deactivate_totp": Shown(TRACER),
    "mfa_view_recovery_codes": Shown(TRACER),
    "mfa_generate_recovery_codes": Shown(TRACER),
    "mfa_index": Shown(),
    "mfa_activate_totp": Shown(),
    "me": Shown(),
    "account_change_password": Shown(),
    "account_reauthenticate": Shown(),
    "account_logout": Shown(),
    "today": Shown(),
    "duties": Shown(query="?all=1"),
    "duty-rows": Shown(query="?all=1"),
    "visit": Shown(needs={"at": "door"}),
    "find": Shown(query="?q=heron+ald"),
    "posts": Shown(),
    "post": Shown(needs={"post": "post"}),
    "line-list": Shown(),
    "add-person": Shown(),
    "list-export": Shown(),
    "person": Shown(needs=_PERSON),
    "stays": Shown(needs=_PERSON),
    "case": Shown(needs=_PERSON),
    "explained": Shown(needs=_PERSON),
    "sheet": Shown(),
    "sheet-row": Shown(needs=_PERSON),
    "tracing": Shown(),
    "contacts": Shown(needs=_PERSON),
    "who-to-call": Shown(query="?all=1"),
    "call": Shown(needs={"person": "called"}),
    "split": Shown(query="?all=1"),
    "isolation-orders": Shown(),
    "isolation-order": Shown(needs={"order": "order"}),
    "isolation-order-sheet": Shown(needs={"order": "order"}),
    "give-order": Shown(needs={"person": "owed_order"}),
    "objection": Shown(OVERSIGHT, {"objection": "objection"}),
    "protocol": Shown(),
    "protocol-changes": Shown(query="?old=covid-19.control.2&new=covid-19.control.5"),
    "protocol-cards": Shown(),
    "edition": Shown(needs={"edition": "edition"}),
    "clause": Shown(needs={"edition": "edition", "clause": "clause"}),
    "report": Shown(),
    "report_rows": Shown(query="?figure=confirmed_cumulative"),
    "coverage": Shown(),
    "coverage_rows": Shown(query="?number=overdue"),
    "reconciliation": Shown(),
    "tonight": Shown(),
    "files": Shown(),
    "files-new": Shown(),
    "files-check": Shown(needs={"digest": "digest"}),
    "delivery": Shown(needs={"identity": "delivery"}),
    "accounts": Shown(),
    "account": Shown(needs={"username": "colleague"}),
    "audit": Shown(OVERSIGHT),
    "jobs": Shown(),
}

# route -> why it has no picture of its own.
WITHOUT: dict[str, str] = {
    "home": "leads on to the first page of one's work",
    "set_language": "changes the language and leads back",
    "kept": "shows a form again whose session had ended, as it was typed",
    "take-back": "a button; leads back to the duties",
    "hand-over": "a button; leads back to who to call",
    "report-close": "a button; leads back to the report",
    "report-file": "gives a file",
    "delivery-back": "gives a file",
    "mfa_download_recovery_codes": "gives a file",
}

# Every page is taken in English on a light ground, at a desk and on a phone; these in the other languages too.
ALSO_SIMPLIFIED_DARK = ("today", "report", "protocol-cards", "files-check")
ALSO_TRADITIONAL = ("today", "visit", "call", "isolation-order-sheet", "tonight", "line-list")


def picture(route: str, size: str, variant: str = "") -> str:
    """The file's name, such as `who-to-call-phone.jpg`."""
    return f"{route.replace('_', '-')}{f'-{variant}' if variant else ''}-{size}.jpg"


def pictures() -> list[str]:
    """The names of all of them."""
    names = [picture(route, size) for route in PICTURED for size in ("desk", "phone")]
    names += [picture(route, "desk", "zh-hans-dark") for route in ALSO_SIMPLIFIED_DARK]
    return names + [picture(route, "phone", "zh-hant") for route in ALSO_TRADITIONAL]


def readme() -> str:
    """What docs/pictures/README.md says: written by the command, held by a test."""
    lines = [
        "# Pictures of every page",
        "",
        "Made by `python scripts/pictures.py --pages` from the invented city of `mainstay demo`; nobody is real.",
        "At a desk 1440 px wide, on a phone 390 px; long pages are cut. The list is `scripts/pictured.py`.",
        "The components (`components-…`, `another-time-…`) are those of `python scripts/pictures.py`.",
        "",
        "| page | desk | phone | other languages |",
        "|---|---|---|---|",
    ]
    for route in PICTURED:
        also = [f"[简体, dark]({picture(route, 'desk', 'zh-hans-dark')})"] if route in ALSO_SIMPLIFIED_DARK else []
        also += [f"[繁體]({picture(route, 'phone', 'zh-hant')})"] if route in ALSO_TRADITIONAL else []
        desk, phone = picture(route, "desk"), picture(route, "phone")
        lines.append(f"| `{route}` | [desk]({desk}) | [phone]({phone}) | {', '.join(also) or '–'} |")
    lines += ["", "Without a picture of their own:", ""]
    return "\n".join([*lines, *(f"- `{route}`: {why}" for route, why in WITHOUT.items()), ""])
