"""A new SECRET_KEY in the middle of everything: with the one of before beside it nobody notices."""

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from reflectie import keys
from reflectie.domain.questionnaire.answers import Sheet, digest, note_name
from reflectie.domain.setup import Mode
from reflectie.models import Response, Session
from reflectie.pdf import documents
from reflectie.services import signals, tokens
from reflectie.services.imports import table_import
from reflectie.services.report import outcomes, reports
from reflectie.services.sessions import paper, rounds
from reflectie.web import throttle
from reflectie.web.participant_cookie import in_groups
from tests.helpers.accounts import ADDRESS, PASSWORD, mailed_code, post, sign_in_by_code, user_of
from tests.helpers.factories import (
    browser,
    fill_in,
    make_account,
    make_collaboration,
    make_reflection,
    make_round,
    sign_in_now,
)
from tests.helpers.page import page_of
from tests.helpers.paper import typed
from tests.helpers.participants import answers, begin, code_of, draft_key, give, text_of, url

pytestmark = pytest.mark.django_db

NEW_KEY = "qRz8vK2mXw5TnB7yLc4HdJf9GsPa3EuW6-QkZtVxNbMrYo1iUe0"


@pytest.fixture
def new_key(settings):
    """Puts another key in force; the one of before goes on to be honoured, unless it isn't kept."""

    def change(*, keep: bool = True) -> None:
        before = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, before if keep else []

    return change


@pytest.fixture
def session(content) -> Session:
    return make_round(expected=4)


# A round


def test_participant_goes_on_with_the_cookie_and_has_one_sheet(session, new_key):
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    code, mark = code_of(client, session), draft_key(client, session)
    new_key()

    assert code_of(client, session) == code
    assert draft_key(client, session) == mark
    saved = give(client, session, {"partners-needed": "hindering"}, finish=True)

    assert saved.status_code == 303
    assert answers(session) == [{"goal-shared": "helping", "partners-needed": "hindering"}]
    assert in_groups(code) in client.get(url("join", session)).content.decode()


def test_participant_goes_on_with_the_code_on_another_device(session, new_key):
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    code = code_of(client, session)
    new_key()
    elsewhere = Client()

    led = elsewhere.post(url("join-continue", session), {"code": in_groups(code).lower()})

    assert led["Location"] == url("join-fill", session)
    # On the first device a page stands that was drawn before; both are the same person's.
    assert draft_key(elsewhere, session) == draft_key(client, session)
    assert give(elsewhere, session, {"goal-shared": "hindering"}, seen=digest("helping")).status_code == 303
    assert give(client, session, {"partners-needed": "helping"}).status_code == 303
    assert answers(session) == [{"goal-shared": "hindering", "partners-needed": "helping"}]


def test_page_that_was_drawn_before_and_had_nothing_yet_saves_without_a_conflict(session, new_key):
    client = begin(session)
    mark = draft_key(client, session)
    new_key()

    assert give(client, session, {"goal-shared": "helping"}, mark=mark).status_code == 303
    # What the browser keeps unsent, it finds again.
    assert draft_key(client, session) == mark
    assert give(client, session, {"partners-needed": "helping"}, mark=mark).status_code == 303
    assert answers(session) == [{"goal-shared": "helping", "partners-needed": "helping"}]


def test_participant_withdraws(session, new_key):
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    mark = draft_key(client, session)
    new_key()

    page = client.post(url("join-withdraw", session))

    assert page.status_code == 200
    assert session.responses.count() == 0
    assert f'data-forget="{mark}"' in page.content.decode()


def test_whoever_begins_now_is_kept_under_the_new_key_and_outlives_the_old_one(session, new_key, settings):
    new_key()
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    settings.SECRET_KEY_FALLBACKS = []

    assert give(client, session, {"partners-needed": "helping"}).status_code == 303
    assert len(answers(session)) == 1


def test_round_closes_and_its_report_has_everybody_once(session, new_key):
    before = [begin(session) for _ in range(2)]
    for client in before:
        give(client, session, {"goal-shared": "helping"}, finish=True)
    new_key()
    for client in before:
        give(client, session, {"goal-shared": "hindering"}, seen=digest("helping"), finish=True)
    fill_in(session, {"goal-shared": "helping"}, finish=True)
    coordinator = browser(session.collaboration.memberships.get().user)

    coordinator.post(reverse("session-close", args=[session.pk]))
    coordinator.post(reverse("session-open", args=[session.pk]))

    assert reports.load_report(Session.objects.get(pk=session.pk)).counted == 3
    assert sorted(sheet["goal-shared"] for sheet in answers(session)) == ["helping", "hindering", "hindering"]


@pytest.mark.parametrize("keep", [True, False])
def test_without_the_key_of_before_a_code_opens_nothing(session, new_key, keep):
    """Otherwise the tests above would prove nothing."""
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    code = code_of(client, session)
    new_key(keep=keep)

    led = Client().post(url("join-continue", session), {"code": code})

    assert led.status_code == (303 if keep else 422)
    assert code_of(client, session) == (code if keep else "")


def test_key_that_changes_twice_keeps_the_first_two(session, new_key, settings):
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    new_key()
    second = begin(session)
    give(second, session, {"goal-shared": "helping"})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    settings.SECRET_KEY = NEW_KEY[::-1]

    for one in (client, second):
        assert give(one, session, {"partners-needed": "helping"}).status_code == 303
    assert len(answers(session)) == 2


# Paper


def test_paper_form_that_is_sent_before_and_after_is_one(new_key):
    session = make_round(paper_by="Mieke")
    paper.set_paper_count(session, 3)
    token = tokens.new_token()
    paper.add_paper_sheet(session, token, Sheet({"goal-shared": "helping"}))
    new_key()

    paper.add_paper_sheet(session, token, Sheet({"goal-shared": "helping"}))

    assert session.responses.count() == 1


def test_table_that_is_brought_in_before_and_after_is_one(new_key):
    session = make_round(paper_by="Mieke")
    token, sheets = tokens.new_token(), [Sheet({"goal-shared": "helping"})] * 3
    table_import.import_answers(session, token, sheets)
    new_key()

    table_import.import_answers(session, token, sheets)

    assert session.responses.count() == 3


def test_paper_page_that_was_drawn_before_is_taken(checklist, new_key):
    session = make_round(paper_by="Mieke")
    paper.set_paper_count(session, 3)
    coordinator = browser(session.collaboration.memberships.get().user)
    token = page_of(coordinator.get(reverse("paper", args=[session.pk]))).value("token")
    new_key()

    sent = coordinator.post(reverse("paper", args=[session.pk]), {**typed(checklist), "token": token})

    assert sent.status_code == 303
    assert session.responses.count() == 1


# Signed in, and on the way there


def test_coordinator_stays_signed_in(new_key):
    collaboration = make_collaboration()
    client = browser(collaboration.memberships.get().user)
    address = reverse("collaboration", args=[collaboration.pk])
    assert client.get(address).status_code == 200
    new_key()

    assert [client.get(address).status_code for _ in range(2)] == [200, 200]


def test_without_the_key_of_before_a_coordinator_is_signed_out(new_key):
    collaboration = make_collaboration()
    client = browser(collaboration.memberships.get().user)
    new_key(keep=False)

    assert client.get(reverse("collaboration", args=[collaboration.pk])).status_code == 302


def test_code_that_was_mailed_before_signs_in(client, new_key):
    make_account(ADDRESS)
    post(client, "account_login", login=ADDRESS)
    new_key()

    assert post(client, "account_confirm_login_code", code=mailed_code())["Location"] == reverse("collaborations")


def test_code_to_show_who_one_is_that_was_mailed_before_does(client, new_key):
    client.force_login(make_account(ADDRESS))
    asked = client.get(reverse("account_close"))["Location"]
    client.post(asked, {"action": "send"})
    new_key()

    assert client.post(asked, {"code": mailed_code()})["Location"] == reverse("account_close")


def test_browser_that_signed_in_before_stays_known(client, new_key):
    make_account(ADDRESS, password=PASSWORD)
    sign_in_by_code(client)
    client.post(reverse("account_logout"))
    request = RequestFactory().get("/account/")
    request.COOKIES[throttle.BROWSER_COOKIE] = client.cookies[throttle.BROWSER_COOKIE].value
    known = throttle.known_browser(request, ADDRESS)
    new_key()

    assert throttle.known_browser(request, ADDRESS) == known != ""
    sign_in_by_code(client)
    request.COOKIES[throttle.BROWSER_COOKIE] = client.cookies[throttle.BROWSER_COOKIE].value
    assert throttle.known_browser(request, ADDRESS) == known
    # Once, under the new key.
    assert len(client.cookies[throttle.BROWSER_COOKIE].value.split(":")) == 4
    assert user_of(client) is not None
    assert len(mail.outbox) == 2


# Without an account, and reports


def test_reflection_is_found_again_and_its_start_page_still_starts_one(client, new_key):
    token = client.get("/start/").context["form"]["token"].value()
    new_key()
    for _ in range(2):
        made = client.post("/start/", {"token": token, "mode": "alone"})
    assert Response.objects.count() == 1
    assert client.get(made["Location"]).status_code == 200


def test_browser_leads_to_the_reflection_it_was_in_the_middle_of(client, new_key):
    reflection = make_reflection({"goal-shared": "helping"})
    client.get(reflection.fill_url)
    assert reflection.fill_url in client.get("/").content.decode()
    new_key()

    assert reflection.fill_url in client.get("/").content.decode()


def test_text_is_taken_out_by_the_link_of_a_page_that_was_drawn_before(new_key):
    session = make_round(Mode.ANONYMOUS)
    name = note_name("goal-shared")
    for number in range(3):
        fill_in(session, {"goal-shared": "helping", name: f"Notitie {number}."}, finish=True)
    mark = outcomes.text_digest("Notitie 1.")
    session = rounds.open_report(rounds.close_round(session))
    new_key()
    coordinator = browser(session.collaboration.memberships.get().user)
    address = reverse("remove-text", args=[session.pk])

    assert "Notitie 1." in text_of(coordinator.get(address, {"veld": name, "merk": mark}))
    assert coordinator.post(address, {"veld": name, "merk": mark}).status_code == 303
    assert session.responses.filter(answers__note="Notitie 1.").count() == 0


def test_note_is_released_by_the_mark_of_a_page_that_was_drawn_before(new_key):
    session = make_round(Mode.ANONYMOUS)
    name = note_name("goal-shared")
    for number in range(3):
        fill_in(session, {"goal-shared": "hindering", name: f"Notitie {number}."}, finish=True)
    session = rounds.open_report(rounds.close_round(session))
    mark = outcomes.text_digest("Notitie 1.")
    new_key()

    signals.release_note(session, name, mark, release=True)

    assert session.responses.filter(answers__released=True).count() == 1


def test_report_page_that_a_browser_has_is_still_the_same(client, new_key):
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    tags = {path: client.get(path)["ETag"] for path in (reflection.report_url, reflection.report_url[:-1] + ".json")}
    made = documents.fingerprint(reports.load_report(reflection.response.session))
    new_key()

    for path, tag in tags.items():
        assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert documents.fingerprint(reports.load_report(reflection.response.session)) == made


def test_new_hashes_are_made_under_the_new_key(new_key, settings):
    old = settings.SECRET_KEY
    new_key()

    assert keys.secret_keys() == [NEW_KEY, old]
    assert keys.keyed_hashes("a", "b") == [keys.keyed_hash("a", "b", NEW_KEY), keys.keyed_hash("a", "b", old)]
    assert keys.keyed_hash("a", "b") == keys.keyed_hash("a", "b", NEW_KEY)


def test_account_signed_in_anew_keeps_what_it_showed(new_key):
    client = sign_in_now(Client(), make_account(ADDRESS))
    new_key()

    assert client.get(reverse("account_close")).status_code == 200


# Two machines, restarted one after the other (docs/hosting/grow.md)


@pytest.fixture
def on(settings):
    """Puts a machine's keys in force."""

    def put(keys: list[str]) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = keys[0], keys[1:]

    return put


def steps(old: str) -> list[tuple[list[str], list[str]]]:
    """The keys of either machine: before, between and after each restart."""
    known, in_force = [old, NEW_KEY], [NEW_KEY, old]
    return [([old], [old]), (known, [old]), (known, known), (in_force, known), (in_force, in_force)]


def test_while_two_machines_get_a_new_key_nobody_is_signed_out_or_loses_a_code(session, on, settings):
    coordinator = browser(session.collaboration.memberships.get().user)
    address = reverse("collaboration", args=[session.collaboration_id])
    begun: dict[Client, str] = {}
    for machines in steps(settings.SECRET_KEY):
        for machine in machines:
            on(machine)
            client = begin(session)
            give(client, session, {"goal-shared": "helping"})
            begun[client] = code_of(client, session)
        for machine in machines:
            on(machine)
            assert coordinator.get(address).status_code == 200
            assert {client: code_of(client, session) for client in begun} == begun
    for client in begun:
        assert give(client, session, {"partners-needed": "helping"}).status_code == 303
    assert answers(session) == [{"goal-shared": "helping", "partners-needed": "helping"}] * 10


def test_key_that_is_in_force_on_one_before_the_other_knows_it_signs_people_out(session, on, settings):
    """What the step in between is for."""
    old = settings.SECRET_KEY
    coordinator = browser(session.collaboration.memberships.get().user)
    address = reverse("collaboration", args=[session.collaboration_id])
    on([NEW_KEY, old])
    assert coordinator.get(address).status_code == 200
    on([old])
    assert coordinator.get(address).status_code == 302
