"""Names for what rows point to that are the same in every home: no ids, no keys, no order of arrival."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mainstay.cycle.check.findings import Finding
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import decrypt, load_keys, normal

if TYPE_CHECKING:
    import duckdb

UNREADABLE = code("person.identifier_unreadable", "An identifier cannot be decrypted with this instance's keys.")

# What a table's rows are called outside this instance.
NAMES: dict[str, str] = {
    "organisations_organisation": "code",
    "organisations_facility": "code",
    "organisations_post": "code",
    "places_place": "code",
    "platform_actor": "name",
}
CHUNK = 20_000


def label_persons(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """person_label(id, label): the hash of a person's decrypted identifiers, '' while there are none."""
    findings = _hash_identifiers(duck)
    duck.execute(
        "CREATE OR REPLACE TABLE person_label AS SELECT p.id, COALESCE(l.label, '') AS label "
        "FROM people_person p LEFT JOIN ("
        "SELECT person_id, sha256(string_agg(hash, '' ORDER BY hash)) AS label "
        "FROM identifier_hash GROUP BY person_id) l ON l.person_id = p.id"
    )
    duck.execute("DROP TABLE identifier_hash")
    return findings


def _hash_identifiers(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """identifier_hash(person_id, hash): in clear nothing leaves this function."""
    import pyarrow as pa

    keys = load_keys()
    duck.execute("CREATE OR REPLACE TABLE identifier_hash (person_id VARCHAR, hash VARCHAR)")
    cursor = duck.cursor().execute("SELECT id, person_id, scheme, sealed FROM people_identifier")
    findings = []
    while chunk := cursor.fetchmany(CHUNK):
        persons, hashes = [], []
        for identity, person, scheme, sealed in chunk:
            try:
                value = normal(decrypt(keys, sealed, place_of(identity)))
            except (MainstayError, ValueError, IndexError):
                findings.append(_unreadable(identity, person))
                continue
            persons.append(person)
            hashes.append(hashlib.sha256(f"{scheme}\x1f{value}".encode()).hexdigest())
        columns = [pa.array(persons, pa.string()), pa.array(hashes, pa.string())]
        duck.register("hashed", pa.table(columns, ["p", "h"]))
        duck.execute("INSERT INTO identifier_hash SELECT p, h FROM hashed")
        duck.unregister("hashed")
    return findings


def place_of(identity: str) -> str:
    """What an identifier was sealed for: its table, column and row."""
    return f"people_identifier.sealed.{identity}"


def _unreadable(identity: str, person: str) -> Finding:
    return Finding(
        UNREADABLE,
        "people_identifier",
        identity,
        "readable with this instance's keys",
        "not readable",
        f"The identifier {identity} of person {person} cannot be decrypted: it was altered or moved, "
        "or it belongs to other keys.",
    )


def label_the_nameless(duck: duckdb.DuckDBPyConnection, own_facts: list[str]) -> None:
    """Who has no identifier is called by the facts about them: `own_facts` select (person_id, hash)."""
    said = " UNION ALL ".join(own_facts) or "SELECT '' AS person_id, '' AS hash WHERE FALSE"
    duck.execute(
        "CREATE OR REPLACE TABLE person_label AS SELECT p.id, "
        "CASE WHEN p.label <> '' THEN p.label ELSE COALESCE(n.label, 'nothing known') END AS label "
        "FROM person_label p LEFT JOIN ("
        "SELECT person_id, sha256(string_agg(hash, '' ORDER BY hash)) AS label "
        f"FROM ({said}) GROUP BY person_id) n ON n.person_id = p.id"
    )
