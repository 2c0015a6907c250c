"""Addresses of the pages of people."""

from __future__ import annotations

from django.urls import path

from mainstay.people.pages import line_list, person, stays

urlpatterns = [
    path("list/", line_list.line_list, name="line-list"),
    path("list/add/", line_list.add, name="add-person"),
    path("list/<uuid:person>/", person.person, name="person"),
    path("list/<uuid:person>/stays/", stays.stays, name="stays"),
]
