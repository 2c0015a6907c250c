"""What many rows say alike is drawn once, and looks like the component that it is."""

from __future__ import annotations

import pytest
from django.template import Context, engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from mainstay.web.templatetags.drawn import _drawn
from tests.web.pages import LANGUAGES


def shown(source: str) -> str:
    made = engines["django"].from_string(CottonCompiler().process(source))
    return made.template.render(Context({"words": "<b>3</b> & more"})).strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("drawn", "component"),
    [
        ('{% drawn "unknown" %}', "<c-unknown />"),
        ('{% drawn "state" "overdue" %}', '<c-state kind="overdue" />'),
        ('{% drawn "state" "overdue" words %}', '<c-state kind="overdue">{{ words }}</c-state>'),
        ('{% drawn "category" "close-contact" %}', '<c-category kind="close-contact" />'),
    ],
)
def test_it_is_the_component_in_the_readers_language(language: str, drawn: str, component: str) -> None:
    _drawn.cache_clear()
    with translation.override(language):
        first, second = (shown("{% load drawn %}" + drawn) for _ in range(2))
        assert first == second == shown(component)
    assert _drawn.cache_info()[:2] == (1, 1)


def test_what_it_is_given_is_text() -> None:
    assert "&lt;b&gt;3&lt;/b&gt; &amp; more" in shown('{% load drawn %}{% drawn "state" "done" words %}')


def test_in_another_language_it_is_drawn_anew() -> None:
    said = set()
    for language in LANGUAGES:
        with translation.override(language):
            said.add(shown('{% load drawn %}{% drawn "category" "close-contact" %}'))
    assert len(said) == len(LANGUAGES)
