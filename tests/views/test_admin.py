"""What an administrator can do for people without getting at what is theirs alone."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.urls import reverse

from tests.helpers.factories import make_account, sign_in_now
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


def test_an_administrator_takes_a_second_step_away_but_never_reads_its_secret(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    step = Authenticator.objects.create(user=make_account("an@example.org"), type="totp", data={"secret": SECRET})
    url = f"/beheer/mfa/authenticator/{step.pk}/"

    page = client.get(f"{url}change/")

    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    assert client.post(f"{url}change/", {"data": "{}"}).status_code == 403
    assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_signing_out_lets_go_of_pages_behind_the_back_button(client):
    client.force_login(make_account("an@example.org"))
    assert "Clear-Site-Data" not in client.get(reverse("account_logout"))
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache"'
    assert client.get(reverse("collaborations")).status_code == 302


def test_an_administrator_finds_whose_second_step_it_is(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    for email in ("an@example.org", "bo@example.org"):
        Authenticator.objects.create(user=make_account(email), type="totp", data={"secret": SECRET})

    page = client.get("/beheer/mfa/authenticator/?q=an@").content.decode()

    assert ["an@example.org" in page, "bo@example.org" in page] == [True, False]


def test_second_steps_have_no_english_words(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    step = Authenticator.objects.create(user=make_account("an@example.org"), type="totp", data={"secret": SECRET})

    first = page_of(client.get("/beheer/"))
    listed = page_of(client.get("/beheer/mfa/authenticator/"))
    one = page_of(client.get(f"/beheer/mfa/authenticator/{step.pk}/change/"))

    assert "Tweede stappen" in first.words
    assert all(words in listed.words for words in ("app met codes", "Laatst gebruikt"))
    assert re.search(r"Soort: app met codes Gemaakt op: \d+ \w+ \d{4} \d\d:\d\d Laatst gebruikt: –", one.words)
    for page in (first, listed):
        assert not {"authenticators", "mfa", "totp", "last", "created"} & set(page.words.casefold().split())


def test_whoever_administers_finds_the_way_there_from_their_account(client):
    link = f'href="{reverse("admin:index")}"'
    client.force_login(make_account("an@example.org"))
    assert link not in client.get(reverse("account")).content.decode()
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    assert link in client.get(reverse("account")).content.decode()


def test_nobody_makes_an_account_for_another(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    assert client.get("/beheer/auth/user/add/").status_code == 403
    assert client.get("/beheer/auth/user/").status_code == 200
    assert "/beheer/auth/group/" not in client.get("/beheer/").content.decode()
