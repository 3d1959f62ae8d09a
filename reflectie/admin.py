"""What an administrator sees: the checklists, to read once they are published, and who has a role where.

Sessions and answers are not for the admin.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db import admin as task_admin

from reflectie.accounts.reauthentication import ask_again
from reflectie.domain.text import search_key, search_words
from reflectie.forms.admin import AccountForm, AddressForm, AppointForm
from reflectie.forms.fields import AddressField, TextField
from reflectie.models import Checklist, Collaboration, Dimension, Guidance, Item, Membership, Role
from reflectie.services.collaborations.people import HasCoordinatorError, invite_coordinator, without_coordinator
from reflectie.views.collaborations.people import ADMINISTRATOR, invitation_letter
from reflectie.web.permissions import signed_in
from reflectie.web.throttle import Attempt, try_mails

ADDRESSES: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {models.EmailField: {"form_class": AddressField}}


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
    verbose_name = _("rol")
    verbose_name_plural = _("rollen")
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
    """Accounts are switched off here, not erased. Whoever wants to be gone closes the account themself. Nor are they
    made here: people sign up, or are invited, and show that their address is theirs."""

    form = AccountForm
    formfield_overrides = ADDRESSES
    list_display = ["email", "first_name", "is_active", "is_staff"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Whoever left can be switched off at once; what then has no coordinator is said, and listed (`/beheer/`)."""
        super().save_model(request, obj, form, change)
        left = without_coordinator().filter(memberships__user=obj, memberships__role=Role.COORDINATOR)
        if "is_active" in form.changed_data and not obj.is_active and (number := left.count()):
            text = ngettext(
                "%s samenwerking heeft nu geen coördinator die zich kan aanmelden. Op de startpagina van het beheer "
                "nodig je er een uit.",
                "%s samenwerkingen hebben nu geen coördinator die zich kan aanmelden. Op de startpagina van het beheer "
                "nodig je er een uit.",
                number,
            )
            self.message_user(request, text % number, messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AddressAdmin(AskedAgain, EmailAddressAdmin):  # type: ignore[misc]
    form = AddressForm
    formfield_overrides = ADDRESSES


def _at(moment: datetime | None) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else "–"


KINDS_OF_STEP = {Authenticator.Type.TOTP: _("app met codes"), Authenticator.Type.RECOVERY_CODES: _("noodcodes")}


class SecondFactorAdmin(AskedAgain, FoundByKey, ReadOnly, AuthenticatorAdmin):  # type: ignore[misc]
    """Somebody who lost their phone and their emergency codes is helped by taking the second step away. What makes the
    codes is shown to nobody."""

    list_display = ["person", "kind", "last_used"]
    # The package filters by names of fields, in English; a person is found by searching.
    list_filter = ()
    list_select_related = ["user"]
    search_fields = ["user__email", "user__first_name", "user__last_name"]
    fields = ["person", "kind", "made", "last_used"]

    @admin.display(description=_("persoon"), ordering="user__email")
    def person(self, step: Authenticator) -> str:
        return who(step.user)

    # The package has no Dutch for these.
    @admin.display(description=_("soort"), ordering="type")
    def kind(self, step: Authenticator) -> str:
        return str(KINDS_OF_STEP.get(step.type, step.type))

    @admin.display(description=_("gemaakt op"), ordering="created_at")
    def made(self, step: Authenticator) -> str:
        return _at(step.created_at)

    @admin.display(description=_("laatst gebruikt"), ordering="last_used_at")
    def last_used(self, step: Authenticator) -> str:
        return _at(step.last_used_at)

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
# Words of no field: no migration asks for them.
apps.get_app_config("mfa").verbose_name = _("Tweede stap")
Authenticator._meta.verbose_name, Authenticator._meta.verbose_name_plural = _("tweede stap"), _("tweede stappen")
admin.site.unregister(Authenticator)
admin.site.register(Authenticator, SecondFactorAdmin)
# Rights go by collaboration; nobody here is in a group.
admin.site.unregister(Group)
admin.site.unregister(User)
admin.site.register(User, AccountAdmin)


class CoordinatorFilter(admin.SimpleListFilter):
    title = _("coördinator")
    parameter_name = "coordinator"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("geen die zich kan aanmelden"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(pk__in=without_coordinator().values("pk")) if self.value() else queryset


@admin.register(Collaboration)
class CollaborationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["called", "region", "theme"]
    list_filter = [CoordinatorFilter]
    search_fields = ["search_key", "memberships__user__email"]
    ordering = ["sort_key"]
    fields = ["name", "region", "theme", "coordinator"]
    readonly_fields = ["coordinator"]
    inlines = [MembershipInline]

    @admin.display(description=_("naam"), ordering="sort_key")
    def called(self, collaboration: Collaboration) -> str:
        return collaboration.name

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return super().get_search_results(request, queryset, search_key(search_term))

    def get_urls(self) -> list[Any]:
        appoint = ask_again(self.admin_site.admin_view(self.appoint), to_read=False)
        return [path("<uuid:pk>/coordinator/", appoint, name="reflectie_collaboration_appoint"), *super().get_urls()]

    @admin.display(description=_("coördinator"))
    def coordinator(self, collaboration: Collaboration) -> str:
        if not without_coordinator().filter(pk=collaboration.pk).exists():
            return str(_("Iemand die zich kan aanmelden, is coördinator."))
        url = reverse("admin:reflectie_collaboration_appoint", args=[collaboration.pk])
        return format_html('<a href="{}">{}</a>', url, _("Niemand. Nodig een coördinator uit"))

    def appoint(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask somebody to coordinate what nobody can any more. It opens nothing to who asks, and members see it."""
        if not request.user.has_perm("reflectie.change_collaboration"):
            raise PermissionDenied
        collaboration = without_coordinator().filter(pk=pk).first()
        if collaboration is None:
            raise Http404
        form = AppointForm(request.POST if request.method == "POST" else None, collaboration, signed_in(request))
        if form.is_valid() and self._invite(request, collaboration, form):
            return redirect("admin:reflectie_collaboration_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Nodig een coördinator uit"),
            "collaboration": collaboration,
            "form": form,
            "opts": self.opts,
        }
        return render(request, "admin/appoint.html", context, status=422 if form.is_bound else 200)

    def _invite(self, request: HttpRequest, collaboration: Collaboration, form: AppointForm) -> bool:
        email = form.cleaned_data["email"]
        if not isinstance(try_mails(request, [email]), Attempt):
            form.add_error("email", _("Er ging net al veel mail uit. Probeer het later opnieuw."))
            return False
        try:
            invite_coordinator(collaboration, email, partial(invitation_letter, request, collaboration, ADMINISTRATOR))
        except HasCoordinatorError:
            form.add_error(None, _("Intussen is er een coördinator die zich kan aanmelden."))
            return False
        # Without the address: whoever was invited takes the role, or is nobody here.
        self.log_change(request, collaboration, str(_("Nodigde een coördinator uit.")))
        self.message_user(request, _("We versturen nu de uitnodiging."))
        return True
