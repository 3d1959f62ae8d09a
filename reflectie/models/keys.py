"""Columns that follow others, by which rows are found and put in order: alike on every database."""

from typing import Any

from django.db import models

from reflectie.domain.text import search_key, search_words, sort_key


class _Key(models.Field):  # type: ignore[type-arg]  # Django has no such arguments at run time
    """Worked out of other fields of the row, whenever it is saved. To migrations it is a column like any other."""

    column_kind: type[models.Field]  # type: ignore[type-arg]

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        super().__init__(**{"editable": False, "default": self.make("")} | options)

    def make(self, text: str) -> str | bytes:
        raise NotImplementedError

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, f"django.db.models.{self.column_kind.__name__}", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str | bytes:
        key = self.make(" ".join(getattr(model_instance, source) for source in self.sources))
        setattr(model_instance, self.attname, key)
        return key


class SearchKey(_Key, models.TextField):  # type: ignore[type-arg]
    """What a row is found by: all of these fields, as `search_key` makes them."""

    column_kind = models.TextField

    def make(self, text: str) -> str:
        return search_key(text)


class SortKey(_Key, models.BinaryField):  # type: ignore[type-arg]
    """What rows are put in order by: bytes, since each database, and each locale of one, orders text in its own way."""

    column_kind = models.BinaryField

    def make(self, text: str) -> bytes:
        return sort_key(text).encode()


def has_words(text: str) -> models.Q:
    """That a row has every word of a text in its `search_key`."""
    return models.Q(*(("search_key__contains", word) for word in search_words(text)))


class WithKeys(models.Model):
    """A row whose keys are written together with what they are made of, also when only some fields are saved.

    `QuerySet.update` and `bulk_update` leave them as they were: `tests/services/test_search.py` sees to it that nothing
    here writes what a key is made of in that way.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Any = None, **options: Any) -> None:
        if update_fields is not None:
            update_fields = {*update_fields, *(field.name for field in self._meta.fields if isinstance(field, _Key))}
        super().save(*args, update_fields=update_fields, **options)
