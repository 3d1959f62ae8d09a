"""All settings, read from the environment (or `.env`), safe unless told otherwise.

`docs/hosting/configure.md` lists the variables. `reflectie/web/checks.py` refuses combinations that are unsafe.
"""

import os
import tomllib
from pathlib import Path

import fontpkg
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from samenwerking.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything that is made rather than written: database, fonts, collected static files.
VAR_DIR = BASE_DIR / "var"

# Stands in one place, where releases are made of.
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

env = Environment()
Environment.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. `./run` makes one for this machine; elsewhere, set it to 50 random characters or more."
    )
# Keys of before: what was kept or signed under one still opens, until it is taken out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
# Plain http, for a machine that serves only itself. Cookies and links are https otherwise.
PLAIN_HTTP = env.bool("PLAIN_HTTP", default=False)
# Set behind a proxy that sets X-Forwarded-Proto itself, drops it from outside, and adds to X-Forwarded-For.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)

# How long a reflection without an account is kept after its last change (concepts.md, "Kept").
RETENTION_DAYS = env.int("RETENTION_DAYS", default=90)
# How many months after a round was concluded its answers are erased and their figures stay; 0: never.
FOLD_MONTHS = env.int("FOLD_MONTHS", default=24)
# How many days a collaboration's coordinators can read who did what in it.
ACTIVITY_DAYS = env.int("ACTIVITY_DAYS", default=365)
# How many days before the agreed day of a next session its coordinators are mailed.
REMIND_DAYS = env.int("REMIND_DAYS", default=7)
# By which label signals are shown, region or theme: one alone, or one could be subtracted from the other.
SIGNAL_LABEL = env.str("SIGNAL_LABEL", default="region")
# Whoever sends it to /gereed/ reads there what is wrong or soon will be; without it only whether all is well.
READY_TOKEN = env.str("READY_TOKEN", default="")
# Whoever sends it to /meten/ reads there how busy the site is; without it nothing is counted and nothing is there.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# How the log is written: in lines for people (line), or a JSON object on each for programs (json).
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
# Who may make an account: everybody (open), or whoever was invited.
REGISTRATION = env.str("REGISTRATION", default="open")
# Where a mail that a timer sends leads; a page knows its own address. By default the first name that others can reach.
_PUBLIC = [host for host in ALLOWED_HOSTS if host not in {"127.0.0.1", "localhost", "[::1]"} and host[0] not in "*."]
_SITE = [*_PUBLIC, f"localhost:{env.str('PORT', default='8000')}"][0]
SITE_URL = env.str("SITE_URL", default=f"{'http' if PLAIN_HTTP else 'https'}://{_SITE}").rstrip("/")
# Where the worker puts a backup every day, for how many days each is kept, and for whose keys it is closed (`age`).
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=14)
BACKUP_RECIPIENT = [key.strip() for key in env.list("BACKUP_RECIPIENT", default=[])]
# Whose site it is, as its pages, mails and PDFs say it (`reflectie/site_owner.py`). A contact is an e-mail address or
# the address of a page; the logo a PNG or SVG file on this machine.
OWNER_NAME = env.str("OWNER_NAME", default="")
OWNER_LOGO = env.str("OWNER_LOGO", default="")
OWNER_CONTACT = env.str("OWNER_CONTACT", default="")
# For the privacy statement, and whom one can complain to.
CONTROLLER = env.str("CONTROLLER", default="")
LEGAL_GROUND = env.str("LEGAL_GROUND", default="")
PRIVACY_EMAIL = env.str("PRIVACY_EMAIL", default="")
DATA_PROTECTION_OFFICER = env.str("DATA_PROTECTION_OFFICER", default="")
COMPLAINT_AUTHORITY = env.str("COMPLAINT_AUTHORITY", default="")
COMPLAINT_URL = env.str("COMPLAINT_URL", default="")
# For the accessibility statement, the same.
ACCESSIBILITY_CONTACT = env.str("ACCESSIBILITY_CONTACT", default="")
ACCESSIBILITY_AUTHORITY = env.str("ACCESSIBILITY_AUTHORITY", default="")
ACCESSIBILITY_URL = env.str("ACCESSIBILITY_URL", default="")
# Whoever finds a hole in this site reads it in `/.well-known/security.txt`.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# Threads of a web worker, as gunicorn gives it (`gunicorn.py`): most of them may wait for PDFs, some stay for pages.
WEB_THREADS = env.int("WEB_THREADS", default=24)

INSTALLED_APPS = [
    # Ours first: its templates win from those of packages.
    "reflectie",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_tasks_db",
]

MIDDLEWARE = [
    # The first: what any of the others says is part of a request with a name.
    "reflectie.web.watching.watch_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reflectie.web.middleware.limit_concurrent_requests",
    "reflectie.web.middleware.compress_pages",
    "reflectie.web.middleware.response_headers",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "reflectie.web.middleware.readable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reflectie.web.middleware.name_who_acts",
    # Signed in by default: public addresses are listed as such (`urls.py`).
    "reflectie.web.middleware.LoginRequiredByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reflectie.web.errors.GoneMiddleware",
    "reflectie.web.middleware.DatabaseTroubleMiddleware",
]

ROOT_URLCONF = "samenwerking.urls"
WSGI_APPLICATION = "samenwerking.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["reflectie.web.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "reflectie.templatetags.errors",
                "reflectie.templatetags.layout",
                "reflectie.templatetags.pdf",
                "reflectie.templatetags.report",
                "reflectie.templatetags.site_owner",
                "reflectie.templatetags.wording",
                # The last: it takes the place of some of the first.
                "reflectie.templatetags.constants",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Transactions live in reflectie/services alone.
ATOMIC_REQUESTS = False
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "reflectie.backends.sqlite3":
    # In a file like the real one: a database in memory locks differently.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / f"test-{os.getpid()}.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes: which code of a second step was used, and which PDF just failed. Not in memory, where each
# process would know for itself.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://cache")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache":
    # Django's 300 would let go of used codes as soon as a few people come at once.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000}
elif CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    # One that doesn't answer is away, and nobody waits for it: seconds, unless the address says others.
    CACHES["default"]["OPTIONS"] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        **CACHES["default"].get("OPTIONS", {}),
    }

# What the worker does (`manage.py worker`); mail has a queue of its own, so that a code never waits for a PDF, and so
# have backups.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["mail", "default", "backup"]}}

# Mail goes to the console until a server is named.
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Samenwerking <samenwerking@localhost>")

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "collaborations"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "reflectie.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "reflectie.accounts.adapters.display_name"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if PLAIN_HTTP else "https"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Somebody who is not the owner changes a password or an address: the owner hears of it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# One address a person; a new one counts once its code came back.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Mail may take its time, and so may a reader: allauth gives three minutes to some of these.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
# allauth counts for each account too: six wrong passwords from elsewhere refuse the right one, and three codes that
# were asked for from elsewhere the owner's. `web/throttle.py` counts by who asks.
ACCOUNT_RATE_LIMITS = False
# Whatever changes how one signs in asks again who one is, unless that was shown so short a time ago.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "reflectie.accounts.forms.SignInForm",
    "signup": "reflectie.accounts.forms.SignUpForm",
    "request_login_code": "reflectie.accounts.forms.RequestCodeForm",
    "confirm_login_code": "reflectie.accounts.forms.SignInCodeForm",
    "confirm_email_verification_code": "reflectie.accounts.forms.AddressCodeForm",
    "add_email": "reflectie.accounts.forms.NewAddressForm",
    "change_password": "reflectie.accounts.forms.ChangePasswordForm",
    "set_password": "reflectie.accounts.forms.SetPasswordForm",
    "reset_password": "reflectie.accounts.forms.ForgottenPasswordForm",
    "confirm_password_reset_code": "reflectie.accounts.forms.ForgottenPasswordCodeForm",
    "reset_password_from_key": "reflectie.accounts.forms.NewPasswordForm",
    "reauthenticate": "reflectie.accounts.forms.PasswordAgainForm",
}
MFA_ADAPTER = "reflectie.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Samenwerking"
MFA_FORMS = {
    "authenticate": "reflectie.accounts.forms.SecondFactorForm",
    "reauthenticate": "reflectie.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "reflectie.accounts.forms.ActivateAppForm",
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # The whole typeface for the PDF; for the screen `build_fonts` makes a small Latin cut of it.
    ("fonts", fontpkg.path("Atkinson Hyperlegible").parent),
    ("fonts", VAR_DIR / "fonts"),
]
(VAR_DIR / "fonts").mkdir(parents=True, exist_ok=True)
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CSRF_FAILURE_VIEW = "reflectie.web.errors.csrf_failure"
SIGNED_OUT_VIEW = "reflectie.web.errors.signed_out"
BUSY_VIEW = "reflectie.web.errors.busy"
UNWRITABLE_VIEW = "reflectie.web.errors.unwritable"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not PLAIN_HTTP
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = not PLAIN_HTTP
# Health checks come from the machine itself, over http.
SECURE_REDIRECT_EXEMPT = [r"^gezond/$", r"^gereed/$", r"^meten/$"]
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
# A sheet with fifteen notes of 2,000 characters is far below this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# Answers that somebody uploads are never put in a file, not for a moment: what is too big for memory is let go.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        # data: for the signs that stand inside form controls (`static/css/tokens.css`).
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Nothing here needs any of it; a script that slipped in, or a frame, doesn't get it either.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "bluetooth",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
}

# Tracebacks and error reports carry no posted answers.
DEFAULT_EXCEPTION_REPORTER_FILTER = "reflectie.web.logs.RedactingReporterFilter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_tokens": {"()": "reflectie.web.logs.SecretScrubbingFilter"}},
    "formatters": {
        "line": {
            "()": "reflectie.web.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}{where}: {message}",
            "style": "{",
        },
        "json": {"()": "reflectie.web.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_FORMAT == "json" else "line",
            # On the handler, not on a logger: records of every library pass here.
            "filters": ["no_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Subsetting a font logs every glyph table.
        "fontTools": {"level": "WARNING"},
        # Every scanner that asks for another host would leave a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Below this it writes all that a page knows into the log where a template asks for something that isn't there:
        # answers and personal codes too.
        "django.template": {"level": "INFO"},
        # Below this it names who went away before their answer came, and counts who waits for a thread.
        "waitress": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},
        # Warns of each sign that no font has, and quotes it: a note in another script would stand in the log.
        "weasyprint": {"level": "ERROR"},
        # Tells every step of every PDF.
        "weasyprint.progress": {"level": "WARNING"},
        # Tells of every task that it began, and that it ended.
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
