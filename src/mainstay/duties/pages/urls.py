"""Addresses of the pages of duties."""

from __future__ import annotations

from django.urls import path

from mainstay.duties.pages import calls

urlpatterns = [
    path("calls/", calls.who_to_call, name="who-to-call"),
    path("calls/<uuid:person>/", calls.call, name="call"),
]
