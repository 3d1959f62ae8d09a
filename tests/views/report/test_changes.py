"""Which session is the earlier one, what loading it costs, and what the later report shows of it."""

from datetime import date, timedelta
from io import BytesIO

import page as pdf_checker
import pytest
from django.urls import reverse
from pypdf import PdfReader

from reflectie.domain.report.agreements import State
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.setup import Mode
from reflectie.models import Agreement, Session
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from tests.helpers.factories import make_reflection
from tests.helpers.page import page_of
from tests.helpers.rounds import DAY, closed_round, discussed_round, fetched, make_collaboration, open_round

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)
SINCE = "Sinds vorige keer"


def on(session, day):
    """The session on another day: what is kept of a round has no other."""
    Session.objects.filter(pk=session.pk).update(planned_on=day)
    return fetched(session)


def sheets(hindering, helping, **more):
    return [{"goal-shared": "hindering", **more}] * hindering + [{"goal-shared": "helping", **more}] * helping


def agree(session, what="We schrijven het doel op.", **more):
    return Agreement.objects.create(session=session, what=what, position=session.agreements.count(), **more)


@pytest.fixture
def earlier(collaboration):
    return on(discussed_round(collaboration, sheets(5, 2)), DAY - YEAR)


@pytest.fixture
def session(collaboration, earlier):
    return discussed_round(collaboration, sheets(2, 8))


def url(session):
    return reverse("session-report", args=[session.pk])


def section(response):
    """What the page says under "Sinds vorige keer", without its pictures; nothing where it isn't there."""
    page = page_of(response)
    return page.part(SINCE).words if SINCE in page.parts() else ""


# --- which session


def test_first_session_has_none_before_it(earlier):
    assert reports.earlier_session(earlier) is None
    assert reports.load_report(earlier).since is None


def test_earlier_session_is_the_last_before_the_day_of_this_one(collaboration, earlier, session):
    on(discussed_round(collaboration, sheets(3, 0)), DAY - 2 * YEAR)
    on(discussed_round(collaboration, sheets(3, 0)), DAY + YEAR)
    discussed_round(collaboration, sheets(3, 0))
    elsewhere = on(discussed_round(make_collaboration(), sheets(3, 0)), DAY - timedelta(days=1))
    assert reports.earlier_session(session) == earlier
    assert reports.earlier_session(elsewhere) is None


def test_of_several_on_one_day_it_is_the_last_that_was_planned(collaboration, earlier, session):
    for _ in range(3):
        last = on(discussed_round(collaboration, sheets(3, 0)), DAY - YEAR)
        assert reports.earlier_session(session) == last


@pytest.mark.parametrize("make", [open_round, closed_round])
def test_round_that_is_not_opened_up_yet_is_not_the_earlier_one(collaboration, earlier, session, make):
    late = on(make(collaboration, sheets(6, 0)), DAY - timedelta(days=1))
    assert reports.earlier_session(session) == earlier
    if late.stage == Session.Stage.CLOSED:
        rounds.open_report(late)
        assert reports.earlier_session(session) == late


def test_round_that_closed_with_too_few_is_passed_over_unless_something_was_agreed_there(
    collaboration, earlier, session
):
    few = on(discussed_round(collaboration, sheets(2, 0)), DAY - timedelta(days=1))
    assert reports.earlier_session(session) == earlier
    agree(few)
    assert reports.earlier_session(session) == few
    assert reports.load_report(session).since.reason is NotCompared.TOO_FEW


def test_reflection_that_was_taken_in_is_dated_by_its_last_change_and_counts_once_finished(collaboration):
    together = on(closed_round(collaboration, sheets(1, 0), Mode.TOGETHER), DAY)
    for day, finished in ((date(2026, 3, 1), True), (date(2026, 4, 1), False)):
        reflection = make_reflection({"goal-shared": "helping"}, mode=Mode.TOGETHER, finished=finished)
        rounds.adopt(reflection.response.session, reflection.token, collaboration)
        Session.objects.filter(pk=reflection.response.session.pk).update(changed_on=day)
    found = reports.earlier_session(together)
    assert (found.planned_on, found.changed_on, found.stage) == (None, date(2026, 3, 1), Session.Stage.OPEN)
    assert reports.load_report(together).since.reason is None


def test_erased_session_is_no_longer_the_earlier_one(earlier, session):
    earlier.delete()
    assert reports.load_report(session).since is None


# --- what it costs


@pytest.mark.parametrize("number", [3, 60])
def test_queries_are_as_many_at_three_answers_as_at_sixty(
    coordinator, collaboration, django_assert_num_queries, number
):
    session = discussed_round(collaboration, sheets(number, 0))
    coordinator.get(url(session))
    with django_assert_num_queries(9):
        reports.load_report(session)
    earlier = on(discussed_round(collaboration, sheets(0, number)), DAY - YEAR)
    for what in ("We spreken af.", "We bellen.", "We kijken terug."):
        agree(earlier, what)
    with django_assert_num_queries(11):
        report = reports.load_report(session)
    with django_assert_num_queries(14):
        assert coordinator.get(url(session)).status_code == 200
    assert [len(report.since.earlier.agreements), report.since.earlier.counted] == [3, number]


# --- what it shows


def test_report_of_the_first_session_says_nothing_of_an_earlier_one(coordinator, earlier):
    assert section(coordinator.get(url(earlier))) == ""


def test_report_opens_with_what_was_agreed_and_how_that_stands(coordinator, earlier, session):
    agree(earlier, who="Fatima en Bert", due_on=date(2026, 3, 1), state=State.DONE)
    agree(earlier, "We vragen een gesprek.", who="Els", state=State.DROPPED, reason="Het bestuur wacht.")
    agree(earlier, "De bespreking krijgt een vaste dag.", due_on=date(2026, 5, 1), state=State.BUSY)
    agree(earlier, "We bellen de huisarts.")
    agree(session, "Dit is van nu.")
    text = section(coordinator.get(url(session)))
    assert text.startswith(
        "Sinds vorige keer Vorige keer: 19 november 2025, ieder voor zich, anoniem, 7 deelnemers. "
        "Toen afgesproken "
        "Gedaan We schrijven het doel op. Fatima en Bert, uiterlijk 1 maart 2026 "
        "Losgelaten We vragen een gesprek. Els Waarom: Het bestuur wacht. "
        "Bezig De bespreking krijgt een vaste dag. uiterlijk 1 mei 2026 "
        "Nog te doen We bellen de huisarts. "
        "Hier zien jullie minder hinder dan toen "
    )
    assert "Dit is van nu." not in text


def test_report_shows_what_moved_with_numbers_on_both_sides_and_the_rest_folded(coordinator, session):
    response = coordinator.get(url(session))
    text = section(response)
    assert (
        "Hier zien jullie minder hinder dan toen Gedeeld doel Toen 7 Nu 10 "
        "× Niet gedeeld door alle partners: toen 5, nu 2 + Gedeeld door alle partners: toen 2, nu 8 "
    ) in text
    assert "Geen duidelijk verschil (14) Een verschil is het pas als minstens twee mensen" in text
    assert "Het hoeven niet dezelfde mensen te zijn als toen. Stelling Toen Nu Breedte van het doel" in text
    assert text.count("Gedeeld doel") == 1
    assert page_of(response).part(SINCE).pictures()[:2] == [
        "Niet gedeeld door alle partners: 5; Gedeeld door alle partners: 2.",
        "Niet gedeeld door alle partners: 2; Gedeeld door alle partners: 8.",
    ]


def test_one_of_three_who_answers_otherwise_is_not_called_a_difference_on_the_page(coordinator, collaboration):
    on(discussed_round(collaboration, sheets(2, 1)), DAY - YEAR)
    text = section(coordinator.get(url(discussed_round(collaboration, sheets(1, 2)))))
    assert "Geen enkele stelling verschoof duidelijk." in text
    assert "Geen duidelijk verschil (15)" in text
    assert "Gedeeld doel 2 hinderend, 1 helpend 1 hinderend, 2 helpend" in text
    assert "hinder dan toen" not in text


def test_another_way_of_filling_in_is_said_and_the_agreements_still_stand(coordinator, collaboration, earlier):
    agree(earlier)
    session = discussed_round(collaboration, sheets(0, 4, participant="An"), Mode.NAMED)
    text = section(coordinator.get(url(session)))
    assert "Nog te doen We schrijven het doel op." in text
    assert text.endswith("De antwoorden vergelijken we niet: wie anders invult, antwoordt ook anders.")
    assert [word for word in ("Gedeeld doel", "An,") if word in text] == []


def test_round_of_too_few_still_opens_with_the_agreements(coordinator, collaboration, earlier):
    agree(earlier)
    text = section(coordinator.get(url(discussed_round(collaboration, sheets(2, 0)))))
    assert "Nog te doen We schrijven het doel op." in text
    assert "Vorige keer: 19 november 2025, ieder voor zich, anoniem, 7 deelnemers." in text
    assert text.endswith("De antwoorden vergelijken we niet: toen of nu deden te weinig mensen mee.")


def test_earlier_round_by_name_gives_numbers_and_no_names_notes_or_sentences(coordinator, collaboration):
    then = sheets(4, 0, **{"goal-shared-note": "Oude notitie", "goal-sentence": "Oude zin", "participant": "Griet"})
    earlier = on(discussed_round(collaboration, then, Mode.NAMED), DAY - YEAR)
    session = discussed_round(collaboration, sheets(0, 4, participant="Bert"), Mode.NAMED)
    page = coordinator.get(url(session)).content.decode()
    old = coordinator.get(url(earlier)).content.decode()
    assert [words in old for words in ("Griet", "Oude notitie", "Oude zin")] == [True] * 3
    assert [words in page for words in ("Griet", "Oude notitie", "Oude zin")] == [False] * 3
    assert "toen 4, nu 0" in section(coordinator.get(url(session)))


def test_one_sheet_shows_another_answer_and_calls_it_no_change(coordinator, collaboration):
    on(closed_round(collaboration, sheets(1, 0), Mode.TOGETHER), DAY - YEAR)
    session = closed_round(collaboration, sheets(0, 1), Mode.TOGETHER)
    text = section(coordinator.get(url(session)))
    assert (
        "Een ander antwoord is nog geen verandering. Vraag elkaar: wat is er anders dan toen? "
        "Een ander antwoord dan toen Gedeeld doel Toen: niet gedeeld door alle partners. "
        "Nu: gedeeld door alle partners. Hetzelfde antwoord (14)"
    ) in text
    assert "deelnemer" not in text


def test_report_is_another_once_an_earlier_agreement_is_kept(coordinator, earlier, session):
    agreement = agree(earlier)
    before = coordinator.get(url(session))["ETag"]
    assert coordinator.get(url(session))["ETag"] == before
    Agreement.objects.filter(pk=agreement.pk).update(state=State.DONE)
    assert coordinator.get(url(session))["ETag"] != before


def test_pdf_has_it_too_with_nothing_folded_away_and_holds_to_pdf_ua_1(coordinator, earlier, session):
    agree(earlier, state=State.DROPPED, reason="Het bestuur wacht.")
    content = coordinator.get(reverse("session-pdf", args=[session.pk])).content
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    for words in ("Sinds vorige keer", "Waarom: Het bestuur wacht.", "toen 5, nu 2", "Geen duidelijk verschil (14)"):
        assert words in text
    checked = pdf_checker.validate_pdf_bytes(content, profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in checked.failures] == []
