"""Guessing stops and nobody is flooded, while a team behind one address goes on and nobody is kept out by others."""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from subprocess import PIPE

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reflectie.models import Collaboration, RateCount, Session
from reflectie.services.rate_counts import Use, count_uses, erase_old_counts, give_back, seconds_until_free
from reflectie.web import throttle
from reflectie.web.throttle import (
    BROWSER_COOKIE,
    LIMIT,
    Attempt,
    Limit,
    TooOften,
    client_address,
    count_code_mail,
    hashed_address,
    try_code,
)
from tests.helpers.accounts import (
    ADDRESS,
    PASSWORD,
    app_code,
    mailed_code,
    post,
    sign_in_by_code,
    user_of,
    with_second_step,
)
from tests.helpers.factories import make_account, make_reflection, sign_in_now

pytestmark = pytest.mark.django_db

ELSEWHERE = "198.51.100.7"


def asking(address: str = "192.0.2.1", forwarded: str = ""):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, **headers)


def enter_code(request, code: str, scope: str = "code") -> bool:
    """A view that takes a short code, in four lines. Whether it let the person in."""
    attempt = try_code(request, scope)
    if isinstance(attempt, Attempt) and code == "right":
        attempt.went_well()
    return isinstance(attempt, Attempt) and code == "right"


def fail(times: int, **request) -> None:
    for _ in range(times):
        enter_code(asking(**request), "wrong")


# Counting


def test_limit_of_codes_is_thirty_in_ten_minutes():
    assert (LIMIT, throttle.WINDOW_SECONDS) == (30, 600)


def test_forty_people_behind_one_address_with_the_right_code_all_get_in():
    assert [enter_code(asking(), "right") for _ in range(40)] == [True] * 40


def test_a_team_that_mistypes_now_and_then_still_gets_in():
    fail(29)

    assert enter_code(asking(), "right")


def test_after_thirty_wrong_tries_the_right_code_is_refused_too():
    fail(30)

    assert not enter_code(asking(), "right")


def test_another_address_and_another_scope_are_not_blocked():
    fail(31)

    assert not enter_code(asking(), "right")
    assert enter_code(asking("192.0.2.2"), "right")
    assert enter_code(asking(), "right", "other")


def test_failures_weigh_no_longer_than_the_window(monkeypatch):
    fail(31)
    later = time.time() + throttle.WINDOW_SECONDS
    monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda: later)

    assert enter_code(asking(), "right")


def test_clock_that_once_ran_ahead_holds_nobody_up(monkeypatch):
    ahead = time.time() + 365 * throttle.DAY
    monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda: ahead)
    fail(31)
    monkeypatch.undo()

    assert enter_code(asking(), "right")


def test_what_is_full_counts_nothing_and_is_named():
    one, two, large = Use("a" * 64, 3, 60), Use("b" * 64, 1, 60), Use("c" * 64, 5, 60, amount=6)

    assert [count_uses([one, two]) for _ in range(2)] == [None, two]
    assert count_uses([one, large]) == large
    assert RateCount.objects.get(key=one.key).number == 1
    give_back([one, two])
    give_back([one])
    assert not RateCount.objects.exists()


def test_of_many_that_are_counted_together_the_full_one_is_named():
    many = [Use(f"{number:064}", 3, 60) for number in range(5)]
    for use in (many[3], many[3], many[3], many[1], many[1]):
        count_uses([use])

    assert count_uses(many) == many[3]
    assert dict(RateCount.objects.values_list("key", "number")) == {many[3].key: 3, many[1].key: 2}


def test_the_wait_is_until_the_last_of_what_is_full_is_over(monkeypatch):
    start = int(time.time())
    short, day, free = Use("a" * 64, 2, 600), Use("b" * 64, 2, 86400), Use("c" * 64, 9, 86400)
    for seconds in (0, 60):
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda now=start + seconds: now)
        count_uses([short, free])
    assert seconds_until_free([short, day, free]) == 540

    count_uses([day])
    count_uses([day])

    assert seconds_until_free([short, day, free]) == 86400
    assert seconds_until_free([free]) == 0
    assert seconds_until_free([Use("d" * 64, 5, 60, amount=6)]) == 60
    monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda: start + 601)
    assert seconds_until_free([short]) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "over een minuut"),
        (60, "over een minuut"),
        (61, "over 2 minuten"),
        (59 * 60, "over 59 minuten"),
        (3541, "over een uur"),
        (3600, "over een uur"),
        (3601, "over 61 minuten"),
        (119 * 60, "over 119 minuten"),
        (7200, "over 2 uur"),
        (7201, "over 3 uur"),
        (86400, "over 24 uur"),
    ],
)
def test_when_to_come_back_is_said_in_words_and_never_too_soon(seconds, words):
    assert TooOften(seconds, "").words == f"Probeer het {words} opnieuw."


def test_counting_takes_as_many_queries_for_many_as_for_one(django_assert_num_queries):
    for number in (1, 300):
        with django_assert_num_queries(3):
            assert count_uses([Use(f"{place:064}", 1000, 60) for place in range(number)]) is None


def test_counts_that_are_over_are_erased_every_day(monkeypatch):
    count_uses([Use("a" * 64, 3, 60), Use("b" * 64, 3, 3600)])
    later = time.time() + 61
    monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda: later)

    call_command("delete_expired")

    assert [row.key for row in RateCount.objects.all()] == ["b" * 64]
    assert erase_old_counts() == 0


def test_rows_are_given_back_in_the_order_in_which_they_are_counted():
    # Else PostgreSQL ends one of two who wait for each other, as who sign in at once behind one address.
    uses = [Use("b" * 64, 3, 60), Use("a" * 64, 9, 3600)]
    orders = []
    for step in (count_uses, give_back):
        with CaptureQueriesContext(connection) as queries:
            step(uses)
        keys = [found for query in queries for found in re.findall(r"a{64}|b{64}", query["sql"])]
        orders.append(list(dict.fromkeys(keys)))
    assert orders == [["b" * 64, "a" * 64]] * 2


COUNT_IN_A_PROCESS = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from reflectie.services.rate_counts import Use, count_uses, give_back
use, other = Use("a" * 64, 150, 600), Use("b" * 64, 1000, 600)
print("ready", flush=True)
input()
counted = sum(count_uses([use, other]) is None for _ in range(100))
for _ in range(20):
    give_back([other])
print(counted, flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_count_at_once_lose_none():
    command = [sys.executable, "-c", COUNT_IN_A_PROCESS, str(connection.settings_dict["NAME"])]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "samenwerking.settings"}
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen(
                    command, cwd=django_settings.BASE_DIR, env=environment, stdin=PIPE, stdout=PIPE, text=True
                )
            )
            for _ in range(2)
        ]
        assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
        for process in both:
            process.stdin.write("go\n")
            process.stdin.flush()
        counted = [int(process.communicate(timeout=60)[0]) for process in both]

    # Of two hundred at once just those were let through that fit; and what was given back is exactly that.
    assert sum(counted) == 150
    assert dict(RateCount.objects.values_list("key", "number")) == {"a" * 64: 150, "b" * 64: 150 - 2 * 20}


# Who asks


def test_made_up_forwarding_changes_nothing_without_a_proxy(settings):
    settings.BEHIND_PROXY = False
    for number in range(31):
        fail(1, forwarded=f"198.51.100.{number}")

    assert client_address(asking(forwarded="198.51.100.9")) == "192.0.2.1"
    assert not enter_code(asking(forwarded="203.0.113.5"), "right")


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(settings):
    settings.BEHIND_PROXY = True
    for number in range(31):
        fail(1, address="127.0.0.1", forwarded=f"198.51.100.{number}, 192.0.2.7")

    assert client_address(asking("127.0.0.1", forwarded="198.51.100.9, 192.0.2.7")) == "192.0.2.7"
    assert not enter_code(asking("127.0.0.1", forwarded="192.0.2.7"), "right")
    assert enter_code(asking("127.0.0.1", forwarded="192.0.2.7, 192.0.2.8"), "right")


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


def test_nothing_that_is_counted_names_a_machine_or_a_person(client):
    account = make_account(ADDRESS, password=PASSWORD)
    client.post(reverse("account_login"), {"login": ADDRESS, "password": "fout"}, REMOTE_ADDR="192.0.2.77")
    client.post(reverse("account_login"), {"login": ADDRESS}, REMOTE_ADDR="192.0.2.77")

    kept = list(RateCount.objects.values_list("key", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        cached = str(cursor.fetchall())

    assert len(kept) == 8
    for told in (ADDRESS, "192.0.2.77", hashed_address(asking("192.0.2.77")), str(account.pk)):
        assert all(told != key for key in kept)
        assert told not in cached
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in kept)


def test_hash_depends_on_the_secret_key(settings):
    before = hashed_address(asking())
    settings.SECRET_KEY = "another" * 10

    assert hashed_address(asking()) != before


# What can't be counted isn't done


@pytest.fixture
def full_disk(monkeypatch):
    """Every write of a count fails, as on a full disk."""

    def refuse(*_args, **_kwargs):
        raise OperationalError("database or disk is full")

    def fill() -> None:
        monkeypatch.setattr(throttle, "count_uses", refuse)

    return fill


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/aanmelden/", {"login": ADDRESS, "password": "fout"}),
        ("/account/aanmelden/", {"login": ADDRESS, "password": PASSWORD}),
        ("/account/aanmelden/", {"login": ADDRESS}),
        ("/account/aanmelden/code/", {"email": ADDRESS}),
        ("/account/registreren/", {"email": "bo@example.org"}),
        ("/account/wachtwoord/vergeten/", {"email": ADDRESS}),
        ("/meedoen/", {"code": "ACDEFG"}),
    ],
)
def test_with_a_full_disk_it_says_that_it_fails_and_lets_nobody_guess(client, full_disk, caplog, path, fields):
    make_account(ADDRESS, password=PASSWORD)
    full_disk()

    page = client.post(path, fields)

    assert page.status_code == 503
    assert page["Retry-After"] == "120"
    assert "Het lukt nu even niet" in page.content.decode()
    assert "te vaak" not in page.content.decode()
    assert mail.outbox == []
    assert user_of(client) is None
    assert ADDRESS not in caplog.text


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a database that takes no more writes, as SQLite says it")
def test_database_that_takes_no_writes_is_told_as_such(client):
    make_account(ADDRESS, password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=1")
        try:
            page = post(client, "account_login", login=ADDRESS, password="fout")
        finally:
            cursor.execute("PRAGMA query_only=0")

    assert page.status_code == 503
    assert "De site kan nu niets bewaren" in page.content.decode()
    assert "te vaak" not in page.content.decode()


def test_with_a_full_disk_no_reflection_is_started(client, full_disk):
    token = client.get("/start/").context["form"]["token"].value()
    full_disk()

    assert client.post("/start/", {"token": token, "mode": "alone"}).status_code == 503
    assert Session.objects.count() == 0


def test_right_password_whose_place_cannot_be_given_back_still_signs_in(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise DatabaseError

    make_account(ADDRESS, password=PASSWORD)
    monkeypatch.setattr(throttle, "give_back", refuse)

    assert post(client, "account_login", login=ADDRESS, password=PASSWORD)["Location"] == reverse("collaborations")


# Passwords


def sign_in(client: Client, password: str = PASSWORD, address: str = "127.0.0.1", login: str = ADDRESS):
    return client.post(reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=address)


def test_wrong_passwords_from_elsewhere_do_not_refuse_the_right_one(client):
    make_account(ADDRESS, password=PASSWORD)
    for number in range(24):
        sign_in(Client(), "fout", f"198.51.100.{number % 2}")

    assert sign_in(client)["Location"] == reverse("collaborations")


def test_guessing_a_password_stops_for_who_guesses_the_right_one_too(client):
    make_account(ADDRESS, password=PASSWORD)
    for _ in range(10):
        assert sign_in(client, "fout", ELSEWHERE).status_code == 422

    page = sign_in(client, PASSWORD, ELSEWHERE)

    assert page.status_code == 429
    assert "Het ging te vaak mis." in page.content.decode()
    assert f'value="{ADDRESS}"' in page.content.decode()
    assert user_of(client) is None


def test_guessing_one_password_at_many_accounts_stops(client):
    make_account("an99@example.org", password=PASSWORD)

    pages = [sign_in(client, PASSWORD, ELSEWHERE, f"an{number}@example.org").status_code for number in range(61)]

    assert pages == [422] * 60 + [429]


def test_guessing_goes_no_faster_by_day(client, monkeypatch):
    make_account(ADDRESS, password=PASSWORD)
    start, guessed = time.time(), 0
    for turn in range(24 * 6):
        now = start + turn * 601
        if now >= start + throttle.DAY:
            break
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda now=now: now)
        while sign_in(client, "fout", ELSEWHERE).status_code == 422:
            guessed += 1

    assert guessed == 50


def test_forty_people_behind_one_address_sign_in_at_once_with_their_passwords():
    for number in range(40):
        make_account(f"{number}@example.org", password=PASSWORD)
    # Before that, each mistyped once.
    for number in range(40):
        sign_in(Client(), "fout", login=f"{number}@example.org")

    pages = [sign_in(Client(), login=f"{number}@example.org")["Location"] for number in range(40)]

    assert pages == [reverse("collaborations")] * 40


def test_browser_that_signed_in_before_gets_its_turn_whatever_others_do_behind_its_address(client):
    make_account(ADDRESS, password=PASSWORD)
    sign_in(client)
    client.post(reverse("account_logout"))
    neighbour = Client()
    for _ in range(12):
        sign_in(neighbour, "fout")
    for number in range(60):
        sign_in(neighbour, "fout", login=f"an{number}@example.org")
    assert sign_in(Client()).status_code == 429

    assert sign_in(client)["Location"] == reverse("collaborations")


def test_browser_that_signed_in_before_is_no_way_to_guess_more(client):
    make_account(ADDRESS, password=PASSWORD)
    sign_in(client)
    client.post(reverse("account_logout"))

    pages = [sign_in(client, "fout", f"198.51.100.{number}").status_code for number in range(11)]

    assert pages == [422] * 10 + [429]


def test_browser_of_one_account_is_no_known_browser_of_another(client):
    make_account(ADDRESS, password=PASSWORD)
    make_account("bo@example.org", password=PASSWORD)
    sign_in(client, login="bo@example.org")
    client.post(reverse("account_logout"))
    for _ in range(10):
        sign_in(Client(), "fout")

    assert sign_in(client).status_code == 429


def test_new_password_works_at_once_where_the_old_one_was_mistyped_too_often(client):
    make_account(ADDRESS, password=PASSWORD)
    for _ in range(11):
        sign_in(client, "fout")
    post(client, "account_reset_password", email=ADDRESS)
    post(client, "account_confirm_password_reset_code", code=mailed_code())
    new = "een heel nieuw rijtje"
    post(client, "account_complete_password_reset", password1=new, password2=new)

    assert sign_in(client, new)["Location"] == reverse("collaborations")


def test_current_password_is_not_to_be_guessed_at_an_open_browser(client):
    client.force_login(make_account(ADDRESS, password=PASSWORD))
    two = {"password1": "een heel nieuw rijtje", "password2": "een heel nieuw rijtje"}

    pages = [post(client, "account_change_password", oldpassword="fout", **two).status_code for _ in range(11)]

    assert pages == [422] * 10 + [429]


def test_second_step_is_not_to_be_guessed_from_many_addresses(client):
    make_account(ADDRESS)
    sign_in_by_code(client)
    secret = with_second_step(client)
    stranger = Client()
    post(stranger, "account_login", login=ADDRESS)
    post(stranger, "account_confirm_login_code", code=mailed_code())

    def guess(code: str, number: int) -> int:
        address = f"198.51.100.{number}"
        return stranger.post(reverse("mfa_authenticate"), {"code": code}, REMOTE_ADDR=address).status_code

    pages = [guess("000000", number) for number in range(11)]
    assert pages == [422] * 10 + [429]
    assert guess(app_code(secret), 99) == 429


# A browser that signed in before


def test_cookie_of_a_known_browser_names_nobody_and_scripts_cannot_read_it(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    account = make_account(ADDRESS)
    sign_in_by_code(client)

    cookie = client.cookies[BROWSER_COOKIE]

    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (
        True,
        True,
        "Lax",
        "/account/",
    )
    assert cookie["max-age"] == 365 * 24 * 3600
    assert ADDRESS not in cookie.value
    assert str(account.pk) not in cookie.value.split(":")
    assert BrowserSession.objects.get().session_key not in cookie.value


def test_two_who_share_a_browser_are_both_known_to_it(client):
    for address in (ADDRESS, "bo@example.org"):
        make_account(address)
        sign_in_by_code(client, address)
        client.post(reverse("account_logout"))

    request = RequestFactory().get("/account/")
    request.COOKIES[BROWSER_COOKIE] = client.cookies[BROWSER_COOKIE].value
    known = [throttle.known_browser(request, address) for address in (ADDRESS, "bo@example.org", "cy@example.org")]
    assert known[0] == known[1] != ""
    assert known[2] == ""


@pytest.mark.parametrize("value", ["", "geknoeid", "een:twee:drie"])
def test_cookie_that_somebody_made_up_is_nothing(value):
    request = RequestFactory().get("/account/")
    request.COOKIES[BROWSER_COOKIE] = value

    assert throttle.known_browser(request, ADDRESS) == ""


def test_signing_out_keeps_the_browser_known_unless_one_asks_to_be_forgotten(client):
    make_account(ADDRESS)
    sign_in_by_code(client)
    client.post(reverse("account_logout"))
    assert client.cookies[BROWSER_COOKIE].value

    sign_in_by_code(client)
    for page in ("account", "account_logout"):
        assert "Meld mij af en vergeet deze browser" in client.get(reverse(page)).content.decode()
    client.post(reverse("account_logout"), {"forget": "1"})

    assert client.cookies[BROWSER_COOKIE].value == ""


def test_closing_an_account_makes_the_browser_forget_it(client):
    make_account(ADDRESS)
    sign_in_by_code(client)

    client.post(reverse("account_close"))

    assert client.cookies[BROWSER_COOKIE].value == ""


def test_about_page_tells_of_the_cookie(client):
    assert "dat iemand er zich eerder aanmeldde" in client.get(reverse("about")).content.decode()


# Mail that strangers cause


WAYS = [
    ("account_login", "login"),
    ("account_request_login_code", "email"),
    ("account_signup", "email"),
    ("account_reset_password", "email"),
]


def ask(route: str, field: str, address: str, sender: str = ELSEWHERE) -> int:
    return Client().post(reverse(route), {field: address}, REMOTE_ADDR=sender).status_code


@pytest.mark.parametrize("known", [True, False])
def test_one_mailbox_gets_three_mails_a_minute_from_one_asker_by_whatever_way(known):
    if known:
        make_account(ADDRESS)

    pages = [ask(*WAYS[number % 4], ADDRESS) for number in range(8)]

    assert pages == [302] * 3 + [429] * 5
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(("route", "field"), WAYS)
def test_too_many_mails_are_told_beside_the_field_which_keeps_the_address(client, route, field):
    for _ in range(3):
        ask(route, field, ADDRESS)

    page = client.post(reverse(route), {field: ADDRESS}, REMOTE_ADDR=ELSEWHERE)

    assert page.status_code == 429
    assert "Dat ging te snel. Probeer het over een minuut opnieuw." in page.content.decode()
    assert 50 <= int(page["Retry-After"]) <= 60
    assert f'value="{ADDRESS}"' in page.content.decode()


def test_one_asker_mails_sixty_addresses_a_minute():
    pages = [ask(*WAYS[number % 4], f"an{number}@example.org") for number in range(62)]

    assert pages == [302] * 60 + [429] * 2
    assert len(mail.outbox) == 60


def test_one_asker_mails_no_more_by_day(monkeypatch):
    monkeypatch.setattr(throttle, "MAILS_TO_ANYBODY", (Limit(60, 60), Limit(100, throttle.DAY)))
    start, sent = time.time(), 0
    for minute in range(5):
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda now=start + minute * 61: now)
        sent += sum(count_code_mail(asking(), f"an{minute}.{number}@example.org") is None for number in range(61))

    assert sent == 100


def test_one_mailbox_gets_no_more_by_day_from_one_asker(monkeypatch):
    start, sent = time.time(), 0
    for minute in range(12):
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda now=start + minute * 61: now)
        sent += sum(count_code_mail(asking(), ADDRESS) is None for _ in range(4))

    assert sent == 20


def test_one_mailbox_gets_no_more_until_a_day_after_the_first(monkeypatch):
    start = time.time()

    def ask_at(seconds: int) -> bool:
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda: start + seconds)
        return count_code_mail(asking(), ADDRESS) is None

    assert [ask_at(minute * 61) for minute in range(21)] == [True] * 20 + [False]
    assert [ask_at(hours * 3600 - 1) for hours in (12, 23, 24)] == [False] * 3
    assert ask_at(24 * 3600 + 1)


def test_codes_that_were_asked_for_elsewhere_do_not_keep_the_owner_out(client):
    make_account(ADDRESS)
    for number in range(20):
        ask("account_login", "login", ADDRESS, f"198.51.100.{number % 5}")

    assert sign_in_by_code(client)["Location"] == reverse("collaborations")


def test_browser_that_signed_in_before_gets_its_code_whatever_others_do_behind_its_address(client, monkeypatch):
    monkeypatch.setattr(throttle, "MAILS_TO_ANYBODY", (Limit(8, 60),))
    make_account(ADDRESS)
    sign_in_by_code(client)
    client.post(reverse("account_logout"))
    for number in range(9):
        ask("account_login", "login", ADDRESS, "127.0.0.1")
        ask("account_login", "login", f"an{number}@example.org", "127.0.0.1")
    assert ask("account_login", "login", ADDRESS, "127.0.0.1") == 429

    assert sign_in_by_code(client)["Location"] == reverse("collaborations")


def test_code_that_is_sent_again_counts_too(client):
    make_account(ADDRESS)
    post(client, "account_login", login=ADDRESS)
    for _ in range(2):
        ask("account_login", "login", ADDRESS, "127.0.0.1")

    page = client.post(reverse("account_confirm_login_code"), {"action": "resend"}, follow=True)

    assert page.redirect_chain == [(reverse("account_confirm_login_code"), 303)]
    assert "Dat ging te snel. Probeer het over een minuut opnieuw." in page.content.decode()
    assert len(mail.outbox) == 3
    # The code that came stays good.
    assert sign_in_with(client).status_code == 302


def sign_in_with(client: Client):
    first = mail.outbox[0]
    mail.outbox[:] = [first]
    return post(client, "account_confirm_login_code", code=mailed_code())


def test_nobody_signs_up_without_end(monkeypatch):
    monkeypatch.setattr(throttle, "MAILS_TO_ANYBODY", (Limit(4, 60),))
    pages = [ask("account_signup", "email", f"an{number}@example.org") for number in range(6)]

    assert pages == [302] * 4 + [429] * 2
    assert User.objects.count() == 4


def test_forty_people_behind_one_address_all_get_their_code(client):
    for number in range(40):
        make_account(f"{number}@example.org")

    for number in range(40):
        assert sign_in_by_code(Client(), f"{number}@example.org")["Location"] == reverse("collaborations")


def test_forty_people_behind_one_address_all_sign_up():
    for number in range(40):
        client = Client()
        post(client, "account_signup", email=f"{number}@example.org")
        done = post(client, "account_email_verification_sent", code=mailed_code())
        assert done["Location"] == reverse("collaborations")


def test_made_up_forwarding_does_not_escape_throttling(monkeypatch):
    monkeypatch.setattr(throttle, "MAILS_TO_ANYBODY", (Limit(3, 60),))
    for number in range(3):
        Client().post(
            reverse("account_signup"), {"email": f"an{number}@example.org"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}"
        )

    page = Client().post(reverse("account_signup"), {"email": ADDRESS}, HTTP_X_FORWARDED_FOR="192.0.2.99")

    assert page.status_code == 429


def test_address_that_changes_again_and_again_mails_nobody_without_end(client):
    sign_in_now(client, make_account(ADDRESS))

    def change() -> int:
        return post(client, "account_email", email="an.nieuw@example.org", action_add="").status_code

    assert [change() for _ in range(4)] == [302] * 3 + [429]


# Reflections without an account


def start(client: Client, address: str = ELSEWHERE, **fields: str):
    token = client.get("/start/").context["form"]["token"].value()
    return client.post("/start/", {"token": token, "mode": "alone", **fields}, REMOTE_ADDR=address)


def test_one_address_makes_sixty_reflections_an_hour(client):
    pages = [start(client).status_code for _ in range(61)]

    assert pages == [303] * 60 + [429]
    assert Session.objects.count() == 60
    assert start(client, "192.0.2.9").status_code == 303


def test_too_many_reflections_are_told_and_what_was_typed_stays(client, monkeypatch):
    monkeypatch.setattr(throttle, "REFLECTIONS", (Limit(1, throttle.HOUR),))
    start(client)

    page = start(client, team_name="Kernteam").content.decode()

    assert "Hier begonnen net al heel veel zelfreflecties. Probeer het over een uur opnieuw." in page
    assert 'value="Kernteam"' in page


def test_one_address_makes_no_more_reflections_by_day(client, monkeypatch):
    real = throttle.REFLECTIONS
    monkeypatch.setattr(throttle, "REFLECTIONS", (Limit(6, throttle.HOUR), Limit(15, throttle.DAY)))
    begin, made = time.time(), 0
    for hour in range(4):
        monkeypatch.setattr("reflectie.services.rate_counts.time.time", lambda now=begin + hour * 3601: now)
        made += sum(start(client).status_code == 303 for _ in range(7))

    assert made == 15
    assert [(limit.times, limit.seconds) for limit in real] == [(60, 3600), (600, 86400)]


def test_reflection_that_is_sent_twice_counts_once(client, monkeypatch):
    monkeypatch.setattr(throttle, "REFLECTIONS", (Limit(2, throttle.HOUR),))
    token = client.get("/start/").context["form"]["token"].value()
    for _ in range(2):
        assert client.post("/start/", {"token": token, "mode": "alone"}, REMOTE_ADDR=ELSEWHERE).status_code == 303

    assert start(client).status_code == 303
    assert start(client).status_code == 429


# What an account makes


def test_account_makes_no_collaborations_and_sessions_without_end(client, collaboration, an, monkeypatch):
    monkeypatch.setattr(throttle, "MADE", (Limit(2, throttle.HOUR),))
    client.force_login(an)
    reflection = make_reflection({"goal-shared": "helping"})
    made = Collaboration.objects.count()
    asked = [
        (reverse("collaboration-new"), {"name": "Nog een"}),
        (reverse("session-new", args=[collaboration.pk]), {"mode": "together", "planned_on": "2026-11-30"}),
        (reverse("collaboration-new"), {"name": "Te veel"}),
        (reverse("session-new", args=[collaboration.pk]), {"mode": "together", "planned_on": "2026-12-01"}),
        (reverse("session-earlier", args=[collaboration.pk]), {"mode": "together", "planned_on": "2025-12-01"}),
        (reverse("adopt", args=[reflection.token]), {"where": "new", "name": "Te veel"}),
    ]

    pages = [client.post(path, fields) for path, fields in asked]

    assert [page.status_code for page in pages] == [303, 303, 422, 422, 422, 422]
    for page in pages[2:]:
        assert "Je maakte net al heel veel. Probeer het over een uur opnieuw." in page.content.decode()
    assert "Te veel" in pages[2].content.decode()
    assert (Collaboration.objects.count(), Session.objects.count()) == (made + 1, 2)
