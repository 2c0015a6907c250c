"""The Django app: vaccine and other treatment given."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "mainstay.care"
    label = "care"
    default_auto_field = "django.db.models.BigAutoField"
