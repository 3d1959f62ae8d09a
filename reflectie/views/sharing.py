"""What a session shares with other collaborations, and what anybody with a role finds of that."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.sharing import MAX_LESSONS
from reflectie.forms.sharing import LessonForm, ShareForm
from reflectie.models import OPENED, Session
from reflectie.services.optimistic_lock import ConflictError
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.sharing import (
    TooManyLessonsError,
    change_lesson,
    load_lesson,
    load_shareable,
    load_shared,
    share,
)
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, MEMBERS, session_or_404, signed_in

FORM = ["GET", "HEAD", "POST"]
# Of each item so many stand in front; the rest is one press away.
IN_FRONT = 3
PAGE_SIZE = 25


def _opened_or_404(request: HttpRequest, pk: UUID, roles: tuple[str, ...]) -> tuple[Session, bool]:
    """A session that is talked about or concluded, and whether its coordinator asks: who else leads it, only reads."""
    access = session_or_404(request, pk, roles)
    if access.session.stage not in OPENED:
        raise Http404
    return access.session, access.is_coordinator


@keeps_typed()
@require_http_methods(FORM)
def lessons(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What of a session is shared, and how."""
    session, may_share = _opened_or_404(request, pk, COORDINATOR if request.method == "POST" else MEMBERS)
    data = request.POST if request.method == "POST" else None
    form = ShareForm(load_checklist(session.checklist), load_shareable(session), data)
    if data is None:
        return _lessons_page(request, session, form, may_share=may_share)
    if not form.is_valid():
        return _lessons_page(request, session, form, status=422)
    try:
        share(session, form.sharing_choices, form.new_lesson, form.cleaned_data["key"])
    except TooManyLessonsError:
        _say_too_many(form)
        return _lessons_page(request, session, form, status=422)
    except ConflictError as conflict:
        form = ShareForm(form.checklist, load_shareable(session), request.POST)
        form.set_conflicts(conflict.current)
        return _lessons_page(request, session, form, status=409)
    _say_what_others_find(request, session)
    return HttpResponseRedirect(reverse("lessons", args=[pk]), status=303)


def _say_too_many(form: LessonForm) -> None:
    form.add_error(None, _("Er staan al %s lessen. Haal er eerst een weg.") % MAX_LESSONS)


def _say_what_others_find(request: HttpRequest, session: Session) -> None:
    found = sum(thing.is_shown for thing in load_shareable(session))
    said = (
        ngettext(
            "Andere teams kunnen nu %s zin van jullie lezen.",
            "Andere teams kunnen nu %s zinnen van jullie lezen.",
            found,
        )
        % found
    )
    messages.success(request, f"{_('Bewaard.')} {said if found else _('Jullie delen niets.')}")


def _lessons_page(
    request: HttpRequest, session: Session, form: ShareForm, *, status: int = 200, may_share: bool = True
) -> HttpResponse:
    context = {
        "form": form,
        "session": session,
        "collaboration": session.collaboration,
        "may_reword": session.stage == Session.Stage.DISCUSSION,
        "is_full": len(form.lessons) >= MAX_LESSONS,
        "has_conflict": status == 409,
    }
    page = "reflectie/sharing/lessons.html" if may_share else "reflectie/sharing/seen.html"
    return render(request, page, context, status=status)


@keeps_typed()
@require_http_methods(FORM)
def lesson(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """One lesson: put in other words, shared otherwise, or taken out."""
    session, _may_share = _opened_or_404(request, pk, COORDINATOR)
    kept = load_lesson(session, key)
    # Typed in full, it isn't lost when somebody took the lesson out meanwhile.
    if kept is None and "text" not in request.POST:
        raise Http404
    form = LessonForm(load_checklist(session.checklist), request.POST if request.method == "POST" else None, kept)
    return _save_lesson(request, session, form, key) if form.is_bound else _lesson_page(request, session, form)


def _save_lesson(request: HttpRequest, session: Session, form: LessonForm, key: UUID) -> HttpResponse:
    back = HttpResponseRedirect(reverse("lessons", args=[session.pk]), status=303)
    if form.chose_theirs:
        return back
    if not form.removes and not form.is_valid():
        return _lesson_page(request, session, form, status=422)
    try:
        change_lesson(session, key, None if form.removes else form.lesson, form.seen)
    except TooManyLessonsError:
        _say_too_many(form)
        return _lesson_page(request, session, form, status=422)
    except ConflictError as conflict:
        form.set_conflict(conflict.current)
        return _lesson_page(request, session, form, status=409)
    _say_what_others_find(request, session)
    return back


def _lesson_page(request: HttpRequest, session: Session, form: LessonForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "session": session, "collaboration": session.collaboration}
    return render(request, "reflectie/sharing/lesson.html", context, status=status)


@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """What collaborations share, by item; all of it, or of one."""
    found = load_shared(signed_in(request).pk)
    if found is None:
        return render(request, "reflectie/sharing/no_role.html")
    asked = request.GET.get("stelling", "")
    item, about = next(((item, things) for item, things in found if item.key == asked), (None, ()))
    context = {
        "found": found,
        "item": item,
        "page": Paginator(about, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "in_front": f":{IN_FRONT}",
        "rest": f"{IN_FRONT}:",
        "total": sum(len(things) for _item, things in found),
    }
    return render(request, "reflectie/sharing/shared.html", context)
