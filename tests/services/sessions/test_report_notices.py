"""One mail when the report opens: an address that nothing ties to a sheet, and that goes once it did its work."""

import random
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection, models

from reflectie.domain.setup import Mode
from reflectie.models import OutgoingMail, ReportNotice, Response, Session
from reflectie.services import daily
from reflectie.services.erasure import erase_session
from reflectie.services.mail import Letter
from reflectie.services.sessions import report_notices, rounds
from reflectie.services.sessions.report_notices import TooManyNoticesError, erase_old_notices, forget_notice
from tests.helpers.factories import fill_in, make_round

pytestmark = pytest.mark.django_db

LETTER = Letter("Het verslag is open", "https://voorbeeld.be/rapport/\n")


def addresses(session: Session) -> list[str]:
    return sorted(session.report_notices.values_list("email", flat=True))


def in_order_of_rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT email FROM reflectie_reportnotice ORDER BY {hidden_order()}")
        return [email for (email,) in cursor.fetchall()]


def hidden_order() -> str:
    return "rowid" if connection.vendor == "sqlite" else "ctid"


def with_answers(number: int = 3, mode: Mode = Mode.ANONYMOUS) -> Session:
    session = make_round(mode)
    for _ in range(number):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    return session


def test_a_notice_holds_a_session_and_an_address_and_nothing_else():
    fields = {field.name: type(field) for field in ReportNotice._meta.get_fields()}

    assert fields == {"id": models.UUIDField, "session": models.ForeignKey, "email": models.EmailField}
    assert ReportNotice._meta.get_field("session").related_model is Session
    assert not any(field.related_model is ReportNotice for field in Response._meta.get_fields())


def test_rows_stand_in_the_order_that_chance_gave_each_time_anew(monkeypatch):
    """Chance is replaced by a known order here, so that it shows whether the rows really follow it."""
    session = with_answers()
    asked = ["an@example.org", "bo@example.org", "cas@example.org", "dirk@example.org"]
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda _self, rows: rows.sort(reverse=True))
    keys: set[object] = set()

    for email in asked:
        rounds.ask_for_mail(session, email)
        fresh = set(ReportNotice.objects.values_list("pk", flat=True))
        assert not fresh & keys
        keys |= fresh

    assert in_order_of_rows() == sorted(asked, reverse=True)


def test_asking_changes_nothing_of_the_session_or_of_a_sheet():
    session = with_answers()
    before = Session.objects.values().get(pk=session.pk), list(Response.objects.order_by("pk").values())

    rounds.ask_for_mail(session, "an@example.org")

    assert (Session.objects.values().get(pk=session.pk), list(Response.objects.order_by("pk").values())) == before


def test_asking_twice_keeps_one_address_and_one_mail_goes():
    session = with_answers()
    for email in ("an@example.org", "bo@example.org", "an@example.org"):
        rounds.ask_for_mail(session, email)
    rounds.close_round(session)
    assert addresses(session) == ["an@example.org", "bo@example.org"]

    rounds.open_report(session, LETTER)

    assert sorted(to for message in mail.outbox for to in message.to) == ["an@example.org", "bo@example.org"]
    assert not ReportNotice.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_mail_and_addresses_go_with_the_report_in_one_transaction(queued, monkeypatch):
    session = with_answers()
    rounds.ask_for_mail(session, "an@example.org")
    rounds.close_round(session)
    monkeypatch.setattr(rounds, "today", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rounds.open_report(session, LETTER)
    assert (addresses(session), OutgoingMail.objects.count()) == (["an@example.org"], 0)
    monkeypatch.undo()

    rounds.open_report(session, LETTER)

    waiting = OutgoingMail.objects.get()
    assert (addresses(session), waiting.to, waiting.session) == ([], "an@example.org", session)
    assert waiting.expires_at is not None


def test_opening_without_a_letter_erases_the_addresses_unsent():
    session = with_answers()
    rounds.ask_for_mail(session, "an@example.org")
    rounds.close_round(session)

    rounds.open_report(session)

    assert (addresses(session), mail.outbox) == ([], [])


def test_closing_without_results_erases_the_addresses():
    session = with_answers(2)
    rounds.ask_for_mail(session, "an@example.org")

    rounds.close_round(session, without_results=True)

    assert addresses(session) == []


def test_closing_with_results_keeps_the_addresses_until_the_report_opens():
    session = with_answers()
    rounds.ask_for_mail(session, "an@example.org")

    rounds.close_round(session)

    assert addresses(session) == ["an@example.org"]


def test_once_closed_nobody_asks_any_more():
    session = rounds.close_round(with_answers())

    with pytest.raises(rounds.StageError):
        rounds.ask_for_mail(session, "an@example.org")


def test_erasing_a_session_erases_its_addresses():
    session, other = with_answers(), with_answers()
    for each in (session, other):
        rounds.ask_for_mail(each, "an@example.org")

    erase_session(session.pk)

    assert list(ReportNotice.objects.values_list("session", flat=True)) == [other.pk]


def test_forgetting_erases_one_address_and_no_other():
    session = with_answers()
    for email in ("an@example.org", "bo@example.org"):
        rounds.ask_for_mail(session, email)

    forget_notice(session, "an@example.org")
    forget_notice(session, "nobody@example.org")

    assert addresses(session) == ["bo@example.org"]


def test_more_addresses_than_a_team_has_are_refused(monkeypatch):
    monkeypatch.setattr(report_notices, "MAX_NOTICES", 2)
    session = with_answers()
    for email in ("an@example.org", "bo@example.org"):
        rounds.ask_for_mail(session, email)

    with pytest.raises(TooManyNoticesError):
        rounds.ask_for_mail(session, "cas@example.org")
    rounds.ask_for_mail(session, "an@example.org")
    assert addresses(session) == ["an@example.org", "bo@example.org"]


def test_old_addresses_go_when_nothing_happened_any_more(settings):
    settings.RETENTION_DAYS = 90
    session, fresh = with_answers(), with_answers()
    for each in (session, fresh):
        rounds.ask_for_mail(each, "an@example.org")
    day = date(2027, 6, 1)
    Session.objects.filter(pk=session.pk).update(changed_on=day - timedelta(days=90))
    Session.objects.filter(pk=fresh.pk).update(changed_on=day - timedelta(days=89))

    assert erase_old_notices(day) == 1

    assert list(ReportNotice.objects.values_list("session", flat=True)) == [fresh.pk]


def test_daily_work_erases_old_addresses(monkeypatch):
    asked = []
    monkeypatch.setattr(daily, "erase_old_notices", asked.append)

    daily.erase_daily(date(2027, 6, 1), confirmed=True)

    assert asked == [date(2027, 6, 1)]
