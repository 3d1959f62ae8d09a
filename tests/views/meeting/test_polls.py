"""Polls of support in pages: for who leads the talk, and on the phone of whoever is asked."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.report.agreements import Decision
from reflectie.domain.report.polls import Poll, PollCounts, Stance
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import MadePdf, PollVote, Role, Session
from reflectie.presentation.choices import DECISIONS
from reflectie.services.meeting import talks
from reflectie.services.report import agreements, polls
from reflectie.services.report.polls import cancel_poll, close_poll, load_polls, open_poll, record_hands, vote
from reflectie.services.tokens import hash_token, new_token
from reflectie.views.meeting import poll_page
from tests.helpers.agreed import FIRST, HINDERED, changed, conclude, made, pk
from tests.helpers.factories import HTMX
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import closed_round, discussed_round, fetched, make_collaboration, open_round, signed_in
from tests.helpers.watch import pages_of

pytestmark = pytest.mark.django_db

BEHIND, LIVE_WITH, OBJECTION = Stance
COUNTS = PollCounts(5, 0, 1)
SHOWN = "Peiling met handen: 5 staan erachter, 0 kunnen ermee leven, 1 heeft een bezwaar"
WITHHELD = "minder dan drie mensen stemden. Daarom bewaren en tonen we geen uitslag."


@pytest.fixture
def collaboration(content):
    return make_collaboration(("Huis Linde",))


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


@pytest.fixture
def coordinator(collaboration) -> Client:
    return signed_in("coordinator", collaboration)


@pytest.fixture
def facilitator(collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


def words(response) -> str:
    return page_of(response).words


def url(session: Session, query: str = "") -> str:
    return reverse("polls", args=[session.pk]) + query


def vote_url(session: Session) -> str:
    return reverse("poll-vote", args=[session.join_token])


def begun(session: Session, thing: str = Decision.REPAIR) -> Poll:
    return open_poll(session, thing, uuid4())


def voted(session: Session, poll: Poll, *stances: Stance) -> None:
    for stance in stances:
        vote(session, UUID(poll.key), new_token(), stance)


def ended(session: Session, *stances: Stance, thing: str = Decision.REPAIR) -> Poll:
    poll = begun(session, thing)
    voted(session, poll, *stances)
    close_poll(session, UUID(poll.key))
    return load_polls(session)[-1]


def cast(client: Client, session: Session, stance: str, **more: str):
    """Vote with the form as it stands there."""
    return client.post(vote_url(session), sent(page_of(client.get(vote_url(session)))) | {"stance": stance} | more)


def sent(page: Part) -> dict[str, str]:
    return {name: page.value(name) for name in ("poll", "ballot")}


# --- For who leads the talk


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_a_poll_by_phones_is_begun_watched_and_closed_in_two_presses(who, session, request):
    client = request.getfixturevalue(who)
    page = page_of(client.get(url(session)))
    assert page.headings(3) == ["Herstellen", "Hertekenen", "Stoppen"]
    page = page_of(client.get(page.link("Peil: Hertekenen").address))
    assert str(DECISIONS[Decision.REDESIGN][1]) in page.words
    by_phones = page.part("Met telefoons")
    form = {"step": "open", "over": by_phones.value("over"), "key": by_phones.value("key")}
    assert client.post(url(session), form)["Location"] == url(session)

    [poll] = load_polls(session)
    voted(session, poll, BEHIND, BEHIND, OBJECTION, LIVE_WITH)
    page = page_of(client.get(url(session)))
    assert "4 toestellen stemden al" in page.words
    assert page.link(f"http://testserver{vote_url(session)}").address == f"http://testserver{vote_url(session)}"
    # One press asks; the other does it.
    assert "Ja, sluit en toon" not in page.buttons()
    sure = page_of(client.get(page.link("Sluit de peiling").address))
    assert "Ja, sluit en toon" in sure.buttons()
    assert load_polls(session)[0].is_open
    assert client.post(url(session), {"step": "close", "poll": sure.named("poll").value}).status_code == 303

    text = words(client.get(url(session)))
    assert "Peiling met telefoons: 2 staan erachter, 1 kan ermee leven, 1 heeft een bezwaar" in text


@pytest.mark.parametrize(("number", "told"), [(0, "0 toestellen stemden"), (1, "1 toestel stemde")])
def test_how_many_voted_is_told_while_it_goes_on_and_no_more_than_that(coordinator, session, number, told):
    voted(session, begun(session), *[OBJECTION] * number)
    page, now = coordinator.get(url(session)), coordinator.get(url(session, "?stand"), headers=HTMX)
    assert told in words(page)
    assert told in words(now)
    for response in (page, now):
        assert not any(said in words(response) for said in ("staat erachter", "heeft een bezwaar", "leven"))


def test_once_the_poll_is_over_the_page_that_watches_it_loads_itself_again(coordinator, session):
    poll = begun(session)
    assert "HX-Refresh" not in coordinator.get(url(session, "?stand"), headers=HTMX)
    cancel_poll(session, UUID(poll.key))
    assert coordinator.get(url(session, "?stand"), headers=HTMX)["HX-Refresh"] == "true"


def test_closing_with_too_few_says_first_what_it_means_and_what_else_can_be_done(coordinator, session):
    poll = begun(session)
    voted(session, poll, OBJECTION, OBJECTION)
    page = page_of(coordinator.get(url(session, "?stap=sluiten")))
    assert "Er stemden nog minder dan drie mensen." in page.words
    assert page.link("Breek de peiling af").address == url(session, "?stap=afbreken#zeker")
    coordinator.post(url(session), {"step": "close", "poll": poll.key})
    text = words(coordinator.get(url(session)))
    assert WITHHELD in text
    assert "heeft een bezwaar" not in text


def test_a_poll_is_cancelled_in_two_presses_and_nothing_is_kept(coordinator, session):
    poll = begun(session)
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    page = page_of(coordinator.get(url(session, "?stap=afbreken")))
    assert "Ja, breek af" in page.buttons()
    assert coordinator.post(url(session), {"step": "cancel", "poll": poll.key}).status_code == 303
    assert (load_polls(session), PollVote.objects.count()) == ((), 0)


def hands(page: Part, **counts: object) -> dict[str, object]:
    form = page.part("Met handen")
    return {"step": "hands", "over": form.value("over"), "key": form.value("key"), **counts}


def test_hands_are_typed_and_shown_at_once(coordinator, session):
    page = page_of(coordinator.get(url(session, "?over=stop")))
    assert page.field("Ik heb een bezwaar").type == "number"
    form = hands(page, behind=5, live_with=0, objection=1)
    assert coordinator.post(url(session), form).status_code == 303
    coordinator.post(url(session), form)
    assert words(coordinator.get(url(session))).count(SHOWN) == 1


@pytest.mark.parametrize(
    ("counts", "label", "said"),
    [
        ({"behind": "", "live_with": 2, "objection": 0}, "Ik sta erachter", "Typ hoeveel handen je telde."),
        ({"behind": "vijf", "live_with": 2, "objection": 0}, "Ik sta erachter", "Typ een getal, zoals 4."),
        ({"behind": 1, "live_with": -1, "objection": 0}, "Ik kan ermee leven", "Dit kan niet minder zijn dan 0."),
        ({"behind": 1, "live_with": 2, "objection": 1000}, "Ik heb een bezwaar", "Dit kan niet meer zijn dan 999."),
        ({"behind": 0, "live_with": 0, "objection": 0}, "Ik sta erachter", "Er ging geen enkele hand omhoog."),
    ],
)
def test_a_wrong_number_is_told_beside_its_field_and_nothing_is_lost(coordinator, session, counts, label, said):
    page = page_of(coordinator.get(url(session, "?over=stop")))
    response = coordinator.post(url(session), hands(page, **counts))
    page = page_of(response)
    assert (response.status_code, page.title.startswith("Fout: ")) == (422, True)
    assert said in page.field(label).description
    assert {name: page.value(name) for name in counts} == {name: str(value) for name, value in counts.items()}
    assert load_polls(session) == ()


def test_a_thing_is_offered_in_the_way_it_was_asked_before_and_says_why(coordinator, session):
    record_hands(session, Decision.STOP, COUNTS, uuid4())
    page = page_of(coordinator.get(url(session, "?over=stop")))
    assert "Hierover peilden jullie al met handen." in page.words
    assert [name for name in page.buttons() if "peiling" in name or "uitslag" in name] == ["Bewaar de uitslag"]

    ended(session, BEHIND, BEHIND, OBJECTION)
    page = page_of(coordinator.get(url(session, "?over=repair")))
    assert "Hierover peilden jullie al met telefoons." in page.words
    assert [name for name in page.buttons() if "peiling" in name or "uitslag" in name] == ["Begin de peiling"]


def test_who_filled_in_together_is_offered_hands_alone(coordinator, collaboration):
    session = closed_round(collaboration, HINDERED[:1], Mode.TOGETHER)
    page = page_of(coordinator.get(url(session, "?over=repair")))
    assert "peil met handen" in page.words
    assert "Begin de peiling" not in page.buttons()
    response = coordinator.post(url(session), {"step": "open", "over": "repair", "key": uuid4()})
    assert (response.status_code, load_polls(session)) == (409, ())


def test_what_came_between_is_told_and_typed_numbers_stand_there_still(coordinator, session):
    page = page_of(coordinator.get(url(session, "?over=stop")))
    begun(session)
    response = coordinator.post(url(session), hands(page, behind=5, live_with=3, objection=1))
    page = page_of(response)
    assert (response.status_code, [part.words for part in page.alerts()]) == (
        409,
        ["Dat ging niet Er loopt al een peiling. Sluit die eerst, of breek ze af."],
    )
    assert page.value("live_with") == "3"


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"step": "open", "over": str(uuid4()), "key": str(uuid4())}, "Deze afspraak is er niet meer."),
        ({"step": "close", "poll": str(uuid4())}, "Deze peiling is er niet meer."),
        ({"step": "close", "poll": "niets"}, "Deze peiling is er niet meer."),
        ({"step": "cancel", "poll": ""}, "Deze peiling is er niet meer."),
    ],
)
def test_what_is_not_there_any_more_is_told(coordinator, session, posted, said):
    response = coordinator.post(url(session), posted)
    assert (response.status_code, said in words(response)) == (409, True)


def test_closed_by_another_and_too_many_are_told(coordinator, session, monkeypatch):
    poll = ended(session, BEHIND, BEHIND, OBJECTION)
    response = coordinator.post(url(session), {"step": "cancel", "poll": poll.key})
    assert (response.status_code, "Iemand sloot deze peiling al." in words(response)) == (409, True)
    monkeypatch.setattr(polls, "MAX_POLLS", 1)
    response = coordinator.post(url(session), {"step": "open", "over": "stop", "key": uuid4()})
    assert (response.status_code, "Er kan geen meer bij." in words(response)) == (409, True)


def counted(session: Session) -> list[PollCounts]:
    return [poll.counts for poll in load_polls(session)]


def correction(page: Part, **counts: object) -> dict[str, object]:
    return {"step": "correct", "poll": page.value("poll"), "seen": page.value("seen"), **counts}


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_hands_that_were_typed_wrong_are_corrected_in_place(who, session, request):
    client = request.getfixturevalue(who)
    record_hands(session, Decision.STOP, COUNTS, uuid4())
    page = page_of(client.get(page_of(client.get(url(session))).link("Verbeter: Peiling met handen, Stoppen").address))
    assert [page.value(name) for name in ("behind", "live_with", "objection")] == ["5", "0", "1"]
    sent = correction(page, behind=4, live_with=1, objection=1)
    assert client.post(url(session), sent)["Location"] == url(session)
    # As after a lost answer.
    assert client.post(url(session), sent).status_code == 303
    assert counted(session) == [PollCounts(4, 1, 1)]
    text = words(client.get(url(session)))
    assert "Peiling met handen: 4 staan erachter, 1 kan ermee leven, 1 heeft een bezwaar" in text


@pytest.mark.parametrize("wrong", [{"behind": ""}, {"behind": 1000}, {"behind": 0, "live_with": 0, "objection": 0}])
def test_a_correction_goes_by_the_rules_of_what_was_counted_first(coordinator, session, wrong):
    poll = record_hands(session, Decision.STOP, COUNTS, uuid4())
    page = page_of(coordinator.get(url(session, f"?poll={poll.key}")))
    response = coordinator.post(url(session), correction(page, **{"behind": 5, "live_with": 0, "objection": 0} | wrong))
    page = page_of(response)
    assert (response.status_code, page.title.startswith("Fout: ")) == (422, True)
    assert page.value("behind") == str(wrong["behind"])
    assert counted(session) == [COUNTS]


def test_two_who_correct_at_once_are_told_and_choose(coordinator, facilitator, session):
    poll = record_hands(session, Decision.STOP, COUNTS, uuid4())
    page = page_of(coordinator.get(url(session, f"?poll={poll.key}")))
    facilitator.post(url(session), correction(page, behind=9, live_with=0, objection=1))
    response = coordinator.post(url(session), correction(page, behind=4, live_with=1, objection=1))
    conflict = page_of(response)
    assert (response.status_code, conflict.title.startswith("Fout: ")) == (409, True)
    assert "9 Ik sta erachter" in conflict.words
    assert conflict.value("live_with") == "1"
    assert counted(session) == [PollCounts(9, 0, 1)]
    again = correction(conflict, behind=4, live_with=1, objection=1) | {"current": conflict.value("current")}
    assert coordinator.post(url(session), again | {"theirs": "1"}).status_code == 303
    assert counted(session) == [PollCounts(9, 0, 1)]
    assert coordinator.post(url(session), again | {"mine": "1"}).status_code == 303
    assert counted(session) == [PollCounts(4, 1, 1)]


def test_a_poll_by_phones_is_not_corrected_nor_one_that_is_gone_or_of_a_talk_that_is_over(coordinator, session):
    by_hands = record_hands(session, Decision.STOP, COUNTS, uuid4())
    page = page_of(coordinator.get(url(session, f"?poll={by_hands.key}")))
    by_phones = ended(session, BEHIND, BEHIND, OBJECTION)
    assert len(page_of(coordinator.get(url(session))).links("Verbeter")) == 1
    form = correction(page, behind=4, live_with=1, objection=1)
    for key in (by_phones.key, str(uuid4()), "niets"):
        response = coordinator.post(url(session), form | {"poll": key})
        assert (response.status_code, "Deze peiling is er niet meer." in words(response)) == (409, True)
    conclude(session)
    assert page_of(coordinator.get(url(session))).links("Verbeter") == []
    assert coordinator.post(url(session), form).status_code == 409
    assert counted(session) == [COUNTS, PollCounts(2, 0, 1)]


def test_a_correction_shows_on_the_wall_and_in_no_pdf_of_before(coordinator, session):
    poll = record_hands(session, Decision.STOP, COUNTS, uuid4())
    talks.start_talk(session, 60)
    before = talks.state_of(fetched(session))
    coordinator.get(reverse("session-pdf", args=[session.pk]))
    assert MadePdf.objects.filter(session=session).exists()
    page = page_of(coordinator.get(url(session, f"?poll={poll.key}")))
    coordinator.post(url(session), correction(page, behind=4, live_with=1, objection=1))
    assert talks.state_of(fetched(session)) != before
    assert not MadePdf.objects.filter(session=session).exists()


@pytest.mark.parametrize("posted", [{}, {"step": "iets"}, {"step": "open", "over": "stop"}, {"step": "hands"}])
def test_half_a_form_does_nothing(coordinator, session, posted):
    response = coordinator.post(url(session), posted)
    assert (response.status_code, page_of(response).title.startswith("Fout: ")) == (422, True)
    assert load_polls(session) == ()


def test_concluded_meanwhile_is_told_and_what_was_typed_stands_there_still(coordinator, session, monkeypatch):
    page = page_of(coordinator.get(url(session, "?over=stop")))
    as_it_was = poll_page.services.record_hands

    def late(*args):
        conclude(session)
        return as_it_was(*args)

    monkeypatch.setattr(poll_page.services, "record_hands", late)
    response = coordinator.post(url(session), hands(page, behind=5, live_with=3, objection=1))
    page = page_of(response)
    assert (response.status_code, "Het gesprek is afgerond." in page.words) == (409, True)
    assert page.value("live_with") == "3"


def test_after_the_talk_the_page_tells_what_was_asked(coordinator, session):
    record_hands(session, Decision.STOP, COUNTS, uuid4())
    conclude(session)
    page = page_of(coordinator.get(url(session)))
    assert SHOWN in page.words
    assert page.links("Peil:") == page.links("Peil opnieuw") == []
    assert coordinator.get(url(session, "?over=stop")).status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_page_takes_a_fixed_number_of_queries(coordinator, session, number, django_assert_num_queries):
    for place in range(number):
        record_hands(session, made(session, changed(FIRST, what=f"Nummer {place}")).key, COUNTS, uuid4())
    # Who is signed in (2), the session with the role, agreements, and polls.
    with django_assert_num_queries(5):
        coordinator.get(url(session))
    voted(session, begun(session), *[BEHIND] * number)
    # And how many voted.
    with django_assert_num_queries(6):
        coordinator.get(url(session))


def test_concluding_says_beforehand_that_a_poll_goes_on(coordinator, session):
    page = reverse("session-conclude", args=[session.pk])
    assert "Er loopt nog een peiling." not in words(coordinator.get(page))
    begun(session)
    assert "Er loopt nog een peiling." in words(coordinator.get(page))


# --- On a phone


def test_a_phone_votes_reads_what_it_chose_and_may_change_it(session):
    poll, client = begun(session, made(session).key), Client()
    page = page_of(client.get(vote_url(session)))
    assert FIRST.what in page.words
    assert "ziet iedereen hoeveel mensen wat kozen, en niet wie" in page.words
    assert "Stemmen er minder dan drie mensen, dan bewaren en tonen we geen uitslag." in page.words
    assert page.choices() == ["Ik sta erachter", "Ik kan ermee leven", "Ik heb een bezwaar"]
    assert page.chosen() == []

    response = cast(client, session, "objection")
    assert (response.status_code, response["Location"]) == (303, vote_url(session))
    page = page_of(client.get(vote_url(session)))
    assert "Jij koos: Ik heb een bezwaar. Je kunt dat wijzigen tot de peiling sluit." in page.words
    assert page.chosen() == ["Ik heb een bezwaar"]

    cast(client, session, "behind")
    assert polls.count_votes(poll) == 1
    assert PollVote.objects.get().stance == "behind"


def test_the_cookie_is_this_polls_alone_and_ends_with_the_browser(session):
    poll, client = begun(session), Client()
    morsel = cast(client, session, "behind").cookies[f"peiling-{poll.key.replace('-', '')[:12]}"]
    kept = {name: morsel[name] for name in ("httponly", "samesite", "path", "max-age", "expires")}
    assert kept == {"httponly": True, "samesite": "Lax", "path": "/meedoen/", "max-age": "", "expires": ""}
    first = PollVote.objects.get().token_hash
    close_poll(session, UUID(poll.key))

    other = begun(session)
    cast(client, session, "behind")
    assert PollVote.objects.get(poll=UUID(other.key)).token_hash != first


@pytest.mark.parametrize("key", ["other", "forged"])
def test_a_cookie_of_another_poll_or_that_was_forged_opens_nothing(session, key):
    poll, client = begun(session), Client()
    name = f"peiling-{poll.key.replace('-', '')[:12]}"
    client.cookies[name] = "x" * 22 if key == "forged" else "x:y:z"
    assert page_of(client.get(vote_url(session))).chosen() == []
    assert cast(client, session, "behind").status_code == 303
    assert polls.count_votes(poll) == 1


def test_pressing_twice_before_the_cookie_is_there_is_one_vote(session):
    poll = begun(session)
    form = sent(page_of(Client().get(vote_url(session)))) | {"stance": "behind"}
    for client in (Client(), Client()):
        assert client.post(vote_url(session), form).status_code == 303
    assert polls.count_votes(poll) == 1
    assert PollVote.objects.get().token_hash == hash_token(form["ballot"])
    for _ in range(2):
        assert Client().post(vote_url(session), form | {"ballot": "<kort>"}).status_code == 303
    assert polls.count_votes(poll) == 3


@pytest.mark.parametrize("stance", ["", "veto"])
def test_a_vote_for_none_of_the_three_is_told_beside_them(session, stance):
    begun(session)
    response = cast(Client(), session, stance)
    page = page_of(response)
    assert (response.status_code, page.title.startswith("Fout: ")) == (422, True)
    assert len(page.alerts()) == 1
    assert PollVote.objects.count() == 0


def test_voters_read_before_a_second_poll_that_a_difference_will_show(session):
    told = "Jullie peilden dit al eens. Iedereen ziet het verschil met toen"
    ended(session, BEHIND)
    begun(session)
    # Of the first nothing is kept: there is nothing to differ from.
    assert told not in words(Client().get(vote_url(session)))
    voted(session, load_polls(session)[-1], BEHIND, BEHIND, OBJECTION)
    close_poll(session, UUID(load_polls(session)[-1].key))
    begun(session)
    assert told in words(Client().get(vote_url(session)))


def test_a_vote_after_it_closed_is_told_and_what_was_chosen_before_counts(session):
    poll, client, late = begun(session), Client(), Client()
    form = sent(page_of(late.get(vote_url(session)))) | {"stance": "objection"}
    cast(client, session, "behind")
    voted(session, poll, BEHIND, BEHIND)
    close_poll(session, UUID(poll.key))

    response = late.post(vote_url(session), form)
    text = words(response)
    assert (response.status_code, "Deze peiling is gesloten." in text, "telt wel mee" in text) == (409, True, False)
    assert "Peiling met telefoons: 3 staan erachter" in text
    assert "Wat je eerder koos, telt wel mee." in words(client.post(vote_url(session), form))
    # Another that goes on by now gets none of it.
    begun(session, Decision.STOP)
    response = late.post(vote_url(session), form)
    assert (response.status_code, PollVote.objects.count()) == (409, 0)
    assert "Peiling: waar sta je?" in words(response)


def test_a_vote_in_a_cancelled_poll_after_the_talk_or_in_a_full_one_is_told(session, monkeypatch):
    poll, client = begun(session), Client()
    form = sent(page_of(client.get(vote_url(session)))) | {"stance": "behind"}
    monkeypatch.setattr(polls, "MAX_VOTES", 0)
    assert "Er kan geen meer bij." in words(client.post(vote_url(session), form))
    cancel_poll(session, UUID(poll.key))
    response = client.post(vote_url(session), form)
    assert (response.status_code, "Deze peiling is afgebroken." in words(response)) == (409, True)
    conclude(session)
    assert client.post(vote_url(session), form).status_code == 409
    assert client.post(vote_url(session), {}).status_code == 409


def test_without_a_poll_the_page_says_so_and_leads_to_the_report(session):
    page = page_of(Client().get(vote_url(session)))
    assert "Er loopt nu geen peiling." in page.words
    assert Client().get(page.link("Naar het verslag").address).status_code == 200
    ended(session, BEHIND)
    assert WITHHELD in words(Client().get(vote_url(session)))


@pytest.mark.parametrize("made_at", [open_round, closed_round])
def test_before_the_talk_the_link_leads_to_the_round(collaboration, made_at):
    session = made_at(collaboration, HINDERED)
    join = reverse("join", args=[session.join_token])
    for response in (Client().get(vote_url(session)), Client().post(vote_url(session), {"stance": "behind"})):
        assert (response.status_code, response["Location"]) == (303, join)


def test_who_filled_in_together_is_not_asked_by_phone(collaboration):
    session = closed_round(collaboration, HINDERED[:1], Mode.TOGETHER)
    assert Client().get(vote_url(session)).status_code == 303


def test_an_agreement_that_is_reworded_while_it_is_polled_is_told_on_both_pages(coordinator, session):
    kept = made(session)
    begun(session, kept.key)
    agreements.change_agreement(session, pk(kept), changed(kept, what="Heel iets anders"), etag(kept))
    for client, address in ((Client(), vote_url(session)), (coordinator, url(session))):
        text = words(client.get(address))
        assert "Heel iets anders" in text
        assert "gewijzigd nadat de peiling begon" in text


def test_no_participant_gets_a_session_row(session, django_assert_num_queries):
    poll, client = begun(session), Client()
    cast(client, session, "behind")
    # The session by its link, its polls, and where this phone stands.
    with django_assert_num_queries(3):
        response = client.get(vote_url(session))
    assert "sessionid" not in response.cookies
    assert polls.count_votes(poll) == 1


# --- In the report


def test_the_report_shows_what_closed_beside_the_agreement_and_the_decision(coordinator, session):
    kept = made(session)
    record_hands(session, kept.key, COUNTS, uuid4())
    ended(session, BEHIND, BEHIND, OBJECTION)
    ended(session, BEHIND, thing=Decision.STOP)
    begun(session, Decision.REDESIGN)
    by_phones = "Herstellen. Peiling met telefoons: 2 staan erachter, 0 kunnen ermee leven, 1 heeft een bezwaar"
    for said in (None, "conclude"):
        if said:
            conclude(session)
        for address in (reverse("session-report", args=[session.pk]), reverse("agreements", args=[session.pk])):
            text = words(coordinator.get(address))
            assert SHOWN in text
            if "verslag" in address:
                assert by_phones in text
                assert f"Stoppen. Peiling met telefoons: {WITHHELD}" in text
            assert "loopt nog" not in text


def test_the_report_says_that_the_agreement_changed_since(coordinator, session):
    kept = made(session)
    record_hands(session, kept.key, COUNTS, uuid4())
    agreements.change_agreement(session, pk(kept), changed(kept, what="Heel iets anders"), etag(kept))
    text = words(coordinator.get(reverse("session-report", args=[session.pk])))
    assert f"{SHOWN}. De afspraak is daarna gewijzigd." in text


def test_the_reports_pdf_shows_them_too(coordinator, session):
    kept = made(session)
    record_hands(session, kept.key, COUNTS, uuid4())
    ended(session, BEHIND, BEHIND, OBJECTION)
    ended(session, BEHIND, thing=Decision.STOP)
    conclude(session)
    text = " ".join(pages_of(coordinator.get(reverse("session-pdf", args=[session.pk])).content))
    assert SHOWN in text
    assert "Herstellen. Peiling met telefoons: 2 staan erachter, 0 kunnen ermee leven, 1 heeft een bezwaar" in text
    assert f"Stoppen. Peiling met telefoons: {WITHHELD}" in text
