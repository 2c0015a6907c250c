"""How orders, objections and what becomes of them are worded, and who may do what with one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.accounts.rules import NOWHERE, Permission, Rights, Whereabouts
from mainstay.isolation import rules, services
from mainstay.isolation.queries import whereabouts
from mainstay.isolation.rules import CONFIRMED_WITHIN, DECIDED_WITHIN, Paper
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.platform.ledger import FACT_OVERTAKEN
from mainstay.reports.queries.orders import ObjectionRow, OrderRow
from mainstay.web import wording

KINDS = {"quarantine": gettext_lazy("Quarantine"), "isolation": gettext_lazy("Isolation")}
SERVED = {
    "in person": gettext_lazy("handed over in person"),
    "household": gettext_lazy("left with an adult of the household"),
    "post": gettext_lazy("by post"),
    "message": gettext_lazy("by written message"),
    "telephone": gettext_lazy("read out by telephone"),
}
OFFERS = {
    "taken": gettext_lazy("offered and taken"),
    "not taken": gettext_lazy("offered, not taken"),
    "made": gettext_lazy("offered, no answer yet"),
    "none": gettext_lazy("none on record"),
}
CAME = {
    "telephone": gettext_lazy("by telephone"),
    "paper": gettext_lazy("on paper"),
    "in person": gettext_lazy("in person, by word of mouth"),
}
DECISIONS = {"upheld": gettext_lazy("upheld"), "rejected": gettext_lazy("rejected")}

# What a refused service means to whoever stands at the page.
REFUSED = {
    services.ORDER_NO_OFFER: gettext_lazy(
        "No place was offered yet. Offer one first; an order is for where that is not enough."
    ),
    services.ORDER_SERVED: gettext_lazy(
        "It cannot have been served like that: not before it was given, not in time to come, and only once."
    ),
    services.ORDER_END: gettext_lazy("It cannot end like that: it is over, or has not begun. Say why it ends."),
    services.ORDER_REVIEW: gettext_lazy("Say why it is still needed or not; only an order that runs is reviewed."),
    services.OBJECTION_DECIDER: gettext_lazy(
        "Whoever gave the order cannot decide on the objection to it. Somebody else must."
    ),
    services.OBJECTION_DECIDED: gettext_lazy("It was decided already. Read the page again."),
    services.OBJECTION_REASONS: gettext_lazy("Say why: who objects is told the reasons."),
    services.OBJECTION_DECISION: gettext_lazy("Choose a decision."),
    FACT_OVERTAKEN: gettext_lazy("Somebody else wrote at the same time. Read the page again, then decide."),
}


def refused(error: MainstayError, field: str) -> dict[str, str]:
    """The sentence at its field."""
    return {str(error.facts.get("field", field)): why(error)}


def why(error: MainstayError) -> str:
    """What a service refused, in the reader's language."""
    return str(REFUSED.get(error.code, error.sentence))


def kind(value: str) -> str:
    return str(KINDS.get(value, value))


def title(row: OrderRow) -> str:
    """Quarantine order 1,234: the number is that of its ledger entry."""
    if row.kind == "isolation":
        return _("Isolation order %(number)s") % {"number": row.number}
    return _("Quarantine order %(number)s") % {"number": row.number}


def state(row: OrderRow, at: datetime, today: date) -> dict[str, str]:
    """Where it stands: a mark and words."""
    paper = row.paper
    stands = paper.stands(at)
    return {"mark": _MARKS[stands], "word": _stands_in_words(stands, paper, at, today)}


_MARKS = {
    rules.RELEASED: "done",
    rules.ENDED: "done",
    rules.LAPSED: "overdue",
    rules.NOT_SERVED: "overdue",
    rules.TO_BEGIN: "due",
    rules.REVIEW_DUE: "overdue",
    rules.IN_FORCE: "now",
}


def _stands_in_words(stands: str, paper: Paper, at: datetime, today: date) -> str:
    if stands == rules.ENDED:
        return _("ended %(when)s") % {"when": wording.day(_local(paper.ends), today)}
    if stands == rules.TO_BEGIN:
        return _("begins %(when)s") % {"when": wording.moment(paper.starts, today)}
    if stands == rules.REVIEW_DUE:
        return _("review due for %(length)s") % {"length": wording.delay(at - paper.review)}
    return {
        rules.RELEASED: _("released: an objection was upheld"),
        rules.LAPSED: _("lapsed: not in writing within 24 hours"),
        rules.NOT_SERVED: _("not served: it binds nobody"),
        rules.IN_FORCE: _("in force"),
    }[stands]


def _local(when: datetime) -> date:
    from django.utils.timezone import localtime

    return localtime(when).date()


def served(row: OrderRow, today: date) -> str:
    """When and how; nothing where it was not."""
    if row.paper.served is None:
        return ""
    how = str(SERVED.get(row.served_how, row.served_how))
    return _("%(when)s, %(how)s") % {"when": wording.moment(row.paper.served, today), "how": how}


def writing(paper: Paper, at: datetime, today: date) -> str:
    """Whether it is in writing, or by when it must be."""
    if not paper.oral:
        return _("in writing")
    until = wording.moment(paper.starts + CONFIRMED_WITHIN, today)
    if paper.lapsed(at):
        return _("by word of mouth; it lapsed %(when)s") % {"when": until}
    return _("by word of mouth; in writing by %(when)s") % {"when": until}


def waiting(objected_at: datetime | None, at: datetime, today: date) -> dict[str, str] | None:
    """An open objection: by when it is to be decided, or for how long it is overdue."""
    if objected_at is None:
        return None
    by = objected_at + DECIDED_WITHIN
    if at > by:
        return {"mark": "overdue", "word": _("overdue %(length)s") % {"length": wording.delay(at - by)}}
    return {"mark": "decide", "word": _("decide by %(when)s") % {"when": wording.moment(by, today)}}


def objection(row: ObjectionRow, at: datetime, today: date) -> dict[str, Any]:
    """One objection as it stands."""
    decided = ""
    if row.decision:
        decided = _("%(decision)s by %(who)s, %(when)s") % {
            "decision": DECISIONS.get(row.decision, row.decision),
            "who": row.decided_by,
            "when": wording.moment(row.decided_at, today) if row.decided_at else _("not known"),
        }
    return {
        "id": row.root,
        "ground": row.ground,
        "came": str(CAME.get(row.source, "")),
        "made": wording.moment(row.made, today) if row.made else "",
        "waiting": None if row.decision else waiting(row.made, at, today),
        "decided": decided,
        "reasons": row.reasons,
    }


# --- who may ------------------------------------------------------------------------------------------


def may(rights: Rights, permission: Permission, there: Whereabouts) -> bool:
    """Whether this may be done where the person is."""
    scope = rights.scope(permission) if rights.may(permission) else NOWHERE
    return scope.covers(there)


def where(person: UUID, at: datetime, read_as: ReadAs) -> Whereabouts:
    """What a right over somebody hangs on."""
    return whereabouts([person], at, read_as).get(person, Whereabouts())
