"""The discussion: outcomes that two people record at once, and texts that a coordinator takes out."""

import hashlib
import re
from dataclasses import replace

import pytest
from django.urls import reverse

from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Answer, MadePdf, Session
from reflectie.services import tokens
from reflectie.services.erasure import erase_session
from reflectie.services.errors import NotFoundError
from reflectie.services.report import reports
from reflectie.services.report.outcomes import load_outcome, record_outcome, remove_text, text_digest
from reflectie.services.sessions import rounds
from tests.helpers.conflicts import all_met, met_by
from tests.helpers.factories import CONCLUSION, at_once
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.rounds import closed_round, discussed_round, fetched, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db

FIRST = Outcome(Choice.HELPING, "We lazen het doel samen.", "Eén partner ziet het anders.")
OTHER = Outcome(Choice.DIVIDED, "We kwamen er niet uit.")
KEY = "goal-shared"
HINDERED = [{KEY: "hindering", f"{KEY}-note": "Ieder zijn doel", "goal-sentence": "Minder opnames"} for _ in range(3)]


@pytest.fixture
def session(collaboration) -> Session:
    """A round in discussion: three people who all call one item hindering, with the same note and sentence."""
    return discussed_round(collaboration, HINDERED)


def outcome_url(session: Session, key: str = KEY) -> str:
    return reverse("outcome", args=[session.pk, key])


def report_url(session: Session) -> str:
    return reverse("session-report", args=[session.pk])


def posted(outcome: Outcome | None = FIRST, seen: str = "0", **more: str) -> dict[str, str]:
    data = {"reason": outcome.reason, "minority": outcome.minority} if outcome else {}
    data |= {"choice": outcome.choice} if outcome and outcome.choice else {}
    # The page has a mover chosen: the default, unless somebody sees it otherwise.
    mover = (outcome and outcome.mover) or ActionOwner.OURSELVES
    return {**data, "mover": mover, "seen": seen, **more}


def recorded(session: Session, key: str = KEY) -> Outcome | None:
    return load_outcome(session, key)


# --- recording


def test_record_outcome_keeps_it_and_changes_it(session):
    assert record_outcome(session, KEY, FIRST, "0") == FIRST
    assert recorded(session) == FIRST
    assert record_outcome(session, KEY, OTHER, etag(FIRST)) == OTHER
    assert recorded(session) == OTHER


def test_record_outcome_none_wipes_it(session):
    record_outcome(session, KEY, FIRST, "0")
    assert record_outcome(session, KEY, None, etag(FIRST)) is None
    assert (recorded(session), session.outcomes.count()) == (None, 0)


def test_record_outcome_over_somebody_elses_is_a_conflict_and_writes_nothing(session):
    record_outcome(session, KEY, FIRST, "0")
    assert met_by(record_outcome, session, KEY, OTHER, "0") == FIRST
    assert recorded(session) == FIRST


def test_record_outcome_over_a_wiped_one_is_a_conflict(session):
    record_outcome(session, KEY, FIRST, "0")
    record_outcome(session, KEY, None, etag(FIRST))
    assert met_by(record_outcome, session, KEY, OTHER, etag(FIRST)) is None
    assert recorded(session) is None


def test_record_outcome_wiping_one_that_changed_is_a_conflict(session):
    record_outcome(session, KEY, FIRST, "0")
    record_outcome(session, KEY, OTHER, etag(FIRST))
    assert met_by(record_outcome, session, KEY, None, etag(FIRST)) == OTHER
    assert recorded(session) == OTHER


def test_record_outcome_again_after_a_lost_reply_is_no_conflict(session):
    record_outcome(session, KEY, FIRST, "0")
    assert record_outcome(session, KEY, FIRST, "0") == FIRST


def test_record_outcome_of_one_item_leaves_another_alone(session):
    record_outcome(session, KEY, FIRST, "0")
    assert record_outcome(session, "context-personal", OTHER, "0") == OTHER
    assert (recorded(session), recorded(session, "context-personal")) == (FIRST, OTHER)


def test_record_outcome_outside_the_discussion_raises(collaboration, session):
    is_open, is_closed = open_round(collaboration, []), closed_round(collaboration, HINDERED)
    rounds.conclude(session, CONCLUSION)
    for other in (is_open, is_closed, session):
        with pytest.raises(rounds.StageError):
            record_outcome(other, KEY, FIRST, "0")
        assert recorded(other) is None


def test_record_outcome_of_an_unknown_item_raises(session):
    with pytest.raises(KeyError):
        record_outcome(session, "goal-unknown", FIRST, "0")


def test_record_outcome_in_an_erased_session_raises(session):
    erase_session(session.pk)
    with pytest.raises(NotFoundError):
        record_outcome(session, KEY, FIRST, "0")


def test_record_outcome_takes_the_made_pdf_along(session):
    reports.keep_pdf(session.pk, "verslag", "key", b"%PDF")
    record_outcome(session, KEY, FIRST, "0")
    assert MadePdf.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [None, Outcome(Choice.HINDERING, "Eerst zo")])
def test_two_people_at_once_one_is_kept_and_the_other_is_told(session, before):
    if before:
        record_outcome(session, KEY, before, "0")
    outcomes = [Outcome(Choice.DIVIDED, f"Van {name}") for name in ("An", "Bea", "Cis", "Dre")]
    found = at_once(*(lambda o=o: record_outcome(session, KEY, o, etag(before)) for o in outcomes))
    kept = recorded(session)
    assert kept in outcomes
    # Each who was too late is told what stands there, and nobody was overwritten.
    assert all_met(found) == [kept] * 3
    assert [result for result in found if not isinstance(result, Exception)] == [kept]


@pytest.mark.django_db(transaction=True)
def test_concluding_and_recording_at_once_is_either_in_or_refused(session):
    result, _ = at_once(lambda: record_outcome(session, KEY, FIRST, "0"), lambda: rounds.conclude(session, CONCLUSION))
    if isinstance(result, rounds.StageError):
        assert recorded(session) is None
    else:
        assert recorded(session) == result == FIRST


# --- recording, on the page


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_outcome_page_records_what_the_talk_came_to(who, session, request):
    client = request.getfixturevalue(who)
    page = markup_of(client.get(outcome_url(session)))
    assert "Ieder zijn doel" in page
    assert "Structurele hinderpaal" in page
    assert page.count('type="radio"') == 6

    response = client.post(outcome_url(session), posted())

    assert (response.status_code, response["Location"]) == (303, f"{report_url(session)}#{KEY}")
    report = markup_of(client.get(report_url(session)))
    for words in (FIRST.reason, FIRST.minority, "Het gesprek kwam anders uit dan de antwoorden."):
        assert report.count(words) == 1
    assert "Wijzig de uitkomst" in report


def test_outcome_page_of_a_factor_asks_whether_it_plays(coordinator, session):
    page = page_of(coordinator.get(outcome_url(session, "context-personal")))
    asked = page.part("Wat maken jullie ervan?")
    assert asked.choices() == ["Speelt", "Speelt niet", "We blijven verdeeld"]


def test_outcome_page_shows_what_was_recorded_and_wipes_it(coordinator, session):
    record_outcome(session, KEY, FIRST, "0")
    page = page_of(coordinator.get(outcome_url(session)))
    assert page.field("Waarom?").value == FIRST.reason
    assert page.value("seen") == etag(FIRST)
    assert page.sent()["choice"] == ["helping"]

    response = coordinator.post(outcome_url(session), posted(FIRST, etag(FIRST), remove="1"))

    assert (response.status_code, recorded(session)) == (303, None)


def test_outcome_page_asks_who_can_move_it_with_the_default_marked_in_words(coordinator, session):
    for key, chosen in ((KEY, "ourselves"), ("context-financial", "government")):
        asked = page_of(coordinator.get(outcome_url(session, key))).part("Wie kan dit aanpakken?")
        words = {"ourselves": "Wijzelf", "organisations": "Onze organisaties", "government": "Overheid of financier"}
        assert [(choice.value, choice.is_checked, choice.label) for choice in asked.fields()] == [
            (value, value == chosen, f"{word} (voorstel)" if value == chosen else word) for value, word in words.items()
        ]


@pytest.mark.parametrize("choice", [None, Choice.DIVIDED])
def test_outcome_page_records_who_can_move_it_with_or_without_a_choice(coordinator, session, choice):
    given = Outcome(choice, mover=ActionOwner.GOVERNMENT)

    assert coordinator.post(outcome_url(session), posted(given)).status_code == 303

    assert recorded(session) == given
    page = page_of(coordinator.get(outcome_url(session)))
    assert page.sent()["mover"] == ["government"]
    assert len(page.chosen()) == (1 if choice is None else 2)
    report = page_of(coordinator.get(report_url(session))).words
    assert report.count("Wie kan dit aanpakken? overheid of financier") == 1
    assert report.count("We blijven verdeeld") == (0 if choice is None else 1)
    assert "Het gesprek kwam anders uit" not in report
    assert "Wie kan dit aanpakken? Overheid of financier" in report
    assert "Wat naar boven mag, als signaal" in report


def test_outcome_page_leaving_the_default_records_no_mover(coordinator, session):
    coordinator.post(outcome_url(session), posted(FIRST))
    assert recorded(session) == FIRST
    assert FIRST.mover is None
    # And it can be set back to it.
    moved = replace(FIRST, mover=ActionOwner.ORGANISATIONS)
    coordinator.post(outcome_url(session), posted(moved, etag(FIRST)))
    assert recorded(session) == moved
    coordinator.post(outcome_url(session), posted(FIRST, etag(moved)))
    assert recorded(session) == FIRST


def test_outcome_page_wiping_takes_the_mover_along(coordinator, session):
    kept = Outcome(None, mover=ActionOwner.GOVERNMENT)
    record_outcome(session, KEY, kept, "0")
    assert coordinator.post(outcome_url(session), posted(kept, etag(kept), remove="1")).status_code == 303
    assert (recorded(session), session.outcomes.count()) == (None, 0)


def test_outcome_page_shows_which_mover_the_other_recorded(coordinator, facilitator, session):
    theirs, mine = Outcome(None, mover=ActionOwner.GOVERNMENT), Outcome(None, mover=ActionOwner.ORGANISATIONS)
    facilitator.post(outcome_url(session), posted(theirs))

    late = coordinator.post(outcome_url(session), posted(mine))

    met = page_of(late).part("iemand anders was je voor")
    assert (late.status_code, recorded(session)) == (409, theirs)
    assert [fact for _term, fact in met.facts()] == ["Nog niets gekozen", "overheid of financier"]
    assert page_of(late).sent()["mover"] == ["organisations"]


def test_outcome_page_with_a_mover_that_is_unknown_says_so(coordinator, session):
    response = coordinator.post(outcome_url(session), posted(FIRST, mover="niemand"))
    page = markup_of(response)
    assert (response.status_code, recorded(session)) == (422, None)
    assert page.index("Wie kan dit aanpakken?") < page.rindex("Dit kennen we niet.")
    assert FIRST.reason in page


def test_outcome_page_without_a_choice_says_so_and_keeps_what_was_typed(coordinator, session):
    response = coordinator.post(outcome_url(session), posted(None, reason="Getypt & niet weg", minority="Ook dit"))
    page = markup_of(response)
    assert response.status_code == 422
    assert "Kies wat het gesprek opleverde, of wie dit kan aanpakken." in page
    assert "Getypt &amp; niet weg" in page
    assert "Ook dit" in page
    assert recorded(session) is None


def test_outcome_page_with_a_text_that_is_too_long_keeps_it(coordinator, session):
    long = "woord " * 400
    response = coordinator.post(outcome_url(session), posted(Outcome(Choice.DIVIDED, long.strip())))
    assert response.status_code == 422
    assert "Te lang" in markup_of(response)
    assert long.strip() in markup_of(response)


def test_outcome_page_shows_the_other_beside_ones_own_and_lets_choose(coordinator, facilitator, session):
    facilitator.post(outcome_url(session), posted(FIRST))

    late = coordinator.post(outcome_url(session), posted(OTHER))

    page = markup_of(late)
    assert late.status_code == 409
    assert page.index(FIRST.reason) < page.index(OTHER.reason)
    assert FIRST.minority in page
    assert recorded(session) == FIRST
    # Saving without choosing is asked again.
    again = coordinator.post(outcome_url(session), posted(OTHER, current=etag(FIRST)))
    assert (again.status_code, recorded(session)) == (409, FIRST)

    mine = coordinator.post(outcome_url(session), posted(OTHER, current=etag(FIRST), mine="1"))

    assert (mine.status_code, recorded(session)) == (303, OTHER)


def test_outcome_page_leaving_the_others_leaves_it(coordinator, facilitator, session):
    facilitator.post(outcome_url(session), posted(FIRST))
    response = coordinator.post(outcome_url(session), posted(OTHER, current=etag(FIRST), theirs="1"))
    assert (response.status_code, recorded(session)) == (303, FIRST)


def test_outcome_page_choosing_ones_own_over_a_third_is_asked_again(coordinator, facilitator, session):
    facilitator.post(outcome_url(session), posted(FIRST))
    third = Outcome(Choice.HINDERING, "Toch niet")
    record_outcome(session, KEY, third, etag(FIRST))
    response = coordinator.post(outcome_url(session), posted(OTHER, current=etag(FIRST), mine="1"))
    assert (response.status_code, recorded(session)) == (409, third)
    assert "Toch niet" in markup_of(response)


def test_outcome_page_wiping_what_somebody_changed_asks_first(coordinator, session):
    record_outcome(session, KEY, FIRST, "0")
    record_outcome(session, KEY, OTHER, etag(FIRST))
    response = coordinator.post(outcome_url(session), posted(FIRST, etag(FIRST), remove="1"))
    page = markup_of(response)
    assert (response.status_code, recorded(session)) == (409, OTHER)
    assert "Wis de uitkomst toch" in page
    assert 'name="remove" value="1"' in page


def test_outcome_page_after_concluding_keeps_what_was_typed_in_sight(coordinator, session):
    rounds.conclude(session, CONCLUSION)
    response = coordinator.post(outcome_url(session), posted(FIRST))
    page = page_of(response)
    assert response.status_code == 409
    assert "Het gesprek is afgerond." in page.words
    assert page.field("Waarom?").value == FIRST.reason
    assert page.next_steps() == []
    assert coordinator.get(outcome_url(session))["Location"] == f"{report_url(session)}#{KEY}"


def test_outcome_page_of_an_unknown_item_is_not_there(coordinator, session):
    assert coordinator.get(outcome_url(session, "goal-unknown")).status_code == 404
    assert coordinator.post(outcome_url(session, "goal-unknown"), posted()).status_code == 404


def test_outcome_page_of_a_round_with_too_few_shows_no_result(coordinator, collaboration):
    few = discussed_round(collaboration, HINDERED[:2])
    page = markup_of(coordinator.get(outcome_url(few)))
    assert "Uit de antwoorden" not in page
    assert "Ieder zijn doel" not in page
    assert coordinator.post(outcome_url(few), posted()).status_code == 303
    assert FIRST.reason in markup_of(coordinator.get(report_url(few)))


@pytest.mark.parametrize("route", ["session-report", "session-pdf", "outcome", "remove-text"])
def test_members_pages_are_not_there_for_anybody_else(route, session):
    url = reverse(route, args=[session.pk, KEY] if route == "outcome" else [session.pk])
    elsewhere = signed_in("elsewhere", make_collaboration())
    assert [client.get(url).status_code for client in (elsewhere, signed_in("stranger"))] == [404, 404]


@pytest.mark.parametrize("route", ["session-report", "session-pdf", "outcome", "remove-text"])
def test_members_pages_before_the_report_opens_are_not_there(route, collaboration, coordinator, facilitator):
    closed = closed_round(collaboration, HINDERED)
    url = reverse(route, args=[closed.pk, KEY] if route == "outcome" else [closed.pk])
    assert [client.get(url).status_code for client in (coordinator, facilitator)] == [404, 404]


def test_facilitator_who_prepares_reads_and_records_nothing_yet(collaboration, coordinator, facilitator):
    closed = closed_round(collaboration, HINDERED)
    Session.objects.filter(pk=closed.pk).update(facilitator_prepares=True)
    page = facilitator.get(report_url(closed))
    assert (page.status_code, coordinator.get(report_url(closed)).status_code) == (200, 404)
    assert "Leg de uitkomst vast" not in markup_of(page)
    assert facilitator.post(outcome_url(closed), posted()).status_code == 409
    assert recorded(closed) is None


# --- taking a text out


def note_marks(session: Session) -> tuple[str, str]:
    return f"{KEY}-note", text_digest("Ieder zijn doel")


def test_remove_text_takes_a_note_out_wherever_it_stands(session):
    Answer.objects.filter(response=session.responses.first()).update(note="Een andere")
    reports.keep_pdf(session.pk, "verslag", "key", b"%PDF")
    before = reports.load_report(session)

    assert remove_text(session, *note_marks(session)) == 2

    after = reports.load_report(fetched(session))
    assert [note.text for _, note in after.notes] == ["Een andere"]
    assert [item.removed for item in after.items if item.removed] == [2]
    assert (after.counted, after.goal_sentences) == (before.counted, before.goal_sentences)
    assert [item.counts for item in after.items] == [item.counts for item in before.items]
    assert MadePdf.objects.count() == 0


def test_remove_text_leaves_the_same_text_elsewhere(collaboration):
    sheets = [{KEY: "helping", f"{KEY}-note": "Zelfde", "goal-perspective-note": "Zelfde"}] * 3
    session, other = discussed_round(collaboration, sheets), discussed_round(collaboration, sheets)
    assert remove_text(session, f"{KEY}-note", text_digest("Zelfde")) == 3
    assert [item.item.key for item, _ in reports.load_report(fetched(session)).notes] == ["goal-perspective"] * 3
    assert len(reports.load_report(other).notes) == 6


def test_remove_text_leaves_no_empty_row_behind(collaboration):
    sheets = [{KEY: "helping", "goal-perspective-note": "Alleen een notitie"}] * 3
    session = discussed_round(collaboration, sheets)
    assert Answer.objects.count() == 6
    remove_text(session, "goal-perspective-note", text_digest("Alleen een notitie"))
    assert set(Answer.objects.values_list("item__key", "value", "note")) == {(KEY, "helping", "")}
    assert reports.load_report(fetched(session)).counted == 3


def test_remove_text_takes_a_sentence_out_and_counts_on(session):
    response = session.responses.first()
    response.extras["goal-sentence"] = "Iets anders"
    response.save()
    assert remove_text(session, "goal-sentence", text_digest("Minder opnames")) == 2
    assert remove_text(session, "goal-sentence", text_digest("Iets anders")) == 1
    report = reports.load_report(fetched(session))
    assert (report.goal_sentences, report.removed_sentences) == ((), 3)


@pytest.mark.parametrize(
    ("field", "text"),
    [(f"{KEY}-note", "Iets anders"), ("goal-perspective-note", "Ieder zijn doel"), (KEY, "hindering"), ("x", "")],
)
def test_remove_text_that_is_not_there_changes_nothing(session, field, text):
    reports.keep_pdf(session.pk, "verslag", "key", b"%PDF")
    assert remove_text(session, field, text_digest(text)) == 0
    assert (fetched(session).removed, MadePdf.objects.count()) == ({}, 1)
    assert len(reports.load_report(session).notes) == 3


def test_remove_text_from_closing_on(collaboration):
    is_open = open_round(collaboration, HINDERED)
    with pytest.raises(rounds.StageError):
        remove_text(is_open, *note_marks(is_open))
    closed, concluded = closed_round(collaboration, HINDERED), discussed_round(collaboration, HINDERED)
    rounds.conclude(concluded, CONCLUSION)
    assert [remove_text(session, *note_marks(session)) for session in (closed, concluded)] == [3, 3]


def test_text_mark_is_short_and_no_plain_hash():
    assert re.fullmatch(r"[0-9a-f]{16}", text_digest("Ja"))
    assert text_digest("Ja") != text_digest("Nee")
    # Nobody can try out a text against an address in a log without the key.
    assert text_digest("Ja") != hashlib.sha256(b"Ja").hexdigest()[:16]


# --- taking a text out, on the page


def removal(response) -> list[str]:
    """Where the links lead by which a text is taken out."""
    return [link.address for link in page_of(response).main.links("Haal weg")]


def test_coordinator_takes_a_note_out_after_seeing_what_it_means(coordinator, session):
    links = removal(coordinator.get(report_url(session)))
    assert len(links) == 6
    link = next(link for link in links if KEY in link)
    asked = coordinator.get(link)
    assert (asked.status_code, "Ieder zijn doel" in markup_of(asked)) == (200, True)
    assert "3 keer" in markup_of(asked)

    field, mark_ = note_marks(session)
    response = coordinator.post(reverse("remove-text", args=[session.pk]), {"veld": field, "merk": mark_})

    assert (response.status_code, response["Location"]) == (303, f"{report_url(session)}#{KEY}")
    page = markup_of(coordinator.get(report_url(session)))
    assert "Ieder zijn doel" not in page
    assert "3 notities zijn verwijderd door de coördinator." in page
    # A second time, or somebody else just before: said, without a fault.
    assert coordinator.get(link).status_code == 409
    again = coordinator.post(reverse("remove-text", args=[session.pk]), {"veld": field, "merk": mark_})
    assert "Die tekst staat niet meer in het verslag." in markup_of(again)


def test_coordinator_takes_a_text_out_of_a_concluded_session(coordinator, session):
    rounds.conclude(session, CONCLUSION)
    page = coordinator.get(report_url(session))
    assert "Leg de uitkomst vast" not in markup_of(page)
    link = next(link for link in removal(page) if "goal-sentence" in link)
    assert coordinator.get(link).status_code == 200
    url, _, query = link.partition("?")
    fields = dict(part.split("=") for part in query.split("&"))
    assert coordinator.post(url, fields).status_code == 303
    assert "3 zinnen zijn verwijderd door de coördinator." in markup_of(coordinator.get(report_url(session)))


def test_facilitator_takes_nothing_out(facilitator, session):
    page = facilitator.get(report_url(session))
    assert "Leg de uitkomst vast" in markup_of(page)
    assert removal(page) == []
    field, mark_ = note_marks(session)
    url = reverse("remove-text", args=[session.pk])
    assert facilitator.get(url, {"veld": field, "merk": mark_}).status_code == 404
    assert facilitator.post(url, {"veld": field, "merk": mark_}).status_code == 404
    assert fetched(session).removed == {}


def test_participant_reads_the_report_by_the_link_and_changes_nothing(client, session):
    page = markup_of(client.get(reverse("report", args=[tokens.read_token(session.join_token)])))
    assert "Ieder zijn doel" in page
    assert "Leg de uitkomst vast" not in page
    assert removal(page) == []
    assert str(session.pk) not in page


def test_named_round_shows_who_wrote_and_takes_it_out_alike(coordinator, collaboration):
    sheets = [{**values, "participant": name} for values, name in zip(HINDERED, ("An", "Bea", "Cis"), strict=True)]
    session = discussed_round(collaboration, sheets, Mode.NAMED)
    assert remove_text(session, *note_marks(session)) == 3
    page = markup_of(coordinator.get(report_url(session)))
    names = ", ".join(f'<bdi translate="no">{name}</bdi>' for name in ("An", "Bea", "Cis"))
    assert f"Niet gedeeld door alle partners: {names}" in " ".join(page.split())
    assert "Ieder zijn doel" not in page
