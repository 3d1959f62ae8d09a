import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import INFO, CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured

from reflectie.site_owner import CONTACTS, DETAILS, EMAILS, PAGES
from reflectie.web import checks
from reflectie.web.checks import TAG, refuse_unsafe_settings

GOOD_KEY = "vT3_qLw8ZrYb5NcXd0KfJh7GmPs2EaUi9oQxWyRk4VtBn6CzMj1"


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    settings.DEBUG = settings.PLAIN_HTTP = False
    settings.ALLOWED_HOSTS = ["samenwerking.example.org", "127.0.0.1"]
    settings.SECRET_KEY = GOOD_KEY
    settings.SECRET_KEY_FALLBACKS = []
    settings.RETENTION_DAYS = 90
    settings.FOLD_MONTHS = 24
    settings.BACKUP_KEEP_DAYS = 14
    settings.BACKUP_RECIPIENT = []
    settings.REGISTRATION = "open"
    settings.SIGNAL_LABEL = "region"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.OWNER_LOGO = ""
    for name in DETAILS:
        setattr(settings, name, "https://example.org/" if name in PAGES else "wie@example.org")
    settings.LEGAL_GROUND = "public-task"


def ids(*, deploy: bool = False) -> list[str]:
    messages: Iterator[CheckMessage] = iter(run_checks(tags=[TAG], include_deployment_checks=deploy))
    return [str(message.id) for message in messages]


def test_production_settings_are_fine() -> None:
    assert ids(deploy=True) == []
    refuse_unsafe_settings()


@pytest.mark.parametrize("hosts", [["127.0.0.1", "localhost", "[::1]", "testserver"], []])
@pytest.mark.parametrize("name", ["DEBUG", "PLAIN_HTTP"])
def test_debug_and_plain_http_on_this_machine_alone_are_fine(settings: Any, name: str, hosts: list[str]) -> None:
    setattr(settings, name, True)
    settings.ALLOWED_HOSTS = hosts
    assert ids() == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ALLOWED_HOSTS": ["*"]}, "samenwerking.E001"),
        ({"ALLOWED_HOSTS": ["127.0.0.1", "*.example.org"]}, "samenwerking.E001"),
        ({"DEBUG": True}, "samenwerking.E002"),
        ({"PLAIN_HTTP": True}, "samenwerking.E003"),
        ({"PLAIN_HTTP": True, "ALLOWED_HOSTS": ["192.0.2.7"]}, "samenwerking.E003"),
        ({"SECRET_KEY": GOOD_KEY[:49]}, "samenwerking.E004"),
        ({"SECRET_KEY": "abcd" * 20}, "samenwerking.E004"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, "samenwerking.E004"),
        ({"SECRET_KEY_FALLBACKS": ["geheim"]}, "samenwerking.E004"),
        ({"SECRET_KEY_FALLBACKS": [GOOD_KEY]}, "samenwerking.E010"),
        ({"SECRET_KEY_FALLBACKS": [GOOD_KEY[::-1]] * 2}, "samenwerking.E010"),
        ({"RETENTION_DAYS": 0}, "samenwerking.E005"),
        ({"RETENTION_DAYS": -1}, "samenwerking.E005"),
        ({"FOLD_MONTHS": -1}, "samenwerking.E008"),
        ({"BACKUP_KEEP_DAYS": 0}, "samenwerking.E017"),
        ({"ACTIVITY_DAYS": 0}, "samenwerking.E016"),
        ({"REGISTRATION": "closed"}, "samenwerking.E006"),
        ({"REGISTRATION": ""}, "samenwerking.E006"),
        ({"REGISTRATION": "Open"}, "samenwerking.E006"),
        ({"SIGNAL_LABEL": "partner"}, "samenwerking.E007"),
        ({"SIGNAL_LABEL": ""}, "samenwerking.E007"),
        ({"OWNER_LOGO": "static/img/none.png"}, "samenwerking.E011"),
        ({"OWNER_LOGO": "manage.py"}, "samenwerking.E011"),
        ({"OWNER_LOGO": "static/img/whirlpool.svg", "OWNER_NAME": ""}, "samenwerking.E015"),
        *(({name: "bel ons"}, "samenwerking.E012") for name in (*CONTACTS, *PAGES, *EMAILS)),
        *(({name: "javascript:alert(1)"}, "samenwerking.E012") for name in (*CONTACTS, *PAGES)),
        ({"COMPLAINT_URL": "klacht@example.org"}, "samenwerking.E012"),
        ({"PRIVACY_EMAIL": "https://example.org/"}, "samenwerking.E012"),
        ({"LEGAL_GROUND": "consent"}, "samenwerking.E013"),
        ({"OWNER_NAME": "x" * 81}, "samenwerking.E014"),
    ],
)
def test_an_unsafe_setting_is_refused_with_a_hint(settings: Any, change: dict[str, Any], expected: str) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    [message] = run_checks(tags=[TAG])
    assert message.id == expected
    assert message.is_serious()
    assert message.hint
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe_settings()
    assert message.msg in str(refusal.value)
    assert message.hint in str(refusal.value)


@pytest.mark.parametrize("registration", ["open", "invited"])
def test_registration_open_or_by_invitation_is_fine(settings: Any, registration: str) -> None:
    settings.REGISTRATION = registration
    assert ids() == []


def test_no_message_repeats_the_key(settings: Any) -> None:
    settings.SECRET_KEY = "te-kort-en-geheim"
    [message] = run_checks(tags=[TAG])
    assert "te-kort-en-geheim" not in str(message)


def test_https_without_a_known_proxy_is_a_warning_before_deployment(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    assert ids() == []
    assert ids(deploy=True) == ["samenwerking.W001"]
    refuse_unsafe_settings()


def test_key_of_before_is_fine_and_a_reminder_before_deployment_that_it_can_go(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [GOOD_KEY[::-1]]
    assert ids() == []
    assert ids(deploy=True) == ["samenwerking.W004"]
    refuse_unsafe_settings()


@pytest.mark.parametrize("name", ["READY_TOKEN", "METRICS_TOKEN"])
def test_token_of_a_watcher_that_can_be_guessed_is_a_warning(settings: Any, name: str) -> None:
    setattr(settings, name, GOOD_KEY[:22])
    assert ids() == []
    setattr(settings, name, GOOD_KEY[:21])
    [message] = run_checks(tags=[TAG])
    assert message.id == "samenwerking.W006"
    assert GOOD_KEY[:21] not in str(message)
    refuse_unsafe_settings()


def test_mail_to_the_console_is_a_warning_before_deployment(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert ids() == []
    assert ids(deploy=True) == ["samenwerking.W002"]


@pytest.mark.parametrize("there", [True, False])
def test_cache_in_valkey_or_redis_needs_the_library(
    settings: Any, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    monkeypatch.setattr("reflectie.web.checks.find_spec", lambda _name: object() if there else None)
    assert ids() == ([] if there else ["samenwerking.E022"])


def test_encrypted_backups_need_the_program_that_encrypts_them(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUP_RECIPIENT = ["age1verzonnen"]
    assert ids() == []
    monkeypatch.setenv("PATH", "")
    assert ids() == ["samenwerking.E018"]


@pytest.mark.parametrize("name", DETAILS)
def test_each_detail_that_is_empty_is_named_before_deployment_and_is_no_warning(settings: Any, name: str) -> None:
    setattr(settings, name, "")
    assert ids() == []
    [message] = run_checks(tags=[TAG], include_deployment_checks=True)
    assert (message.id, message.level) == ("samenwerking.I001", INFO)
    assert message.msg.endswith(f": {name}.")
    refuse_unsafe_settings()


def test_logo_of_an_owner_is_fine(settings: Any) -> None:
    settings.OWNER_LOGO = "static/img/whirlpool.svg"
    assert ids(deploy=True) == []


def test_the_checks_run_under_manage_py_too(settings: Any) -> None:
    settings.RETENTION_DAYS = 0
    assert "samenwerking.E005" in [message.id for message in run_checks()]


def test_every_check_has_an_id_of_its_own() -> None:
    source = Path(checks.__file__).read_text()
    found = re.findall(r'id="(samenwerking\.\w+)"', source)
    assert len(found) > 10
    assert sorted(found) == sorted(set(found))
