"""Whoever changes the ledger or a fact beneath the triggers is found and named."""

from __future__ import annotations

import pytest
from django.db import connection

from mainstay.cases.models import Classification, Onset
from mainstay.cycle import check
from mainstay.platform import ledger, triggers
from mainstay.platform.expiry import expire
from mainstay.platform.models import Seal
from tests.cycle.check_world import DAY, FLU, beneath, codes, fact, person, value_of, world, write

pytestmark = pytest.mark.django_db(transaction=True)


def found(**kwargs):
    """The findings of a check that must not be clean."""
    result = check.run(**kwargs)
    assert not result.ok
    return result.findings


def test_a_clean_instance_is_green_and_says_what_it_read():
    world()
    result = check.run()
    assert result.findings == ()
    assert result.ok
    assert result.counts["entries"] == 4
    assert result.counts["facts"] == 4 + 1 + 3 + 2
    assert result.last_seal["no"] == 2
    assert len(result.digest) == 64


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's log is its server's affair")
def test_a_check_leaves_the_open_database_alone():
    """A log of 20 MB, brought into the file; a check; as much again. The check's own library on the live file would
    cut off the log's index in memory, and the last of it would be a bus error."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (page BLOB)")
        for _ in range(2):
            cursor.execute(
                "INSERT INTO ballast WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                "SELECT zeroblob(4000) FROM n"
            )
            cursor.execute("PRAGMA wal_checkpoint(RESTART)")
            cursor.execute("DELETE FROM ballast WHERE rowid = 1")
            assert check.run().ok
        cursor.execute("SELECT COUNT(*) FROM ballast")
        assert cursor.fetchone() == (2 * 5000 - 1,)  # the second DELETE finds none
        cursor.execute("DROP TABLE ballast")


def test_an_empty_instance_is_green():
    assert check.run().ok


def test_entries_after_the_last_seal_are_allowed():
    here = world()
    write(fact(Classification, person=here.case, disease=FLU, value="confirmed"))
    assert check.run().ok


def test_an_altered_fact_that_came_alone_is_named_itself():
    here = world()
    with beneath() as cursor:
        cursor.execute("UPDATE cases_onset SET observed_date = '2020-01-20'")
    (only,) = found()
    assert (only.code, only.table, only.id) == ("ledger.fact_altered", "cases_onset", here.alone.id.hex)


def test_an_altered_fact_among_others_is_named_by_its_entry_and_tables():
    here = world()
    with beneath() as cursor:
        cursor.execute("UPDATE screening_check SET tenths = 400 WHERE tenths = 367")
    (only,) = found()
    assert only.code == "ledger.fact_altered"
    assert only.table == "screening_check"
    assert only.id == str(here.entries[2].no)
    assert "screening_check" in only.sentence


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases_onset SET became_known_at = '2020-02-01 11:59:59.999999+00:00'",
        "UPDATE cases_onset SET source = 'test '",
        "UPDATE cases_onset SET observed_date = NULL",
        "UPDATE cases_onset SET version = 2",
    ],
)
def test_no_column_is_outside_the_proof(change):
    world()
    with beneath() as cursor:
        if connection.vendor == "sqlite":
            change = change.replace("+00:00", "")
        cursor.execute(change)
    assert "ledger.fact_altered" in codes()


def test_a_removed_fact_is_counted_under_its_entry():
    here = world()
    with beneath() as cursor:
        cursor.execute("DELETE FROM screening_check WHERE tenths = 367")
    (only,) = found()
    assert (only.code, only.id) == ("ledger.fact_removed", str(here.entries[2].no))
    assert (only.expected, only.found) == ("3 facts", "2 facts")


def test_an_added_fact_is_counted_under_its_entry():
    here = world()
    with beneath() as cursor:
        new = person("somebody")
        row = fact(Onset, person=new, disease=FLU)
        row.entry_id = here.entries[1].no
        row.save(force_insert=True)
        cursor.execute("SELECT 1")
    assert codes() == ["ledger.fact_added"]


def test_the_last_entry_cut_off_with_its_facts_is_missed_by_its_seal():
    here = world()
    _cut_off(here.entries[3].no)
    (only,) = found()
    assert (only.code, only.id) == ("ledger.cut", str(here.entries[3].no))
    assert only.found == f"entries to {here.entries[2].no}"


def test_cut_off_with_its_seal_only_the_expected_seal_tells():
    here = world()
    last = Seal.objects.get(no=2)
    assert check.run(expect_seal=(last.no, last.hash)).ok
    _cut_off(here.entries[3].no)
    with beneath() as cursor:
        cursor.execute("DELETE FROM platform_seal WHERE no = 2")
    assert check.run().ok
    (only,) = found(expect_seal=(last.no, last.hash))
    assert (only.code, only.id, only.found) == ("ledger.seal_unmet", "2", "absent")


def test_an_expected_seal_with_another_hash_is_a_history_made_anew():
    world()
    (only,) = found(expect_seal=(1, "0" * 64))
    assert only.code == "ledger.seal_unmet"
    assert "made anew" in only.sentence


def test_an_entry_removed_from_the_middle_is_named():
    here = world()
    no = here.entries[2].no
    with beneath() as cursor:
        cursor.execute("DELETE FROM screening_check WHERE entry_id = %s", [no])
        cursor.execute("DELETE FROM platform_entry WHERE no = %s", [no])
    (only,) = found()
    assert (only.code, only.table, only.id) == ("ledger.entry_missing", "platform_entry", str(no))
    assert (only.expected, only.found) == ("2 entries", "1 entries")


def test_facts_without_their_entry_are_named_by_table():
    here = world()
    no = here.entries[2].no
    with beneath() as cursor:
        cursor.execute("DELETE FROM platform_entry WHERE no = %s", [no])
    assert {(f.code, f.table, f.id) for f in found()} == {
        ("ledger.entry_missing", "platform_entry", str(no)),
        ("ledger.fact_without_entry", "screening_check", str(no)),
    }


def test_an_entry_rewritten_to_fit_its_altered_fact_breaks_the_seal():
    here = world()
    with beneath() as cursor:
        cursor.execute("UPDATE platform_entry SET verb = 'other' WHERE no = %s", [here.entries[0].no])
    (only,) = found()
    assert (only.code, only.id) == ("ledger.seal_broken", "1")


def test_a_seal_made_with_another_key_is_forged():
    world()
    with beneath() as cursor:
        cursor.execute("UPDATE platform_seal SET hmac = %s WHERE no = 2", ["0" * 64])
    (only,) = found()
    assert (only.code, only.id) == ("ledger.seal_forged", "2")


def test_a_seal_taken_from_the_middle_is_missed():
    world()
    with beneath() as cursor:
        cursor.execute("DELETE FROM platform_seal WHERE no = 1")
    assert "ledger.seal_missing" in codes()


def test_a_table_without_its_trigger_is_named():
    world()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER cases_onset_no_update")
        else:
            cursor.execute("ALTER TABLE cases_onset DISABLE TRIGGER cases_onset_append_only")
    try:
        (only,) = found()
        assert (only.code, only.table) == ("ledger.trigger_missing", "cases_onset")
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ALTER TABLE cases_onset ENABLE TRIGGER cases_onset_append_only")
        triggers.install()


def test_a_version_lost_from_a_record_is_named():
    here = world()
    write(fact(Classification, root=here.alone.id, version=1, person=here.case, disease=FLU, value="suspected"))
    write(fact(Classification, root=here.alone.id, version=3, person=here.case, disease=FLU, value="confirmed"))
    (only,) = found()
    assert (only.code, only.table, only.id) == (
        "fact.versions_broken",
        "cases_classification",
        here.alone.id.hex,
    )


def test_a_fact_of_somebody_who_is_gone_is_named():
    here = world()
    with beneath() as cursor:
        cursor.execute("DELETE FROM people_person WHERE id = %s", [value_of(here.stranger.id)])
    (only,) = found()
    assert (only.code, only.table) == ("fact.reference_broken", "tracing_contact")
    assert here.stranger.id.hex in only.sentence


def test_a_fact_lawfully_ended_leaves_the_ledger_provable():
    here = world()
    newer = fact(Onset, DAY, root=here.alone.root, version=2, person=here.case, disease=FLU)
    write(newer)
    expire(
        Onset,
        [here.alone.id],
        reason="time over",
        by=ledger.actor("clerk"),
        at=here.entries[0].at,
        purpose="law",
    )
    ledger.seal(at=here.entries[0].at)
    assert check.run().ok
    with beneath() as cursor:
        cursor.execute("UPDATE platform_expired SET row_hash = %s", ["0" * 64])
    assert set(codes()) == {"ledger.fact_altered"}


def _cut_off(no):
    with beneath() as cursor:
        cursor.execute("DELETE FROM tracing_contact WHERE entry_id = %s", [no])
        cursor.execute("DELETE FROM platform_entry WHERE no = %s", [no])
