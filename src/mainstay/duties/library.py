"""Where protocol editions are found: those shipped with the product, and those a city keeps in its home."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

from mainstay.duties.rules.edition import Edition
from mainstay.duties.rules.parse import parse
from mainstay.duties.validation import read_edition
from mainstay.platform.errors import MainstayError, code

NOT_FOUND = code("edition.not_found", "No protocol edition has this name, and no file stands there.")
HOME_FOLDER = "editions"


def shipped() -> dict[str, Path]:
    """The editions that come with the product, by id, in order of id."""
    return _in_folder(Path(str(files("mainstay").joinpath("protocols"))))


def of_home(home: Path) -> dict[str, Path]:
    """The editions a city has laid into its home folder, by file name."""
    return _in_folder(home / HOME_FOLDER)


def available(home: Path | None = None) -> dict[str, Path]:
    """All of them; a city's own file takes the place of a shipped one with the same name."""
    return dict(sorted((shipped() | (of_home(home) if home else {})).items()))


def load(name: str | Path, home: Path | None = None) -> tuple[Edition, str, str]:
    """(edition, text, sha256 of the file) of an id or a file; refused with file, line and key where faulty.

    It is held against the editions it will stand beside: those available for its disease, and the house's.
    """
    path = _path(name, home)
    raw = path.read_bytes()
    beside = companions(raw, home)
    edition = read_edition(raw, str(path), beside)
    return edition, raw.decode("utf-8-sig"), hashlib.sha256(raw).hexdigest()


def companions(raw: bytes, home: Path | None = None) -> tuple[Edition, ...]:
    """The other available editions of the same disease and the house's, of another series or level."""
    try:
        own = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ()
    found = []
    for path in available(home).values():
        try:
            edition = parse(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue  # another file's fault is told when that file is read
        if edition.disease in (own.get("disease"), "house") and edition.id != own.get("id"):
            found.append(edition)
    return tuple(edition for edition in found if not _same_place(edition, own))


def _same_place(edition: Edition, own: dict[str, object]) -> bool:
    """Two issues of one series never hold together: one may not lean on the other."""
    return (edition.series, edition.level, edition.area) == (own.get("series"), own.get("level"), own.get("area", ""))


def _path(name: str | Path, home: Path | None) -> Path:
    known = available(home)
    if str(name) in known:
        return known[str(name)]
    path = Path(name)
    if path.is_file():
        return path
    sentence = f"No edition is called '{name}' and no file stands there. Known: {', '.join(known)}."
    raise MainstayError(NOT_FOUND, sentence, {"name": str(name), "known": list(known)})


def _in_folder(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}
