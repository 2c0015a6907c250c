"""Every sentence of the pages is there in three languages, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest

from scripts.translations import (
    LANGUAGES,
    ROOT,
    Message,
    apps,
    compiled,
    in_python,
    in_template,
    keep,
    messages,
    read,
    written,
)

# Whatever has something to say has a catalogue (the first test): to find them nothing need be read.
SAYING = sorted(folder.parent for place in ("src/mainstay", "tests") for folder in ROOT.glob(f"{place}/*/locale"))
CATALOGUES = [(app, language) for app in SAYING for language in LANGUAGES]


def catalogue(app: Path, language: str) -> dict[Message, str]:
    return read(app / "locale" / language / "LC_MESSAGES" / "django.po")


def test_nothing_is_missing_and_nothing_is_stale():
    outcome = keep(write=False)
    assert outcome.missing == [], "say it, then run scripts/translations.py"
    assert outcome.stale == [], "run scripts/translations.py"
    assert apps() == SAYING


@pytest.mark.parametrize(("app", "language"), CATALOGUES, ids=lambda value: getattr(value, "name", value))
def test_a_translation_keeps_the_blanks_and_the_tags(app: Path, language: str):
    """A day's month may be said by name or by number; every other blank is filled from the same words."""
    for message, said in catalogue(app, language).items():
        blanks = set(re.findall(r"%\((\w+)\)s", message.english)) - {"month"}
        assert set(re.findall(r"%\((\w+)\)s", said)) - {"month_number"} == blanks, message.english
        assert sorted(re.findall(r"<[^>]+>", said)) == sorted(re.findall(r"<[^>]+>", message.english))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_is_said_one_way_in_every_app(language: str):
    """Django throws the catalogues together: of two ways to say it, one would win by chance."""
    said: dict[Message, set[str]] = {}
    for app in apps():
        for message, text in catalogue(app, language).items():
            said.setdefault(message, set()).add(text)
    assert {message.english: ways for message, ways in said.items() if len(ways) > 1} == {}


def test_traditional_is_not_simplified():
    """Letters that exist in one of the two only."""
    simplified = set("这为个们来时发医责数确诊疗隔离历门户应对无级区网")
    simplified -= set("隔離")
    for app in apps():
        for said in catalogue(app, "zh_Hant").values():
            assert not simplified & set(said), said


# --- the tool itself ----------------------------------------------------------------------------------------


def test_python_is_read_for_everything_that_is_marked():
    code = """
_("Beds")
gettext_lazy("Two " "halves")
pgettext("month", "May")
ngettext("%(n)s row", "%(n)s rows", n)
label("not marked")
gettext(variable)
"""
    assert set(in_python(code)) == {
        Message("Beds"),
        Message("Two halves"),
        Message("May", "", "month"),
        Message("%(n)s row", "%(n)s rows"),
    }


def test_templates_are_read_in_attributes_and_blocks_too():
    template = """{% load i18n %}<c-panel title="{% translate 'Beds, 5 % free' %}">
{% blocktranslate trimmed with name=row.name %}
  Call {{ name }}
{% endblocktranslate %}
{% translate "May" context "month" %}</c-panel>"""
    assert set(in_template(template)) == {
        Message("Beds, 5 %% free"),
        Message("Call %(name)s"),
        Message("May", "", "month"),
    }


def test_a_catalogue_is_read_as_it_was_written(tmp_path: Path):
    said = {
        Message('A "word"\nand \\ more'): '一"词"',
        Message("May", "", "month"): "5月",
        Message("%(n)s row", "%(n)s rows"): "%(n)s行",
        Message("not yet"): "",
    }
    path = tmp_path / "django.po"
    path.write_text(written("zh_Hans", said), encoding="utf-8")
    assert read(path) == said


def test_what_is_compiled_is_what_gettext_reads():
    said = {
        Message("Beds"): "床位",
        Message("May", "", "month"): "5月",
        Message("%(n)s row", "%(n)s rows"): "%(n)s行",
        Message("not yet"): "",
    }
    read_back = gettext.GNUTranslations(io.BytesIO(compiled("zh_Hans", said)))
    assert read_back.gettext("Beds") == "床位"
    assert read_back.pgettext("month", "May") == "5月"
    assert read_back.gettext("May") == "May", "without its context it is another word"
    assert (
        read_back.ngettext("%(n)s row", "%(n)s rows", 1)
        == read_back.ngettext("%(n)s row", "%(n)s rows", 7)
        == "%(n)s行"
    )
    assert read_back.gettext("not yet") == "not yet", "what nobody has said stays English"


def test_the_apps_that_speak_are_found():
    found = {app.relative_to(ROOT).as_posix(): messages(app) for app in apps()}
    assert Message("Today") in found["src/mainstay/web"]
    assert Message("Tracer") in found["src/mainstay/accounts"]
