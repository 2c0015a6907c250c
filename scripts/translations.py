"""Keep the translations of the pages: find what is to be said, keep what has been said, compile it.

    python scripts/translations.py            # renews every catalogue and compiles it; names what is missing
    python scripts/translations.py --check    # changes nothing; fails when something would change or is missing

Each app keeps its own catalogues, `locale/<language>/LC_MESSAGES/django.po`, and beside them the compiled `.mo`,
which is committed: so an installed copy needs no step of its own. After a merge this makes them anew. Plain Python,
because GNU gettext is not on every machine.
"""

from __future__ import annotations

import argparse
import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans", "zh_Hant")
HEADER = "Language: {language}\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"
# How many arguments come before the sentence (a context), and whether a plural follows it.
CALLS = {"gettext": (False, False), "ngettext": (False, True), "pgettext": (True, False), "npgettext": (True, True)}
CALLS |= {f"{name}_lazy": how for name, how in CALLS.items()} | {"_": (False, False)}
IN_TEMPLATE = re.compile(r"\b(?:n?p?gettext|_)\(")


@dataclass(frozen=True, order=True)
class Message:
    """What is to be said: its English, its plural where it counts, its context where English has one word for two."""

    english: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """As a compiled catalogue knows it."""
        start = f"{self.context}\x04{self.english}" if self.context else self.english
        return f"{start}\0{self.plural}" if self.plural else start


# --- finding ------------------------------------------------------------------------------------------------


def apps() -> list[Path]:
    """The folders that have something to say."""
    folders = [path.parent for path in (ROOT / "src" / "mainstay").glob("*/apps.py")] + [ROOT / "tests" / "web"]
    return sorted(folder for folder in folders if messages(folder))


@cache
def messages(app: Path) -> set[Message]:
    """Everything in an app's Python and templates that is marked for translation."""
    code = [path for path in app.rglob("*.py") if not path.name.startswith("test_")]
    found = {message for path in code for message in in_python(path.read_text(encoding="utf-8"))}
    pages = app.rglob("*.html")
    return found | {message for path in pages for message in in_template(path.read_text(encoding="utf-8"))}


def in_python(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if name in CALLS and words and all(isinstance(word, str) for word in words):
                yield _message(name, words)


def _message(name: str, words: list[str]) -> Message:
    with_context, with_plural = CALLS[name]
    context = words.pop(0) if with_context else ""
    return Message(words[0], words[1] if with_plural else "", context)


def in_template(text: str) -> Iterator[Message]:
    """Django turns a template into Python with the same calls; each is read up to its closing bracket."""
    from django.utils.translation.template import templatize

    code = templatize(text)
    for start in (match.start() for match in IN_TEMPLATE.finditer(code)):
        call = _whole_call(code[start : start + 4000])
        if call:
            yield from in_python(call)


def _whole_call(code: str) -> str:
    for end in (match.end() for match in re.finditer(r"\)", code)):
        try:
            ast.parse(code[:end])
        except SyntaxError:
            continue
        return code[:end]
    return ""


# --- catalogues ---------------------------------------------------------------------------------------------


def read(path: Path) -> dict[Message, str]:
    """The translations of a catalogue; empty ones too."""
    if not path.is_file():
        return {}
    found = {}
    for entry in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        said = dict.fromkeys(("msgctxt", "msgid", "msgid_plural", "msgstr"), "")
        key = ""
        for line in entry.splitlines():
            part = re.match(r'(msg\w+)(?:\[0\])? (".*")$', line)
            if part:
                key = part[1]
            if key and line.endswith('"'):
                said[key] += ast.literal_eval(part[2] if part else line)
        if said["msgid"]:
            found[Message(said["msgid"], said["msgid_plural"], said["msgctxt"])] = said["msgstr"]
    return found


def written(language: str, catalogue: dict[Message, str]) -> str:
    """The text of a catalogue, in the order of its English."""
    head = "".join(f"{_quoted(line)}\n" for line in HEADER.format(language=language).splitlines(keepends=True))
    entries = [f'msgid ""\nmsgstr ""\n{head}']
    for message, said in sorted(catalogue.items()):
        lines = [f"msgctxt {_quoted(message.context)}"] if message.context else []
        lines.append(f"msgid {_quoted(message.english)}")
        lines += [f"msgid_plural {_quoted(message.plural)}"] if message.plural else []
        lines.append(f"msgstr{'[0]' if message.plural else ''} {_quoted(said)}")
        entries.append("\n".join(lines) + "\n")
    return "\n".join(entries)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'


def compiled(language: str, catalogue: dict[Message, str]) -> bytes:
    """The catalogue as gettext's binary file: a table of sorted keys, a table of sentences, both closed by zeros."""
    said = {"": HEADER.format(language=language)} | {message.key: text for message, text in catalogue.items() if text}
    pairs = sorted((key.encode(), text.encode()) for key, text in said.items())
    keys, texts = b"", b""
    places = []
    for key, text in pairs:
        places.append((len(key), len(keys), len(text), len(texts)))
        keys, texts = keys + key + b"\0", texts + text + b"\0"
    count = len(pairs)
    start = 28 + 16 * count
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)
    head += b"".join(struct.pack("<2I", size, start + at) for size, at, _size, _at in places)
    head += b"".join(struct.pack("<2I", size, start + len(keys) + at) for _size, _at, size, at in places)
    return head + keys + texts


# --- keeping ------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What was not as it should be: files to renew, sentences without a translation."""

    stale: list[str]
    missing: list[str]


def keep(*, write: bool) -> Outcome:
    outcome = Outcome([], [])
    for app in apps():
        wanted = messages(app)
        for language in LANGUAGES:
            folder = app / "locale" / language / "LC_MESSAGES"
            before = read(folder / "django.po")
            catalogue = {message: before.get(message, "") for message in wanted}
            files = {
                folder / "django.po": written(language, catalogue).encode(),
                folder / "django.mo": compiled(language, catalogue),
            }
            _compare(files, write, outcome)
            name = app.relative_to(ROOT).as_posix()
            outcome.missing += [f"{name}, {language}: {one.english}" for one, said in catalogue.items() if not said]
    return outcome


def _compare(files: dict[Path, bytes], write: bool, outcome: Outcome) -> None:
    for path, content in files.items():
        if path.is_file() and path.read_bytes() == content:
            continue
        outcome.stale.append(path.relative_to(ROOT).as_posix())
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def main() -> int:
    parser = argparse.ArgumentParser(description="Keep the translations of the pages.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when something is to be done")
    arguments = parser.parse_args()
    outcome = keep(write=not arguments.check)
    for path in outcome.stale:
        print(f"{path}: {'to be renewed' if arguments.check else 'renewed'}")
    for line in sorted(outcome.missing):
        print(f"not translated: {line}")
    return 1 if outcome.missing or (arguments.check and outcome.stale) else 0


if __name__ == "__main__":
    sys.exit(main())
