"""Settings, from the environment or `.env`; every variable is explained in `.env.example`.

Strict: outside development a missing SECRET_KEY, ALLOWED_HOSTS or DATABASE_URL stops the start.
Development is DEBUG on; it is also assumed when nothing at all is configured (a fresh checkout),
but never under wsgi.py and asgi.py, which switch DEBUG off before they load this file.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django_prose_editor.config import html_tags
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
ENV_FILE = Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env")
if ENV_FILE.is_file():
    env.read_env(ENV_FILE)
elif os.environ.get("ENV_FILE") and not ENV_FILE.exists():  # /dev/null is there: no file at all
    raise ImproperlyConfigured(f"The site cannot start: ENV_FILE names {ENV_FILE}: no such file.")

NOTHING_CONFIGURED = not ENV_FILE.is_file() and not (
    {"DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"} & os.environ.keys()
)
DEBUG = env.bool("DEBUG", default=NOTHING_CONFIGURED)

if not DEBUG:
    missing = [
        name
        for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
        if not env.str(name, default="").strip(" ,")
    ]
    if missing:
        raise ImproperlyConfigured(
            f"The site cannot start: set {', '.join(missing)} in the environment or in .env "
            "(each is explained in .env.example; `make secret` makes a secret key)."
        )
elif NOTHING_CONFIGURED and "RUN_MAIN" not in os.environ:
    sys.stderr.write("No .env and no environment: using development defaults.\n")

SECRET_KEY = env.str("SECRET_KEY", default="development-only-key" if DEBUG else None)
hosts = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ALLOWED_HOSTS = list(filter(None, map(str.strip, hosts)))
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "The site cannot start: ALLOWED_HOSTS must name the hosts it answers to, not '*'."
    )

#: The public address of the site, without a trailing slash; its scheme decides on HTTPS.
SITE_URL = env.str(
    "SITE_URL",
    default="http://127.0.0.1:8000" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
).rstrip("/")
HTTPS = urlsplit(SITE_URL).scheme == "https"
#: Whether the site answers at other ports than that of SITE_URL: in development, where it moves.
ANY_PORT = DEBUG
#: Whether /gallery/ shows every component in every state.
GALLERY = DEBUG
if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        "The site cannot start: SITE_URL must be its whole address, as https://partners.example.org."
    )

# Application

INSTALLED_APPS = [
    "partners.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",  # the same middleware for static files everywhere
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "django_countries",
    "django_prose_editor",
    "django_tasks_db",
    "partners",
]
if django.VERSION < (6,):
    INSTALLED_APPS.append("django_tasks")  # later ones bring it themselves

MIDDLEWARE = [
    "partners.serving.page_cache.PageCache",
    "partners.serving.middleware.NameRequest",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "partners.serving.middleware.IsolationHeaders",
    "partners.serving.middleware.ApiHeaders",
    "partners.serving.hosts.AnswerToOurName",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "partners.serving.middleware.RefuseLongAddress",
    "partners.serving.middleware.RefuseNullCharacters",
    "partners.serving.middleware.CountMissed",
    "partners.serving.middleware.CurrentTime",
    "partners.serving.middleware.ApplyDueChanges",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "partners.serving.middleware.RefuseTooMuch",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "partners.serving.middleware.FollowRedirects",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cirse_partners.urls"
WSGI_APPLICATION = "cirse_partners.wsgi.application"

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
                "partners.serving.context_processors.site",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database

DATABASES = {"default": env.db("DATABASE_URL", default="sqlite:///db.sqlite3")}
if "ENGINE" not in DATABASES["default"]:
    raise ImproperlyConfigured(
        "The site cannot start: DATABASE_URL must be the address of a database, "
        "as postgres://user:password@host/name or sqlite:///name."
    )
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("CONN_MAX_AGE", None)  # a file does not go away
    # Readers never wait for a writer (WAL); a writer takes its lock at once and waits its turn,
    # so that "database is locked" cannot strike in mid-transaction.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    if DATABASES["default"]["NAME"] != ":memory:":
        # A relative name means the same file from whatever folder a command is run.
        DATABASES["default"]["NAME"] = BASE_DIR / DATABASES["default"]["NAME"]
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)  # seconds
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

#: Seconds after which a process stores which addresses were asked for in vain; 0: never.
STORE_MISSED_AFTER = 300

# What is done after the answer: `manage.py work` does it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "long"]}}

# Language, time, mail

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "cirse_partners.formats"  # one clock of 24 hours
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Vienna")
COUNTRIES_OVERRIDE = {"XK": "Kosovo"}  # not in ISO 3166-1; its code is what everybody uses
USE_I18N = False  # one language; each link asks which, and is made in half the time without
USE_TZ = True

#: Seconds; a silent mail server keeps a worker from its other tasks for as long.
MAIL_TIMEOUT = 10
mail = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
if mail["EMAIL_HOST"]:
    mail["EMAIL_TIMEOUT"] = MAIL_TIMEOUT
if django.VERSION < (6, 1):
    vars().update(mail)
else:  # what is a setting in 5.2 is an option of a mailer, under another name
    options = {
        "host": "EMAIL_HOST", "port": "EMAIL_PORT", "timeout": "EMAIL_TIMEOUT",
        "username": "EMAIL_HOST_USER", "password": "EMAIL_HOST_PASSWORD",
        "use_tls": "EMAIL_USE_TLS", "use_ssl": "EMAIL_USE_SSL", "file_path": "EMAIL_FILE_PATH",
    }  # fmt: skip
    options = {option: mail[name] for option, name in options.items() if mail.get(name)}
    MAILERS = {"default": {"BACKEND": mail["EMAIL_BACKEND"], "OPTIONS": options}}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="partners@localhost")
#: Where "report a mistake on this page" writes to.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default=DEFAULT_FROM_EMAIL)

# Accounts

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarity": {},
        "CommonPassword": {},
        "NumericPassword": {},
        "MinimumLength": {"min_length": 12},
    }.items()
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = 12 * 3600  # a working day: whoever logs in in the morning is out by night
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

#: Whether publishers and operators need a one-time code beside the password.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEBUG)
OTP_TOTP_ISSUER = urlsplit(SITE_URL).hostname

# Who guesses passwords has to wait: after so many failures for one account, or from one address.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "partners.accounts.guessing.counted_by"
AXES_HANDLER = "partners.accounts.guessing.Counting"
AXES_RESET_ON_SUCCESS = True  # of the same account and address: see Counting
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else a stranger could prolong it for ever
# What was tried is kept, and named in the log; `partners-daily.service` ends it after this time.
AXES_TRACES_DAYS = 90  # ours, not of axes
AXES_ENABLE_ACCESS_FAILURE_LOG = True
# Beyond its limit axes deletes the latest first. A lock lets 960 tries a day through.
AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT = 100_000
AXES_SENSITIVE_PARAMETERS = []  # the password itself is masked all the same
AXES_CLIENT_STR_CALLABLE = "partners.accounts.guessing.client_said"
AXES_CLIENT_IP_CALLABLE = "partners.accounts.access.client_address"
AXES_LOCKOUT_CALLABLE = "partners.views.errors.too_many_requests"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

#: How many links to choose a password are sent an hour: to a mail address, from a network address.
LINKS_AN_HOUR = {"account": 3, "address": 20}

# Static files and uploads

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / env.str("STATIC_ROOT", default="var/static")
STATICFILES_DIRS = [BASE_DIR / "static"]
if DEBUG:  # invented pages that the demo's sources lead to
    STATICFILES_DIRS.append(("demo", BASE_DIR / "fixtures/demo"))
# In development straight from static/, so that nothing has to be collected (and tests need not).
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # a page names no other: half as much to compress
MEDIA_URL = "media/"
MEDIA_ROOT = BASE_DIR / env.str("MEDIA_ROOT", default="var/media")
#: Where the files under /data/ are kept once they are made; nothing is lost with it.
DATA_ROOT = BASE_DIR / env.str("DATA_ROOT", default="var/data")
#: The bucket that keeps both for all servers; "": those folders. By its name error mails hide it.
BUCKET_KEY = env.str("STORAGE_URL", default="")
if BUCKET_KEY and not (BUCKET_KEY.startswith("s3") and urlsplit(BUCKET_KEY).path.strip("/")):
    raise ImproperlyConfigured(
        "The site cannot start: STORAGE_URL must be as s3://key:secret@host/bucket?region=name."
    )
STORAGES = {
    "default": {"BACKEND": f"partners.values.{'buckets' if BUCKET_KEY else 'renditions'}.Uploads"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "partners.serving.static_files.StaticFiles"
    },
}
if BUCKET_KEY:
    STORAGES["made"] = {"BACKEND": "partners.values.buckets.Made"}
FILE_UPLOAD_HANDLERS = ["partners.values.uploads.LimitedUpload"]
FILE_UPLOAD_PERMISSIONS = 0o644

# What a form may send. The widest, an organisation's, has 44 fields for one row of each of its six
# kinds: with the most rows of each kind 88,000, and some fifty beside them.
MOST_ROWS = 2_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100_000
# Names and values of these take 100 bytes each, 9 MB; the rows that the form was begun from, signed
# and packed, 6 MB; the rest is for long texts. A file does not count (`partners.values.uploads`).
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10  # a form has one
#: A spreadsheet of more lines is looked at, and stored, by a worker and not by the request.
LINES_AT_ONCE = 100
#: How long a shared preview can be opened.
PREVIEW_LINK_DAYS = env.int("PREVIEW_LINK_DAYS", default=7)
#: For how many days a partner can answer by the link that it was sent.
ANSWER_LINK_DAYS = env.int("ANSWER_LINK_DAYS", default=60)
#: How many answers, and how many reports of mistakes, are taken an hour from a network address.
ANSWERS_AN_HOUR = 30
#: Seconds between two requests of the link checker to one host.
LINK_CHECK_PAUSE = 1
LINK_CHECK_PRIVATE = False  # whether it may ask addresses of private networks: for tests alone
#: The one host and port on this machine that it may ask, in development: the demo's own.
LINK_CHECK_OWN = urlsplit(SITE_URL).netloc if DEBUG else ""
#: Where ROR's record of one id is asked for, as https://api.ror.org/v2/organizations/{id}.
REGISTER_URL = env.str("REGISTER_URL", default="")
#: For how many days what was verified stays so, by kind ("organisation", "figure" …), where that is
#: not as usual for it (`usual_review_days` of the model); a record can say otherwise.
REVIEW_DAYS = env.dict("REVIEW_DAYS", cast={"value": int}, default={})
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: Seconds that a request spends at most on publishing what is due; `manage.py apply_due` does more.
APPLY_DUE_WITHIN = 0.15
#: How much memory each process spends on pages that it need not make again; 0: none.
PAGE_CACHE_MEGABYTES = env.int("PAGE_CACHE_MEGABYTES", default=32)

# Transport

SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked by machines on the inside, over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token, no script reads it
if HTTPS:  # names that a browser lets only this very host set, and only over HTTPS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CSRF_FAILURE_VIEW = "partners.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
X_FRAME_OPTIONS = "DENY"

# What a page may load and run: only what the site itself serves. Public pages run no script; the
# admin's form asks for a nonce for the map of the editor's modules.

#: The one style sheet that the editor of rich text writes into its page; renewed when it changes
#: (the browser's console says the new one, and tests/browser fails).
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, EDITOR_STYLE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
#: What the editor does beside its own extensions: it cleans what is pasted, and allows no tag more.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {"js": [static_lazy("js/paste.js")], "extensions": {"Paste": html_tags([])}}
]

#: Whether a proxy in front says how, and from where, a visitor came.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs: one JSON object a line, in which nothing that a visitor sends can fake another line; in
# development as plain text. Each line, and the answer itself, carries the id of its request.

ADMINS = env.list("ERROR_EMAILS", default=[])
if django.VERSION < (6,):
    ADMINS = [("Operator", address) for address in ADMINS]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "partners.serving.logs.WithRequestID"},
        "once": {"()": "partners.serving.logs.OncePerPause"},
        "production": {"()": "django.utils.log.RequireDebugFalse"},
    },
    "formatters": {
        "plain": {"format": "{levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEBUG else "json",
            "filters": ["request"],
        },
        "mail": {
            "class": "partners.serving.logs.MailAside",
            "level": "ERROR",
            "filters": ["production", "once"],
        },
    },
    "root": {"handlers": ["stderr", "mail"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},  # at INFO it repeats what django.request says
        "django_tasks_db": {"level": "WARNING"},  # at INFO it says that there was nothing to do
        "django": {"handlers": [], "propagate": True},  # no handlers of its own beside ours
    },
}
