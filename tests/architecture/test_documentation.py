"""What exists is documented, and what is documented exists: commands, settings, codes, keys, decisions."""

from __future__ import annotations

import ast
import json
import pkgutil
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import mainstay
from mainstay.cli.main import COMMANDS, cli
from mainstay.cycle.instance import read_profile
from mainstay.platform.environment import SETTINGS
from mainstay.platform.errors import CODES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mainstay"
GUIDE = ROOT / "docs" / "guide"
DECISIONS = ROOT / "docs" / "adr"

# --- reading Markdown ---------------------------------------------------------------------------------------


def text_of(path: Path) -> str:
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing"
    return path.read_text(encoding="utf-8")


def sections(text: str, level: int) -> dict[str, str]:
    """Each heading of a level with the text up to the next heading of that level or above."""
    parts = re.split(rf"^(#{{1,{level}}}) (.+)$", text, flags=re.MULTILINE)
    triples = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return {heading.strip("`"): body for marks, heading, body in triples if len(marks) == level}


def table_rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a text, by their first cell without its backticks."""
    rows = {}
    for line in text.splitlines():
        if line.startswith("| "):
            cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if cells[0].startswith("`"):
                rows[cells[0].strip("`")] = cells[1:]
    return rows


def coded(text: str) -> set[str]:
    """Every word that stands in backticks within a line."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {word for span in re.findall(r"`([^`\n]+)`", plain) for word in re.findall(r"[\w-]+", span)}


# --- commands -----------------------------------------------------------------------------------------------


def commands() -> dict[str, click.Command]:
    """Every command that can be called, by its name: `check`, `protocol list`."""
    found: dict[str, click.Command] = {}
    for name, (module, function, _line) in COMMANDS.items():
        found.update(_callable(name, getattr(import_module(f"mainstay.cli.{module}"), function)))
    return found


def _callable(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for child, inner in command.commands.items():
            yield from _callable(f"{name} {child}", inner)
    else:
        yield name, command


def documented_commands() -> dict[str, str]:
    headings = sections(text_of(GUIDE / "commands.md"), 2)
    return {name.removeprefix("mainstay "): body for name, body in headings.items() if name != "mainstay"}


def parameters(command: click.Command) -> dict[str, list[str]]:
    """What the documentation must say of each argument and option: its name, and the words beside it."""
    found = {}
    for parameter in command.params:
        words = [getattr(parameter, "help", None) or ""]
        words += ["Required."] if parameter.required and isinstance(parameter, click.Option) else []
        if isinstance(parameter.type, click.Choice):
            words += [f"`{choice}`" for choice in parameter.type.choices]
        found[_name(parameter)] = [word for word in words if word]
    return found


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return ", ".join([*parameter.opts, *parameter.secondary_opts])
    return parameter.human_readable_name


def missing_from(body: str, command: click.Command) -> list[str]:
    """The table rows that a command's section lacks, ready to be put in; and the rows that say too much."""
    there, wanted = table_rows(body), parameters(command)
    lacking = [
        f"| `{name}` | {' '.join(words)} |"
        for name, words in wanted.items()
        if name not in there or not all(word in there[name][0] for word in words)
    ]
    return lacking + [f"{name} is no longer an option" for name in there if name not in wanted]


def test_every_command_is_documented_and_every_documented_one_exists():
    assert set(documented_commands()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_documented(name: str):
    missing = missing_from(documented_commands()[name], commands()[name])
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_says_what_it_is_for_what_it_prints_and_how_it_ends(name: str):
    body = documented_commands()[name]
    if "--json" in parameters(commands()[name]):
        assert re.search(r"^`--json`: `mainstay\.[a-z.]+/1`, ", body, re.MULTILINE)
    purpose = (commands()[name].help or "").split("\n\n")[0].replace("\n", " ").strip()
    assert purpose and purpose in body.replace("\n", " ")
    assert re.search(r"^Exit codes: ", body, re.MULTILINE)


def examples(body: str) -> list[list[str]]:
    """The words of each command line in a section's examples."""
    blocks = re.findall(r"^```\n(.*?)^```", body, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("mainstay ")]


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_example_can_be_typed_as_it_stands(name: str):
    mine = [words[1:] for words in examples(documented_commands()[name])]
    assert any(words[: len(name.split())] == name.split() for words in mine), f"no example of {name}"
    for words in mine:
        context, rest = click.Context(cli, info_name="mainstay"), words
        command: click.Command = cli
        while isinstance(command, click.Group):
            word, found, rest = command.resolve_command(context, rest)
            assert word is not None and found is not None
            command, context = found, click.Context(found, info_name=word, parent=context)
        command.make_context(words[0], rest, parent=context.parent)


# --- settings, codes ----------------------------------------------------------------------------------------


def test_every_setting_is_documented():
    headings = sections(text_of(GUIDE / "settings.md"), 2)
    assert set(headings) == set(SETTINGS)
    assert [name for name, purpose in SETTINGS.items() if purpose not in headings[name]] == []


@cache
def codes() -> dict[str, str]:
    """Every error code, once all of the product is imported."""
    for module in pkgutil.walk_packages(mainstay.__path__, "mainstay."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    return CODES


def test_every_error_code_is_documented_with_its_meaning_and_remedy():
    tables = table_rows(text_of(GUIDE / "errors.md"))
    rows = {name: cells for name, cells in tables.items() if len(cells) == 2}
    lacking = [name for name, meaning in codes().items() if rows.get(name, [""])[0] != meaning]
    assert not lacking, "\n".join(f"| `{name}` | {codes()[name]} | what to do |" for name in lacking)
    assert [name for name in rows if name not in codes()] == []
    assert [name for name, (_meaning, remedy) in rows.items() if len(remedy) < 10] == []


def edition_faults() -> set[str]:
    """The short words by which `protocol validate` tells one kind of fault from another."""
    found: set[str] = set()
    for path in (PACKAGE / "duties" / "validation").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = {"Fault": 1, "Problem": 4}.get(getattr(getattr(node, "func", None), "id", ""))
            if place is not None and len(node.args) > place:
                found |= {n.value for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant)}
    from mainstay.duties.validation.schema import CODES as OF_FORM

    return {word for word in found if isinstance(word, str)} | set(OF_FORM.values())


def test_every_kind_of_fault_in_an_edition_is_documented():
    refused = sections(text_of(GUIDE / "vocabulary.md"), 2)["What is refused"]
    assert edition_faults() - coded(refused) == set()


# --- keys of files ------------------------------------------------------------------------------------------


def keys_of(schema: Any) -> Iterator[str]:
    """Every key that a JSON Schema gives a place to, however deep."""
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from (name for name, inner in properties.items() if inner is not False)
        for name, inner in schema.items():
            yield from keys_of(list(inner.values()) if name in ("properties", "$defs") else inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner)


@pytest.mark.parametrize(
    ("schema", "page"),
    [
        ("protocols/edition.schema.json", "vocabulary.md"),
        ("mappings/mapping.schema.json", "mappings.md"),
        ("profiles/profile.schema.json", "profiles.md"),
    ],
)
def test_every_key_of_a_file_is_documented(schema: str, page: str):
    keys = set(keys_of(json.loads(text_of(PACKAGE / schema))))
    assert keys and keys - coded(text_of(GUIDE / page)) == set()


def test_the_profile_page_has_a_row_for_each_key_of_each_table():
    schema = json.loads(text_of(PACKAGE / "profiles" / "profile.schema.json"))
    headings = sections(text_of(GUIDE / "profiles.md"), 2)
    tables = {name: inner["items"] for name, inner in schema["properties"].items() if "items" in inner}
    parts = {"At the top": schema, **{f"[[{name}]]": inner for name, inner in tables.items()}}
    for heading, inner in parts.items():
        wanted = {key: said["description"] for key, said in inner["properties"].items()}
        assert {key: cells[0] for key, cells in table_rows(headings[heading]).items()} == wanted


def test_the_profile_shown_can_be_used(tmp_path: Path):
    shown = re.search(r"^```toml\n(.*?)^```", text_of(GUIDE / "profiles.md"), re.MULTILINE | re.DOTALL)
    file = tmp_path / "lake-city.toml"
    file.write_text(shown[1], encoding="utf-8")
    assert read_profile(str(file)).name == "lake-city"


# --- pages, areas, decisions --------------------------------------------------------------------------------


def test_the_index_names_every_page_of_the_guide():
    index = text_of(GUIDE / "README.md")
    pages = {path.name for path in GUIDE.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def areas() -> list[Path]:
    """The rooms that keep tables, science and the invented city."""
    return sorted({path.parent for path in PACKAGE.glob("*/models.py")} | {PACKAGE / "science", PACKAGE / "city"})


@pytest.mark.parametrize("area", areas(), ids=lambda area: area.name)
def test_every_area_says_its_purpose_its_words_and_what_must_hold(area: Path):
    lines = text_of(area / "README.md").splitlines()
    assert lines[0] == f"# {area.name}" and len(lines) <= 12
    for beginning in ("Purpose: ", "Words: ", "What must always hold:", "- "):
        assert any(line.startswith(beginning) for line in lines), f"no line begins with '{beginning}'"


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_the_options_refused(path: Path):
    text = text_of(path)
    assert len(text.splitlines()) <= 60
    assert list(sections(text, 2)) == ["Context", "Decision", "Options refused", "Consequences"]
    assert text.startswith(f"# {path.stem[:4]} ")


def pages() -> list[Path]:
    folders = [ROOT / "docs", PACKAGE, ROOT / "tests"]
    return sorted([*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_project_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(page))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (page.parent / link).exists()] == []


# Paths in backticks that stand for any of their kind, or for what a reader is about to make.
MADE_UP = re.compile(r"[<>*{}]|YOUR|\.\.\.")


def test_the_recipes_name_files_that_are_there():
    text = text_of(ROOT / "CONTRIBUTING.md")
    words = re.findall(r"`([^`\n]+)`", text)
    paths = [word for word in words if re.fullmatch(r"[\w.-]+(/[\w.<>*-]+)+/?", word)]
    named = [path for path in paths if not MADE_UP.search(path)]
    assert named and [path for path in named if not (ROOT / path).exists()] == []


def test_every_operation_of_the_api_is_documented_with_its_permission_and_purpose():
    from mainstay.web.api.assembled import PREFIX, api
    from mainstay.web.api.document import document

    wanted = {
        f"{method.upper()} {path.removeprefix(f'/{PREFIX}'.rstrip('/'))}": (one["description"], one["summary"])
        for path, methods in document(api, PREFIX)["paths"].items()
        for method, one in methods.items()
    }
    rows = {name: cells for name, cells in table_rows(text_of(GUIDE / "api.md")).items() if " /" in name}
    assert set(rows) == set(wanted)
    for name, (permission, purpose) in rows.items():
        description, summary = wanted[name]
        said = re.search(r"Asks for the permission (`\w+`)", description)
        assert (permission, purpose) == (said[1] if said else "none", summary), name
