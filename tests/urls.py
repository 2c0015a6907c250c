"""The product's addresses, and those that only the tests have: the gallery of components."""

from __future__ import annotations

from django.urls import include, path

from mainstay.web.urls import handler400, handler500
from mainstay.web.urls import urlpatterns as products
from tests.web import gallery

__all__ = ["handler400", "handler500", "urlpatterns"]

urlpatterns = [
    *products,
    path("components/", include(gallery.urlpatterns)),
]
