"""Every address of the product. An area's pages come in by its own `urls.py`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from mainstay.web.doors import open_door
from mainstay.web.kept import kept
from mainstay.web.pages import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("kept/", kept, name="kept"),
    path("language/", open_door(set_language), name="set_language"),
    path("", include("mainstay.accounts.pages.urls")),
    path("", include("mainstay.people.pages.urls")),
    path("", include("mainstay.cases.pages.urls")),
    path("", include("mainstay.tracing.pages.urls")),
    path("", include("mainstay.organisations.pages.urls")),
    path("", include("mainstay.duties.pages.urls")),
    path("", include("mainstay.isolation.pages.urls")),
    path("", include("mainstay.reports.pages.urls")),
    path("", include("mainstay.intake.pages.urls")),
    path("", include("mainstay.platform.pages.urls")),
    path("", include("mainstay.web.api.assembled")),
]

handler400 = "mainstay.web.failures.not_understood"
handler500 = "mainstay.web.failures.failed"
