"""Queries of which the SQL is put together once.

Django does that anew each time it asks, and takes longer over it than the database over its answer: of a save, it was
half. Only for what is asked with every save or every page of a questionnaire; whatever else is asked, Django does.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class _Query(Query):
    """Of a query, with other values than it was put together with."""

    # What its compiler found out while it put the SQL together, and what is asked this time.
    known: dict[str, Any]
    asked: list[Any]

    def get_compiler(self, *args: Any, **options: Any) -> SQLCompiler:
        compiler: SQLCompiler = super().get_compiler(*args, **options)
        if not self.known:
            sql, _values = compiler.as_sql()
            found = {name: value for name, value in vars(compiler).items() if name not in ("query", "connection")}
            self.known.update({**found, "sql": sql})
        vars(compiler).update({**self.known, "as_sql": lambda: (self.known["sql"], self.asked)})
        return compiler


class Prepared(Generic[Row]):
    """A query whose values differ each time, and nothing else.

    `make` gives it as a queryset, with whatever values in their places. `fields` say what these are, in the order in
    which they stand in the SQL.
    """

    def __init__(self, make: Callable[[], "QuerySet[Any, Row]"], *fields: "Field[Any, Any]") -> None:
        self._make, self._fields = make, fields

    @cached_property
    def _made(self) -> tuple[Any, Any]:
        queryset: Any = self._make()
        query = queryset.query.chain(klass=_Query)
        query.known = {}
        return queryset, query

    def ask(self, *values: Any) -> list[Row]:
        """What the queryset would give with these values. One query."""
        made, query = self._made
        # Not by Django's own way to copy it, which goes over every part. Both share what is known, and no values.
        query = copy(query)
        query.asked = [
            field.get_db_prep_value(value, connection) for field, value in zip(self._fields, values, strict=True)
        ]
        queryset = type(made)(made.model, query)
        queryset._fields, queryset._iterable_class = made._fields, made._iterable_class
        return list(queryset)
