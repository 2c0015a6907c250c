"""Django's settings, all from the one typed environment."""

from datetime import timedelta

from mainstay.platform.environment import database_settings, read_environment
from mainstay.platform.keys import signing_key

_environment = read_environment()

SECRET_KEY = signing_key(_environment)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_environment.hosts]
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
    "mainstay.reports",
    "mainstay.cycle",
]
DATABASES = {"default": database_settings(_environment)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who signs in --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: who is locked out is not even asked
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "mainstay.accounts.adapters.AccountAdapter"
MFA_ADAPTER = "mainstay.accounts.second_factor.SecondFactorAdapter"
ACCOUNT_FORMS = {"login": "mainstay.accounts.adapters.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False  # axes counts, in the database, over all processes
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Mainstay"

# Five wrong passwords for one name from one address, then a quarter of an hour of rest. By name and address both:
# by name alone anybody could lock out the headquarters. The field is left at its default, "username": set to the
# form's own name the right password is let in after the lock-out (a test holds this).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "mainstay.accounts.pages.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Away for two hours, or with the browser closed, one signs in again.
SESSION_COOKIE_AGE = 2 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"

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
    "mainstay.web",  # before those whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mainstay.web.sessions.prolonging",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mainstay.web.kept.remembering",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
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
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing has to be collected first
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 24 * 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mainstay.web.static_files.Stamped"},
}

# Translations lie in each app's own `locale/`.
LANGUAGES = [("en", "English"), ("zh-hans", "简体"), ("zh-hant", "繁體")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# A file of people never lies in a temporary folder; a pasted table may be as long as a file.
FILE_UPLOAD_HANDLERS = ["mainstay.web.sent_files.InMemory"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

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
