"""What was taken back or erased lives on in no PDF; and what people typed leaves a PDF, a calendar file or a mail by no
other way than as the words that they are."""

import time
from datetime import timedelta
from io import BytesIO
from threading import Event
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from icalendar import Calendar
from pypdf import PdfReader

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.text import set_apart
from reflectie.domain.versions import etag
from reflectie.models import Agreement as Row
from reflectie.models import Conclusion as ConclusionRow
from reflectie.models import MadePdf, Session
from reflectie.pdf import documents, renderer
from reflectie.pdf.worker import BusyError, PdfWorker, PdfWorkerError
from reflectie.services import erasure
from reflectie.services.clock import today
from reflectie.services.erasure import erase_session
from reflectie.services.errors import NotFoundError
from reflectie.services.report import outcomes, reports
from reflectie.services.report.agreements import add_agreement, change_agreement, remove_agreement
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, HINDERED, OTHER, changed, conclude, made, pk
from tests.helpers.factories import at_once, everything, make_collaboration, make_reflection
from tests.helpers.rounds import DAY, discussed_round, fetched, signed_in

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)


@pytest.fixture
def collaboration(content):
    return make_collaboration()


def on(session: Session, day) -> Session:
    Session.objects.filter(pk=session.pk).update(planned_on=day)
    return fetched(session)


@pytest.fixture
def earlier(collaboration) -> Session:
    """In discussion, a year before the others."""
    return on(discussed_round(collaboration, HINDERED), DAY - YEAR)


@pytest.fixture
def before(collaboration) -> Session:
    """Concluded long before all of them, with its PDF."""
    session = on(conclude(discussed_round(collaboration, HINDERED)), DAY - 3 * YEAR)
    reports.keep_pdf(session.pk, "verslag", "key", b"%PDF before")
    return session


def later_one(earlier: Session) -> Session:
    """Concluded, with a PDF that looks back on the earlier session."""
    session = conclude(discussed_round(earlier.collaboration, HINDERED))
    report = reports.load_report(session)
    assert report.since.earlier.agreements == reports.load_agreements(earlier)
    assert report.since.earlier.agreements[0].what in documents.write(report)
    reports.keep_pdf(session.pk, "verslag", documents.fingerprint(report), b"%PDF quotes", report)
    return session


def kept() -> set[bytes]:
    return {bytes(content) for content in MadePdf.objects.values_list("content", flat=True)}


def test_taken_out_it_leaves_the_pdf_with_which_a_later_session_ended(before, earlier):
    agreement = made(earlier)
    session = later_one(earlier)
    assert kept() == {b"%PDF before", b"%PDF quotes"}

    remove_agreement(earlier, pk(agreement), etag(agreement))

    # The session before them all looks back on nothing of this one.
    assert kept() == {b"%PDF before"}
    assert FIRST.what not in documents.write(reports.load_report(fetched(session)))


@pytest.mark.parametrize("words", [{"what": "Anders."}, {"who": "Iemand anders"}, {"who": ""}])
def test_put_in_other_words_too(before, earlier, words):
    agreement = made(earlier)
    later_one(earlier)

    change_agreement(earlier, pk(agreement), changed(agreement, **words), etag(agreement))

    assert kept() == {b"%PDF before"}


@pytest.mark.parametrize(
    "parts", [{"state": State.DONE}, {"due_on": None}, {"state": State.DROPPED, "reason": "Om X."}]
)
def test_another_state_or_day_takes_back_nothing_so_that_what_a_session_ended_with_stays(earlier, parts):
    agreement = made(earlier)
    later_one(earlier)

    change_agreement(earlier, pk(agreement), changed(agreement, **parts), etag(agreement))

    assert kept() == {b"%PDF quotes"}


def test_a_reason_taken_back_after_concluding_leaves_the_sessions_own_last_pdf_too(before, earlier):
    agreement = made(earlier)
    dropped = changed(agreement, state=State.DROPPED, reason="Mevrouw Janssens wil niet.")
    change_agreement(earlier, pk(agreement), dropped, etag(agreement))
    earlier = conclude(earlier)
    reports.keep_pdf(earlier.pk, "verslag", "key", b"%PDF own")
    later_one(earlier)

    change_agreement(earlier, pk(agreement), changed(dropped, reason="Het lukte niet."), etag(dropped))

    assert kept() == {b"%PDF before"}


def test_an_erased_session_leaves_the_pdfs_of_later_ones(before, earlier):
    elsewhere = discussed_round(make_collaboration("Elders"), HINDERED)
    reports.keep_pdf(elsewhere.pk, "verslag", "key", b"%PDF elsewhere")
    made(earlier)
    session = later_one(earlier)

    erase_session(earlier.pk)

    assert kept() == {b"%PDF before", b"%PDF elsewhere"}
    assert reports.load_report(fetched(session)).since.earlier.changed_on == before.planned_on


def test_erasing_a_reflection_without_a_collaboration_leaves_others_alone(finished, checklist):
    other = make_reflection(everything(checklist), finished=True)
    reports.keep_pdf(other.response.session_id, "verslag", "key", b"%PDF")
    erase_session(finished.response.session_id)

    assert kept() == {b"%PDF"}


@pytest.mark.django_db(transaction=True)
def test_wiped_words_of_the_talk_are_gone_from_the_files(collaboration):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps all of it in files of ours")
    from reflectie.domain.report.outcomes import Choice, Outcome
    from tests.helpers.database_files import on_disk

    session = discussed_round(collaboration, HINDERED)
    outcome = Outcome(Choice.DIVIDED, "Zeg-dit-niet-verder", "")
    outcomes.record_outcome(session, "goal-shared", outcome, etag(None))
    assert b"Zeg-dit-niet-verder" in on_disk()
    outcomes.record_outcome(session, "goal-shared", None, etag(outcome))

    assert b"Zeg-dit-niet-verder" not in on_disk()


# --- a PDF that fails


def test_what_a_failure_says_quotes_nobody(monkeypatch):
    def fail(xhtml):
        try:
            raise KeyError(xhtml)
        except KeyError as error:
            raise ValueError(f"cannot draw {xhtml}") from error

    monkeypatch.setattr(renderer, "render_pdf", fail)
    told, content = renderer._answer("over mevrouw Janssens")

    assert content == b""
    assert "Janssens" not in told
    assert told.index("ValueError") < told.index("KeyError")
    assert "in fail" in told


def test_a_pdf_that_failed_is_not_tried_again_at_once_and_others_are(earlier, collaboration, monkeypatch):
    """It may have taken a minute, in which nobody got any: whoever pressed again would keep all others waiting."""
    asked = []

    def fail(xhtml):
        asked.append(xhtml)
        raise PdfWorkerError("ended")

    report, other = reports.load_report(earlier), discussed_round(collaboration, HINDERED)
    monkeypatch.setattr(documents.pdf_worker, "make", fail)
    with pytest.raises(PdfWorkerError):
        documents.report_pdf(earlier.pk, report)
    made(earlier)
    for document in (documents.REPORT, documents.Document(documents.DocumentKind.CARDS)):
        with pytest.raises(BusyError):
            documents.report_pdf(earlier.pk, reports.load_report(fetched(earlier)), document)
    with pytest.raises(PdfWorkerError):
        documents.report_pdf(other.pk, reports.load_report(other))

    assert len(asked) == 2
    response = signed_in("an", collaboration).get(reverse("session-pdf", args=[earlier.pk]))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


# --- words that would be more than words

HOSTILE = (
    '<script>alert(1)</script></li></ul><img src="https://evil.invalid/x.png" alt="x"/>',
    "]]>&amp;&#x0;<!-- --><?xml version='1.0'?>{{ report.key }}{% include 'x' %}",
    '=HYPERLINK("https://evil.invalid";"x")',
    "Els: ik kom\\nATTENDEE:mailto:x@example.org\\;X=1,2",
    "👩‍👩‍👧‍👦🇧🇪 ﷽ שלום مرحبا ẞ̸̧̛̺ 漢字 \U0001d54f",
    "W" * 300,
    "url(javascript:alert(1)); } * { display: none }",
)


def with_hostile_agreements(session: Session) -> Session:
    for text in HOSTILE:
        add_agreement(session, Agreement("", text[:300], text[:120]), uuid4())
    conclusion = Conclusion(Needed.YES, Decision.REDESIGN, HOSTILE[0], today() + timedelta(3))
    rounds.conclude(session, conclusion)
    # The minutes in which it could be taken back are over.
    ConclusionRow.objects.filter(session=session).update(recorded_at=None)
    return fetched(session)


def test_agreements_are_words_in_every_pdf(earlier):
    session = with_hostile_agreements(earlier)
    now = discussed_round(session.collaboration, HINDERED)
    for each, document in (
        (session, documents.REPORT),
        (now, documents.REPORT),
        (now, documents.Document(documents.DocumentKind.GUIDE)),
    ):
        xhtml = documents.write(reports.load_report(each), document)
        ElementTree.fromstring(xhtml)
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(renderer.render_pdf(xhtml))).pages)
        # In two bytes a letter where the line has a sign of another font.
        assert "<script>alert(1)</script>" in text.replace("\x00", "").replace("\n", "")


def test_the_process_that_makes_pdfs_logs_nothing_of_what_it_sets(capfd):
    """WeasyPrint warns of signs that no font has, one by one and in order: in another script, of a whole note."""
    room = PdfWorker()
    try:
        words = "".join(f"<p>{escape(text)}</p>" for text in HOSTILE)
        assert room.make(f'<html lang="nl"><head><title>x</title></head><body>{words}</body></html>').startswith(
            b"%PDF"
        )
    finally:
        room.stop()

    assert capfd.readouterr() == ("", "")


HEADER = "\r\nBcc: x@example.org"


@pytest.mark.parametrize(
    "name",
    [
        "Samen\\nATTENDEE:mailto:x@example.org",
        "A;B,C:D\\",
        "مرحبا 👩‍👩‍👧‍👦",
        "W" * (MAX_NAME - len(HEADER)),
        "\u202eSamen",
    ],
)
def test_a_collaborations_name_is_words_in_calendar_and_mail(collaboration, earlier, name, settings):
    settings.SITE_URL = "https://samen.example.org"
    coordinator = signed_in("an", collaboration)
    # Whatever a form would refuse, as well: one that an import or an older release let in.
    type(collaboration).objects.filter(pk=collaboration.pk).update(name=name + HEADER)
    session = with_hostile_agreements(earlier)

    calendar = coordinator.get(reverse("session-next", args=[session.pk])).content
    [event] = Calendar.from_ical(calendar).walk("VEVENT")
    assert str(event["summary"]) == f"Reflectiesessie: {set_apart(f'{name} Bcc: x@example.org')}"
    assert "attendee" not in event
    assert max(map(len, calendar.split(b"\r\n"))) <= 75

    call_command("send_reminders", verbosity=0)
    letters = [sent for sent in mail.outbox if sent.to == ["an@example.org"]]
    assert len(letters) == 1
    assert letters[0].recipients() == ["an@example.org"]
    assert "Bcc" not in dict(letters[0].message().items())


# --- whose agreement, and where to


def test_an_agreement_of_elsewhere_is_absent_under_a_session_of_ones_own(collaboration, earlier):
    """Read, changed, taken out or brought back under one's own session: it stays what and where it is."""
    elsewhere = discussed_round(make_collaboration("Elders"), HINDERED)
    theirs = made(elsewhere)
    coordinator = signed_in("an", collaboration)
    address = reverse("agreement", args=[earlier.pk, theirs.key])
    absent = reverse("agreement", args=[earlier.pk, uuid4()])
    sent = {"what": "Van mij", "who": "", "due_on": "", "item": "", "principle": "", "state": "open", "reason": ""}
    sent |= {"seen": etag(theirs)}

    for data in (None, sent, {"state": "done", "seen": etag(theirs)}, {**sent, "remove": "1"}):
        answers = [coordinator.get(url) if data is None else coordinator.post(url, data) for url in (address, absent)]
        assert len({answer.status_code for answer in answers}) == 1
        assert not any(theirs.what in answer.content.decode() for answer in answers)
    assert reports.load_agreements(elsewhere) == (theirs,)


@pytest.mark.parametrize(
    "back",
    ["https://evil.invalid/", "//evil.invalid", "javascript:alert(1)", '"><script>', "../../beheer/", "{x}" * 99],
)
def test_no_address_from_outside_decides_where_a_page_leads(collaboration, earlier, back):
    agreement = made(earlier)
    coordinator = signed_in("an", collaboration)
    address = reverse("agreement", args=[earlier.pk, agreement.key])
    asked = coordinator.get(address, {"van": back}).content.decode()
    sent = {"what": "Anders", "state": "open", "seen": etag(agreement), "van": back}
    response = coordinator.post(address, sent)

    assert '"><script>' not in asked
    assert f'href="{back}' not in asked
    assert (response.status_code, response["Location"]) == (303, reverse("agreements", args=[earlier.pk]))


def test_what_an_agreement_is_about_is_an_item_or_nothing(collaboration, earlier):
    coordinator = signed_in("an", collaboration)
    page = coordinator.get(reverse("agreements", args=[earlier.pk]), {"bij": '"><script>alert(1)</script>'})

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert reports.load_agreements(earlier) == ()
    assert OTHER.item == ""


# --- two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["remove", "erase"])
def test_a_pdf_that_is_kept_while_the_words_in_it_are_taken_back_does_not_stay(earlier, monkeypatch, how):
    """The later session ended, so that what is kept of it now would be its last one for good."""
    agreement = made(earlier)
    session = conclude(discussed_round(earlier.collaboration, HINDERED))
    report = reports.load_report(session)
    erased = Event()

    def slowly() -> None:
        # What is to be erased was erased, and the transaction isn't in.
        erased.set()
        time.sleep(0.3)

    monkeypatch.setattr(erasure, "truncate_wal_on_commit", slowly)

    def take_back():
        if how == "erase":
            return erase_session(earlier.pk)
        return remove_agreement(earlier, pk(agreement), etag(agreement))

    def keep():
        erased.wait(5)
        reports.keep_pdf(session.pk, "verslag", documents.fingerprint(report), b"%PDF quotes", report)

    failed = [result for result in at_once(take_back, keep) if isinstance(result, Exception)]

    assert (failed, kept()) == ([], set())


@pytest.mark.django_db(transaction=True)
def test_concluding_twice_at_once_concludes_once(earlier):
    ends = at_once(*[lambda: rounds.conclude(earlier, Conclusion(Needed.NO, Decision.STOP))] * 3)

    assert sorted(type(end).__name__ for end in ends) == ["Session", "StageError", "StageError"]


@pytest.mark.django_db(transaction=True)
def test_agreements_made_changed_and_taken_out_while_the_session_is_erased_leave_nothing(earlier):
    first, other = made(earlier), made(earlier, OTHER)
    results = at_once(
        lambda: made(earlier, changed(OTHER, what="Nog een.")),
        lambda: change_agreement(earlier, pk(first), changed(first, who="An"), etag(first)),
        lambda: erase_session(earlier.pk),
        lambda: remove_agreement(earlier, pk(other), etag(other)),
    )

    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotFoundError)]
    assert (unexpected, Row.objects.count(), Session.objects.count()) == ([], 0, 0)
