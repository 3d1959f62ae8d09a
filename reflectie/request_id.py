"""The name of the request that is being answered: eight signs that stand in each of its records in the log, and on the
page that somebody gets when something went wrong.

Made here for each request, and never taken from outside: what a visitor sends may be anything, and most proxies pass it
on. It is random, so that it says nothing of who asks, and ties no two requests together.
"""

import os
from contextvars import ContextVar

# Crockford's, for who reads it out: without i, l, o and u.
SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"

REQUEST_ID_HEADER = "X-Request-Id"

_name: ContextVar[list[str]] = ContextVar("request_id")


def begin_request() -> None:
    """What this thread does from now on is another request: also what it sends and logs after the last of our code."""
    _name.set([])


def request_id() -> str:
    """The name of the request that this thread answers, made when it is first asked for: most requests tell nothing.
    "" outside any, as in the worker."""
    name = _name.get(None)
    if name is None:
        return ""
    if not name:
        signs = "".join([SIGNS[byte & 31] for byte in os.urandom(8)])
        name.append(f"{signs[:4]}-{signs[4:]}")
    return name[0]
