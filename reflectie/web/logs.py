"""Keeps tokens, addresses of people and answers out of logs and error reports."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from reflectie.request_id import request_id
from reflectie.services.tokens import PERSONAL_CODE, SHORT_CODE, SIGNS

from .secret_addresses import SECRET

# Under these addresses the next segment is a token: whoever reads it in a log could open the sheet or the report.
# The slash before may be missing (the resolver drops it) or encoded (inside ?next=). A short name of a source file is
# no token, and a traceback without it helps nobody.
_TOKEN = re.compile(
    rf"""(?ix)
    ( (?: \b | %2F ) (?: {"|".join(SECRET)} ) (?: / | %2F )+ )
    (?! [\w-]{{1,20}} \. (?: py | html | svg | css | js ) \b )
    [^\s/?\#&%'"<>]+
    """
)
# Whoever mistypes what stands before it, or leaves it out, is told that nothing is there, and the log too: so whatever
# looks like a token anywhere is one. Of 22 signs, capitals and small ones, with a figure or two capitals together, as
# names in code hardly have; of more signs with a figure, since something may be glued to it.
_LOOSE_TOKEN = re.compile(
    r"""(?x)
    (?<! [\w-] ) (?= [\w-]*[a-z] ) (?= [\w-]*[A-Z] )
    (?: (?= [\w-]*(?: \d | [A-Z]{2} ) ) [\w-]{22} | (?= [\w-]*\d ) [\w-]{23,} )
    (?! [\w-] )
    """,
    re.ASCII,
)
# A short or a personal code, typed right behind the name of the site.
_SIGN = f"(?:[{SIGNS}][ .-]?)"
_CODE = re.compile(
    rf"(?i)(?<=^Not Found: /){_SIGN}{{{SHORT_CODE}}}(?:{_SIGN}{{{PERSONAL_CODE - SHORT_CODE}}})?(?=/?$)", re.ASCII
)
# A mail server names the address that it refuses, a database the one that it has already.
_ADDRESS = re.compile(r"[\w.!#$%*+^~-]['\w.!#$%*+^~-]{0,63}(?:@|%40)[\w.-]+\.\w+")
# Below this word PostgreSQL shows the row that it refuses, with everything in it.
_ROW = re.compile(r"(?s)^DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.MULTILINE)
_formatter = logging.Formatter()


def without_secrets(text: str) -> str:
    text = _CODE.sub("…", text)
    text = _ROW.sub("DETAIL: …", _LOOSE_TOKEN.sub("…", _TOKEN.sub(r"\1…", text)))
    return _ADDRESS.sub("…@…", text) if "@" in text or "%40" in text else text


class SecretScrubbingFilter(logging.Filter):
    """Replaces tokens and addresses in a record by `…`: in message, traceback and stack. Lets every record through.

    The arguments are written into the message first, since they may be objects that only show an address once printed.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # arguments that don't fit: say what there is, and go on serving
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = without_secrets(message), None
        if record.exc_info and not record.exc_text:
            # Formatters take this text where it is there already.
            record.exc_text = _formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(record.exc_text)
        if record.stack_info:
            record.stack_info = without_secrets(record.stack_info)
        return True


class LineFormatter(logging.Formatter):
    """A line for people, with the name of the request that it is about: `{where}`."""

    def format(self, record: logging.LogRecord) -> str:
        name = request_id()
        record.where = f" [{name}]" if name else ""
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """A line for programs. Of a record only what the filter above went over: nothing that a caller adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name := request_id():
            line["request"] = name
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["traceback"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        # In ASCII, as JSON lets us: half a sign breaks no line, and no terminal takes one as an order.
        return json.dumps(line)


class RedactingReporterFilter(SafeExceptionReporterFilter):
    """What an error report may hold: the traceback, but not what was filled in, nor variables, nor cookies."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return super().get_post_parameters(request) if not self.is_active(request) else {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        return super().get_traceback_frame_variables(request, tb_frame) if not self.is_active(request) else []

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_safe_cookies(request) if not self.is_active(request) else {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        meta = super().get_safe_request_meta(request)
        return {key: without_secrets(value) if isinstance(value, str) else value for key, value in meta.items()}


def without_traceback(instance: Any, **_: Any) -> None:
    """A task that failed leaves its kind of trouble on its row, and no more: what a traceback quotes would stand in the
    database. The log has it, without secrets."""
    instance.traceback = ""
