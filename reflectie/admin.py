"""What an administrator sees: the checklists, to read once they are published, and who has a role where.

Sessions and answers are not for the admin.
"""

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django_tasks_db import admin as task_admin

from .domain.text import search_key, search_words
from .forms.fields import TextField
from .models import Checklist, Collaboration, Dimension, Guidance, Item, Membership
from .views.reauthentication import ask_again


class TidyText:
    """What is typed here is kept as it is everywhere else."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        # A kind of its own, as that of addresses, has its own way.
        if type(field) is not forms.CharField or not isinstance(db_field, models.CharField) or not db_field.max_length:
            return field
        return TextField(
            limit=db_field.max_length,
            one_line=True,
            required=field.required,
            label=field.label,
            help_text=field.help_text,
            widget=field.widget,
        )


class FrozenAdmin(TidyText, admin.ModelAdmin):  # type: ignore[type-arg]  # Django has no such argument at run time
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


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Guidance)
class GuidanceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Help and advice come from the fixtures, with a revision; here they are to read."""

    list_display = ["checklist", "language"]


def who(user: User) -> str:
    # The username is random, and says nothing.
    return f"{user.get_full_name()} {user.email}".strip()


class MembershipInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Roles change on the collaboration's own page, where always a coordinator is left."""

    model = Membership
    fields = ["person", "role"]
    readonly_fields = ["person"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    @admin.display(description=_("persoon"))
    def person(self, membership: Membership) -> str:
        return who(membership.user)


class FoundByKey:
    """Finds as people expect in what is kept without a key to find it by: these are few, and asked for seldom."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = search_words(search_term)
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.search_fields)  # type: ignore[attr-defined]
        keys = ((pk, search_key(" ".join(texts))) for pk, *texts in rows)
        return queryset.filter(pk__in=[pk for pk, key in keys if all(word in key for word in words)]), False


class AskedAgain:
    """What changes how somebody signs in asks an administrator again who they are, too."""

    def get_urls(self) -> list[Any]:
        urls: list[Any] = super().get_urls()  # type: ignore[misc]
        for url in urls:
            url.callback = ask_again(url.callback, to_read=not str(url.name).endswith("_changelist"))
        return urls


class AccountAdmin(AskedAgain, FoundByKey, TidyText, UserAdmin):  # type: ignore[type-arg]
    """Accounts are switched off here, not erased: erasing could leave a collaboration without a coordinator. Whoever
    wants to be gone closes the account themself. Nor are they made here: people sign up, or are invited, and show that
    their address is theirs."""

    list_display = ["email", "first_name", "is_active", "is_staff"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AddressAdmin(AskedAgain, EmailAddressAdmin):  # type: ignore[misc]
    pass


class SecondFactorAdmin(AskedAgain, FoundByKey, ReadOnly, AuthenticatorAdmin):  # type: ignore[misc]
    """Somebody who lost their phone and their emergency codes is helped by taking the second step away. What makes the
    codes is shown to nobody."""

    list_display = ["person", "type", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__first_name", "user__last_name"]
    fields = ["person", "type", "created_at", "last_used_at"]

    @admin.display(description=_("persoon"), ordering="user__email")
    def person(self, step: Authenticator) -> str:
        return who(step.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(AuthenticatorAdmin.has_delete_permission(self, request, obj))


def _to_password(_request: HttpRequest, **_context: Any) -> HttpResponse:
    return redirect("account_change_password")


admin.site.site_header = admin.site.site_title = _("Beheer van Samenwerking")
admin.site.index_title = _("Wat wil je beheren?")
# Its rows only wake the worker.
admin.site.unregister(task_admin.DBTaskResult)  # type: ignore[attr-defined]
# One place to change one's own password, where guesses are counted.
admin.site.password_change = _to_password  # type: ignore[assignment]
admin.site.unregister(EmailAddress)
admin.site.register(EmailAddress, AddressAdmin)
admin.site.unregister(Authenticator)
admin.site.register(Authenticator, SecondFactorAdmin)
# Rights go by collaboration; nobody here is in a group.
admin.site.unregister(Group)
admin.site.unregister(User)
admin.site.register(User, AccountAdmin)


@admin.register(Collaboration)
class CollaborationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["called", "region", "theme"]
    search_fields = ["search_key", "memberships__user__email"]
    ordering = ["sort_key"]
    fields = ["name", "region", "theme"]
    inlines = [MembershipInline]

    @admin.display(description=_("naam"), ordering="sort_key")
    def called(self, collaboration: Collaboration) -> str:
        return collaboration.name

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return super().get_search_results(request, queryset, search_key(search_term))
