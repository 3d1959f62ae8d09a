"""Codes as people type and paste them: whatever is neither letter nor figure doesn't count, anywhere; and what can't be
such a code is told so, and is no try."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reflectie.accounts.forms import MAILED_LENGTH, MAILED_SIGNS, RECOVERY_CODE_DIGITS
from reflectie.models import RateCount
from reflectie.services.tokens import bare_code, read_code
from reflectie.web.throttle import LIMIT, WRONG_SECOND_STEP
from tests.helpers.accounts import ADDRESS, app_code, mailed_code, post, user_of, with_second_step
from tests.helpers.factories import fill_in, make_account, make_round, sign_in_now

pytestmark = pytest.mark.django_db


def full_width(code: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in code)


def arabic(code: str) -> str:
    return "".join(chr(ord(sign) + 0x630) if sign.isdigit() else sign for sign in code)


WAYS = {
    "as it is": lambda code: code,
    "small letters": str.lower,
    "spaces": lambda code: f"\u00a0{code[:3]}\u2009 {code[3:]}\u3000",
    "dashes": lambda code: f"\u2013{code[:2]}\u2014{code[2:3]}\u2010{code[3:4]}\u2011{code[4:]}\u2212",
    "a full stop": lambda code: f"{code}.",
    "other punctuation": lambda code: f"({code[:2]}/{code[2:4]}_{code[4:]}),",
    "quotes": lambda code: f"\u201c{code[:3]}\u2019{code[3:]}\u201d",
    "invisible signs": lambda code: f"\ufeff\u2068{code[:2]}\u200b{code[2:4]}\u200d\u00ad{code[4:]}\u2069",
    "full width": full_width,
    "figures of another script": arabic,
}


@pytest.fixture(params=WAYS)
def write(request):
    return WAYS[request.param]


# --- what counts of a code


def test_bare_code_is_letters_and_figures_alone(write):
    assert bare_code(write("ACDE34679")) == "ACDE34679"


@pytest.mark.parametrize("typed", ["A0DE", "A1DE", "AÉDE", "ACD\u0391"])
def test_a_sign_that_looks_like_another_is_not_taken_for_it(typed):
    assert read_code(typed) == ""


def test_what_allauth_mails_is_what_we_ask_for():
    adapter = get_adapter()
    codes = [
        bare_code(make())
        for make in (
            adapter.generate_login_code,
            adapter.generate_email_verification_code,
            adapter.generate_password_reset_code,
        )
        for _ in range(50)
    ]
    assert {len(code) for code in codes} == {MAILED_LENGTH}
    assert {sign for code in codes for sign in code} == set(MAILED_SIGNS)


# --- every place where one is typed


def test_short_code_leads_to_the_session(client, write):
    session = make_round()
    assert client.post(reverse("join-code"), {"code": write(session.code)}).status_code == 303


def test_personal_code_opens_the_answers(client, write):
    session = make_round()
    code = fill_in(session, {"goal-shared": "helping"})
    page = client.post(reverse("join-continue", args=[session.join_token]), {"code": write(code)})
    assert (page.status_code, page["Location"]) == (303, reverse("join-fill", args=[session.join_token]))


def test_code_to_sign_in(client, write):
    make_account(ADDRESS)
    post(client, "account_login", login=ADDRESS)
    post(client, "account_confirm_login_code", code=write(mailed_code()))
    assert user_of(client).email == ADDRESS


def test_code_to_sign_up(client, write):
    post(client, "account_signup", email=ADDRESS)
    post(client, "account_email_verification_sent", code=write(mailed_code()))
    assert user_of(client).email == ADDRESS


def test_code_to_choose_another_password(client, write):
    make_account(ADDRESS)
    post(client, "account_reset_password", email=ADDRESS)
    page = post(client, "account_confirm_password_reset_code", code=write(mailed_code()))
    assert page["Location"] == reverse("account_complete_password_reset")


def test_code_to_change_the_address(client, write):
    sign_in_now(client, make_account(ADDRESS))
    post(client, "account_email", email="nieuw@example.org", action_add="1")
    post(client, "account_email_verification_sent", code=write(mailed_code()))
    assert User.objects.get().email == "nieuw@example.org"


def test_code_to_show_again_who_one_is(client, write):
    client.force_login(make_account(ADDRESS))
    page = reverse("account_reauthenticate_code")
    client.post(page, {"action": "send"})
    assert client.post(f"{page}?next=/account/", {"code": write(mailed_code())})["Location"] == "/account/"


def test_code_of_the_app(client, write):
    member = sign_in_now(client, make_account(ADDRESS))
    secret = member.get(reverse("mfa_activate_totp")).context["form"].secret
    assert post(member, "mfa_activate_totp", code=write(app_code(secret))).status_code == 302

    stranger = Client()
    post(stranger, "account_login", login=ADDRESS)
    post(stranger, "account_confirm_login_code", code=mailed_code())
    post(stranger, "mfa_authenticate", code=write(app_code(secret)))
    assert user_of(stranger).email == ADDRESS


def at_second_step() -> tuple[Client, str, str]:
    """Somebody who gave the first code; the app's secret and an emergency code."""
    member = sign_in_now(Client(), make_account(ADDRESS))
    secret = with_second_step(member)
    spare = member.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    stranger = Client()
    post(stranger, "account_login", login=ADDRESS)
    post(stranger, "account_confirm_login_code", code=mailed_code())
    return stranger, secret, spare


def test_emergency_code(write):
    stranger, _secret, spare = at_second_step()
    assert len(spare) == RECOVERY_CODE_DIGITS
    post(stranger, "mfa_authenticate", code=write(spare))
    assert user_of(stranger).email == ADDRESS


def test_code_of_the_app_is_used_once_however_it_is_written(client):
    stranger, secret, _spare = at_second_step()
    code = app_code(secret)
    post(stranger, "mfa_authenticate", code=code)
    assert user_of(stranger)
    step = Authenticator.objects.get(type=Authenticator.Type.TOTP).wrap()
    assert step.validate_code(bare_code(full_width(code))) is False


# --- what can't be one


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("...", "Vul de code in."),
        ("ACDEF", "De korte code heeft 6 tekens. Dit zijn er 5. Kijk hem na."),
        ("ACDE-FGH", "De korte code heeft 6 tekens. Dit zijn er 7. Kijk hem na."),
        ("ACDEF0", "Dit teken staat nooit in zo’n code: 0. Kijk het na."),
        ("O0O0O0", "Deze tekens staan nooit in zo’n code: O, 0. Kijk ze na."),
    ],
)
def test_short_code_that_can_be_none_is_told_what_helps_and_is_no_try(client, typed, message):
    session = make_round()
    page = client.post(reverse("join-code"), {"code": typed})
    assert page.status_code == 422
    assert message in page.content.decode()
    for _ in range(LIMIT):
        client.post(reverse("join-code"), {"code": typed})
    assert RateCount.objects.count() == 0
    assert client.post(reverse("join-code"), {"code": session.code}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("ACDE-FGHJ-KMN", "Een persoonlijke code heeft 12 tekens. Dit zijn er 11. Kijk hem na."),
        ("ACDE-FGHJ-KMNO", "Dit teken staat nooit in zo’n code: O. Kijk het na."),
    ],
)
def test_personal_code_that_can_be_none_is_told_what_helps_and_is_no_try(client, typed, message):
    url = reverse("join-continue", args=[make_round().join_token])
    page = client.post(url, {"code": typed})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert RateCount.objects.count() == 0
    assert client.post(url, {"code": "ACDE-FGHJ-KMNP"}).status_code == 422
    assert RateCount.objects.count() == 1


MAILED = [
    ("BCDF-GHJ", "De code in de mail heeft 8 letters. Dit zijn er 7. Kijk hem na."),
    ("BCDF-GHJ0", "Dit teken staat nooit in zo’n code: 0. Kijk het na."),
    ("—", "Vul de code in."),
]


@pytest.mark.parametrize(("typed", "message"), MAILED)
def test_mailed_code_that_can_be_none_is_no_try(client, typed, message):
    client.force_login(make_account(ADDRESS))
    url = reverse("account_reauthenticate_code")
    client.post(url, {"action": "send"})
    for _ in range(5):
        page = client.post(url, {"code": typed})
        assert page.status_code == 422
        assert message in page.content.decode()
    assert client.post(f"{url}?next=/account/", {"code": mailed_code()})["Location"] == "/account/"


@pytest.mark.parametrize("address", [ADDRESS, "niemand@example.org"])
@pytest.mark.parametrize(("typed", "message"), MAILED)
def test_mailed_code_that_can_be_none_is_no_try_at_signing_in(client, address, typed, message):
    """And says the same where no code was sent."""
    make_account(ADDRESS)
    post(client, "account_login", login=address)
    for _ in range(5):
        page = post(client, "account_confirm_login_code", code=typed)
        assert page.status_code == 422
        assert message in page.content.decode()
    if address == ADDRESS:
        post(client, "account_confirm_login_code", code=mailed_code())
        assert user_of(client).email == ADDRESS


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12345", "De app toont 6 cijfers, een noodcode heeft er 8. Dit zijn er 5."),
        ("1234567", "De app toont 6 cijfers, een noodcode heeft er 8. Dit zijn er 7."),
        ("12345O", "Dit teken staat nooit in zo’n code: O. Kijk het na."),
    ],
)
def test_code_of_the_second_step_that_can_be_none_is_no_try(typed, message):
    stranger, secret, _spare = at_second_step()
    before = RateCount.objects.count()
    for _ in range(WRONG_SECOND_STEP[0].times + 1):
        page = post(stranger, "mfa_authenticate", code=typed)
        assert page.status_code == 422
        assert message in page.content.decode()
    assert RateCount.objects.count() == before
    post(stranger, "mfa_authenticate", code=app_code(secret))
    assert user_of(stranger).email == ADDRESS


def test_code_that_turns_the_second_step_on_says_what_helps(client):
    member = sign_in_now(client, make_account(ADDRESS))
    member.get(reverse("mfa_activate_totp"))
    page = post(member, "mfa_activate_totp", code="12345678")
    assert "De app toont 6 cijfers. Dit zijn er 8. Kijk ze na." in page.content.decode()
