"""Whose site it is: what the host filled in stands where people look for it, and what is empty is said."""

import re
import struct
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from reflectie.site_owner import DETAILS, LogoError, missing_details, read_logo
from reflectie.views.site import FOR_NOBODY
from reflectie.web.middleware import NOT_INDEXED
from tests.helpers.factories import make_account, sign_in_now
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

EMPTY = "nog niet ingevuld door wie deze site aanbiedt"
FILLED_IN = {
    "OWNER_NAME": "Zorgraad Hageland",
    "OWNER_CONTACT": "hallo@hageland.example",
    "CONTROLLER": "Zorgraad Hageland vzw, Kerkstraat 1, Tienen",
    "LEGAL_GROUND": "public-task",
    "PRIVACY_EMAIL": "privacy@hageland.example",
    "DATA_PROTECTION_OFFICER": "dpo@hageland.example",
    "COMPLAINT_AUTHORITY": "De toezichthouder",
    "COMPLAINT_URL": "https://toezicht.example/",
    "ACCESSIBILITY_CONTACT": "https://hageland.example/melden/",
    "ACCESSIBILITY_AUTHORITY": "De ombudsdienst",
    "ACCESSIBILITY_URL": "https://ombudsdienst.example/",
    "SECURITY_CONTACT": "veilig@hageland.example",
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#7a1f5c"/></svg>'


@pytest.fixture
def filled_in(settings):
    for name, value in FILLED_IN.items():
        setattr(settings, name, value)
    return settings


@pytest.fixture
def logo(filled_in, tmp_path):
    path = tmp_path / "logo.svg"
    path.write_bytes(SVG)
    filled_in.OWNER_LOGO = str(path)
    return path


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + bytes(9) + b"IEND\xaeB`\x82"


def test_details_of_the_test_are_all_there_are():
    assert set(FILLED_IN) == set(DETAILS)
    assert missing_details() == list(DETAILS)


def test_privacy_statement_has_what_the_host_filled_in(client, filled_in):
    page = page_of(client.get("/privacy/"))

    for name in ("CONTROLLER", "PRIVACY_EMAIL", "DATA_PROTECTION_OFFICER", "COMPLAINT_AUTHORITY"):
        assert FILLED_IN[name] in page.words, name
    assert {"mailto:privacy@hageland.example", "https://toezicht.example/"} <= set(page.main.addresses())
    assert "een taak van algemeen belang" in page.words
    assert EMPTY not in page.words
    filled_in.LEGAL_GROUND = "legitimate-interest"
    assert "een gerechtvaardigd belang" in page_of(client.get("/privacy/")).words


def test_privacy_statement_says_what_is_empty(client):
    # Controller, questions, officer, ground, and whom to complain to.
    assert page_of(client.get("/privacy/")).words.count(EMPTY) == 5


def test_questions_go_to_the_owner_and_the_owner_is_the_controller_unless_another_is_named(client, filled_in):
    filled_in.CONTROLLER = filled_in.PRIVACY_EMAIL = filled_in.ACCESSIBILITY_CONTACT = ""

    page = page_of(client.get("/privacy/"))

    assert (page.words.count(EMPTY), page.words.count("Zorgraad Hageland")) == (0, 2)
    assert "mailto:hallo@hageland.example" in page.main.addresses()
    assert "mailto:hallo@hageland.example" in page_of(client.get("/toegankelijkheid/")).main.addresses()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("RETENTION_DAYS", 41, "Tot 41 dagen na de laatste wijziging"),
        ("FOLD_MONTHS", 7, "Tot 7 maanden na het besluit"),
        ("FOLD_MONTHS", 1, "Tot 1 maand na het besluit"),
        ("ACCOUNT_LOGIN_BY_CODE_TIMEOUT", 20 * 60, "Hooguit 20 minuten."),
        ("SESSION_COOKIE_AGE", 5 * 24 * 3600, "Aangemeld blijf je 5 dagen."),
        ("CSRF_COOKIE_AGE", 6 * 24 * 3600, "De cookie die formulieren beveiligt, blijft 6 dagen."),
        ("ACTIVITY_DAYS", 33, "Wie in een samenwerking wat deed 33 dagen."),
        ("ACTIVITY_DAYS", 1, "Wie in een samenwerking wat deed 1 dag."),
    ],
)
def test_terms_of_the_privacy_statement_are_those_of_the_settings(client, settings, setting, value, said):
    assert said not in page_of(client.get("/privacy/")).words
    setattr(settings, setting, value)
    assert said in page_of(client.get("/privacy/")).words


def test_privacy_statement_of_a_host_that_keeps_answers_says_so(client, settings):
    settings.FOLD_MONTHS = 0
    assert "na het besluit" not in page_of(client.get("/privacy/")).words


def test_both_statements_say_how_long_a_backup_and_who_did_what_are_kept(client, settings):
    settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS, settings.ACTIVITY_DAYS = "/backups", 9, 44
    privacy, about = (page_of(client.get(path)).words for path in ("/privacy/", "/over/"))
    assert "tot we die wissen, na 9 dagen." in privacy
    assert "houden we 44 dagen bij" in about
    settings.BACKUP_DIR = ""
    assert "In een reservekopie staat het nog tot die gewist wordt." in page_of(client.get("/privacy/")).words


def test_privacy_statement_has_what_articles_13_and_14_ask(client, filled_in):
    page = page_of(client.get("/privacy/"))

    assert [heading.replace("\xad", "") for heading in page.headings(2)] == [
        "Wie verantwoordelijk is",
        "Waarvoor we gegevens gebruiken",
        "Welke gegevens",
        "Hoelang we ze bewaren",
        "Wie gegevens te zien krijgt",
        "Wat je rechten zijn",
        "Een klacht",
    ]
    # Whether it is obliged, what decides, where it comes from, to which countries it goes, and how to object.
    for words in (
        "Invullen is vrijwillig.",
        "Geen computer beslist over jou",
        "Soms krijgen we ze van iemand anders",
        "buiten de Europese Unie",
        "Je krijgt binnen een maand antwoord",
        "Je mag ook bezwaar maken",
    ):
        assert words in page.words, words


def test_statements_type_no_term_a_second_time(settings):
    """A number of days or months stands in the settings or the code, and comes from there."""
    for name in ("privacy", "about"):
        text = (settings.BASE_DIR / f"templates/reflectie/{name}.html").read_text()
        assert re.findall(r"\b\d+ (?:dag|maand|uur|minu|jaar)\w*", text) == []


def test_accessibility_statement_has_the_parts_of_the_european_model(client, filled_in):
    page = page_of(client.get("/toegankelijkheid/"))

    assert page.headings(2) == [
        "Hoe ver we staan",
        "Wat niet toegankelijk is",
        "Hoe het ook kan",
        "Hoe deze verklaring gemaakt is",
        "Lukt er iets niet?",
        "Een klacht",
    ]
    assert page.headings(3) == [
        "Wat niet voldoet",
        "Wat te veel zou vragen",
        "Wat niet onder de wet valt",
        "Wat nog niet bekeken is",
    ]
    for words in (
        "Zorgraad Hageland wil dat iedereen",
        "alle pagina’s van testserver",
        "voldoet gedeeltelijk",
        "30 november 2026",
        "De ombudsdienst",
    ):
        assert words in page.words, words
    assert f"versie {filled_in.VERSION}." in page.words
    assert {"https://hageland.example/melden/", "https://ombudsdienst.example/"} <= set(page.main.addresses())
    assert EMPTY not in page.words


def test_accessibility_statement_says_what_is_empty(client):
    assert page_of(client.get("/toegankelijkheid/")).words.count(EMPTY) == 2


def test_every_page_leads_to_both_statements_and_says_whose_it_is(client, filled_in):
    for path in ("/", "/hulp/", "/over/", "/bestaat-niet/"):
        page = page_of(client.get(path))
        assert {"/privacy/", "/toegankelijkheid/", "mailto:hallo@hageland.example"} <= set(page.addresses()), path
        assert "Zorgraad Hageland biedt deze site aan." in page.words
    assert "Zorgraad Hageland biedt deze site aan." in page_of(client.get("/over/")).words


def test_page_of_nobody_says_nothing_of_an_owner(client):
    assert "biedt deze site aan" not in page_of(client.get("/hulp/")).words
    assert "Wie deze site aanbiedt, is hier nog niet ingevuld." in page_of(client.get("/over/")).words


def test_what_the_host_typed_becomes_no_markup(client, filled_in):
    filled_in.OWNER_NAME = "<b>Zorg</b> & \nmeer"
    page = client.get("/privacy/").content.decode()
    assert "<span>&lt;b&gt;Zorg&lt;/b&gt; &amp; meer biedt deze site aan.</span>" in page


def test_logo_stands_in_the_foot_and_is_served_as_it_is(client, logo):
    assert '<img src="/logo/" alt="" class="logo">' in client.get("/hulp/").content.decode()
    response = client.get("/logo/")
    assert (response.content, response["Content-Type"]) == (SVG, "image/svg+xml")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    again = client.get("/logo/", headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_logo_that_isnt_there_is_absent(client, filled_in):
    assert client.get("/logo/").status_code == 404
    assert 'class="logo"' not in client.get("/hulp/").content.decode()


def test_png_is_a_logo(tmp_path):
    (tmp_path / "logo.png").write_bytes(png(400, 100))
    assert read_logo(str(tmp_path / "logo.png")).content_type == "image/png"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither PNG nor SVG"),
        (b"GIF89a", "neither PNG nor SVG"),
        (b"<html><svg/></html>", "neither PNG nor SVG"),
        (png(3000, 10), "wider or higher"),
        (png(0, 10), "wider or higher"),
        (png(10, 10)[:-12], "isn't whole"),
        (SVG + b" " * 50_000, "larger than"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "document type"),
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "<script>"),
        (SVG.replace(b"<path", b"<style>@import 'https://x.example'</style><path"), "<style>"),
        (SVG.replace(b"<path", b"<foreignObject/><path"), "<foreignObject>"),
        (SVG.replace(b"<path", b'<image href="https://x.example/a.png"/><path'), "<image>"),
        (SVG.replace(b"<path", b'<use href="https://x.example/a.svg#b"/><path'), "by href"),
        (SVG.replace(b"<path", b'<path onload="alert(1)"'), "by onload"),
        (SVG.replace(b'"#7a1f5c"', b'"url(https://x.example/a#b)"'), "by fill"),
        (SVG.replace(b"<path", b"<path style=\"fill: url('//x.example')\""), "by style"),
    ],
)
def test_file_that_could_do_more_than_be_seen_is_no_logo(tmp_path, content, why):
    path = tmp_path / "logo"
    path.write_bytes(content)
    with pytest.raises(LogoError, match=re.escape(why)):
        read_logo(str(path))


def test_logo_that_draws_with_parts_of_its_own_is_fine(tmp_path):
    parts = b'<defs><linearGradient id="a"/></defs><use href="#b"/><path id="b" style="fill:url(#a)"'
    (tmp_path / "logo").write_bytes(SVG.replace(b"<path", parts))
    assert read_logo(str(tmp_path / "logo")).content_type == "image/svg+xml"


def test_security_txt_is_absent_until_somebody_is_named(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "veilig@hageland.example"

    response = client.get("/.well-known/security.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timezone.now() + timedelta(80) < expires < timezone.now() + timedelta(365)
    assert fields == {
        "Contact": "mailto:veilig@hageland.example",
        "Preferred-Languages": "nl, en",
        "Canonical": "http://testserver/.well-known/security.txt",
    }


def test_robots_stay_away_from_what_asks_to_sign_in_and_read_what_they_are_to_forget(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines == ["User-agent: *", *(f"Disallow: /{first}/" for first in FOR_NOBODY)]
    # Every address that isn't for everybody, and no secret one: these say "noindex" to whoever reads them.
    routes = {str(pattern.pattern) for pattern in get_resolver().url_patterns}
    closed = {route.split("/")[0] for route in routes if is_closed(route)}
    assert set(FOR_NOBODY) == closed - {first.strip("/") for first in NOT_INDEXED}
    assert not any(f"Disallow: {first}" in lines for first in NOT_INDEXED)


def is_closed(route: str) -> bool:
    """Whether somebody without an account is asked to sign in at it, with any values in it."""
    path = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000000", route)
    path = re.sub(r"<slug:\w+>|<token:\w+>", "a" * 22, path)
    path = re.sub(r"<document:\w+>", "kaarten", re.sub(r"<format:\w+>", "csv", path))
    if path in {"beheer/", "account/"}:
        return True
    response = Client().get(f"/{path}")
    return response.status_code == 302 and response["Location"].startswith("/account/")


def test_beheer_says_its_version_and_what_is_empty(client, settings):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    page = page_of(client.get("/beheer/"))
    assert f"Versie {settings.VERSION} van Samenwerking." in page.words
    for name in DETAILS:
        assert name in page.words, name

    for name, value in FILLED_IN.items():
        setattr(settings, name, value)
    assert "Nog niet ingevuld" not in page_of(client.get("/beheer/")).words


def test_mails_end_with_whose_site_it_is(client, coordinator, collaboration, filled_in, mailoutbox):
    invite = {"action": "invite", "email": "bo@example.org", "role": "facilitator"}
    coordinator.post(reverse("members", args=[collaboration.pk]), invite)
    make_account("an2@example.org")
    client.post(reverse("account_request_login_code"), {"email": "an2@example.org"})

    assert len(mailoutbox) == 2
    signed = "Samenwerking, de site van Zorgraad Hageland\n"
    assert mailoutbox[0].body.endswith(f"\n\n{signed}hallo@hageland.example\n")
    assert mailoutbox[1].body.endswith(f"\n{signed}http://testserver/\nhallo@hageland.example")


def test_mail_of_nobodys_site_ends_as_it_did(coordinator, collaboration, mailoutbox):
    invite = {"action": "invite", "email": "bo@example.org", "role": "facilitator"}
    coordinator.post(reverse("members", args=[collaboration.pk]), invite)
    assert mailoutbox[0].body.endswith("\n\nGroet,\nan@example.org\n")
