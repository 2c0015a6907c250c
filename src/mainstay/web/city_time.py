"""The city's time on a page: every instant is shown, and every typed time read, in the city's zone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mainstay.platform.clock import local_date
from mainstay.platform.models import Instance


def city_time(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Beneath a page's door: the request then has `zone` and `today`, the city's, and wording shows that zone."""

    @wraps(view)
    def there(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked: Any = request
        asked.zone = Instance.objects.values_list("zone", flat=True).get(id=1)
        asked.today = local_date(asked.at, asked.zone)
        with timezone.override(ZoneInfo(asked.zone)):
            return view(request, *args, **kwargs)

    return there
