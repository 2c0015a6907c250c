"""Addresses of the situation report, of the rows behind its figures, and of tonight's number."""

from __future__ import annotations

from django.urls import path

from mainstay.reports.pages import views

urlpatterns = [
    path("report/", views.report, name="report"),
    path("report/rows/", views.report_rows, name="report_rows"),
    path("tonight/", views.tonight, name="tonight"),
]
