"""The Django app: stays, offers of a place, orders and objections."""

from django.apps import AppConfig


class IsolationConfig(AppConfig):
    name = "mainstay.isolation"
    label = "isolation"
    default_auto_field = "django.db.models.BigAutoField"
