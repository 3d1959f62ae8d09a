"""What is counted: by every process, in one file, without a lock that anybody waits for."""

import multiprocessing
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client

from reflectie import counters
from reflectie.concurrency import Places
from reflectie.counters import CELLS, EDGES, add, count, counters_file, edge_of, totals
from reflectie.exports.prometheus import prometheus_text
from reflectie.services import daily, heartbeat
from reflectie.services.clock import today
from reflectie.services.erasure import erase_reflection
from reflectie.services.figures import Figure, site_figures
from reflectie.services.mail import Letter, hand_over
from tests.helpers.factories import make_reflection

TOKEN = "een-lang-en-willekeurig-geheim"
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def counting(settings, tmp_path) -> None:
    settings.METRICS_TOKEN, settings.VAR_DIR = TOKEN, tmp_path


@pytest.fixture
def host() -> Client:
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def counted() -> dict[tuple[str, ...], float]:
    return {cell: number for cell, number in totals().items() if number}


def test_counts_add_up_over_processes_also_of_those_that_are_gone():
    def work() -> None:
        for _ in range(1000):
            count("saves", "kept")
        count("place_seconds", amount=0.25)

    count("saves", "kept")
    for _ in range(2):
        processes = [FORK.Process(target=work) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            assert process.exitcode == 0

    assert counted() == {
        ("saves", "kept"): 6001,
        ("place_seconds",): 1.5,
    }
    assert counters_file().stat().st_mode & 0o777 == 0o600


def test_process_that_is_killed_leaves_what_it_counted_and_its_row():
    def work(line) -> None:
        count("mails", "sent")
        line.send("sent")
        signal.pause()

    count("saves", "kept")
    for _ in range(3):
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=work, args=[theirs])
        process.start()
        assert ours.recv() == "sent"
        os.kill(process.pid, signal.SIGKILL)
        process.join()

    assert counted() == {("saves", "kept"): 1, ("mails", "sent"): 3}
    numbers = memoryview(counters_file().read_bytes()).cast("d")
    assert [number for number, value in enumerate(numbers) if value] == [
        CELLS["saves", "kept"],
        len(CELLS) + CELLS["mails", "sent"],
    ]


def test_more_processes_than_rows_count_for_nothing_and_break_nothing(monkeypatch, caplog):
    monkeypatch.setattr(counters, "ROWS", 0)
    count("saves", "kept")
    count("saves", "kept")
    assert totals() == {}
    assert caplog.text.count("nothing is counted by this process") == 1


@pytest.mark.django_db
def test_folder_that_cannot_be_written_breaks_no_request(settings, tmp_path, host):
    settings.VAR_DIR = tmp_path / "weg"
    assert Client().get("/over/").status_code == 200
    assert "samenwerking_database_up 1" in host.get("/meten/").content.decode()


def test_another_version_with_other_counters_begins_in_another_file(tmp_path):
    (tmp_path / "counters-0123abcd").write_bytes(b"")
    count("saves", "kept")
    assert [path.name for path in tmp_path.iterdir()] == [counters_file().name]


def test_nothing_is_counted_or_written_without_the_setting(settings, tmp_path):
    settings.METRICS_TOKEN = ""
    count("saves", "kept")
    add((0, 1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seconds", [0.0, 0.025, 0.0251, 30, 31, 1e9])
def test_each_number_of_seconds_has_one_place(seconds):
    edges = [*EDGES, float("inf")]
    assert seconds <= edges[edge_of(seconds)]
    assert all(seconds > lower for lower in edges[: edge_of(seconds)])


def test_places_say_how_long_they_were_kept_and_waited_for():
    places = Places(1)
    with ThreadPoolExecutor(2) as people:

        def ask() -> None:
            with places.one():
                time.sleep(0.1)

        for asked in [people.submit(ask) for _ in range(2)]:
            asked.result()
    found = totals()
    assert 0.2 <= found["place_seconds",] < 5
    # The second gets company after a tenth of a second.
    assert 0.05 <= found["place_wait_seconds",] < 5


# --- the page


@pytest.mark.parametrize("given", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}"])
@pytest.mark.django_db
def test_page_is_absent_for_who_has_no_token_and_where_there_is_none(settings, given):
    for token in (TOKEN, ""):
        settings.METRICS_TOKEN = token
        pages = [Client(headers={"authorization": given}).get(path) for path in ("/meten/", "/bestaat-niet/")]
        assert [page.status_code for page in pages] == [404, 404]
        assert len({(page.content, str(page.headers)) for page in pages}) == 1


NAME = r"[a-z_]+"
LINE = re.compile(rf'({NAME})(?:\{{((?:{NAME}="[^"\\\n]*",?)+)\}})? (\d+(?:\.\d+)?(?:e-?\d+)?|NaN)')


def read(client: Client) -> dict[tuple[str, frozenset], float]:
    """As Prometheus reads it: what a number is and of which kind stands before it, once, and no number comes twice."""
    page = client.get("/meten/")
    assert (page.status_code, page["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found: dict[tuple[str, frozenset], float] = {}
    told: list[str] = []
    for line in page.content.decode().splitlines():
        if about := re.fullmatch(rf"# HELP ({NAME}) \S.*", line):
            assert about[1] not in told
            told.append(about[1])
        elif of_kind := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert of_kind[1] == told[-1]
            kind = of_kind[2]
            assert kind != "counter" or told[-1].endswith("_total")
        else:
            number = LINE.fullmatch(line)
            assert number, line
            ending = "_(?:bucket|count|sum)" if kind == "histogram" else ""
            assert re.fullmatch(told[-1] + ending, number[1]), line
            key = number[1], frozenset(re.findall(rf'({NAME})="([^"]*)"', number[2] or ""))
            assert key not in found
            found[key] = float(number[3])
    return found


def at(name: str, **labels: str) -> tuple[str, frozenset]:
    return f"samenwerking_{name}", frozenset(labels.items())


@pytest.mark.django_db(transaction=True)
def test_page_tells_what_people_and_the_worker_did(host, client, queued):
    reflection = make_reflection()
    client.get("/over/")
    client.get("/bestaat-niet/")
    client.get("/gezond/")
    client.generic("PROPFIND", "/over/")
    Client().post(reflection.fill_url, {"goal-shared": "helping", "seen-goal-shared": "", "save": "1"})
    erase_reflection(reflection.response.session_id)
    hand_over(Letter("Dag", "Tot dan.\n"), ["an@example.org", "bo@example.org"])
    heartbeat.beat()
    daily.finish_job("erase", today())
    found = read(host)

    requests = {
        tuple(sorted(labels)): value
        for (name, labels), value in found.items()
        if name == "samenwerking_requests_total" and value
    }
    assert requests == {
        tuple(sorted({("kind", "page"), ("method", method), ("status", status)})): number
        for method, status, number in [("GET", "2xx", 1), ("GET", "4xx", 1), ("POST", "3xx", 1), ("other", "4xx", 1)]
    }
    assert found[at("request_seconds_count", kind="page")] == 4
    assert found[at("request_seconds_bucket", kind="page", le="+Inf")] == 4
    assert found[at("saves_total", result="kept")] == 1
    assert found[at("erased_total", kind="reflection")] == 1
    assert found[at("mails_waiting")] == 2
    assert found[at("tasks_waiting", queue="mail")] == 1
    assert 0 <= found[at("task_oldest_seconds", queue="mail")] < 60
    assert found[at("daily_job_age_days", job="erase")] == 0
    assert found[at("daily_job_age_days", job="remind")] != found[at("daily_job_age_days", job="remind")]
    assert found[at("database_up")] == 1
    assert found[at("disk_free_bytes")] > 0
    assert found[at("database_bytes")] > 10_000
    assert (at("wal_bytes") in found) == (connection.vendor == "sqlite")


@pytest.mark.django_db
def test_page_names_no_token_team_person_or_address(host, client):
    reflection = make_reflection()
    client.get(reflection.fill_url)
    hand_over(Letter("Dag", "Tot dan.\n"), ["an@example.org"])
    text = host.get("/meten/").content.decode()
    assert "@" not in text
    assert reflection.fill_url.strip("/").split("/")[-1] not in text
    # Every label has a few values, known beforehand: a visitor makes none up.
    values = set(re.findall(r'="([^"]*)"', text))
    known = {part for cell in CELLS for part in cell[1:]} | {"mail", "default", "backup", "erase", "remind", "+Inf"}
    assert values <= known


@pytest.mark.django_db
def test_page_comes_without_a_database_and_says_so(host, client, monkeypatch):
    client.get("/over/")

    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    found = read(host)
    assert (found[at("database_up")], found[at("request_seconds_count", kind="page")]) == (0, 1)


@pytest.mark.django_db
def test_page_takes_a_handful_of_queries(host, django_assert_max_num_queries):
    host.get("/meten/")
    with django_assert_max_num_queries(4 if connection.vendor == "sqlite" else 17):
        host.get("/meten/")


def test_figures_keep_their_unit_and_no_number_is_written_as_python_does():
    figures = [Figure("a", "Of now.", True), Figure("b", "Never.", float("nan")), Figure("c", "Long.", 1e12)]
    text = prometheus_text({}, figures)
    assert text.splitlines()[2::3] == [
        "samenwerking_a 1",
        "samenwerking_b NaN",
        "samenwerking_c 1000000000000",
    ]


@pytest.mark.django_db
def test_figures_stop_at_the_first_that_the_database_does_not_give(monkeypatch):
    monkeypatch.setattr("reflectie.services.figures._queue", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site_figures()


def test_every_counter_is_counted_somewhere():
    """A name that nothing adds to would stay at 0, and look well."""
    folder = Path(counters.__file__).parent
    source = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "counters.py")
    names = {cell[0] for cell in CELLS}
    told = r'(?:count\(|CELLS\[|partial\(count, )"(\w+)"'
    assert names == set(re.findall(told, source))
