"""The instrument as it is kept. A published version is frozen: keys, statements and the arms' own words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class FrozenError(Exception):
    """Somebody tried to change or delete what a published version froze."""


class FrozenQuerySet(models.QuerySet[Any]):
    """Refuses the ways around `save()` and `delete()`."""

    def update(self, **kwargs: Any) -> int:
        self._refuse()
        for name in {"checklist", "checklist_id", "dimension", "dimension_id"} & kwargs.keys():
            self._refuse_move(kwargs[name], to_dimension=name.startswith("dimension"))
        return super().update(**kwargs)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        objs = list(objs)
        # Looked at one by one, at where each stands and where it goes; Django's own then asks no more.
        if any(obj.is_frozen() for obj in objs):
            raise FrozenError(self.model.__name__)
        return models.QuerySet(self.model, using=self.db).bulk_update(objs, fields, batch_size)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse()
        return super().delete()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        # With `update_conflicts` it would change the rows that are there.
        if kwargs.get("update_conflicts") or any(obj.is_frozen() for obj in objs):
            raise FrozenError(self.model.__name__)
        return super().bulk_create(objs, *args, **kwargs)

    def _refuse_move(self, parent: Any, *, to_dimension: bool) -> None:
        """Refuse a published parent, and one that only the database could work out."""
        if hasattr(parent, "resolve_expression"):
            raise FrozenError(self.model.__name__)
        pk = getattr(parent, "pk", parent)
        if _published_through(Dimension, pk, "checklist_id") if to_dimension else _published(pk):
            raise FrozenError(self.model.__name__)

    def _refuse(self) -> None:
        if self.filter(**{f"{self.model.TO_CHECKLIST}published_on__isnull": False}).exists():
            raise FrozenError(self.model.__name__)


class Frozen(models.Model):
    """A part of a checklist: can be made and changed until its version is published."""

    TO_CHECKLIST = ""

    objects = FrozenQuerySet.as_manager()

    class Meta:
        abstract = True
        # What Django does by itself with related rows passes by the same refusals.
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.is_frozen():
            raise FrozenError(str(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.is_frozen():
            raise FrozenError(str(self))
        return super().delete(*args, **kwargs)

    def is_frozen(self) -> bool:
        raise NotImplementedError


class Checklist(Frozen):
    """One version of the instrument. `revision` counts the guidance beside it, which may still improve."""

    version = models.PositiveSmallIntegerField(_("versie"), unique=True)
    source = models.CharField(_("bron"), max_length=200)
    published_on = models.DateField(_("gepubliceerd op"), null=True, blank=True)
    revision = models.PositiveSmallIntegerField(_("herziening van uitleg en advies"), default=0)

    class Meta(Frozen.Meta):
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["version"]

    def __str__(self) -> str:
        return f"Checklist {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") == ["revision"]:
            # The guidance's revision is not a part of what is frozen.
            models.Model.save(self, *args, **kwargs)
        else:
            super().save(*args, **kwargs)

    def is_frozen(self) -> bool:
        # Asked of the database, not of this object: whoever unsets the date here changes nothing about it.
        return Checklist.objects.filter(pk=self.pk, published_on__isnull=False).exists()


class Dimension(Frozen):
    TO_CHECKLIST = "checklist__"

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="dimensions", verbose_name=_("checklist"))
    key = models.SlugField(_("sleutel"), max_length=40)
    position = models.PositiveSmallIntegerField(_("plaats"))
    text = models.JSONField(_("naam, per taal"))

    class Meta(Frozen.Meta):
        verbose_name = _("rubriek")
        verbose_name_plural = _("rubrieken")
        ordering = ["checklist", "position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "key"], name="dimension_key_once")]

    def __str__(self) -> str:
        return self.key

    def clean(self) -> None:
        _refuse_published(self.checklist_id)

    def is_frozen(self) -> bool:
        return _published(self.checklist_id) or _published_through(Dimension, self.pk, "checklist_id")


class Item(Frozen):
    TO_CHECKLIST = "dimension__checklist__"

    class Kind(models.TextChoices):
        PAIR = "pair", _("stellingenpaar")
        FACTOR = "factor", _("remmende factor")

    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="items", verbose_name=_("rubriek"))
    key = models.SlugField(_("sleutel"), max_length=40)
    position = models.PositiveSmallIntegerField(_("plaats"))
    kind = models.CharField(_("soort"), max_length=6, choices=Kind.choices)
    text = models.JSONField(_("woorden, per taal"))

    class Meta(Frozen.Meta):
        verbose_name = _("stelling of factor")
        verbose_name_plural = _("stellingen en factoren")
        ordering = ["dimension", "position"]
        constraints = [models.UniqueConstraint(fields=["dimension", "key"], name="item_key_once")]

    def __str__(self) -> str:
        return self.key

    def clean(self) -> None:
        # Without a dimension the form says so itself.
        if self.dimension_id:
            _refuse_published(self.dimension.checklist_id)

    def is_frozen(self) -> bool:
        return _published(self.dimension.checklist_id) or _published_through(Item, self.pk, "dimension__checklist_id")


def _refuse_published(checklist_id: int) -> None:
    if _published(checklist_id):
        raise ValidationError(_("Deze versie is gepubliceerd; er kan niets meer bij of af. Maak een nieuwe versie."))


def _published(checklist_id: int) -> bool:
    return Checklist.objects.filter(pk=checklist_id, published_on__isnull=False).exists()


def _published_through(model: type[models.Model], pk: int | None, path: str) -> bool:
    """Whether the row as it is kept belongs to a published version, whatever the object in hand says."""
    ids = model._default_manager.filter(pk=pk).values(path)
    return Checklist.objects.filter(pk__in=ids, published_on__isnull=False).exists()


class Guidance(models.Model):
    """Help, advice, principles and sources in one language, as `fixtures/guidance-N.<language>.json` has them."""

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="guidance", verbose_name=_("checklist"))
    language = models.CharField(_("taal"), max_length=10)
    content = models.JSONField(_("inhoud"))

    class Meta:
        verbose_name = _("uitleg en advies")
        verbose_name_plural = _("uitleg en advies")
        ordering = ["checklist", "language"]
        constraints = [models.UniqueConstraint(fields=["checklist", "language"], name="guidance_language_once")]

    def __str__(self) -> str:
        return f"{self.checklist} ({self.language})"
