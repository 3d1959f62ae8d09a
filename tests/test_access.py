"""Who may: every address, by person. A route that isn't in the table fails."""

from collections.abc import Iterator

import pytest
from conftest import make_account, make_reflection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

pytestmark = pytest.mark.django_db

# Route -> person -> (status of GET, status of POST). A stranger holds nothing, an owner the link of a reflection, and
# a member an account with neither password nor second factor.
OPEN_TO_ALL = {"stranger": (200, 405), "owner": (200, 405), "member": (200, 405)}
SENT_TO_SIGN_IN = (302, 302)
# Pages for who isn't signed in yet, and steps of a way that this person is not on.
TO_SIGN_IN = {"stranger": (200, 422), "member": (302, 302)}
NOT_ON_THE_WAY = {"stranger": (302, 302), "member": (302, 302)}
TABLE = {
    "home": OPEN_TO_ALL,
    "about": OPEN_TO_ALL,
    "alive": OPEN_TO_ALL,
    "ready": OPEN_TO_ALL,
    "start": {"stranger": (200, 422), "owner": (200, 422), "member": (200, 422)},
    # Each is asked with the right link, with the link to read in place of the one to fill in (or the other way
    # round), and with a link that never was.
    "fill": {"right": (200, 303), "other": (404, 404), "forged": (404, 404)},
    "erase": {"right": (200, 200), "other": (404, 404), "forged": (404, 404)},
    "report": {"right": (200, 405), "other": (404, 405), "forged": (404, 405)},
    "report-pdf": {"right": (200, 405), "other": (404, 405), "forged": (404, 405)},
    "account": {"stranger": SENT_TO_SIGN_IN, "member": (200, 405)},
    "account_name": {"stranger": SENT_TO_SIGN_IN, "member": (200, 303)},
    "account_data": {"stranger": SENT_TO_SIGN_IN, "member": (200, 405)},
    "account_data_file": {"stranger": SENT_TO_SIGN_IN, "member": (200, 405)},
    "account_close": {"stranger": SENT_TO_SIGN_IN, "member": (200, 303)},
    "account_login": TO_SIGN_IN,
    "account_request_login_code": TO_SIGN_IN,
    "account_signup": TO_SIGN_IN,
    "account_confirm_login_code": NOT_ON_THE_WAY,
    "mfa_authenticate": NOT_ON_THE_WAY,
    "account_logout": {"stranger": (302, 302), "member": (200, 302)},
    "account_inactive": OPEN_TO_ALL,
    "account_email": {"stranger": SENT_TO_SIGN_IN, "member": (200, 302)},
    "account_email_verification_sent": NOT_ON_THE_WAY,
    "account_change_password": NOT_ON_THE_WAY,
    "account_set_password": {"stranger": SENT_TO_SIGN_IN, "member": (200, 422)},
    "account_reset_password": {"stranger": (200, 422), "member": (200, 422)},
    "account_confirm_password_reset_code": NOT_ON_THE_WAY,
    "account_complete_password_reset": NOT_ON_THE_WAY,
    "account_password_reset_completed": OPEN_TO_ALL,
    # Nothing to ask again of who has neither password nor second factor: forbidden.
    "account_reauthenticate": {"stranger": SENT_TO_SIGN_IN, "member": (403, 403)},
    "mfa_reauthenticate": {"stranger": SENT_TO_SIGN_IN, "member": (403, 403)},
    "mfa_index": {"stranger": SENT_TO_SIGN_IN, "member": (200, 405)},
    "mfa_activate_totp": {"stranger": SENT_TO_SIGN_IN, "member": (200, 422)},
    "mfa_deactivate_totp": {"stranger": SENT_TO_SIGN_IN, "member": (404, 404)},
    "mfa_view_recovery_codes": {"stranger": SENT_TO_SIGN_IN, "member": (404, 405)},
    "mfa_generate_recovery_codes": {"stranger": SENT_TO_SIGN_IN, "member": (200, 422)},
    "mfa_download_recovery_codes": {"stranger": SENT_TO_SIGN_IN, "member": (404, 404)},
}
CASES = [(route, who, *statuses) for route, people in TABLE.items() for who, statuses in people.items()]


def named_routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every route with a name, included ones too. The admin keeps its own in a namespace, and asks for itself."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name
        elif not pattern.namespace:
            yield from named_routes(pattern.url_patterns)


def test_every_route_is_in_the_table():
    routes = list(named_routes(get_resolver().url_patterns))

    assert len(routes) == len(set(routes))
    assert set(routes) == set(TABLE)


@pytest.mark.parametrize(("route", "who", "get", "post"), CASES)
def test_route_by_person(route, who, get, post):
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    client = Client()
    if who == "owner":
        client.get(reflection.fill_url)
    if who == "member":
        client.force_login(make_account())
    tokens = {"fill": reflection.token, "erase": reflection.token}
    right = tokens.get(route, reflection.read_token)
    other = reflection.read_token if route in tokens else reflection.token
    token = {"right": right, "other": other, "forged": "A" * 22}.get(who)
    url = reverse(route, args=[token] if token else [])

    assert (client.get(url).status_code, client.post(url).status_code) == (get, post)


@pytest.mark.parametrize(
    "route", [route for route, people in TABLE.items() if people.get("stranger") == SENT_TO_SIGN_IN]
)
def test_stranger_is_sent_to_sign_in_or_to_the_first_step_of_the_way(client, route):
    for response in (client.get(reverse(route)), client.post(reverse(route))):
        assert response["Location"].split("?")[0] in {
            *map(reverse, ["home", "account_login", "account_request_login_code", "account_reset_password"])
        }


def test_admin_is_closed_to_strangers_and_members(client):
    response = client.get("/beheer/", follow=True)

    assert response.redirect_chain[-1][0] == "/account/aanmelden/?next=%2Fbeheer%2F"
    client.force_login(make_account())
    assert client.get("/beheer/", follow=True).status_code == 403
    assert client.get("/beheer/reflectie/item/", follow=True).status_code == 403


def test_admin_is_open_to_staff_under_their_own_name(client):
    client.force_login(make_account("beheer@example.org", is_staff=True, is_superuser=True))

    assert "beheer@example.org" in client.get("/beheer/").content.decode()
