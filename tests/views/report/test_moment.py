"""What leads a report: the way to the talk, the talk that goes on, or what came of it."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.services.report.agreements import add_agreement
from reflectie.services.report.outcomes import record_outcome
from reflectie.services.report.reports import load_report
from reflectie.services.sessions import rounds
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

# All eight named equality first, of which five see that some dominate; nobody has money.
SHEETS = [
    {
        "coordination-equality": "hindering" if n < 5 else "helping",
        "context-financial": "hindering",
        "goal-shared": "hindering",
        "first": ("coordination-equality",),
    }
    for n in range(8)
]


@pytest.fixture
def collaboration(content):
    return make_collaboration(("Huis Linde", "De Brug"))


@pytest.fixture
def session(collaboration):
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def shown(collaboration, session) -> Callable[[], Part]:
    """The report as the coordinator sees it now."""
    browser = signed_in("coordinator", collaboration)
    return lambda: page_of(browser.get(reverse("session-report", args=[session.pk])))


def chapters(page: Part) -> list[str]:
    return page.headings(2)


def conclude(session) -> None:
    rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "", date(2027, 6, 1)))


def test_before_the_talk_the_summary_leads_and_there_is_one_way_on(shown):
    page = shown()
    assert chapters(page)[0] == "In het kort"
    assert page.next_steps() == ["Begin het gesprek"]
    summary = page.part("Waar jullie eerst iets aan willen doen")
    assert summary.links()[0].words == "Gelijkwaardigheid"
    assert "Verdeeld beeld 5 tegen 3. 8 van jullie willen dit eerst aanpakken." in summary.items()[0]


def test_during_the_talk_the_next_topic_leads_and_what_was_recorded_is_at_hand(session, shown):
    record_outcome(session, "coordination-equality", Outcome(Choice.DIVIDED), "")
    page = shown()
    assert chapters(page)[:5] == [
        "In het kort",
        "Verder in het gesprek",
        "Waar jullie eerst iets aan willen doen",
        "Wat rond jullie speelt",
        "Spreek samen af",
    ]
    talk = page.part("Verder in het gesprek")
    assert "Nu aan de beurt: Gedeeld doel" in talk.words
    assert [fold.summary for fold in talk.folded()] == ["Wat het gesprek tot nu opleverde (1)"]
    assert talk.items() == ["Gelijkwaardigheid: we blijven verdeeld"]
    assert talk.next_steps() == ["Leg de uitkomst vast: Gedeeld doel"]
    # Whoever leads the talk elsewhere sees the same, but for what only the team's own people may do.
    assert page.link("Maak een afspraak").address == reverse("agreements", args=[session.pk])


def test_during_the_talk_nothing_is_left_to_talk_about_once_all_was(session, shown):
    for item in load_report(session).items:
        record_outcome(session, item.item.key, Outcome(Choice.HELPING), "")
    assert "Over alles wat op tafel lag, is gepraat." in shown().part("Verder in het gesprek").words


def test_after_the_talk_the_decision_leads_and_what_is_asked_of_whom(session, shown):
    add_agreement(session, Agreement("", "We lezen het doel samen.", "An", date(2027, 1, 15)), uuid4())
    conclude(session)
    page = shown()
    assert chapters(page)[:4] == [
        "Wat jullie besloten",
        "In het kort",
        "Waar jullie eerst iets aan willen doen",
        "Wat rond jullie speelt",
    ]
    ending = page.part("Wat jullie besloten")
    assert [
        words for words in ("Herstellen", "We lezen het doel samen.", "Nog te doen") if words not in ending.words
    ] == []
    assert ending.headings(3) == ["Wat we aan onze organisaties vragen", "Wat we aan overheid of financier vragen"]
    made, *_about, equality, money = ending.items()
    assert made == "We lezen het doel samen. Nog te doen · An · 15 januari 2027"
    assert equality.startswith("Gelijkwaardigheid Aan onze leiding: zeg wie in welke situatie de leiding neemt.")
    assert money.startswith("Financiële remmende factoren systeem, tekorten Aan de financier:")
    assert page.next_steps() == ["Download als pdf"]


def test_each_chapter_is_there_once_whatever_the_moment(session, shown):
    record_outcome(session, "goal-shared", Outcome(Choice.DIVIDED), "")
    during = chapters(shown())
    conclude(session)
    after = chapters(shown())
    assert (len(during), len(after)) == (len(set(during)), len(set(after)))
    assert (during[1], after[0]) == ("Verder in het gesprek", "Wat jullie besloten")
