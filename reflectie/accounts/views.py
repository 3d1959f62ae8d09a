"""A person's own account: what is in it, taking it out, closing it. Signing in and its like are allauth's views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import logout as allauth_logout
from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.services.accounts import account_data, close_account, rename_account, second_factor_is_on
from reflectie.services.collaborations.people import LastCoordinatorError, owned_alone
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import signed_in
from reflectie.web.throttle import forget_browser, remember_browser

from .forms import NameForm
from .reauthentication import ask_again, note_fresh

# The codes of what allauth's forms say then.
TOO_OFTEN = {"rate_limited", "too_many_login_attempts"}


def as_page(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """One of allauth's views, as our pages are: 422 when a form came back with errors, 429 where it was sent too often.
    Whoever signs in by it is known to this browser from then on."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_stranger = not request.user.is_authenticated
        response: HttpResponse = view(request, *args, **kwargs)
        if was_stranger and isinstance(request.user, User):
            note_fresh(request, request.user)
            remember_browser(request, response, request.user.email)
        if request.method == "POST" and response.status_code == 200 and isinstance(response, TemplateResponse):
            _answer_errors(response)
        return response

    return page


def _answer_errors(response: TemplateResponse) -> None:
    form = (response.context_data or {}).get("form")
    errors = [error for field in form.errors.as_data().values() for error in field] if form is not None else []
    too_often = [error for error in errors if error.code in TOO_OFTEN]
    response.status_code = 429 if too_often else 422
    if waits := [error.params["seconds"] for error in too_often if error.params]:
        response["Retry-After"] = str(max(waits))


def sign_out(request: HttpRequest) -> HttpResponse:
    """Signing out also lets go of pages that the browser keeps for its back button, reports among them."""
    page: HttpResponse = allauth_logout(request)
    if request.method == "POST":
        page["Clear-Site-Data"] = '"cache"'
        if "forget" in request.POST:
            forget_browser(page)
    return page


class ActivateSecondStep(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        """Next come the emergency codes, for which allauth asks again who one is. The code just given says so."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp", reauthenticated=True)
        return response


class DownloadCodes(DownloadRecoveryCodesView):  # type: ignore[misc]
    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **kwargs)
        response["Content-Disposition"] = 'attachment; filename="noodcodes.txt"'
        return response


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "account/overview.html", {"second_factor": second_factor_is_on(signed_in(request))})


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST if request.method == "POST" else None, instance=signed_in(request))
    if form.is_valid():
        rename_account(signed_in(request), form.cleaned_data["first_name"])
        messages.success(request, _("Je naam is bewaard."))
        return HttpResponseRedirect(reverse("account"), status=303)
    return render(request, "account/name.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "account/data.html", {"data": account_data(signed_in(request))})


@require_safe
def data_file(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(account_data(signed_in(request)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="mijn-account.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@ask_again
def close(request: HttpRequest) -> HttpResponse:
    alone = owned_alone(signed_in(request))
    if request.method != "POST":
        return render(request, "account/close.html", {"alone": alone})
    try:
        close_account(signed_in(request))
    except LastCoordinatorError:
        return render(request, "account/close.html", {"alone": alone}, status=409)
    logout(request)
    messages.success(request, _("Je account is opgezegd. Alles wat erin stond, is gewist."))
    page = HttpResponseRedirect(reverse("home"), status=303)
    forget_browser(page)
    return page
