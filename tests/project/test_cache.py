"""A cache in Valkey or Redis, where a host names one: shared by all who name it, as the one in the database is."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from environ import Env

from benchmarks.machines import cache
from benchmarks.server import serve
from reflectie.models import Answer
from reflectie.services.health import look_at_health
from tests.helpers.accounts import ADDRESS, app_code, post, sign_in_by_code, user_of, with_second_step
from tests.helpers.factories import make_account, make_collaboration, make_reflection, sign_in_now
from tests.helpers.rounds import discussed_round
from tests.helpers.rounds import signed_in as member
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


# What a page says where something that it needs is away.
SAYS = "De cache is niet bereikbaar"


@pytest.mark.django_db
def test_all_but_the_code_of_an_app_goes_on_when_it_goes_away(tmp_path, settings):
    """A real one, stopped while the site runs."""
    signed_in = sign_in_now(Client(), make_account(ADDRESS))
    secret = with_second_step(signed_in)
    spare = signed_in.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    make_account("bo@example.org")
    collaboration = make_collaboration()
    session = discussed_round(collaboration, [{"goal-shared": "hindering"}] * 3)
    coordinator = member("coordinator", collaboration)
    reflection = make_reflection(finished=True)
    visitor, known = Client(), Client(raise_request_exception=False)
    with cache(tmp_path, "127.0.0.1") as address:
        if not address:
            pytest.skip("needs Debian's valkey-server or redis-server")
        settings.CACHES = {"default": Env.cache_url_config(address)}
        wait_until(answers)
        assert visitor.get("/gereed/").status_code == 200
    assert not answers()

    statuses = {path: visitor.get(path).status_code for path in ("/", "/start/", "/voorbeeld/", reflection.report_url)}
    assert statuses == dict.fromkeys(statuses, 200)
    kept = visitor.post(reflection.fill_url, {"goal-shared": "helping", "seen-goal-shared": "", "save": "1"})
    assert (kept.status_code, Answer.objects.filter(item__key="goal-shared", value="helping").count()) == (303, 1)
    # PDFs too, those of a session and the one that the cache would keep; and what failed is said as it was.
    for path in (reflection.pdf_url, "/voorbeeld.pdf", "/voorbeeld.pdf"):
        assert b"".join(visitor.get(path)).startswith(b"%PDF")
    # Limits are counted in the database.
    tries = [visitor.post("/meedoen/", {"code": "ACDEFG"}).status_code for _ in range(130)]
    assert set(tries) == {422, 429}
    assert coordinator.post(reverse("talk", args=[session.pk]), {"step": "begin", "minutes": "60"}).status_code < 400
    assert sign_in_by_code(visitor, "bo@example.org").status_code == 302
    assert user_of(visitor) is not None

    # Whether a code of an app was used can't be known, so it isn't taken; a spare one is the database's to know.
    assert sign_in_by_code(known)["Location"] == reverse("mfa_authenticate")
    refused = post(known, "mfa_authenticate", code=app_code(secret))
    assert (refused.status_code, SAYS in refused.content.decode(), user_of(known)) == (503, True, None)
    assert post(known, "mfa_authenticate", code=spare).status_code == 302
    assert user_of(known) is not None
    assert visitor.get("/gereed/").status_code == 503


@pytest.mark.slow
def test_server_starts_and_serves_where_it_never_answers(tmp_path):
    """It takes the connection, and says nothing: nobody waits for it longer than a moment."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "CACHE_URL": f"rediscache://:geheim@127.0.0.1:{silent.getsockname()[1]}/1",
            "WEB_CONCURRENCY": "1",
        }
        for command in ("migrate --verbosity 0", "load_checklist"):
            subprocess.run([sys.executable, "manage.py", *command.split()], cwd=ROOT, env=environment, check=True)
        with (tmp_path / "log").open("wb") as log, serve([], environment, log, answers="/gezond/") as server:
            for path in ("/", "/voorbeeld/", "/voorbeeld.pdf"):
                with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=60) as answer:
                    assert answer.status == 200, path
            with pytest.raises(HTTPError, match="503"):
                urlopen(f"http://127.0.0.1:{server.port}/gereed/", timeout=20)
    said = (tmp_path / "log").read_text()
    assert "a PDF is made without the cache: TimeoutError" in said
    assert "geheim" not in said
