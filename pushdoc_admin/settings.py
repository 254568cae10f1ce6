"""Settings. Everything that differs between machines comes from the environment; `docs/deploy` lists the names."""

import sqlite3
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from pushdoc_admin.keys import load_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("PUSHDOC_DATA", "") or BASE_DIR / "var").resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
KEYS = load_keys(DATA_DIR)

SECRET_KEY = KEYS.django_secret_key
CREDENTIAL_KEYS = KEYS.credential_keys
DEBUG = env.bool("PUSHDOC_DEBUG", False)
ALLOWED_HOSTS = env.list("PUSHDOC_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PUSHDOC_ORIGINS", default=[])

# Where documents are. DOSSIERS_DIR holds one folder for each client.
DOSSIERS_DIR = Path(env.str("PUSHDOC_DOSSIERS", "") or DATA_DIR / "dossiers").resolve()
OWNERS_DIR = DATA_DIR / "owners"
ALLOW_LOOPBACK = env.bool("PUSHDOC_ALLOW_LOOPBACK", False)
PARTNER_CA_FILE = env.str("PUSHDOC_PARTNER_CA_FILE", "")
SETTLE_SECONDS = env.float("PUSHDOC_SETTLE_SECONDS", 2.0)
SCAN_SECONDS = env.float("PUSHDOC_SCAN_SECONDS", 30.0)
SWEEP_SECONDS = env.float("PUSHDOC_SWEEP_SECONDS", 30.0)
LANES = env.int("PUSHDOC_LANES", 8)
ERRAND_SECONDS = env.float("PUSHDOC_ERRAND_SECONDS", 60.0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "connectors",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "pushdoc_admin.urls"
WSGI_APPLICATION = "pushdoc_admin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"pushdoc": "connectors.web.tags"}
            | {name: f"connectors.web.{name}" for name in ("journey", "control", "guidance")},
        },
    }
]

# WAL can corrupt a database before SQLite 3.51.3; FULL keeps every commit through a power cut.
WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'pushdoc.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode={'WAL' if WAL_IS_SAFE else 'TRUNCATE'}; PRAGMA synchronous=FULL;",
    }
else:
    # A process that is frozen in the middle of a transaction must not keep its rows from everybody else. No transaction waits for anything long.
    frozen_after = f"-c idle_in_transaction_session_timeout={env.float('PUSHDOC_TRANSACTION_SECONDS', 20.0):g}s"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", frozen_after)
    # A server that is gone without a word is noticed within a minute, not within a quarter of an hour.
    keepalives = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
    DATABASES["default"]["OPTIONS"] = keepalives | DATABASES["default"]["OPTIONS"]
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
if REDIS_URL.startswith("unix://"):
    socket_path, _, query = REDIS_URL.removeprefix("unix://").partition("?")
    CELERY_BROKER_URL = f"redis+socket://{socket_path}?virtual_host={query.removeprefix('db=') or '0'}"
else:
    CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
VISIBILITY_SECONDS = env.float("PUSHDOC_VISIBILITY_SECONDS", 3600.0)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "unacked_restore_interval": min(10.0, VISIBILITY_SECONDS),
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "max_retries": 0,  # a hint waits for a broker that hangs no longer than one time-out; the workers' own reconnection is another setting
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "connectors.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "connectors.web.accounts.ClosedDoorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "connectors" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("PUSHDOC_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *((f"providers/{path.parent.name}", path) for path in sorted((BASE_DIR / "connectors" / "providers").glob("*/static"))),
]
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

HTTPS = env.bool("PUSHDOC_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("PUSHDOC_LOG_LEVEL", "INFO")},
    "loggers": {"urllib3": {"level": "WARNING"}, "watchfiles": {"level": "WARNING"}},
}
