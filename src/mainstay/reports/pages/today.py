"""Today: who waits and who is to be reached, what is overdue and whose, what is to be decided, what is not known."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.cycle.now import work_out
from mainstay.cycle.queries import LastRun, StepRow, last_run
from mainstay.duties.titles import titles
from mainstay.people.pages import words
from mainstay.platform.errors import MainstayError
from mainstay.reports.kinds import kind_name
from mainstay.reports.queries.cards import NOBODY
from mainstay.reports.queries.kept_today import today_kept
from mainstay.reports.queries.line_list import PAST_LIMIT, PLACED, WAITING, CategoryRow
from mainstay.reports.queries.today import FileRow, Today, ToDecide
from mainstay.reports.rules.behind import KindRow, OwnerRow
from mainstay.web import wording
from mainstay.web.bars import duty_bar
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

# Always shown; the two classes that not every protocol knows only where somebody is in them.
FOUR = ("confirmed", "suspected", "fever_patient", "close_contact")
# Below so many people a share or a trend says nothing.
FEW = 10
STEPS = {
    "sense": gettext_lazy("Sense"),
    "link": gettext_lazy("Link"),
    "judge": gettext_lazy("Judge"),
    "plan": gettext_lazy("Plan"),
    "act": gettext_lazy("Act"),
    "account": gettext_lazy("Account"),
}


@door(Permission.SEE_FIGURES, entry="today")
@require_http_methods(["GET", "HEAD", "POST"])
@city_time
def today_page(request: Any) -> HttpResponse:
    """Counts only, of the reader's bounds; every number opens the rows that count to it, for whoever may see these.

    Sent, it works out what is owed now: for whoever may close a period, since it runs today's.
    """
    if request.method == "POST":
        return _worked_out(request)
    run = last_run()
    kept = today_kept(
        request.scope,
        request.moment,
        request.today,
        request.zone,
        run.period if run else None,
        reader=request.by.id,
        now=request.at,
    )
    found = kept.found
    to = _Links(request, found)
    known = sum(row.known for row in found.categories if row.category)
    context = {
        "day": wording.day(request.today, request.today),
        "seconds_old": int((request.at - kept.at).total_seconds()),
        "found": found,
        "known": known,
        "few": 0 < known < FEW,
        "waiting": sum(row.waiting for row in found.categories),
        "past_limit": sum(row.past_limit for row in found.categories),
        "to_do_href": to.cards(),
        "waiting_href": to.people(placing=WAITING),
        "past_href": to.people(placing=PAST_LIMIT),
        "overdue_href": to.rows(status="overdue"),
        "people": _people(found, request, to),
        "steps": _steps(found, run, request),
        "kinds": [_kind(row, request, to) for row in sorted(found.kinds, key=_longest_first) if row.should],
        "all": _all(found, to),
        "owners": [_owner(row, found, request, to) for row in found.owners],
        "more_owners": max(0, found.posts_behind - len(found.owners)),
        "decisions": [_decision(one, request, to) for one in found.to_decide],
        "unknown": _unknown(found, to),
        "unowned_href": to.posts or to.rows(post=NOBODY),
        "headquarters_href": to.rows(post=found.headquarters) if found.headquarters else "",
        "run": _run(run, request),
        "files": [_file(row, request) for row in found.files],
        "files_href": to.files,
        "may_run": request.rights.may(Permission.CLOSE_PERIOD),
        "told": _told(request),
        "since": wording.day(found.since, request.today) if found.since else "",
    }
    return render(request, "reports/today.html", context)


def _worked_out(request: Any) -> HttpResponse:
    if not request.rights.may(Permission.CLOSE_PERIOD):
        raise Http404
    try:
        done = "1" if work_out(by=request.by, at=request.at) else "later"
    except MainstayError:
        done = "no"
    return redirect(f"{reverse('today')}?run={done}")


def _told(request: Any) -> tuple[str, str] | None:
    """(tone, sentence) of what was just done, by what the address says."""
    return {
        "1": ("done", _("What is owed is worked out up to now.")),
        "later": (
            "warn",
            _("Somebody is at it already, or too many wait for a page: `mainstay cycle --on DAY` on the computer."),
        ),
        "no": ("warn", _("No protocol is in force today, or a later day is closed already. Nothing was changed.")),
    }.get(request.GET.get("run", ""))


class _Links:
    """Where a number's rows are, for whoever may see them; nothing for others."""

    def __init__(self, request: Any, found: Today) -> None:
        self.sees_duties = request.rights.may(Permission.SEE_DUTIES)
        self.sees_people = request.rights.may(Permission.SEE_PEOPLE)
        self.files = reverse("files") if request.rights.may(Permission.MEND_ROWS) else ""
        # Where it can be mended that nobody answers.
        self.posts = reverse("posts") if request.rights.may(Permission.ASSIGN_DUTIES) else ""
        self.since = found.since.isoformat() if found.since else ""

    def cards(self, **asked: str) -> str:
        return f"{reverse('duties')}?{urlencode({'all': '1', **asked})}" if self.sees_duties else ""

    def rows(self, **asked: str) -> str:
        return f"{reverse('duty-rows')}?{urlencode({'all': '1', **asked})}" if self.sees_duties else ""

    def closed(self, **asked: str) -> str:
        """Rows that may have ended, counted from the last period on."""
        return self.rows(**asked, **({"since": self.since} if self.since else {}))

    def people(self, **asked: str) -> str:
        return f"{reverse('line-list')}?{urlencode(asked)}" if self.sees_people else ""


# --- people -------------------------------------------------------------------------------------------


def _people(found: Today, request: Any, to: _Links) -> list[dict[str, Any]]:
    by_name = {row.category: row for row in found.categories}
    for name in FOUR:
        by_name.setdefault(name, CategoryRow(name, 0, 0, 0, None))
    order = list(words.CATEGORIES)
    ordered = sorted(by_name.values(), key=lambda row: order.index(row.category) if row.category in order else 99)
    # Who is in no category any more may be owed a place all the same, until somebody says that they are not.
    return [_category(row, request, to) for row in ordered if row.category or row.waiting]


def _category(row: CategoryRow, request: Any, to: _Links) -> dict[str, Any]:
    called = words.category(row.category) if row.category else {"mark": "", "word": _("In no category now")}
    named = {"category": row.category or "none"}
    return {
        **called,
        "row": row,
        "known_href": to.people(**named),
        "placed_href": to.people(placing=PLACED, **named),
        "waiting_href": to.people(placing=WAITING, **named),
        "past_href": to.people(placing=PAST_LIMIT, **named),
        "longest": wording.delay(request.moment - row.since) if row.since else wording.NOT_APPLICABLE,
    }


# --- duties -------------------------------------------------------------------------------------------


def _longest_first(row: KindRow) -> tuple[bool, float, str]:
    return row.oldest is None, row.oldest.timestamp() if row.oldest else 0.0, kind_name(row.kind)


def _kind(row: KindRow, request: Any, to: _Links) -> dict[str, Any]:
    named = {"kind": row.kind}
    return {
        "name": kind_name(row.kind),
        "row": row,
        "bar": duty_bar(done=row.done, overdue=row.overdue, missed=row.missed, in_time=row.in_time),
        "longest": wording.delay(request.moment - row.oldest) if row.oldest else wording.NOT_APPLICABLE,
        "should_href": to.closed(status="all", **named),
        "done_href": to.closed(status="done", **named),
        "in_time_href": to.rows(status="in_time", **named),
        "overdue_href": to.rows(status="overdue", **named),
        "missed_href": to.closed(status="missed", **named),
    }


def _all(found: Today, to: _Links) -> dict[str, Any]:
    sums = {
        name: sum(getattr(row, name) for row in found.kinds)
        for name in ("should", "done", "in_time", "overdue", "missed")
    }
    parts = {name: sums[name] for name in ("done", "overdue", "missed", "in_time")}
    return {
        **sums,
        "excused": sum(row.excused for row in found.kinds),
        "bar": duty_bar(**parts),
        "should_href": to.closed(status="all"),
        "done_href": to.closed(status="done"),
        "in_time_href": to.rows(status="in_time"),
        "overdue_href": to.rows(status="overdue"),
        "missed_href": to.closed(status="missed"),
        "excused_href": to.closed(status="excused"),
    }


def _owner(row: OwnerRow, found: Today, request: Any, to: _Links) -> dict[str, str]:
    owner = found.names.get(row.post) if row.post else None
    raised = found.raised.get(row.post)
    late = wording.delay(request.moment - row.oldest)
    if raised is not None:
        late = _("%(length)s, raised %(day)s") % {"length": late, "day": wording.day(raised, request.today)}
    return {
        "name": (owner.holder or owner.post) if owner else _("nobody answers yet"),
        "post": owner.post if owner and owner.holder else "",
        "overdue": ngettext("%(number)s overdue", "%(number)s overdue", row.overdue)
        % {"number": wording.count(row.overdue)},
        "late": late,
    }


def _decision(one: ToDecide, request: Any, to: _Links) -> dict[str, str]:
    left = one.due_at - request.moment
    late = left.total_seconds() < 0
    return {
        "what": f"{kind_name(one.kind)}: {wording.count(one.number)}",
        "why": _("towards people") if one.of_people else _("left open by files received"),
        "by": _("by %(moment)s") % {"moment": wording.moment(one.due_at, request.today)},
        "left": _("overdue %(length)s") % {"length": wording.delay(-left)} if late else wording.delay(left),
        "href": to.rows(kind=one.kind) if one.of_people else to.files,
        "icon": "decisions" if one.kind.endswith("_order") else "scale" if one.of_people else "files",
        "verb": _("Show"),
    }


def _unknown(found: Today, to: _Links) -> list[tuple[str, int, str]]:
    """(what is asked for, how many are asked, their rows)."""
    called = titles({row.edition for row in found.unknown})
    return [
        (words.asked(called, row.edition, row.clause), row.number, to.rows(kind="establish", asks=row.clause))
        for row in found.unknown
    ]


# --- the period ---------------------------------------------------------------------------------------


def _steps(found: Today, run: LastRun | None, request: Any) -> list[dict[str, str]]:
    """The six steps: four of the last run, what waits to be decided, and how far the work of the day is."""
    to_decide = sum(one.number for one in found.to_decide)
    should, done = (sum(getattr(row, name) for row in found.kinds) for name in ("should", "done"))
    waiting = ngettext("%(number)s waits", "%(number)s wait", to_decide) % {"number": wording.count(to_decide)}
    act = wording.percent(done, should) if should else _("nothing owed")
    steps = []
    for name, word in STEPS.items():
        if name == "plan":
            state, pace = ("decide", waiting) if to_decide else ("done", _("nothing waits"))
        elif name == "act":
            state, pace = "now" if should else "due", act
        else:
            state, pace = _step(run.steps.get(name) if run else None, request)
        steps.append({"name": str(word), "state": state, "pace": pace})
    return steps


def _step(row: StepRow | None, request: Any) -> tuple[str, str]:
    if row is None:
        return "due", _("not run yet")
    if row.ended_at is None:
        return "now", ""
    return "done", wording.clock(row.ended_at)


def _run(run: LastRun | None, request: Any) -> dict[str, Any]:
    if run is None:
        return {}
    return {
        "period": wording.day(run.period, request.today),
        "at": wording.moment(run.ended_at, request.today) if run.ended_at else "",
        "seal": wording.count(run.seal) if run.seal is not None else "",
        "behind": max(0, (request.today - run.period).days),
        "is_behind": (request.today - run.period).days > 1,
    }


def _file(row: FileRow, request: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name or row.mapping,
        "clock": wording.clock(row.received_at),
        "rows": row.rows,
        "held": row.held,
    }
