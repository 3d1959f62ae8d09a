"""Saying what was done, on the page that somebody is led back to. Without an account nothing is kept for a next page:
there the address says it, by a word of ours."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise

from reflectie.web.report_access import ReportAccess, from_talk


def lead_back(
    request: HttpRequest, access: ReportAccess, url: str, done: str, words: Mapping[str, str | Promise]
) -> HttpResponse:
    """Back to a page, which says what was `done`. Where the talk is led on one screen, it stands there already."""
    if access.member:
        messages.success(request, str(words[done]))
    elif not from_talk(request):
        url = f"{url}?gedaan={done}"
    return HttpResponseRedirect(url, status=303)


def what_was_done(
    request: HttpRequest, access: ReportAccess, words: Mapping[str, str | Promise], status: int = 200
) -> dict[str, Any]:
    """For a page that a team without an account is led back to: what was done, as one of Django's messages."""
    if access.member:
        return {}
    done = words.get(request.GET.get("gedaan", "")) if status == 200 else None
    return {"messages": [Message(messages.SUCCESS, str(done))] if done else []}
