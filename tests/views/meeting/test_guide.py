"""The pages of the conversation guide and of the worksheet: who sees them, and what people find there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.report.agreements import State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.models import Agreement, Session
from reflectie.pdf.documents import DocumentKind
from reflectie.services import tokens
from reflectie.services.report import outcomes
from tests.helpers.factories import make_reflection, text_of
from tests.helpers.markup import markup_of, words_of
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import (
    DAY,
    closed_round,
    discussed_round,
    open_round,
    signed_in,
)

pytestmark = pytest.mark.django_db

HINDERS = {"goal-shared": "hindering", "partners-needed": "helping"}
HELPS = {"goal-shared": "helping", "partners-needed": "helping"}
SHEETS = [HINDERS | {"first": ("context-practical",)}] * 4 + [HELPS] * 3
PAGES = ("guide", "rebuild")
BOTH = pytest.mark.parametrize("name", PAGES)


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def stranger(content) -> Client:
    return signed_in("omar")


def of_members(name: str, session: Session) -> str:
    return reverse(f"session-{name}", args=[session.pk])


def by_link(name: str, session: Session) -> str:
    return reverse(name, args=[tokens.read_token(session.join_token)])


# --- who


@BOTH
def test_page_is_there_for_members_and_whoever_holds_the_link(
    coordinator, facilitator, stranger, reader, session, name
):
    clients = (coordinator, facilitator, stranger, reader)

    assert [client.get(of_members(name, session)).status_code for client in clients] == [200, 200, 404, 302]
    assert [client.get(by_link(name, session)).status_code for client in clients] == [200, 200, 200, 200]


@BOTH
def test_page_before_opening_is_nobodys(coordinator, facilitator, reader, collaboration, name):
    for before in (open_round(collaboration, SHEETS), closed_round(collaboration, SHEETS)):
        got = [client.get(of_members(name, before)).status_code for client in (coordinator, facilitator)]
        assert got == [404, 404]
        assert reader.get(by_link(name, before)).status_code == 404


@BOTH
def test_page_of_a_closed_round_is_there_for_the_facilitator_who_prepares(
    coordinator, facilitator, collaboration, name
):
    closed = closed_round(collaboration, SHEETS)
    Session.objects.filter(pk=closed.pk).update(facilitator_prepares=True)

    got = [client.get(of_members(name, closed)).status_code for client in (coordinator, facilitator)]
    assert got == [404, 200]
    assert reverse("outcome", args=[closed.pk, "goal-shared"]) not in markup_of(
        facilitator.get(of_members(name, closed))
    )


# --- the guide


def times(page: Part) -> list[str]:
    """From when to when each part of the talk is."""
    return re.findall(r"\b\d+–\d+\b", page.main.words)


def test_guide_says_the_length_and_offers_the_others(coordinator, session):
    page = page_of(coordinator.get(of_members("guide", session)))

    assert [(link.words, link.address, link.is_current) for link in page.main.links(" minuten")] == [
        ("60 minuten", "?duur=60", False),
        ("90 minuten", "?duur=90", True),
        ("120 minuten", "?duur=120", False),
    ]
    assert times(page) == [
        "0–5",
        "5–10",
        "10–20",
        "20–37",
        "37–54",
        "54–70",
        "70–85",
        "85–90",
    ]


@pytest.mark.parametrize(
    ("asked", "minutes"), [("60", 60), ("120", 120), ("90", 90), ("75", 90), ("", 90), ("060", 90), ("een uur", 90)]
)
def test_guide_falls_back_on_the_usual_length(reader, session, asked, minutes):
    page = page_of(reader.get(by_link("guide", session), {"duur": asked}))

    assert page.main.current() == [f"{minutes} minuten"]
    assert times(page)[-1].endswith(f"–{minutes}")


def test_guide_says_why_something_is_on_the_agenda_and_opens_with_its_question(coordinator, session):
    text = text_of(coordinator.get(of_members("guide", session)))

    named = "Praktisch ? Blinde vlek 4 van jullie willen dit eerst aanpakken."
    apart = "Gedeeld doel ± Verdeeld beeld Hier verschillen jullie: 4 tegen 3."
    assert text.index(named) < text.index("Welk praktisch probleem kost ons nu de meeste tijd of kracht?")
    assert text.index(named) < text.index(apart) < text.index("Wat betekent ons doel voor ieder van ons")
    assert text.count("Heb je elkaar nodig om het doel te bereiken?") == 1
    assert "Zoek niet uit wie wat antwoordde." in text


def test_guide_links_to_the_outcome_for_members_in_discussion_alone(coordinator, reader, session):
    url = reverse("outcome", args=[session.pk, "goal-shared"]) + "?duur=90"
    outcomes.record_outcome(session, "goal-shared", Outcome(Choice.HELPING, "Bij nader inzien."), "0")
    pages = [coordinator.get(of_members("guide", session)), reader.get(by_link("guide", session))]

    assert [url in page_of(page).addresses() for page in pages] == [True, False]
    assert [markup_of(page).count("Bij nader inzien.") for page in pages] == [1, 1]
    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.CONCLUDED)
    assert url not in page_of(coordinator.get(of_members("guide", session))).addresses()


def test_guide_leads_to_an_agreement_and_only_who_may_to_the_conclusion(coordinator, facilitator, reader, session):
    agree = f"{reverse('agreements', args=[session.pk])}?bij=goal-shared#nieuw"
    conclude = reverse("session-conclude", args=[session.pk])
    pages = [client.get(of_members("guide", session)) for client in (coordinator, facilitator)]
    pages.append(reader.get(by_link("guide", session)))

    found = [[link in page_of(page).addresses() for link in (agree, conclude)] for page in pages]
    assert found == [[True, True], [True, False], [False, False]]


def test_outcome_asked_from_the_guide_leads_back_to_its_place_there(coordinator, session):
    url = reverse("outcome", args=[session.pk, "goal-shared"])
    place = f"{of_members('guide', session)}?duur=60#goal-shared"
    page = page_of(coordinator.get(f"{url}?duur=60"))
    assert (place in page.addresses(), page.value("duur")) == (True, "60")
    kept = coordinator.post(url, {"choice": "divided", "seen": "0", "duur": "60"})
    assert (kept.status_code, kept["Location"]) == (303, place)
    assert "goal-shared" in page_of(coordinator.get(place)).anchors()
    elsewhere = page_of(coordinator.get(f"{url}?duur=61"))
    assert f"{reverse('session-report', args=[session.pk])}#goal-shared" in elsewhere.addresses()


def test_guide_of_a_concluded_session_still_is_there(coordinator, session):
    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.CONCLUDED)

    assert coordinator.get(of_members("guide", session)).status_code == 200


def test_guide_begins_with_what_was_agreed_in_the_session_before(coordinator, collaboration, session):
    before = discussed_round(collaboration, SHEETS)
    Session.objects.filter(pk=before.pk).update(planned_on=DAY - timedelta(days=300))
    made = {"session": before, "who": "Els", "state": State.DROPPED, "reason": "<b>Geen geld</b>"}
    Agreement.objects.create(position=0, what="We bellen elkaar elke week", **made)

    text = text_of(coordinator.get(of_members("guide", session)))

    start = text.index("Wat we vorige keer afspraken")
    assert text[start:].startswith(
        "Wat we vorige keer afspraken We bellen elkaar elke week Els Losgelaten : &lt;b&gt;Geen geld&lt;/b&gt;"
    )
    assert text.index("Welkom, en hoe we praten") < start < text.index("Wat ons draagt")


def test_guide_of_one_person_prepares_a_talk_with_partners(reader, finished):
    text = text_of(reader.get(reverse("guide", args=[finished.read_token])))

    assert "Bereid je gesprek voor" in text
    assert "Jij wilt dit eerst aanpakken." in text
    assert [words for words in ("jullie noemden", "verschillen jullie", "wie wat antwoordde") if words in text] == []


@pytest.mark.parametrize("answered", [2, 0])
def test_guide_without_results_asks_what_the_booklet_asks_first(coordinator, collaboration, answered):
    few = discussed_round(collaboration, SHEETS[:answered])
    text = text_of(coordinator.get(of_members("guide", few)))

    assert text.count("Dit vraagt het boekje van UCLL eerst.") == 3
    assert [name for name in ("hinderpaal", "Blinde vlek", "noemden", "verschillen") if name in text] == []


def test_guide_without_an_account_asks_the_same_first_and_is_there_as_a_pdf(reader):
    team = make_reflection(
        {"goal-shared": "hindering", "goal-shared-note": "Ieder zijn woord.", "goal-sentence": "Iedereen geholpen."},
        mode=Mode.TOGETHER,
        finished=True,
    )
    text = text_of(reader.get(reverse("guide", args=[team.read_token])))

    assert text.index("Is het antwoord nee? Dan is stoppen een goede keuze.") < text.index("Wat ons draagt")
    assert [
        words for words in ("‘Iedereen geholpen.’", "‘Ieder zijn woord.’", "Zo praat je erover:") if words in text
    ] == [
        "‘Iedereen geholpen.’",
        "‘Ieder zijn woord.’",
        "Zo praat je erover:",
    ]
    pdf = reader.get(reverse("document", args=[team.read_token, DocumentKind.GUIDE]))
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")


def test_guide_of_a_round_without_results_shows_nothing_that_anybody_wrote(coordinator, collaboration):
    wrote = HINDERS | {"goal-shared-note": "Ieder zijn woord.", "goal-sentence": "Iedereen geholpen."}
    few, enough = (discussed_round(collaboration, [wrote] * number) for number in (2, 3))
    texts = [text_of(coordinator.get(of_members("guide", session))) for session in (few, enough)]

    assert ["Iedereen geholpen." in text for text in texts] == [False, True]
    assert ["Ieder zijn woord." in text for text in texts] == [False, True]


# --- the worksheet


def test_worksheet_puts_findings_with_advice_under_their_principle(coordinator, checklist, session):
    page = page_of(coordinator.get(of_members("rebuild", session)))
    *titles, sources = page.main.headings(2)
    third = page.part(titles[2])

    assert (len(titles), sources) == (10, "Waar dit op steunt")
    assert checklist.rebuilding[2].question in third.words
    assert "4 tegen 3" in third.words
    assert "tien principes voor een nieuwe vraag van een cliënt" in page.words


def test_worksheet_gives_an_obstacle_the_first_step_of_its_advice(reader, collaboration, checklist):
    everybody = discussed_round(collaboration, [HINDERS] * 3)
    text = text_of(reader.get(by_link("rebuild", everybody)))
    first, second = checklist.by_key["goal-shared"].steps[:2]

    assert text.count(first.text) == 1
    assert second.text not in text
    assert checklist.by_key["partners-needed"].strength.keep in text


def test_worksheet_without_results_says_so(coordinator, collaboration):
    few = discussed_round(collaboration, SHEETS[:2])
    text = text_of(coordinator.get(of_members("rebuild", few)))

    assert "Er zijn geen resultaten om bij te zetten." in text
    assert "Kijk opnieuw naar" not in text


# --- how it is served


@BOTH
def test_page_is_not_sent_again_while_it_is_the_same(coordinator, session, name):
    first = coordinator.get(of_members(name, session))
    same = coordinator.get(of_members(name, session), headers={"If-None-Match": first["ETag"]})
    outcomes.record_outcome(session, "goal-shared", Outcome(Choice.HELPING, "Anders."), "0")
    changed = coordinator.get(of_members(name, session), headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, changed.status_code) == (304, 200)
    assert "private" in first["Cache-Control"]


@BOTH
def test_page_has_another_mark_for_everybody_who_sees_something_else(
    coordinator, facilitator, stranger, reader, session, name
):
    tags = [client.get(of_members(name, session))["ETag"] for client in (coordinator, facilitator)]
    tags += [client.get(by_link(name, session))["ETag"] for client in (stranger, reader)]

    assert len(set(tags)) == 4


def test_guide_of_another_length_has_another_mark(reader, session):
    tags = {reader.get(by_link("guide", session), {"duur": minutes})["ETag"] for minutes in (60, 90, 120, 75)}

    assert len(tags) == 3


@pytest.mark.parametrize("number", [3, 30])
@BOTH
def test_page_takes_as_many_queries_at_three_answers_as_at_thirty(
    coordinator, reader, collaboration, django_assert_num_queries, name, number
):
    session = discussed_round(collaboration, [HINDERS] * number)
    coordinator.get(of_members(name, session))

    with django_assert_num_queries(12):
        coordinator.get(of_members(name, session))
    with django_assert_num_queries(10):
        reader.get(by_link(name, session))


@BOTH
def test_page_of_a_reflection_takes_three_queries(reader, finished, django_assert_num_queries, name):
    url = reverse(name, args=[finished.read_token])
    reader.get(url)

    with django_assert_num_queries(3):
        reader.get(url)


@BOTH
def test_page_of_a_team_on_one_screen_is_there(reader, name):
    team = make_reflection({"goal-shared": "hindering", "first": ("goal-shared",)}, mode=Mode.TOGETHER, finished=True)

    text = text_of(reader.get(reverse(name, args=[team.read_token])))
    assert ("Jullie willen dit eerst aanpakken." in text) == (name == "guide")


# --- from a to z


def test_guide_says_how_far_help_goes_where_the_wide_view_is_talked_about(coordinator, collaboration):
    sheets = [{"goal-perspective": "hindering", "help-range": reach} for reach in (("a", "d"), ("c", "f"), ("c", "z"))]
    page = words_of(coordinator.get(of_members("guide", discussed_round(collaboration, sheets))).content.decode())
    assert "Jullie hulp van a tot z: 3 mensen vulden dit in. Bij elke letter helpt iemand van hen." in page
    assert page.count("Logisch of fragmenterend?") == 1


def test_guide_says_nothing_of_it_where_too_few_answered(coordinator, collaboration):
    sheets = [{"goal-perspective": "hindering", "help-range": ("a", "d")}] * 2 + [{"goal-perspective": "hindering"}] * 3
    page = words_of(coordinator.get(of_members("guide", discussed_round(collaboration, sheets))).content.decode())
    assert "Vanuit beperkt perspectief vastgelegd" in page
    assert "van a tot z" not in page
