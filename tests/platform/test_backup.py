"""One file holds the instance: whole or not at all, refused where anything in it is not what was written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from mainstay.cases.models import Onset
from mainstay.cycle import check
from mainstay.intake import uploads
from mainstay.people.services import call_anew
from mainstay.platform import ledger
from mainstay.platform.backup import opened, restoring, write
from mainstay.platform.backup.passphrase import lock, unlock
from mainstay.platform.backup.snapshot import snapshot
from mainstay.platform.backup.writing import MANIFEST, SIGNATURE
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.platform.keys import Keys, keys_of, keys_text, load_keys
from mainstay.platform.models import Instance as InstanceRow
from mainstay.platform.nights import last_night
from mainstay.platform.tasks import prune
from tests.instances import ON_POSTGRESQL, Instance
from tests.platform.archives import GONE, changed, flipped, halved, manifest_changed, rewritten
from tests.world import World

PASSPHRASE = "seven herons on a wall"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own, with a mapping, an edition, an upload and what must not be kept."""
    home = tmp_path / "home"
    monkeypatch.setenv("MAINSTAY_HOME", str(home))
    for name in ("mappings/river.toml", "editions/city.toml"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("name = 'Ä'\n", encoding="utf-8")
    uploads.keep(content=b"name\nGao\n", name="list.csv", owner=new_id())
    (home / "uploads" / "open-abc").mkdir()
    (home / "uploads" / "open-abc" / "list.csv").write_text("name\nGao\n")
    return home


def lived(world: World) -> None:
    """Something of everything: people with encrypted names, a match, two periods, duties, a seal."""
    world.classified("Gao", "confirmed", "2020-02-01")
    call_anew(person=world.people["Gao"], scheme="name", value="Gao Yi-01", by=world.by, at=world.at)
    world.onset("Gao", "2020-02-01")
    world.met("Hu", "Gao", "2020-02-01")
    world.cycle("2020-02-01")
    world.cycle("2020-02-02")
    ledger.seal(at=now())


# --- there and back -------------------------------------------------------------------------------------------


def test_backup_restore_on_the_other_database_check_same_digest(
    committed_world: World, home: Path, tmp_path: Path
) -> None:
    """SQLite to SQLite; on PostgreSQL to SQLite, and from there to a PostgreSQL database.

    The first file is made as an older version would have: some migrations less, which are caught up on in the end.
    """
    lived(committed_world)
    before = check.run()
    file = tmp_path / "evening.zip"
    done = write(path=file, at=now(), passphrase=PASSPHRASE)
    assert done.last_seal is not None and stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    _made_before_there_was_a_queue(file)
    (tmp_path / "words").write_text(PASSPHRASE + "\n")
    first = Instance(tmp_path / "first", "none")
    told = ("restore", file, "--passphrase-file", tmp_path / "words", "--home", first.home, "--json")

    answer = first.run(*told, MAINSTAY_DATABASE_URL="")
    assert answer.code == 0, answer.err
    assert (answer.data["check"]["digest"], answer.data["rows"]) == (before.digest, done.rows)
    assert answer.data["last_seal"] == done.last_seal
    assert sorted(path.name for path in first.home.iterdir()) == [
        "editions", "keys.toml", "mainstay.sqlite3", "mappings", "uploads",
    ]  # fmt: skip
    assert (first.home / "mappings/river.toml").read_bytes() == (home / "mappings/river.toml").read_bytes()
    with closing(sqlite3.connect(first.home / "mainstay.sqlite3")) as restored:
        # By what people are found is in no backup: asked for once, by the migration that brought it.
        assert restored.execute("SELECT kind, key FROM platform_job").fetchall() == [
            ("people.search", "people.search@1")
        ]
        assert restored.execute("SELECT COUNT(*) FROM people_searchterm").fetchone() == (0,)
    if ON_POSTGRESQL:
        _and_back(first, tmp_path, before.digest)


def _made_before_there_was_a_queue(file: Path) -> None:
    """And before persons had a digest of their address, which is the last of their columns."""
    with zipfile.ZipFile(file) as kept:
        rows = [json.loads(line)[:-1] for line in kept.read(PERSONS).splitlines()]
    lines = b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)

    def older(manifest: dict) -> None:
        manifest["migrations"]["platform"].remove("0003_job")
        manifest["migrations"]["people"] = ["0001_initial"]
        persons = manifest["tables"]["people_person"]
        assert persons["columns"].pop() == "address_blind"
        persons["sha256"] = hashlib.sha256(lines).hexdigest()

    rewritten(file, {PERSONS: lambda _rows: lines, MANIFEST: lambda text: manifest_changed(text, older)}, sign=True)


PERSONS = "tables/people_person.jsonl"


def _and_back(first: Instance, folder: Path, digest: str) -> None:
    back = folder / "back.zip"
    written = first.run("backup", "-o", back, "--home", first.home, MAINSTAY_DATABASE_URL="")
    assert written.code == 0 and "Last seal" in written.out, written.err
    second = Instance.new(folder / "second")
    second.home.mkdir(parents=True)
    shutil.copy(first.home / "keys.toml", second.home)
    answer = second.run("restore", back, "--json")
    assert answer.code == 0, answer.err
    assert (answer.data["database"], answer.data["check"]["digest"]) == ("postgresql", digest)
    with psycopg.connect(second.environment()["MAINSTAY_DATABASE_URL"]) as server:
        # The database's own numbers go on after those that were restored.
        [(last,)] = server.execute("SELECT max(no) FROM platform_entry").fetchall()
        [(following,)] = server.execute("SELECT nextval('platform_entry_no_seq')").fetchall()
        assert following == last + 1
        # Asked for by the restoration, since this backup's tables are of today.
        assert server.execute("SELECT kind, state FROM platform_job").fetchall() == [("people.search", "ready")]
    second.drop()


@pytest.mark.soak  # tables are made three times
@pytest.mark.parametrize("place", ["restore.before_commit", "restore.after_commit"])
def test_killed_half_way_there_is_no_instance_and_it_is_run_again(
    committed_world: World, home: Path, tmp_path: Path, place: str
) -> None:
    lived(committed_world)
    before = check.run()
    write(path=tmp_path / "a.zip", at=now())
    second = Instance.new(tmp_path)
    with_keys(second.home)
    assert second.run("restore", tmp_path / "a.zip", MAINSTAY_FAILPOINT=place).code == -9
    if place == "restore.before_commit":
        assert "[instance.missing]" in second.run("check").err
        assert second.run("restore", tmp_path / "a.zip").code == 0
    answer = second.run("check", "--json")
    assert (answer.code, answer.data["digest"]) == (0, before.digest)
    second.drop()


def with_keys(folder: Path) -> None:
    folder.mkdir()
    (folder / "keys.toml").write_text(keys_text(load_keys()))
    (folder / "keys.toml").chmod(0o600)


# --- refused ----------------------------------------------------------------------------------------------------


def a_newer_table(manifest: dict) -> None:
    manifest["migrations"]["cases"].append("9999_of_next_year")


ONSETS = "tables/cases_onset.jsonl"
WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (halved, "backup.foreign"),
    "the last byte gone": (lambda file: file.write_bytes(file.read_bytes()[:-1]), "backup.foreign"),
    "empty": (lambda file: file.write_bytes(b""), "backup.foreign"),
    "a picture": (lambda file: file.write_bytes(b"\x89PNG" * 900), "backup.foreign"),
    "gone": (Path.unlink, "backup.foreign"),
    "somebody's workbook": (
        lambda file: rewritten(file, {MANIFEST: lambda _old: GONE, "xl/workbook.xml": lambda _old: b"<a/>"}),
        "backup.foreign",
    ),
    "somebody's manifest": (lambda file: changed(file, lambda m: m.update(format="else/1")), "backup.foreign"),
    "a manifest that is no JSON": (lambda file: rewritten(file, {MANIFEST: lambda t: t[:-9]}), "backup.damaged"),
    "a manifest of nothing": (lambda file: rewritten(file, {MANIFEST: lambda _t: b"[]"}), "backup.damaged"),
    "a byte changed": (flipped, "backup.damaged"),
    "a row changed": (
        lambda file: rewritten(file, {ONSETS: lambda rows: rows.replace(b"2020-02-01", b"2020-02-03")}),
        "backup.damaged",
    ),
    "a row taken out": (lambda file: rewritten(file, {ONSETS: lambda _rows: b"\n"}), "backup.damaged"),
    "a manifest changed": (lambda file: changed(file, lambda m: m.update(made_at="2019")), "backup.damaged"),
    "no signature": (lambda file: rewritten(file, {SIGNATURE: lambda _old: GONE}), "backup.damaged"),
    "a member more": (lambda file: rewritten(file, {"files/../../x": lambda _old: b"x"}), "backup.damaged"),
    "another format": (lambda file: changed(file, lambda m: m.update(format="mainstay.backup/2")), "backup.newer"),
    "a newer version's": (lambda file: changed(file, a_newer_table, sign=True), "backup.newer"),
}  # fmt: skip


def test_what_is_not_what_was_written_is_refused_with_its_reason_and_nothing_is_written(
    committed_world: World, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed_world.onset("Gao", "2020-02-01")
    good, told = tmp_path / "good.zip", {}
    write(path=good, at=now())
    monkeypatch.setenv("MAINSTAY_HOME", str(tmp_path / "new"))
    for name, (spoil, _code) in WRONG.items():
        file = tmp_path / "spoilt.zip"
        shutil.copy(good, file)
        spoil(file)
        with pytest.raises(MainstayError) as refusal, opened(file) as archive:
            archive.prove(load_keys())
            restoring._targets(archive)
        assert refusal.value.exit_code == 2 and str(file) in refusal.value.sentence
        told[name] = refusal.value.code
    assert told == {name: code for name, (_spoil, code) in WRONG.items()}
    other = Keys(**{**vars(load_keys()), "cipher": b"9" * 32})
    with pytest.raises(MainstayError) as refusal, opened(good) as archive:
        archive.prove(other)
    assert refusal.value.code == "backup.other_keys"
    assert not (tmp_path / "new").exists()


def test_nothing_is_restored_over_anything(
    committed_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    restoring.hold_empty(home)  # not there
    with_keys(home)
    restoring.hold_empty(home)  # keys alone
    for name, marked, held in (("mainstay.sqlite3", False, True), ("mainstay.sqlite3", True, False), ("a", True, True)):
        (home / name).write_bytes(b"x")
        if marked:
            (home / restoring.MARKER).write_text("cut short")
        if held:
            with pytest.raises(MainstayError) as refusal:
                restoring.hold_empty(home)
            assert refusal.value.code == "restore.not_empty"
        else:
            restoring.hold_empty(home)
    if ON_POSTGRESQL:
        with pytest.raises(MainstayError) as refusal:
            restoring.hold_database_empty()
        assert refusal.value.code == "restore.not_empty"


def test_the_command_says_what_is_wrong_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    answer = Instance(tmp_path / "new", "none").run("restore", tmp_path / "x.zip", MAINSTAY_DATABASE_URL="")
    assert (answer.code, answer.out, not (tmp_path / "new").exists()) == (2, "", True)
    assert "cannot be read as a backup" in answer.err


# --- writing ------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_of_one_instant(committed_world: World) -> None:
    committed_world.onset("Gao", "2020-02-01")
    with snapshot() as seen:
        committed_world.onset("Hu", "2020-02-01")
        assert Onset.objects.count() == 2
        assert [count for (count,) in seen.rows("SELECT COUNT(*) FROM cases_onset")] == [1]


def test_what_is_kept_and_what_is_not(committed_world: World, home: Path, tmp_path: Path) -> None:
    committed_world.onset("Gao", "2020-02-01")
    file = tmp_path / "a.zip"
    done = write(path=file, at=now())
    with zipfile.ZipFile(file) as archive:
        names, content = archive.namelist(), b"".join(map(archive.read, archive.namelist()))
    kept = [name for name in names if name.startswith("files/")]
    assert len(kept) == done.files == 3 and "files/mappings/river.toml" in kept
    assert not [name for name in names if "session" in name or "lease" in name or "keys" in name]
    # Neither keys nor, in plain, what is being read just now.
    assert load_keys().cipher.hex().encode() not in content and not [name for name in names if "open-" in name]
    with pytest.raises(MainstayError) as refusal:
        write(path=file, at=now())
    assert refusal.value.code == "backup.exists"
    with pytest.raises(MainstayError) as refusal:
        write(path=tmp_path / "no" / "such" / "b.zip", at=now())
    assert (refusal.value.code, refusal.value.exit_code) == ("backup.unwritable", 3)
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".partial", ".zip")] == ["a.zip"]


def test_every_table_is_kept_or_left_out_by_name(db: None) -> None:
    from django.apps import apps

    from mainstay.platform.backup.form import LEFT_OUT, kept_models

    there = set(connection.introspection.table_names()) - {"django_migrations"}
    assert {model._meta.db_table for model in kept_models(apps)} | LEFT_OUT == there


def test_keys_are_locked_with_a_passphrase() -> None:
    locked = lock(PASSPHRASE, keys_text(load_keys()))
    assert keys_of(unlock(PASSPHRASE, locked), "there") == load_keys()
    for passphrase, sealed in ((PASSPHRASE + ".", locked), (PASSPHRASE, locked[:-1]), (PASSPHRASE, b"")):
        with pytest.raises(MainstayError) as refusal:
            unlock(passphrase, sealed)
        assert refusal.value.code == "backup.passphrase"
    with pytest.raises(MainstayError):
        lock("too short", "x")


# --- by night ------------------------------------------------------------------------------------------------------


def test_nightly_backups_are_kept_for_some_days_and_the_newest_for_good(tmp_path: Path) -> None:
    for name in ("mainstay-2020-02-01.zip", "mainstay-2020-02-02.zip", "mainstay-2020-02-04.zip", "mine.zip"):
        (tmp_path / name).touch()
    for name, days in ((".mainstay-2020-02-01.zip.a.partial", 2), (".mainstay-2020-02-04.zip.b.partial", 0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, times=(then := now().timestamp() - days * 86400, then))
    # Three days: the 4th, the 3rd and the 2nd.
    assert prune(tmp_path, 3) == ["mainstay-2020-02-01.zip"]
    assert prune(tmp_path, 1) == ["mainstay-2020-02-02.zip"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".mainstay-2020-02-04.zip.b.partial", "mainstay-2020-02-04.zip", "mine.zip",
    ]  # fmt: skip


def test_the_last_night_is_told_by_the_citys_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert InstanceRow.objects.get().zone == "Asia/Shanghai"  # eight hours ahead
    before, after = datetime(2020, 2, 14, 16, 29, tzinfo=UTC), datetime(2020, 2, 14, 16, 30, tzinfo=UTC)
    nights = [last_night(at) for at in (before, after, after + timedelta(hours=20))]
    assert [(night.date.isoformat(), night.due_at) for night in nights if night] == [
        ("2020-02-14", after - timedelta(days=1)),
        ("2020-02-15", after),
        ("2020-02-15", after),
    ]
    monkeypatch.setenv("MAINSTAY_NIGHTLY", "off")
    assert last_night(after) is None


@pytest.mark.parametrize(
    ("name", "given"),
    [("NIGHTLY", "24:00"), ("NIGHTLY", "9:00"), ("BACKUP_DAYS", "-1"), ("BACKUP_DAYS", "9" * 30), ("BACKUP_DAYS", "²")],
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, given: str) -> None:
    from mainstay.platform.environment import read_environment

    assert (read_environment().nightly, read_environment().backup_days) == (time(0, 30), 14)
    monkeypatch.setenv(f"MAINSTAY_{name}", given)
    with pytest.raises(MainstayError) as refusal:
        read_environment()
    assert refusal.value.code == "setting.bad" and name in refusal.value.sentence


def test_sqlite_goes_on_being_written_while_it_is_read(committed_world: World) -> None:
    """Nobody waits for a backup: writing and sealing take no longer than ever while the snapshot stands."""
    with snapshot() as seen, closing(seen.cursor()) as cursor:
        cursor.execute("SELECT * FROM platform_entry")
        began = now()
        committed_world.onset("Gao", "2020-02-01")
        ledger.seal(at=now())
        assert now() - began < timedelta(seconds=10)
