"""The Django app of the pages: shell, components, static files and their words."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "mainstay.web"
    label = "web"
