"""What a template may hold. The pages' policy would refuse the rest at run time, and say so to nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from mainstay.web.shell import ENTRIES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mainstay"
STATIC = PACKAGE / "web" / "static"
GALLERY = ROOT / "tests" / "web" / "templates" / "gallery.html"
COMPONENTS = PACKAGE / "web" / "templates" / "components"
TEMPLATES = sorted([*PACKAGE.rglob("templates/**/*.html"), GALLERY])
STYLES = sorted((STATIC / "css").glob("*.css"))

FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an inline style": r"<style\b|\sstyle\s*=",
    "a handler in an attribute": r"\son[a-z]+\s*=|\bhx-on\b",
    "a value that is a script": r"[\"'\s]js:|javascript:",
    "a filter in hx-trigger": r"hx-trigger\s*=\s*[\"'][^\"']*\[",
    "an address elsewhere": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    "text that is not escaped": r"\|\s*safe\b|autoescape\s+off",
    # Cotton reads the outcome as a Python literal: a person called "[1]" would become a list.
    "a variable inside a bound attribute": r"\s:[\w-]+\s*=\s*[\"'][^\"']*\{\{",
}
# What Django fills in, and what is a sentence for a translator.
FILLED = re.compile(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
SAID_IN = (
    r"aria-label|alt|title|label|placeholder|caption|hint|error|sorted|what|verb|by|left|name of|post|runs_out|source"
)
ATTRIBUTE = re.compile(rf"\s(?:{SAID_IN})\s*=\s*\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
# Names, the same in every language.
NAMES = {"Mainstay"}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def untranslated(template: str) -> list[str]:
    bare = FILLED.sub("", template)
    said = [*ATTRIBUTE.findall(bare), *re.sub(r"<[^>]*>", "\n", re.sub(r"<!doctype[^>]*>", "", bare)).splitlines()]
    return [one.strip() for one in said if set(WORD.findall(one)) - NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_nothing_that_the_policy_refuses(path: Path):
    found = {what for what, pattern in FORBIDDEN.items() if re.search(pattern, text(path))}
    assert found == set()


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path != GALLERY], ids=named)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path):
    assert untranslated(text(path)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_compiles(path: Path):
    name = path.as_posix().split("/templates/", 1)[1]
    assert get_template(name).template.nodelist


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("an inline script", "<script>go()</script>"),
        ("an inline style", '<p style="color: red">'),
        ("a handler in an attribute", '<p onclick="go()">'),
        ("a handler in an attribute", '<p hx-on:click="go()">'),
        ("a value that is a script", "<p hx-vals='js:{a: 1}'>"),
        ("a filter in hx-trigger", '<p hx-trigger="click[ctrlKey]">'),
        ("an address elsewhere", '<img src="https://example.test/a.png">'),
        ("text that is not escaped", "{{ name|safe }}"),
        ("a variable inside a bound attribute", '<c-panel :title="{{ name }}" />'),
    ],
)
def test_what_is_forbidden_is_recognised(what: str, example: str):
    assert re.search(FORBIDDEN[what], example)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Nobody is missed</p>", ["Nobody is missed"]),
        ('<p title="Nobody">{{ name }}</p>', ["Nobody"]),
        ("<p>{% translate 'Nobody is missed' %} · {{ name }}</p>", []),
        ("{% blocktranslate %}Call {{ name }}{% endblocktranslate %}", []),
        ("<p>床位</p>", ["床位"]),
    ],
)
def test_what_is_not_translated_is_recognised(template: str, found: list[str]):
    assert untranslated(template) == found


# --- components, icons, styles ------------------------------------------------------------------------------


def component_names() -> set[str]:
    paths = (path.relative_to(COMPONENTS).with_suffix("") for path in COMPONENTS.rglob("*.html"))
    return {path.as_posix().replace("/", ".").replace("_", "-") for path in paths}


def test_the_gallery_or_the_shell_shows_every_component():
    used = {name for path in TEMPLATES for name in re.findall(r"<c-([\w.-]+)", text(path))} - {"vars", "slot"}
    assert used == component_names()


def test_every_icon_and_mark_that_is_named_is_drawn():
    icons = set(re.findall(r'id="([\w-]+)"', text(STATIC / "vendor" / "icons.svg")))
    marks = set(re.findall(r'id="([\w-]+)"', text(STATIC / "marks.svg")))
    named_icons = {name for path in TEMPLATES for name in re.findall(r'(?:<c-icon name|icon)="([\w-]+)"', text(path))}
    named_marks = {name for path in TEMPLATES for name in re.findall(r'<c-mark name="([\w-]+)"', text(path))}
    assert named_icons - icons == set()
    assert named_marks - marks == set()
    assert {entry.key for entry in ENTRIES} - icons == set(), "an entry of the rail has no icon"
    assert {f"category-{kind}" for kind in ("confirmed", "suspected", "fever-patient", "close-contact")} <= marks


# In the words of the styles: a right-to-left or vertical script would need no second sheet.
PHYSICAL = re.compile(
    r"^\s*((?:margin|padding|border|inset)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom"
    r"|(?:min-|max-)?(?:width|height))\s*:",
    re.MULTILINE,
)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_name_sides_by_the_flow_of_text(path: Path):
    assert PHYSICAL.findall(text(path)) == []


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.name)
def test_only_the_tokens_name_a_colour_by_value(path: Path):
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(", text(path)) == []


def test_every_style_is_linked_and_every_link_is_there():
    linked = set(re.findall(r"css/([\w-]+\.css)", text(PACKAGE / "web" / "templates" / "base.html")))
    assert linked == {path.name for path in STYLES}


def test_every_token_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", text(STATIC / "css" / "tokens.css")))
    used = {name for path in STYLES for name in re.findall(r"var\((--[\w-]+)", text(path))}
    assert used - defined == set()


def test_the_guide_names_every_component_and_what_it_takes():
    guide = text(ROOT / "docs" / "guide" / "pages.md")
    rows = [line.split(" | ") for line in guide.splitlines() if line.startswith("| `c-")]
    documented = {name: row[1] for row in rows for name in re.findall(r"`c-([\w.-]+)`", row[0])}
    assert set(documented) == component_names()
    lacking = {}
    for name, told in documented.items():
        declared = re.search(
            r"<c-vars ([^>]*?)/>", text(COMPONENTS / f"{name.replace('-', '_').replace('.', '/')}.html")
        )
        taken = set(re.findall(r"([\w]+)=", declared[1])) if declared else set()
        lacking[name] = taken - set(re.findall(r"\w+", told)) - {"type"}
    assert {name: words for name, words in lacking.items() if words} == {}
