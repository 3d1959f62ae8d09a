"""Who asks, and how often that went wrong; only failures are counted, since a whole team sits behind one address. And
how much an account mails: whoever has one chooses both the words and whom they go to."""

import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# A team of forty mistypes a few times each; whoever guesses gets three tries a minute.
LIMIT = 30
WINDOW_SECONDS = 10 * 60
# Somebody with IPv6 has as many addresses as they like under one prefix.
IPV6_PREFIX = 64

# For each account. A mailing reaches an address once: nobody's mailbox is flooded, and no list is worked through.
MAILINGS_A_DAY = 50
MAILS_A_DAY = 1000
DAY_SECONDS = 24 * 3600


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
    """What stands for the address in the cache: no one gets the address back out of it without SECRET_KEY."""
    return salted_hmac("client-address", _without_host(client_address(request)), algorithm="sha256").hexdigest()


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


def is_blocked(request: HttpRequest, scope: str) -> bool:
    """Whether this address failed too often at `scope` of late. One query, or one look in the cache."""
    return not _free_places(request, scope)


def count_failure(request: HttpRequest, scope: str) -> None:
    """Note that this address failed at `scope`. It weighs for WINDOW_SECONDS."""
    for place in _free_places(request, scope):
        # Two at once can't take one place, so none is lost; a counter that is read and written would lose some.
        if cache.add(place, True, WINDOW_SECONDS):
            return


def _free_places(request: HttpRequest, scope: str) -> list[str]:
    address = hashed_address(request)
    places = [f"failed:{scope}:{address}:{number}" for number in range(LIMIT)]
    taken = cache.get_many(places)
    return [place for place in places if place not in taken]


def may_mail(user_id: int, number: int) -> bool:
    """Whether an account may mail so many addresses now; if so, they are counted."""
    place = f"mailed:invitations:{salted_hmac('mails-of', str(user_id), algorithm='sha256').hexdigest()}"
    mailings, mails = cache.get(place, (0, 0))
    if mailings >= MAILINGS_A_DAY or mails + number > MAILS_A_DAY:
        return False
    # From the latest on: whoever is held up waits a day.
    cache.set(place, (mailings + 1, mails + number), DAY_SECONDS)
    return True
