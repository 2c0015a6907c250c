"""The Django app: deliveries of rows, their verdicts and what is held for mending."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "mainstay.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
