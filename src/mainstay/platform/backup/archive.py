"""A backup read and proved, before anything of it is written anywhere."""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mainstay.platform.backup.writing import (
    BLOCK,
    FORMAT,
    HOME_FILES,
    MANIFEST,
    SEALED_KEYS,
    SIGNATURE,
    fingerprint,
    signature,
)
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import Keys
from mainstay.platform.progress import Progress, silent

FOREIGN = code("backup.foreign", "The file is no backup of Mainstay's, or its end is missing.")
DAMAGED = code("backup.damaged", "Something in the backup is not what was written into it.")
NEWER = code("backup.newer", "The backup was made by a newer version of this program.")
OTHER_KEYS = code("backup.other_keys", "The keys at hand are not those the backup was made with.")

LONGEST_MANIFEST = 32 * 1024 * 1024
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Archive:
    """An open backup: its manifest, as text and as data, and its members."""

    path: Path
    text: str
    manifest: dict[str, Any]
    _zip: zipfile.ZipFile

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        return self.manifest["tables"]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        return self.manifest["files"]

    @property
    def last_seal(self) -> tuple[int, str] | None:
        """(number, hash), as a check expects it."""
        seal = self.manifest["last_seal"]
        return (seal["no"], seal["hash"]) if seal else None

    def sealed_keys(self) -> bytes | None:
        """The keys as locked with a passphrase; None where they were left out."""
        if not self.manifest["keys"]["sealed"]:
            return None
        with self._told(SEALED_KEYS):
            return self._zip.read(SEALED_KEYS)

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        with self._told(name), self._zip.open(name) as file:
            yield file

    def content(self, name: str) -> bytes:
        with self.member(f"files/{name}") as file:
            return file.read()

    def prove(self, keys: Keys, progress: Progress = silent) -> None:
        """Hold every byte against the manifest and the manifest against the keys.

        Raises `backup.other_keys`, `backup.damaged`; nothing is kept in memory but a block.
        """
        if not hmac.compare_digest(fingerprint(keys), str(self.manifest["keys"]["fingerprint"])):
            raise MainstayError(
                OTHER_KEYS,
                f"{self.path} was made with other keys than those at hand; put the keys.toml of the instance it was "
                "made of into the home, or name them in MAINSTAY_KEYS.",
            )
        with self._told(SIGNATURE):
            signed = self._zip.read(SIGNATURE).decode("ascii", "replace")
        if not hmac.compare_digest(signature(keys, self.text).encode(), signed.encode()):
            raise _damaged(self.path, f"its {MANIFEST} was changed after it was signed")
        members = [(f"tables/{name}.jsonl", said) for name, said in self.tables.items()]
        members += [(f"files/{name}", said) for name, said in self.files.items()]
        self._hold_complete({name for name, _said in members})
        for done, (name, said) in enumerate(members, 1):
            self._prove_member(name, said)
            progress("proves", done, len(members))

    def _hold_complete(self, named: set[str]) -> None:
        there = self._zip.namelist()
        expected = named | {MANIFEST, SIGNATURE} | ({SEALED_KEYS} if self.manifest["keys"]["sealed"] else set())
        if set(there) != expected or len(there) != len(expected):
            odd = sorted(set(there) ^ expected)[:1] or ["a member twice"]
            raise _damaged(self.path, f"what it holds is not what its manifest lists: {odd[0]}")
        if bad := [name for name in self.files if not HOME_FILES.fullmatch(name)]:
            raise _damaged(self.path, f"it holds a file that belongs in no home: {bad[0]}")

    def _prove_member(self, name: str, said: dict[str, Any]) -> None:
        digest, lines = hashlib.sha256(), 0
        with self.member(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                lines += block.count(b"\n")
        if digest.hexdigest() != said["sha256"] or lines != said.get("rows", lines):
            raise _damaged(self.path, f"{name} is not what was written into it")

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """What a damaged file does to its reader, as one sentence."""
        try:
            yield
        except UNREADABLE as error:
            raise _damaged(self.path, f"{name} cannot be read") from error


def _damaged(path: Path, why: str) -> MainstayError:
    sentence = f"{path} is damaged: {why}. Nothing was written; take another copy of it or an earlier backup."
    return MainstayError(DAMAGED, sentence, {"file": str(path)})


def damaged(archive: Archive, why: str) -> MainstayError:
    """The refusal, for what is seen only when rows are read."""
    return _damaged(archive.path, why)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A backup's manifest, read; raises `backup.foreign`, `backup.newer`, `backup.damaged`."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its end is missing, or it is none"
        raise MainstayError(FOREIGN, f"{path} cannot be read as a backup: {why}.", {"file": str(path)}) from error
    with archive:
        text, manifest = _manifest(path, archive)
        yield Archive(path, text, manifest, archive)


def _manifest(path: Path, archive: zipfile.ZipFile) -> tuple[str, dict[str, Any]]:
    foreign = MainstayError(
        FOREIGN, f"{path} is no backup of Mainstay's: it holds no {MANIFEST} of ours.", {"file": str(path)}
    )
    if MANIFEST not in archive.namelist():
        raise foreign
    try:
        with archive.open(MANIFEST) as file:
            text = file.read(LONGEST_MANIFEST + 1).decode()
        manifest = json.loads(text)
        given = str(manifest["format"])
    except (*UNREADABLE, ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, f"its {MANIFEST} cannot be read") from error
    if not given.startswith("mainstay.backup/"):
        raise foreign
    if given != FORMAT:
        raise newer(path, given)
    if fault := _fault(manifest):
        raise _damaged(path, f"its {MANIFEST} lacks {fault}")
    return text, manifest


def newer(path: Path, what: str) -> MainstayError:
    """The backup knows something that this program does not."""
    return MainstayError(
        NEWER, f"{path} was made by a newer version ({what}); install that version, then restore.", {"file": str(path)}
    )


def _fault(manifest: dict[str, Any]) -> str:
    """What of its shape is missing, so that nothing further on stumbles; empty where all is there."""
    shape = {"migrations": dict, "keys": dict, "tables": dict, "files": dict}
    for key, kind in shape.items():
        if not isinstance(manifest.get(key), kind):
            return f"'{key}'"
    if not isinstance(manifest["keys"].get("sealed"), bool) or "last_seal" not in manifest:
        return "'keys' or 'last_seal'"
    members = [*manifest["tables"].values(), *manifest["files"].values()]
    if not all(isinstance(said, dict) and isinstance(said.get("sha256"), str) for said in members):
        return "a hash"
    if not all(isinstance(names, list) for names in manifest["migrations"].values()):
        return "the names of migrations"
    return ""
