"""Who asks, and how often: one place where everything is counted that a stranger can do without end.

Counted is by asker: the address that a request came from, as a hash; or the account of whoever signed in. A limit that
others can fill keeps nobody out: what fails for one asker is no other's, and a browser that signed in before has limits
of its own. A whole team sits behind one address, so that an address may do much, and one thing less often.

A place is taken before it is known how it goes, and given back when it went well: of many at once none slips through.
Where it can't be counted, it isn't done (503).
"""

import ipaddress
import logging
import math
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import DatabaseError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reflectie.backends import cannot_write, waited_too_long
from reflectie.email_addresses import normal_address
from reflectie.keys import keyed_hash, keyed_hashes
from reflectie.services.rate_counts import Use, count_uses, forget_uses, give_back, seconds_until_free

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
# A count is let go by the first daily work after its longest time.
COUNTED_FOR = timedelta(seconds=2 * DAY)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so many seconds."""

    times: int
    seconds: int


Limits = tuple[Limit, ...]

# Short codes and personal codes. A team of forty mistypes a few times each; whoever guesses gets three tries a minute.
LIMIT = 30
WINDOW_SECONDS = 10 * MINUTE
# Wrong passwords: of one asker for one account, and for all accounts together. At its best, somebody guesses fifty a
# day from one address; against thousands of addresses it is the length of a password that helps, and a second step.
WRONG_FOR_ONE: Limits = (Limit(10, 10 * MINUTE), Limit(50, DAY))
WRONG_FOR_ALL: Limits = (Limit(60, 10 * MINUTE), Limit(300, DAY))
# Wrong codes of the second step, for one account: asked only of whoever got past the first, and six figures long.
WRONG_SECOND_STEP: Limits = (Limit(10, 10 * MINUTE), Limit(50, DAY))
# Mails with a code or an invitation that one asker causes: to anybody, and to one person. Forty people who sign in
# within a minute get theirs; nobody's mailbox is flooded.
MAILS_TO_ANYBODY: Limits = (Limit(60, MINUTE), Limit(600, DAY))
MAILS_TO_ONE: Limits = (Limit(3, MINUTE), Limit(20, DAY))
# Those that an account writes itself: mailings, and addresses in them. Whoever has one chooses both the words and whom
# they go to; accounts are easily made, so that the address they are used from counts too.
MAILINGS: Limits = (Limit(10, MINUTE), Limit(50, DAY))
MAILS: Limits = (Limit(1000, DAY),)
MAILS_OF_ADDRESS: Limits = (Limit(5000, DAY),)
# Reflections without an account: plenty for a school. Sheets of a round are counted by the round
# (`services/questionnaire/sheets.py`), so that nothing here says from where somebody took part.
REFLECTIONS: Limits = (Limit(60, HOUR), Limit(600, DAY))
# Addresses that are left for one mail when a report opens: of a whole session, for the same reason.
NOTICES: Limits = (Limit(60, HOUR), Limit(300, DAY))
# Collaborations and sessions that an account makes: whoever types in years of paper makes one every few minutes.
MADE: Limits = (Limit(60, HOUR), Limit(300, DAY))

# Somebody with IPv6 has as many addresses as they like under one prefix.
IPV6_PREFIX = 64

# A browser that signed in before. It names each account by a hash that nobody can read.
BROWSER_COOKIE = "bekend"
BROWSER_AGE = timedelta(days=365)
BROWSER_PATH = "/account/"
# More people than share a browser.
BROWSER_ACCOUNTS = 8


def client_address(request: HttpRequest) -> str:
    """The address that a request came from. Behind a proxy: the last one that it wrote in X-Forwarded-For.

    What stands before that came from outside, and anybody may have made it up; without a proxy all of it did.
    """
    if settings.BEHIND_PROXY:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if last:
            return str(last)
    return str(request.META.get("REMOTE_ADDR", ""))


def hashed_address(request: HttpRequest) -> str:
    """What stands for the address: no one gets the address back out of it without SECRET_KEY."""
    return keyed_hash("client-address", _without_host(client_address(request)))


def _without_host(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, IPV6_PREFIX), strict=False))
    return str(found)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was counted."""

    uses: tuple[Use, ...]

    def went_well(self) -> None:
        """It doesn't count after all: it went well, or didn't happen. Where even that can't be written, it goes on
        counting, which does no harm."""
        with suppress(DatabaseError):
            give_back(self.uses)


@dataclass(frozen=True, slots=True)
class TooOften:
    """Something that isn't done now, nor counted: there was too much of it of late."""

    # Until there is room.
    seconds: int
    # What was full.
    key: str

    @property
    def words(self) -> str:
        """When to come back, as a sentence. Never sooner than there is room."""
        minutes = max(1, math.ceil(self.seconds / 60))
        if minutes == HOUR // 60:
            return _("Probeer het over een uur opnieuw.")
        if minutes < 2 * HOUR // 60:
            text = ngettext(
                "Probeer het over een minuut opnieuw.", "Probeer het over %(minutes)d minuten opnieuw.", minutes
            )
            return text % {"minutes": minutes}
        return _("Probeer het over %d uur opnieuw.") % math.ceil(minutes / 60)

    def refusal(self, request: HttpRequest) -> HttpResponse:
        """A page of its own that says so."""
        response = render(request, "429.html", {"again": self.words}, status=429)
        response["Retry-After"] = str(self.seconds)
        return response


def _uses(limits: Limits, what: str, *who: str, amount: int = 1) -> tuple[Use, ...]:
    """The counts of one thing by one asker, for each of its limits."""
    return tuple(
        Use(
            keyed_hash("reflectie.throttle", "\n".join([what, str(limit.seconds), *who])),
            limit.times,
            limit.seconds,
            amount,
        )
        for limit in limits
    )


def _count(request: HttpRequest, *uses: Use) -> TooOften | None:
    """Count, or say what is full, and for how long. What can't be counted is answered with a page that says so, and
    isn't done; a database that is only locked, or whose disk is full, raises, so that `DatabaseTroubleMiddleware` gives
    back what was typed."""
    try:
        full = count_uses(uses)
        return TooOften(seconds_until_free(uses), full.key) if full else None
    except DatabaseError as trouble:
        if waited_too_long(trouble) or cannot_write(trouble):
            raise
        log.exception("what was asked could not be counted")
        raise ImmediateHttpResponse(_unavailable(request)) from trouble


def _unavailable(request: HttpRequest) -> HttpResponse:
    page = {
        "heading": _("Het lukt nu even niet"),
        "text": _("Er gaat iets mis bij ons, niet bij jou. Probeer het over enkele minuten opnieuw."),
        "with_code": True,
    }
    response = render(request, "reflectie/message.html", page, status=503)
    response["Retry-After"] = "120"
    return response


def _attempt(request: HttpRequest, *uses: Use) -> Attempt | TooOften:
    return _count(request, *uses) or Attempt(uses)


def try_code(request: HttpRequest, scope: str) -> Attempt | TooOften:
    """A try at a code that somebody types in at `scope`, unless it went wrong too often of late."""
    return _attempt(request, *_uses((Limit(LIMIT, WINDOW_SECONDS),), f"code:{scope}", hashed_address(request)))


def try_password(request: HttpRequest, email: str) -> Attempt | TooOften:
    """A try at an account's password, unless this asker was wrong too often of late."""
    return _attempt(request, *_password_uses(request, email))


def _password_uses(request: HttpRequest, email: str) -> tuple[Use, ...]:
    if browser := known_browser(request, email):
        return _uses(WRONG_FOR_ONE, "password", browser, normal_address(email))
    asker = hashed_address(request)
    return (*_uses(WRONG_FOR_ONE, "password", asker, normal_address(email)), *_uses(WRONG_FOR_ALL, "passwords", asker))


def forget_passwords(request: HttpRequest, email: str) -> None:
    """Wrong passwords of before count no more: this asker just chose a new one with a code from the mailbox."""
    with suppress(DatabaseError):
        forget_uses(
            [use.key for use in _uses(WRONG_FOR_ONE, "password", hashed_address(request), normal_address(email))]
        )


def try_second_step(request: HttpRequest, user_id: int, email: str) -> Attempt | TooOften:
    """A try at a code of the second step, unless it went wrong too often for this account of late."""
    return _attempt(
        request, *_uses(WRONG_SECOND_STEP, "second step", known_browser(request, email) or "others", str(user_id))
    )


def count_code_mail(request: HttpRequest, email: str) -> TooOften | None:
    """Count a mail that anybody can ask for, once for a request; or say that it may not go to this address now."""
    email = normal_address(email)
    if getattr(request, "mail_counted_to", None) == email:
        return None
    browser = known_browser(request, email)
    uses = _uses(MAILS_TO_ONE, "mail to", browser or _asker(request), email)
    if not browser:
        uses += _uses(MAILS_TO_ANYBODY, "mails", _asker(request))
    if full := _count(request, *uses):
        return full
    request.mail_counted_to = email  # type: ignore[attr-defined]
    return None


def try_mails(request: HttpRequest, emails: Collection[str]) -> Attempt | tuple[TooOften, str]:
    """Mails that an account writes to these addresses, counted; it is told when they were not handed over after all.

    Where that is too much, also the address that had enough from it today, or "" when it mailed too much to anybody.
    """
    emails, asker = {normal_address(email) for email in emails}, _asker(request)
    number = len(emails)
    in_all = [
        *_uses(MAILINGS, "mailings", asker),
        *_uses(MAILS, "mails written", asker, amount=number),
        *_uses(MAILS_OF_ADDRESS, "mails written", hashed_address(request), amount=number),
    ]
    to_one = {use: email for email in emails for use in _uses(MAILS_TO_ONE, "mail written to", asker, email)}
    full = _count(request, *in_all, *to_one)
    whom = {use.key: email for use, email in to_one.items()}
    return (full, whom.get(full.key, "")) if full else Attempt((*in_all, *to_one))


def _asker(request: HttpRequest) -> str:
    """The account of whoever signed in, or the address that a stranger asks from."""
    user = getattr(request, "user", None)
    return f"account {user.pk}" if user is not None and user.is_authenticated else hashed_address(request)


def try_reflection(request: HttpRequest) -> Attempt | TooOften:
    """A reflection without an account, unless this asker made too many of late."""
    return _attempt(request, *_uses(REFLECTIONS, "reflections", hashed_address(request)))


def try_notice(request: HttpRequest, session_key: str) -> Attempt | TooOften:
    """An address that somebody leaves, unless there were too many of late in this session."""
    return _attempt(request, *_uses(NOTICES, "notices", session_key))


def count_made(request: HttpRequest) -> TooOften | None:
    """Count a collaboration or a session that an account makes; or say that it may not make one now."""
    return _count(request, *_uses(MADE, "made", _asker(request)))


# A browser that signed in before


def known_browser(request: HttpRequest, email: str) -> str:
    """What stands for this browser, if the account with this address signed in on it before; otherwise ""."""
    browser, *accounts = _browser(request)
    return browser if set(accounts) & set(keyed_hashes("reflectie.browser", normal_address(email))) else ""


def remember_browser(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Somebody signed in on this browser: the next time, they get a turn here whatever others do elsewhere."""
    browser, *accounts = _browser(request)
    others = [mark for mark in accounts if mark not in keyed_hashes("reflectie.browser", normal_address(email))]
    marks = [keyed_hash("reflectie.browser", normal_address(email)), *others][:BROWSER_ACCOUNTS]
    response.set_signed_cookie(
        BROWSER_COOKIE,
        ":".join([browser or secrets.token_hex(16), *marks]),
        salt=BROWSER_COOKIE,
        max_age=BROWSER_AGE,
        path=BROWSER_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_browser(response: HttpResponse) -> None:
    """Nothing on this browser says any more that somebody signed in on it."""
    response.delete_cookie(BROWSER_COOKIE, path=BROWSER_PATH, samesite="Lax")


def _browser(request: HttpRequest) -> list[str]:
    cookie = request.get_signed_cookie(BROWSER_COOKIE, default="", salt=BROWSER_COOKIE, max_age=BROWSER_AGE)
    return str(cookie).split(":")


def makes_within_limits(request: HttpRequest, form: Form) -> bool:
    """Whether what a form makes may be made now; otherwise the form says so, and keeps what was typed."""
    full = count_made(request)
    if full:
        form.add_error(None, f"{_('Je maakte net al heel veel.')} {full.words}")
    return full is None
