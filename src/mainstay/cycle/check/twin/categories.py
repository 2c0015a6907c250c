"""Who belongs to which category of people, and that nobody of concern is without a duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

CATEGORY_OFF = code("person.category_off", "A person's category is not what the facts and the protocol make it.")
WITHOUT_DUTY = code("person.without_duty", "A person of concern has no duty at all.")


def compare(duck: duckdb.DuckDBPyConnection, disease: str, categories: str | None) -> list[Finding]:
    """The state kept of each person against `categories`(subject_id, category); None: nobody has one."""
    should = categories or "(SELECT '' AS subject_id, '' AS category WHERE FALSE)"
    return [*_off(duck, disease, should), *_without_duty(duck, disease, should)]


def _off(duck: duckdb.DuckDBPyConnection, disease: str, should: str) -> list[Finding]:
    def tell(person: str, expected: str, is_so: str) -> Finding:
        sentence = (
            f"Person {person} is listed under {disease} as {is_so or 'of no category'}; "
            f"the facts make them {expected or 'of no category'}."
        )
        return Finding(CATEGORY_OFF, "duties_subjectstate", person, expected, is_so, sentence)

    return sql.found(
        duck,
        "SELECT COALESCE(c.subject_id, s.subject_id), COALESCE(c.category, ''), COALESCE(s.category, '') "
        f"FROM {should} c FULL JOIN (SELECT * FROM duties_subjectstate "
        "WHERE disease = ? AND subject_type = 'person') s ON s.subject_id = c.subject_id "
        "WHERE COALESCE(c.category, '') <> COALESCE(s.category, '') ORDER BY 1",
        tell,
        [disease],
    )


def _without_duty(duck: duckdb.DuckDBPyConnection, disease: str, should: str) -> list[Finding]:
    def tell(person: str, category: str) -> Finding:
        sentence = f"Person {person} is {category} under {disease} and has no duty at all: they are missed."
        return Finding(WITHOUT_DUTY, "people_person", person, "a duty", "none", sentence)

    return sql.found(
        duck,
        f"SELECT c.subject_id, c.category FROM {should} c WHERE c.category <> '' "
        "AND NOT EXISTS (SELECT 1 FROM duties_duty d WHERE d.subject_id = c.subject_id AND d.disease = ?) ORDER BY 1",
        tell,
        [disease],
    )
