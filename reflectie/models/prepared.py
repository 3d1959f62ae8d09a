"""Queries of which the SQL is put together once.

Django does that anew each time it asks, and takes longer over it than the database over its answer: of a save, it was
half. Only for what is asked with every save or every page of a questionnaire; whatever else is asked, Django does.
"""

from collections.abc import Callable
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import uuid4

from django.db import connection
from django.db.models import DateField, Field, QuerySet, UUIDField
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class _Query(Query):
    """Of a query, with other values than it was put together with."""

    # What its compiler found out while it put the SQL together, and what stands in the place of each example.
    known: dict[str, Any]
    asked: dict[Any, Any]

    def get_compiler(self, *args: Any, **options: Any) -> SQLCompiler:
        compiler: SQLCompiler = super().get_compiler(*args, **options)
        if not self.known:
            sql, values = compiler.as_sql()
            found = {name: value for name, value in vars(compiler).items() if name not in ("query", "connection")}
            self.known.update({**found, "sql": sql, "values": values})
        asked = [self.asked.get(value, value) for value in self.known["values"]]
        vars(compiler).update({**self.known, "as_sql": lambda: (self.known["sql"], asked)})
        return compiler


class Prepared(Generic[Row]):
    """A query of which some values differ each time, and nothing else.

    `make` gives it as a queryset for the values that it is called with, one for each of `fields`: what kind of value
    that is. None of them may decide how the query looks.
    """

    def __init__(self, make: Callable[..., "QuerySet[Any, Row]"], *fields: "Field[Any, Any]") -> None:
        self._make, self._fields = make, fields

    @cached_property
    def _made(self) -> tuple[Any, Any, list[Any]]:
        """The queryset, its query, and by what the values are known in it: examples that are nowhere else."""
        examples = [_example(field, place) for place, field in enumerate(self._fields)]
        queryset: Any = self._make(*examples)
        query = queryset.query.chain(klass=_Query)
        query.known = {}
        return queryset, query, self._as_kept(examples)

    def _as_kept(self, values: Any) -> list[Any]:
        return [field.get_db_prep_value(value, connection) for field, value in zip(self._fields, values, strict=True)]

    def ask(self, *values: Any) -> list[Row]:
        """What the queryset would give with these values. One query."""
        made, query, examples = self._made
        # Not by Django's own way to copy it, which goes over every part. Both share what is known, and no values.
        query = copy(query)
        query.asked = dict(zip(examples, self._as_kept(values), strict=True))
        queryset = type(made)(made.model, query)
        queryset._fields, queryset._iterable_class = made._fields, made._iterable_class
        return list(queryset)


def _example(field: "Field[Any, Any]", place: int) -> Any:
    kind = getattr(field, "target_field", field)
    if isinstance(kind, UUIDField):
        return uuid4()
    return date(1, 1, 1 + place) if isinstance(kind, DateField) else f"{uuid4()}"
