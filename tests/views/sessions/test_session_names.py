"""What tells one session of a collaboration from another, wherever they stand: a name, or which it is of its day."""

import csv
import io
import json
import re
from datetime import date, timedelta
from itertools import combinations
from types import SimpleNamespace
from zipfile import ZipFile

import openpyxl
import pytest
from django.core import mail
from django.urls import reverse

from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.exports import session_file
from reflectie.models import Collaboration, MadePdf, Membership, Role, Session
from reflectie.pdf import documents
from reflectie.presentation.phrases import session_title
from reflectie.presentation.wording import session_words, which_session
from reflectie.services import clock, erasure
from reflectie.services.report import reports as reports_service
from reflectie.services.report.reports import keep_pdf, kept_pdf, load_report
from reflectie.services.sessions import rounds
from reflectie.tasks import remind_all
from tests.helpers.compared import opened
from tests.helpers.factories import CONCLUSION, make_reflection
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.rounds import DAY, closed_round, discussed_round, fetched, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db

YES = [{"goal-shared": "hindering"}] * 3
SAID = "19 november 2026"
NAME = "Na de zomer"


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration()


@pytest.fixture
def five(collaboration) -> list[Session]:
    """Four on one day: three without a name and one with; and another of the same name a week before."""
    sessions = [opened(collaboration, YES) for _ in range(5)]
    for place, name in ((3, NAME), (4, NAME)):
        rounds.rename_session(sessions[place], name)
    Session.objects.filter(pk=sessions[4].pk).update(planned_on=DAY - timedelta(days=7))
    return [fetched(session) for session in sessions]


CALLED = [
    SAID,
    f"{SAID} (tweede die dag)",
    f"{SAID} (derde die dag)",
    f"{SAID} (‘{NAME}’)",
    f"12 november 2026 (‘{NAME}’)",
]


@pytest.fixture
def coordinator(collaboration):
    return signed_in("an", collaboration)


def shown(client, name, *args, query=""):
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, (name, response.status_code)
    return response


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


# --- what each is called


def test_sessions_of_one_day_are_called_by_name_or_by_their_place_that_day(five):
    assert [session_words(reports_service.title_of(session)) for session in five] == CALLED


def test_first_of_a_day_keeps_what_it_is_called_when_another_is_planned(collaboration):
    first = opened(collaboration, YES)
    opened(collaboration, YES)
    assert reports_service.title_of(fetched(first)) == SessionTitle(DAY)


def test_two_of_one_name_on_one_day_are_told_apart_too(five):
    rounds.rename_session(five[2], NAME)
    assert session_words(reports_service.title_of(fetched(five[2]))) == f"{SAID} (‘{NAME}’)"
    assert session_words(reports_service.title_of(fetched(five[3]))) == f"{SAID} (‘{NAME}’, tweede die dag)"


def test_sessions_from_before_the_order_was_kept_are_told_apart(five):
    Session.objects.update(number=0, name="", planned_on=DAY)
    assert len({reports_service.title_of(fetched(session)) for session in five}) == len(five)


def test_other_collaborations_sessions_change_nothing(five):
    elsewhere = opened(make_collaboration(), YES)
    assert reports_service.title_of(elsewhere) == SessionTitle(DAY)


def test_reflection_that_was_taken_in_is_told_from_a_session_of_its_last_day(collaboration):
    reflection = make_reflection({"goal-shared": "helping"}, mode=Mode.TOGETHER, finished=True)
    session = reflection.response.session
    opened(collaboration, YES, day=session.changed_on)
    adopted = rounds.adopt(session, reflection.token, collaboration)
    assert reports_service.title_of(fetched(adopted)) == SessionTitle(session.changed_on, nth=2)


def test_reflection_without_an_account_is_alone(django_assert_num_queries):
    session = make_reflection().response.session
    with django_assert_num_queries(0):
        assert reports_service.title_of(session) == SessionTitle(session.changed_on)


@pytest.mark.parametrize(
    ("nth", "said"), [(1, ""), (2, "tweede die dag"), (10, "tiende die dag"), (11, "nummer 11 die dag")]
)
def test_place_of_a_day_in_words(nth, said):
    assert which_session(SessionTitle(DAY, nth=nth)) == said


# --- wherever they stand


def test_lists_and_choices_have_no_two_equal_lines_and_the_newest_first(coordinator, five):
    page = page_of(shown(coordinator, "collaboration", five[0].collaboration_id))
    names = page.headings(3)
    assert names == [CALLED[3], CALLED[2], CALLED[1], CALLED[0], CALLED[4]]
    assert [page.link(name).address for name in names] == [
        reverse("session", args=[five[place].pk]) for place in (3, 2, 1, 0, 4)
    ]
    assert [link.words for link in page.links("Lees het verslag")] == [f"Lees het verslag van {name}" for name in names]
    # The one way on leads to the last that was planned.
    assert page.link("Naar de laatste sessie").address == reverse("session", args=[five[3].pk])
    overview = markup_of(shown(coordinator, "collaborations"))
    assert f'<span class="when"><span>{SAID} (‘<bdi translate="no">{NAME}</bdi>’)</span></span>' in overview
    sessions = [label for label in page_of(shown(coordinator, "compare")).choices() if "november" in label]
    assert len(sessions) == len(set(sessions)) == 5


@pytest.mark.parametrize("name", ["compare-table", "compare-time", "compare-beside"])
def test_sessions_beside_each_other_have_no_two_equal_names(coordinator, five, name):
    other = opened(make_collaboration(), YES)
    Membership.objects.create(
        collaboration=other.collaboration, user=five[0].collaboration.members.get(), role=Role.FACILITATOR
    )
    query = "?" + "&".join(f"sessie={session.pk}" for session in [*five, other])
    page = page_of(shown(coordinator, name, query=query))
    reports = {reverse("session-report", args=[session.pk]) for session in [*five, other]}
    links = {link.address: link.words for link in page.links() if link.address in reports}
    assert len(links) >= (2 if name == "compare-beside" else 5)
    ours = [link for address, link in links.items() if str(other.pk) not in address]
    assert len(set(ours)) == len(ours)
    if name != "compare-beside":
        assert set(ours) == set(CALLED)


@pytest.mark.parametrize(
    "name",
    [
        "session", "session-name", "session-erase", "session-report", "session-guide", "session-rebuild", "agreements",
        "lessons", "quotes",
    ],
)  # fmt: skip
def test_pages_of_sessions_say_of_which(coordinator, five, name):
    pages = [page_of(shown(coordinator, name, session.pk)) for session in five]
    for page, called in zip(pages, CALLED, strict=True):
        assert called in page.words
    assert len({page.title for page in pages}) == len(pages)


@pytest.mark.parametrize("name", ["collaboration", "session-name", "agreements", "session-guide", "lessons", "quotes"])
def test_links_hold_the_whole_name_in_one_element(coordinator, five, name):
    """Links as tall as a finger lay out each part of theirs by itself: the name would stand in a column of its own."""
    page = shown(coordinator, name, five[0].collaboration_id if name == "collaboration" else five[3].pk)
    links = re.findall(r'<a href="/sessies/[^>]*>((?:(?!</a>).)*</bdi>.*?)</a>', markup_of(page), re.DOTALL)
    assert links
    for link in links:
        text_alone = re.sub(r"(?s)<span\b.*</span>", "", link)
        assert text_alone.strip() in ("", "Lees het verslag"), link


@pytest.mark.parametrize("kind", [kind for kind in documents.DocumentKind if kind is not documents.DocumentKind.CARDS])
def test_pdfs_say_of_which_session(five, kind):
    pages = [documents.write(load_report(session), documents.Document(kind)) for session in five]
    for page, called in zip(pages, CALLED, strict=True):
        assert called in words(page)
    assert len({documents.fingerprint(load_report(session)) for session in five}) == 5


def test_report_names_the_session_that_it_looks_back_on(coordinator, five):
    later = opened(five[0].collaboration, YES, day=DAY + timedelta(days=30))
    assert f"Vorige keer: {CALLED[3]}," in page_of(shown(coordinator, "session-report", later.pk)).words


def lines_of(report) -> tuple[list[str], dict[str, object], list[list[object]]]:
    csv_rows = list(csv.reader(io.StringIO(session_file(report, "csv").decode("utf-8-sig")), delimiter=";"))
    book = openpyxl.load_workbook(io.BytesIO(session_file(report, "xlsx")))
    return csv_rows, json.loads(session_file(report, "json")), list(book.worksheets[0].values)


def test_files_of_a_session_say_which(five):
    reports = [load_report(session) for session in five]
    found = [lines_of(report) for report in reports]
    names = [which_session(report.title) for report in reports]
    assert names == ["", "tweede die dag", "derde die dag", f"‘{NAME}’", f"‘{NAME}’"]
    for (rows, data, readable), report, name in zip(found, reports, names, strict=True):
        assert {row[rows[0].index("sessienaam")] for row in rows[1:]} == {name}
        assert (data["name"], data["nth_that_day"]) == (report.name, report.nth)
        assert bool(name) == any(name in row for row in readable if name)
    for one, other in combinations(found, 2):
        assert one[0][1:] != other[0][1:]
        assert one[1] != other[1]


def test_archive_lists_which_and_has_no_name_in_its_own(coordinator, five):
    content = b"".join(coordinator.get(reverse("everything")).streaming_content)
    with ZipFile(io.BytesIO(content)) as archive:
        listed = list(csv.reader(io.StringIO(archive.read("inhoud.csv").decode("utf-8-sig")), delimiter=";"))
        assert NAME not in " ".join(archive.namelist())
    which = [(row[2], row[-1]) for row in listed[1:]]
    assert len(set(which)) == len(which) == 5


def test_file_names_and_logs_have_no_session_name(coordinator, five, caplog):
    for name, args in (("session-file", [five[3].pk, "csv"]), ("session-picture", [five[3].pk, "draaikolk"])):
        response = coordinator.get(reverse(name, args=args))
        assert response.status_code == 200
        assert NAME not in str(response.headers)
    named = coordinator.post(reverse("session-name", args=[five[3].pk]), {"name": "Iets anders"})
    assert (named.status_code, fetched(five[3]).name) == (303, "Iets anders")
    assert NAME not in caplog.text
    assert "Iets anders" not in caplog.text


def test_mails_and_calendar_say_of_which_session(coordinator, collaboration, settings):
    settings.REMIND_DAYS = 400
    session = open_round(collaboration, [])
    rounds.rename_session(session, NAME)
    coordinator.post(reverse("session-invite", args=[session.pk]), {"addresses": "bo@example.org"})
    assert f"Het gaat om de sessie van {SAID} (‘{NAME}’)." in mail.outbox[-1].body
    concluded = opened(collaboration, YES, conclusion=CONCLUSION)
    rounds.rename_session(concluded, NAME)
    due = concluded.conclusion
    due.next_on, due.recorded_at = clock.today() + timedelta(days=30), clock.now() - timedelta(days=1)
    due.save()
    Session.objects.filter(pk=concluded.pk).update(concluded_on=DAY + timedelta(days=400))
    remind_all()
    called = f"{SAID} (‘{NAME}’, tweede die dag)"
    assert f"Jullie afspraken van {called} staan dan klaar." in mail.outbox[-1].body
    file = coordinator.get(reverse("session-next", args=[concluded.pk])).content.decode()
    assert called.replace(",", "\\,") in re.sub(r"\r\n ", "", file)


def test_signals_and_what_is_shared_never_name_a_session(coordinator, five):
    for session in five:
        rounds.rename_session(session, "Geheim overleg")
    Collaboration.objects.update(signals_from=date(2020, 1, 1))
    assert "Geheim overleg" in markup_of(shown(coordinator, "session", five[0].pk))
    for name in ("signals", "shared"):
        assert "Geheim overleg" not in markup_of(shown(coordinator, name))


# --- giving one


@pytest.mark.parametrize("make", [open_round, closed_round, discussed_round])
def test_coordinator_names_a_session_at_any_stage(coordinator, collaboration, make):
    session = make(collaboration, YES)
    url = reverse("session-name", args=[session.pk])
    assert coordinator.post(url, {"name": f"  {NAME}\t "}).status_code == 303
    assert Session.objects.get(pk=session.pk).name == NAME
    assert f'value="{NAME}"' in markup_of(shown(coordinator, "session-name", session.pk))
    coordinator.post(url, {"name": ""})
    assert Session.objects.get(pk=session.pk).name == ""


def test_name_that_is_too_long_is_refused_and_stays_in_the_field(coordinator, collaboration):
    session = open_round(collaboration, [])
    response = coordinator.post(reverse("session-name", args=[session.pk]), {"name": "a" * 121})
    assert (response.status_code, "a" * 121 in markup_of(response)) == (422, True)
    assert Session.objects.get(pk=session.pk).name == ""


def test_session_is_named_when_it_is_planned_and_the_next_one_begins_without(coordinator, collaboration):
    given = {"planned_on": "2026-11-19", "mode": "together", "name": NAME}
    coordinator.post(reverse("session-new", args=[collaboration.pk]), given)
    assert Session.objects.get().name == NAME
    assert f'value="{NAME}"' not in markup_of(shown(coordinator, "session-new", collaboration.pk))
    assert f'value="{NAME}"' in markup_of(shown(coordinator, "session-edit", Session.objects.get().pk))


def test_earlier_round_is_named_as_it_is_brought_in(coordinator, collaboration):
    given = {"planned_on": "2020-03-04", "mode": "named", "grouping": "none", "name": NAME}
    coordinator.post(reverse("session-earlier", args=[collaboration.pk]), given)
    assert Session.objects.get().name == NAME


def test_name_can_change_once_somebody_has_answered(coordinator, collaboration):
    session = open_round(collaboration, YES)
    given = {"planned_on": "2026-11-19", "expected": "3", "name": NAME}
    assert coordinator.post(reverse("session-edit", args=[session.pk]), given).status_code == 303
    assert Session.objects.get().name == NAME


def test_participants_read_the_name(client, collaboration):
    session = open_round(collaboration, [])
    rounds.rename_session(session, NAME)
    assert NAME in page_of(shown(client, "join", session.join_token)).words


def test_erasing_a_session_takes_its_name_from_the_pdfs_that_look_back_on_it(coordinator, five):
    later = opened(five[0].collaboration, YES, day=DAY + timedelta(days=30))
    report = load_report(later)
    keep_pdf(later.pk, "verslag", documents.fingerprint(report), NAME.encode(), report)
    erasure.erase_session(five[3].pk)
    assert not MadePdf.objects.filter(session=later).exists()
    assert NAME not in markup_of(shown(coordinator, "session-report", later.pk))


def test_new_name_leaves_alone_what_a_session_ended_with_and_makes_the_rest_anew(collaboration):
    session = opened(collaboration, YES, conclusion=CONCLUSION)
    report = load_report(session)
    for kind in ("verslag", "kaarten"):
        keep_pdf(session.pk, kind, documents.fingerprint(report), b"%PDF then", report)
    rounds.rename_session(session, NAME)
    now = documents.fingerprint(load_report(fetched(session)))
    assert kept_pdf(session.pk, "verslag", now) == b"%PDF then"
    assert kept_pdf(session.pk, "kaarten", now) is None


@pytest.mark.parametrize(("name", "nth"), [("mei", 1), ("5", 1), ("tweede", 2), ("‘5’", 1)])
def test_only_the_name_is_left_alone_by_a_browser_that_translates(name, nth):
    """Its letters may stand in the day, too."""
    title = SessionTitle(date(2027, 5, 5), name, nth)
    shown = session_title(SimpleNamespace(title=title))
    before, _tag, after = session_words(title).partition(f"‘{name}’")
    assert shown == f'<span>{before}‘<bdi translate="no">{name}</bdi>’{after}</span>'


def test_a_comparison_tells_apart_in_which_sessions_of_a_day_few_answered(collaboration):
    """No two are called the same, in a sentence either."""
    sessions = [discussed_round(collaboration, YES, expected=9) for _ in range(2)]
    asked = "&".join(f"sessie={session.pk}" for session in sessions)
    page = markup_of(signed_in("an", collaboration).get(f"{reverse('compare-table')}?{asked}"))
    assert f"{SAID} (3 van 9); {SAID} (tweede die dag) (3 van 9)." in page
