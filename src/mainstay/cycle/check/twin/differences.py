"""Register, hospital and laboratory set side by side once more, in SQL over all people at once.

Every difference has a question that is open, and no question is open without its difference: else somebody whom
one side knows and another does not is nobody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.cycle.check.twin.moment import Moment
from mainstay.cycle.check.twin.visible import MERGED, SUBJECT, standing
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

NOT_ASKED = code("difference.not_asked", "Register, hospital and laboratory differ, and nobody is asked.")
STILL_ASKED = code("difference.still_asked", "Somebody is asked about a difference that there is not.")

_TABLES = {
    "d_class": ("cases_classification", "f.value"),
    "d_outcome": ("cases_outcome", "f.value"),
    "d_result": ("cases_result", "f.value, f.specimen_root AS tube"),
    "d_tube": ("cases_specimen", "f.kind"),
    "d_any_stay": (
        "isolation_stay",
        "f.kind, f.ends_date AS ends, f.facility_id AS facility, f.certain = 1 AS certain",
    ),
}


def compare(duck: duckdb.DuckDBPyConnection, last: Moment) -> list[Finding]:
    """What should be asked against what is, as of the last run."""
    _see(duck, last)
    kinds = " UNION ALL ".join(
        f"SELECT DISTINCT subject_id, disease, '{kind}' AS kind FROM ({said})" for kind, said in _KINDS.items()
    )
    duck.execute(f"CREATE OR REPLACE TABLE differs AS {kinds}")
    duck.execute(
        f"CREATE OR REPLACE TABLE asks AS SELECT {SUBJECT} AS subject_id, f.disease, f.kind FROM reports_difference f "
        f"JOIN ({standing('intake_question', last)}) q ON q.root = f.id AND q.answered = 0 {MERGED}"
    )
    return [
        *_apart(duck, "differs", "asks", NOT_ASKED, "nobody is asked about it"),
        *_apart(duck, "asks", "differs", STILL_ASKED, "it is asked about, though the sides agree"),
    ]


def _apart(duck: duckdb.DuckDBPyConnection, there: str, lacking: str, which: str, said: str) -> list[Finding]:
    expected = "asked" if there == "differs" else "answered"

    def tell(person: str, disease: str, kind: str) -> Finding:
        sentence = f"Person {person} under {disease}: {kind}; {said}."
        return Finding(which, "reports_difference", person, expected, kind, sentence)

    return sql.found(duck, f"SELECT * FROM (SELECT * FROM {there} EXCEPT SELECT * FROM {lacking}) ORDER BY ALL", tell)


def _see(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """The facts of the three sides, who is concerned, who is a case, who lies where."""
    day = f"DATE '{moment.period}'"
    for name, (table, columns) in _TABLES.items():
        disease = "'' AS disease" if table == "isolation_stay" else "f.disease"
        duck.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT {SUBJECT} AS subject_id, f.root AS id, {disease}, f.source, "
            "f.observed_date AS dated, COALESCE(f.observed_date, day_of(f.became_known_at)) AS day, "
            f"f.became_known_at AS known, {columns} FROM ({standing(table, moment)}) f {MERGED} "
            f"WHERE f.observed_date IS NULL OR f.observed_date <= {day}"
        )
    told = f"entry_id <= {moment.to_entry} AND became_known_at <= {moment.at} AND retracted = 0"
    told += f" AND (observed_date IS NULL OR observed_date <= {day})"
    open_ = f"(dated IS NULL OR dated <= {day}) AND (ends IS NULL OR ends > {day})"
    for name, said in _VIEWS.items():
        duck.execute(f"CREATE OR REPLACE TABLE {name} AS {said.format(day=day, told=told, open=open_)}")


# In the order in which they rest on each other.
_VIEWS = {
    "d_person": """SELECT subject_id, disease FROM d_class UNION SELECT subject_id, disease FROM d_outcome
        UNION SELECT subject_id, disease FROM d_result WHERE value = 'positive'""",
    "d_excluded": """SELECT subject_id, disease, max(dated) AS dated, max(day) AS day, max(known) AS known
        FROM d_class WHERE value = 'discarded' GROUP BY subject_id, disease""",
    # A class said on the day of an exclusion is excluded with the rest; one without a day stands before all others.
    "d_case": """SELECT c.subject_id, c.disease, arg_min(c.value, COALESCE(array_position(
            ['confirmed', 'clinical', 'probable', 'asymptomatic', 'suspected'], c.value), 9)) AS value
        FROM d_class c LEFT JOIN d_excluded x USING (subject_id, disease)
        WHERE c.value <> 'discarded' AND (x.subject_id IS NULL OR c.dated > x.dated
            OR (x.dated IS NULL AND (c.dated IS NOT NULL OR c.known >= x.known)))
        GROUP BY c.subject_id, c.disease""",
    "d_positive": """SELECT r.* FROM d_result r LEFT JOIN d_excluded x USING (subject_id, disease)
        WHERE r.value = 'positive' AND (x.subject_id IS NULL OR r.day > x.day)""",
    "d_stay": "SELECT p.disease, s.* EXCLUDE (disease) FROM d_any_stay s JOIN d_person p USING (subject_id)",
    "d_sure": "SELECT * FROM d_stay WHERE certain AND kind <> 'home'",
    # A stay lasts until it ends or the next begins, at home too.
    "d_lying": """SELECT * FROM (SELECT * FROM d_stay WHERE certain AND {open} QUALIFY row_number() OVER (
            PARTITION BY subject_id, disease ORDER BY COALESCE(dated, DATE '0001-01-01') DESC,
            array_position(['home', 'site', 'ward'], kind) DESC, known DESC, id DESC) = 1)
        WHERE kind <> 'home'""",
    "d_left": """SELECT subject_id, disease, arg_max(id, (ends, id)) AS id, max(ends) AS ends FROM d_sure
        WHERE kind = 'ward' AND ends <= {day} GROUP BY subject_id, disease""",
    "d_guess": "SELECT * FROM d_stay WHERE NOT certain AND kind = 'ward' AND {open}",
    "d_last": """SELECT subject_id, disease, value, max(dated) AS dated,
            arg_max(day, (COALESCE(dated, DATE '9999-12-31'), known, id)) AS day
        FROM d_outcome GROUP BY subject_id, disease, value""",
    "d_dead": "SELECT * FROM d_last WHERE value = 'died'",
    "d_house": """WITH RECURSIVE up(id, top, part_of, steps) AS (
            SELECT id, id, part_of_id, 0 FROM organisations_facility UNION ALL
            SELECT up.id, f.id, f.part_of_id, steps + 1 FROM up JOIN organisations_facility f ON f.id = up.part_of
            WHERE steps < 20)
        SELECT id, max_by(top, steps) AS top FROM up GROUP BY id""",
    "d_told": """SELECT 'result' AS what, disease FROM cases_result WHERE {told}
        UNION SELECT 'tube', disease FROM cases_specimen WHERE {told}
        UNION SELECT 'stay', '' FROM isolation_stay WHERE kind = 'ward' AND certain = 1 AND {told}""",
}
# By the names of the rules' kinds: SELECT of subject_id and disease.
_KINDS = {
    "positive_not_in_register": """
        SELECT subject_id, disease FROM d_positive EXCEPT SELECT subject_id, disease FROM d_case""",
    "positive_not_confirmed": """
        SELECT c.subject_id, c.disease FROM d_case c JOIN d_positive USING (subject_id, disease)
        WHERE c.value NOT IN ('confirmed', 'asymptomatic')""",
    "confirmed_without_result": """
        SELECT c.subject_id, c.disease FROM d_case c JOIN d_lying l USING (subject_id, disease)
        WHERE c.value = 'confirmed' AND l.kind = 'ward'
            AND c.disease IN (SELECT disease FROM d_told WHERE what = 'result')
        EXCEPT SELECT subject_id, disease FROM d_positive""",
    "hospitalised_without_stay": """
        SELECT subject_id, disease FROM d_person WHERE EXISTS (SELECT 1 FROM d_told WHERE what = 'stay')
        INTERSECT (SELECT subject_id, disease FROM d_outcome WHERE value = 'discharged'
            UNION (SELECT subject_id, disease FROM d_guess EXCEPT SELECT subject_id, disease FROM d_outcome))
        EXCEPT SELECT subject_id, disease FROM d_sure WHERE kind = 'ward'""",
    "stays_overlap": """
        SELECT a.subject_id, a.disease FROM d_sure a JOIN d_sure b USING (subject_id, disease)
        JOIN d_house ha ON ha.id = a.facility JOIN d_house hb ON hb.id = b.facility
        WHERE ha.top <> hb.top AND (a.dated, a.known, a.id) < (b.dated, b.known, b.id)
            AND (a.ends IS NULL OR a.ends > b.dated)""",
    "discharged_still_lying": """
        SELECT l.subject_id, l.disease FROM d_lying l JOIN d_last o USING (subject_id, disease)
        WHERE l.kind = 'ward' AND o.value = 'discharged' AND (l.dated IS NULL OR l.dated <= o.day)
        EXCEPT SELECT subject_id, disease FROM d_dead""",
    "died_still_lying": """
        SELECT l.subject_id, l.disease FROM d_lying l JOIN d_dead o USING (subject_id, disease)
        WHERE l.dated IS NULL OR l.dated <= o.day""",
    "died_in_one_only": """
        SELECT d.subject_id, d.disease FROM d_dead d JOIN (
            SELECT subject_id, disease, source FROM d_class UNION SELECT subject_id, disease, source FROM d_outcome
            EXCEPT SELECT subject_id, disease, source FROM d_outcome WHERE value = 'died'
        ) k USING (subject_id, disease)
        WHERE k.source <> 'desk' AND (k.disease, k.source) IN (SELECT (disease, source) FROM d_outcome)""",
    "seen_after_death": """
        SELECT d.subject_id, d.disease FROM d_dead d JOIN (
            SELECT subject_id, disease, dated FROM d_tube UNION SELECT subject_id, disease, dated FROM d_result
            UNION SELECT subject_id, disease, dated FROM d_sure
        ) s USING (subject_id, disease) WHERE s.dated > d.dated""",
    "left_without_outcome": """
        SELECT c.subject_id, c.disease FROM d_case c JOIN d_left l USING (subject_id, disease)
        WHERE c.value = 'confirmed' AND NOT EXISTS (SELECT 1 FROM d_sure s WHERE s.subject_id = c.subject_id
            AND s.disease = c.disease AND s.id <> l.id AND s.dated >= l.ends)
        EXCEPT (SELECT subject_id, disease FROM d_outcome UNION SELECT subject_id, disease FROM d_lying)""",
    "result_without_specimen": """
        SELECT r.subject_id, r.disease FROM d_result r JOIN d_person USING (subject_id, disease)
        WHERE NOT EXISTS (SELECT 1 FROM d_tube u WHERE u.subject_id = r.subject_id AND u.disease = r.disease
            AND (u.id = r.tube OR (r.tube IS NULL AND (u.dated IS NULL OR u.dated = r.dated))))
        AND (r.tube IS NOT NULL OR r.disease IN (SELECT disease FROM d_told WHERE what = 'tube'))""",
}
