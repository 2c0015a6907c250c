"""The Django app: organisations, facilities, posts and who holds them."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "mainstay.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
