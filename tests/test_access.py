"""Who may: every address, by person. A route that isn't in the table fails."""

import pytest
from conftest import make_reflection
from django.test import Client
from django.urls import get_resolver, reverse

pytestmark = pytest.mark.django_db

# Route -> person -> (status of GET, status of POST).
OPEN_TO_ALL = {"stranger": (200, 405), "owner": (200, 405)}
TABLE = {
    "home": OPEN_TO_ALL,
    "about": OPEN_TO_ALL,
    "alive": OPEN_TO_ALL,
    "ready": OPEN_TO_ALL,
    "start": {"stranger": (200, 422), "owner": (200, 422)},
    # Each is asked with the right link, with the link to read in place of the one to fill in (or the other way
    # round), and with a link that never was.
    "fill": {"right": (200, 303), "other": (404, 404), "forged": (404, 404)},
    "erase": {"right": (200, 200), "other": (404, 404), "forged": (404, 404)},
    "report": {"right": (200, 405), "other": (404, 405), "forged": (404, 405)},
    "report-pdf": {"right": (200, 405), "other": (404, 405), "forged": (404, 405)},
}
CASES = [(route, who, *statuses) for route, people in TABLE.items() for who, statuses in people.items()]


def test_every_route_is_in_the_table():
    ours = {pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)}

    assert ours == set(TABLE)


@pytest.mark.parametrize(("route", "who", "get", "post"), CASES)
def test_route_by_person(route, who, get, post):
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    client = Client()
    if who == "owner":
        client.get(reflection.fill_url)
    tokens = {"fill": reflection.token, "erase": reflection.token}
    right = tokens.get(route, reflection.read_token)
    other = reflection.read_token if route in tokens else reflection.token
    token = {"right": right, "other": other, "forged": "A" * 22}.get(who)
    url = reverse(route, args=[token] if token else [])

    assert (client.get(url).status_code, client.post(url).status_code) == (get, post)


def test_admin_is_closed_to_strangers(client):
    response = client.get("/beheer/")

    assert response.status_code == 302
    assert response["Location"].startswith("/beheer/login/")
