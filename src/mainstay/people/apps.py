"""The Django app: persons, their identifiers and what is known of them."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "mainstay.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
