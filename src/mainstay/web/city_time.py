"""The city's time on a page: every instant is shown, and every typed time read, in the city's zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mainstay.cycle.queries import OwnMoment, instance_moment
from mainstay.web import shell, wording


def city_time(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Beneath a page's door: the request then has `zone`, `today`, `moment` and `own`, and wording shows that zone.

    `moment` and `today` are the instance's own: one whose time stands still (a demonstration) is at the end of its
    last period, and the bar says so. `at` stays the clock's: who looked or wrote when.
    """

    @wraps(view)
    def there(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked: Any = request
        own = asked.own = instance_moment(asked.at)
        asked.zone, asked.today, asked.moment = own.zone, own.day, own.at
        with timezone.override(ZoneInfo(asked.zone)):
            if not own.live:
                asked.shell = replace(asked.shell, moment=stands_at(own))
            return view(request, *args, **kwargs)

    return there


def stands_at(own: OwnMoment) -> shell.Moment:
    """The bar's words for an instance whose time stands still; the year always, since it is not the reader's."""
    return shell.Moment(as_of=f"{wording.day_and_year(own.report_day)} 24:00", known_at="", stands=True)
