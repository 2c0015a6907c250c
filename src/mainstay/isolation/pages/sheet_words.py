"""What stands on the sheet that is handed over, for the page that prints it and for programs that do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainstay.isolation.pages import said
from mainstay.isolation.pages.order import terms
from mainstay.people.pages import words
from mainstay.people.queries import ReadAs
from mainstay.platform.clock import local_date
from mainstay.reports.queries.orders import OrderRow
from mainstay.reports.queries.whereabouts import where_are

LANGUAGES = {"en": "English", "zh-hans": "简体", "zh-hant": "繁體"}
ALL = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the sentences beneath it."""

    heading: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Term:
    """One of the order's own words and times, with what it is called."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet in one language, from above to below; `left` and `ends_by_itself` are empty once it is over."""

    language: str
    title: str
    heading: str
    name: str
    left: str
    ends_by_itself: str
    terms: list[Term]
    objecting: Part
    meanwhile: Part
    by_pen: list[str]


def languages(asked: str, own: str) -> list[str]:
    """In which languages: the one asked for, all, else the reader's own."""
    own = own if own in LANGUAGES else "en"
    return list(LANGUAGES) if asked == ALL else [asked if asked in LANGUAGES else own]


def sheets(row: OrderRow, wanted: list[str], at: datetime, zone: str) -> list[Sheet]:
    """An order's sheets as they read at a moment, in the city's time."""
    kind, place = where_are([row.person], at, ReadAs())[row.person]
    found = []
    with timezone.override(ZoneInfo(zone)):
        for language in wanted:
            with translation.override(language):
                found.append(_sheet(language, row, words.where(kind, place) or _("where you are now"), at, zone))
    return found


def _sheet(language: str, row: OrderRow, where: str, at: datetime, zone: str) -> Sheet:
    today = local_date(at, zone)
    days = (local_date(row.paper.ends, zone) - today).days
    left = ngettext("%(days)s day left.", "%(days)s days left.", days) % {"days": days} if days > 0 else ""
    told = terms(row, at, today)
    is_over = at >= row.paper.ends or row.paper.released
    by_itself = _(
        "It ends by itself. It is looked at again by %(review)s, and ends sooner if it is no longer needed."
    ) % {"review": told["review"]}
    return Sheet(
        language=language,
        title=said.title(row),
        heading=_("This order has ended.") if is_over else _heading(row.kind, where, told["ends"]),
        name=words.called(row.name, row.person),
        left="" if is_over else left,
        ends_by_itself="" if is_over else by_itself,
        terms=[
            Term(_("Why"), row.reason),
            Term(_("By what law"), row.basis),
            Term(_("Given by"), f"{row.official}. {told['writing']}" if row.paper.oral else row.official),
            Term(_("From, to"), _("%(starts)s to %(ends)s") % {"starts": told["starts"], "ends": told["ends"]}),
        ],
        objecting=_objecting(),
        meanwhile=_meanwhile(),
        by_pen=[
            _("Telephone for objections"), _("Brought by"), _("Day and time"), _("Received (this is not consent)"),
        ],
    )  # fmt: skip


def _heading(kind: str, where: str, ends: str) -> str:
    if kind == "isolation":
        return _("Stay %(where)s for isolation, until %(ends)s") % {"where": where, "ends": ends}
    return _("Stay %(where)s for quarantine, until %(ends)s") % {"where": where, "ends": ends}


def _objecting() -> Part:
    return Part(
        _("If you do not agree"),
        [
            _(
                "Say so to whoever brings this sheet, by telephone, in person or on paper, in any language. Nobody "
                "needs a form. It costs nothing, and nobody may hold it against you."
            ),
            _("It is written down in your words. You may ask to see what this order rests on."),
            _("Somebody other than the official named above decides within 48 hours and tells you why."),
            _("If you are right, you are free at once, and what followed from the error is undone."),
        ],
    )


def _meanwhile() -> Part:
    return Part(
        _("Meanwhile"),
        [
            _("Your door is not locked. Fire, a birth, dialysis and any emergency pass at once."),
            _("Say if you look after somebody, a child or an animal, or need medicine or food: it is seen to."),
            _("Your neighbours are not told why."),
        ],
    )
