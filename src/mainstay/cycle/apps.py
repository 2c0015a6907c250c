"""The Django app: the operational period."""

from django.apps import AppConfig


class CycleConfig(AppConfig):
    name = "mainstay.cycle"
    label = "cycle"
    default_auto_field = "django.db.models.BigAutoField"
