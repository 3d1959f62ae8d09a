"""Where people wait for a mail with a code: signing up, signing in, a forgotten password, another address.

allauth's views, out of which there is always a way. It leads whoever waits for a code back to its page, and so kept
people there who had mistyped the address. Here whoever opens the page to sign in or up finds it, whatever they began.
"""

import time
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.stagekit import get_pending_stage, stash_login
from allauth.account.stages import EmailVerificationStage, LoginByCodeStage, LoginStage, LoginStageController
from allauth.account.utils import get_login_redirect_url
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from reflectie.web.throttle import count_code_mail

from .adapters import TRIED_TOO_OFTEN

# Stages in which somebody waits for a mail.
MAILED = {EmailVerificationStage.key, LoginByCodeStage.key}


class Entrance:
    """A page to sign in or up. It is there for whoever opens it, with a way back to a code that is on its way."""

    def _redirect_to_pending_stage(self, _request: HttpRequest, _stage: LoginStage) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        stage = get_pending_stage(self.request)  # type: ignore[attr-defined]
        if stage and stage.key in MAILED:
            context["code_url"] = self.passthrough_next_url(reverse(stage.urlname))  # type: ignore[attr-defined]
        return context


class SignIn(Entrance, account.LoginView):  # type: ignore[misc]
    pass


class SignUp(Entrance, account.SignupView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        """Where somebody was going stands in the address of what comes next: what allauth keeps of it, it keeps only of
        an address without an account."""
        response: HttpResponse = super().form_valid(form)
        if response.get("Location") == reverse("account_email_verification_sent"):
            response["Location"] = self.passthrough_next_url(response["Location"])
        return response


class RequestCode(Entrance, account.RequestLoginCodeView):  # type: ignore[misc]
    pass


class CodePage:
    """A page for a code. Wherever it doesn't go on, it says why and leads back to where another is asked for."""

    request: HttpRequest
    _process: Any = None
    stage: LoginStage | None = None

    @property
    def begin(self) -> str:
        """The name of the page on which this began."""
        raise NotImplementedError

    @property
    def begin_url(self) -> str:
        return str(self.passthrough_next_url(reverse(self.begin)))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**context, "begin_url": self.begin_url}

    def begin_again(self, why: str) -> HttpResponse:
        messages.error(self.request, why)
        return HttpResponseRedirect(self.begin_url)

    def too_old(self) -> HttpResponse:
        return self.begin_again(_("Deze code geldt niet meer. Vraag een nieuwe."))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Only a code that was typed is a try."""
        if form.has_error("code", "incorrect_code") and not self._process.record_invalid_attempt():
            return self.begin_again(str(TRIED_TOO_OFTEN))
        page: HttpResponse = self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined]
        return page

    def _resend_form_valid(self, _form: Any) -> HttpResponse:
        """A new code is taken for as long as its mail says: allauth counts from the first. And whoever got a mail that
        says something else gets that one again, not none."""
        process, address = self._process, self._process.state["email"]
        if full := count_code_mail(self.request, address):
            messages.error(self.request, f"{_('Dat ging te snel.')} {full.words}")
            return HttpResponseRedirect(self.request.get_full_path(), status=303)
        process.record_resend()
        process.state["at"] = time.time()
        process.generate_code()
        process.send()
        process.persist()
        if self.stage:
            self.stage.login.initiated_at = time.time()
            stash_login(self.request, self.stage.login)
        messages.success(self.request, _("We sturen je een nieuwe mail. Een code van daarvoor geldt niet meer."))
        return HttpResponseRedirect(self.request.get_full_path(), status=303)


class SignInCode(CodePage, account.ConfirmLoginCodeView):  # type: ignore[misc]
    begin = "account_login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if self._process or request.user.is_authenticated:
            return response
        return self.too_old()


class AddressCode(CodePage, account.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """Of who signs up, and of who signed in and changes their address."""

    @property
    def begin(self) -> str:
        if self.request.user.is_authenticated:
            return "account_email"
        return "account_signup" if self.stage is None or self.stage.login.signup else "account_login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_waiting = EMAIL_VERIFICATION_CODE_SESSION_KEY in request.session
        if not request.user.is_authenticated and not LoginStageController.enter(request, EmailVerificationStage.key):
            # allauth goes on showing the page where no code was sent, and would say so of an address that way.
            request.session.pop(EMAIL_VERIFICATION_CODE_SESSION_KEY, None)
            return self.too_old()
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if self._process:
            return response
        if was_waiting or not request.user.is_authenticated:
            return self.too_old()
        # Signed in meanwhile, in another tab.
        return HttpResponseRedirect(get_login_redirect_url(request))


class PasswordCode(CodePage, account.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    begin = "account_reset_password"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response if self._process else self.too_old()


class NewPassword(CodePage, account.CompletePasswordResetView):  # type: ignore[misc]
    begin = "account_reset_password"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response if self._process else self.too_old()
