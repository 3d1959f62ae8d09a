"""Whatever changes how one signs in asks again who one is, also at a browser that was left open: a password or the
second step, and of who has neither a code to the address of the account as it is now."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import BaseReauthenticateView
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from reflectie.web.permissions import signed_in
from reflectie.web.throttle import count_code_mail

from .forms import AddressCodeAgainForm

STATE = "reauthentication_code"
# How often a code can be sent anew, and typed in.
RESENDS, TRIES = 2, 3


def ask_again(view: Callable[..., Any], *, to_read: bool = True) -> Callable[..., HttpResponse]:
    """A view that is only there for who showed of late who they are; unless it matters `to_read`, for posting alone.
    What was typed is kept, and done once they did; a new password isn't: it would stand readable among the sign-ins.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reads = request.method in ("GET", "HEAD") and not to_read
        if reads or not request.user.is_authenticated or is_fresh(request):
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        if not methods:
            raise PermissionDenied
        _put_by(request)
        return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")

    return page


def _put_by(request: HttpRequest) -> None:
    """Keep what was typed, and nothing else of the request: allauth keeps its address, and cookies that lead to what
    somebody filled in without an account. What another typed here and left isn't done by who comes after them."""
    request.session.pop(STATE_SESSION_KEY, None)
    if request.method == "POST" and not any("password" in name for name in request.POST):
        state = {"path": request.path, "url": request.get_full_path(), "post": request.POST.urlencode()}
        request.session[STATE_SESSION_KEY] = {"state": state, "callback": f"{__name__}.go_on"}


def go_on(request: HttpRequest, state: dict[str, str]) -> HttpResponse:
    """Do what was put by, as allauth asks for it, if that is where this browser was going."""
    url = get_next_redirect_url(request, REDIRECT_FIELD_NAME)
    if url != state["url"]:
        return HttpResponseRedirect(url or reverse("account"))
    view = resolve(state["path"])
    request.method, request.path, request.path_info = "POST", state["path"], state["path"]
    request.GET, request.POST = QueryDict(url.partition("?")[2]), QueryDict(state["post"])
    response: HttpResponse = view.func(request, *view.args, **view.kwargs)
    return response


def is_fresh(request: HttpRequest) -> bool:
    """Whether this browser showed of late who is at it. allauth says so of everybody who has no password and no second
    step, however long ago they signed in."""
    records = [record for record in get_authentication_records(request, request.user) if record.get("reauthenticated")]
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def note_fresh(request: HttpRequest, user: User) -> None:
    """Somebody signed in: that says who they are."""
    record_authentication(request, user, method="login", reauthenticated=True)


class AddressCodeProcess(AbstractCodeVerificationProcess):  # type: ignore[misc]
    """A code that went to the address of whoever is signed in, kept with their sign-in until it is typed in."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        timeout = app_settings.LOGIN_BY_CODE_TIMEOUT
        super().__init__(max_attempts=TRIES, timeout=timeout, state=state, user=signed_in(request))

    @classmethod
    def begin(cls, request: HttpRequest) -> "AddressCodeProcess":
        user = signed_in(request)
        return cls(request, cls.initial_state(user, user.email))

    @classmethod
    def resume(cls, request: HttpRequest) -> "AddressCodeProcess | None":
        state = request.session.get(STATE)
        # Of the address as it is now: not of the one before it changed in another browser.
        if not state or state["email"] != signed_in(request).email:
            return None
        process: AddressCodeProcess | None = cls(request, state).abort_if_invalid()
        return process

    @property
    def can_resend(self) -> bool:
        return not self.is_resend_quota_reached(RESENDS)

    def send(self) -> None:
        adapter = get_adapter(self.request)
        self.state["code"] = adapter.generate_login_code()
        adapter.send_mail("account/email/reauthentication_code", self.state["email"], {"code": self.code})
        self.persist()

    def send_again(self) -> None:
        self.record_resend()
        # A new code is taken for as long as its mail says.
        self.state["at"] = time.time()
        self.send()

    def persist(self) -> None:
        self.request.session[STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(STATE, None)


class ReauthenticateByCode(BaseReauthenticateView):  # type: ignore[misc]
    """Asks whether a code may be sent, and then for the code: looking at a page sends nothing."""

    form_class = AddressCodeAgainForm
    template_name = "account/reauthenticate_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.process = AddressCodeProcess.resume(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") in ("send", "resend"):
            return self._send()
        if self.process is None:
            messages.error(request, _("Deze code geldt niet meer. Vraag een nieuwe."))
            return self._here()
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def _send(self) -> HttpResponse:
        if self.process and not self.process.can_resend:
            return self._here()
        if full := count_code_mail(self.request, signed_in(self.request).email):
            messages.error(self.request, f"{_('Dat ging te snel.')} {full.words}")
        elif self.process:
            self.process.send_again()
            messages.success(self.request, _("We sturen je een nieuwe code. De vorige geldt niet meer."))
        else:
            AddressCodeProcess.begin(self.request).send()
        return self._here()

    def _here(self) -> HttpResponse:
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path), status=303)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "code": self.process.code if self.process else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        process = self.process
        more = {
            "sent": process is not None,
            "email": signed_in(self.request).email,
            "can_resend": process is not None and process.can_resend,
        }
        return {**super().get_context_data(**kwargs), **more}

    def form_valid(self, form: Any) -> HttpResponse:
        assert self.process is not None
        self.process.abort()
        record_authentication(self.request, signed_in(self.request), method="code", reauthenticated=True)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Only a code that can be one is a try."""
        is_try = form.has_error("code", "incorrect_code")
        if self.process and (not is_try or self.process.record_invalid_attempt()):
            response: HttpResponse = super().form_invalid(form)
            return response
        messages.error(self.request, _("Het ging te vaak mis. Vraag een nieuwe code."))
        return self._here()
