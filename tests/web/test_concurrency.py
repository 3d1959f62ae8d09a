"""Who makes a page has a place; who waits for the database has none."""

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from reflectie.concurrency import MAX_CONCURRENT_REQUESTS, MOST_WAITING, PATIENCE, Places, too_many_wait, waiting
from reflectie.web.middleware import limit_concurrent_requests
from samenwerking.worker import (
    ANSWER_SECONDS,
    BODY_SECONDS,
    BYTES_A_SECOND,
    HEADER_SECONDS,
    IDLE_SECONDS,
    MAX_HELD_BYTES,
    Channel,
    Serving,
)


class People:
    """Threads that wait within a place until they are let go, and what each did."""

    def __init__(self) -> None:
        self.places, self.go_on, self.inside = Places(), threading.Event(), threading.Semaphore(0)
        self.done: list[str] = []
        self.threads: list[threading.Thread] = []

    def start(self, number: int, *, for_database: bool) -> None:
        def wait() -> None:
            with self.places.one():
                self.inside.release()
                if for_database:
                    with waiting():
                        assert self.go_on.wait(20)
                else:
                    assert self.go_on.wait(20)
                self.done.append("waited")

        for _ in range(number):
            self.threads.append(threading.Thread(target=wait))
            self.threads[-1].start()

    def page(self) -> float:
        """How long somebody else waits for a place."""
        start = time.monotonic()
        with self.places.one():
            return time.monotonic() - start


@pytest.fixture
def people() -> Iterator[People]:
    found = People()
    yield found
    found.go_on.set()
    for thread in found.threads:
        thread.join(20)


def test_who_waits_for_the_database_has_no_place(people: People):
    people.start(MAX_CONCURRENT_REQUESTS + 3, for_database=True)
    for _ in range(MAX_CONCURRENT_REQUESTS + 3):
        assert people.inside.acquire(timeout=10)
    assert people.page() < 5
    assert people.done == []
    assert people.places.waiting >= MAX_CONCURRENT_REQUESTS


def test_who_makes_a_page_keeps_the_place(people: People):
    people.start(MAX_CONCURRENT_REQUESTS, for_database=False)
    for _ in range(MAX_CONCURRENT_REQUESTS):
        assert people.inside.acquire(timeout=10)
    others = threading.Thread(target=people.page)
    others.start()
    others.join(4 * PATIENCE)
    assert others.is_alive()
    people.go_on.set()
    others.join(10)
    assert not others.is_alive()


def test_one_page_at_a_time_until_it_takes_long(people: People):
    people.start(1, for_database=False)
    assert people.inside.acquire(timeout=10)
    # The first has had its place for a moment by now: what the second waits is the rest.
    assert PATIENCE / 2 < people.page() < 5
    assert people.done == []


def test_pages_are_made_in_the_order_in_which_they_were_asked(people: People):
    entered: list[int] = []

    def ask(number: int) -> None:
        with people.places.one():
            entered.append(number)

    people.start(MAX_CONCURRENT_REQUESTS, for_database=False)
    for _ in range(MAX_CONCURRENT_REQUESTS):
        assert people.inside.acquire(timeout=10)
    for number in range(12):
        people.threads.append(threading.Thread(target=ask, args=[number]))
        people.threads[-1].start()
        until = time.monotonic() + 10
        while len(people.places._line) <= number and time.monotonic() < until:
            time.sleep(0.001)
    # As long as it takes somebody to lose patience, some times over: whoever looked for a place is still where it was.
    time.sleep(3 * PATIENCE)
    assert entered == []
    people.go_on.set()
    for thread in people.threads:
        thread.join(20)
    assert entered == list(range(12))


def test_who_has_waited_goes_on_at_once_and_the_next_wait_for_them(people: People):
    people.start(MAX_CONCURRENT_REQUESTS, for_database=True)
    for _ in range(MAX_CONCURRENT_REQUESTS):
        assert people.inside.acquire(timeout=10)
    with people.places.one(), people.places.one():
        # Both others lost theirs; every place is taken. What they wait for comes, and they finish all the same.
        people.go_on.set()
        for thread in people.threads:
            thread.join(10)
        assert people.done == ["waited"] * MAX_CONCURRENT_REQUESTS
    # None was lost or made on the way.
    assert people.places._free == MAX_CONCURRENT_REQUESTS


def test_too_many_who_wait_are_told_from_one_who_may(people: People):
    for number, are_too_many in ((MOST_WAITING - 1, False), (1, True)):
        people.start(number, for_database=True)
        for _ in range(number):
            assert people.inside.acquire(timeout=10)
        # Whoever needs a place takes it from who waits; two take both.
        with people.places.one(), people.places.one():
            assert too_many_wait() == are_too_many
    assert not too_many_wait()


@pytest.mark.parametrize("path", ["/gezond/", "/gereed/"])
def test_health_answers_while_every_place_is_taken(path: str) -> None:
    entered, go_on = threading.Semaphore(0), threading.Event()

    def slow(request: HttpRequest) -> HttpResponse:
        if request.path_info == "/":
            entered.release()
            assert go_on.wait(20)
        return HttpResponse("goed")

    handler = limit_concurrent_requests(slow)
    threads = [
        threading.Thread(target=handler, args=[RequestFactory().get("/")]) for _ in range(MAX_CONCURRENT_REQUESTS)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=10)
    asked = threading.Thread(target=handler, args=[RequestFactory().get(path)])
    asked.start()
    asked.join(5)
    is_answered = not asked.is_alive()
    go_on.set()
    for thread in [*threads, asked]:
        thread.join(20)
    assert is_answered


NOW = 1000.0


def channel(**more: object) -> SimpleNamespace:
    nothing = {"total_outbufs_len": 0, "sends_since": None, "sent": 0, "requests": [], "request": None}
    return SimpleNamespace(**{**nothing, "waits_since": NOW, "began": NOW, **more})


def headers(*, finished: bool = False, length: int = 0, received: int = 0) -> SimpleNamespace:
    return SimpleNamespace(headers_finished=finished, content_length=length, body_bytes_received=received)


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        ({}, IDLE_SECONDS),
        ({"request": headers()}, HEADER_SECONDS),
        ({"request": headers(finished=True, length=500)}, BODY_SECONDS + 500 / BYTES_A_SECOND),
        ({"request": headers(finished=True, length=1_000_000)}, BODY_SECONDS + 1_000_000 / BYTES_A_SECOND),
        # In pieces, without saying how much it will be.
        ({"request": headers(finished=True, received=200_000)}, BODY_SECONDS + 200_000 / BYTES_A_SECOND),
        ({"total_outbufs_len": 1, "sends_since": NOW}, ANSWER_SECONDS),
        ({"total_outbufs_len": 1, "sends_since": NOW, "sent": 100_000}, ANSWER_SECONDS + 100_000 / BYTES_A_SECOND),
        # What is made while it is sent, to somebody who doesn't read.
        ({"total_outbufs_len": 1, "sends_since": NOW, "requests": ["a ZIP"]}, ANSWER_SECONDS),
    ],
)
def test_a_connection_has_a_deadline_for_each_thing(state: dict[str, object], seconds: float) -> None:
    assert not Channel.is_overdue(channel(**state), NOW + seconds - 0.1)
    assert Channel.is_overdue(channel(**state), NOW + seconds + 0.1)


def test_a_connection_whose_answer_is_being_made_has_none() -> None:
    assert not Channel.is_overdue(channel(requests=["a page"]), NOW + 3600)


def test_an_answer_begins_to_be_late_when_it_first_waits() -> None:
    found = channel(total_outbufs_len=1, sent=5)
    assert not Channel.is_overdue(found, NOW)
    assert (found.sends_since, found.sent) == (NOW, 0)


def test_what_would_take_the_memory_is_let_go_longest_first() -> None:
    def on_its_way(began: float) -> SimpleNamespace:
        size = MAX_HELD_BYTES // 2
        return SimpleNamespace(began=began, held_bytes=size, will_close=False, is_overdue=lambda _now: False)

    channels = {number: on_its_way(began) for number, began in enumerate((3.0, 1.0, 2.0))}
    Serving.maintenance(SimpleNamespace(active_channels=channels), 0)  # type: ignore[arg-type]
    assert [each.will_close for each in channels.values()] == [False, True, False]
