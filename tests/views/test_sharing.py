"""The pages of sharing: by person and stage, what stands in their markup, and that nothing typed is lost."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.domain.report.agreements import State
from reflectie.domain.sharing import MAX_LESSONS, Lesson, Sharing
from reflectie.domain.versions import etag
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Lesson as LessonRow
from reflectie.models import Role, Session
from reflectie.presentation.items import obstacle_name
from reflectie.services.questionnaire import checklists
from reflectie.services.report import agreements
from reflectie.services.sharing import load_shareable
from tests.helpers.agreed import DUE, FIRST, HINDERED, KEY, OTHER, changed, conclude, made, pk
from tests.helpers.compared import team
from tests.helpers.factories import browser, make_account, text_of
from tests.helpers.page import page_of
from tests.helpers.rounds import closed_round, discussed_round, open_round

pytestmark = pytest.mark.django_db
SHARED = reverse("shared")
WORDS = "We hingen het doel op in de gang."


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


@pytest.fixture
def elsewhere(content) -> Client:
    """Coordinates another collaboration."""
    user = make_account("omar@example.org")
    team(user, "Huis Linde", Role.COORDINATOR)
    return browser(user)


@pytest.fixture
def stranger(content) -> Client:
    return browser(make_account("niemand@example.org"))


def url(session: Session) -> str:
    return reverse("lessons", args=[session.pk])


def lesson_url(session: Session, lesson: Lesson) -> str:
    return reverse("lesson", args=[session.pk, lesson.key])


def posted(session: Session, choices: dict[str, str] | None = None, **lesson: str) -> dict[str, str]:
    """What the page sends, of somebody who sees how it stands."""
    data = {"key": str(uuid4()), "text": "", "item": "", "sharing": "", **lesson}
    for thing in load_shareable(session):
        chosen = (choices or {}).get(thing.key, thing.sharing.value)
        data |= {
            f"share-{thing.key}": chosen,
            f"shown-{thing.key}": thing.sharing.value,
            f"seen-{thing.key}": etag(thing),
        }
    return data


def write(client: Client, session: Session, text: str = WORDS, sharing: str = "unnamed", item: str = KEY) -> Lesson:
    data = posted(session, text=text, item=item, sharing=sharing)
    assert client.post(url(session), data).status_code == 303
    row = LessonRow.objects.get(session=session, text=text)
    return Lesson(str(row.pk), row.text, item, Sharing(row.sharing))


def html(response) -> str:
    return response.content.decode()


# --- who may, and when


@pytest.mark.parametrize("who", ["elsewhere", "stranger"])
def test_session_is_shared_by_nobody_else(who, session, request):
    client = request.getfixturevalue(who)
    lesson = LessonRow.objects.create(session=session, item_id=_item(session), text=WORDS)
    for address in (url(session), reverse("lesson", args=[session.pk, lesson.pk])):
        assert [client.get(address).status_code, client.post(address, {"text": "x"}).status_code] == [404, 404]


def test_facilitator_reads_what_is_shared_and_changes_nothing(coordinator, facilitator, session):
    lesson = write(coordinator, session)
    write(coordinator, session, "Nog niet rijp.", sharing="")
    page = text_of(facilitator.get(url(session)))
    assert (WORDS in page, "zonder naam" in page, "Nog niet rijp." in page) == (True, True, False)
    assert facilitator.post(url(session), posted(session)).status_code == 404
    assert [facilitator.get(lesson_url(session, lesson)).status_code] == [404]


@pytest.mark.parametrize("make", [open_round, closed_round])
def test_before_the_talk_there_is_nothing_to_share(make, collaboration, coordinator):
    session = make(collaboration, HINDERED)
    assert coordinator.get(url(session)).status_code == 404
    assert coordinator.post(url(session), posted(session, text=WORDS, item=KEY)).status_code == 404
    assert reverse("lessons", args=[session.pk]) not in html(coordinator.get(reverse("session", args=[session.pk])))


def test_after_the_conclusion_it_is_still_shared_and_found_from_where_people_are(coordinator, session):
    made(session)
    session = conclude(session)
    for page in ("session", "agreements"):
        assert url(session) in html(coordinator.get(reverse(page, args=[session.pk])))
    write(coordinator, session)


def test_page_says_beforehand_who_reads_what(coordinator, session):
    page = text_of(coordinator.get(url(session)))
    for said in (
        "Iedereen die op deze site coördinator of begeleider van een samenwerking is.",
        "Nooit wie het doet of tegen wanneer, de dag van de sessie, of jullie antwoorden.",
        "Dan staat erbij: Samen in Tienen",
        "Zet geen namen van cliënten of andere mensen in wat je deelt.",
    ):
        assert said in page


def test_account_without_a_role_reads_what_the_page_is_and_nothing_of_it(coordinator, stranger, session):
    write(coordinator, session, sharing="named")
    page = html(stranger.get(SHARED))
    assert ("Jij kunt dat lezen zodra je coördinator of begeleider" in page, WORDS in page) == (True, False)
    assert Client().get(SHARED).status_code == 302


# --- what is shared


def test_agreement_is_shared_as_chosen_and_taken_back(coordinator, elsewhere, session):
    first, second = made(session), made(session, changed(OTHER, item="context-financial"))
    choices = {first.key: "unnamed", second.key: "named"}
    response = coordinator.post(url(session), posted(session, choices), follow=True)
    assert "Bewaard. Anderen vinden nu 2 zinnen van jullie." in text_of(response)
    page = text_of(elsewhere.get(SHARED))
    assert (FIRST.what in page, OTHER.what in page, page.count("Samen in Tienen")) == (True, True, 1)
    back = coordinator.post(url(session), posted(session, dict.fromkeys(choices, "")), follow=True)
    assert "Bewaard. Jullie delen niets." in text_of(back)
    page = text_of(elsewhere.get(SHARED))
    assert (FIRST.what in page, OTHER.what in page) == (False, False)


def test_nothing_is_shared_beforehand(coordinator, session):
    made(session)
    choices = [field for field in page_of(coordinator.get(url(session))).fields() if field.type == "radio"]
    assert [field.value for field in choices if field.is_checked] == ["", ""]


def test_unnamed_has_nothing_in_the_markup_that_leads_to_whom(coordinator, elsewhere, collaboration, session):
    collaboration.region, collaboration.theme = "Hageland", "Jeugd"
    collaboration.save()
    first = made(session, changed(FIRST, state=State.DONE))
    lesson = write(coordinator, session)
    coordinator.post(url(session), posted(session, {first.key: "unnamed"}))
    page = html(elsewhere.get(f"{SHARED}?stelling={KEY}"))
    assert (WORDS in page, FIRST.what in page, '<span class="stands is-done">Gedaan</span>' in page) == (
        True,
        True,
        True,
    )
    telling = [collaboration.name, "Hageland", "Jeugd", "Joke", date_format(DUE, "F Y"), "november"]
    telling += [str(collaboration.pk), str(session.pk), session.join_token, first.key, lesson.key]
    assert [text for text in telling if text in page] == []


def test_named_has_name_and_labels_and_no_address(coordinator, elsewhere, collaboration, session):
    collaboration.region = "Hageland"
    collaboration.save()
    lesson = write(coordinator, session, sharing="named")
    page = html(elsewhere.get(SHARED))
    assert ('<bdi translate="no">Samen in Tienen</bdi>' in page, "Hageland" in page) == (True, True)
    assert [text for text in (str(collaboration.pk), str(session.pk), lesson.key) if text in page] == []


def test_own_is_marked_and_its_coordinator_is_led_back(coordinator, facilitator, elsewhere, session):
    write(coordinator, session)
    pages = [html(client.get(SHARED)) for client in (coordinator, facilitator, elsewhere)]
    assert ["Van je eigen samenwerking" in page for page in pages] == [True, True, False]
    assert [url(session) in page for page in pages] == [True, False, False]


def test_made_up_says_so(coordinator, elsewhere, collaboration, session):
    write(coordinator, session)
    assert "Verzonnen voorbeeld" not in html(elsewhere.get(SHARED))
    collaboration.invented = True
    collaboration.save()
    assert "Verzonnen voorbeeld" in html(elsewhere.get(SHARED))


def test_filter_shows_one_item(coordinator, elsewhere, session):
    write(coordinator, session)
    write(coordinator, session, "We bellen de financier.", item="context-financial")
    page = page_of(elsewhere.get(f"{SHARED}?stelling={KEY}"))
    assert (WORDS in page.words, "We bellen de financier." in page.words) == (True, False)
    assert page.named("stelling").selected() == [KEY]
    assert "Hierover deelde nog niemand iets." in text_of(elsewhere.get(f"{SHARED}?stelling=goal-perspective"))
    everything = html(elsewhere.get(f"{SHARED}?stelling=niets"))
    assert (WORDS in everything, "We bellen de financier." in everything) == (True, True)


def test_many_on_one_item_stand_on_pages(elsewhere, session):
    rows = [LessonRow(session=session, item_id=_item(session), text=f"Les {n}.", sharing="named") for n in range(30)]
    LessonRow.objects.bulk_create(rows)
    pages = [elsewhere.get(f"{SHARED}{query}") for query in ("", f"?stelling={KEY}", f"?stelling={KEY}&pagina=2")]
    assert [len([item for item in page_of(page).items() if "Les " in item]) for page in pages] == [3, 25, 5]


@pytest.mark.parametrize("many", [2, 60])
def test_page_takes_as_many_queries_at_many(elsewhere, session, many, django_assert_num_queries):
    rows = [LessonRow(session=session, item_id=_item(session), text=f"{n}", sharing="named") for n in range(many)]
    LessonRow.objects.bulk_create(rows)
    elsewhere.get(SHARED)
    # Whoever signed in, twice, and what is found, four.
    with django_assert_num_queries(6):
        elsewhere.get(SHARED)


@pytest.mark.parametrize("many", [2, 9])
def test_sharing_page_takes_as_many_queries_at_many(coordinator, session, many, django_assert_num_queries):
    LessonRow.objects.bulk_create(LessonRow(session=session, item_id=_item(session), text=f"{n}") for n in range(many))
    for _ in range(many):
        made(session)
    coordinator.get(url(session))
    # Whoever signed in, twice, the session, lessons, agreements.
    with django_assert_num_queries(5):
        coordinator.get(url(session))


# --- nothing typed is lost


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"text": WORDS, "item": ""}, "Kies bij welke stelling het hoort."),
        ({"text": "", "item": KEY}, "Schrijf in één zin wat hielp."),
        ({"text": "", "sharing": "named"}, "Schrijf in één zin wat hielp."),
        ({"text": "a" * 301, "item": KEY}, "Te lang: 301 tekens"),
        ({"text": WORDS, "item": "goal-unknown"}, "Dit kennen we niet."),
    ],
)
def test_lesson_that_misses_something_comes_back_with_what_was_chosen(coordinator, session, parts, said):
    first = made(session)
    response = coordinator.post(url(session), posted(session, {first.key: "named"}, **parts))
    page = page_of(response)
    assert (response.status_code, said in page.words, page.named("text").value) == (422, True, parts["text"])
    assert page.sent()[f"share-{first.key}"] == ["named"]
    assert [thing.sharing for thing in load_shareable(session)] == [Sharing.NOT]


def test_too_many_lessons_come_back_with_what_was_typed(coordinator, session):
    for number in range(MAX_LESSONS):
        write(coordinator, session, f"Les {number}")
    assert "Er staan er al tien." in html(coordinator.get(url(session)))
    response = coordinator.post(url(session), posted(session, text=WORDS, item=KEY))
    assert (response.status_code, WORDS in html(response)) == (422, True)
    assert "Er staan al 10 lessen. Haal er eerst een weg." in html(response)


def test_agreement_that_changed_meanwhile_comes_back_with_the_choice_and_the_lesson(coordinator, session):
    first = made(session)
    data = posted(session, {first.key: "named"}, text=WORDS, item=KEY, sharing="unnamed")
    agreements.change_agreement(session, pk(first), changed(first, what="Els belt mevrouw Peeters."), etag(first))
    response = coordinator.post(url(session), data)
    page = html(response)
    assert (response.status_code, "Els belt mevrouw Peeters." in page, WORDS in page) == (409, True, True)
    assert LessonRow.objects.count() == 0
    seen = page_of(response).named(f"seen-{first.key}").value
    again = coordinator.post(url(session), data | {f"seen-{first.key}": seen})
    assert again.status_code == 303
    assert sorted(thing.sharing for thing in load_shareable(session)) == [Sharing.NAMED, Sharing.UNNAMED]


def test_post_that_asks_nothing_changes_nothing(coordinator, session):
    first = made(session)
    coordinator.post(url(session), posted(session, {first.key: "named"}))
    for data in ({"key": str(uuid4())}, posted(session) | {f"share-{first.key}": "iedereen"}):
        assert coordinator.post(url(session), data).status_code == 303
    assert AgreementRow.objects.get().sharing == "named"


# --- one lesson


def test_lesson_is_changed_and_removed(coordinator, elsewhere, session):
    lesson = write(coordinator, session)
    assert WORDS in html(coordinator.get(lesson_url(session, lesson)))
    data = {"text": "We bellen.", "item": KEY, "sharing": "named", "seen": etag(lesson)}
    assert coordinator.post(lesson_url(session, lesson), data)["Location"] == url(session)
    page = text_of(elsewhere.get(SHARED))
    assert ("We bellen." in page, WORDS in page) == (True, False)
    other = Lesson(lesson.key, "We bellen.", KEY, Sharing.NAMED)
    assert coordinator.post(lesson_url(session, lesson), {"remove": "1", "seen": etag(other)}).status_code == 303
    assert ("We bellen." in text_of(elsewhere.get(SHARED)), LessonRow.objects.count()) == (False, 0)
    assert coordinator.get(lesson_url(session, lesson)).status_code == 404


def test_lesson_without_words_comes_back(coordinator, session):
    lesson = write(coordinator, session)
    data = {"text": "", "item": "context-practical", "sharing": "", "seen": etag(lesson)}
    response = coordinator.post(lesson_url(session, lesson), data)
    assert (response.status_code, "Schrijf in één zin wat hielp." in html(response)) == (422, True)
    assert 'value="context-practical" selected' in html(response)


def test_lesson_that_somebody_else_changed_shows_both_and_the_person_chooses(coordinator, session):
    lesson = write(coordinator, session)
    address, seen = lesson_url(session, lesson), etag(lesson)
    data = {"text": "Van mij.", "item": KEY, "sharing": "unnamed", "seen": seen}
    coordinator.post(address, data | {"text": "Van de ander."})
    response = coordinator.post(address, data)
    page = html(response)
    assert (response.status_code, "Van de ander." in page, "Van mij." in page) == (409, True, True)
    current = page_of(response).named("current").value
    assert coordinator.post(address, data | {"current": current, "theirs": "1"}).status_code == 303
    assert LessonRow.objects.get().text == "Van de ander."
    assert coordinator.post(address, data | {"current": current, "mine": "1"}).status_code == 303
    assert LessonRow.objects.get().text == "Van mij."


def test_lesson_that_was_removed_meanwhile_keeps_what_was_typed(coordinator, session):
    lesson = write(coordinator, session)
    LessonRow.objects.all().delete()
    data = {"text": "Van mij.", "item": KEY, "sharing": "", "seen": etag(lesson)}
    response = coordinator.post(lesson_url(session, lesson), data)
    assert (response.status_code, "De ander haalde deze les weg." in html(response)) == (409, True)
    assert "Van mij." in html(response)


# --- where else it shows


def test_whoever_rewords_a_shared_agreement_is_told(coordinator, facilitator, session):
    first = made(session)
    address = reverse("agreement", args=[session.pk, first.key])
    said = "Deze afspraak is gedeeld met andere samenwerkingen."
    assert said not in html(facilitator.get(address))
    coordinator.post(url(session), posted(session, {first.key: "unnamed"}))
    assert said in html(facilitator.get(address))


def test_agreement_about_no_item_says_why_it_can_not_be_shared(coordinator, session):
    other = made(session, OTHER)
    page = html(coordinator.get(url(session)))
    assert ("Niemand zou het vinden, dus delen kan niet." in page, f"share-{other.key}" in page) == (True, False)
    link = reverse("agreement", args=[session.pk, other.key])
    assert link in page
    conclude(session)
    assert link not in html(coordinator.get(url(session)))


def _item(session: Session) -> int:
    return checklists.item_ids(session.checklist_id)[KEY]


def test_no_obstacle_has_two_colons_in_its_name(content):
    names = [obstacle_name(item) for item in checklists.published_checklist()]
    assert [name for name in names if name.count(":") > 1] == []
    assert "Manier van samenwerken\N{NO-BREAK SPACE}– multiprofessioneel: we werken naast elkaar" in names
