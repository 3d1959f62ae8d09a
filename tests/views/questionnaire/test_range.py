"""From where to where help goes, asked and answered: with JavaScript and without, and what can't be saved."""

import pytest
from django.test import Client

from reflectie.domain.questionnaire.answers import digest
from reflectie.domain.setup import Mode
from tests.helpers.factories import HTMX, Reflection, make_reflection
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

HALF_LAST = "Kies ook een letter bij ‘tot’, of laat allebei leeg. Nog niet bewaard."
HALF_FIRST = "Kies ook een letter bij ‘van’, of laat allebei leeg. Nog niet bewaard."
TURNED = "Van d tot b kan niet: b komt voor d. Nog niet bewaard. Wissel ze om."
UNKNOWN = "Dit antwoord kennen we niet. Kies een van de mogelijkheden."


def post(client: Client, reflection: Reflection, first: str, last: str, *, seen: str = "", **headers: str):
    """As the page sends it: two of one name, in their order, also when they are empty."""
    marks = {"seen-help-range": seen or digest(reflection.values.get("help-range", ()))}
    return client.post(reflection.fill_url, {"help-range": [first, last], **marks}, headers=headers)


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER])
def test_page_asks_from_where_to_where_with_nothing_chosen(client, mode):
    page = page_of(client.get(make_reflection(mode=mode).fill_url))
    assert page.sent()["help-range"] == ["", ""]
    assert "a is het begin van wat iemand aan hulp nodig heeft, z is het einde." in page.words


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("pair", [("a", "z"), ("b", "b"), ("c", "k")])
def test_two_letters_are_kept_and_come_back(client, reflection, headers, pair):
    assert post(client, reflection, *pair, **headers).status_code == (200 if headers else 303)
    assert reflection.values["help-range"] == pair
    assert page_of(client.get(reflection.fill_url)).sent()["help-range"] == list(pair)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_both_left_empty_wipes_the_answer(client, reflection, headers):
    reflection.save({"help-range": ("a", "d")})
    post(client, reflection, "", "", **headers)
    assert "help-range" not in reflection.values


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("first", "last", "message"),
    [("a", "", HALF_LAST), ("", "d", HALF_FIRST), ("d", "b", TURNED), ("a", "ij", UNKNOWN)],
)
def test_what_is_no_way_from_the_one_to_the_other_says_why_beside_the_question(
    client, reflection, headers, first, last, message
):
    reflection.save({"help-range": ("c", "k"), "goal-shared": "helping"})
    response = post(client, reflection, first, last, **headers)
    page = markup_of(response)
    assert response.status_code == 422
    assert page.count(f'<p class="error" role="alert">{message}</p>') == 1
    # What was kept stays.
    assert reflection.values["help-range"] == ("c", "k")


@pytest.mark.parametrize(("first", "last"), [("a", ""), ("", "d"), ("d", "b")])
def test_without_javascript_nothing_that_was_given_is_lost(client, reflection, first, last):
    other = {"goal-shared": "helping", "seen-goal-shared": "0"}
    data = {"help-range": [first, last], "seen-help-range": "0", **other, "finish": "1"}
    page = page_of(client.post(reflection.fill_url, data))
    assert page.sent()["help-range"] == [first, last]
    assert page.sent()["goal-shared"] == ["helping"]
    # Mended on that page, it is saved.
    assert dict(reflection.values) == {"goal-shared": "helping"}
    assert post(client, reflection, "b", "d", seen=page.sent()["seen-help-range"][0]).status_code == 303
    assert reflection.values["help-range"] == ("b", "d")


def test_what_two_screens_chose_stands_beside_each_other(client, reflection):
    reflection.save({"help-range": ("c", "k")})
    response = post(client, reflection, "a", "d", seen=digest(()), **HTMX)
    page = markup_of(response)
    assert response.status_code == 409
    assert "<dd>van c tot k</dd>" in page
    assert "<dd>van a tot d</dd>" in page


def test_report_of_one_sheet_draws_its_band_and_asks_where_it_is_cut(client, content):
    reflection = make_reflection(
        {"goal-shared": "helping", "help-range": ("a", "d")}, mode=Mode.TOGETHER, finished=True
    )
    page = page_of(client.get(f"/rapport/{reflection.read_token}/"))
    assert "Van waar tot waar gaat de hulp?" in page.words
    assert (
        "Buiten deze hulp valt: e tot z. Is de knip na d logisch of fragmenterend? Wie neemt het dan over?"
        in page.words
    )
