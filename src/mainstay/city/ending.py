"""How a replay ended: what became of every kind of duty, who is behind, and why what is overdue is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.cycle.explain import last_run
from mainstay.duties.queries import DutyRow, KindTotal, Wanted, duty_totals, list_duties, ownership
from mainstay.duties.rules.judge import ESTABLISH
from mainstay.organisations.models import Post
from mainstay.organisations.queries import HolderNames, holder_names
from mainstay.platform.clock import local_date
from mainstay.platform.models import Instance

# What is lacking where a duty of this kind stays open.
LACKING = {
    "report": "no report",
    "investigate": "no investigation",
    "list_contacts": "nobody named",
    "confirm_no_contacts": "no word whether there were any",
    "specimen": "no result",
    "offer_isolation": "no offer",
    "offer_quarantine": "no offer",
    "seek_isolation_order": "no order in force",
    "seek_quarantine_order": "no order in force",
    "admit": "not admitted",
    "admit_severe": "not in a ward",
    "classify": "no class given",
    "assess_severity": "no severity given",
    "exclusion_tests": "no two negatives",
    "discharge_tests": "no two negatives",
    "release": "no release",
    "revisit": "no visit",
    "serve_order": "not served",
    "confirm_order": "not in writing",
    "review_order": "no review",
    "decide_objection": "no decision",
    "fill_post": "nobody appointed",
}
UNKNOWN = {
    "case.establish_onset": "first day of illness",
    "case.death_date": "day of death",
    "pneumonia_imaging": "imaging",
    "stay": "whereabouts",
}


@dataclass(frozen=True, slots=True)
class Overdue:
    """One duty that is overdue: about whom, whose, since when it could be done, and what is lacking."""

    kind: str
    about: str
    post: str | None
    holder: str | None
    fallen: bool  # the post is vacant, and the holder is that of a post above
    overdue_hours: float
    since_date: date
    why: str


@dataclass(frozen=True, slots=True)
class Behind:
    """One post's share: `holder` is whoever answers for it, also where it is vacant."""

    post: str | None
    holder: str | None
    vacant: bool
    should: int
    overdue: int
    missed: int
    longest_hours: float | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why duties of one kind are overdue: what is lacking and how often; how many fell to whom."""

    kind: str
    overdue: int
    since_date: date
    lacking: tuple[tuple[str, int], ...]
    fallen: tuple[tuple[str, str, int], ...]  # (vacant post, who answers, how many)


@dataclass(frozen=True, slots=True)
class Ending:
    """All of it, at the end of a day; `overdue` the longest first."""

    on: date
    totals: tuple[KindTotal, ...]
    unowned: int
    at_headquarters: int
    behind: tuple[Behind, ...]
    overdue: tuple[Overdue, ...]
    reasons: tuple[Reasons, ...]


def ending(on: date, names: Mapping[UUID, str]) -> Ending:
    """How things stood at a day's end; `names` says what to call a person. Raises `cycle.not_run`."""
    moment = last_run(on).moment_at
    wanted = Wanted(on, moment)
    headquarters = Post.objects.filter(is_headquarters=True).values_list("id", flat=True).first()
    unowned, at_headquarters = ownership(wanted, headquarters)
    reader = _Reader(moment, Instance.objects.get(id=1).zone, holder_names(moment), names)
    rows = [row for row in list_duties(wanted) if row.status != "withdrawn"]
    late = [reader.overdue(row) for row in rows if row.status == "overdue"]
    late.sort(key=lambda duty: (-duty.overdue_hours, duty.kind, duty.about))
    return Ending(
        on=on,
        totals=tuple(duty_totals(wanted)),
        unowned=unowned,
        at_headquarters=at_headquarters,
        behind=reader.behind(rows),
        overdue=tuple(late),
        reasons=_reasons(late),
    )


class _Reader:
    """Puts rows of duties into words."""

    def __init__(self, moment: datetime, zone: str, holders: HolderNames, names: Mapping[UUID, str]) -> None:
        self.moment = moment
        self.zone = zone
        self.holders = holders
        self.names = names

    def overdue(self, row: DutyRow) -> Overdue:
        return Overdue(
            kind=row.kind,
            about=self._about(row),
            post=self.holders.code(row.post),
            holder=self.holders.holder(row.answering),
            fallen=row.post != row.answering,
            overdue_hours=self._hours(row),
            since_date=local_date(row.starts_at, self.zone),
            why=_why(row),
        )

    def _hours(self, row: DutyRow) -> float:
        return round((self.moment - row.due_at).total_seconds() / 3600, 2)

    def _about(self, row: DutyRow) -> str:
        code = self.holders.code(row.subject_id) if row.subject_type == "post" else None
        return code or self.names.get(row.subject_id) or f"{row.subject_type} {row.subject_id.hex[:8]}"

    def behind(self, rows: Sequence[DutyRow]) -> tuple[Behind, ...]:
        """One line a post, whoever is longest behind first."""
        shares: dict[UUID | None, list[DutyRow]] = defaultdict(list)
        for row in rows:
            shares[row.post].append(row)
        found = [self._share(mine) for mine in shares.values()]
        return tuple(sorted(found, key=lambda share: (-(share.longest_hours or 0), share.post or "")))

    def _share(self, rows: Sequence[DutyRow]) -> Behind:
        states = Counter(row.status for row in rows)
        last = max(rows, key=lambda row: (row.starts_at, row.id))
        late = [self._hours(row) for row in rows if row.status == "overdue"]
        return Behind(
            post=self.holders.code(last.post),
            holder=self.holders.holder(last.answering),
            vacant=last.post != last.answering,
            should=len(rows),
            overdue=states["overdue"],
            missed=states["missed"],
            longest_hours=max(late, default=None),
        )


def _why(row: DutyRow) -> str:
    if row.clause in UNKNOWN:
        return f"{UNKNOWN[row.clause]} unknown"
    if row.clause.startswith(ESTABLISH):
        name = row.clause.removeprefix(ESTABLISH).split(":")[-1]
        return f"{UNKNOWN.get(name, name.replace('_', ' '))} unknown"
    return LACKING.get(row.kind, "nothing recorded")


def _reasons(late: Sequence[Overdue]) -> tuple[Reasons, ...]:
    by_kind: dict[str, list[Overdue]] = defaultdict(list)
    for duty in late:
        by_kind[duty.kind].append(duty)
    found = []
    for kind, duties in sorted(by_kind.items()):
        lacking = Counter(duty.why for duty in duties)
        fallen = Counter((duty.post or "", duty.holder or "nobody") for duty in duties if duty.fallen)
        found.append(
            Reasons(
                kind=kind,
                overdue=len(duties),
                since_date=min(duty.since_date for duty in duties),
                lacking=tuple(sorted(lacking.items(), key=lambda item: (-item[1], item[0]))),
                fallen=tuple((post, holder, number) for (post, holder), number in sorted(fallen.items())),
            )
        )
    return tuple(found)
