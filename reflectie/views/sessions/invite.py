"""A session's link by e-mail: to a list of addresses, and once more to all of them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from reflectie.domain.setup import Mode
from reflectie.domain.text import set_apart
from reflectie.forms.sessions.invite import ParticipantInvitationForm
from reflectie.models import Session
from reflectie.presentation.wording import session_in_plain_text
from reflectie.services.errors import NotFoundError
from reflectie.services.mail import Letter
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import takes_answers
from reflectie.services.report.reports import title_of
from reflectie.services.sessions.invitees import (
    MAX_INVITEES,
    HandedOver,
    TooManyError,
    forget_unreached,
    invite,
    invited_addresses,
    load_invitees,
    remind,
)
from reflectie.services.sessions.rounds import StageError
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, session_or_404
from reflectie.web.throttle import Attempt, TooOften, try_mails

from .sessions import share
from .stages import overtaken, too_late


@keeps_typed("addresses")
@require_http_methods(["GET", "HEAD", "POST"])
def invitees(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = session_or_404(request, pk, COORDINATOR).session
    if not Mode(session.mode).is_round or session.earlier:
        raise Http404
    if not takes_answers(session):
        return too_late(request, session)
    if request.method != "POST":
        return _page(request, session)
    if "forget" in request.POST:
        return _forget(request, session)
    form = ParticipantInvitationForm(request.POST)
    is_reminder = "remind" in request.POST
    if not is_reminder and not form.is_valid():
        return _page(request, session, form, status=422)
    had_it = invited_addresses(session)
    mails = try_mails(request, had_it if is_reminder else set(form.cleaned_data["addresses"]) - had_it)
    if isinstance(mails, tuple):
        return _too_much(request, session, None if is_reminder else form, *mails)
    return _hand_over(request, session, form, mails, is_reminder=is_reminder)


def _forget(request: HttpRequest, session: Session) -> HttpResponse:
    try:
        forget_unreached(session, request.POST.getlist("unreached"))
    except StageError:
        return overtaken(request, session)
    messages.success(request, _("Die adressen zijn weg."))
    return _again(session)


def _again(session: Session) -> HttpResponse:
    return HttpResponseRedirect(reverse("session-invite", args=[session.pk]), status=303)


def _hand_over(
    request: HttpRequest, session: Session, form: ParticipantInvitationForm, mails: Attempt, *, is_reminder: bool
) -> HttpResponse:
    try:
        handed = _handed(request, session, form, is_reminder=is_reminder)
    except (StageError, TooManyError, NotFoundError, DatabaseError) as trouble:
        mails.went_well()
        return _not_handed(request, session, form, trouble)
    messages.success(request, _told(handed))
    return _again(session)


def _handed(
    request: HttpRequest, session: Session, form: ParticipantInvitationForm, *, is_reminder: bool
) -> HandedOver:
    if is_reminder:
        return remind(session, _letter(request, session, "remind"))
    seen = request.POST.getlist("unreached")
    letter = _letter(request, session, "invite", form.cleaned_data["message"])
    return invite(session, form.cleaned_data["addresses"], letter, seen)


def _not_handed(
    request: HttpRequest, session: Session, form: ParticipantInvitationForm, trouble: Exception
) -> HttpResponse:
    if isinstance(trouble, StageError):
        return overtaken(request, session)
    if isinstance(trouble, TooManyError):
        form.add_error("addresses", _("Met deze erbij zijn het er meer dan %s. Haal er enkele weg.") % MAX_INVITEES)
        return _page(request, session, form, status=422)
    raise trouble


def _told(handed: HandedOver) -> str:
    said = [ngettext("We versturen nu %s mail.", "We versturen nu %s mails.", handed.count) % handed.count]
    if handed.before:
        known = ngettext("%s adres had de link al.", "%s adressen hadden de link al.", handed.before)
        said.append(known % handed.before)
    return " ".join(said)


def _too_much(
    request: HttpRequest, session: Session, form: ParticipantInvitationForm | None, full: TooOften, had_enough: str
) -> HttpResponse:
    """No mail goes out now: said beside the addresses, or above a reminder's page, where none can be taken away."""
    text = f"{_('Je verstuurde net heel veel mails.')} {full.words} {_('Deel de link intussen zelf.')}"
    if had_enough:
        text = f"{_('%s kreeg net al mail van jou.') % had_enough} {full.words}"
    if had_enough and form:
        text = f"{text} {_('Of haal dit adres weg.')}"
    if form:
        form.add_error("addresses", text)
    return _page(request, session, form, "" if form else text, status=429)


def _page(
    request: HttpRequest,
    session: Session,
    form: ParticipantInvitationForm | None = None,
    too_much: str = "",
    status: int = 200,
) -> HttpResponse:
    invitees = load_invitees(session)
    context = {
        # Whom it didn't reach stands ready to be corrected.
        "form": form or ParticipantInvitationForm(addresses=invitees.unreached),
        "session": session,
        "collaboration": session.collaboration,
        "invitees": invitees,
        "reply_to": _reply_to(request),
        "sender": _name(request),
        "too_much": too_much,
    }
    return render(request, "reflectie/sessions/invite.html", context, status=status)


def _letter(request: HttpRequest, session: Session, kind: str, message: str = "") -> Letter:
    """A mail in the words of templates/reflectie/mail, and what its sender writes beside them. The first line is its
    subject."""
    context = share(request, session) | {
        "name": set_apart(str(session.collaboration)),
        "which": session_in_plain_text(title_of(session)),
        "items": len(load_checklist(session.checklist).items),
        "sender": set_apart(_name(request)),
        "message": set_apart(message),
        "is_reminder": kind == "remind",
    }
    return Letter.read(render_to_string(f"reflectie/mail/{kind}.txt", context), _reply_to(request))


def _name(request: HttpRequest) -> str:
    return request.user.get_full_name() if isinstance(request.user, User) else ""


def _reply_to(request: HttpRequest) -> str:
    return getattr(request.user, "email", "")
