"""The daily reconciliation as questions: one for each difference between the three sides, answered by their facts.

A question is asked when its difference is found, answered when the three sides agree again, and asked anew should they
differ once more. Its duty, owner and deadline come from the house's rules, as those of every question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from mainstay.intake.models import Question
from mainstay.platform import bulk, ledger
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Actor
from mainstay.reports.models import Difference as DifferenceAsked
from mainstay.reports.queries.reconciliation import question_of
from mainstay.reports.rules.reconciliation import Difference

KIND, SOURCE = "difference", "reconciliation"
# What the ledger calls asking and settling.
ASKED = "reconcile"


def ask(found: Mapping[str, Iterable[Difference]], *, by: Actor, at: datetime) -> dict[str, int]:
    """Ask about every difference, {disease: all there are}, that is not asked about; answer those that are gone.

    One ledger entry, none where nothing changed. Returns how many `differences` there are, how many were newly
    `asked` and how many `settled`.
    """
    wanted = {question_of(disease, one): (disease, one) for disease, some in found.items() for one in some}
    last = _last()
    new = sorted(wanted.keys() - last.keys())
    again = sorted(root for root in wanted.keys() & last.keys() if last[root].answered)
    settled = sorted(root for root in last.keys() - wanted.keys() if not last[root].answered)
    rows: list[Question | DifferenceAsked] = []
    for root in new:
        disease, one = wanted[root]
        rows.append(_question(root, 1, f"{disease}: {one.kind}", False, at))
        rows.append(DifferenceAsked(id=root, person_id=one.person, disease=disease, kind=one.kind))
    for root in (*again, *settled):
        before = last[root]
        rows.append(_question(root, before.version + 1, before.about, not before.answered, at))
    if rows:
        ledger.append(rows, by=by, at=at, verb=ASKED, source=SOURCE)
    return {"differences": len(wanted), "asked": len(new) + len(again), "settled": len(settled)}


def still_asked() -> set[UUID]:
    """The differences that are not settled; whose they are follows the person about."""
    return {root for root, one in _last().items() if not one.answered}


def people_of(questions: Iterable[UUID]) -> dict[UUID, UUID]:
    """{question: whom it is about} of those that ask about a difference; one statement."""
    rows = DifferenceAsked.objects.filter(id__in=list(questions))
    return dict(rows.values_list("id", "person_id"))


def _last() -> dict[UUID, Question]:
    return {one.root: one for one in Question.objects.filter(kind=KIND).order_by("version")}


def _question(root: UUID, version: int, about: str, answered: bool, at: datetime) -> Question:
    return bulk.build(
        Question,
        {
            "id": keyed_id(load_keys().record, "question", root.hex, str(version)),
            "root": root,
            "version": version,
            "source": SOURCE,
            "kind": KIND,
            "about": about[:200],
            "answered": answered,
            "became_known_at": at,
            "known_on_receipt": True,
        },
    )
