"""Addresses of the situation report, of the rows behind its figures, and of tonight's number."""

from __future__ import annotations

from django.urls import path

from mainstay.reports.pages import files, today, views
from mainstay.reports.pages.coverage import coverage, coverage_rows
from mainstay.reports.pages.reconciliation import reconciliation_page

urlpatterns = [
    path("today/", today.today_page, name="today"),
    path("report/", views.report, name="report"),
    path("report/rows/", views.report_rows, name="report_rows"),
    path("report/coverage/", coverage, name="coverage"),
    path("report/coverage/rows/", coverage_rows, name="coverage_rows"),
    path("report/reconciliation/", reconciliation_page, name="reconciliation"),
    path("report/file/<str:form>/", files.report_file, name="report-file"),
    path("report/close/", files.close, name="report-close"),
    path("tonight/", views.tonight, name="tonight"),
]
