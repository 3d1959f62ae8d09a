"""The pages at which a team without an account records what its talk comes to, and what its report makes of them: for
whoever has the link to fill in, for whoever has the link to read, and for strangers."""

import io
import json
import re
from datetime import timedelta
from uuid import uuid4

import pypdf
import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.domain.report.agreements import MAX_AGREEMENTS, Agreement, State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Session
from reflectie.services import clock, erasure, tokens
from reflectie.services.report import agreements, reports
from reflectie.services.report.outcomes import load_outcome, record_outcome
from reflectie.services.sessions import rounds
from reflectie.services.tokens import new_token
from tests.helpers.agreed import DUE, FIRST, OTHER, made, pk
from tests.helpers.factories import Reflection, make_collaboration, make_reflection
from tests.helpers.markup import markup_of
from tests.helpers.page import Part, page_of

pytestmark = pytest.mark.django_db

KEY = "goal-shared"
OUTCOME = Outcome(Choice.HELPING, "We lazen het doel samen.", "Eén partner ziet het anders.")
RECORDED = {"choice": "helping", "reason": OUTCOME.reason, "minority": OUTCOME.minority, "mover": "ourselves"}
FORM = "Leg de uitkomst vast"
HOSTILE = "<script>alert(1)</script>\"'&{{ report }}"


@pytest.fixture
def team(content) -> Reflection:
    return make_reflection({KEY: "hindering", "goal-perspective": "helping"}, mode=Mode.TOGETHER, finished=True)


@pytest.fixture
def session(team) -> Session:
    return Session.objects.select_related("checklist").get(pk=team.response.session_id)


@pytest.fixture
def owner(team) -> Client:
    """A browser in which the team filled in."""
    client = Client()
    assert client.get(team.fill_url).status_code == 200
    return client


@pytest.fixture
def reader() -> Client:
    return Client()


def outcome_url(team: Reflection, key: str = KEY) -> str:
    return reverse("team-outcome", args=[team.token, key])


def list_url(team: Reflection) -> str:
    return reverse("team-agreements", args=[team.token])


def agreement_url(team: Reflection, agreement: Agreement) -> str:
    return reverse("team-agreement", args=[team.token, agreement.key])


def guide_url(team: Reflection) -> str:
    return reverse("guide", args=[team.read_token])


def posted(agreement: Agreement, **more: str) -> dict[str, str]:
    due = agreement.due_on.isoformat() if agreement.due_on else ""
    data = {"what": agreement.what, "who": agreement.who, "due_on": due, "item": agreement.item}
    return {**data, "principle": "", "key": str(uuid4()), **more}


def told(page) -> list[str]:
    """What a page says that was done."""
    return re.findall(r'<p class="notice success">(.*?)</p>', markup_of(page))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def chapters(page: Part) -> list[str]:
    """The report's, after what its page says of texts that weren't sent."""
    headings = page.headings(2)
    return headings[headings.index("In het kort") :]


def day_of_erasing() -> str:
    return date_format(clock.today() + timedelta(90), "j F Y")


# --- recording


def test_outcome_is_recorded_and_stands_in_the_report_of_whoever_reads(owner, reader, team, session):
    page = page_of(owner.get(outcome_url(team)))
    assert page.next_steps() == ["Bewaar de uitkomst"]
    assert page.link("Terug naar het verslag").address == f"{team.report_url}#{KEY}"

    sent = owner.post(outcome_url(team), {**RECORDED, "seen": etag(None)})

    assert (sent.status_code, sent["Location"]) == (303, f"{team.report_url}#{KEY}")
    assert load_outcome(session, KEY) == OUTCOME
    read = page_of(reader.get(team.report_url))
    assert OUTCOME.reason in read.words
    assert OUTCOME.minority in read.words
    assert "Het gesprek kwam anders uit dan de antwoorden." in read.words


def test_outcome_goes_back_to_the_guide_that_it_was_asked_from(owner, team):
    asked = page_of(owner.get(f"{guide_url(team)}?duur=60")).links(FORM)[0].address
    assert asked.startswith(f"/invullen/{team.token}/gesprek/")
    key = asked.split("/")[4]
    page = page_of(owner.get(asked))
    assert page.link("Terug naar de gespreksleidraad").address == f"{guide_url(team)}?duur=60#{key}"

    sent = owner.post(outcome_url(team, key), {**RECORDED, "seen": etag(None), "duur": "60"})

    assert sent["Location"] == f"{guide_url(team)}?duur=60#{key}"


def test_outcome_is_changed_and_wiped(owner, team, session):
    record_outcome(session, KEY, OUTCOME, etag(None))
    owner.post(outcome_url(team), {**RECORDED, "choice": "divided", "seen": etag(OUTCOME)})
    changed = load_outcome(session, KEY)
    assert changed.choice is Choice.DIVIDED
    owner.post(outcome_url(team), {"remove": "1", "seen": etag(changed)})
    assert load_outcome(session, KEY) is None


def test_agreement_is_made_changed_and_taken_out_and_the_list_says_so(owner, reader, team, session):
    said = []

    def follow(url: str, data: dict[str, str]) -> None:
        sent = owner.post(url, data)
        assert sent.status_code == 303
        said.extend(told(owner.get(sent["Location"])))

    follow(list_url(team), posted(FIRST))
    [kept] = reports.load_agreements(session)
    assert (kept.what, kept.who, kept.due_on, kept.principle) == (FIRST.what, "Joke", DUE, 3)
    assert FIRST.what in page_of(reader.get(team.report_url)).words
    assert page_of(owner.get(list_url(team))).link(f"Wijzig: {FIRST.what}").address == agreement_url(team, kept)

    busy = {**posted(FIRST), "state": "busy", "reason": "", "seen": etag(kept)}
    follow(agreement_url(team, kept), busy)
    [kept] = reports.load_agreements(session)
    assert kept.state is State.BUSY

    follow(agreement_url(team, kept), {"remove": "1", "what": "", "seen": etag(kept)})
    assert reports.load_agreements(session) == ()
    assert said == ["De afspraak staat erbij.", "Bewaard.", "De afspraak is weg."]


def test_agreement_leads_back_to_its_list_whatever_its_address_says(owner, team, session):
    agreed = made(session)
    for van in ("samenwerking", "afspraken", str(uuid4())):
        page = page_of(owner.get(f"{agreement_url(team, agreed)}?van={van}"))
        assert page.link("Ga terug").address == list_url(team)


def test_what_was_done_is_said_only_in_words_that_we_have(owner, team):
    page = owner.get(f"{list_url(team)}?gedaan=%3Cb%3Egehackt")
    assert told(page) == []
    assert "gehackt" not in markup_of(page)


def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(owner, team, session):
    page = owner.post(list_url(team), posted(FIRST, what="", due_on="2020-01-01"))
    assert page.status_code == 422
    shown = page_of(page)
    assert "Schrijf wat jullie gaan doen." in shown.field("Wat gaan jullie doen?").description
    assert shown.field("Wie zorgt ervoor?").value == "Joke"

    page = owner.post(outcome_url(team), {"reason": "Getypt", "mover": "ourselves", "seen": etag(None)})
    assert page.status_code == 422
    assert page_of(page).field("Waarom?").value.strip() == "Getypt"
    assert (session.outcomes.count(), session.agreements.count()) == (0, 0)


def test_a_list_that_is_full_says_so(owner, team, session):
    for number in range(MAX_AGREEMENTS):
        made(session, Agreement("", f"Stap {number}"))
    page = owner.post(list_url(team), posted(FIRST))
    assert page.status_code == 422
    assert f"Er staan al {MAX_AGREEMENTS} afspraken" in page_of(page).words


def test_two_tabs_are_shown_both_versions_and_choose(owner, team, session):
    record_outcome(session, KEY, OUTCOME, etag(None))
    agreed = made(session)
    agreements.change_agreement(session, pk(agreed), OTHER, etag(agreed))

    page = owner.post(outcome_url(team), {**RECORDED, "reason": "Van mij", "seen": etag(None)})
    assert page.status_code == 409
    assert page_of(page).alerts()[0].words.startswith("Nog niet bewaard: iemand anders was je voor")
    assert page_of(page).field("Waarom?").value.strip() == "Van mij"

    late = {**posted(FIRST), "state": "busy", "reason": "", "seen": etag(agreed)}
    page = owner.post(agreement_url(team, agreed), late)
    assert page.status_code == 409
    sent = {**page_of(page).sent(), "mine": "1"}
    assert owner.post(agreement_url(team, agreed), sent).status_code == 303
    assert reports.load_agreements(session)[0].state is State.BUSY


def test_texts_are_text_wherever_they_stand(owner, reader, team):
    owner.post(outcome_url(team), {**RECORDED, "reason": HOSTILE, "minority": HOSTILE, "seen": etag(None)})
    owner.post(list_url(team), posted(FIRST, what=HOSTILE, who=HOSTILE))
    for client, url in (
        (reader, team.report_url),
        (owner, team.report_url),
        (owner, outcome_url(team)),
        (owner, list_url(team)),
        (owner, guide_url(team)),
    ):
        page = client.get(url)
        assert "<script>alert(1)" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text or url == guide_url(team)
    assert json.loads(reader.get(reverse("report-file", args=[team.read_token, "json"])).content)


def test_files_and_pdfs_by_the_link_to_read_have_it_and_name_nobody_who_has_an_account(reader, team, session):
    record_outcome(session, KEY, OUTCOME, etag(None))
    made(session)

    whole = text_of(reader.get(team.pdf_url).content)
    assert [each in whole for each in (OUTCOME.reason, OUTCOME.minority, FIRST.what, "Joke")] == [True] * 4
    for kind in ("samenvatting", "bestuur"):
        sheet = text_of(reader.get(reverse("document", args=[team.read_token, kind])).content)
        assert FIRST.what in sheet
        assert not re.search(r"coördinator\b", sheet, re.I)
    assert not re.search(r"coördinator\b", whole, re.I)
    data = json.loads(reader.get(reverse("report-file", args=[team.read_token, "json"])).content)
    assert FIRST.what in json.dumps(data, ensure_ascii=False)
    assert OUTCOME.minority in json.dumps(data, ensure_ascii=False)


# --- what is said before


@pytest.mark.parametrize("where", ["outcome", "list", "one"])
def test_before_a_name_is_typed_the_page_says_what_is_kept_who_reads_it_and_until_when(owner, team, session, where):
    agreed = made(session)
    # Recording starts the clock again: that is the day which it says.
    Session.objects.filter(pk=session.pk).update(changed_on=clock.today() - timedelta(40))
    url = {"outcome": outcome_url(team), "list": list_url(team), "one": agreement_url(team, agreed)}[where]
    page = page_of(owner.get(url)).words

    told = (
        "Wat je hier bewaart, leest iedereen met jullie leeslink in het verslag. Verandert er daarna niets meer, dan "
        f"wissen we alles op {day_of_erasing()}, of eerder als je de zelfreflectie zelf wist."
    )
    assert told in page
    asked = "Ziet iemand het anders?" if where == "outcome" else "Wie zorgt ervoor?"
    assert page.index(told) < page.index(asked)


def test_erasing_names_it_and_nothing_of_it_is_left(owner, reader, team, session):
    record_outcome(session, KEY, OUTCOME, etag(None))
    agreed = made(session)
    assert "wat jullie van het gesprek vastlegden" in page_of(owner.get(team.erase_url)).words

    owner.post(team.erase_url)

    gone = [team.report_url, outcome_url(team), list_url(team), agreement_url(team, agreed)]
    assert [owner.get(url).status_code for url in gone] == [404] * 4
    assert owner.post(list_url(team), posted(FIRST)).status_code == 404


# --- who may


def test_whoever_reads_is_offered_no_form_and_the_owner_is(owner, reader, team, session):
    for url in (team.report_url, guide_url(team)):
        mine, theirs = page_of(owner.get(url)), page_of(reader.get(url))
        assert mine.links(FORM)
        assert mine.links("Maak hierover een afspraak")
        assert all(link.address.startswith(f"/invullen/{team.token}/") for link in mine.links(FORM))
        assert not theirs.links(FORM)
        assert not theirs.links("afspraak")
        assert team.token not in reader.get(url).text
        assert not re.search(r"coördinator\b", mine.words, re.I)


def test_the_report_leads_with_the_moment_of_the_talk(owner, reader, team, session):
    assert page_of(owner.get(team.report_url)).next_steps() == ["Praat erover, op dit scherm"]
    record_outcome(session, KEY, OUTCOME, etag(None))
    during, read = page_of(owner.get(team.report_url)), page_of(reader.get(team.report_url))
    assert (chapters(during)[1], chapters(read)[1]) == ("Verder in het gesprek",) * 2
    assert (len(during.next_steps()), read.next_steps()) == (1, [])
    assert during.link("Maak een afspraak").address == list_url(team)
    made(session)
    after = page_of(owner.get(team.report_url))
    led = after.headings(2)
    assert led[led.index("In het kort") - 1] == "Wat jullie afspraken"
    assert after.link("Maak nog een afspraak, of wijzig er een").address == list_url(team)


def test_a_page_that_the_owner_has_is_drawn_anew_for_them_once_something_is_recorded(owner, reader, team, session):
    shown = {}
    for name, client in (("owner", owner), ("reader", reader)):
        shown[name] = {url: client.get(url)["ETag"] for url in (team.report_url, guide_url(team))}
    assert shown["owner"] != shown["reader"]

    record_outcome(session, KEY, OUTCOME, etag(None))

    for name, client in (("owner", owner), ("reader", reader)):
        for url, seen in shown[name].items():
            assert client.get(url, headers={"If-None-Match": seen}).status_code == 200


def test_by_its_link_a_browser_becomes_the_owners(team):
    fresh = Client()
    assert not page_of(fresh.get(team.report_url)).links(FORM)
    assert fresh.get(list_url(team)).status_code == 200
    assert page_of(fresh.get(team.report_url)).links(FORM)


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER])
@pytest.mark.parametrize("finished", [True, False])
def test_there_is_a_form_only_for_a_team_whose_sheet_is_finished(content, mode, finished):
    asked = make_reflection({KEY: "hindering"}, mode=mode, finished=finished)
    session = Session.objects.get(pk=asked.response.session_id)
    agreed = session.agreements.create(what="Stond er al")
    expected = 200 if mode is Mode.TOGETHER and finished else 404
    urls = [outcome_url(asked), list_url(asked), reverse("team-agreement", args=[asked.token, agreed.pk])]
    client = Client()
    assert [client.get(url).status_code for url in urls] == [expected] * 3
    if expected == 404:
        assert [client.post(url, posted(FIRST)).status_code for url in urls] == [404] * 3
        client.get(asked.fill_url)
        page = client.get(asked.report_url)
        assert page.status_code == (200 if finished else 404)
        assert FORM not in page.text


def test_unknown_items_agreements_and_links_are_not_there(owner, team, session):
    other = make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True)
    theirs = made(Session.objects.select_related("checklist").get(pk=other.response.session_id))
    urls = [
        outcome_url(team, "goal-unknown"),
        agreement_url(team, theirs),
        reverse("team-agreement", args=[team.token, uuid4()]),
        reverse("team-agreements", args=[new_token()]),
        reverse("team-agreements", args=[team.read_token]),
    ]
    assert [owner.get(url).status_code for url in urls] == [404] * 5


@pytest.mark.parametrize("stage", ["open", "discussion", "concluded"])
def test_once_a_collaboration_has_it_its_members_record_and_the_link_to_fill_in_does_not(owner, team, session, stage):
    agreed = made(session)
    rounds.adopt(session, team.token, make_collaboration())
    Session.objects.filter(pk=session.pk).update(stage=stage)

    urls = [outcome_url(team), list_url(team), agreement_url(team, agreed)]
    assert [owner.get(url).status_code for url in urls] == [404] * 3
    assert [owner.post(url, posted(FIRST)).status_code for url in urls] == [404] * 3
    for url in (team.report_url, guide_url(team)):
        assert not page_of(owner.get(url)).links("afspraak")
    assert FIRST.what in page_of(owner.get(team.report_url)).words


@pytest.mark.parametrize("where", ["outcome", "list", "one"])
def test_whoever_is_just_too_late_reads_that_a_collaboration_has_it_and_keeps_what_was_typed(
    owner, team, session, monkeypatch, where
):
    agreed = made(session)
    late = f"reflectie.views.report.{'report' if where == 'outcome' else 'agreements'}.load_report"
    collaboration = make_collaboration()

    def adopted_meanwhile(found: Session) -> object:
        rounds.adopt(found, team.token, collaboration)
        return reports.load_report(found)

    monkeypatch.setattr(late, adopted_meanwhile)
    url, data = {
        "outcome": (outcome_url(team), {**RECORDED, "seen": etag(None)}),
        "list": (list_url(team), posted(OTHER)),
        "one": (agreement_url(team, agreed), {**posted(OTHER), "state": "open", "reason": "", "seen": etag(agreed)}),
    }[where]
    page = owner.post(url, data)

    assert page.status_code == 409
    assert "Deze zelfreflectie is net bewaard in een samenwerking." in page_of(page).alerts()[0].words
    assert (OUTCOME.reason if where == "outcome" else OTHER.what) in page.text
    assert (session.outcomes.count(), reports.load_agreements(session)) == (0, (agreed,))


@pytest.mark.parametrize("where", ["outcome", "list", "one"])
def test_what_is_erased_meanwhile_is_not_found(owner, team, session, monkeypatch, where):
    agreed = made(session)
    late = f"reflectie.views.report.{'report' if where == 'outcome' else 'agreements'}.load_report"

    def erased_meanwhile(found: Session) -> object:
        report = reports.load_report(found)
        assert erasure.erase_reflection(found.pk)
        return report

    monkeypatch.setattr(late, erased_meanwhile)
    url, data = {
        "outcome": (outcome_url(team), {**RECORDED, "seen": etag(None)}),
        "list": (list_url(team), posted(OTHER)),
        "one": (agreement_url(team, agreed), {**posted(OTHER), "state": "open", "reason": "", "seen": etag(agreed)}),
    }[where]
    assert owner.post(url, data).status_code == 404
    assert not Session.objects.exists()


# --- what the browser and we keep


def test_nothing_is_kept_of_who_records_and_no_cache_has_the_page(owner, team):
    page = owner.get(list_url(team))
    owner.post(list_url(team), posted(FIRST))
    owner.get(f"{list_url(team)}?gedaan=erbij")

    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"
    assert set(owner.cookies) <= {"reflectie", "csrftoken"}
    assert not BrowserSession.objects.exists()


def test_pages_take_a_fixed_number_of_queries(owner, team, session, django_assert_num_queries):
    agreed = made(session)
    urls = {outcome_url(team): 8, list_url(team): 8, agreement_url(team, agreed): 9}
    for url in urls:
        owner.get(url)
    for _ in range(8):
        made(session, Agreement("", tokens.new_token()))
    for url, number in urls.items():
        with django_assert_num_queries(number):
            owner.get(url)


def test_the_owners_report_asks_one_thing_more_than_a_readers(owner, reader, team, session, django_assert_num_queries):
    made(session)
    for client in (owner, reader):
        client.get(team.report_url)
    with django_assert_num_queries(7):
        reader.get(team.report_url)
    with django_assert_num_queries(8):
        owner.get(team.report_url)
