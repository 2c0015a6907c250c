"""The Django app: the tree of places, from city to household."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "mainstay.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
