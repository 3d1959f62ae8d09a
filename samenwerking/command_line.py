"""`manage.py`: runs a command, and says in a line what is wrong where it is the machine or its settings: no database, a
wrong password, a full disk, a file that may not be read. No key, password or address is printed, whatever failed."""

import os
import smtplib
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import Any, TextIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import Error as DatabaseFailure

from reflectie.services.hosting.errors import reason
from reflectie.web.logs import without_secrets

# What a database says that lacks a table; one that isn't there itself says it with FATAL.
_NOT_MIGRATED = ("no such table", "no such column", "does not exist")


def main(arguments: Sequence[str]) -> None:
    """Run the command that these words name, the program's own name first. Ends the process where it fails."""
    sys.stderr = _Scrubbing(sys.stderr)
    try:
        execute_from_command_line(list(arguments))
        # Here, and not when Python ends: a disk may be full.
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        text = _what_happened(error) if "--traceback" not in arguments else ""
        _say_no_more()
        sys.exit(text or "".join(traceback.format_exception(error)).strip())


class _Scrubbing:
    """A stream that lets no secret through: of ours, of Django's checks, of a command's arguments or of a traceback."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_without_keys(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _what_happened(error: Exception) -> str:
    """What is wrong with the machine or its settings, and where to look; nothing when it may be the code."""
    match error:
        case ImproperlyConfigured():
            return f"✗ {str(error).strip()}"
        case DatabaseFailure():
            said = str(error)
            where = (
                "./run --setup makes what it lacks."
                if any(word in said for word in _NOT_MIGRATED) and "FATAL" not in said
                else "Look at DATABASE_URL, and whether the database runs and its disk has room."
            )
            return f"✗ The database can't do this: {reason(said)}. {where}"
        case smtplib.SMTPException():
            return f"✗ The mail server didn't take it ({type(error).__name__}): {error}"
        case OSError(strerror=str(why), filename=file):
            return f"✗ {why}: {file}" if file else f"✗ {why}"
    return ""


def _say_no_more() -> None:
    """What is still to be written would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _without_keys(text: str) -> str:
    text = without_secrets(text)
    for key in sorted(_keys(), key=len, reverse=True):
        text = text.replace(key, "…")
    return text


def _keys() -> Iterator[str]:
    """Everything in the settings that opens something."""
    try:
        found = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, settings.READY_TOKEN, settings.METRICS_TOKEN]
    except ImproperlyConfigured:
        # What couldn't be read shows nothing of itself (`environment.py`).
        return
    found += [settings.EMAIL_HOST_PASSWORD, _password_of(settings.CACHES["default"].get("LOCATION"))]
    found += [database.get("PASSWORD") for database in settings.DATABASES.values()]
    # A shorter one is no key, and would be found in every other word.
    yield from (key for key in found if isinstance(key, str) and len(key) > 4)


def _password_of(places: object) -> str | None:
    """Of a cache at an address, or at several with the same one."""
    address = places[0] if isinstance(places, list) else str(places)
    return urlsplit(address).password
