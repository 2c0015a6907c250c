"""Addresses of the pages of cases."""

from __future__ import annotations

from django.urls import path

from mainstay.cases.pages import case

urlpatterns = [path("list/<uuid:person>/case/", case.case, name="case")]
