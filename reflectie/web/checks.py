"""Refuses settings that would put people's answers at risk: under `manage.py`, and when a server starts."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from reflectie.domain.signals import Partition
from reflectie.services.mail import host_sends_mail
from reflectie.site_owner import (
    CONTACTS,
    EMAILS,
    LEGAL_GROUNDS,
    NAME_LENGTH,
    PAGES,
    LogoError,
    is_email,
    is_page,
    missing_details,
    read_logo,
)

TAG = "samenwerking"

# "testserver" is the name under which Django's tests ask.
THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]", "testserver"}

# As Django's own security.W009, which only warns, and only when asked.
KEY_LENGTH, KEY_SIGNS, INSECURE_KEY = 50, 5, "django-insecure-"
# As a link of ours: 128 bits, where they came from chance.
TOKEN_LENGTH = 22


@register(TAG)
def hosts(**_: Any) -> Iterator[CheckMessage]:
    elsewhere = sorted(set(settings.ALLOWED_HOSTS) - THIS_MACHINE)
    if any("*" in host for host in elsewhere):
        yield Error(
            "ALLOWED_HOSTS allows every name (*): a forged address may get into a shared link.",
            hint="Give the names by which people open the site: ALLOWED_HOSTS=samenwerking.example.org",
            id="samenwerking.E001",
        )
    elif elsewhere and settings.DEBUG:
        yield Error(
            f"DEBUG is on while {', '.join(elsewhere)} is allowed too: error pages would show answers.",
            hint="Turn DEBUG off, or allow 127.0.0.1 and localhost alone in ALLOWED_HOSTS.",
            id="samenwerking.E002",
        )
    elif elsewhere and settings.PLAIN_HTTP:
        yield Error(
            f"PLAIN_HTTP is on while {', '.join(elsewhere)} is allowed too: "
            "links and answers would cross the network in the clear.",
            hint="Turn PLAIN_HTTP off and put a proxy with https in front, or allow 127.0.0.1 and localhost alone.",
            id="samenwerking.E003",
        )


@register(TAG)
def keys(**_: Any) -> Iterator[CheckMessage]:
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        if len(key) < KEY_LENGTH or len(set(key)) < KEY_SIGNS or key.startswith(INSECURE_KEY):
            yield Error(
                "SECRET_KEY can be guessed: whoever guesses it can forge personal codes.",
                hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'",
                id="samenwerking.E004",
            )
            return


@register(TAG)
def watchers_tokens(**_: Any) -> Iterator[CheckMessage]:
    for name in ("READY_TOKEN", "METRICS_TOKEN"):
        if 0 < len(getattr(settings, name)) < TOKEN_LENGTH:
            yield Warning(
                f"{name} can be guessed: whoever guesses it reads how the site is doing.",
                hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
                id="samenwerking.W006",
            )


@register(TAG)
def former_keys(**_: Any) -> Iterator[CheckMessage]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(set(keys)) < len(keys):
        yield Error(
            "SECRET_KEY_FALLBACKS has a key twice, or SECRET_KEY itself.",
            hint="Put former keys in it alone, each once.",
            id="samenwerking.E010",
        )


@register(TAG)
def cache_library(**_: Any) -> Iterator[CheckMessage]:
    """Django looks for it at the first use, which is somebody's second step."""
    if settings.CACHES["default"]["BACKEND"].endswith("RedisCache") and not find_spec("redis"):
        yield Error(
            "CACHE_URL names a Valkey or Redis, and the library to talk to it isn't installed.",
            hint="Install it: .venv/bin/python -m pip install --no-deps --require-hashes -r requirements-redis.txt",
            id="samenwerking.E022",
        )


@register(TAG, deploy=True)
def keys_that_can_go(**_: Any) -> Iterator[CheckMessage]:
    if settings.SECRET_KEY_FALLBACKS:
        yield Warning(
            "SECRET_KEY_FALLBACKS keeps old keys valid.",
            hint="Take them out once all rounds are closed that were opened under one of them.",
            id="samenwerking.W004",
        )


@register(TAG)
def retention(**_: Any) -> Iterator[CheckMessage]:
    if settings.RETENTION_DAYS < 1:
        yield Error(
            f"RETENTION_DAYS is {settings.RETENTION_DAYS}: everything would be erased at once.",
            hint="Set the number of days that a reflection is kept to 1 or more; 90 is usual.",
            id="samenwerking.E005",
        )


@register(TAG)
def folding(**_: Any) -> Iterator[CheckMessage]:
    if settings.FOLD_MONTHS < 0:
        yield Error(
            f"FOLD_MONTHS is {settings.FOLD_MONTHS}: that would be before a round is concluded.",
            hint="Set the number of months after the conclusion when only counts of answers stay; 24 is usual. "
            "Set 0 to keep the answers.",
            id="samenwerking.E008",
        )


@register(TAG)
def backups(**_: Any) -> Iterator[CheckMessage]:
    if settings.BACKUP_KEEP_DAYS < 1:
        yield Error(
            f"BACKUP_KEEP_DAYS is {settings.BACKUP_KEEP_DAYS}: no backup would be kept.",
            hint="Set the number of days that a daily backup is kept to 1 or more; 14 is usual.",
            id="samenwerking.E017",
        )
    if settings.BACKUP_RECIPIENT and not shutil.which("age"):
        yield Error(
            "BACKUP_RECIPIENT asks for encrypted backups, and the program that encrypts them is not installed.",
            hint="Have an administrator do this: apt-get install age",
            id="samenwerking.E018",
        )


@register(TAG)
def activity(**_: Any) -> Iterator[CheckMessage]:
    if settings.ACTIVITY_DAYS < 1:
        yield Error(
            f"ACTIVITY_DAYS is {settings.ACTIVITY_DAYS}: coordinators would never read who did what.",
            hint="Set the number of days that this is kept to 1 or more; 365 is usual.",
            id="samenwerking.E016",
        )


@register(TAG)
def registration(**_: Any) -> Iterator[CheckMessage]:
    if settings.REGISTRATION not in ("open", "invited"):
        yield Error(
            f"REGISTRATION is {settings.REGISTRATION!r}: that doesn't say who may make an account.",
            hint="Set REGISTRATION to open (everybody) or to invited (whoever was invited).",
            id="samenwerking.E006",
        )


@register(TAG)
def log_format(**_: Any) -> Iterator[CheckMessage]:
    if settings.LOG_FORMAT not in ("line", "json"):
        yield Error(
            f"LOG_FORMAT is {settings.LOG_FORMAT!r}: that doesn't say how the log is written.",
            hint="Set LOG_FORMAT to line (for people) or to json (for programs).",
            id="samenwerking.E019",
        )


@register(TAG)
def signal_label(**_: Any) -> Iterator[CheckMessage]:
    if settings.SIGNAL_LABEL not in list(Partition):
        yield Error(
            f"SIGNAL_LABEL is {settings.SIGNAL_LABEL!r}: that doesn't say by what signals are grouped.",
            hint="Set SIGNAL_LABEL to region or to theme.",
            id="samenwerking.E007",
        )


@register(TAG, deploy=True)
def proxy(**_: Any) -> Iterator[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "Without BEHIND_PROXY the app doesn't see that a visitor uses https, and redirects without end.",
            hint="Set BEHIND_PROXY=true if the proxy sets X-Forwarded-Proto itself, and drops it from outside.",
            id="samenwerking.W001",
        )


@register(TAG, deploy=True)
def mail(**_: Any) -> Iterator[CheckMessage]:
    if not host_sends_mail():
        yield Warning(
            "Without EMAIL_URL nobody gets mail: codes to sign in end up in the log.",
            hint="Name the mail server: EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
            id="samenwerking.W002",
        )


@register(TAG)
def logo(**_: Any) -> Iterator[CheckMessage]:
    """Read here, before a server divides, so that no page finds it gone later."""
    if settings.OWNER_LOGO and not settings.OWNER_NAME:
        yield Error(
            "OWNER_LOGO has no OWNER_NAME beside it: a logo alone says nothing to who can't see it.",
            hint="Set OWNER_NAME too.",
            id="samenwerking.E015",
        )
    try:
        if settings.OWNER_LOGO:
            read_logo(settings.OWNER_LOGO)
    except LogoError as error:
        yield Error(
            f"OWNER_LOGO can't be shown: {error}.",
            hint="Name a PNG or SVG file on this machine, or leave OWNER_LOGO empty.",
            id="samenwerking.E011",
        )


@register(TAG)
def owner_details(**_: Any) -> Iterator[CheckMessage]:
    """What would lead nowhere, or somewhere else than it says."""
    for name in (*CONTACTS, *PAGES, *EMAILS):
        given = getattr(settings, name)
        if given and not ((name not in PAGES and is_email(given)) or (name not in EMAILS and is_page(given))):
            yield Error(
                f"{name} is {given!r}: that leads nowhere.",
                hint="Set a contact to an e-mail address, or to the address of a page (https://…); PRIVACY_EMAIL to an "
                "e-mail address, and what ends in _URL to the address of a page.",
                id="samenwerking.E012",
            )
    if settings.LEGAL_GROUND and settings.LEGAL_GROUND not in LEGAL_GROUNDS:
        yield Error(
            f"LEGAL_GROUND is {settings.LEGAL_GROUND!r}: the privacy statement doesn't know that.",
            hint=f"Set it to one of {', '.join(LEGAL_GROUNDS)}.",
            id="samenwerking.E013",
        )
    if len(settings.OWNER_NAME) > NAME_LENGTH:
        yield Error(
            f"OWNER_NAME is longer than {NAME_LENGTH} characters: it doesn't fit at the foot of a PDF.",
            hint="Give the name by which people know you. CONTROLLER may be longer.",
            id="samenwerking.E014",
        )


@register(TAG, deploy=True)
def empty_details(**_: Any) -> Iterator[CheckMessage]:
    """No warning: a site works without, and not every host needs each of them."""
    if missing := missing_details():
        yield Info(
            f"Still empty, and said so on /privacy/ and /toegankelijkheid/: {', '.join(missing)}.",
            hint="Public bodies have to publish these: docs/hosting/configure.md.",
            id="samenwerking.I001",
        )


def refuse_unsafe_settings() -> None:
    """Raises ImproperlyConfigured, with every message and hint, when a check above finds an error.

    For servers: they start without `manage.py`, so nothing else runs these checks for them.
    """
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(["", *map(str, errors)]))
