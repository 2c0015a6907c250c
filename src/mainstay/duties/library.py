"""Where editions lie: those shipped with the product, those in the instance's home, any file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mainstay.duties.rules.edition import Edition
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code

EDITION_UNKNOWN = code("edition.unknown", "There is no edition of that id or file.")

FOLDER = Path(__file__).parent.parent / "protocols"


def shipped() -> dict[str, Path]:
    """{id: file} of the editions that come with the product, in order."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def at_home() -> dict[str, Path]:
    """{id: file} of the editions a city keeps in its own home."""
    folder = read_environment().home / "editions"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}


def find(name: str) -> Path:
    """The file of an id or path; raises `edition.unknown`."""
    known = shipped() | at_home()
    path = known.get(name, Path(name))
    if not path.is_file():
        raise MainstayError(
            EDITION_UNKNOWN, f"There is no edition '{name}'; give a file, or one of {', '.join(known)}.", {"edition": name}
        )
    return path


def load(name: str) -> tuple[Edition, str, str]:
    """(edition, its text, the text's SHA-256) by id or file; raises `edition.unknown` or `edition.invalid`."""
    from mainstay.duties.validation import read_edition

    path = find(name)
    data = path.read_bytes()
    text = data.decode("utf-8", errors="replace")
    return read_edition(text, str(path)), text, hashlib.sha256(data).hexdigest()
