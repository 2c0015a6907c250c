"""The shape of the code: which way imports and foreign keys lean, what rules touch, how services are called.

What does not fit stands in a named list with its reason. An exception that is no longer needed fails too,
so that the lists can only shrink.
"""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mainstay"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# --- present exceptions, each with its reason -------------------------------------------------------------

TOO_LONG: dict[str, str] = {}
SIGNALS = {
    "platform/apps.py: django.db.models.signals.post_migrate": "Django remakes tables and loses triggers",
}
POSITIONAL = {
    "duties.services.apply_changes": "the subjects' changes are the one thing it is about",
    "people.services.keep": "takes what `prepare` returned",
    "people.services.look_up": "a read: whom identifiers stand for",
    "people.services.prepare": "a read: whom identifiers stand for, and who would have to be made",
    "people.services.resolve": "`prepare` and `keep` in one call",
    "people.services.sealed_place": "a name, made of one id",
}
WITHOUT_BY_AND_AT = {
    "accounts.services.check_password": "writes nothing",
    "accounts.services.accept": "whoever holds the link's secret is the account's holder",
    "people.services.keep": "runs in its caller's transaction, whose ledger entry names actor and time",
    "people.services.look_up": "a read",
    "people.services.prepare": "a read",
    "people.services.resolve": "as `keep`",
    "people.services.sealed_place": "writes nothing",
}

# --- imports ----------------------------------------------------------------------------------------------


def test_imports_keep_to_the_contracts():
    """The order of the areas and the other contracts of .importlinter."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    told = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr


def layers() -> list[str]:
    """The rooms of the package, lowest first, as .importlinter orders them."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    lines = config["importlinter:contract:order"]["layers"].split("\n")
    return [name for line in reversed(lines) for name in re.findall(r"\w+", line)]


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    """(app, model.field, app pointed to) of every relation of our models."""
    for model in apps.get_models():
        if model.__module__.startswith("mainstay."):
            for field in model._meta.get_fields():
                if field.concrete and field.remote_field:
                    target = field.related_model._meta.app_label
                    yield model._meta.app_label, f"{model.__name__}.{field.name}", target


def test_foreign_keys_lean_the_way_imports_do():
    order = layers()
    found = list(foreign_keys())
    assert found
    assert [
        f"{app}.{field} points up to {target}" for app, field, target in found if order.index(target) > order.index(app)
    ] == []


# --- reading the code -------------------------------------------------------------------------------------


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its path in it; migrations, which Django writes, are left out."""
    paths = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(tree: ast.Module) -> Iterator[str]:
    """Everything a module imports, at its head or within a function, by its whole name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def in_room(path: str, room: str) -> bool:
    """Whether a module is this room of an area, a file or, once grown, a package."""
    parts = Path(path).with_suffix("").parts
    return len(parts) > 1 and parts[1] == room


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(dotted name, function) of every public function of every area's services."""
    for path, tree in modules().items():
        if in_room(path, "services"):
            for function in public_functions(tree):
                yield f"{dotted(path)}.{function.name}", function


def rules() -> dict[str, ast.Module]:
    """The rules of the areas, and science."""
    return {path: tree for path, tree in modules().items() if in_room(path, "rules") or path.startswith("science/")}


# --- no hidden flow of control ----------------------------------------------------------------------------


def is_signal(name: str) -> bool:
    return name.startswith("django") and ("signals" in name.split(".") or name.startswith("django.dispatch"))


def test_there_are_no_signals():
    """A service calls what must happen; nothing happens behind its back."""
    found = {f"{path}: {name}" for path, tree in modules().items() for name in imported(tree) if is_signal(name)}
    assert found == set(SIGNALS)


# --- no clock in the rules --------------------------------------------------------------------------------

CLOCK_MODULES = ("time", "django.utils.timezone", "mainstay.platform.clock.now", "mainstay.platform.clock.*")
CLOCKS = {"date", "datetime", "timezone", "clock", "time"}
READ_BY = {"now", "utcnow", "today"}


def clocks_read(tree: ast.Module) -> set[str]:
    """What in a module could read the time of day by itself."""
    found = {
        name
        for name in imported(tree)
        if name in CLOCK_MODULES or name.startswith(tuple(f"{clock}." for clock in CLOCK_MODULES[:2]))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in READ_BY:
            holder = node.value
            name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
            if name in CLOCKS:
                found.add(f"{name}.{node.attr}")
    return found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.now"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("from datetime import date\nmake = date.today", "date.today"),
        ("import time", "time"),
        ("from time import monotonic", "time.monotonic"),
        ("from django.utils import timezone", "django.utils.timezone"),
        ("from mainstay.platform.clock import now", "mainstay.platform.clock.now"),
        ("from mainstay.platform import clock\nclock.now()", "clock.now"),
    ],
)
def test_a_clock_is_recognised(text: str, what: str):
    assert what in clocks_read(ast.parse(text))


def test_what_only_computes_with_time_is_no_clock():
    text = "from datetime import date\nfrom mainstay.platform.clock import day_end\ndate.min\nhorizon.today"
    assert clocks_read(ast.parse(text)) == set()


def test_rules_and_science_read_no_clock():
    """A rule asks its horizon whether an instant has passed; time comes in as an argument."""
    found = {path: clocks for path, tree in rules().items() if (clocks := clocks_read(tree))}
    assert rules() and found == {}


# --- size and names ---------------------------------------------------------------------------------------


def too_long() -> set[str]:
    """Files and functions in which to look for the second idea."""
    found = set()
    for path, tree in modules().items():
        if len((PACKAGE / path).read_text(encoding="utf-8").splitlines()) > LONGEST_FILE:
            found.add(path)
        for node in ast.walk(tree):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION:
                found.add(f"{path}: {node.name}")
    return found


def test_no_file_is_longer_than_400_lines_and_no_function_than_60():
    assert too_long() == set(TOO_LONG)


def test_no_file_is_called_utils():
    """A function lies with what it is about."""
    assert [path for path in modules() if Path(path).stem in ("utils", "util", "helpers", "misc")] == []


# --- services ---------------------------------------------------------------------------------------------


def test_services_take_everything_by_name():
    found = {name for name, function in services() if function.args.posonlyargs or function.args.args}
    assert found == set(POSITIONAL)


def test_services_name_who_writes_and_when():
    found = {
        name
        for name, function in services()
        if not {"by", "at"} <= {argument.arg for argument in function.args.kwonlyargs}
    }
    assert found == set(WITHOUT_BY_AND_AT)


def test_every_service_says_what_it_does():
    assert [name for name, function in services() if not ast.get_docstring(function)] == []


def test_every_public_part_of_science_says_what_it_does():
    silent = [
        f"{path}: {node.name}"
        for path, tree in modules().items()
        if path.startswith("science/")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert silent == []


# --- rows -------------------------------------------------------------------------------------------------


def is_thawed(node: ast.ClassDef) -> bool:
    """A dataclass whose rows could be changed after they were read."""
    for decorator in node.decorator_list:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        if getattr(name, "id", "") == "dataclass":
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            return not any(keyword.arg == "frozen" and keyword.value.value is True for keyword in keywords)
    return False


def test_what_is_read_and_judged_is_frozen():
    thawed = [
        f"{path}: {node.name}"
        for path, tree in modules().items()
        if in_room(path, "queries") or in_room(path, "rules") or path.startswith("science/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and is_thawed(node)
    ]
    assert thawed == []
