"""The Django app that holds ledger, seals and actors."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "mainstay.platform"
    label = "platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django remakes SQLite tables in migrations and loses their triggers: install after every migrate.
        from django.db.models.signals import post_migrate

        from mainstay.platform.triggers import install_after_migrate

        post_migrate.connect(install_after_migrate, dispatch_uid="mainstay.triggers")
