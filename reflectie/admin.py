"""What an administrator sees: the checklists, to read once they are published. Answers are not for the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Checklist, Dimension, Guidance, Item


class FrozenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django has no such argument at run time
    """A published version can be read; it offers no way to change or delete what the model would refuse."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_frozen())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Without an object it is about "delete selected", which would only meet the model's refusal.
        return obj is not None and super().has_delete_permission(request, obj) and not obj.is_frozen()


@admin.register(Checklist)
class ChecklistAdmin(FrozenAdmin):
    list_display = ["version", "published_on", "revision"]
    # Publishing is `load_checklist`'s: it takes a version together with its guidance.
    readonly_fields = ["published_on", "revision"]


@admin.register(Dimension)
class DimensionAdmin(FrozenAdmin):
    list_display = ["key", "checklist", "position"]


@admin.register(Item)
class ItemAdmin(FrozenAdmin):
    list_display = ["key", "kind", "dimension", "position"]


@admin.register(Guidance)
class GuidanceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Help and advice come from the fixtures, with a revision; here they are to read."""

    list_display = ["checklist", "language"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
