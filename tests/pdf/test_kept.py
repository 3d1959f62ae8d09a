"""Which PDFs there are, when one is made and when the kept one is given, by whom, and what others notice of it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django_tasks_db.models import DBTaskResult

from reflectie.domain.report.agreements import Agreement, Decision, Needed, State
from reflectie.domain.versions import etag
from reflectie.models import FINAL_PDFS, Conclusion, MadePdf, Session
from reflectie.pdf import documents, worker
from reflectie.pdf.worker import BusyError, PdfWorker, PdfWorkerError
from reflectie.services.questionnaire import checklists
from reflectie.services.report import agreements, outcomes, reports
from tests.helpers.factories import CONCLUDING, FROZEN, GUIDANCE, at_once, everything, make_reflection
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

XHTML = '<html lang="nl"><head><title>x</title></head><body><h1>x</h1></body></html>'


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """Pages that a PDF was made from, in place of making it."""
    pages: list[str] = []

    def make(xhtml: str) -> bytes:
        pages.append(xhtml)
        return f"%PDF {len(pages)}".encode()

    monkeypatch.setattr(documents.pdf_worker, "make", make)
    return pages


@pytest.fixture
def templates(monkeypatch):
    """Each kind's page says its kind alone."""

    def write(report, document=documents.REPORT):
        return document.name

    monkeypatch.setattr(documents, "write", write)


@pytest.fixture
def session(content, checklist) -> Session:
    sheet = {name: value for name, value in everything(checklist).items() if name in checklist.by_key}
    return discussed_round(make_collaboration(), [sheet] * 3)


def conclude(session: Session) -> Session:
    Conclusion.objects.create(session=session, needed=Needed.YES, decision=Decision.REPAIR, reason="Het loont.")
    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.CONCLUDED)
    return fetched(session)


def ask(client, session, kind="", query=""):
    if not kind:
        return client.get(reverse("session-pdf", args=[session.pk]))
    return client.get(reverse("session-document", args=[session.pk, kind]) + query)


@pytest.fixture
def coordinator(session):
    return signed_in("an", session.collaboration)


# --- which there are


@pytest.mark.parametrize(
    ("kind", "query", "kept", "name"),
    [
        ("", "", "verslag", "reflectiesessie"),
        ("samenvatting", "", "samenvatting", "samenvatting"),
        ("gespreksleidraad", "", "gespreksleidraad-90", "gespreksleidraad-90"),
        ("gespreksleidraad", "?duur=60", "gespreksleidraad-60", "gespreksleidraad-60"),
        ("gespreksleidraad", "?duur=120", "gespreksleidraad-120", "gespreksleidraad-120"),
        ("vandaag", "", "vandaag", "vandaag"),
        ("kaarten", "", "kaarten", "kaarten"),
        ("opnieuw-opbouwen", "", "opnieuw-opbouwen", "opnieuw-opbouwen"),
    ],
)
def test_each_kind_is_made_once_and_has_a_name_without_people(
    coordinator, session, made, templates, kind, query, kept, name
):
    first, second = ask(coordinator, session, kind, query), ask(coordinator, session, kind, query)

    assert (first.content, second.content, made) == (b"%PDF 1", b"%PDF 1", [kept])
    assert first["Content-Disposition"] == f'attachment; filename="{name}-samenwerking-2026-11-19.pdf"'
    assert first["Content-Type"] == "application/pdf"
    assert list(MadePdf.objects.values_list("kind", "final")) == [(kept, False)]


def test_kinds_are_kept_beside_each_other(coordinator, session, made, templates):
    contents = [ask(coordinator, session, kind).content for kind in ("", "samenvatting", "kaarten")] * 2

    assert contents == [b"%PDF 1", b"%PDF 2", b"%PDF 3"] * 2


def test_a_reader_by_link_gets_each_kind_too(client, made, templates, checklist):
    token = make_reflection(everything(checklist), finished=True).read_token

    response = client.get(reverse("document", args=[token, "samenvatting"]))

    assert (response.status_code, response.content) == (200, b"%PDF 1")
    assert "samenvatting-samenwerking-" in response["Content-Disposition"]


@pytest.mark.parametrize("query", ["?duur=75", "?duur=", "?duur=abc"])
def test_a_guide_of_another_length_is_of_the_usual_one(coordinator, session, made, templates, query):
    ask(coordinator, session, "gespreksleidraad", query)

    assert made == ["gespreksleidraad-90"]


def test_the_whole_report_has_one_address_and_other_words_have_none(coordinator, session):
    for kind in ("verslag", "onbekend"):
        with pytest.raises(NoReverseMatch):
            reverse("session-document", args=[session.pk, kind])


@pytest.mark.parametrize("name", ["templates/base.html", "static/js/verslag.js", "reflectie/presentation/wording.py"])
def test_whoever_has_a_page_gets_another_once_anything_it_is_made_with_changes(settings, tmp_path, name):
    settings.BASE_DIR, made_with = tmp_path, documents._made_with.__wrapped__
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("Verslag")
    before = made_with()
    assert made_with() == before
    (tmp_path / name).write_text("Het verslag")
    assert made_with() != before


# --- the one it ended with


def test_a_concluded_session_keeps_the_one_it_ended_with(coordinator, session, made, templates, monkeypatch):
    ask(coordinator, session)
    session = conclude(session)
    documents.fix_final(session)
    documents.print_final()
    ended = ask(coordinator, session)
    # Another template or another library, then another revision of the guidance.
    monkeypatch.setattr(documents, "_made_with", lambda: b"another")
    other = ask(coordinator, session)
    newer = GUIDANCE | {"revision": GUIDANCE["revision"] + 1}
    checklists.publish_checklist(FROZEN, [newer], date(2026, 11, 20))
    assert reports.load_report(fetched(session)).checklist.revision == newer["revision"]
    third = ask(coordinator, session)

    assert [response.content for response in (ended, other, third)] == [b"%PDF 4"] * 3
    assert {response["ETag"] for response in (ended, other, third)} == {ended["ETag"]}
    assert made == ["verslag", "samenvatting", "vandaag", "verslag"]
    again = coordinator.get(reverse("session-pdf", args=[session.pk]), headers={"If-None-Match": ended["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("kind", ["gespreksleidraad", "kaarten", "opnieuw-opbouwen"])
def test_what_a_concluded_session_works_with_is_made_anew_when_something_changes(
    coordinator, session, made, templates, monkeypatch, kind
):
    session = conclude(session)
    first = ask(coordinator, session, kind)
    assert not MadePdf.objects.filter(final=True).exists()
    monkeypatch.setattr(documents, "_made_with", lambda: b"another")
    second = ask(coordinator, session, kind)
    assert (first.content, second.content) == (b"%PDF 1", b"%PDF 2")
    assert first["ETag"] != second["ETag"]


@pytest.mark.parametrize("kind", ["", "samenvatting", "vandaag"])
def test_what_a_session_ended_with_stays_also_when_it_is_first_asked_for_afterwards(
    coordinator, session, made, templates, monkeypatch, kind
):
    session = conclude(session)
    first = ask(coordinator, session, kind)
    monkeypatch.setattr(documents, "_made_with", lambda: b"another")
    assert ask(coordinator, session, kind).content == first.content == b"%PDF 1"


def finals() -> list[tuple[str, bool, bytes, str]]:
    found = MadePdf.objects.order_by("kind").values_list("kind", "final", "content", "page")
    return [(kind, final, bytes(content), page) for kind, final, content, page in found]


def test_concluding_makes_the_whole_and_the_summary(session, made, templates):
    documents.fix_final(conclude(session))
    waiting = finals()
    documents.print_final()

    kinds = ["samenvatting", "vandaag", "verslag"]
    assert waiting == [(kind, True, b"", kind) for kind in kinds]
    assert made == kinds
    assert finals() == [(kind, True, f"%PDF {place}".encode(), "") for place, kind in enumerate(kinds, start=1)]


def test_concluding_leaves_it_to_the_worker_and_keeps_what_it_ended_with(coordinator, session, made, queued):
    """However late the worker comes: what changes meanwhile isn't in it, for whoever asks first either."""
    agreement = agreements.add_agreement(session, Agreement("", "We bellen elke maandag."), uuid4())
    response = coordinator.post(reverse("session-conclude", args=[session.pk]), CONCLUDING)
    later = replace(agreement, state=State.DROPPED, reason="Het werd dinsdag.")
    agreements.change_agreement(session, UUID(agreement.key), later, etag(agreement))

    assert (response.status_code, made) == (303, [])
    assert DBTaskResult.objects.values_list("task_path", "args_kwargs").get() == (
        "reflectie.tasks.print_final_pdfs",
        {"args": [], "kwargs": {}},
    )
    asked = ask(coordinator, fetched(session))
    documents.print_final()
    again = ask(coordinator, fetched(session))

    assert asked.content == again.content == b"%PDF 1"
    assert len(made) == 3
    assert ["We bellen elke maandag." in page and "Het werd dinsdag." not in page for page in made] == [True] * 3


def test_concluding_goes_on_when_the_page_fails(coordinator, session, made, monkeypatch, caplog):
    monkeypatch.setattr(documents, "write", lambda *_: 1 / 0)
    response = coordinator.post(reverse("session-conclude", args=[session.pk]), CONCLUDING)

    assert (response.status_code, MadePdf.objects.count()) == (303, 0)
    assert "what a session ended with was not kept" in caplog.text


def test_what_a_session_ends_with_waits_while_others_are_made(session, made, templates, monkeypatch, caplog):
    def make(xhtml):
        raise BusyError

    monkeypatch.setattr(documents.pdf_worker, "make", make)
    documents.fix_final(conclude(session))
    with caplog.at_level("INFO", "reflectie.pdf.documents"):
        documents.print_final()

    assert [name for _session, name in reports.waiting_pages()] == ["samenvatting", "vandaag", "verslag"]
    assert [record.levelname for record in caplog.records if record.name == "reflectie.pdf.documents"] == ["INFO"]


def test_what_a_session_ends_with_and_can_not_be_made_is_tried_when_somebody_asks(
    coordinator, session, made, templates, monkeypatch, caplog
):
    def make(xhtml):
        raise PdfWorkerError("x")

    documents.fix_final(session := conclude(session))
    with monkeypatch.context() as broken:
        broken.setattr(documents.pdf_worker, "make", make)
        # One of a session that failed holds back the others for a moment.
        for _ in FINAL_PDFS:
            documents.print_final()
            cache.clear()

    assert finals() == []
    assert caplog.text.count("what a session ended with could not be made") == len(FINAL_PDFS)
    cache.clear()
    assert ask(coordinator, session).content == b"%PDF 1"


def test_a_text_taken_out_before_the_worker_came_is_not_in_what_it_makes(session, made, templates, checklist):
    key = next(iter(checklist)).key
    session.responses.first().answers.filter(item__key=key).update(note="Zo niet.")
    documents.fix_final(session := conclude(session))

    assert outcomes.remove_text(session, f"{key}-note", outcomes.text_digest("Zo niet.")) == 1
    documents.print_final()

    assert (made, finals()) == ([], [])


def test_a_text_taken_out_while_it_was_made_is_not_kept(session, made, templates, checklist, monkeypatch):
    key = next(iter(checklist)).key
    session.responses.first().answers.filter(item__key=key).update(note="Zo niet.")
    session = conclude(session)

    def make(xhtml):
        outcomes.remove_text(session, f"{key}-note", outcomes.text_digest("Zo niet."))
        return b"%PDF"

    monkeypatch.setattr(documents.pdf_worker, "make", make)
    documents.fix_final(session)
    documents.print_final()

    assert finals() == []


def test_a_text_taken_out_takes_the_last_one_along(coordinator, session, made, templates, checklist):
    response = session.responses.first()
    key = next(iter(checklist)).key
    response.answers.filter(item__key=key).update(note="Zo niet.")
    session = conclude(session)
    ended = ask(coordinator, session)

    assert outcomes.remove_text(session, f"{key}-note", outcomes.text_digest("Zo niet.")) == 1
    after = ask(coordinator, session)

    assert (ended.content, after.content) == (b"%PDF 1", b"%PDF 2")
    assert after["ETag"] != ended["ETag"]
    assert list(MadePdf.objects.values_list("final", flat=True)) == [True]


# --- once, and one at a time


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_for_the_same_at_once_have_it_made_once(session, made, templates):
    found = reports.load_report(session)

    contents = at_once(*[lambda: documents.report_pdf(session.pk, found)] * 20)

    assert (contents, len(made)) == ([b"%PDF 1"] * 20, 1)


def test_no_two_are_made_at_once_by_two_that_ask():
    """Two workers are two processes to the lock: each opens the file for itself."""
    rooms, inside, most = [PdfWorker(), PdfWorker()], [], []

    def make(room):
        with room.acquire():
            inside.append(room)
            most.append(len(inside))
            time.sleep(0.05)
            inside.remove(room)

    at_once(*[lambda room=room: make(room) for room in rooms * 3])

    assert most == [1] * 6


OTHER = """
import django, sys, time
django.setup()
from reflectie.pdf.worker import pdf_worker
with pdf_worker.acquire():
    print("in", flush=True)
    sys.stdin.read()
"""


def test_another_process_that_makes_one_keeps_this_one_waiting_until_it_is_killed(monkeypatch):
    other = subprocess.Popen([sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(BusyError), PdfWorker().acquire(0.05):
            pass
        other.kill()
        other.wait()
        with PdfWorker().acquire(5):
            pass


def test_who_finds_no_place_to_wait_is_sent_away_at_once(settings):
    settings.WEB_THREADS = 2 * worker.MAX_CONCURRENT_REQUESTS + 1
    room = PdfWorker()
    start = time.monotonic()
    with room.acquire(), pytest.raises(BusyError), room.acquire(20):
        pass

    assert time.monotonic() - start < 5
    with room.acquire(5):
        pass


def test_busy_asks_to_come_back_and_makes_nothing(coordinator, session, made, templates, monkeypatch):
    monkeypatch.setattr(worker, "TIMEOUT", 0.01)
    # Another process of these tests may be making one just now.
    with documents.pdf_worker.acquire(timeout=60):
        response = ask(coordinator, session, "samenvatting")

    assert (response.status_code, response["Retry-After"], made) == (503, "30", [])


# --- the process that makes them


@pytest.fixture
def room():
    found = PdfWorker()
    yield found
    found.stop()


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_the_process_is_kept_has_a_low_priority_and_outlives_a_page_that_is_wrong(room):
    first = room.make(XHTML)
    pid = room._process.pid
    with pytest.raises(PdfWorkerError, match="ForbiddenAddressError"):
        room.make(XHTML.replace("<h1>", '<img alt="x" src="http://198.51.100.7/a.png"/><h1>'))
    with pytest.raises(PdfWorkerError, match="ParseError"):
        room.make("<p>")

    assert first.startswith(b"%PDF")
    # The stop that a terminal or a supervisor sends to everybody isn't for it.
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert room.make(XHTML).startswith(b"%PDF")
    assert room._process.pid == pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + worker.NICENESS)


def test_server_that_has_a_low_priority_gives_a_lower_one(room, monkeypatch):
    """Nobody but root may give a higher one."""
    real = os.getpriority
    monkeypatch.setattr(os, "getpriority", lambda which, who: 11 if who == 0 else real(which, who))

    assert room.make(XHTML).startswith(b"%PDF")
    assert real(os.PRIO_PROCESS, room._process.pid) == 11 + worker.NICENESS


def test_another_process_is_started_when_the_first_one_ended(room):
    room.make(XHTML)
    pid = room._process.pid
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)

    assert room.make(XHTML).startswith(b"%PDF")
    assert room._process.pid != pid


HANGING = "import sys, time\nfrom multiprocessing.connection import Connection\n"
HANGING += "from reflectie.pdf import renderer\n"
HANGING += "renderer.LIMIT = 1\nrenderer.render_pdf = lambda xhtml: time.sleep(30)\n"
HANGING += "renderer.serve(Connection(int(sys.argv[1])))"


@pytest.mark.slow
def test_a_process_that_hangs_ends_itself_and_the_next_one_works(room, monkeypatch):
    start = subprocess.Popen

    def hang(command, **options):
        return start([sys.executable, "-c", HANGING, command[-1]], **options)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", hang)
        with pytest.raises(PdfWorkerError, match="ended"):
            room.make(XHTML)

    assert room.make(XHTML).startswith(b"%PDF")


PARENT = f"""
import sys
import django
django.setup()
from reflectie.pdf.worker import pdf_worker
with pdf_worker.acquire():
    pdf_worker.make({XHTML!r})
print(pdf_worker._process.pid, flush=True)
{{then}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("then", ["sys.stdin.read()", "pass"], ids=["killed", "ended"])
def test_the_process_ends_with_the_one_it_works_for(then):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        pid = int(parent.stdout.readline())
        if then != "pass":
            assert alive(pid)
            parent.kill()
        assert gone(pid)
