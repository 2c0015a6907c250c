"""Addresses of the pages of people."""

from __future__ import annotations

from django.urls import path

from mainstay.people.pages import export, find, line_list, person, sheet, stays

urlpatterns = [
    path("find/", find.find, name="find"),
    path("list/", line_list.line_list, name="line-list"),
    path("list/add/", line_list.add, name="add-person"),
    path("list/export/", export.export, name="list-export"),
    path("list/sheet/", sheet.sheet, name="sheet"),
    path("list/sheet/<uuid:person>/", sheet.sheet_row, name="sheet-row"),
    path("list/<uuid:person>/", person.person, name="person"),
    path("list/<uuid:person>/stays/", stays.stays, name="stays"),
]
