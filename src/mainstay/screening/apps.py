"""The Django app: checks of temperature and symptoms."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "mainstay.screening"
    label = "screening"
    default_auto_field = "django.db.models.BigAutoField"
