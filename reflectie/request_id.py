"""The name of the request that is being answered: eight signs that stand in each of its records in the log, and on the
page that somebody gets when something went wrong.

Made here for each request, and never taken from outside: what a visitor sends may be anything, and most proxies pass it
on. It is random, so that it says nothing of who asks, and ties no two requests together.
"""

import os
from contextvars import ContextVar

# Crockford's, for who reads it out: without i, l, o and u.
SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"

_name: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> str:
    """A new name, for what this thread does from now on: also what it sends and logs after the last of our own code."""
    signs = "".join([SIGNS[byte & 31] for byte in os.urandom(8)])
    name = f"{signs[:4]}-{signs[4:]}"
    _name.set(name)
    return name


def request_id() -> str:
    """The name of the request that this thread answers; "" outside any, as in the worker."""
    return _name.get()
