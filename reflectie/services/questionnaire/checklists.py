"""The checklist and its guidance: from their files to the database, and from there to the domain."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from reflectie.domain.questionnaire.checklist import Checklist, ContentError, read_checklist
from reflectie.models import Checklist as ChecklistRow
from reflectie.models import Dimension, FrozenError, Guidance, Item


class NothingPublishedError(Exception):
    """No checklist is published: `manage.py load_checklist` was not run."""


def published_checklist() -> Checklist:
    """The version that new reflections get, in the reader's language. Raises NothingPublishedError. One query."""
    return load_checklist(published_row())


def published_row() -> ChecklistRow:
    """The latest version that was published. One query. Raises NothingPublishedError when there is none."""
    row: ChecklistRow | None = ChecklistRow.objects.filter(published_on__isnull=False).order_by("version").last()
    if row is None:
        raise NothingPublishedError
    return row


def load_checklist(row: ChecklistRow) -> Checklist:
    """A checklist in the reader's language. Kept in memory: a version is frozen, and its guidance has a revision."""
    return _load_checklist(row.pk, row.revision, translation.get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=16)
def _load_checklist(pk: int, revision: int, language: str) -> Checklist:  # noqa: ARG001 (the revision is a part of the key)
    row = ChecklistRow.objects.get(pk=pk)
    content = {guidance.language: guidance.content for guidance in row.guidance.all()}
    guidance = content.get(language, content[settings.LANGUAGE_CODE])
    return read_checklist({"version": row.version, "dimensions": _frozen_content(row)}, guidance)


@lru_cache(maxsize=16)
def item_ids(checklist_id: int) -> Mapping[str, int]:
    """The items of a version by their key. Kept in memory, as a version is frozen; and handed to all, so read only."""
    dimensions = Dimension.objects.filter(checklist=checklist_id)
    return MappingProxyType(dict(dimensions.filter(items__isnull=False).values_list("items__key", "items__pk")))


def forget_checklists() -> None:
    """Empty what is kept in memory; for a database that was replaced under a running process, as tests do."""
    _load_checklist.cache_clear()
    item_ids.cache_clear()


def publish_checklist(frozen: Mapping[str, Any], guidances: Iterable[Mapping[str, Any]], today: date) -> bool:
    """Put a checklist version and its guidance in the database; True when that changed anything.

    Raises ContentError when the content doesn't hold together, FrozenError when it differs from the published version.
    """
    guidances = list(guidances)
    for guidance in guidances:
        read_checklist(frozen, guidance)
    if len({guidance["revision"] for guidance in guidances}) != 1:
        raise ContentError("guidance in every language has the same revision")
    with transaction.atomic():
        row = ChecklistRow.objects.filter(version=frozen["version"]).first()
        is_new = row is None
        if row is None:
            row = _create_checklist(frozen, today)
        elif _frozen_content(row) != frozen["dimensions"]:
            raise FrozenError(f"{row} is published; what it says can't change. Publish a new version.")
        return _update_guidance(row, guidances) or is_new


def _create_checklist(frozen: Mapping[str, Any], today: date) -> ChecklistRow:
    row = ChecklistRow.objects.create(version=frozen["version"], source=frozen["source"])
    for place, dimension in enumerate(frozen["dimensions"], start=1):
        parent = Dimension.objects.create(checklist=row, key=dimension["key"], position=place, text=dimension["text"])
        for number, item in enumerate(dimension["items"], start=1):
            Item.objects.create(
                dimension=parent, key=item["key"], position=number, kind=item["kind"], text=item["text"]
            )
    row.published_on = today
    row.save()
    return row


def _update_guidance(row: ChecklistRow, guidances: Iterable[Mapping[str, Any]]) -> bool:
    kept = {guidance.language: guidance.content for guidance in row.guidance.all()}
    changed = [guidance for guidance in guidances if kept.get(guidance["language"]) != guidance]
    for guidance in changed:
        language, revision = guidance["language"], guidance["revision"]
        if language in kept and revision <= row.revision:
            raise ContentError(f"the guidance in {language} changed: give it a revision above {row.revision}")
        Guidance.objects.update_or_create(checklist=row, language=language, defaults={"content": guidance})
    if changed:
        row.revision = changed[0]["revision"]
        row.save(update_fields=["revision"])
    return bool(changed)


def _frozen_content(row: ChecklistRow) -> list[dict[str, Any]]:
    """What is kept of a version, in the shape of its file."""
    return [
        {
            "key": dimension.key,
            "text": dimension.text,
            "items": [{"key": item.key, "kind": item.kind, "text": item.text} for item in dimension.items.all()],
        }
        for dimension in Dimension.objects.filter(checklist=row).prefetch_related("items")
    ]
