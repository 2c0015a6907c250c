"""One visit: all that is to be done at one door or with one person, in one form; excused and handed over from here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.cycle.queries import last_judged
from mainstay.duties import by_hand
from mainstay.duties.evidence import Closing, closing
from mainstay.duties.pages import deciding
from mainstay.duties.pages.asked import DOOR, POSTS
from mainstay.duties.pages.call_form import SYMPTOMS
from mainstay.duties.pages.cards import duty_line
from mainstay.duties.pages.deciding import covered, may_decide
from mainstay.duties.pages.visit_form import (
    NOT_REACHED,
    Sent,
    choices,
    read_daily,
    read_deeds,
    record_not_reached,
    record_visit,
    unreadable,
)
from mainstay.duties.titles import titles
from mainstay.organisations.models import Post
from mainstay.organisations.queries import holder_names
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned, form_key
from mainstay.people.queries import ADDRESS, PHONE, ReadAs, identifiers_of, names_of
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.reports.queries.cards import Asked, DutyRow, duties_at
from mainstay.reports.queries.meanwhile import RecordedRow, newest_entry, recorded_since
from mainstay.reports.queries.owed import posts_of
from mainstay.reports.queries.whereabouts import where_are
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

LONGEST_SEEN = 18


@door(Permission.SEE_DUTIES, entry="duties")
@require_http_methods(["GET", "POST"])
@city_time
def visit(request: Any, at: str) -> HttpResponse:
    """The form of one door (`h…` a household, `a…` an address) or one person (`p…`)."""
    if not DOOR.fullmatch(at):
        raise Http404
    rows = _rows(request, at)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _save(request, at, rows)
        except MainstayError as error:
            errors = {str(error.facts.get("field", "act")): deciding.told(error)}
            rows = _rows(request, at)  # what ended meanwhile is shown as it is now
    return render(request, "duties/visit.html", _page(request, at, rows, errors), status=422 if errors else 200)


def _rows(request: Any, at: str) -> list[DutyRow]:
    asked = Asked(request.scope, request.moment, request.today)
    return duties_at(asked, [at], by_door=at[0] != "p")


# --- saving -------------------------------------------------------------------------------------------


def _save(request: Any, at: str, rows: list[DutyRow]) -> HttpResponse:
    act = request.POST.get("act", "save")
    if act in ("excuse", "hand_over"):
        _decide(request, act, rows)
        return redirect(f"{reverse('visit', args=[at])}?saved={act}")
    if not request.rights.may(Permission.RECORD_FACTS):
        raise Http404
    within = covered(request, {row.person for row in rows}, request.rights.scope(Permission.RECORD_FACTS))
    mine = [row for row in rows if row.person in within]
    people = list(dict.fromkeys(row.person for row in mine))
    sent = Sent(form_key(request.POST.get("key", "")), request.today, request.moment, request.by, request.at)
    why = request.POST.get("reached", "")
    if why in NOT_REACHED:
        record_not_reached(people=people, why=why, sent=sent)
        return redirect(f"{reverse('duties')}?saved=1")
    daily = read_daily(request.POST, people)
    deeds = read_deeds(request.POST, mine, closing({row.edition for row in mine}))
    if not daily and not deeds:
        raise unreadable("act", _("Nothing was filled in. Tick what was done, or say that nobody was there."))
    record_visit(daily=daily, deeds=deeds, sent=sent)
    return redirect(f"{reverse('visit', args=[at])}?saved=save&since={_seen(request.POST.get('seen', ''))}")


def _decide(request: Any, act: str, rows: list[DutyRow]) -> None:
    """Excuse or hand over what was ticked: of one's own posts, or by whoever assigns duties there."""
    wanted = set(request.POST.getlist("pick"))
    picked = [row for row in rows if row.id.hex in wanted]
    if len(picked) != len(wanted):
        raise MainstayError(by_hand.NOT_OPEN, "Some of these ended meanwhile; look at them again.")
    if not picked:
        raise unreadable("pick", _("Tick the duties that are meant."))
    reason = cleaned(request.POST.get("reason", ""))
    if act == "excuse":
        deciding.excuse(request, picked, reason)
    else:
        deciding.hand_over(request, picked, request.POST.get("post", ""), reason)


def _seen(text: str) -> int:
    """The ledger's number up to which the writer of a form had seen; nothing since then for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SEEN else newest_entry()


# --- the page -----------------------------------------------------------------------------------------


def _page(request: Any, at: str, rows: list[DutyRow], errors: dict[str, str]) -> dict[str, Any]:
    read_as, seen = ReadAs(), newest_entry()
    ids = list(dict.fromkeys(row.person for row in rows))
    mine = bool(posts_of(request.by.id, request.moment) & {row.answering for row in rows})
    if ids:
        record_look(
            account=request.user,
            page="visit",
            purpose=Purpose.DUTY if mine else Purpose.SUPERVISION,
            listed=sorted(ids),
            by=request.by,
            at=request.at,
        )
    judged = recorded_since(ids, last_judged(), read_as)
    told = _meanwhile(request, judged, ids, read_as)
    may_record = request.rights.may(Permission.RECORD_FACTS)
    decidable = may_decide(request, rows)
    return {
        "at": at,
        "seen": seen,
        "key": request.POST.get("key", "") or new_id().hex,
        "title": _title(at, ids, request, read_as),
        "people": _people(request, rows, ids, judged, read_as, with_phones=mine or may_record),
        "decide": [row for row in _lines(rows, request) if row["id"] in decidable],
        "posts": [("", "–"), *_posts(request)],
        "given": request.POST,
        "errors": errors,
        "not_reached": list(NOT_REACHED.items()),
        "may_record": may_record and bool(ids),
        "saved": request.GET.get("saved", ""),
        "meanwhile": told,
    }


def _meanwhile(request: Any, judged: list[RecordedRow], ids: list[UUID], read_as: ReadAs) -> list[str]:
    """What others recorded of these people since the writer of a form had seen them."""
    since = request.GET.get("since", "")
    if not since:
        return []
    rows = recorded_since(ids, _seen(since), read_as)
    names = names_of({row.person for row in rows}, read_as)
    return [
        _("%(person)s: %(what)s, %(who)s, %(moment)s")
        % {"person": words.called(names.get(row.person, ""), row.person), **_said(row, request)}
        for row in rows
        if row.by != request.by.id
    ]


def _said(row: RecordedRow, request: Any) -> dict[str, str]:
    return {
        "what": words.said(row.kind, row.says),
        "who": row.name,
        "moment": wording.moment(row.at, request.today),
    }


def _title(at: str, ids: list[UUID], request: Any, read_as: ReadAs) -> str:
    if not ids:
        return _("Nothing is owed here now")
    if at[0] == "a":
        typed = identifiers_of(ids[:1], read_as, (ADDRESS,)).get(ids[0])
        if typed:
            return typed[0].value
    place = words.where(*where_are(ids[:1], request.moment, read_as)[ids[0]])
    return place or words.called(names_of(ids[:1], read_as).get(ids[0], ""), ids[0])


def _lines(rows: list[DutyRow], request: Any) -> list[dict[str, Any]]:
    called = titles({row.edition for row in rows})
    return [{**duty_line(called, row, request), "hex": row.id.hex, "person": row.person} for row in rows]


def _people(
    request: Any,
    rows: list[DutyRow],
    ids: list[UUID],
    judged: list[RecordedRow],
    read_as: ReadAs,
    *,
    with_phones: bool,
) -> list[dict[str, Any]]:
    names, where = names_of(ids, read_as), where_are(ids, request.moment, read_as)
    phones = identifiers_of(ids, read_as, (PHONE,)) if with_phones else {}
    closings = closing({row.edition for row in rows})
    lines = {line["id"]: line for line in _lines(rows, request)}
    found = []
    for person in ids:
        own = [row for row in rows if row.person == person]
        mark = person.hex
        found.append(
            {
                "id": person,
                "hex": mark,
                "name": words.called(names.get(person, ""), person),
                "where": words.where(*where[person]),
                "phones": [one.value for one in phones.get(person, ())],
                "temperature": request.POST.get(f"temperature-{mark}", ""),
                "symptoms": [
                    (one, words.word(one), one in request.POST.getlist(f"symptom-{mark}")) for one in SYMPTOMS
                ],
                "none": request.POST.get(f"none-{mark}", ""),
                "duties": [_duty(row, lines[row.id], closings, judged, request) for row in own],
            }
        )
    return found


def _duty(
    row: DutyRow, line: dict[str, Any], closings: Closing, judged: list[RecordedRow], request: Any
) -> dict[str, Any]:
    """A duty with what may be answered about it here; what is recorded already is said, with who did it."""
    wanted = closings.get((row.edition, row.clause))
    done = [
        one for one in judged if wanted is not None and one.person == row.person and one.closes(wanted.fact, wanted.of)
    ]
    answer = request.POST.get(f"duty-{row.id.hex}", "")
    return {
        **line,
        "recorded": _("%(what)s, %(who)s, %(moment)s") % _said(done[-1], request) if done else "",
        "choices": [] if done else [(value, word, value == answer) for value, word in choices(wanted)],
        "is_check": wanted is not None and wanted.fact == "check",
        "elsewhere": elsewhere(wanted),
    }


def elsewhere(wanted: Any) -> str:
    """Which page is for a duty that cannot be answered at a door."""
    if wanted is None:
        return "person"
    pages = {"contact": "call", "result": "case", "classification": "case", "severity": "case", "specimen": "case"}
    pages |= {"onset": "case", "outcome": "case"}
    shown = wanted.fact in ("evidence", "report", "offer", "treatment", "check")
    return "" if shown else pages.get(wanted.fact, "person")


def _posts(request: Any) -> list[tuple[str, str]]:
    """Posts that somebody holds, with who does."""
    held = holder_names(request.moment)
    rows = Post.objects.filter(id__in=held.holders).order_by("name")
    return [(row.code, f"{row.name}, {held.holders[row.id]}") for row in rows[:POSTS]]
