"""The pages of agreements: the list, one agreement, and where else they stand."""

from datetime import date, timedelta
from itertools import groupby
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.domain.report.agreements import MAX_AGREEMENTS, Agreement, State
from reflectie.domain.versions import etag
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Session
from reflectie.services import clock, tokens
from reflectie.services.questionnaire import plans
from reflectie.services.report import agreements, reports
from reflectie.services.sessions import rounds
from tests.helpers.agreed import DUE, FIRST, HINDERED, KEY, OTHER, changed, conclude, made, pk
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.rounds import DAY, closed_round, discussed_round, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(collaboration) -> Session:
    """A round in discussion, with two obstacles."""
    return discussed_round(collaboration, HINDERED)


def all_of(session: Session) -> list[tuple[str, str, str]]:
    """What, how it stands, and why it was dropped."""
    return [(kept.what, kept.state.value, kept.reason) for kept in reports.load_agreements(session)]


def list_url(session: Session) -> str:
    return reverse("agreements", args=[session.pk])


def url(session: Session, agreement: Agreement) -> str:
    return reverse("agreement", args=[session.pk, agreement.key])


def posted(agreement: Agreement, seen: str | None = None, **more: str) -> dict[str, str]:
    """What the page sends: a new agreement, or with `seen` a changed one."""
    due = agreement.due_on.isoformat() if agreement.due_on else ""
    data = {
        "what": agreement.what,
        "trigger": agreement.trigger,
        "who": agreement.who,
        "due_on": due,
        "item": agreement.item,
    }
    data["principle"] = str(agreement.principle or "")
    if seen is None:
        return {**data, "key": str(uuid4()), **more}
    return {**data, "state": agreement.state, "reason": agreement.reason, "seen": seen, **more}


# --- the list


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_list_makes_an_agreement(who, session, request):
    client = request.getfixturevalue(who)
    data = posted(FIRST)
    response = client.post(list_url(session), data)
    assert (response.status_code, response["Location"]) == (303, list_url(session))
    assert [changed(kept, key="") for kept in reports.load_agreements(session)] == [FIRST]
    shown = client.get(list_url(session))
    assert f'<bdi translate="no">Joke</bdi> · uiterlijk {date_format(DUE, "j F Y")}' in markup_of(shown)
    page = page_of(shown)
    assert "Gedeeld doel · Principe 3. Bepaal samen doelen" in page.words
    assert page.next_steps() == ["Bewaar de afspraak"]


def test_list_offers_the_obstacles_first_in_the_reports_order(coordinator, session):
    options = page_of(coordinator.get(list_url(session))).field("Waar gaat het over?").options()
    groups = [list(group) for _, group in groupby(options, lambda option: option.group)]
    assert [group[0].group for group in groups] == ["", "Wat jullie tegenhoudt", "Andere punten"]
    obstacles = reports.load_report(session).obstacles
    assert [option.value for option in groups[1]] == [found.item.key for found in obstacles]
    assert len(options) == 16


def test_list_asked_about_an_item_has_it_chosen_and_lets_its_principle_follow(coordinator, session):
    page = page_of(coordinator.get(list_url(session) + "?bij=context-financial"))
    assert page.field("Waar gaat het over?").selected() == ["context-financial"]
    assert page.field("Welk principe volgen jullie?").selected() == [""]
    unknown = page_of(coordinator.get(list_url(session) + "?bij=goal-unknown"))
    assert unknown.field("Waar gaat het over?").selected() == [""]


@pytest.mark.parametrize(("who", "may"), [("coordinator", True), ("facilitator", False)])
def test_list_leads_on_to_the_guide_and_who_may_to_the_conclusion(who, may, session, request):
    page = markup_of(request.getfixturevalue(who).get(list_url(session)))
    assert reverse("session-guide", args=[session.pk]) in page
    assert (reverse("session-conclude", args=[session.pk]) in page) is may


def test_page_lets_the_principle_follow_another_item_and_keeps_one_that_was_chosen(coordinator, session):
    followed, chosen = made(session), made(session, changed(FIRST, principle=7))
    pages = [page_of(coordinator.get(url(session, kept))) for kept in (followed, chosen)]
    assert [page.field("Welk principe volgen jullie?").selected() for page in pages] == [[""], ["7"]]
    data = posted(changed(followed, item="context-financial", principle=0), etag(followed))
    assert coordinator.post(url(session, followed), data).status_code == 303
    kept = {each.key: (each.item, each.principle) for each in reports.load_agreements(session)}
    assert kept == {followed.key: ("context-financial", 8), chosen.key: (FIRST.item, 7)}


def test_list_without_a_principle_takes_the_first_of_the_item(coordinator, session):
    coordinator.post(list_url(session), posted(changed(FIRST, item="goal-perspective", principle=0)))
    coordinator.post(list_url(session), posted(OTHER))
    coordinator.post(list_url(session), posted(changed(FIRST, item=KEY, principle=7)))
    kept = reports.load_agreements(session)
    assert [(each.item, each.principle) for each in kept] == [("goal-perspective", 1), ("", 0), (KEY, 7)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"what": ""}, "Schrijf wat jullie gaan doen."),
        ({"what": "a" * 301}, "Te lang: 301 tekens"),
        ({"who": "a" * 121}, "Te lang: 121 tekens"),
        ({"trigger": "a" * 301}, "Te lang: 301 tekens"),
        ({"due_on": "morgen"}, "Geef een dag, zoals 31/12/2026."),
        ({"due_on": "2020-01-01"}, "Deze dag is al voorbij."),
        ({"due_on": "2206-01-01"}, "Klopt het jaar?"),
        ({"item": "goal-unknown"}, "Dit kennen we niet."),
        ({"principle": "11"}, "Dit kennen we niet."),
    ],
)
def test_list_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(coordinator, session, parts, said):
    response = coordinator.post(
        list_url(session), {**posted(FIRST), "what": "Getypt & wel", "trigger": "als we overleggen", **parts}
    )
    assert response.status_code == 422
    page = page_of(response)
    [wrong] = parts
    assert said in page.named(wrong).description
    assert page.field("Wat gaan jullie doen?").value == parts.get("what", "Getypt & wel")
    assert page.field("Wie zorgt ervoor?").value == parts.get("who", "Joke")
    assert page.field("Wanneer doen jullie dat?").value == parts.get("trigger", "als we overleggen")
    assert reports.load_agreements(session) == ()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Als we  volgende week overleggen", "Wanneer: als we volgende week overleggen"),
        ("als we overleggen", "Wanneer: als we overleggen"),
        # Without "als" it is a moment all the same: nothing is put before it.
        ("elke maandag om 9 uur", "Wanneer: elke maandag om 9 uur"),
    ],
)
def test_agreement_says_once_at_which_moment_it_is_done_wherever_it_stands(coordinator, session, typed, shown):
    coordinator.post(list_url(session), posted(changed(FIRST, trigger=typed)))
    kept = reports.load_agreements(session)[0]
    assert kept.trigger == " ".join(typed.split())
    session = conclude(session)
    routes = ("agreements", "session-report", "session-said")
    addresses = [reverse(route, args=[session.pk]) for route in routes]
    addresses += [
        url(session, kept),
        reverse("open-agreements"),
        reverse("collaboration", args=[session.collaboration_id]),
    ]
    assert [page_of(coordinator.get(address)).words.count(shown) for address in addresses] == [1] * len(addresses)


def test_agreement_without_a_moment_says_nothing_of_one(coordinator, session):
    made(session)
    assert "Wanneer:" not in page_of(coordinator.get(list_url(session))).words


def test_moment_that_somebody_else_chose_meanwhile_is_shown_beside_ones_own(coordinator, session):
    kept = made(session)
    agreements.change_agreement(session, pk(kept), changed(kept, trigger="als het regent"), etag(kept))
    late = coordinator.post(url(session, kept), posted(changed(kept, trigger="als de zon schijnt"), etag(kept)))
    assert late.status_code == 409
    page = page_of(late)
    assert ("Wanneer jullie dat doen", "als het regent") in page.facts()
    assert page.field("Wanneer doen jullie dat?").value == "als de zon schijnt"


def test_agreement_of_a_page_from_before_moments_is_saved_as_it_was(coordinator, session):
    """Its mark is the one of before as long as nobody chose a moment."""
    kept = made(session)
    data = posted(changed(kept, what="Anders gezegd."), etag(kept))
    del data["trigger"]
    assert coordinator.post(url(session, kept), data).status_code == 303
    assert [(each.what, each.trigger) for each in reports.load_agreements(session)] == [("Anders gezegd.", "")]


def test_list_sent_twice_makes_one(coordinator, session):
    data = posted(FIRST)
    assert [coordinator.post(list_url(session), data).status_code for _ in range(2)] == [303, 303]
    assert len(reports.load_agreements(session)) == 1


def test_list_that_is_full_says_so_and_keeps_what_was_typed(coordinator, session):
    for number in range(MAX_AGREEMENTS):
        made(session, changed(OTHER, what=f"Nummer {number}"))
    response = coordinator.post(list_url(session), posted(FIRST))
    assert response.status_code == 422
    assert f"Er staan al {MAX_AGREEMENTS} afspraken." in markup_of(response)
    assert page_of(response).field("Wat gaan jullie doen?").value == FIRST.what


def test_list_after_concluding_shows_them_takes_no_more_and_keeps_what_was_typed(coordinator, session):
    made(session)
    conclude(session)
    page = markup_of(coordinator.get(list_url(session)))
    assert FIRST.what in page
    assert "Bewaar de afspraak" not in page
    late = coordinator.post(list_url(session), posted(OTHER))
    assert late.status_code == 409
    assert "Het gesprek is afgerond." in markup_of(late)
    assert page_of(late).field("Wat gaan jullie doen?").value == OTHER.what
    assert len(reports.load_agreements(session)) == 1


def test_list_says_in_words_what_is_overdue(coordinator, session):
    yesterday = clock.today() - timedelta(1)
    kept = made(session, changed(FIRST, due_on=yesterday))
    assert markup_of(coordinator.get(list_url(session))).count("moest klaar zijn op") == 1
    agreements.change_agreement(session, pk(kept), changed(kept, state=State.DONE), etag(kept))
    assert markup_of(coordinator.get(list_url(session))).count("moest klaar zijn op") == 0
    AgreementRow.objects.update(state=State.OPEN, due_on=clock.today())
    assert markup_of(coordinator.get(list_url(session))).count("moest klaar zijn op") == 0


@pytest.mark.parametrize("number", [1, 30])
def test_list_takes_a_fixed_number_of_queries(coordinator, session, number, django_assert_num_queries):
    for place in range(number):
        made(session, changed(FIRST, what=f"Nummer {place}"))
    # Who is signed in (2), the session with the role, and the report (9).
    with django_assert_num_queries(12):
        coordinator.get(list_url(session))


# --- one agreement


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_page_changes_every_part_in_the_discussion(who, session, request):
    client, kept = request.getfixturevalue(who), made(session)
    page = page_of(client.get(url(session, kept)))
    assert page.field("Wat gaan jullie doen?").value == FIRST.what
    assert page.named("seen").value == etag(kept)
    wanted = changed(
        kept, what="Anders", who="", due_on=None, item="", principle=0, state=State.DROPPED, reason="Geen tijd"
    )
    response = client.post(url(session, kept), posted(wanted, etag(kept)))
    assert (response.status_code, response["Location"]) == (303, list_url(session))
    assert reports.load_agreements(session) == (wanted,)


def test_page_keeps_a_day_that_has_passed(coordinator, session):
    kept = made(session, changed(FIRST, due_on=date(2020, 1, 1)))
    response = coordinator.post(url(session, kept), posted(changed(kept, who="An"), etag(kept)))
    assert (response.status_code, reports.load_agreements(session)[0].due_on) == (303, date(2020, 1, 1))


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_page_after_concluding_asks_how_it_stands_and_no_more(who, session, request):
    client, kept = request.getfixturevalue(who), made(session)
    conclude(session)
    page = page_of(client.get(url(session, kept))).main
    assert page.names() == {"csrfmiddlewaretoken", "seen", "state", "reason"}
    response = client.post(url(session, kept), {"state": "done", "reason": "", "seen": etag(kept)})
    assert (response.status_code, all_of(session)) == (303, [(FIRST.what, "done", "")])


def test_page_dropping_asks_why(coordinator, session):
    kept = made(session)
    conclude(session)
    response = coordinator.post(url(session, kept), {"state": "dropped", "reason": " ", "seen": etag(kept)})
    assert response.status_code == 422
    page = page_of(response)
    assert "Schrijf in één zin waarom jullie dit loslaten." in page.field("Losgelaten? Waarom?").description
    assert page.chosen() == ["Losgelaten"]
    coordinator.post(url(session, kept), {"state": "dropped", "reason": "Geen tijd", "seen": etag(kept)})
    assert all_of(session) == [(FIRST.what, "dropped", "Geen tijd")]


def test_page_taking_it_up_again_lets_go_of_why(coordinator, session):
    kept = made(session, changed(FIRST, state=State.DROPPED, reason="Geen tijd"))
    coordinator.post(url(session, kept), {"state": "busy", "reason": "Geen tijd", "seen": etag(kept)})
    assert all_of(session) == [(FIRST.what, "busy", "")]


def test_page_a_reason_without_dropping_is_not_lost_unsaid(coordinator, session):
    kept = made(session)
    response = coordinator.post(url(session, kept), {"state": "busy", "reason": "Bijna", "seen": etag(kept)})
    assert response.status_code == 422
    assert "Dit bewaren we alleen bij ‘losgelaten’." in markup_of(response)
    assert page_of(response).field("Losgelaten? Waarom?").value == "Bijna"


def test_page_full_form_sent_after_concluding_keeps_what_was_typed_in_sight(coordinator, session):
    kept = made(session)
    conclude(session)
    response = coordinator.post(url(session, kept), posted(changed(kept, what="Te laat getypt"), etag(kept)))
    assert response.status_code == 409
    page = page_of(response)
    assert "De afspraken staan vast." in page.words
    assert page.field("Wat gaan jullie doen?").value == "Te laat getypt"
    assert page.next_steps() == []
    assert reports.load_agreements(session) == (kept,)


def test_page_shows_the_other_beside_ones_own_and_lets_choose(coordinator, facilitator, session):
    kept = made(session)
    theirs, mine = changed(kept, what="Van de begeleider"), changed(kept, what="Van mij")
    facilitator.post(url(session, kept), posted(theirs, etag(kept)))

    late = coordinator.post(url(session, kept), posted(mine, etag(kept)))

    assert late.status_code == 409
    assert markup_of(late).index("Van de begeleider") < markup_of(late).index("Van mij")
    assert reports.load_agreements(session) == (theirs,)
    # Saving without choosing is asked again.
    again = coordinator.post(url(session, kept), posted(mine, etag(kept), current=etag(theirs)))
    assert (again.status_code, reports.load_agreements(session)) == (409, (theirs,))
    leaves = coordinator.post(url(session, kept), posted(mine, etag(kept), current=etag(theirs), theirs="1"))
    assert (leaves.status_code, reports.load_agreements(session)) == (303, (theirs,))

    own = coordinator.post(url(session, kept), posted(mine, etag(kept), current=etag(theirs), mine="1"))

    assert (own.status_code, reports.load_agreements(session)) == (303, (mine,))


def test_page_of_the_state_alone_meets_the_other_too(coordinator, facilitator, session):
    kept = made(session)
    conclude(session)
    facilitator.post(url(session, kept), {"state": "busy", "reason": "", "seen": etag(kept)})
    late = coordinator.post(url(session, kept), {"state": "done", "reason": "", "seen": etag(kept)})
    assert late.status_code == 409
    assert ("Hoe het ermee staat", "Bezig") in page_of(late).part("iemand anders was je voor").facts()
    current = etag(changed(kept, state=State.BUSY))
    own = {"state": "done", "reason": "", "seen": etag(kept), "current": current, "mine": "1"}
    assert (coordinator.post(url(session, kept), own).status_code, all_of(session)) == (303, [(FIRST.what, "done", "")])


def test_page_removes_it(coordinator, session):
    kept, other = made(session), made(session, OTHER)
    response = coordinator.post(url(session, kept), posted(kept, etag(kept), remove="1"))
    assert (response.status_code, reports.load_agreements(session)) == (303, (other,))
    assert coordinator.get(url(session, kept)).status_code == 404


def test_page_removing_what_somebody_changed_asks_first(coordinator, session):
    kept = made(session)
    theirs = changed(kept, who="Bert")
    agreements.change_agreement(session, pk(kept), theirs, etag(kept))
    asked = coordinator.post(url(session, kept), posted(kept, etag(kept), remove="1"))
    assert (asked.status_code, reports.load_agreements(session)) == (409, (theirs,))
    assert "Haal de afspraak toch weg" in markup_of(asked)
    sure = posted(kept, etag(kept), remove="1", current=etag(theirs), mine="1")
    assert (coordinator.post(url(session, kept), sure).status_code, reports.load_agreements(session)) == (303, ())


def test_page_of_one_that_somebody_removed_meanwhile_lets_it_be_made_again(coordinator, session):
    kept = made(session)
    agreements.remove_agreement(session, pk(kept), etag(kept))
    mine = changed(kept, what="Toch wel")
    late = coordinator.post(url(session, kept), posted(mine, etag(kept)))
    assert late.status_code == 409
    assert "De ander haalde deze afspraak weg." in markup_of(late)
    assert page_of(late).field("Wat gaan jullie doen?").value == "Toch wel"
    again = coordinator.post(url(session, kept), posted(mine, etag(kept), current=etag(None), mine="1"))
    assert (again.status_code, all_of(session)) == (303, [("Toch wel", "open", "")])


def test_page_leads_back_to_the_session_that_looks_back(coordinator, collaboration, session):
    kept, later = made(session), open_round(collaboration, [])
    back = reverse("session", args=[later.pk])
    assert page_of(coordinator.get(url(session, kept) + f"?van={later.pk}")).link("Ga terug").address == back
    data = posted(changed(kept, state=State.DONE), etag(kept), van=str(later.pk))
    assert coordinator.post(url(session, kept), data)["Location"] == back
    elsewhere = posted(changed(kept, who="An"), etag(changed(kept, state=State.DONE)), van="//evil.example")
    assert coordinator.post(url(session, kept), elsewhere)["Location"] == list_url(session)


def test_page_leads_back_to_the_collaboration_with_what_is_still_to_do(coordinator, collaboration, session):
    kept = made(session)
    conclude(session)
    home = reverse("collaboration", args=[collaboration.pk])
    there = f"{url(session, kept)}?van=samenwerking"
    assert there in page_of(coordinator.get(home)).addresses()
    assert page_of(coordinator.get(there)).link("Ga terug").address == home
    data = {"state": "busy", "reason": "", "seen": etag(kept), "van": "samenwerking"}
    assert coordinator.post(url(session, kept), data)["Location"] == home


def test_pages_are_not_there_for_anybody_else_nor_before_the_report_opens(
    coordinator, facilitator, collaboration, session
):
    kept = made(session)
    for client in (signed_in("elsewhere", make_collaboration()), signed_in("stranger")):
        assert [client.get(page).status_code for page in (list_url(session), url(session, kept))] == [404, 404]
        assert client.post(list_url(session), posted(OTHER)).status_code == 404
        assert client.post(url(session, kept), posted(OTHER, etag(kept))).status_code == 404
    assert Client().get(list_url(session)).status_code == 302
    closed = closed_round(collaboration, HINDERED)
    Session.objects.filter(pk=closed.pk).update(facilitator_prepares=True)
    assert [client.get(list_url(closed)).status_code for client in (coordinator, facilitator)] == [404, 404]
    elsewhere = discussed_round(collaboration, HINDERED)
    assert coordinator.get(url(elsewhere, kept)).status_code == 404
    assert reports.load_agreements(session) == (kept,)


# --- where else they stand


def test_report_shows_them_to_whoever_has_the_link(coordinator, client, session):
    link = reverse("report", args=[tokens.read_token(session.join_token or "")])
    empty = markup_of(client.get(link))
    assert ("Wie?" in empty, "Hoe staat het ermee?" in empty) == (True, False)
    made(session)
    page = markup_of(client.get(link))
    due, about = date_format(DUE, "j F Y"), "Gedeeld doel · Principe 3. Bepaal samen doelen"
    for words in (FIRST.what, "Joke", due, "Nog te doen", about):
        assert words in page
    assert list_url(session) not in page
    assert list_url(session) in markup_of(coordinator.get(reverse("session-report", args=[session.pk])))
    conclude(session)
    assert list_url(session) not in markup_of(coordinator.get(reverse("session-report", args=[session.pk])))


@pytest.fixture
def later(collaboration, session) -> Session:
    """A session a year after the one that made agreements."""
    plan = plans.Plan(planned_on=DAY + timedelta(365), mode="anonymous")
    return rounds.plan_session(collaboration, plan)


@pytest.mark.parametrize("stage", ["open", "closed", "discussion"])
@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_next_session_has_the_earlier_agreements_folded_below_what_to_do(who, stage, session, later, request):
    client, kept = request.getfixturevalue(who), made(session)
    made(session, changed(OTHER, state=State.DROPPED, reason="Geen tijd"))
    conclude(session)
    Session.objects.filter(pk=later.pk).update(stage=stage)
    page = page_of(client.get(reverse("session", args=[later.pk])))
    part = page.part("De 2 afspraken van vorige keer")
    assert part.headings(3) == [FIRST.what, OTHER.what]
    assert "Losgelaten" in part.words
    assert "Waarom: Geen tijd" in part.words
    assert part.link(FIRST.what).address == f"{url(session, kept)}?van={later.pk}"
    # What to do now is in front.
    assert FIRST.what not in page.main.unfolded().words
    # A facilitator waits for the coordinator to open the report.
    assert len(page.next_steps()) == (0 if (who, stage) == ("facilitator", "closed") else 1)


def test_next_session_without_earlier_agreements_or_concluded_itself_has_no_such_part(coordinator, session, later):
    assert "van vorige keer" not in markup_of(coordinator.get(reverse("session", args=[later.pk])))
    made(session)
    assert "De afspraak van vorige keer" in markup_of(coordinator.get(reverse("session", args=[later.pk])))
    Session.objects.filter(pk=later.pk).update(stage="concluded", concluded_on=DAY)
    assert "van vorige keer" not in markup_of(coordinator.get(reverse("session", args=[later.pk])))


def test_next_session_has_first_what_is_still_to_be_done(coordinator, session, later):
    for place, state in enumerate(["done", "dropped", "open", "busy", "done"]):
        made(session, changed(OTHER, what=f"Nummer {place}", state=State(state)))
    conclude(session)
    part = page_of(coordinator.get(reverse("session", args=[later.pk]))).part("De 5 afspraken van vorige keer")
    assert part.headings(3) == ["Nummer 2", "Nummer 3", "Nummer 0", "Nummer 1", "Nummer 4"]


@pytest.mark.parametrize("number", [1, 30])
def test_next_session_takes_one_query_more_for_them(coordinator, session, later, number, django_assert_num_queries):
    for place in range(number):
        made(session, changed(FIRST, what=f"Nummer {place}"))
    # Who is signed in (2), the session with the role, how it stands, how many were invited, the session before it, its
    # agreements and what it put off.
    with django_assert_num_queries(8):
        coordinator.get(reverse("session", args=[later.pk]))


def test_erasing_the_session_says_that_they_go_too(coordinator, session):
    erase = reverse("session-erase", args=[session.pk])
    assert "afspra" not in markup_of(coordinator.get(erase))
    made(session)
    assert "Ook 1 afspraak." in markup_of(coordinator.get(erase))
    coordinator.post(erase)
    assert AgreementRow.objects.count() == 0


def test_collaboration_shows_what_is_still_to_be_done(coordinator, collaboration, session):
    page = reverse("collaboration", args=[collaboration.pk])
    assert "Nog te doen" not in markup_of(coordinator.get(page))
    kept = made(session)
    conclude(session)
    assert FIRST.what in markup_of(coordinator.get(page))
    assert url(session, kept) in markup_of(coordinator.get(page))
    agreements.change_agreement(session, pk(kept), changed(kept, state=State.DONE), etag(kept))
    assert FIRST.what not in markup_of(coordinator.get(page))
