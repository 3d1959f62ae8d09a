"""Guessing stops, a team doesn't: failures are counted, for each address and each thing that can be guessed."""

import pytest
from conftest import make_account
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from test_accounts import ADDRESS, PASSWORD, post, sign_in_by_code, user_of

from reflectie import throttle
from reflectie.throttle import LIMIT, client_address, count_failure, hashed_address, is_blocked

pytestmark = pytest.mark.django_db


def asking(address: str = "192.0.2.1", forwarded: str = ""):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, **headers)


def try_code(request, code: str) -> bool:
    """A view that takes a short code, in four lines. Whether it let the person in."""
    if is_blocked(request, "code"):
        return False
    if code != "right":
        count_failure(request, "code")
    return code == "right"


def test_limit_is_thirty_in_ten_minutes():
    assert (LIMIT, throttle.WINDOW_SECONDS) == (30, 600)


def test_forty_people_behind_one_address_with_the_right_code_all_get_in():
    assert [try_code(asking(), "right") for _ in range(40)] == [True] * 40


def test_a_team_that_mistypes_now_and_then_still_gets_in():
    for _ in range(29):
        try_code(asking(), "wrong")

    assert try_code(asking(), "right")


def test_after_thirty_wrong_tries_the_right_code_is_refused_too():
    for _ in range(31):
        try_code(asking(), "wrong")

    assert not try_code(asking(), "right")


def test_another_address_and_another_scope_are_not_blocked():
    for _ in range(31):
        count_failure(asking(), "code")

    assert is_blocked(asking(), "code")
    assert not is_blocked(asking("192.0.2.2"), "code")
    assert not is_blocked(asking(), "other")


def test_failures_weigh_no_longer_than_the_window(monkeypatch):
    monkeypatch.setattr(throttle, "WINDOW_SECONDS", -1)
    for _ in range(31):
        count_failure(asking(), "code")

    assert not is_blocked(asking(), "code")


def test_made_up_forwarding_changes_nothing_without_a_proxy(settings):
    settings.BEHIND_PROXY = False
    for number in range(31):
        count_failure(asking(forwarded=f"198.51.100.{number}"), "code")

    assert client_address(asking(forwarded="198.51.100.9")) == "192.0.2.1"
    assert is_blocked(asking(forwarded="203.0.113.5"), "code")


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(settings):
    settings.BEHIND_PROXY = True
    for number in range(31):
        count_failure(asking("127.0.0.1", forwarded=f"198.51.100.{number}, 192.0.2.7"), "code")

    assert client_address(asking("127.0.0.1", forwarded="198.51.100.9, 192.0.2.7")) == "192.0.2.7"
    assert is_blocked(asking("127.0.0.1", forwarded="192.0.2.7"), "code")
    assert not is_blocked(asking("127.0.0.1", forwarded="192.0.2.7, 192.0.2.8"), "code")


def test_proxy_that_forwards_nothing_stands_for_everybody(settings):
    settings.BEHIND_PROXY = True

    assert client_address(asking("127.0.0.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "unix:", False),
    ],
)
def test_addresses_of_one_connection_count_together(one, other, same):
    assert (hashed_address(asking(one)) == hashed_address(asking(other))) is same


def test_cache_holds_no_plain_address():
    count_failure(asking(), "code")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        kept = cursor.fetchall()
    assert len(kept) == 1
    assert "192.0.2.1" not in str(kept)
    assert hashed_address(asking()) in kept[0][0]


def test_hash_depends_on_the_secret_key(settings):
    before = hashed_address(asking())
    settings.SECRET_KEY = "another" * 10

    assert hashed_address(asking()) != before


def test_asking_and_counting_take_a_fixed_number_of_queries(django_assert_num_queries):
    for _ in range(LIMIT - 1):
        count_failure(asking(), "code")

    with django_assert_num_queries(1):
        is_blocked(asking(), "code")
    cache.clear()
    with django_assert_num_queries(1):
        is_blocked(asking(), "code")


# Signing in, which allauth throttles over the same cache and the same address


def test_guessing_a_password_stops_even_from_many_addresses(client):
    make_account(ADDRESS, password=PASSWORD)

    for number in range(5):
        client.post(reverse("account_login"), {"login": ADDRESS, "password": "fout"}, REMOTE_ADDR=f"192.0.2.{number}")
    page = client.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD}, REMOTE_ADDR="192.0.2.99")

    assert "Het ging te vaak mis." in page.content.decode()
    assert user_of(client) is None


def test_too_many_posts_from_one_address_are_told_to_wait(client):
    for number in range(60):
        post(client, "account_signup", email=f"{number} is no address")

    page = post(client, "account_signup", email=ADDRESS)

    assert page.status_code == 429
    assert "Dat ging te snel" in page.content.decode()
    assert mail.outbox == []


def test_forty_people_behind_one_address_all_get_their_code(client):
    for number in range(40):
        make_account(f"{number}@example.org")

    for number in range(40):
        assert sign_in_by_code(Client(), f"{number}@example.org")["Location"] == reverse("collaborations")


def test_made_up_forwarding_does_not_escape_throttling(client):
    for number in range(60):
        client.post(reverse("account_signup"), {"email": "geen"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    page = client.post(reverse("account_signup"), {"email": ADDRESS}, HTTP_X_FORWARDED_FOR="192.0.2.99")

    assert page.status_code == 429


def test_cache_of_throttling_holds_no_address_of_a_machine_or_a_person(client):
    make_account(ADDRESS, password=PASSWORD)
    client.post(reverse("account_login"), {"login": ADDRESS, "password": "fout"}, REMOTE_ADDR="192.0.2.77")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        kept = str(cursor.fetchall())

    assert "login_failed" in kept
    assert "192.0.2.77" not in kept
    assert ADDRESS not in kept
