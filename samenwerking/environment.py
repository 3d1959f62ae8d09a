"""The environment as settings are read from it. A value that can't be read is named by its variable and never shown,
since it may hold a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from samenwerking.databases import read_database


class Environment(environ.Env):  # type: ignore[misc]
    """`environ.Env`, which raises ImproperlyConfigured where it would raise anything else, or quote a value."""

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        with _named(var):
            return super().get_value(var, *args, **options)

    def database(self, var: str, default: str) -> dict[str, Any]:
        """Django's settings for the database at an address."""
        with _named(var):
            return read_database(str(self.get_value(var, default=default)))

    def cache(self, var: str, default: str) -> dict[str, Any]:
        """Django's settings for the cache at an address."""
        with _named(var):
            return dict(self.cache_url(var, default=default))

    def email(self, var: str, default: str) -> dict[str, Any]:
        """Django's settings for the mail server at an address."""
        with _named(var):
            return dict(self.email_url(var, default=default))


@contextmanager
def _named(var: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        how = "docs/hosting/configure.md says how it is written."
        if var.endswith("_URL"):
            how += " In a user or password, write what is no letter or digit as an address has it: %40 for @."
        raise ImproperlyConfigured(f"{var} can't be read: {how}") from None
