"""Where protocol editions are found: those shipped with the product, and those a city keeps in its home."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mainstay.duties.rules.edition import Edition
from mainstay.duties.rules.parse import parse
from mainstay.duties.validation import read_edition
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code

NOT_FOUND = code("edition.not_found", "No protocol edition has this name, and no file stands there.")
HOME_FOLDER = "editions"


def shipped() -> dict[str, Path]:
    """The editions that come with the product, by id, in order of id."""
    return _in_folder(Path(str(files("mainstay").joinpath("protocols"))))


def at_home() -> dict[str, Path]:
    """The editions a city has laid into `editions/` of its home, by file name."""
    return _in_folder(read_environment().home / HOME_FOLDER)


def available() -> dict[str, Path]:
    """All of them; a city's own file takes the place of a shipped one with the same name."""
    return dict(sorted((shipped() | at_home()).items()))


def _in_folder(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find(name: str | Path) -> Path:
    """The file of an edition by its id, or the file itself; raises `edition.not_found`."""
    known = available()
    path = known.get(str(name), Path(name))
    if path.is_file():
        return path
    sentence = f"There is no edition '{name}' and no such file; give a file, or one of {', '.join(known)}."
    raise MainstayError(NOT_FOUND, sentence, {"name": str(name), "known": list(known)})


def load(name: str | Path) -> tuple[Edition, str, str]:
    """(edition, its text, sha256 of its file) by id or file; raises `edition.invalid` where faulty."""
    path = find(name)
    raw = path.read_bytes()
    beside = tuple((other, other.stat().st_mtime_ns) for other in available().values())
    return _read(raw, str(path), beside), raw.decode("utf-8-sig"), hashlib.sha256(raw).hexdigest()


@lru_cache(maxsize=64)
def _read(raw: bytes, file: str, _beside: tuple[tuple[Path, int], ...]) -> Edition:
    """Validated once as long as neither the file nor those it may name change: validating takes longer than parsing."""
    return read_edition(raw, file)


def companions(data: dict[str, Any]) -> tuple[Edition, ...]:
    """The editions that one with these tables will stand beside: its disease's others and the house's.

    Two issues of one series never hold together, so neither may lean on the other.
    """
    found = []
    for path in available().values():
        edition = _parsed(path, path.stat().st_mtime_ns)
        if edition is None or edition.disease not in (data.get("disease"), "house"):
            continue
        own = (data.get("series"), data.get("level"), data.get("area", ""))
        if (edition.series, edition.level, edition.area) != own:
            found.append(edition)
    return tuple(found)


def editions() -> dict[str, Edition]:
    """Every edition that is available, by its id; a faulty file is left out. Each is read once as long as it stays."""
    found = (_parsed(path, path.stat().st_mtime_ns) for path in available().values())
    return {edition.id: edition for edition in found if edition is not None}


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed_at: int) -> Edition | None:
    """A file as an edition; None where it is faulty, which is told when that file itself is read."""
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
