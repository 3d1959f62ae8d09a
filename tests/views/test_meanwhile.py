"""What becomes of a form when, between the page's look and its write, somebody else erases or changes what it is about:
a page that says so, never an error, and nothing half written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from reflectie.accounts import views
from reflectie.domain.setup import Mode
from reflectie.forms.sessions.plan import MAX_PEOPLE, PlanForm
from reflectie.models import OutgoingMail, Response, Session
from reflectie.pdf import documents
from reflectie.services import accounts, clock, erasure
from reflectie.services.collaborations.collaborations import erase_collaboration
from reflectie.services.mail import Letter
from reflectie.services.questionnaire import plans
from reflectie.services.sessions import aggregation, invitees, rounds
from reflectie.services.sessions.rounds import StageError, change_plan, close_round, conclude, open_report, renew_link
from reflectie.views.collaborations import collaborations
from reflectie.views.questionnaire import sheet
from reflectie.views.sessions import stages
from tests.helpers.factories import CONCLUSION, fill_in, make_reflection, make_round, text_of

pytestmark = pytest.mark.django_db

PLAN = {"planned_on": "2026-12-01", "mode": "anonymous", "expected": "8", "grouping": "none"}


@pytest.fixture
def meanwhile(monkeypatch) -> Callable[[ModuleType, str, Callable[[], object]], None]:
    """Let something happen just before a view calls this function of a service."""

    def happens(where: ModuleType, name: str, event: Callable[[], object]) -> None:
        real = getattr(where, name)

        def late(*args: object, **kwargs: object) -> object:
            event()
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, late)

    return happens


def test_session_planned_under_the_key_of_anothers_is_one_of_ones_own(coordinator, collaboration):
    theirs = make_round()
    page = coordinator.post(reverse("session-new", args=[collaboration.pk]), PLAN | {"key": str(theirs.pk)})

    assert page.status_code == 303
    made = Session.objects.exclude(pk=theirs.pk).get()
    assert (made.collaboration_id, page.url) == (collaboration.pk, reverse("session", args=[made.pk]))


@pytest.mark.parametrize("where", ["old", "new"])
@pytest.mark.parametrize("gone", ["reflection", "collaboration"])
def test_reflection_adopted_when_one_of_the_two_is_gone_is_not_found(
    coordinator, collaboration, meanwhile, where, gone
):
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)

    def erase() -> None:
        if gone == "reflection":
            erasure.erase_reflection(reflection.response.session_id)
        else:
            erase_collaboration(collaboration.pk)

    meanwhile(collaborations, "adopt" if where == "old" else "adopt_into_new", erase)
    posted = {"where": str(collaboration.pk) if where == "old" else "new", "name": "Nieuw"}
    page = coordinator.post(reverse("adopt", args=[reflection.token]), posted)

    assert page.status_code == (303 if (where, gone) == ("new", "collaboration") else 404)
    connection.check_constraints()


def test_step_in_a_session_that_was_closed_and_then_erased_is_not_found(coordinator, collaboration, meanwhile):
    session = make_round(collaboration=collaboration)

    def closed_and_erased(*_args: object, **_kwargs: object) -> None:
        erasure.erase_session(session.pk)
        raise StageError

    meanwhile(stages, "close_round", closed_and_erased)
    url = reverse("session-close", args=[session.pk])

    assert coordinator.post(url, {"without": "1"}).status_code == 404


def test_name_of_an_account_closed_meanwhile_is_nobodys(facilitator, fien, meanwhile):
    meanwhile(views, "rename_account", lambda: accounts.close_account(fien))

    # Whoever is signed out by it while asking is told so by Django.
    assert facilitator.post(reverse("account_name"), {"first_name": "Fien"}).status_code in {303, 400}


def test_first_answer_is_not_kept_under_another_promise_than_was_read(meanwhile):
    """Without a name when it was read, by name when it would have been written."""
    session, browser = make_round(Mode.ANONYMOUS), Client()
    url = reverse("join-fill", args=[session.join_token])
    browser.post(reverse("join", args=[session.join_token]))
    mark = browser.get(url).context["place"].draft_key
    by_name = replace(plans.plan_of(session), mode=Mode.NAMED)
    meanwhile(sheet, "save_fields", lambda: change_plan(session, by_name))

    page = browser.post(url, {"keep-as": mark, "goal-shared": "helping", "seen-goal-shared": "0"})

    assert (page.status_code, Response.objects.count()) == (409, 0)
    assert "De ronde is intussen gewijzigd" in text_of(page)
    assert "Gedeeld door alle partners" in text_of(page)


def test_first_answer_is_kept_when_only_days_and_numbers_changed():
    session = make_round(Mode.ANONYMOUS)
    change_plan(session, replace(plans.plan_of(session), closes_on=clock.today(), expected=9))
    fill_in(session, {"goal-shared": "helping"})

    assert Response.objects.count() == 1


def test_round_is_folded_once_by_two_timers(monkeypatch):
    session = make_round(Mode.NAMED)
    fill_in(session, {"goal-shared": "helping"}, finish=True)
    close_round(session)
    open_report(session)
    conclude(session, CONCLUSION)
    old = date(2020, 1, 1)
    Session.objects.update(concluded_on=old)
    real = aggregation.lock_session

    def other_first(asked: Session) -> Session:
        monkeypatch.setattr(aggregation, "lock_session", real)
        assert aggregation.aggregate_old_rounds(clock.today()) == 1
        return real(asked)

    monkeypatch.setattr(aggregation, "lock_session", other_first)

    assert aggregation.aggregate_old_rounds(clock.today()) == 0


@pytest.mark.parametrize("again", [lambda session: make_round(), renew_link], ids=["planned", "renewed"])
def test_code_that_another_session_has_is_made_anew(monkeypatch, again):
    first, second = make_round(), make_round()
    codes = iter([first.code, "FRESH"])
    monkeypatch.setattr(rounds, "new_code", lambda _length: next(codes))

    assert again(second).code == "FRESH"


class Odd(BaseEmailBackend):
    """Fails in a way that no mail server does."""

    def open(self) -> bool:
        raise LookupError("an@example.org")


def test_invitation_that_fails_oddly_waits_and_is_tried_again(coordinator, collaboration, settings, caplog):
    settings.EMAIL_BACKEND = f"{__name__}.Odd"
    session = make_round(collaboration=collaboration)
    page = coordinator.post(reverse("session-invite", args=[session.pk]), {"addresses": "an@example.org"}, follow=True)

    assert "1 mail is nog onderweg." in text_of(page)
    assert session.mails.get().tries == 1
    assert "an@example.org" not in caplog.text


# It looks right, and is too long once the domain is put in our letters.
UNWRITABLE = f"an@{'é' * 60}.be"


@pytest.mark.parametrize("route", ["account_signup", "account_reset_password", "account_request_login_code"])
def test_address_that_no_mail_can_be_written_to_is_told_at_once(content, mailoutbox, route):
    page = Client().post(reverse(route), {"email": UNWRITABLE})

    assert (page.status_code, mailoutbox, OutgoingMail.objects.count()) == (422, [], 0)
    assert "Dit is geen e-mailadres. Kijk het na" in text_of(page)


def test_address_that_no_mail_can_be_written_to_is_not_invited(coordinator, collaboration, mailoutbox):
    fields = {"action": "invite", "role": "facilitator", "email": UNWRITABLE}
    page = coordinator.post(reverse("members", args=[collaboration.pk]), fields, follow=True)

    assert page.status_code == 422
    assert "Dit is geen e-mailadres. Kijk het na" in text_of(page)
    assert (mailoutbox, OutgoingMail.objects.count()) == ([], 0)


def test_address_that_no_mail_can_be_written_to_of_before_keeps_no_other_from_theirs(
    coordinator, collaboration, mailoutbox, caplog
):
    """One that an earlier version took, and that still waits, is given up; the others' mails go."""
    session = make_round(collaboration=collaboration)
    invitees.invite(session, [UNWRITABLE, "bo@example.org"], Letter("Vul je in?", "Dag"))

    assert [mail.to for mail in mailoutbox] == [["bo@example.org"]]
    assert "a mail was given up after 1 tries: UnicodeError" in caplog.text
    assert "1 adres kreeg de mail niet" in text_of(coordinator.get(reverse("session-invite", args=[session.pk])))
    assert invitees.load_invitees(session) == invitees.Invitees(1, 0, (UNWRITABLE,))


@pytest.fixture
def read(finished, monkeypatch) -> Callable[[], object]:
    monkeypatch.setattr(documents, "write", lambda *_: "<html/>")
    return lambda: Client().get(finished.pdf_url)


def test_pdf_that_cannot_be_made_is_asked_for_again(read, monkeypatch, caplog):
    def fail(_page: str) -> bytes:
        raise documents.PdfWorkerError("ended")

    monkeypatch.setattr(documents.pdf_worker, "make", fail)
    page = read()

    assert (page.status_code, "De pdf is niet gemaakt" in text_of(page)) == (503, True)
    assert [record.levelname for record in caplog.records if record.name == "reflectie.web.responses"] == ["ERROR"]


def test_pdf_that_cannot_be_kept_is_handed_out(read, monkeypatch):
    def full(*_args: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(documents.pdf_worker, "make", lambda _page: b"%PDF-")
    monkeypatch.setattr(documents, "keep_pdf", full)

    assert (read().status_code, read().content) == (200, b"%PDF-")


@pytest.mark.parametrize("who", ["9" * 5000, "9" * 30, "٣", "\x00"])
def test_member_of_a_number_that_no_database_has_is_not_found(coordinator, collaboration, who):
    posted = {"action": "remove", "member": who}

    assert coordinator.post(reverse("members", args=[collaboration.pk]), posted).status_code == 404


def test_groups_are_together_no_more_than_fits():
    partners = [f"Partner {number}" for number in range(20)]
    start = PlanForm(partners, plan=None)
    numbers = {row.field: str(MAX_PEOPLE) for row in start.partner_rows}
    form = PlanForm(partners, PLAN | {"grouping": "partner"} | numbers)

    assert list(form.errors) == ["grouping"]
