"""The Django app: classification, onset, severity, tests, outcome and report of persons."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "mainstay.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
