"""Small components that say the same in many rows: `{% load drawn %}`, then `{% drawn "state" "overdue" words %}`."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def drawn(component: str, kind: str = "", words: str = "") -> SafeString:
    """`<c-state kind="overdue">words</c-state>`, drawn once for all rows and pages that say it.

    What is drawn is kept: never give it anything that is said of one person.
    """
    return _drawn(component, kind, str(words), get_language() or "")


@lru_cache(maxsize=2000)
def _drawn(component: str, kind: str, words: str, _language: str) -> SafeString:
    # Whatever it is given is escaped there, by the template of the component.
    return mark_safe(render_to_string(f"components/{component}.html", {"kind": kind, "slot": words}).strip())
