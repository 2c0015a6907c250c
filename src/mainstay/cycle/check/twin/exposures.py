"""What contacts mean: every exposure written by the link step against contact and index as the run saw them."""

from __future__ import annotations

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.cycle.check.twin.anchors import element
from mainstay.cycle.check.twin.scope import LATEST_FIRST, Scope, first_of
from mainstay.platform.errors import code

EXPOSURE_OFF = code("exposure.off", "An exposure is not what the contact and its index's facts make of it.")

_SAYS = (
    "person_id",
    "index_id",
    "kind",
    "index_class",
    "index_onset_date",
    "index_positive_date",
    "index_report_date",
    "first_date",
    "last_date",
    "latest_date",
)


def compare(scope: Scope) -> list[Finding]:
    """One disease's contacts and the exposures that stand for them; somebody who never was a case exposes nobody."""

    def tell(contact: str, exposure: str, expected: str, is_so: str) -> Finding:
        sentence = (
            f"The exposure of contact {contact} says {is_so or 'nothing'}; it should say {expected or 'nothing'}."
        )
        return Finding(EXPOSURE_OFF, "tracing_exposure", exposure or contact, expected, is_so, sentence)

    return sql.found(
        scope.duck,
        "SELECT contact_root, COALESCE(p.root, '') AS root, COALESCE(w.says, '') AS should, "
        "COALESCE(p.says, '') AS is_so "
        f"FROM ({_meant(scope)}) w FULL JOIN ({_present(scope)}) p USING (contact_root) "
        "WHERE should <> is_so AND NOT (p.root IS NULL AND w.index_class = '') ORDER BY 1",
        tell,
    )


def _text(columns: dict[str, str]) -> str:
    return "concat_ws(' ', " + ", ".join(f"'{name}=' || {value}" for name, value in columns.items()) + ")"


def _present(scope: Scope) -> str:
    """The exposures of contacts as they stand."""
    says = _text({name: f"CAST({name} AS VARCHAR)" for name in _SAYS})
    return (
        f"SELECT contact_root, root, {says} AS says FROM tracing_exposure f WHERE source = 'link' AND retracted = 0 "
        f"AND disease = {sql.quoted(scope.rules.disease)} AND NOT EXISTS (SELECT 1 FROM tracing_exposure c "
        "WHERE c.version > 1 AND c.root = f.root AND c.version > f.version)"
    )


def _meant(scope: Scope) -> str:
    """What each contact means: the index's class and days, and when they met.

    The contact's own days, else those that the person's record states; where neither tells the
    last, the meeting can have been until it became known.
    """
    first = "CASE WHEN c.last_date IS NULL THEN COALESCE(c.first_date, s.first_date) ELSE c.first_date END"
    last = "COALESCE(c.last_date, s.day)"
    says = _text(
        {
            "person_id": "c.person_id",
            "index_id": "c.index_id",
            "kind": "c.kind",
            "index_class": "COALESCE(i.value, '')",
            "index_onset_date": "CAST(o.day AS VARCHAR)",
            "index_positive_date": "CAST(t.day AS VARCHAR)",
            "index_report_date": "CAST(r.day AS VARCHAR)",
            "first_date": f"CAST({first} AS VARCHAR)",
            "last_date": f"CAST({last} AS VARCHAR)",
            "latest_date": f"CAST(CASE WHEN {last} IS NULL THEN day_of(c.known_at) END AS VARCHAR)",
        }
    )
    stated = first_of(
        f"SELECT subject_id, first_date, day FROM {scope.facts('exposure')} "
        "WHERE index_id IS NULL AND index_class = '' AND day IS NOT NULL",
        LATEST_FIRST,
    )
    return (
        f"SELECT c.id AS contact_root, COALESCE(i.value, '') AS index_class, {says} AS says FROM v_contact c "
        f"LEFT JOIN {scope.current_class()} i ON i.subject_id = c.index_subject "
        f"LEFT JOIN {element('onset', scope, None)} o ON o.subject_id = c.index_subject "
        f"LEFT JOIN {element('first_positive', scope, None)} t ON t.subject_id = c.index_subject "
        f"LEFT JOIN {element('report', scope, None)} r ON r.subject_id = c.index_subject "
        f"LEFT JOIN ({stated}) s ON s.subject_id = c.subject_id "
        f"WHERE c.disease = {sql.quoted(scope.rules.disease)} AND c.subject_id <> c.index_subject"
    )
