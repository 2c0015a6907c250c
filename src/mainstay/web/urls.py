"""Every address of the product. An area's pages come in by its own `urls.py`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
]

handler500 = "mainstay.web.failures.failed"
