"""The mails to coordinators that a round can be closed and that the day of an agreement is here: each once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Membership, OutgoingMail, Role, Session
from reflectie.services import clock, erasure
from reflectie.services.collaborations import collaborations, people
from reflectie.services.mail import Letter
from reflectie.services.sessions import invitees, reminders, rounds
from tests.helpers.agreed import changed, made
from tests.helpers.factories import add_member, at_once, fill_in, make_account, make_round
from tests.helpers.reminders import run

pytestmark = pytest.mark.django_db
ANSWER = {"goal-shared": "helping", "goal-shared-note": "Geheime notitie"}
SITE = "https://samen.example.org"
AGREED = Agreement("", "We bellen de financier.", "Els Peeters")


@pytest.fixture(autouse=True)
def address_of_the_site(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def session(collaboration) -> Session:
    """A round in which four are expected, without a last day."""
    return make_round(collaboration=collaboration, expected=4)


def answered(session: Session, finished: int, begun: int = 0) -> None:
    for number in range(finished + begun):
        fill_in(session, ANSWER, finish=number < finished)


def closes(session: Session, days: int) -> None:
    Session.objects.filter(pk=session.pk).update(closes_on=clock.today() + timedelta(days))


def agreed(session: Session, days: int | None = 0, what: str = AGREED.what, state: State = State.OPEN) -> Agreement:
    """Something to be done so many days from now, in a session that is talked about."""
    if session.stage == Session.Stage.OPEN:
        rounds.open_report(rounds.close_round(session, without_results=True))
        session.refresh_from_db()
    due_on = None if days is None else clock.today() + timedelta(days)
    return made(session, changed(AGREED, what=what, due_on=due_on, state=state))


# --- a round that can be closed


def test_everybody_done_is_told_to_each_coordinator_once(session, collaboration, guide):
    add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    answered(session, 3, 1)
    assert run() == []
    answered(session, 1)

    assert run() == ["an@example.org", "bea@example.org"]

    sent = mail.outbox[0]
    assert sent.subject == "Iedereen is klaar: Samen in Tienen"
    assert f"{SITE}{reverse('session', args=[session.pk])}" in sent.body.split()
    assert f"{SITE}{reverse('collaboration-mails', args=[collaboration.pk])}" in sent.body.split()
    # No answers, and not how many these are.
    words = sent.body.replace(SITE, "").replace(str(session.pk), "").replace(str(collaboration.pk), "")
    assert "Geheime" not in words
    assert not {"3", "4", "5"} & set(words.replace(".", " ").split())
    assert run() == []
    answered(session, 1)
    closes(session, -1)
    assert run() == []


@pytest.mark.parametrize(("days", "mailed"), [(1, 0), (0, 0), (-1, 1), (-7, 1), (-8, 0)])
def test_last_day_that_is_over_is_told_for_a_week(session, days, mailed):
    answered(session, 1)
    closes(session, days)

    assert len(run()) == mailed
    if mailed:
        assert mail.outbox[0].subject == "De laatste dag om te antwoorden is voorbij: Samen in Tienen"
        assert run() == []


@pytest.mark.parametrize("expected", [None, 4])
def test_round_without_an_expected_number_is_never_full(session, expected):
    Session.objects.update(expected=expected)
    answered(session, 4)

    assert len(run()) == (1 if expected else 0)


def test_nobody_is_told_of_what_is_no_open_round(collaboration):
    sessions = [make_round(collaboration=collaboration, expected=1) for _ in range(3)]
    for session in sessions:
        answered(session, 3)
        closes(session, -1)
    rounds.close_round(sessions[0])
    Session.objects.filter(pk=sessions[1].pk).update(mode=Mode.TOGETHER)
    Session.objects.filter(pk=sessions[2].pk).update(earlier=True)

    assert run() == []


@pytest.mark.parametrize("off", ["when_done", "when_due"])
def test_each_coordinator_chooses_for_themselves(session, collaboration, off):
    bea = add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    people.choose_mails(bea, **{"when_done": True, "when_due": True, off: False})
    answered(session, 4)
    assert run() == (["an@example.org"] if off == "when_done" else ["an@example.org", "bea@example.org"])
    agreed(session)
    assert run() == (["an@example.org"] if off == "when_due" else ["an@example.org", "bea@example.org"])


def test_nobody_is_told_of_an_archived_or_invented_collaboration(session, collaboration):
    answered(session, 4)
    other = make_round(collaboration=collaborations.create_collaboration(make_account("bo@example.org"), name="B"))
    agreed(other)
    Collaboration.objects.update(invented=True)
    assert run() == []
    Collaboration.objects.update(invented=False)
    for each in Collaboration.objects.all():
        collaborations.archive_collaboration(each)
    assert run() == []
    for each in Collaboration.objects.all():
        collaborations.restore_collaboration(each)
    assert run() == ["an@example.org", "bo@example.org"]


def test_mail_to_who_may_not_come_in_or_only_leads_is_not_sent(session, collaboration, an, guide):
    answered(session, 4)
    an.is_active = False
    an.save()
    assert run() == []
    assert Membership.objects.filter(user=guide.user, mail_when_done=True).exists()


@pytest.mark.django_db(transaction=True)
def test_two_timers_at_once_tell_it_once(session):
    answered(session, 4)
    [(ready, is_full)] = reminders.ready_rounds(clock.today())
    found = at_once(*[lambda: reminders.mail_ready_round(ready, Letter("Kort", "Tekst"), clock.today())] * 3)

    assert is_full
    assert [len(mail.outbox), sorted(found)] == [1, [0, 0, 1]]


@pytest.mark.parametrize("what", ["closed", "erased", "withdrawn"])
def test_round_that_changed_meanwhile_is_told_to_nobody(session, what):
    answered(session, 4)
    [(ready, _)] = reminders.ready_rounds(clock.today())
    if what == "closed":
        rounds.close_round(session)
    elif what == "erased":
        erasure.erase_session(session.pk)
    else:
        session.responses.all()[0].delete()

    assert reminders.mail_ready_round(ready, Letter("Kort", "Tekst"), clock.today()) == 0
    assert mail.outbox == []


def test_mail_that_waits_goes_when_the_round_is_closed(session, queued):
    answered(session, 4)
    run()
    assert OutgoingMail.objects.count() == 1
    rounds.close_round(session)
    assert OutgoingMail.objects.count() == 0


def test_mail_that_waits_is_no_invitation_under_way(session, queued, an):
    """A coordinator may be one of those invited too."""
    invitees.Invitee.objects.create(session=session, email="an@example.org")
    answered(session, 4)
    run()

    assert OutgoingMail.objects.get().to == "an@example.org"
    assert invitees.load_invitees(session) == invitees.Invitees(1, 0, ())


# --- the day of an agreement


@pytest.mark.parametrize(("days", "mailed"), [(1, 0), (0, 1), (-7, 1), (-8, 0), (None, 0)])
def test_day_of_an_agreement_is_told_for_a_week(session, days, mailed):
    agreed(session, days)

    assert len(run()) == mailed
    assert run() == []


def test_day_of_an_agreement_is_told_without_what_was_agreed(session, collaboration):
    agreed(session)

    assert run() == ["an@example.org"]
    [sent] = mail.outbox
    assert sent.subject == "De dag van jullie afspraak is er: Samen in Tienen"
    assert f"{SITE}{reverse('agreements', args=[session.pk])}" in sent.body.split()
    assert f"{SITE}{reverse('collaboration-mails', args=[collaboration.pk])}" in sent.body.split()
    assert [word for word in ("bellen", "Els", "Peeters") if word in sent.body] == []


def test_agreements_of_one_day_come_in_one_mail_and_later_ones_in_their_own(session):
    agreed(session)
    agreed(session, what="We komen samen.")
    agreed(session, 3, what="Later.")
    assert run() == ["an@example.org"]
    assert mail.outbox[0].subject == "De dag van 2 afspraken is er: Samen in Tienen"
    session.agreements.filter(what="Later.").update(due_on=clock.today())
    assert run() == ["an@example.org"]
    assert mail.outbox[0].subject == "De dag van jullie afspraak is er: Samen in Tienen"
    assert run() == []


@pytest.mark.parametrize(("state", "mailed"), [("open", 1), ("busy", 1), ("done", 0), ("dropped", 0)])
def test_agreement_that_is_over_is_told_to_nobody(session, state, mailed):
    agreed(session, state=State(state))
    assert len(run()) == mailed


@pytest.mark.django_db(transaction=True)
def test_two_timers_at_once_tell_of_an_agreement_once(session):
    agreed(session)
    [(found, number)] = reminders.due_agreements(clock.today())
    sent = at_once(*[lambda: reminders.mail_due_agreements(found, Letter("Kort", "Tekst"), clock.today())] * 3)

    assert [number, len(mail.outbox), sorted(sent)] == [1, 1, [0, 0, 1]]


@pytest.mark.parametrize("erased", [True, False])
def test_agreement_that_went_meanwhile_is_told_to_nobody(session, erased):
    agreed(session)
    [(found, _)] = reminders.due_agreements(clock.today())
    if erased:
        erasure.erase_session(session.pk)
    else:
        session.agreements.all().delete()

    assert reminders.mail_due_agreements(found, Letter("Kort", "Tekst"), clock.today()) == 0
    assert mail.outbox == []


@pytest.mark.parametrize("number", [1, 4])
def test_finding_whom_to_tell_takes_one_query_each(content, number, django_assert_num_queries):
    for place in range(number):
        owner = make_account(f"{place}@example.org")
        collaboration = collaborations.create_collaboration(owner, name=f"Nummer {place}")
        answered(make_round(collaboration=collaboration, expected=1), 1)
        agreed(make_round(collaboration=collaboration))
    with django_assert_num_queries(1):
        ready = reminders.ready_rounds(clock.today())
        assert [str(session.collaboration)[:6] for session, _ in ready] == ["Nummer"] * number
    with django_assert_num_queries(1):
        found = reminders.due_agreements(clock.today())
        assert [(str(session.collaboration)[:6], due) for session, due in found] == [("Nummer", 1)] * number
