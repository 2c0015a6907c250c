"""Addresses of the situation report, of the rows behind its figures, and of tonight's number."""

from __future__ import annotations

from django.urls import path

from mainstay.reports import pages

urlpatterns = [
    path("report/", pages.report, name="report"),
    path("report/rows/", pages.report_rows, name="report_rows"),
    path("tonight/", pages.tonight, name="tonight"),
]
