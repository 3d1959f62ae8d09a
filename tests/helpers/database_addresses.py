"""The address of a database, as `DATABASE_URL` has it."""

import os
import re

from django.db.backends.base.base import BaseDatabaseWrapper


def address_of(database: BaseDatabaseWrapper, name: str = "") -> str:
    """Of a database of the tests' own kind, or of another one of this name beside it."""
    name = name or str(database.settings_dict["NAME"])
    if database.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", os.environ["DATABASE_URL"], count=1)
