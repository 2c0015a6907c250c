"""Addresses of files received."""

from __future__ import annotations

from django.urls import path

from mainstay.intake.pages import incoming, received

urlpatterns = [
    path("files/", received.files, name="files"),
    path("files/new/", incoming.new, name="files-new"),
    path("files/new/<str:digest>/", incoming.check, name="files-check"),
    path("files/<uuid:identity>/", received.delivery, name="delivery"),
    path("files/<uuid:identity>/back/", received.back, name="delivery-back"),
]
