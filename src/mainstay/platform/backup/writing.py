"""Making a backup while the instance runs: one snapshot, streamed into one file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

import mainstay
from mainstay.platform.backup import form
from mainstay.platform.backup.passphrase import lock
from mainstay.platform.backup.snapshot import Snapshot, snapshot
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import Digester, Keys, keys_text, load_keys
from mainstay.platform.progress import Progress, silent

EXISTS = code("backup.exists", "A file is there already under the backup's name.")
UNWRITABLE = code("backup.unwritable", "The backup cannot be written where it should be.")

FORMAT = "mainstay.backup/1"
MANIFEST, SIGNATURE, SEALED_KEYS = "manifest.json", "manifest.hmac", "keys.sealed"
# What of the home is kept. In `uploads` nothing else: what is being read lies there in plain for a moment.
HOME_FILES = re.compile(r"(editions|mappings)/[^/\\]{1,200}\.toml|uploads/[0-9a-f]{32}/[0-9a-f]{64}")
LEVEL = 3  # of deflate: on a table of facts three times as quick as 6, a tenth larger
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Written:
    """What came of it. `last_seal` is what `mainstay check --expect-seal` takes."""

    file: str
    size_bytes: int
    rows: int
    tables: int
    files: int
    keys: bool
    last_seal: dict[str, Any] | None


def write(
    *, path: Path, at: datetime, passphrase: str | None = None, replace: bool = False, progress: Progress = silent
) -> Written:
    """Write all that the instance is into `path`: there whole or not at all. With a passphrase the keys too.

    Raises `backup.exists`, `backup.unwritable`, `backup.passphrase`. Readers and writers are not kept waiting.
    """
    path = path.absolute()
    if path.exists() and not replace:
        raise MainstayError(EXISTS, f"{path} is there already; name another file with -o.", {"file": str(path)})
    keys = load_keys()
    locked = lock(passphrase, keys_text(keys)) if passphrase is not None else None
    try:
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "w+b") as file:
            manifest = _fill(file, keys, locked, at, progress)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(partial).unlink(missing_ok=True)
    tables = manifest["tables"].values()
    return Written(
        file=str(path),
        size_bytes=path.stat().st_size,
        rows=sum(table["rows"] for table in tables),
        tables=len(tables),
        files=len(manifest["files"]),
        keys=locked is not None,
        last_seal=manifest["last_seal"],
    )


def _unwritable(path: Path, error: OSError) -> MainstayError:
    sentence = f"{path} cannot be written: {error.strerror}; make room, or name another place with -o."
    return MainstayError(UNWRITABLE, sentence, {"file": str(path)}, exit_code=3)


def _fill(file: Any, keys: Keys, locked: bytes | None, at: datetime, progress: Progress) -> dict[str, Any]:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive, snapshot() as seen:
        manifest = {
            "format": FORMAT,
            "version": mainstay.__version__,
            "made_at": at.isoformat(),
            "database": seen.vendor,
            "migrations": _migrations(seen),
            "last_seal": _last_seal(seen),
            "keys": {"fingerprint": fingerprint(keys), "sealed": locked is not None},
            "tables": _tables(archive, seen, progress),
            "files": _files(archive),
        }
        if locked is not None:
            _member(archive, SEALED_KEYS, [locked])
        text = json.dumps(manifest, indent=1, sort_keys=True)
        _member(archive, MANIFEST, [text.encode()])
        _member(archive, SIGNATURE, [signature(keys, text).encode()])
    return manifest


def fingerprint(keys: Keys) -> str:
    """Tells these four keys from any others, and nothing about them."""
    return Digester(keys.seal)("\x1f".join(["backup keys", keys.blind.hex(), keys.cipher.hex(), keys.record.hex()]))


def signature(keys: Keys, manifest: str) -> str:
    """That whoever wrote the manifest had the instance's seal key."""
    return Digester(keys.seal)(f"backup manifest\x1f{manifest}")


def _migrations(seen: Snapshot) -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    for app, name in seen.rows("SELECT app, name FROM django_migrations ORDER BY app, name"):
        applied.setdefault(app, []).append(name)
    return applied


def _last_seal(seen: Snapshot) -> dict[str, Any] | None:
    for no, digest in seen.rows("SELECT no, hash FROM platform_seal ORDER BY no DESC LIMIT 1"):
        return {"no": no, "hash": digest}
    return None


def _tables(archive: zipfile.ZipFile, seen: Snapshot, progress: Progress) -> dict[str, Any]:
    found, kept = {}, form.kept_models(apps)
    for done, model in enumerate(kept, 1):
        columns = [field.column for field in model._meta.concrete_fields]
        counted = _Counted(_lines(seen, model, columns))
        digest, _size = _member(archive, f"tables/{model._meta.db_table}.jsonl", counted)
        found[model._meta.db_table] = {"columns": columns, "rows": counted.number, "sha256": digest}
        progress("tables", done, len(kept))
    return found


class _Counted:
    """An iterator that says afterwards how many there were."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self.number = lines, 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.number += 1
            yield line


def _lines(seen: Snapshot, model: type[models.Model], columns: list[str]) -> Iterator[bytes]:
    converters = form.outward(model, seen.vendor)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    asked = ", ".join(f'"{column}"' for column in columns)
    for row in seen.rows(f'SELECT {asked} FROM "{model._meta.db_table}"'):
        yield encode(form.converted(row, converters)).encode() + b"\n"


def _files(archive: zipfile.ZipFile) -> dict[str, Any]:
    home, found = read_environment().home, {}
    for folder in ("editions", "mappings", "uploads"):
        for path in sorted(home.joinpath(folder).rglob("*")):
            name = path.relative_to(home).as_posix()
            if not HOME_FILES.fullmatch(name) or path.is_dir():
                continue
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # taken in and gone in this moment
            digest, size = _member(archive, f"files/{name}", [content])
            found[name] = {"bytes": size, "sha256": digest}
    return found


def _member(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> tuple[str, int]:
    """Stream one member; (SHA-256, bytes) of its content."""
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for part in _blocks(parts):
            digest.update(part)
            size += len(part)
            member.write(part)
    return digest.hexdigest(), size


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Short lines gathered: hashing and packing each by itself would take twice as long."""
    waiting, length = [], 0
    for part in parts:
        waiting.append(part)
        length += len(part)
        if length >= BLOCK:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)
