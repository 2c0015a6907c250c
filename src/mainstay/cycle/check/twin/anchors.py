"""Days that things are counted from, as tables (subject_id, day, id): the facts that anchors find."""

from __future__ import annotations

from collections.abc import Callable

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.scope import IN_ORDER, LATEST_FIRST, UNKNOWN_DAY, Scope, first_of
from mainstay.duties.rules.edition import Anchor, ExposedTo


def anchored(anchor: Anchor, scope: Scope, exposure: ExposedTo | None) -> str:
    """The first element of the chain that is known, moved by the offset."""
    places = " UNION ALL ".join(
        f"SELECT subject_id, day, id, {place} AS place FROM {element(name, scope, exposure)}"
        for place, name in enumerate(anchor.chain)
    )
    return scope.table(first_of(f"SELECT subject_id, day + {anchor.offset_days} AS day, id FROM ({places})", "place"))


def element(name: str, scope: Scope, exposure: ExposedTo | None) -> str:
    """One named day, without fallback."""
    if name.startswith("symptom:"):
        return scope.table(_symptom(name.removeprefix("symptom:"), scope))
    if name in _OF_EXPOSURES:
        return scope.table(_OF_EXPOSURES[name](scope, scope.exposures(exposure)))
    return scope.table(_ELEMENTS[name](scope))


def _dated(scope: Scope, kind: str, where: str = "TRUE") -> str:
    """The earliest fact that has a day."""
    return first_of(f"SELECT subject_id, day, id FROM {scope.facts(kind)} WHERE day IS NOT NULL AND {where}", IN_ORDER)


def _symptom(name: str, scope: Scope) -> str:
    """The first day it was there since it was last expressly absent."""
    said = f"SELECT * FROM {scope.facts('symptom')} WHERE day IS NOT NULL AND name = {sql.quoted(name)}"
    absent = first_of(f"SELECT subject_id, place FROM ({said}) WHERE present = 0", LATEST_FIRST)
    return first_of(
        f"SELECT s.subject_id, s.day, s.id FROM ({said}) s LEFT JOIN ({absent}) a USING (subject_id) "
        "WHERE s.present = 1 AND (a.place IS NULL OR s.place > a.place)",
        "s.place",
    )


def _case(scope: Scope) -> str:
    """What made this person a case: the first class since the last exclusion, with or without a day."""
    spell = f"SELECT subject_id, COALESCE(day, {UNKNOWN_DAY}) AS day, id, place FROM {scope.spell()}"
    return first_of(spell, IN_ORDER)


def _stay(scope: Scope) -> str:
    """The first day of the latest stay that has one."""
    dated = f"SELECT subject_id, day, id FROM {scope.facts('stay')} WHERE day IS NOT NULL"
    return first_of(dated, LATEST_FIRST)


_ELEMENTS: dict[str, Callable[[Scope], str]] = {
    "onset": lambda scope: _dated(scope, "onset"),
    "first_positive": lambda scope: _dated(scope, "result", "value = 'positive'"),
    "report": lambda scope: _dated(scope, "report"),
    "case": _case,
    "outcome": lambda scope: _dated(scope, "outcome"),
    "stay": _stay,
    "order": lambda scope: _dated(scope, "order"),
    "objection": lambda scope: _dated(scope, "objection"),
}


# Of exposures of one day the first known comes first.
_FIRST_KNOWN = "known, place"


def _last(_scope: Scope, exposures: str) -> str:
    dated = f"SELECT subject_id, last AS day, id FROM {exposures} WHERE last IS NOT NULL"
    return first_of(dated, f"last DESC, {_FIRST_KNOWN}")


def _first(_scope: Scope, exposures: str) -> str:
    dated = f"SELECT subject_id, first AS day, id FROM {exposures} WHERE first IS NOT NULL"
    return first_of(dated, f"first, {_FIRST_KNOWN}")


def _spell(scope: Scope, exposures: str) -> str:
    """The exposure that began the present observation: one that came later than the gap after the one before."""
    before = f"lag(last) OVER (PARTITION BY subject_id ORDER BY last, {_FIRST_KNOWN})"
    begins = (
        f"SELECT subject_id, last AS day, id, {before} AS before FROM {exposures} WHERE last IS NOT NULL "
        f"QUALIFY before IS NULL OR last - before > {scope.rules.exposure_gap_days}"
    )
    return first_of(f"SELECT subject_id, day, id FROM ({begins})", "day DESC")


def spell(scope: Scope, exposure: ExposedTo | None) -> str:
    """(subject_id, ids): every exposure that is of the present observation, or was while it counted."""
    began = element("exposure_spell", scope, exposure)
    return scope.table(
        f"SELECT subject_id, list(e.id) AS ids FROM {scope.exposures(None)} e JOIN {began} s USING (subject_id) "
        f"WHERE s.day - e.last <= {scope.rules.exposure_gap_days} GROUP BY subject_id"
    )


_OF_EXPOSURES: dict[str, Callable[[Scope, str], str]] = {
    "last_exposure": _last,
    "first_exposure": _first,
    "exposure_spell": _spell,
}
