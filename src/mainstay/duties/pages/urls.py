"""Addresses of the pages of duties."""

from __future__ import annotations

from django.urls import path

from mainstay.duties.pages import calls, cards, explained, pocket, protocol, sharing, visit

urlpatterns = [
    path("calls/", calls.who_to_call, name="who-to-call"),
    path("calls/split/", sharing.share_out, name="split"),
    path("calls/<uuid:person>/", calls.call, name="call"),
    path("duties/", cards.cards, name="duties"),
    path("duties/rows/", cards.rows, name="duty-rows"),
    path("duties/<uuid:duty>/take-back/", cards.take_back, name="take-back"),
    path("duties/visit/<str:at>/", visit.visit, name="visit"),
    path("list/<uuid:person>/why/", explained.explained, name="explained"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("protocol/changes/", protocol.changes, name="protocol-changes"),
    path("protocol/cards/", pocket.pocket, name="protocol-cards"),
    path("protocol/editions/<str:edition>/", protocol.edition, name="edition"),
    path("protocol/editions/<str:edition>/<str:clause>/", protocol.clause, name="clause"),
    path("calls/<uuid:person>/hand-over/", sharing.hand, name="hand-over"),
]
