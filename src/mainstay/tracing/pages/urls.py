"""Addresses of the pages of tracing."""

from __future__ import annotations

from django.urls import path

from mainstay.tracing.pages import follow_up

urlpatterns = [
    path("tracing/", follow_up.tracing, name="tracing"),
    path("tracing/<uuid:person>/", follow_up.contacts, name="contacts"),
]
