"""The gallery: each component in each state, inside the shell, with plainly invented people and numbers.

What tests and pictures look at. Its sums agree: 41 waiting = 3 + 6 + 9 + 23, 60 rows = 53 + 3 + 0 + 1 + 3.
"""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from mainstay.web.bars import capacity_bar, duty_bar
from mainstay.web.failures import session_ended
from mainstay.web.shell import ENTRIES, Account, Link, Moment, Shell, shell

BEGINNING = ("start", "list", "who-to-call", "tonight", "files")


def live(request: HttpRequest) -> HttpResponse:
    moment = Moment(_("Fri 14 Feb 14:40"), "14:40", short="14:40", change_url="#moment")
    return _gallery(request, _shell(moment))


def past(request: HttpRequest) -> HttpResponse:
    moment = Moment(
        _("Thu 13 Feb 24:00"),
        _("Fri 14 Feb 07:30"),
        live=False,
        short=_("13 Feb 24:00"),
        seal=33090,
        change_url="#moment",
        now_url="/components/",
        now="14:40",
    )
    return _gallery(request, _shell(moment))


def beginning(request: HttpRequest) -> HttpResponse:
    """A new instance: five pages."""
    made = shell(
        entries=BEGINNING,
        active="start",
        city=_("Day 0"),
        account=Account(_("Sun Yi-04"), _("First account, may do everything"), "#account"),
        moment=Moment(_("Wed 22 Jan 2031, 19:40"), "19:40", short="19:40"),
        find_url="/components/",
        note=_("Works without internet. All people and places are invented."),
    )
    return _gallery(request, _with_addresses(made))


def ended(request: HttpRequest) -> HttpResponse:
    kept = _("interview of Zhao Yi-22, 14 answers, last 14:09")
    return session_ended(request, name=_("Sun Yi-04"), kept=kept, sign_in_url="#sign-in")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def _shell(moment: Moment) -> Shell:
    made = shell(
        entries=[entry.key for entry in ENTRIES if entry.group != "begin"],
        active="today",
        waiting={"decisions": 6},
        city=_("Anlan City"),
        account=Account(_("Shen Ding-02"), _("Duty officer, command centre"), "#account"),
        moment=moment,
        find_url="/components/",
        note=_("Demonstration city. All people and places are invented."),
    )
    return _with_addresses(made)


def _with_addresses(made: Shell) -> Shell:
    """The pages themselves are not there yet: every entry leads back here, so that links look like links."""

    def there(links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(replace(link, url=link.url or "/components/") for link in links)

    groups = tuple(replace(group, links=there(group.links)) for group in made.groups)
    return replace(made, groups=groups, tabs=there(made.tabs))


def _gallery(request: HttpRequest, around: Shell) -> HttpResponse:
    request.shell = around
    return render(request, "gallery.html", _contents())


def _contents() -> dict[str, object]:
    return {
        "trail": [{"name": _("Anlan City"), "href": "#a"}, {"name": _("Dongbu"), "href": "#b"}, {"name": _("unit 04")}],
        "people": _people(),
        "duties": _duties(),
        "total": duty_bar(done=75, overdue=13, missed=2, in_time=10),
        "cycle": _cycle(),
        "decisions": _decisions(),
        "owners": _owners(),
        "places": _places(),
        "views": _views(),
        "cases": _cases(),
        "purposes": [("trace", _("Trace contacts")), ("treat", _("Treat"))],
        "for_duty": [("interview", _("Interview, 2 of 9 contacts"))],
        "sum": _sum(),
        "errors": [("onset", _("February has 28 days this year."))],
        "hostile": '"><script>alert(1)</script>',
    }


def _people() -> list[dict[str, object]]:
    rows = [
        ("confirmed", 588, 14, 585, 3, 3, _("3 h 20 min")),
        ("suspected", 131, 19, 125, 6, 2, _("4 h 05 min")),
        ("fever-patient", 340, 52, 331, 9, 1, _("2 h 10 min")),
        ("close-contact", 3871, 96, 3848, 23, 6, _("7 h 40 min")),
        ("discharged", 391, 21, 391, 0, 0, "–"),
        ("ruled-out", 204, 11, 204, 0, 0, "–"),
    ]
    names = ("kind", "known", "new", "placed", "waiting", "late", "longest")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _duties() -> list[dict[str, object]]:
    rows = [
        ("test", _("Test"), 3402, 46, 0, 868, _("5 h 10 min")),
        ("place", _("Place"), 1163, 12, 0, 29, _("2 h 05 min")),
        ("visit", _("Visit"), 211904, 191, 0, 136117, _("1 h 40 min")),
        ("phone", _("Follow up"), 5236, 31, 14, 2131, _("3 h 30 min")),
        ("relieve", _("Relieve"), 171, 2, 1, 90, _("25 min")),
        ("rectify", _("Rectify"), 74, 9, 0, 35, _("1 d 4 h")),
    ]
    found = []
    for icon, name, done, overdue, missed, in_time, longest in rows:
        bar = duty_bar(done=done, overdue=overdue, missed=missed, in_time=in_time)
        found.append(
            {"icon": icon, "name": name, "done": done, "overdue": overdue, "missed": missed, "in_time": in_time}
            | {"should": bar.total, "bar": bar, "longest": longest}
        )
    return found


def _cycle() -> list[dict[str, str]]:
    return [
        {"name": _("Sense"), "state": "done", "pace": _("done 06:10")},
        {"name": _("Link"), "state": "done", "pace": _("done 06:31")},
        {"name": _("Judge"), "state": "done", "pace": _("done 06:38")},
        {"name": _("Plan"), "state": "decide", "pace": _("3 of 7 not approved")},
        {"name": _("Act"), "state": "now", "pace": _("61 %, on pace for 18:57")},
        {"name": _("Account"), "state": "due", "pace": _("from 20:00")},
    ]


def _decisions() -> list[dict[str, str]]:
    rows = [
        ("beds", _("Beds: 42 admissions, 6 transfers"), _("Plan, 0.9 % from the best possible"), "15:00", _("Review")),
        ("supplies", _("Protective suits: 62 % of requests met"), _("Plan, 12 hospitals"), "16:00", _("Review")),
        ("plan", _("7 people with two facts that disagree"), _("Both kept; nobody released"), "18:00", _("Decide")),
        ("rectify", _("318 of 41,206 rail rows rejected"), _("242 share one cause"), "20:00", _("Repair")),
    ]
    left = (_("in 20 min"), _("in 1 h 20 min"), _("in 3 h 20 min"), _("in 5 h 20 min"))
    return [
        {"icon": icon, "what": what, "why": why, "by": _("by %(time)s") % {"time": by}, "verb": verb, "left": rest}
        for (icon, what, why, by, verb), rest in zip(rows, left, strict=True)
    ]


def _owners() -> list[dict[str, object]]:
    overdue = _("%(number)s overdue")
    return [
        {
            "name": _("Zhao Wu-05"),
            "post": _("Leader, Willow Bend units 04, 07, 11"),
            "overdue": overdue % {"number": 64},
        }
        | {"delay": _("1 h 40 min, raised 14:10"), "icon": "visit", "phone": "10000000105"},
        {"name": _("Qian Bing-09"), "post": _("Fever clinic desk, No. 3 Hospital"), "overdue": overdue % {"number": 31}}
        | {"delay": _("5 h 10 min, raised 11:30"), "icon": "test", "phone": "10000000109"},
        {"name": _("Vacant post"), "post": _("Tracing group 2"), "overdue": overdue % {"number": 28}}
        | {"delay": _("3 h 30 min, raised 13:10"), "icon": "phone", "phone": ""},
    ]


def _places() -> list[dict[str, object]]:
    return [
        {"name": _("Ward beds"), "bar": capacity_bar(occupied=1447, held=64, free=153), "free": 153, "all": 1664}
        | {"runs_out": _("Runs out Tue 18 Feb, likely 16–23 Feb"), "silent": ""},
        {"name": _("Intensive care"), "bar": capacity_bar(occupied=40, held=2, free=4), "free": 4, "all": 46}
        | {"runs_out": _("Runs out Sat 15 Feb, likely 14–17 Feb"), "silent": ""},
        {"name": _("East Dyke Clinic"), "bar": None, "free": 0, "all": 0, "runs_out": "", "silent": "06:00"},
    ]


def _views() -> list[dict[str, object]]:
    rows = [(_("Open cases"), 1545), (_("Confirmed"), 1012), (_("Result waiting over 24 h"), 38), (_("No onset"), 57)]
    return [
        {"name": name, "number": number, "href": "#view", "current": not place}
        for place, (name, number) in enumerate(rows)
    ]


def _cases() -> list[dict[str, object]]:
    return [
        {"name": _("Zhao Yi-22"), "kind": "confirmed", "severity": "severe", "onset": _("9 Feb"), "state": "overdue"}
        | {
            "word": _("1 overdue"),
            "result": ("done", _("ordered")),
            "where": _("No. 3 Hospital, 4B-12"),
            "row": "chosen",
        },
        {
            "name": _("Zhang Jia-43"),
            "kind": "suspected",
            "severity": "ordinary",
            "onset": _("12 Feb"),
            "state": "overdue",
        }
        | {
            "word": _("1 overdue"),
            "result": ("overdue", _("no swab kit")),
            "where": _("Fever clinic, No. 3"),
            "row": "chosen current",
        },
        {"name": _("Feng Gui-64"), "kind": "fever-patient", "severity": "", "onset": "", "state": "due"}
        | {"word": _("1 open"), "result": ("decide", _("ordered 13:10")), "where": _("At home"), "row": "chosen"},
        {"name": _("Chu Ji-48"), "kind": "close-contact", "severity": "mild", "onset": _("13 Feb"), "state": "done"}
        | {"word": _("met"), "result": ("done", _("ordered")), "where": _("Lotus Hotel, 514"), "row": ""},
        {"name": _("Sun Xin-96"), "kind": "confirmed", "severity": "critical", "onset": _("7 Feb"), "state": "missed"}
        | {
            "word": _("1 missed"),
            "result": ("unknown", _("no answer")),
            "where": _("No. 1 Hospital, ICU-06"),
            "row": "",
        },
    ]


def _sum() -> dict[str, object]:
    words = ((53, _("new people"), "done"), (3, _("rows about someone already here"), "done"))
    words += ((0, _("changed"), ""), (1, _("disagrees"), "decide"), (3, _("to mend"), "decide"))
    terms = [{"number": number, "word": word, "state": state, "href": "#rows"} for number, word, state in words]
    whole = {"number": sum(term["number"] for term in terms), "word": _("rows in the file"), "href": "#rows"}
    return {"total": whole, "terms": terms}


urlpatterns = [
    path("", live, name="gallery"),
    path("past/", past, name="gallery-past"),
    path("beginning/", beginning, name="gallery-beginning"),
    path("ended/", ended, name="gallery-ended"),
    path("broken/", broken, name="gallery-broken"),
]
