"""Backups as somebody or something changed them: a member, the manifest, a byte, the end."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from mainstay.platform.backup.writing import MANIFEST, SIGNATURE, signature
from mainstay.platform.keys import load_keys

GONE = b"gone"


def changed(file: Path, change: Callable[[dict], object], sign: bool = False) -> None:
    """The same backup with another manifest; signed anew by somebody who has the key, or not."""
    rewritten(file, {MANIFEST: lambda text: manifest_changed(text, change)}, sign)


def manifest_changed(text: bytes, change: Callable[[dict], object]) -> bytes:
    manifest = json.loads(text)
    change(manifest)
    return json.dumps(manifest).encode()


def rewritten(file: Path, changes: dict[str, Callable[[bytes], bytes]], sign: bool = False) -> None:
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        members[name] = change(members.get(name, b""))
        if members[name] == GONE:
            del members[name]
    if sign:
        members[SIGNATURE] = signature(load_keys(), members[MANIFEST].decode()).encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def halved(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flipped(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        at = archive.getinfo("tables/cases_onset.jsonl").header_offset + 90  # within its rows
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)
