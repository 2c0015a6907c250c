"""The Django app: what must happen because of the facts, and whose it is."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "mainstay.duties"
    label = "duties"
    default_auto_field = "django.db.models.BigAutoField"
