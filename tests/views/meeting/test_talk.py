"""The remote of a talk: who may lead, what each press does, and what happens when two do it at once."""

import re
from itertools import pairwise
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.meeting.talk import MOST_PARTS, OWN, Talk
from reflectie.domain.report.agreements import MAX_AGREEMENT, Agreement
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Membership, Role, Session
from reflectie.models import Talk as TalkRow
from reflectie.services.meeting import talks
from reflectie.services.report.agreements import add_agreement
from reflectie.services.report.outcomes import load_outcome, record_outcome, text_digest
from reflectie.services.sessions import rounds
from tests.helpers.factories import CONCLUSION, HTMX, make_reflection
from tests.helpers.hostile_text import HOSTILE
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round, erased_before, fetched, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

KEY = "coordination-equality"
SHEETS = [{KEY: value, f"{KEY}-note": f"Notitie {n}"} for n, value in enumerate(["hindering", "hindering", "helping"])]


@pytest.fixture
def collaboration():
    return make_collaboration()


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def coordinator(collaboration) -> Client:
    return signed_in("coordinator", collaboration)


@pytest.fixture
def facilitator(collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


def url(session: Session, name: str = "talk") -> str:
    return reverse(name, args=[session.pk])


def begun(session: Session, minutes: int = 60) -> Talk:
    return talks.start_talk(session, minutes)


def now(session: Session) -> Talk:
    talk = talks.load_talk(fetched(session))
    assert talk
    return talk


def press(client: Client, session: Session, step: str, to: str = "", **more: str):
    return client.post(url(session), {"step": step, "to": to, **more})


# --- beginning, and who may


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_talk_begins_in_two_presses_from_the_session(who, session, request):
    client = request.getfixturevalue(who)
    page = page_of(client.get(reverse("session", args=[session.pk]))).main
    assert page.next_steps() == ["Leid het gesprek live"]
    assert page.link("Leid het gesprek live").address == url(session)
    page = page_of(client.get(url(session))).main
    assert (page.next_steps(), page.chosen()) == (["Begin het gesprek"], ["90 minuten"])
    begin = client.post(url(session), {"step": "begin", "minutes": "90"})
    assert (begin.status_code, begin.url, now(session).minutes) == (303, url(session), 90)
    page = page_of(client.get(url(session))).main
    assert page.headings(1) == ["Welkom, en hoe we praten"]
    assert len(page.part("Hoe werkt dit?").items()) <= 10


def test_after_an_agreement_the_coordinator_concludes_and_can_still_lead(coordinator, facilitator, session):
    add_agreement(session, Agreement("", "Samen eten"), uuid4())
    page = page_of(coordinator.get(reverse("session", args=[session.pk]))).main
    assert (page.next_steps(), len(page.links("Leid het gesprek live"))) == (["Rond de sessie af"], 1)
    page = page_of(facilitator.get(reverse("session", args=[session.pk]))).main
    assert page.next_steps() == ["Leid het gesprek live"]


def test_length_that_has_no_agenda_is_said_beside_the_choice(coordinator, session):
    page = coordinator.post(url(session), {"step": "begin", "minutes": "45"})
    assert page.status_code == 422
    assert [link.words for link in page_of(page).part("Dit lukte nog niet").links()] == [
        "Kies een van de mogelijkheden."
    ]
    assert "Kies een van de mogelijkheden." in page_of(page).part("Hoelang duurt het gesprek?").words
    assert talks.load_talk(fetched(session)) is None


def test_beginning_twice_is_once(coordinator, facilitator, session):
    for client, minutes in ((coordinator, "60"), (facilitator, "120")):
        assert client.post(url(session), {"step": "begin", "minutes": minutes}).status_code == 303
    assert now(session).minutes == 60


@pytest.mark.parametrize("route", ["talk", "talk-state"])
def test_nobody_else_leads_it(route, coordinator, facilitator, collaboration, session):
    begun(session)
    address = url(session, route)
    elsewhere = signed_in("elsewhere", make_collaboration())
    former = signed_in("former", collaboration, Role.FACILITATOR)
    Membership.objects.filter(user__username="former").delete()
    stages = {client.get(address).status_code for client in (coordinator, facilitator)}
    assert (stages, elsewhere.get(address).status_code, former.get(address).status_code) == ({200}, 404, 404)
    assert Client().get(address).status_code == 302
    for client in (elsewhere, former):
        assert client.post(url(session), {"step": "go", "to": "need"}).status_code == 404
    assert now(session).place == "welcome"


def test_without_an_account_only_a_team_that_filled_in_together_leads_it():
    for reflection, status in [
        (make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True), 200),
        (make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER), 404),
        (make_reflection({KEY: "hindering"}, finished=True), 404),
    ]:
        assert Client().get(reverse("team-talk", args=[reflection.token])).status_code == status
        assert Client().get(reverse("team-talk", args=[reflection.read_token])).status_code == 404


# --- steps


def test_whole_agenda_forth_and_back(facilitator, session):
    parts = begun(session).agenda
    for before, after in pairwise(parts):
        page = page_of(facilitator.get(url(session)))
        [name] = [name for name in page.buttons() if name.startswith("Volgende")]
        to = page.button(name).value
        assert (now(session).place, to) == (before.place, after.place)
        assert press(facilitator, session, "go", to).status_code == 303
    page = page_of(facilitator.get(url(session))).main
    assert (page.headings(1), page.next_steps()) == (["Afronden"], ["Naar het verslag"])
    assert now(session).discussed_count == len(now(session).topics)
    press(facilitator, session, "go", parts[0].place)
    assert now(session).place == parts[0].place


def test_the_coordinator_ends_with_concluding(coordinator, session):
    parts = begun(session).agenda
    press(coordinator, session, "go", parts[-1].place)
    page = page_of(coordinator.get(url(session))).main
    assert page.next_steps() == ["Rond de sessie af"]


def test_answers_are_shown_by_two_presses_and_taken_back(facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    page = page_of(facilitator.get(url(session)))
    assert page.at("toon").kind == "details"
    assert not page.at("toon").unfolded().buttons() or "Ja, toon aan iedereen" in page.at("toon").buttons()
    assert "1 van 3 ziet het anders" not in page.part("Op de muur").words
    press(facilitator, session, "reveal", KEY)
    page = page_of(facilitator.get(url(session)))
    assert "1 van 3 ziet het anders" in page.at("op-muur").words
    press(facilitator, session, "hide", KEY)
    assert now(session).revealed == ()


@pytest.mark.parametrize("step", ["reveal", "quiet", "note", "poll-off"])
def test_press_about_what_is_not_on_any_more_does_nothing(step, facilitator, session):
    begun(session)
    before = now(session)
    assert press(facilitator, session, step, KEY, note=text_digest("Notitie 1")).status_code == 303
    assert now(session) == before


def test_quiet_minute_and_the_clock(facilitator, session):
    begun(session)
    press(facilitator, session, "quiet", "welcome")
    assert now(session).is_quiet
    press(facilitator, session, "speak", "welcome")
    press(facilitator, session, "longer", "welcome")
    press(facilitator, session, "hide-clock")
    talk = now(session)
    assert (talk.is_quiet, talk.part.minutes, talk.shows_clock) == (False, 7, False)
    assert "de agenda vraagt nog" not in facilitator.get(url(session)).text
    for _ in range(6):
        press(facilitator, session, "longer", "close")
    assert "de agenda vraagt nog 67 minuten" in facilitator.get(url(session)).text


def test_note_stands_on_the_wall_when_it_is_put_up(facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    assert "Notitie 1" not in page_of(facilitator.get(url(session))).at("op-muur").words
    press(facilitator, session, "note", KEY, note=text_digest("Notitie 1"))
    page = page_of(facilitator.get(url(session)))
    assert "Notitie 1" in page.at("op-muur").words
    assert [name for name in page.buttons() if name.startswith("Haal van de muur")] == ["Haal van de muur: Notitie 1"]
    press(facilitator, session, "note", KEY, note="")
    assert now(session).note == ""


def test_poll_that_closed_is_taken_off_the_wall(facilitator, session):
    begun(session)
    press(facilitator, session, "go", "decision")
    label = "Haal de uitslag van de muur"
    hands = {"step": "hands", "over": "repair", "key": str(uuid4()), "behind": 2, "live_with": 1, "objection": 0}
    assert label not in page_of(facilitator.get(url(session))).buttons()
    assert facilitator.post(url(session, "polls"), hands).status_code == 303
    page = page_of(facilitator.get(url(session)))
    assert label in page.buttons()
    assert "We kiezen voor herstellen." in page.at("op-muur").words
    # About another part than what is on, it is about something that nobody looks at.
    press(facilitator, session, "poll-off", "close")
    assert now(session).poll
    assert press(facilitator, session, "poll-off", "decision").status_code == 303
    page = page_of(facilitator.get(url(session)))
    assert "We kiezen voor herstellen." not in page.at("op-muur").words
    assert (now(session).place, session.polls.count()) == ("decision", 1)


def test_poll_that_goes_on_stays_on_the_wall(facilitator, session):
    begun(session)
    assert (
        facilitator.post(url(session, "polls"), {"step": "open", "over": "repair", "key": str(uuid4())}).status_code
        == 303
    )
    assert "Haal de uitslag van de muur" not in page_of(facilitator.get(url(session))).buttons()
    # Off the wall it goes on all the same, and who leads is still led to it.
    press(facilitator, session, "go", KEY)
    on_wall = page_of(facilitator.get(url(session))).at("op-muur")
    assert "Hoe sta je hierin?" not in on_wall.words
    assert f"{url(session, 'polls')}?van=gesprek" in on_wall.addresses()


def test_of_too_few_there_is_nothing_to_show(facilitator, collaboration):
    """Nor is anything of them on the wall of whoever presses nonetheless."""
    session = discussed_round(collaboration, [{**sheet, "goal-sentence": "Samen eten"} for sheet in SHEETS[:2]])
    begun(session, 120)
    for place in ["need", "strengths", *(part.place for part in now(session).topics)]:
        press(facilitator, session, "go", place)
        assert "Toon de antwoorden" not in facilitator.get(url(session)).text
        press(facilitator, session, "reveal", place)
        wall = Client().get(reverse("wall", args=[talks.wall_token(fetched(session))])).text
        assert [told for told in ("Uit de antwoorden", "Samen eten", "Notitie", "spread") if told in wall] == []


def test_what_goes_well_is_shown_by_the_same_two_presses(facilitator, collaboration):
    session = discussed_round(collaboration, [{KEY: "helping"}] * 3)
    begun(session)
    press(facilitator, session, "go", "strengths")
    page = page_of(facilitator.get(url(session)))
    helping = "Alle partners worden gelijkwaardig behandeld"
    assert "Ja, toon aan iedereen" in page.buttons()
    assert helping not in page.at("op-muur").words
    press(facilitator, session, "reveal", "strengths")
    assert helping in page_of(facilitator.get(url(session))).at("op-muur").words


def test_agenda_is_moved_and_left_out(facilitator, session):
    agenda = [part.place for part in begun(session).agenda]
    assert press(facilitator, session, "down", "need").url == f"{url(session)}?agenda=need#agenda"
    assert [part.place for part in now(session).agenda].index("need") == agenda.index("need") + 1
    press(facilitator, session, "up", "need")
    press(facilitator, session, "leave-out", "strengths")
    assert [part.place for part in now(session).agenda] == [place for place in agenda if place != "strengths"]
    page = page_of(facilitator.get(f"{url(session)}?agenda=need"))
    assert [fold.is_open for fold in (page.folded()) if fold.summary.startswith("Pas aan: Hebben")] == [True]


def test_statement_is_added_from_those_that_are_not_on_it(facilitator, session):
    talk = begun(session)
    options = page_of(facilitator.get(url(session))).field("Een stelling die er nog niet op staat").options()
    keys = {option.value for option in options}
    assert not keys & {part.place for part in talk.agenda}
    key = next(key for key in sorted(keys) if key)
    assert press(facilitator, session, "add", key).status_code == 303
    assert now(session).agenda[1].place == key
    wrong = press(facilitator, session, "add", "nonsense")
    assert wrong.status_code == 422
    assert "Kies uit de lijst." in page_of(wrong).at("erbij").words


@pytest.mark.parametrize("title", [*HOSTILE, "<script>alert(1)</script>", "{{ 7|add:1 }}", "‮omgekeerd"])
def test_topic_in_own_words_stands_as_it_was_typed(title, facilitator, session):
    begun(session)
    assert press(facilitator, session, "raise", title=title).status_code == 303
    assert press(facilitator, session, "raise", title=title).status_code == 303
    [part] = [part for part in now(session).agenda if part.title]
    assert press(facilitator, session, "go", part.place).status_code == 303
    page = facilitator.get(url(session))
    assert page_of(page).headings(1) == [part.title]
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("title", "said"),
    [("", "Schrijf waarover jullie het willen hebben."), ("x" * (MAX_AGREEMENT + 1), "Te lang: 301 tekens")],
)
def test_topic_that_cannot_be_keeps_what_was_typed(title, said, facilitator, session):
    begun(session)
    page = press(facilitator, session, "raise", title=title)
    part = page_of(page).at("erbij")
    assert (page.status_code, said in part.words, part.value("title")) == (422, True, title)
    assert said in part.field("Een ander onderwerp, in je eigen woorden").description


def test_full_agenda_says_so_and_keeps_what_was_typed(facilitator, session):
    begun(session)
    for number in range(MOST_PARTS):
        page = press(facilitator, session, "raise", title=f"Onderwerp {number}")
    assert page.status_code == 422
    part = page_of(page).at("erbij")
    assert f"Er staan al {MOST_PARTS} onderdelen op de agenda." in part.words
    assert part.value("title") == f"Onderwerp {number}"
    assert len(now(session).agenda) == MOST_PARTS


@pytest.mark.parametrize(
    "posted",
    [
        {"step": "go", "to": f"{OWN}9"},
        {"step": "nonsense"},
        {},
        {"step": "note", "to": "welcome", "note": "x" * 5000},
        {"step": "leave-out", "to": ""},
    ],
)
def test_press_about_what_is_not_there_changes_nothing_and_says_so(posted, facilitator, session):
    begun(session)
    before = now(session)
    page = facilitator.post(url(session), posted)
    assert page.status_code == 409
    assert "Dat staat niet meer op de agenda." in page_of(page).alerts()[0].words
    assert now(session) == before


# --- what comes of it


def outcome_posted(client: Client, session: Session):
    page = page_of(client.get(url(session))).at("uitkomst")
    return page.sent() | {"choice": ["divided"], "reason": ["We zien het anders."]}


def test_outcome_is_typed_here_and_leads_back(facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    posted = outcome_posted(facilitator, session)
    kept = facilitator.post(reverse("outcome", args=[session.pk, KEY]), posted)
    assert (kept.status_code, kept.url) == (303, f"{url(session)}#vastleggen")
    page = page_of(facilitator.get(url(session)))
    assert "We zien het anders." in page.at("vastleggen").words
    assert "We zien het anders." in page.at("op-muur").words
    assert "Wijzig de uitkomst" in page.at("vastleggen").words


def test_outcome_over_that_of_somebody_else_shows_both_and_the_way_back(facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    posted = outcome_posted(facilitator, session)
    record_outcome(session, KEY, Outcome(Choice.HELPING), etag(None))
    page = facilitator.post(reverse("outcome", args=[session.pk, KEY]), posted)
    main = page_of(page).main
    assert (page.status_code, main.value("van")) == (409, "gesprek")
    assert main.link("Terug naar het gesprek").address == f"{url(session)}#vastleggen"
    assert load_outcome(session, KEY) == Outcome(Choice.HELPING)
    theirs = facilitator.post(reverse("outcome", args=[session.pk, KEY]), main.sent() | {"theirs": "1"})
    assert theirs.url == f"{url(session)}#vastleggen"


def test_agreement_is_made_here_about_what_is_on(facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    form = page_of(facilitator.get(url(session))).at("afspraak")
    assert form.value("item") == KEY
    wrong = facilitator.post(reverse("agreements", args=[session.pk]), form.sent())
    page = page_of(wrong).main
    assert (wrong.status_code, page.value("van")) == (422, "gesprek")
    assert page.link("Terug naar het gesprek").address == url(session)
    made = facilitator.post(reverse("agreements", args=[session.pk]), form.sent() | {"what": "We bellen"})
    assert made.url == f"{url(session)}#vastleggen"
    page = page_of(facilitator.get(url(session)))
    assert "We bellen" in page.at("vastleggen").words
    [change] = page.at("vastleggen").links("Wijzig")
    assert change.address.endswith("?van=gesprek")
    changed = facilitator.get(change.address)
    back = page_of(changed).main.link("Ga terug").address
    assert back == f"{url(session)}#vastleggen"


def test_two_facilitators_each_type_an_outcome_and_none_is_lost(coordinator, facilitator, session):
    begun(session)
    press(facilitator, session, "go", KEY)
    first, second = (outcome_posted(client, session) for client in (coordinator, facilitator))
    address = reverse("outcome", args=[session.pk, KEY])
    assert coordinator.post(address, first | {"reason": ["Van de een"]}).status_code == 303
    page = facilitator.post(address, second | {"reason": ["Van de ander"]})
    assert page.status_code == 409
    assert {"Van de een", "Van de ander"} <= set(re.findall("Van de een|Van de ander", page.text))


# --- the wall, and stopping


def test_wall_gets_another_address_by_two_presses(facilitator, session):
    begun(session)
    token = talks.wall_token(fetched(session))
    page = page_of(facilitator.get(url(session)))
    assert page.link("Open de muur (in een nieuw tabblad)").address.endswith(reverse("wall", args=[token]))
    assert page.at("nieuw-adres").buttons() == ["Ja, maak een nieuw adres"]
    press(facilitator, session, "renew")
    assert talks.wall_token(fetched(session)) not in ("", token)


def test_stopping_leaves_what_was_recorded(facilitator, session):
    begun(session)
    record_outcome(session, KEY, Outcome(Choice.HELPING), etag(None))
    page = page_of(facilitator.get(url(session)))
    assert page.at("stop").buttons() == ["Ja, stop het live gesprek"]
    stopped = press(facilitator, session, "stop")
    assert stopped.url == reverse("session", args=[session.pk])
    assert (talks.load_talk(fetched(session)), load_outcome(session, KEY)) == (None, Outcome(Choice.HELPING))
    late = press(facilitator, session, "raise", title="Wie belt er?")
    assert late.status_code == 409
    assert "Wie belt er?" in page_of(late).alerts()[0].words
    assert facilitator.get(url(session, "talk-state")).status_code == 409


def test_concluded_meanwhile_says_so_and_keeps_what_was_typed_in_sight(facilitator, session):
    begun(session)
    rounds.conclude(session, CONCLUSION)
    page = press(facilitator, session, "raise", title="Wie belt er?")
    assert (page.status_code, "Wie belt er?" in page.text) == (409, True)
    assert page_of(page).main.next_steps() == ["Naar de sessie zoals ze nu is"]
    assert facilitator.get(url(session, "talk-state"), headers=HTMX).status_code == 409


def test_erased_meanwhile_is_not_there(facilitator, session, monkeypatch):
    begun(session)
    monkeypatch.setattr("reflectie.views.meeting.talk.change_talk", erased_before(talks.change_talk))
    assert press(facilitator, session, "go", "need").status_code == 404
    assert facilitator.get(url(session)).status_code == 404


# --- two remotes, and what they cost


def test_state_says_what_changed_and_nothing_otherwise(coordinator, facilitator, session):
    begun(session)
    seen = page_of(facilitator.get(url(session))).value("gezien")
    state = url(session, "talk-state")
    assert facilitator.get(state, {"gezien": seen}).status_code == 204
    press(coordinator, session, "go", "need")
    page = facilitator.get(state, {"gezien": seen}, headers=HTMX)
    assert page.status_code == 200
    assert 'id="nu"' in page.text
    assert "<title>" not in page.text
    assert page.text.count('hx-swap-oob="true"') == 7


def test_two_who_press_next_go_one_step(coordinator, facilitator, session):
    parts = begun(session).agenda
    for client in (coordinator, facilitator):
        press(client, session, "go", parts[1].place)
    assert now(session).place == parts[1].place


def test_press_by_a_script_gets_the_parts_and_not_the_page(facilitator, session):
    begun(session)
    page = facilitator.post(url(session), {"step": "go", "to": "need"}, headers=HTMX)
    assert (page.status_code, "<title>" in page.text, 'data-place="need"' in page.text) == (200, False, True)
    wrong = facilitator.post(url(session), {"step": "raise", "title": ""}, headers=HTMX)
    assert (wrong.status_code, 'name="gezien"' in wrong.text) == (422, True)


@pytest.mark.parametrize("people", [3, 12])
def test_page_and_state_take_a_fixed_number_of_queries(people, collaboration, django_assert_num_queries):
    session = discussed_round(collaboration, SHEETS * (people // 3))
    facilitator = signed_in("fien", collaboration, Role.FACILITATOR)
    begun(session)
    press(facilitator, session, "go", KEY)
    facilitator.get(url(session))
    seen = talks.state_of(fetched(session))
    # Who asks, two; the session and its talk; whether a poll goes on; the rest is the report's.
    with django_assert_num_queries(14):
        facilitator.get(url(session))
    with django_assert_num_queries(4):
        facilitator.get(url(session, "talk-state"), {"gezien": seen})
    with django_assert_num_queries(14):
        facilitator.get(url(session, "talk-state"), {"gezien": "0"})


# --- a team without an account, on its one screen


def test_team_begins_from_its_own_report_and_has_all_on_one_screen(client):
    reflection = make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True)
    client.get(reflection.fill_url)
    talk = reverse("team-talk", args=[reflection.token])
    assert page_of(client.get(reflection.report_url)).main.link("Praat erover, op dit scherm").address == talk
    page = client.get(talk)
    assert "leest iedereen met jullie leeslink" in page_of(page).main.words
    assert client.post(talk, {"step": "begin", "minutes": "60"}).url == talk
    client.post(talk, {"step": "go", "to": KEY})
    page = page_of(client.get(talk)).main
    assert "leest iedereen met jullie leeslink" in page.at("vastleggen").words
    assert not page.links("Open de muur")
    form = page.at("uitkomst").sent() | {"choice": ["hindering"]}
    kept = client.post(reverse("team-outcome", args=[reflection.token, KEY]), form)
    assert (kept.status_code, kept.url) == (303, f"{talk}#vastleggen")
    made = client.post(
        reverse("team-agreements", args=[reflection.token]), page.at("afspraak").sent() | {"what": "We bellen"}
    )
    assert made.url == f"{talk}#vastleggen"
    assert "We bellen" in page_of(client.get(talk)).at("vastleggen").words
    assert client.post(talk, {"step": "stop"}).url == reflection.report_url


def test_team_talk_is_not_for_the_link_to_read(client):
    reflection = make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True)
    assert not page_of(client.get(reflection.report_url)).links("Praat erover, op dit scherm")


def test_team_talk_goes_with_the_reflection(client):
    reflection = make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True)
    talk = reverse("team-talk", args=[reflection.token])
    client.post(talk, {"step": "begin", "minutes": "60"})
    client.post(reflection.erase_url)
    assert client.get(talk).status_code == 404


@pytest.mark.parametrize("place", ["breathe", "item-renamed"])
def test_talk_that_another_release_kept_is_led_and_followed_on(place, coordinator, session):
    """A phase, an item and a length that this release doesn't know, as while it comes in the place of the other."""
    begun(session)
    agenda = [{"place": each, "minutes": 10, "title": ""} for each in ("welcome", "breathe", "item-renamed", KEY)]
    TalkRow.objects.filter(session=session).update(agenda=agenda, place=place, minutes=75)
    wall = reverse("wall", args=[talks.wall_token(fetched(session))])
    for address in (url(session), url(session, "talk-state"), wall, reverse("join-talk", args=[session.join_token])):
        response = coordinator.get(address)
        assert (response.status_code, "Gelijkwaardigheid" in response.content.decode()) == (200, True)
    assert press(coordinator, session, "go", "welcome").status_code == 303
    assert [part.place for part in now(session).agenda] == ["welcome", KEY]
