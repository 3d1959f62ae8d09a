"""A cache in Valkey or Redis, where a host names one: shared by all who name it, as the one in the database is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from environ import Env

from benchmarks.machines import cache
from reflectie.services.health import look_at_health
from tests.helpers.accounts import ADDRESS, app_code, post, sign_in_by_code, with_second_step
from tests.helpers.factories import make_account, sign_in_now
from tests.helpers.working import wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def redis(tmp_path: Path, settings):
    pytest.importorskip("redis")
    with cache(tmp_path, "127.0.0.1") as address:
        if not address:
            pytest.skip("needs Debian's valkey-server or redis-server")
        settings.CACHES = {"default": Env.cache_url_config(address)}
        wait_until(answers)
        yield caches["default"]


def answers() -> bool:
    try:
        caches["default"].get("anybody")
    except Exception:
        return False
    return True


def test_packages_for_redis_are_installed_as_a_paper_gives_it(tmp_path: Path):
    [told] = re.findall(r"\n    \.venv/bin/python (-m pip install .+)", (ROOT / "docs/hosting/grow.md").read_text())
    command = [sys.executable, *told.split(), "--target", str(tmp_path), "-q", "--disable-pip-version-check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "Failed to establish a new connection" in done.stderr:
        pytest.skip("needs a package index")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "redis").is_dir()


@pytest.mark.django_db
def test_code_of_a_second_step_that_was_used_is_known_by_all(redis):
    secret = with_second_step(sign_in_now(Client(), make_account(ADDRESS)))
    redis.clear()
    one, other = Client(), Client()
    for client in (one, other):
        assert sign_in_by_code(client)["Location"] == reverse("mfa_authenticate")

    assert post(one, "mfa_authenticate", code=app_code(secret)).status_code == 302
    assert post(other, "mfa_authenticate", code=app_code(secret)).status_code == 422
    # It is known there, and nowhere else.
    redis.clear()
    assert post(other, "mfa_authenticate", code=app_code(secret)).status_code == 302


@pytest.mark.django_db
def test_health_says_that_a_cache_is_away(redis, settings):
    assert look_at_health().failure is None
    settings.CACHES = {"default": Env.cache_url_config("rediscache://127.0.0.1:9/1")}

    failure = look_at_health().failure

    assert failure is not None
    assert "CACHE_URL" in failure.log
