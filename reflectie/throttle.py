"""Who asks, and how often that went wrong. Only failures are counted: a whole team sits behind one address."""

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
