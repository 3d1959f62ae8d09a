import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from logging import LogRecord
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import HttpResponseNotFound
from django.test import RequestFactory
from django.utils.log import log_response
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter, get_exception_reporter_filter

from reflectie.request_id import begin_request, request_id
from reflectie.web.checks import log_format
from reflectie.web.logs import (
    JsonFormatter,
    LineFormatter,
    RedactingReporterFilter,
    SecretScrubbingFilter,
    without_secrets,
)
from samenwerking.settings import BASE_DIR

NOTE = "over mevrouw Janssens"
COOKIE = "eigen=koekjesgeheim"
COOKIE_VALUE = "koekjesgeheim"
TOKEN = "kVq3Zx9_-wLrT8bNpYc2Fg"


class Lines(logging.Handler):
    """What a console would show, through the same filter."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(SecretScrubbingFilter())
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler.lines
    root.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not Found: /invullen/abc/", "Not Found: /invullen/…/"),
        (f"/rapport/{TOKEN}.pdf", "/rapport/…"),
        (f"GET /rapport/{TOKEN}/?afdrukken=1 HTTP/1.1", "GET /rapport/…/?afdrukken=1 HTTP/1.1"),
        (f"https://example.org/invullen/{TOKEN}/bewaren/", "https://example.org/invullen/…/bewaren/"),
        (f"{{'path': 'invullen/{TOKEN}/'}}", "{'path': 'invullen/…/'}"),
        (f"/meedoen/?next=%2Finvullen%2F{TOKEN}%2F", "/meedoen/?next=%2Finvullen%2F…%2F"),
        (f"/INVULLEN/{TOKEN}", "/INVULLEN/…"),
        (f"/invullen/{TOKEN}:1vXy2a:hAsh/ and /rapport/{TOKEN}/", "/invullen/…/ and /rapport/…/"),
        (f"/rapport/{TOKEN}.html", "/rapport/…"),
        (f"Not Found: /uitnodiging/{TOKEN}/", "Not Found: /uitnodiging/…/"),
        (f"/meedoen/{TOKEN}/invullen/", "/meedoen/…/invullen/"),
        (f"Not Found: /gesprek/{TOKEN}/stand/", "Not Found: /gesprek/…/stand/"),
        (f"{{'path': 'meedoen/{TOKEN}/stand/'}}", "{'path': 'meedoen/…/stand/'}"),
        # What is mistyped leads nowhere, and stands in the log as it was typed.
        (f"Not Found: /invullen//{TOKEN}/", "Not Found: /invullen//…/"),
        (f"Not Found: /invullen/ {TOKEN}/", "Not Found: /invullen/ …/"),
        (f"Not Found: /invullen/%20{TOKEN}", "Not Found: /invullen/%…"),
        (f"Not Found: /invullen/<{TOKEN}>", "Not Found: /invullen/<…>"),
        (f"Not Found: /invulen/{TOKEN}/", "Not Found: /invulen/…/"),
        (f"Not Found: /{TOKEN}", "Not Found: /…"),
        ("Not Found: /ACDEFG", "Not Found: /…"),
        ("Not Found: /acd-efg/", "Not Found: /…/"),
        ("Not Found: /ACD EFG HJK MNP", "Not Found: /…"),
        ("Not Found: /ACDEFGHJKMNP/", "Not Found: /…/"),
        ("Not Found: /ACDEF", "Not Found: /ACDEF"),
        ("Not Found: /ACDEFGH", "Not Found: /ACDEFGH"),
        ("Not Found: /ACDEFG/x/", "Not Found: /ACDEFG/x/"),
        (f"Not Found: /invullen{TOKEN}/", "Not Found: /…/"),
        (f"Not Found: /meedoen.{TOKEN}", "Not Found: /meedoen.…"),
        ("/abcdefghABCDEFGHabcdef/", "/…/"),
        (f"/rapport%252F{TOKEN}", "/rapport%…"),
    ],
)
def test_a_token_in_an_address_is_replaced(text: str, expected: str) -> None:
    assert without_secrets(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /start/",
        "/invullen/",
        "invullen/<str:token>/",
        "templates/invullen/sheet.html",
        "no address at all",
        "Not Found: /sessies/3f2b8c1e-1111-4222-8333-abcdefabcdef/verslag/",
        "Not Found: /static/css/tokens.1a2b3c4d5e6f7a8b.css",
        "django.utils.datastructures.MultiValueDictKeyError: 'x'",
        "Content-Security-Policy-Report-Only, DJANGO_SETTINGS_MODULE, test_2_names_that_are_long",
    ],
)
def test_what_holds_no_token_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_django_reports_a_missing_page_without_its_token(lines: list[str]) -> None:
    request = RequestFactory().get("/invullen/abc/")
    log_response("%s: %s", "Not Found", request.path, response=HttpResponseNotFound(), request=request)
    assert lines == ["WARNING Not Found: /invullen/…/"]


def test_a_request_among_the_arguments_is_printed_without_its_token(lines: list[str]) -> None:
    logging.getLogger("reflectie").warning("odd: %r", RequestFactory().get(f"/rapport/{TOKEN}/"))
    assert lines == ["WARNING odd: <WSGIRequest: GET '/rapport/…/'>"]


def test_named_arguments_as_gunicorns_access_log_has_them(lines: list[str]) -> None:
    logging.getLogger("reflectie").warning("%(m)s %(U)s %(s)s", {"m": "GET", "U": f"/rapport/{TOKEN}.pdf", "s": 200})
    assert lines == ["WARNING GET /rapport/… 200"]


def test_a_traceback_loses_the_token_and_keeps_the_rest(lines: list[str]) -> None:
    try:
        raise ObjectDoesNotExist(f"nothing at /invullen/{TOKEN}/")
    except ObjectDoesNotExist:
        logging.getLogger("reflectie").exception("failed", stack_info=True)
    [line] = lines
    assert TOKEN not in line.replace(f'(f"nothing at /invullen/{TOKEN}/")', "")
    assert "ObjectDoesNotExist: nothing at /invullen/…/" in line
    assert "test_a_traceback_loses_the_token_and_keeps_the_rest" in line


def test_a_traceback_that_no_other_handler_formatted_before_loses_the_token_too() -> None:
    """Where others write it first, as the handlers of the tests do, its text stands in the record already."""
    handler, told = Lines(), f"/invullen/{TOKEN}/"
    try:
        raise ObjectDoesNotExist(told)
    except ObjectDoesNotExist:
        record = logging.getLogger("reflectie").makeRecord(
            "reflectie", logging.ERROR, "file.py", 1, "failed", (), sys.exc_info()
        )
    assert record.exc_text is None
    handler.handle(record)
    [line] = handler.lines
    assert line.endswith("ObjectDoesNotExist: /invullen/…/")


def test_arguments_that_do_not_fit_are_still_reported(lines: list[str]) -> None:
    logging.getLogger("reflectie").warning("%s and %s", f"/invullen/{TOKEN}/")
    assert lines == ["WARNING %s and %s ('/invullen/…/',)"]


def test_the_console_has_the_filter_and_is_the_only_way_out(settings: Any) -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["no_tokens"]
    assert list(settings.LOGGING["handlers"]) == ["console"]
    for name in ("django", "django.request", "django.server", "django.security"):
        assert logging.getLogger(name).handlers == []


def test_error_reports_go_through_our_filter() -> None:
    assert isinstance(get_exception_reporter_filter(None), RedactingReporterFilter)


def test_an_error_report_holds_no_answers_cookies_or_variables(settings: Any) -> None:
    settings.DEBUG = False
    request = RequestFactory().post(f"/invullen/{TOKEN}/", {"notitie": NOTE}, headers={"cookie": COOKIE})
    try:
        kept_for_a_moment = NOTE
        raise ValueError(len(kept_for_a_moment))
    except ValueError as error:
        reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
        reporter.filter = RedactingReporterFilter()
        data = reporter.get_traceback_data()
        text, html = reporter.get_traceback_text(), reporter.get_traceback_html()
        reporter.filter = SafeExceptionReporterFilter()
        without_ours = reporter.get_traceback_text() + reporter.get_traceback_html()
    assert list(data["filtered_POST_items"]) == []
    assert [list(frame["vars"]) for frame in data["frames"]] == [[]]
    for report in (text, html):
        assert "ValueError" in report
        assert NOTE not in report
        # As a report writes a cookie, and as a browser sends it.
        assert COOKIE_VALUE not in report
    assert COOKIE_VALUE in without_ours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'jan.peeters+werk@zorg.example.org': (550, b'no such user')}", "{'…@…': (550, b'no such user')}"),
        ("Key (email)=(Jan_P@example.org) already exists.", "Key (email)=(…@…) already exists."),
        ("reply to <o'hara@example.org>", "reply to <…@…>"),
        ("/account/?email=jan%40example.org&x=1", "/account/?email=…@…&x=1"),
    ],
)
def test_an_address_of_a_person_is_replaced(text: str, expected: str) -> None:
    assert without_secrets(text) == expected


def test_what_postgresql_shows_of_a_row_is_left_out(lines: list[str]) -> None:
    told = f'new row violates check constraint "answer_note_fits"\nDETAIL:  Failing row contains ({NOTE}\n\nen verder).'
    try:
        try:
            raise IntegrityError(told)
        except IntegrityError as error:
            raise ValueError("failed") from error
    except ValueError:
        logging.getLogger("reflectie").exception("failed")
    [line] = lines
    assert "answer_note_fits" in line.partition("DETAIL")[0]
    assert NOTE not in line
    assert "en verder" not in line.partition("DETAIL")[2]
    assert "ValueError: failed" in line


def test_a_mail_server_that_refuses_an_address_does_not_bring_it_into_the_log(lines: list[str]) -> None:
    try:
        raise SMTPRecipientsRefused({"jan@example.org": (550, b"jan@example.org: no such user")})
    except SMTPRecipientsRefused:
        logging.getLogger("django.request").exception("Internal Server Error")
    [line] = lines
    assert "550" in line
    # The line of this test's own source stands in the traceback, where no person's address would be.
    assert "jan@example.org" not in line


# --- as programs read it, and with the name of a request


def as_json(log: Callable[[logging.Logger], object]) -> list[dict[str, str]]:
    handler, found = Lines(), []
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("reflectie.proef")
    logger.addHandler(handler)
    try:
        log(logger)
    finally:
        logger.removeHandler(handler)
    found = [json.loads(line) for line in handler.lines]
    assert not any("\n" in line for line in handler.lines)
    return found


def test_json_has_an_object_on_each_line_and_the_name_of_the_request() -> None:
    begin_request()
    name = request_id()
    [line] = as_json(lambda log: log.warning("Not Found: %s\nand more", f"/rapport/{TOKEN}/"))
    assert datetime.fromisoformat(line.pop("time")).utcoffset() == timedelta(0)
    assert line == {
        "level": "WARNING",
        "logger": "reflectie.proef",
        "message": "Not Found: /rapport/…/\nand more",
        "request": name,
    }


def test_json_outside_a_request_names_none() -> None:
    found: list[dict[str, str]] = []
    thread = threading.Thread(target=lambda: found.extend(as_json(lambda log: log.warning("klaar"))))
    begin_request()
    thread.start()
    thread.join()
    assert [set(line) for line in found] == [{"time", "level", "logger", "message"}]


def test_json_has_no_token_address_or_answer_in_message_traceback_stack_or_what_is_added() -> None:
    told = f"/invullen/{TOKEN}/ jan@example.org"
    row = f"not that\nDETAIL:  Failing row contains ({NOTE})."

    def log(logger: logging.Logger) -> None:
        more = {"request": RequestFactory().post(told, {"notitie": NOTE}), "note": NOTE, "email": "jan@example.org"}
        try:
            try:
                raise IntegrityError(row)
            except IntegrityError as error:
                raise ObjectDoesNotExist(told) from error
        except ObjectDoesNotExist:
            logger.exception("mail to %s at %s", "jan@example.org", told, extra=more, stack_info=True)

    [line] = as_json(log)
    assert set(line) - {"request"} == {"time", "level", "logger", "message", "traceback", "stack"}
    assert line["message"] == "mail to …@… at /invullen/…/ …@…"
    assert "ObjectDoesNotExist: /invullen/…/ …@…" in line["traceback"]
    assert "IntegrityError: not that" in line["traceback"]
    # The stack and the traceback quote lines of this test's source, which name things and don't hold them.
    for secret in (TOKEN, NOTE):
        assert secret not in json.dumps(line)


def test_json_takes_half_a_sign_and_signs_that_order_a_terminal_about() -> None:
    told = "\ud83d \x1b[2J é"
    record = logging.getLogger("reflectie").makeRecord("reflectie", logging.INFO, "file.py", 1, told, (), None)
    line = JsonFormatter().format(record)
    assert (line.isascii(), "\x1b" in line, json.loads(line)["message"]) == (True, False, told)


def test_line_says_the_name_of_the_request_behind_that_of_the_logger() -> None:
    formatter = LineFormatter("{levelname} {name}{where}: {message}", style="{")
    record = logging.getLogger("reflectie").makeRecord("reflectie", logging.INFO, "file.py", 1, "klaar", (), None)
    begin_request()
    name = request_id()
    assert formatter.format(record) == f"INFO reflectie [{name}]: klaar"


@pytest.mark.parametrize(("form", "formatter"), [("line", "line"), ("json", "json"), ("xml", "line")])
def test_setting_chooses_the_form_of_the_log(form: str, formatter: str) -> None:
    code = "from samenwerking import settings; print(settings.LOGGING['handlers']['console']['formatter'])"
    environment = {**os.environ, "LOG_FORMAT": form}
    told = subprocess.run([sys.executable, "-c", code], env=environment, cwd=BASE_DIR, capture_output=True, text=True)
    assert told.stdout.split() == [formatter]


def test_another_form_than_there_is_is_refused(settings: Any) -> None:
    settings.LOG_FORMAT = "xml"
    assert [message.id for message in log_format()] == ["samenwerking.E019"]
    settings.LOG_FORMAT = "json"
    assert list(log_format()) == []


def test_gunicorn_writes_as_the_app_does() -> None:
    code = (
        "import runpy; from gunicorn.config import Config; "
        "found = runpy.run_path('samenwerking/gunicorn.py'); "
        f"found['logger_class'](Config()).error('jan@example.org at /rapport/{TOKEN}/')"
    )
    environment = {**os.environ, "LOG_FORMAT": "json"}
    told = subprocess.run([sys.executable, "-c", code], env=environment, cwd=BASE_DIR, capture_output=True, text=True)
    [line] = told.stderr.splitlines()
    assert json.loads(line)["message"] == "…@… at /rapport/…/"
