"""Filters for templates: `{% load wording %}`, then `{{ number|count }}`."""

from __future__ import annotations

from django import template

from mainstay.web import wording

register = template.Library()
register.filter("count", wording.count)
register.filter("signed", wording.signed)
register.filter("delay", wording.delay)
register.filter("clock", wording.clock)
register.filter("moment", wording.moment)
register.filter("day", wording.day)


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """`{% percent 26 34 %}`: 76 %."""
    return wording.percent(part, whole)
