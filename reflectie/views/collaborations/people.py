"""Who may do what in a collaboration: inviting, accepting, changing roles, leaving."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reflectie.accounts.adapters import INVITATION, display_name
from reflectie.domain.text import set_apart, sort_key
from reflectie.forms.collaborations.collaboration import MemberInvitationForm
from reflectie.models import Collaboration, Invitation, Membership, Role
from reflectie.services.collaborations.people import (
    INVITATION_DAYS,
    AlreadyMemberError,
    Invited,
    LastCoordinatorError,
    accept_invitation,
    being_appointed,
    change_role,
    choose_mails,
    find_invitation,
    gains_from,
    invitations_of,
    invite_member,
    members_of,
    remove_member,
    role_in,
    withdraw_invitation,
)
from reflectie.services.errors import NotFoundError
from reflectie.services.mail import Letter
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, membership_or_404, signed_in
from reflectie.web.throttle import try_mails

# Whoever sees to the site is nobody's colleague here, and stays unnamed.
ADMINISTRATOR = gettext_lazy("Een beheerder van deze site")
# What is asked again before it is done: `?doe=` on the page, `action` in its form.
CONFIRMED = {"coordinator", "facilitator", "remove"}


@keeps_typed("email")
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    own = membership_or_404(request, pk)
    if request.method != "POST":
        return _confirm(request, own) if "doe" in request.GET else _people(request, own, MemberInvitationForm())
    action = request.POST.get("action", "")
    if action == "invite" and own.role == Role.COORDINATOR:
        return _invite(request, own)
    if action == "withdraw" and own.role == Role.COORDINATOR:
        withdraw_invitation(own.collaboration, _uuid(request.POST.get("invitation", "")))
        messages.success(request, _("De uitnodiging is ingetrokken."))
        return _to_people(own)
    return _change(request, own, action)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed()
def mails(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which mails somebody gets as coordinator of a collaboration."""
    own = membership_or_404(request, pk, COORDINATOR)
    if request.method == "POST":
        choose_mails(own, when_done="when-done" in request.POST, when_due="when-due" in request.POST)
        messages.success(request, _("Bewaard."))
        return HttpResponseRedirect(reverse("collaboration", args=[pk]), status=303)
    context = {"collaboration": own.collaboration, "membership": own}
    return render(request, "reflectie/collaborations/mails.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Http404 from wrong


def _to_people(own: Membership) -> HttpResponse:
    return HttpResponseRedirect(reverse("members", args=[own.collaboration_id]), status=303)


def _people(request: HttpRequest, own: Membership, form: MemberInvitationForm, **more: Any) -> HttpResponse:
    is_coordinator = own.role == Role.COORDINATOR
    people = sorted(members_of(own.collaboration), key=_by_role_and_name)
    coordinators = sum(member.role == Role.COORDINATOR and member.user.is_active for member in people)
    roles = {member.user.email: member.role for member in people}
    invitations = list(invitations_of(own.collaboration)) if is_coordinator else []
    context = {
        "has_coordinator": coordinators > 0,
        # Whoever coordinates reads it beside the invitation itself.
        "appointing": None if is_coordinator else being_appointed(own.collaboration),
        "collaboration": own.collaboration,
        "own": own,
        "is_coordinator": is_coordinator,
        "is_last": is_coordinator and coordinators == 1,
        "people": [(member, display_name(member.user)) for member in people],
        "invitations": [(one, gains_from(one.role, roles.get(one.email))) for one in invitations],
        "form": form,
        "days": INVITATION_DAYS,
        **more,
    }
    return render(request, "reflectie/collaborations/people.html", context, status=more.get("status", 200))


def _by_role_and_name(member: Membership) -> tuple[str, str]:
    return member.role, sort_key(display_name(member.user))


def _target(own: Membership, action: str, who: str) -> Membership:
    """Whose role it is about. A facilitator may only leave."""
    is_own = who == str(own.pk)
    if action not in CONFIRMED or not (own.role == Role.COORDINATOR or (is_own and action == "remove")):
        raise Http404
    # Looked for among the few there are: a number of any length may be asked.
    member = next((member for member in members_of(own.collaboration) if str(member.pk) == who), None)
    if member is None:
        raise Http404
    return member


def _confirm(request: HttpRequest, own: Membership) -> HttpResponse:
    action = request.GET["doe"]
    member = _target(own, action, request.GET.get("wie", ""))
    context = {
        "collaboration": own.collaboration,
        "action": action,
        "member": member,
        "name": display_name(member.user),
        "is_own": member.pk == own.pk,
    }
    return render(request, "reflectie/collaborations/confirm.html", context)


def _change(request: HttpRequest, own: Membership, action: str) -> HttpResponse:
    member = _target(own, action, request.POST.get("member", ""))
    try:
        if action == "remove":
            remove_member(own.collaboration, member.pk)
        else:
            change_role(own.collaboration, member.pk, action)
    except LastCoordinatorError:
        return _people(request, own, MemberInvitationForm(), last_coordinator=True, status=409)
    if action == "remove" and member.pk == own.pk:
        messages.success(request, _("Je hebt de samenwerking verlaten."))
        return HttpResponseRedirect(reverse("collaborations"), status=303)
    messages.success(request, _("Bewaard."))
    return _to_people(own)


def _invite(request: HttpRequest, own: Membership) -> HttpResponse:
    form = MemberInvitationForm(request.POST)
    if not form.is_valid():
        return _people(request, own, form, status=422)
    if trouble := _is_member_already(own, form):
        form.add_error("email", trouble)
        return _people(request, own, form, status=422)
    if isinstance(refused := try_mails(request, [form.cleaned_data["email"]]), tuple):
        full, whom = refused
        why = _("Dit adres kreeg net al mail van jou.") if whom else _("Je verstuurde net heel veel mails.")
        form.add_error("email", f"{why} {full.words}")
        return _people(request, own, form, status=429)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    invite_member(own.collaboration, email, role, partial(_letter, request, own.collaboration))
    messages.success(request, _("We versturen nu de uitnodiging."))
    return _to_people(own)


def _is_member_already(own: Membership, form: MemberInvitationForm) -> str:
    """What to say of an address that an invitation gives nothing; "" of any other."""
    member = members_of(own.collaboration).filter(user__email=form.cleaned_data["email"]).first()
    if member is None or gains_from(form.cleaned_data["role"], member.role):
        return ""
    return _("Dit adres hoort er al bij, als %s.") % member.get_role_display()


def _letter(request: HttpRequest, collaboration: Collaboration, invited: Invited) -> Letter:
    return invitation_letter(request, collaboration, display_name(signed_in(request)), invited)


def invitation_letter(
    request: HttpRequest, collaboration: Collaboration, inviter: str | Promise, invited: Invited
) -> Letter:
    """The mail with an invitation to a role, in the name of whoever invites."""
    context = {
        "name": set_apart(collaboration.name),
        "inviter": set_apart(str(inviter)),
        "role": invited.role,
        "url": request.build_absolute_uri(reverse("invitation", args=[invited.token])),
        "days": INVITATION_DAYS,
    }
    return Letter.read(render_to_string("reflectie/mail/invitation.txt", context))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = find_invitation(token)
    if found is None:
        return _no_invitation(request)
    if request.method == "POST":
        if request.user.is_authenticated:
            return _accept(request, token)
        # Only now: a page that was looked at leaves nothing behind. It opens registration where that is closed.
        request.session[INVITATION] = token
        entrance = reverse("account_login" if "has-account" in request.POST else "account_signup")
        return HttpResponseRedirect(f"{entrance}?{urlencode({'next': request.path})}", status=303)
    role = role_in(found.collaboration, signed_in(request)) if request.user.is_authenticated else None
    if role and not gains_from(found.role, role):
        # It stays for whom it was meant, who may be the same person with another account.
        context = {"invitation": found, "role": Role(role).label, "account": signed_in(request).email}
        return render(request, "reflectie/collaborations/already_member.html", context)
    account = request.user.email if request.user.is_authenticated else ""
    context = {"invitation": found, "account": account, **_inviters(found)}
    return render(request, "reflectie/collaborations/invitation.html", context)


def _inviters(found: Invitation) -> dict[str, Any]:
    coordinators = members_of(found.collaboration).filter(role=Role.COORDINATOR, user__is_active=True)
    names = sorted((display_name(member.user) for member in coordinators), key=sort_key)
    inviters = [str(ADMINISTRATOR)] if found.by_administrator else names
    return {"who": get_text_list(inviters, _("en")), "number": len(inviters)}


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        membership = accept_invitation(signed_in(request), token)
    except NotFoundError:
        return _no_invitation(request)
    except AlreadyMemberError:
        return HttpResponseRedirect(request.path, status=303)
    request.session.pop(INVITATION, None)
    messages.success(request, _("Welkom. Je hoort er nu bij."))
    return HttpResponseRedirect(reverse("collaboration", args=[membership.collaboration_id]), status=303)


def _no_invitation(request: HttpRequest) -> HttpResponse:
    return render(request, "reflectie/collaborations/no_invitation.html", {"days": INVITATION_DAYS}, status=404)
