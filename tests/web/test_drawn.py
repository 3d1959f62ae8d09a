"""What is drawn once for all who read it: for a short time, in one process, and never for who sees something else."""

import threading
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.safestring import SafeString

from reflectie.models import Role
from reflectie.services.report import outcomes
from reflectie.services.sessions.rounds import close_round, open_report
from reflectie.web import drawn as module
from reflectie.web import responses
from reflectie.web.drawn import MAX_KEPT, MAX_SIGNS, SECONDS, Drawn
from tests.helpers.factories import add_member, browser, fill_in, make_reflection, make_round, text_of


@pytest.fixture
def memory(monkeypatch) -> Drawn:
    """What the pages of a test have drawn, and nothing of others."""
    found = Drawn()
    monkeypatch.setattr(responses, "drawn", found)
    return found


def said(text: str) -> SafeString:
    return SafeString(text)


def never() -> SafeString:
    raise AssertionError("drawn again")


def wait_until(holds) -> bool:
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_what_has_the_same_key_is_drawn_once():
    kept = Drawn()
    assert kept.get("a", lambda: said("one")) == "one"
    assert kept.get("a", never) == "one"
    assert kept.get("b", lambda: said("two")) == "two"


def test_what_was_drawn_goes_after_its_time_though_nobody_asks():
    kept = Drawn(0.3)
    kept.get("a", lambda: said("one"))
    time.sleep(0.15)
    kept.get("b", lambda: said("two"))
    assert len(kept) == 2
    assert wait_until(lambda: len(kept) < 2)
    assert kept.get("b", never) == "two"
    assert wait_until(lambda: len(kept) == 0)
    assert kept.get("a", lambda: said("anew")) == "anew"


def test_nothing_runs_on_for_what_was_drawn():
    """One timer however much is kept, which ends no process late, and none where nothing is left."""
    kept, before = Drawn(0.05), threading.active_count()
    for key in range(5):
        kept.get(key, lambda: said("one"))
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert timers
    assert [thread.daemon for thread in timers] == [True] * len(timers)
    assert threading.active_count() == before + 1
    assert wait_until(lambda: threading.active_count() == before)


def test_only_so_much_is_kept_the_latest():
    kept = Drawn()
    for key in range(MAX_KEPT + 1):
        kept.get(key, lambda key=key: said(str(key)))
    assert len(kept) == MAX_KEPT
    assert kept.get(0, lambda: said("anew")) == "anew"
    assert kept.get(MAX_KEPT, never) == str(MAX_KEPT)


def test_what_is_large_is_drawn_each_time():
    kept = Drawn()
    kept.get("a", lambda: said("a" * (MAX_SIGNS + 1)))
    assert len(kept) == 0


def test_it_is_let_go_of_within_a_minute():
    """As docs/privacy/retention.md says."""
    assert SECONDS == 60
    assert module.drawn._seconds == SECONDS


# Pages


@pytest.fixture
def session(collaboration):
    session = make_round(collaboration=collaboration)
    for number in range(3):
        fill_in(session, {"goal-shared": "hindering", "goal-shared-note": f"Notitie {number}"}, finish=True)
    return open_report(close_round(session))


def report_of(session) -> str:
    return reverse("session-report", args=[session.pk])


@pytest.mark.django_db
def test_report_is_drawn_once_for_all_who_have_its_link(memory):
    reflection = make_reflection({"goal-shared": "hindering"}, finished=True)
    first = Client().get(reflection.report_url)
    assert len(memory) == 1
    assert Client().get(reflection.report_url).content == first.content
    assert len(memory) == 1


@pytest.mark.django_db
def test_text_that_was_taken_out_is_not_shown_from_what_was_drawn_before(memory, coordinator, session):
    assert "Notitie 1" in text_of(coordinator.get(report_of(session)))
    assert len(memory) == 1
    outcomes.remove_text(session, "goal-shared-note", outcomes.text_digest("Notitie 1"))
    shown = text_of(coordinator.get(report_of(session)))
    assert "Notitie 0" in shown
    assert "Notitie 1" not in shown


@pytest.mark.django_db
def test_answer_that_was_wiped_is_not_shown_from_what_was_drawn_before(memory):
    reflection = make_reflection({"goal-sentence": "Samen sterk.", "goal-shared": "hindering"}, finished=True)
    assert "Samen sterk." in text_of(Client().get(reflection.report_url))
    reflection.save({"goal-sentence": ""})
    assert "Samen sterk." not in text_of(Client().get(reflection.report_url))
    assert len(memory) == 2


@pytest.mark.django_db
def test_link_to_fill_in_stays_with_who_has_it(memory):
    """Whoever filled in sees it on the report; whoever reads along doesn't, in whichever order they come. It is kept
    nowhere."""
    reflection = make_reflection({"goal-shared": "hindering"}, finished=True)
    own = Client()
    own.get(reflection.fill_url)
    for _ in range(2):
        assert reflection.token in own.get(reflection.report_url).content.decode()
        assert reflection.token not in Client().get(reflection.report_url).content.decode()
    assert len(memory) == 1


@pytest.mark.django_db
def test_each_role_keeps_its_own_buttons(memory, coordinator, session, collaboration):
    facilitator = browser(add_member(collaboration, "fien@example.org", Role.FACILITATOR).user)
    for _ in range(2):
        assert "Haal weg" in text_of(coordinator.get(report_of(session)))
        assert "Haal weg" not in text_of(facilitator.get(report_of(session)))
    assert len(memory) == 2
