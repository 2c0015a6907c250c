"""Addresses of the pages of duties."""

from __future__ import annotations

from django.urls import path

from mainstay.duties.pages import calls, cards, visit

urlpatterns = [
    path("calls/", calls.who_to_call, name="who-to-call"),
    path("calls/<uuid:person>/", calls.call, name="call"),
    path("duties/", cards.cards, name="duties"),
    path("duties/rows/", cards.rows, name="duty-rows"),
    path("duties/<uuid:duty>/take-back/", cards.take_back, name="take-back"),
    path("duties/visit/<str:at>/", visit.visit, name="visit"),
]
