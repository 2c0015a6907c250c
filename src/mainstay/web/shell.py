"""What stands around a page: who looks, at which moment, and which pages are theirs to open.

A page's door puts a `Shell` on the request (`request.shell`); the context processor hands it to the templates. Which
entries a role may open is decided there, not here: the rail shows what it is given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Entry:
    """A page named in the rail. Its address is the URL pattern of the same name as its key."""

    key: str
    title: str | Promise
    group: str


GROUPS: dict[str, str | Promise] = {
    "begin": "",
    "lead": pgettext_lazy("group of pages", "Lead"),
    "treat": pgettext_lazy("group of pages", "Find and treat"),
    "city": pgettext_lazy("group of pages", "City"),
    "account": pgettext_lazy("group of pages", "Account"),
}

ENTRIES: tuple[Entry, ...] = (
    Entry("start", _("Start"), "begin"),
    Entry("list", _("The list"), "begin"),
    Entry("who-to-call", _("Who to call"), "begin"),
    Entry("tonight", _("Tonight"), "begin"),
    Entry("files", _("Files received"), "begin"),
    Entry("today", _("Today"), "lead"),
    Entry("decisions", _("Decisions"), "lead"),
    Entry("duties", _("Duties"), "lead"),
    Entry("posts", _("Posts"), "lead"),
    Entry("protocol", _("Protocol"), "lead"),
    Entry("meetings", _("Meetings and notices"), "lead"),
    Entry("line-list", _("Line list"), "treat"),
    Entry("tracing", _("Tracing"), "treat"),
    Entry("feeds", _("Feeds and links"), "treat"),
    Entry("beds", _("Beds"), "treat"),
    Entry("sites", _("Sites and stays"), "treat"),
    Entry("isolation-orders", _("Orders and objections"), "treat"),
    Entry("grid", _("Grid"), "city"),
    Entry("checkpoints", _("Checkpoints"), "city"),
    Entry("supplies", _("Supplies"), "city"),
    Entry("orders", _("Household orders"), "city"),
    Entry("teams", _("Teams and rotas"), "city"),
    Entry("report", _("Situation report"), "account"),
    Entry("inspections", _("Inspections"), "account"),
    Entry("funds", _("Funds"), "account"),
    Entry("accounts", _("Accounts"), "account"),
    Entry("jobs", _("Jobs"), "account"),
    Entry("audit", _("Audit"), "account"),
)

# Of no rail: it stands in the bar, and among a phone's tabs. The name of its URL pattern too.
FIND = "find"
# Of the five tabs of a phone three are pages, these where they may be opened; the other two are Find and More.
TABS = ("today", "duties", "decisions")
# Where one of the three is missing, whoever telephones has theirs: it is the page that a phone is held for.
CALLS = "who-to-call"
PAGES_AMONG_TABS = 3


@dataclass(frozen=True)
class Link:
    """An entry as it stands in the rail or among the tabs: with its address, and how many wait there."""

    key: str
    title: str | Promise
    url: str
    active: bool
    waiting: int = 0


@dataclass(frozen=True)
class Group:
    """Entries of the rail under one heading (the first group of a new instance has none)."""

    key: str
    title: str | Promise
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Account:
    """Who looks: name and post as they are shown, and where their own page is."""

    name: str
    post: str = ""
    url: str = ""


@dataclass(frozen=True)
class Moment:
    """As of when, as known when, already written out. Not live: nothing can be entered or decided.

    `stands`: the instance's own time stands there (a demonstration), and what is entered is entered then.
    """

    as_of: str
    known_at: str
    live: bool = True
    short: str = ""  # for a phone's narrow bar
    seal: int | None = None
    change_url: str = ""
    now_url: str = ""
    now: str = ""
    stands: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything the shell shows around a page."""

    groups: tuple[Group, ...] = ()
    tabs: tuple[Link, ...] = ()
    city: str = ""
    account: Account | None = None
    moment: Moment | None = None
    find_url: str = ""
    finding: bool = False  # this page is Find
    note: str | Promise = ""
    keys: bool = True
    languages: tuple[tuple[str, str], ...] = field(
        default=(("en", "English"), ("zh-hans", "简体"), ("zh-hant", "繁體")), init=False
    )

    @property
    def live(self) -> bool:
        return self.moment is None or self.moment.live


def shell(
    *,
    entries: Collection[str],
    active: str = "",
    waiting: Mapping[str, int] | None = None,
    city: str = "",
    account: Account | None = None,
    moment: Moment | None = None,
    find_url: str = "",
    note: str | Promise = "",
    keys: bool = True,
) -> Shell:
    """The shell of one request: `entries` are the keys of the pages that this person may open.

    waiting: how much waits behind an entry; left out of a page that shows another time, where it would be a
    number of now. Raises ValueError for a key that no page has.
    """
    unknown = set(entries) - {entry.key for entry in ENTRIES}
    if unknown:
        raise ValueError(
            f"no page is called {', '.join(sorted(unknown))}; the names stand in mainstay.web.shell.ENTRIES"
        )
    counts = dict(waiting or {}) if moment is None or moment.live else {}
    links = {
        entry.key: Link(entry.key, entry.title, address(entry.key), entry.key == active, counts.get(entry.key, 0))
        for entry in ENTRIES
        if entry.key in entries
    }
    return Shell(
        groups=_groups(links),
        tabs=_tabs(links),
        city=city,
        account=account,
        moment=moment,
        find_url=find_url,
        finding=active == FIND,
        note=note,
        keys=keys,
    )


def _tabs(links: Mapping[str, Link]) -> tuple[Link, ...]:
    """Those of the look; for who may open none of them, the first pages of their rail."""
    found = tuple(links[key] for key in TABS if key in links)
    if found and len(found) < PAGES_AMONG_TABS and CALLS in links:
        found += (links[CALLS],)
    return found or tuple(links.values())[:PAGES_AMONG_TABS]


def _groups(links: Mapping[str, Link]) -> tuple[Group, ...]:
    found = (
        Group(key, title, tuple(links[entry.key] for entry in ENTRIES if entry.group == key and entry.key in links))
        for key, title in GROUPS.items()
    )
    return tuple(group for group in found if group.links)


def address(key: str) -> str:
    """Where an entry leads; nothing as long as its page is not there."""
    try:
        return reverse(key)
    except NoReverseMatch:
        return ""


def context(request: HttpRequest) -> dict[str, Shell]:
    """For the templates: the shell that the page's door has put on the request, else an empty one."""
    return {"shell": getattr(request, "shell", None) or Shell()}
