"""Django's settings, all from the one typed environment."""

from mainstay.platform.environment import database_settings, read_environment

_environment = read_environment()

SECRET_KEY = "not used before there are pages"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    # platform first: its tables must stand before the triggers of the others are made
    "mainstay.platform",
    "mainstay.accounts",
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
    "mainstay.cycle",
]
DATABASES = {"default": database_settings(_environment)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
