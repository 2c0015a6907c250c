"""The Django app: aggregate counts, and the reports that give account."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "mainstay.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
