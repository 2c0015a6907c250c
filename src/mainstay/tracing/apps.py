"""The Django app: who met whom, who was exposed to what, who was where."""

from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "mainstay.tracing"
    label = "tracing"
    default_auto_field = "django.db.models.BigAutoField"
