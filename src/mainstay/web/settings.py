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

# --- who signs in --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- pages --------------------------------------------------------------------------------------------------

INSTALLED_APPS += [
    "django.contrib.staticfiles",
    "django_cotton",
    "csp",
    "mainstay.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "mainstay.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,  # django-cotton puts its own loader before these
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "mainstay.web.shell.context",
            ],
        },
    },
]
COTTON_DIR = "components"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees what it is given, not whatever its page happens to hold

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mainstay.web.static_files.Stamped"},
}

# Translations lie in each app's own `locale/`.
LANGUAGES = [("en", "English"), ("zh-hans", "简体"), ("zh-hant", "繁體")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# Nothing inline, nothing from elsewhere, in nobody's frame.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
