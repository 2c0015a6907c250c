"""The Django app: accounts, the rights they are given, and who looked at whom."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mainstay.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
