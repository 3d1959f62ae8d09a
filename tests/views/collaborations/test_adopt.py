"""A reflection without an account, taken into a collaboration through its link to fill in."""

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.models import Collaboration, Membership
from reflectie.services import clock
from reflectie.services.collaborations import collaborations
from tests.helpers.factories import browser, make_account, make_reflection, rows, text_of
from tests.helpers.factories import collaboration_url as url
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reflection(content):
    return make_reflection({"goal-shared": "helping", "collaboration-name": "Wijkteam"}, finished=True)


def adopt_url(reflection) -> str:
    return reverse("adopt", args=[reflection.token])


def test_adopting_is_offered_on_the_sheet_and_on_the_owners_report(client, reader, reflection):
    adopting = "Bewaar in een samenwerking"

    for address in (reflection.fill_url, reflection.report_url):
        assert page_of(client.get(address)).link(adopting).address == adopt_url(reflection)
    assert adopt_url(reflection) not in reader.get(reflection.report_url).content.decode()


def test_adopting_into_one_of_mine(coordinator, collaboration, reflection):
    page = page_of(coordinator.get(adopt_url(reflection)))
    where = [field for field in page.fields() if field.name == "where"]
    assert [field.value for field in where] == [str(collaboration.pk), "new"]
    assert page.value("name") == "Wijkteam"

    response = coordinator.post(adopt_url(reflection), {"where": collaboration.pk})

    assert (response.status_code, response["Location"]) == (303, url("collaboration", collaboration))
    assert reflection.response.session.collaboration == collaboration
    assert rows(coordinator.get(url("collaboration", collaboration)))[0].endswith(
        f"Open Lees het verslag van {date_format(clock.today(), 'j F Y')}"
    )


def test_adopting_into_a_new_one(coordinator, an, reflection):
    response = coordinator.post(adopt_url(reflection), {"where": "new", "name": "Wijkteam Noord"})

    made = reflection.response.session.collaboration
    assert (response.status_code, response["Location"]) == (303, url("collaboration", made))
    assert made.name == "Wijkteam Noord"
    assert Membership.objects.get(collaboration=made).user == an


def test_who_has_no_collaboration_is_only_asked_a_name(reflection):
    client = browser(make_account("nieuw@example.org"))
    where = page_of(client.get(adopt_url(reflection))).named("where")

    assert (where.type, where.value) == ("hidden", "new")
    assert client.post(adopt_url(reflection), {"where": "new", "name": "Wijkteam"}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "Blijft staan"}, "Kies waar je de zelfreflectie bewaart."),
        ({"where": "new", "name": " "}, "Geef de samenwerking een naam."),
        ({"where": "new", "name": "x" * 121}, "Te lang: 121 tekens"),
        ({"where": "x", "name": "Blijft staan"}, "Kies opnieuw."),
    ],
)
def test_adopting_without_a_whole_choice_asks_again(coordinator, reflection, fields, message):
    response = coordinator.post(adopt_url(reflection), fields)

    assert response.status_code == 422
    assert message in text_of(response)
    assert f'value="{fields["name"].strip()}"' in response.content.decode()
    assert reflection.response.session.collaboration is None


def test_only_what_one_coordinates_is_offered(facilitator, collaboration, reflection):
    assert str(collaboration.pk) not in facilitator.get(adopt_url(reflection)).content.decode()
    assert facilitator.post(adopt_url(reflection), {"where": collaboration.pk}).status_code == 422
    assert reflection.response.session.collaboration is None


def test_with_many_collaborations_one_searches(coordinator, an, collaboration, reflection):
    for number in range(26):
        collaborations.create_collaboration(an, name=f"Aan {number:02}")
    page = coordinator.get(adopt_url(reflection)).content.decode()
    assert 'name="zoek"' in page
    assert str(collaboration.pk) not in page

    address = f"{adopt_url(reflection)}?zoek=tienen"
    assert str(collaboration.pk) in coordinator.get(address).content.decode()
    assert coordinator.post(address, {"where": collaboration.pk}).status_code == 303


def test_after_adopting_the_link_fills_in_but_erases_no_more(coordinator, collaboration, client, reflection):
    coordinator.post(adopt_url(reflection), {"where": collaboration.pk})

    sheet = client.get(reflection.fill_url)
    assert sheet.status_code == 200
    for page in (sheet.content.decode(), client.get(reflection.report_url).content.decode()):
        assert reflection.erase_url not in page
        assert adopt_url(reflection) not in page
        assert "wissen we alles op" not in page
    assert (client.get(reflection.erase_url).status_code, client.post(reflection.erase_url).status_code) == (404, 404)
    reflection.save({"goal-shared": "hindering"})
    assert reflection.values["goal-shared"] == "hindering"


def test_adopting_twice_says_that_it_was_done(coordinator, other, collaboration, reflection):
    coordinator.post(adopt_url(reflection), {"where": collaboration.pk})

    for response in (
        other.get(adopt_url(reflection)),
        other.post(adopt_url(reflection), {"where": "new", "name": "B"}),
    ):
        assert response.status_code == 409
        assert "Deze zelfreflectie is al bewaard" in text_of(response)
    assert Collaboration.objects.filter(name="B").count() == 0


def test_who_coordinates_it_is_led_to_where_it_is_and_nobody_else(coordinator, other, collaboration, reflection):
    coordinator.post(adopt_url(reflection), {"where": collaboration.pk})

    own, others = coordinator.get(adopt_url(reflection)), other.get(adopt_url(reflection))

    assert (own.status_code, others.status_code) == (409, 409)
    assert "Ze staat bij een samenwerking van jou." in text_of(own)
    assert url("collaboration", collaboration) in page_of(own).addresses()
    assert "Samen in Tienen" not in others.content.decode()
    assert str(collaboration.pk) not in others.content.decode()


def test_a_link_that_was_never_is_not_adopted(other, reflection):
    for token in ("A" * 22, reflection.read_token):
        assert other.get(reverse("adopt", args=[token])).status_code == 404
