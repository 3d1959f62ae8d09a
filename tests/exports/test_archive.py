"""Everything that somebody has, as a ZIP that is sent while it is made."""

import io
import json
import re
import threading
import tracemalloc
import zipfile
from datetime import date, timedelta

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from reflectie.concurrency import MAX_CONCURRENT_REQUESTS
from reflectie.exports import archive
from reflectie.models import Membership, Role, Session
from reflectie.pdf import documents
from reflectie.services import accounts, clock
from reflectie.services.report import reports
from reflectie.views import downloads
from reflectie.web.middleware import limit_concurrent_requests
from tests.helpers.compared import opened, team
from tests.helpers.factories import add_member, browser, make_account
from tests.helpers.rounds import closed_round, discussed_round, open_round
from tests.helpers.taken import figures_of_json, figures_of_rows, read_csv, rows_of

pytestmark = pytest.mark.django_db

THREE = [{"goal-shared": "hindering", "goal-shared-note": "We zeggen het niet."}] * 3
FILES = ["verslag.csv", "verslag.json", "verslag.xlsx"]


@pytest.fixture
def fien(content):
    return make_account("fien@example.org", first_name="Fien")


def unpack(client: Client) -> zipfile.ZipFile:
    response = client.get(reverse("everything"))
    assert response.status_code == 200
    found = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert found.testzip() is None
    return found


def listed(found: zipfile.ZipFile) -> dict[str, tuple[str, ...]]:
    rows = read_csv(found.read("inhoud.csv"))
    return {row["map"]: (row["samenwerking"], row["dag"], row["ingevuld"], row["bestanden"]) for row in rows}


def test_archive_has_a_folder_for_each_session_and_says_which_it_is(fien):
    brug, linde = team(fien, "De Brug"), team(fien, "Huis Linde")
    opened(linde, THREE, date(2025, 3, 1))
    for _ in range(2):
        opened(linde, THREE, date(2026, 3, 1))
    opened(brug, THREE, date(2026, 4, 1))
    found = unpack(browser(fien))
    folders = ["1/2026-04-01-1", "2/2025-03-01-1", "2/2026-03-01-1", "2/2026-03-01-2"]
    names = [f"samenwerking-{folder}/{name}" for folder in folders for name in FILES]
    assert sorted(found.namelist()) == sorted([*names, "account.json", "inhoud.csv"])
    # What makes it whole comes last.
    assert found.namelist()[-1] == "inhoud.csv"
    files, mode = "verslag.xlsx, verslag.csv, verslag.json", "ieder voor zich, anoniem"
    assert listed(found) == {
        "samenwerking-1/2026-04-01-1": ("De Brug", "2026-04-01", mode, files),
        "samenwerking-2/2025-03-01-1": ("Huis Linde", "2025-03-01", mode, files),
        "samenwerking-2/2026-03-01-1": ("Huis Linde", "2026-03-01", mode, files),
        "samenwerking-2/2026-03-01-2": ("Huis Linde", "2026-03-01", mode, files),
    }
    assert json.loads(found.read("account.json")) == json.loads(json.dumps(accounts.account_data(fien)))
    folder = "samenwerking-2/2026-03-01-1"
    figures = figures_of_json(found.read(f"{folder}/verslag.json"))
    assert figures_of_rows(rows_of(found.read(f"{folder}/verslag.xlsx"), "Cijfers")) == figures
    assert figures_of_rows(read_csv(found.read(f"{folder}/verslag.csv"))) == figures
    assert figures["goal-shared", ""] == (3, 0, 0, 3, "obstacle")


def test_archive_is_named_by_day_and_kept_by_no_cache(fien):
    response = browser(fien).get(reverse("everything"))
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="alles-samenwerking-{clock.today():%Y-%m-%d}.zip"'
    )
    assert {"private", "no-store"} <= set(re.split(", ", response.headers["Cache-Control"]))
    assert [response.headers.get(name) for name in ("Content-Encoding", "Content-Length", "ETag")] == [None] * 3
    assert Client().get(reverse("everything")).status_code == 302
    assert browser(fien).post(reverse("everything")).status_code == 405


def test_archive_has_only_what_somebody_may_read(fien):
    linde = team(fien, "Huis Linde", Role.COORDINATOR)
    open_round(linde, THREE)
    closed = closed_round(linde, THREE)
    Session.objects.filter(pk=closed.pk).update(facilitator_prepares=True)
    elsewhere = team(make_account("omar@example.org"), "Elders")
    opened(elsewhere, THREE)
    assert unpack(browser(fien)).namelist() == ["account.json", "inhoud.csv"]
    # The facilitator prepares, as participants were told.
    gert = add_member(linde, "gert@example.org", Role.FACILITATOR)
    assert [row[0] for row in listed(unpack(browser(gert.user))).values()] == ["Huis Linde"]


def test_archive_keeps_to_whoever_lost_their_role_meanwhile(fien):
    linde, brug = team(fien, "Huis Linde"), team(fien, "De Brug")
    for collaboration in (brug, linde):
        opened(collaboration, THREE)
    response = browser(fien).get(reverse("everything"))
    parts = iter(response)
    content = next(parts)
    Membership.objects.filter(collaboration=linde).delete()
    found = zipfile.ZipFile(io.BytesIO(content + b"".join(parts)))
    assert [row[0] for row in listed(found).values()] == ["De Brug"]


def test_archive_has_the_pdfs_that_still_hold_and_makes_none(fien, monkeypatch):
    session = opened(team(fien, "Huis Linde"), THREE)
    report = reports.load_report(session)
    reports.keep_pdf(session.pk, "verslag", documents.fingerprint(report), b"%PDF-1", report)
    reports.keep_pdf(session.pk, "kaarten", "of an earlier report", b"%PDF-2", report)
    monkeypatch.setattr(documents.pdf_worker, "make", lambda _page: pytest.fail("a PDF was made"))
    found = unpack(browser(fien))
    assert {name: found.read(name) for name in found.namelist() if name.endswith(".pdf")} == {
        "samenwerking-1/2026-11-19-1/verslag.pdf": b"%PDF-1"
    }


def test_archive_carries_no_name_outside_its_files(fien):
    opened(team(fien, "=Huis Linde"), THREE)
    found = unpack(browser(fien))
    assert [name for name in found.namelist() if "linde" in name.lower() or "fien" in name.lower()] == []
    assert b"'=Huis Linde" in found.read("inhoud.csv")


def test_archive_that_breaks_off_does_not_look_whole(fien, monkeypatch):
    linde = team(fien, "Huis Linde")
    for day in (1, 2):
        opened(linde, THREE, date(2026, 3, day))
    whole, load = browser(fien).get(reverse("everything")).getvalue(), archive.load_report

    def breaks(session: Session):
        if session.planned_on == date(2026, 3, 2):
            raise RuntimeError("broken off")
        return load(session)

    monkeypatch.setattr(archive, "load_report", breaks)
    response, came = browser(fien).get(reverse("everything")), []
    with pytest.raises(RuntimeError, match="broken off"):
        came.extend(iter(response))
    broken = b"".join(came)
    assert zipfile.is_zipfile(io.BytesIO(whole))
    assert (zipfile.is_zipfile(io.BytesIO(broken)), b"verslag.json" in broken) == (False, True)


@pytest.mark.parametrize(("sessions", "queries"), [(2, 31), (12, 161)])
def test_archive_takes_as_many_queries_for_each_session(fien, sessions, queries, django_assert_num_queries):
    linde = team(fien, "Huis Linde")
    for number in range(sessions):
        opened(linde, THREE, date(2026, 1, 1) + timedelta(days=number))
    client = browser(fien)
    unpack(client)
    # Thirteen for each: the session, its report after an earlier one, and kept PDFs. The first follows on none.
    with django_assert_num_queries(queries):
        unpack(client)


def test_archive_takes_no_more_memory_for_many_sessions(fien):
    linde = team(fien, "Huis Linde")
    client = browser(fien)

    def peak(sessions: int) -> int:
        for number in range(Session.objects.count(), sessions):
            discussed_round(linde, [sheet | {"goal-sentence": f"Zin {number}. " * 20} for sheet in THREE])
        tracemalloc.start()
        for _part in iter(client.get(reverse("everything"))):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(20) < 1.5 * peak(3)


def test_parts_of_what_is_streamed_are_made_in_turn_and_a_slow_line_holds_none() -> None:
    waiting, go_on = threading.Semaphore(0), threading.Event()

    def slow_parts():
        yield b"1"
        waiting.release()
        assert go_on.wait(20)
        yield b"2"

    handler = limit_concurrent_requests(lambda _request: StreamingHttpResponse(slow_parts()))
    # Their lines are slow: all have their first part, and none holds a turn.
    request: HttpRequest = RequestFactory().get("/")
    lines = [iter(handler(request)) for _ in range(MAX_CONCURRENT_REQUESTS + 2)]
    assert [next(line) for line in lines] == [b"1"] * (MAX_CONCURRENT_REQUESTS + 2)
    rest: list[bytes] = []
    threads = [threading.Thread(target=lambda line=line: rest.append(b"".join(line))) for line in lines]
    for thread in threads:
        thread.start()
    for _ in range(MAX_CONCURRENT_REQUESTS):
        assert waiting.acquire(timeout=10)
    # The others wait for their turn.
    assert not waiting.acquire(timeout=0.2)
    go_on.set()
    for thread in threads:
        thread.join(timeout=20)
    assert rest == [b"2"] * (MAX_CONCURRENT_REQUESTS + 2)


def test_a_few_at_a_time_are_sent_everything_and_the_next_is_asked_to_come_back(fien) -> None:
    def ask():
        request = RequestFactory().get(reverse("everything"))
        request.user = fien
        return downloads.everything(request)

    def close(line) -> None:
        """As the server does, also for who went away; without Django's closing of the test's own database."""
        for closer in line._resource_closers:
            closer()

    open_lines = []
    while (response := ask()).status_code == 200:
        open_lines.append(response)
        assert len(open_lines) < 20
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Het is even druk" in response.content.decode()
    # One got all of it, one went away in the middle, the others before the beginning.
    assert b"".join(open_lines[0])
    next(iter(open_lines[1]))
    for line in open_lines:
        close(line)
    again = [ask() for _ in open_lines]
    assert {response.status_code for response in again} == {200}
    for line in again:
        close(line)
        # Told twice, it leaves one place, not two.
        close(line)
    assert downloads.LINES._value == len(open_lines)
