"""Django's settings, all from the one typed environment."""

from mainstay.platform.environment import database_settings, read_environment

_environment = read_environment()

SECRET_KEY = "not used before there are pages"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
INSTALLED_APPS = [
    # platform first: its tables must stand before the triggers of the others are made
    "mainstay.platform",
    "mainstay.places",
    "mainstay.people",
    "mainstay.organisations",
    "mainstay.duties",
    "mainstay.intake",
    "mainstay.cases",
    "mainstay.tracing",
    "mainstay.screening",
    "mainstay.care",
    "mainstay.isolation",
    "mainstay.reports",
    "mainstay.cycle",
]
DATABASES = {"default": database_settings(_environment)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
