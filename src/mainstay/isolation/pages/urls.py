"""Addresses of the pages of orders and objections."""

from __future__ import annotations

from django.urls import path

from mainstay.isolation.pages import give, objection, order, register, sheet

urlpatterns = [
    path("isolation-orders/", register.register, name="isolation-orders"),
    path("isolation-orders/<uuid:order>/", order.order, name="isolation-order"),
    path("isolation-orders/<uuid:order>/sheet/", sheet.sheet, name="isolation-order-sheet"),
    path("isolation-orders/for/<uuid:person>/", give.give, name="give-order"),
    path("isolation-orders/objections/<uuid:objection>/", objection.decide, name="objection"),
]
