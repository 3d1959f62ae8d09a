"""The wall and who follows it: what stands there at each place, what is never in the page, and what asking costs."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reflectie.domain.meeting import talk as steps
from reflectie.domain.meeting.talk import Talk
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import Agreement, Decision
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.polls import Poll, PollCounts, PollWay
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Conclusion, FormerLink, Session
from reflectie.services.meeting import talks
from reflectie.services.report.outcomes import record_outcome, remove_text, text_digest
from reflectie.services.report.polls import close_poll, open_poll, record_hands
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import UNDO_WITHIN, undo_conclusion
from reflectie.services.tokens import hash_token, new_token, read_token
from tests.helpers.agreed import conclude, made
from tests.helpers.rounds import DAY, closed_round, discussed_round, fetched, make_collaboration, open_round

KEY, FACTOR = "coordination-equality", "context-regulatory"
HINDERING, HELPING = "Een of meer partners domineren", "Alle partners worden gelijkwaardig behandeld"
SENTENCE = "Iedereen krijgt binnen een week antwoord."
SHEETS: list[dict[str, str]] = [
    {
        KEY: value,
        FACTOR: "hindering",
        "goal-shared": "helping",
        f"{KEY}-note": f"Notitie {n}",
        "goal-sentence": SENTENCE,
    }
    for n, value in enumerate(["hindering", "hindering", "helping", "dont-know"])
]
HTMX = {"HX-Request": "true"}
# What a finding is said with: none of it may be in the page, in whatever part of it, before the answers are shown.
TOLD = (
    "spread",
    "hinderpaal",
    "verdeeld",
    "zien het anders",
    "ziet het anders",
    "Uit de antwoorden",
    "<strong>2</strong>",
)


@pytest.fixture
def session(db: None) -> Session:
    found = discussed_round(make_collaboration(), SHEETS)
    talks.start_talk(found, 60)
    talks.change_talk(found, lambda talk: steps.add_item(talk, KEY))
    return found


def to(session: Session, place: str) -> None:
    talks.change_talk(session, lambda talk: steps.go_to(talk, place, timezone.now()))


def reveal(session: Session, place: str) -> None:
    talks.change_talk(session, lambda talk: steps.reveal(talk, place))


def be_quiet(talk: Talk) -> Talk:
    return steps.be_quiet(talk, timezone.now())


def wall_url(session: Session, route: str = "wall") -> str:
    return reverse(route, args=[talks.wall_token(session)])


def talk_url(session: Session, route: str = "join-talk") -> str:
    return reverse(route, args=[session.join_token])


def shown(session: Session) -> str:
    """The wall, as text without the space around it; and the same on a phone."""
    client = Client()
    page, phone = client.get(wall_url(session)).content.decode(), client.get(talk_url(session)).content.decode()
    [content] = re.findall(r'<div class="talk is-.*?</div>\s*</div>', page, re.DOTALL)
    assert content in phone
    return re.sub(r"\s+", " ", page)


# --- what stands there


def test_topic_shows_both_wordings_and_its_question_and_no_answer(session: Session) -> None:
    to(session, KEY)
    page = shown(session)
    assert [text in page for text in (HINDERING, HELPING, "Wanneer merk je dat jouw kijk meetelt")] == [True] * 3
    reveal(session, KEY)
    page = shown(session)
    assert "2 van 3" not in page
    assert [told for told in TOLD if told in page] == [
        *("spread", "hinderpaal", "ziet het anders", "Uit de antwoorden", "<strong>2</strong>")
    ]
    talks.change_talk(session, lambda talk: steps.hide(talk, KEY))
    assert [told for told in TOLD if told in shown(session)] == []


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_no_answer_is_in_the_page_before_it_is_shown(db: None, mode: Mode) -> None:
    session = discussed_round(make_collaboration(), SHEETS, mode)
    talks.start_talk(session, 120)
    talk = talks.change_talk(session, lambda talk: steps.add_item(talk, KEY))
    seen = []
    for part in talk.agenda:
        to(session, part.place)
        for is_quiet in (False, True):
            page = shown(session)
            if part.is_topic:
                seen.append(part.place)
                assert [told for told in (*TOLD, "Notitie") if told in page] == [], part.place
            assert SENTENCE not in page
            talks.change_talk(session, steps.end_quiet if is_quiet else be_quiet)
    assert {KEY, FACTOR} <= set(seen)


def test_factor_shows_its_own_words(session: Session) -> None:
    to(session, FACTOR)
    page = shown(session)
    assert "Regelgevende remmende factoren" in page
    assert "onduidelijkheden, bureaucratisme" in page
    reveal(session, FACTOR)
    assert "alle 4 kozen dit" in shown(session)


def test_sentences_about_the_goal_stand_beside_each_other_once_shown(session: Session) -> None:
    to(session, "need")
    assert "Heb je elkaar nodig om het doel te bereiken?" in shown(session)
    reveal(session, "need")
    assert shown(session).count(SENTENCE) == 4


def test_one_note_that_was_put_up_and_no_other(session: Session) -> None:
    to(session, KEY)
    talks.change_talk(session, lambda talk: steps.put_up_note(talk, text_digest("Notitie 1")))
    page = shown(session)
    assert [f"Notitie {n}" in page for n in range(4)] == [False, True, False, False]
    remove_text(session, f"{KEY}-note", text_digest("Notitie 1"))
    assert "Notitie" not in shown(session)


def test_what_was_recorded_stands_beside_the_question(session: Session) -> None:
    to(session, KEY)
    outcome = Outcome(Choice.HELPING, "Dat is veranderd", "Niet voor wie thuis werkt", ActionOwner.ORGANISATIONS)
    record_outcome(session, KEY, outcome, etag(None))
    made(session, Agreement("", "We eten samen", "Joke", None, KEY, trigger="er iemand bij komt"))
    page = shown(session)
    told = ("Dat is veranderd", "Niet voor wie thuis werkt", "onze organisaties", "We eten samen", "er iemand bij komt")
    assert [text for text in told if text not in page] == []
    talks.change_talk(session, be_quiet)
    quiet = shown(session)
    assert "Een stille minuut. Schrijf voor jezelf op wat je ziet." in quiet
    assert [text for text in told if text in quiet] == []
    to(session, "close")
    assert "We eten samen" in shown(session)


def test_what_somebody_raised_stands_there_in_their_words(session: Session) -> None:
    talk = talks.change_talk(session, lambda talk: steps.raise_topic(talk, "De sleutel van <het> lokaal"))
    to(session, talk.next_place)
    assert "De sleutel van &lt;het&gt; lokaal" in shown(session)


@pytest.mark.parametrize(("way", "how"), [(PollWay.PHONES, "Stem op je telefoon"), (PollWay.HANDS, "Steek je hand op")])
def test_poll_stands_alone_and_says_how_to_answer(session: Session, way: PollWay, how: str) -> None:
    to(session, KEY)
    reveal(session, KEY)
    report = load_report(session)
    wall = talks.load_wall(session, report)
    assert wall
    context = {"wall": steps.replace(wall, poll=Poll("key", way, None, decision=Decision.REPAIR)), "report": report}
    page = render_to_string("reflectie/meeting/wall/content.html", context)
    told = ("We kiezen voor herstellen.", "Ik sta erachter", "Ik kan ermee leven", "Ik heb een bezwaar", how)
    assert [text for text in told if text not in page] == []
    assert HINDERING not in page


VOTE, GOES_ON = "Zeg waar jij staat", "Er loopt nog een peiling."


def test_phone_is_led_to_a_poll_as_long_as_it_goes_on_and_says_so_once_the_talk_is_elsewhere(session, client) -> None:
    def said() -> list[bool]:
        page = client.get(talk_url(session)).content.decode()
        return [word in page for word in (VOTE, GOES_ON)]

    poll = open_poll(session, Decision.REPAIR, uuid4())
    assert said() == [True, False]
    for place in ("decision", KEY):
        to(session, place)
        assert said() == [True, True]
    assert VOTE not in client.get(wall_url(session)).content.decode()
    state = talks.state_of(fetched(session))
    close_poll(session, UUID(poll.key))
    assert VOTE not in client.get(f"{talk_url(session, 'join-talk-state')}?gezien={state}").content.decode()
    assert said() == [False, False]


def test_phone_is_led_to_a_poll_that_goes_on_after_the_talk_was_stopped(session, client) -> None:
    open_poll(session, Decision.REPAIR, uuid4())
    talks.stop_talk(session)
    assert VOTE in client.get(talk_url(session)).content.decode()


def test_phone_is_led_to_no_poll_by_hands(session, client) -> None:
    record_hands(session, Decision.REPAIR, PollCounts(3, 0, 0), uuid4())
    assert VOTE not in client.get(talk_url(session)).content.decode()


def test_where_the_talk_is_and_the_clock(session: Session) -> None:
    begun = talks.load_talk(session)
    assert begun
    to(session, begun.topics[0].place)
    minutes = begun.topics[0].minutes
    page = shown(session)
    assert f"0 van {len(begun.topics)} besproken" in page
    assert f"> Nog {minutes} minuten <" in page
    talks.change_talk(session, lambda talk: steps.replace(talk, shows_clock=False))
    assert "data-until" not in shown(session)
    then = timezone.now() - timedelta(minutes=minutes)
    talks.change_talk(session, lambda talk: steps.replace(talk, shows_clock=True, place_since=then))
    assert "> De tijd voor dit onderwerp is om. <" in shown(session)


# --- whose it is, nobody sees


def of_people(mode: Mode, name: str, note: str) -> list[dict[str, str]]:
    """The same answers, by people who are called so and wrote that."""
    people = [
        {**sheet, "participant": f"{name} {n}"} if mode is Mode.NAMED else sheet for n, sheet in enumerate(SHEETS)
    ]
    return [{key: note if key.endswith("-note") else value for key, value in sheet.items()} for sheet in people]


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 11, 30, 10, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    # At random, of itself: it tells pages apart, and nothing of a round.
    monkeypatch.setattr(talks.secrets, "randbelow", lambda below: below - 1)


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_two_rounds_with_the_same_figures_have_the_same_wall(db: None, stopped: None, mode: Mode) -> None:
    sheets = of_people(mode, "Els", "Daar is iets mee"), of_people(mode, "Bo", "Het gaat best goed")[::-1]
    rounds = [discussed_round(make_collaboration(), each, mode) for each in sheets]
    rounds[1].collaboration.name = "Heel andere mensen"
    rounds[1].collaboration.save()
    for each in rounds:
        talks.start_talk(each, 120)
    talk = talks.load_talk(rounds[0])
    assert talk
    compared = 0
    for place in [part.place for part in talk.agenda]:
        for step in (to, reveal):
            pages: list[bytes] = []
            for each in rounds:
                step(each, place)
                for route in ("wall", "wall-state"):
                    pages.append(Client().get(wall_url(each, route)).content)
                    assert talks.wall_token(each).encode() not in pages[-1]
            assert pages[:2] == pages[2:]
            compared += len(set(pages))
    assert compared > 4 * len(talk.agenda) - 4


def test_wall_names_nobody_and_has_no_menu(session: Session, client: Client) -> None:
    page = client.get(wall_url(session)).content.decode()
    assert "<nav" not in page
    assert session.collaboration.name not in page
    assert [link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("/static/")] == ["?licht"]
    assert 'class="is-dark"' in page
    light = client.get(f"{wall_url(session)}?licht").content.decode()
    assert 'class="is-light"' in light
    assert 'href="./"' in light


# --- what asking costs


@pytest.mark.parametrize(("url", "route"), [(wall_url, "wall-state"), (talk_url, "join-talk-state")])
def test_unchanged_is_one_query_and_nothing_else(session, client, django_assert_num_queries, url, route) -> None:
    state = talks.state_of(session)
    address = url(session, route)
    first = client.get(address, headers=HTMX)
    assert f'name="gezien" value="{state}"' in first.content.decode()
    for asked, headers in ((f"{address}?gezien={state}", HTMX), (address, {"If-None-Match": first["ETag"]})):
        with django_assert_num_queries(1):
            answer = client.get(asked, headers=headers)
        assert (answer.status_code, answer.content) == (204 if "?" in asked else 304, b"")
        assert (answer["ETag"], answer["Cache-Control"]) == (f'"{state}"', "private, no-cache")
        assert not answer.cookies
    to(session, "close")
    assert client.get(f"{address}?gezien={state}", headers=HTMX).status_code == 200


def test_what_changed_is_drawn_once_for_all(session, client, django_assert_num_queries) -> None:
    to(session, KEY)
    phone, wall = talk_url(session, "join-talk-state"), wall_url(session)
    # The wall shows the same as a phone, and draws it no more; a phone is led on to a poll, which is one query.
    for number, url in ((12, phone), (3, phone), (2, f"{wall}stand/"), (1, wall), (2, talk_url(session))):
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200


@pytest.mark.parametrize(("url", "route"), [(wall_url, "wall-state"), (talk_url, "join-talk-state")])
def test_talk_that_begins_anew_shows_nothing_of_the_one_before(session: Session, client: Client, url, route) -> None:
    """Neither a page that slept meanwhile, nor what was drawn a moment ago."""
    to(session, KEY)
    reveal(session, KEY)
    old = talks.state_of(session)
    assert "spread" in client.get(url(session, route), headers=HTMX).content.decode()
    talks.stop_talk(session)
    talks.start_talk(session, 60)
    talks.change_talk(session, lambda talk: steps.add_item(talk, KEY))
    to(session, KEY)
    talks.change_talk(session, lambda talk: steps.lengthen(talk, KEY))
    answer = client.get(f"{url(session, route)}?gezien={old}", headers=HTMX)
    assert answer.status_code == 200
    assert "spread" not in answer.content.decode()


def test_what_was_agreed_earlier_is_drawn_each_time(db: None, client: Client) -> None:
    """It stands in another session: nothing tells this one that it changed."""
    collaboration = make_collaboration()
    earlier = discussed_round(collaboration, SHEETS)
    agreement = made(earlier, Agreement("", "We eten samen"))
    conclude(earlier)
    Session.objects.filter(pk=earlier.pk).update(planned_on=DAY - timedelta(30))
    session = discussed_round(collaboration, SHEETS)
    talks.start_talk(session, 60)
    to(session, "earlier")
    assert "We eten samen" in shown(session)
    earlier.agreements.filter(pk=agreement.key).delete()
    assert "We eten samen" not in shown(session)


# --- who may, and when


def test_wall_keeps_its_screen_awake_and_no_other_page_may(session: Session, client: Client) -> None:
    wakes = "screen-wake-lock=(self)"
    pages = [wall_url(session), talk_url(session), wall_url(session, "wall-state"), "/"]
    assert [wakes in client.get(page)["Permissions-Policy"] for page in pages] == [True, False, False, False]


def test_address_that_was_renewed_opens_nothing_and_an_open_page_loads_itself_again(session, client) -> None:
    old = wall_url(session, "wall-state")
    talks.renew_wall(session)
    gone = client.get(old, headers=HTMX)
    assert (gone.status_code, gone["HX-Refresh"], gone.content) == (404, "true", b"")
    assert client.get(old).status_code == 404
    assert client.get(reverse("wall", args=[new_token()])).status_code == 404


def test_link_to_take_part_that_was_renewed_says_so(session: Session, client: Client) -> None:
    FormerLink.objects.create(session=session, token_hash=hash_token("x" * 22))
    assert "vernieuwd" in client.get(reverse("join-talk", args=["x" * 22])).content.decode()


@pytest.fixture
def asked(session: Session) -> tuple[str, str]:
    """What wall and phone ask for."""
    return wall_url(session, "wall-state"), talk_url(session, "join-talk-state")


def test_concluded_says_so_and_asks_rarely_until_it_is_taken_back(
    session: Session, client: Client, asked: tuple[str, str], django_assert_num_queries
) -> None:
    concluded = conclude(session)
    wall, phone = (client.get(url, headers=HTMX) for url in asked)
    assert [wall.status_code, phone.status_code] == [200, 200]
    assert "Dit gesprek is afgerond" in wall.content.decode()
    assert "<a" not in wall.content.decode()
    assert "Lees wat jullie zeiden" in phone.content.decode()
    for answer in (wall, phone):
        assert "data-talk-ended" in answer.content.decode()
    for url in asked:
        # The state, the session, and its conclusion.
        with django_assert_num_queries(3):
            assert client.get(f"{url}?gezien=concluded", headers=HTMX).status_code == 204
    for url in (wall_url(session), talk_url(session)):
        page = client.get(url)
        assert page.status_code == 200
        assert "hx-get" in page.content.decode()
    undo_conclusion(concluded)
    for url in asked:
        again = client.get(f"{url}?gezien=concluded", headers=HTMX)
        assert (again.status_code, "Welkom, en hoe we praten" in again.content.decode()) == (200, True)


def test_concluded_for_good_stops_asking(session: Session, client: Client, asked: tuple[str, str]) -> None:
    conclude(session)
    Conclusion.objects.update(recorded_at=timezone.now() - UNDO_WITHIN)
    for url in asked:
        assert client.get(f"{url}?gezien=concluded", headers=HTMX).status_code == 286
    for url in (wall_url(session), talk_url(session)):
        page = client.get(url).content.decode()
        assert "afgerond" in page
        assert "hx-get" not in page
        assert "http-equiv" not in page


def test_phone_waits_for_a_talk_and_shows_it_when_it_begins(db: None, client, django_assert_num_queries) -> None:
    session = discussed_round(make_collaboration(), SHEETS)
    page = client.get(talk_url(session))
    assert "Er is nu geen gesprek om te volgen" in page.content.decode()
    address = talk_url(session, "join-talk-state")
    with django_assert_num_queries(1):
        assert client.get(f"{address}?gezien=").status_code == 204
    talks.start_talk(session, 60)
    assert "Welkom, en hoe we praten" in client.get(f"{address}?gezien=", headers=HTMX).content.decode()
    talks.stop_talk(session)
    assert "data-talk-wait" in client.get(f"{address}?gezien=1", headers=HTMX).content.decode()


def test_before_the_report_is_open_there_is_nothing_to_follow(db: None, client: Client) -> None:
    for session in (open_round(make_collaboration(), SHEETS), closed_round(make_collaboration(), SHEETS)):
        assert client.get(talk_url(session))["Location"] == reverse("join", args=[session.join_token])


def test_whoever_comes_back_by_the_link_comes_to_the_talk_while_there_is_one(session, client) -> None:
    join = reverse("join", args=[session.join_token])
    assert client.get(join)["Location"] == talk_url(session)
    report = reverse("report", args=[read_token(session.join_token)])
    assert report in client.get(talk_url(session)).content.decode()
    talks.stop_talk(session)
    assert client.get(join)["Location"] == report


def test_who_waits_for_the_report_is_told_where_to_follow(session: Session, client: Client) -> None:
    standing = reverse("join-standing", args=[session.join_token])
    assert talk_url(session) in client.get(standing, headers=HTMX).content.decode()
    conclude(session)
    assert talk_url(session) not in client.get(standing, headers=HTMX).content.decode()
