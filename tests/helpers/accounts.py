"""Somebody with an account for tests: the code from the mail, the second step, the post of a form."""

import re

from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

ADDRESS = "an@example.org"


PASSWORD = "vier woorden op een rij"


CODE = re.compile(r"^    ([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


def mailed_code() -> str:
    return CODE.search(mail.outbox[-1].body)[1]


def app_code(secret: str) -> str:
    """What the app shows during a test (`app_that_stands_still`)."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def post(client: Client, route: str, **data: str):
    return client.post(reverse(route), data)


def user_of(client: Client) -> User | None:
    key = client.session.get(SESSION_KEY)
    return User.objects.get(pk=key) if key else None


def sign_in_by_code(client: Client, address: str = ADDRESS):
    post(client, "account_login", login=address)
    return post(client, "account_confirm_login_code", code=mailed_code())


def with_second_step(client: Client) -> str:
    """Turn the second step on for whoever signed in; the app's secret."""
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert post(client, "mfa_activate_totp", code=app_code(secret)).status_code == 302
    return secret
