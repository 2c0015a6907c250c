"""What the run could see: the versions that stood, known by its moment, read through merges.

v_<kind>(subject_id, id, disease, day, ...): `id` is the record's root, `day` the day it was so. Where the first or
last of a kind is asked for there are `known`, since when the response is held to it, and `place`, which numbers a
subject's facts: unknown days first, as they became known; then by day; within it what releases, what has a time, what
keeps under care; then by what they say, when they became known, and last by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mainstay.cycle.check.twin.moment import Moment

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact: its table, the column that is its day, what else is asked of it."""

    table: str
    day: str = "observed_date"
    columns: tuple[str, ...] = ()
    has_disease: bool = True
    # Its facts have a place; of two of one day without times the one with the higher weight is the later.
    placed: bool = True
    weight: str = "0"


def _rising(column: str, *values: str) -> str:
    """SQL of a weight: the place of a value among these; whatever is not among them weighs like the second."""
    return f"COALESCE(array_position({list(values)}, {column}) - 1, 1)"


KINDS: dict[str, Kind] = {
    "classification": Kind(
        "cases_classification",
        columns=("value",),
        weight=_rising("value", "discarded", "suspected", "asymptomatic", "probable", "clinical", "confirmed"),
    ),
    "onset": Kind("cases_onset"),
    "severity": Kind(
        "cases_severity", columns=("value",), weight=_rising("value", "mild", "ordinary", "severe", "critical")
    ),
    "symptom": Kind("cases_symptom", columns=("name", "present"), has_disease=False, weight="CAST(present AS INTEGER)"),
    "specimen": Kind("cases_specimen", columns=("kind",), placed=False),
    "result": Kind(
        "cases_result",
        columns=("observed_at", "test", "value"),
        weight=_rising("value", "negative", "inconclusive", "positive"),
    ),
    "outcome": Kind("cases_outcome", columns=("value",)),
    "report": Kind("cases_report"),
    "exposure": Kind(
        "tracing_exposure",
        "last_date",
        (
            "first_date",
            "latest_date",
            "kind",
            "index_id",
            "index_class",
            "index_onset_date",
            "index_positive_date",
            "index_report_date",
        ),
    ),
    "presence": Kind("tracing_presence", "last_date", ("first_date", "area"), has_disease=False, placed=False),
    "stay": Kind(
        "isolation_stay",
        "starts_date",
        ("ends_date", "kind", "facility_id", "certain"),
        has_disease=False,
        weight=_rising("kind", "home", "site", "ward"),
    ),
    "check": Kind("screening_check", columns=("of", "tenths"), has_disease=False, placed=False),
    "evidence": Kind("duties_evidence", columns=("kind",), placed=False),
    "treatment": Kind("care_treatment", columns=("kind",), placed=False),
    "offer": Kind("isolation_offer", columns=("kind",), placed=False),
    "order": Kind("isolation_order", columns=("kind", "starts_at", "ends_at", "review_at", "served_at", "oral")),
    "objection": Kind("isolation_objection", columns=("order_root", "decision")),
    "trait": Kind(
        "people_trait", columns=("name", "value"), has_disease=False, weight="CASE WHEN value = 'yes' THEN 0 ELSE 1 END"
    ),
}


def bounds(alias: str, moment: Moment) -> str:
    """SQL: in the ledger the run read, and known by its moment."""
    return f"{alias}.entry_id <= {moment.to_entry} AND {alias}.became_known_at <= {moment.at}"


def standing(table: str, moment: Moment) -> str:
    """SQL of the versions that stand: by anti-join over the whole table, so that a version which moved to
    somebody else supersedes this one.
    """
    return (
        f'SELECT f.* FROM "{table}" f WHERE f.retracted = 0 AND {bounds("f", moment)} '
        f'AND NOT EXISTS (SELECT 1 FROM "{table}" c WHERE c.version > 1 AND c.root = f.root '
        f"AND c.version > f.version AND {bounds('c', moment)})"
    )


def see(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """survivor(person_id, survivor_id) of the absorbed, then v_<kind> for every kind, then v_named."""
    _survivors(duck, moment)
    _readings(duck, moment)
    for name, kind in KINDS.items():
        disease = "f.disease" if kind.has_disease else "''"
        columns = "".join(f', f."{column}"' for column in kind.columns)
        facts = f"({standing(kind.table, moment)}) f {MERGED}"
        base = f"SELECT {SUBJECT} AS subject_id, f.root AS id, {disease} AS disease, f.{kind.day} AS day{columns}"
        if kind.placed:
            told = f"{base}, {_KNOWN} AS known FROM {facts} ASOF LEFT JOIN reading r ON f.entry_id <= r.to_entry"
            select = (
                f"SELECT *, row_number() OVER (PARTITION BY subject_id ORDER BY {_order(kind)}) AS place FROM ({told})"
            )
        else:
            select = f"{base} FROM {facts}"
        duck.execute(f"CREATE OR REPLACE TABLE v_{name} AS {select}")
    _contacts(duck, moment)


_KNOWN = "CASE WHEN f.became_known_at < r.starts_at THEN r.moment_at ELSE f.became_known_at END"
# Ids are this instance's own: which record is named says nothing that could decide an order.
_NAMES_A_RECORD = ("facility_id", "index_id", "order_root")


def _order(kind: Kind) -> str:
    """SQL of the order within a subject: see the head of this page."""
    hour = []
    if "observed_at" in kind.columns:
        timed = f"CASE WHEN observed_at IS NOT NULL THEN 1 WHEN {kind.weight} = 0 THEN 0 ELSE 2 END"
        hour = [timed, "observed_at"]
    said = [f'"{column}"' for column in kind.columns if column not in _NAMES_A_RECORD]
    if "facility_id" in kind.columns:
        said.insert(said.index('"certain"'), "facility_id IS NOT NULL")
    keys = ("day", "CASE WHEN day IS NULL THEN known END", *hour, kind.weight, *said, "known", "id")
    return ", ".join(f"{key} NULLS FIRST" for key in keys)


def _readings(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """reading(to_entry, starts_at, moment_at): the runs that read further than those before them."""
    duck.execute(
        "CREATE OR REPLACE TABLE reading AS SELECT to_entry, day_start(period_date) AS starts_at, moment_at "
        f"FROM cycle_run WHERE status = 'done' AND to_entry <= {moment.to_entry} "
        "QUALIFY to_entry > COALESCE(max(to_entry) OVER "
        "(ORDER BY started_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1)"
    )


SUBJECT = "COALESCE(s.survivor_id, f.person_id)"
MERGED = "LEFT JOIN survivor s ON s.person_id = f.person_id"


def _survivors(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Whom the absorbed are read as, following merges of merges to the end."""
    duck.execute(
        "CREATE OR REPLACE TABLE merged AS SELECT person_id, max_by(into_id, id) AS into_id "
        f"FROM ({standing('people_merge', moment)}) GROUP BY person_id"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE survivor AS WITH RECURSIVE up(person_id, survivor_id, steps) AS ("
        "SELECT person_id, into_id, 1 FROM merged UNION "
        "SELECT up.person_id, m.into_id, steps + 1 FROM up JOIN merged m ON m.person_id = up.survivor_id "
        "WHERE steps < 100) "
        "SELECT person_id, max_by(survivor_id, steps) AS survivor_id FROM up GROUP BY person_id"
    )


def _contacts(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """v_contact: contacts known by the moment, where nobody said when by the first report of the index, else
    of the contact, else on receipt; v_named: the same from the side of whoever named them.

    A report counts from when it was known, unless a later version of it was known no later; what becomes of it
    afterwards unsays nothing. Of a contact the last version known counts, whatever told of it.
    """
    duck.execute(
        "CREATE OR REPLACE TABLE first_report AS SELECT person_id, min(became_known_at) AS at FROM ("
        "SELECT *, min(became_known_at) OVER (PARTITION BY root ORDER BY version "
        "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS overtaken_at "
        f"FROM cases_report WHERE entry_id <= {moment.to_entry}) WHERE retracted = 0 "
        f"AND became_known_at <= {moment.at} AND (overtaken_at IS NULL OR overtaken_at > became_known_at) "
        "GROUP BY person_id"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE contact_version AS SELECT f.root, f.version, f.retracted, f.person_id, f.index_id, "
        "f.disease, f.kind, f.first_date, f.last_date, "
        'COALESCE(f.became_known_at, ri.at, rp.at, e."at") AS known_at FROM tracing_contact f '
        "LEFT JOIN first_report ri ON ri.person_id = f.index_id "
        "LEFT JOIN first_report rp ON rp.person_id = f.person_id "
        "LEFT JOIN platform_entry e ON e.no = f.entry_id "
        f"WHERE f.entry_id <= {moment.to_entry} AND known_at <= {moment.at}"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE v_contact AS SELECT f.root AS id, f.person_id, f.index_id, f.disease, f.kind, "
        f"f.first_date, f.last_date, {SUBJECT} AS subject_id, COALESCE(i.survivor_id, f.index_id) AS index_subject, "
        f"f.known_at FROM contact_version f {MERGED} LEFT JOIN survivor i ON i.person_id = f.index_id "
        "WHERE f.retracted = 0 AND NOT EXISTS (SELECT 1 FROM contact_version c "
        "WHERE c.version > 1 AND c.root = f.root AND c.version > f.version)"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE v_named AS "
        "SELECT index_subject AS subject_id, id, disease, last_date AS day FROM v_contact"
    )


# Every list of facts about a person, by the name that evidence and anchors use.
LISTS: tuple[str, ...] = (*KINDS, "named")


def stands(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """stands(id): everything that may close a duty; a holding by its root, an answer by its own id."""
    every = [f"SELECT id FROM v_{name}" for name in LISTS]
    every.append(f"SELECT root FROM ({standing('organisations_holding', moment)})")
    every.append(f"SELECT id FROM ({standing('intake_question', moment)}) WHERE answered = 1")
    duck.execute(f"CREATE OR REPLACE TABLE stands AS {' UNION '.join(every)}")


def house(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """v_held(subject_id) of posts, v_question(subject_id, kind), and v_answered(subject_id) of both."""
    duck.execute(
        "CREATE OR REPLACE TABLE v_held AS SELECT DISTINCT post_id AS subject_id "
        f"FROM ({standing('organisations_holding', moment)}) "
        f"WHERE starts_at <= {moment.at} AND (ends_at IS NULL OR ends_at > {moment.at})"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE v_question AS SELECT root AS subject_id, kind, answered "
        f"FROM ({standing('intake_question', moment)})"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE v_answered AS SELECT subject_id FROM v_held "
        "UNION SELECT subject_id FROM v_question WHERE answered = 1"
    )
