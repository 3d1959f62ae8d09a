"""How many answered of those who were expected: said wherever the report goes, and nothing that is withheld with it."""

import json
from datetime import date
from io import BytesIO
from itertools import product

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import load_workbook

from reflectie.domain.comparison.document import build_comparison_document
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.rules.turnout import Turnout, turnout_of, turnouts_of_groups
from reflectie.domain.setup import Grouping, Mode, setup_of_session
from reflectie.exports import Format, comparison_file, session_file
from reflectie.pdf import documents
from reflectie.presentation.report import turnout_lines
from reflectie.services.comparison import comparisons
from reflectie.services.report import reports
from tests.helpers.factories import FROZEN, GUIDANCE
from tests.helpers.markup import markup_of
from tests.helpers.readback import made_of, read_pdf, squeezed, text_of
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.taken import read_csv

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
DAY = date(2026, 11, 22)
HOUSES = ("Huis", "Wijk", "Zorg")


@pytest.mark.parametrize(
    ("counted", "expected", "missing", "is_low"),
    [(4, 9, 5, True), (5, 9, 4, False), (3, 6, 3, False), (3, 7, 4, True), (0, 1, 1, True), (12, 9, 0, False)],
)
def test_turnout_is_low_when_more_than_half_are_missing(counted, expected, missing, is_low):
    found = Turnout(counted, expected)
    assert (found.missing, found.is_low) == (missing, is_low)


def test_turnout_is_unknown_where_nobody_said_how_many_or_the_number_is_withheld():
    assert (turnout_of(4, None), turnout_of(4, 0)) == (None, None)
    assert turnout_of(Withheld(Reason.TOO_FEW), 9) is None
    assert turnout_of(4, 9) == Turnout(4, 9)


def test_turnout_of_groups_leaves_out_what_is_withheld_or_unknown():
    sizes = (("Huis", 3), ("Wijk", Withheld(Reason.SMALL_GROUP)), ("Zorg", 0), ("Bestuur", 4))
    found = turnouts_of_groups(sizes, {"Huis": 7, "Wijk": 5, "Zorg": 3, "Bestuur": 0})
    assert found == (Turnout(3, 7, "Huis"), Turnout(0, 3, "Zorg"))


def grouped(sizes, without=0, *, mode=Mode.ANONYMOUS, expected=(8, 8, 8), total=24):
    setup = setup_of_session(mode, (), Grouping.PARTNER, HOUSES)
    answers = {"goal-shared": "hindering"}
    sheets = [Sheet({**answers, "organisation": name}) for name, n in zip(HOUSES, sizes, strict=True) for _ in range(n)]
    sheets += [Sheet(answers)] * without
    about = About("Naam", HOUSES, total, expected_of=dict(zip(HOUSES, expected, strict=True)))
    return build_report(CHECKLIST, setup, sheets, DAY, about=about)


def published(report):
    """What everybody reads of how many there were."""
    return report.counted, report.groups


def test_turnout_tells_nothing_that_the_sizes_on_the_page_do_not():
    # Every round of up to five of each group and three without: what two rounds that look alike say of turnout is the
    # same, whoever hides in what isn't shown; and what is expected of a hidden group stands nowhere.
    said = {}
    for *sizes, without in product(range(6), range(6), range(6), (0, 1, 3)):
        report = grouped(sizes, without)
        turnouts = (report.turnout, report.group_turnouts, report.low_turnouts)
        assert said.setdefault(published(report), turnouts) == turnouts
        shown = [name for name, size in report.groups if not isinstance(size, Withheld)]
        assert [turnout.group for turnout in report.group_turnouts] == shown
    assert len(said) > 50


def test_turnout_expected_of_a_hidden_group_changes_nothing():
    hidden = grouped((4, 2, 2), expected=(9, 5, 5))
    assert [turnout.group for turnout in hidden.group_turnouts] == ["Huis"]
    for expected in ((9, 3, 3), (9, 40, 3), (9, 3, 40)):
        other = grouped((4, 2, 2), expected=expected)
        assert other.key == hidden.key
        assert session_file(other, Format.JSON) == session_file(hidden, Format.JSON)
        assert session_file(other, Format.CSV) == session_file(hidden, Format.CSV)


LOW = "4 van de 9 verwachte mensen antwoordden. Dat is minder dan de helft: de anderen zien het misschien anders."
GROUPS = (
    "Van deze organisatie antwoordde minder dan de helft: Wijk (1 van 6). "
    + "Wie geen organisatie koos, telt hier niet mee."
)
NO_NAMES = "Praat over wat je zo niet hoort. Vraag niet wie er niet antwoordde."


@pytest.fixture
def session(content, db):
    """Four of nine answered: all three that were expected of one house, and one of the other six."""
    sheets = [{"goal-shared": "hindering", "organisation": name} for name in ("Huis", "Huis", "Huis", "Wijk")]
    found = discussed_round(make_collaboration(HOUSES[:2]), sheets, Mode.NAMED, groups=HOUSES[:2], expected=9)
    found.groups = [["Huis", 3], ["Wijk", 6]]
    found.save()
    return found


def page_of(session):
    client = signed_in("els", session.collaboration)
    return markup_of(client.get(reverse("session-report", args=[session.pk])))


def printed(report, kind):
    return text_of(read_pdf(made_of(documents.write(report, documents.Document(kind)))))


def test_low_turnout_is_said_on_the_page_in_the_pdf_and_in_the_summary(session):
    report, page = reports.load_report(session), page_of(session)
    whole = printed(report, documents.DocumentKind.REPORT)
    for words in (LOW, GROUPS, NO_NAMES):
        assert words in page
        assert squeezed(words) in whole
    assert '<bdi translate="no">Huis</bdi>: 3 van 3; <bdi translate="no">Wijk</bdi>: 1 van 6' in page
    assert squeezed(LOW) in printed(report, documents.DocumentKind.SUMMARY)


def test_enough_answers_say_nothing_of_turnout(session):
    session.expected, session.groups = 8, [["Huis", 3], ["Wijk", 2]]
    session.save()
    report = reports.load_report(session)
    assert report.low_turnouts == ()
    assert "verwachte mensen" not in page_of(session)
    assert squeezed("verwachte mensen") not in printed(report, documents.DocumentKind.REPORT) + printed(
        report, documents.DocumentKind.SUMMARY
    )


def test_low_turnout_stands_in_every_file_with_what_it_means(session):
    report = reports.load_report(session)
    rows = [row for row in read_csv(session_file(report, Format.CSV)) if row["soort"] == "deelname"]
    told = [(row["groep"], row["geteld"], row["verwacht"], row["bevinding_code"], row["bevinding"]) for row in rows]
    low = ("low-turnout", "Minder dan de helft antwoordde")
    assert told == [("", "4", "9", *low), ("Huis", "3", "3", "", ""), ("Wijk", "1", "6", *low)]
    made = json.loads(session_file(report, Format.JSON))
    assert (made["counted"], made["expected"], made["low_turnout"]) == (4, 9, True)
    assert [(group["expected"], group["low_turnout"]) for group in made["groups"]] == [(3, False), (6, True)]
    book = load_workbook(BytesIO(session_file(report, Format.XLSX)))
    read = [str(cell.value) for row in book["Verslag"] for cell in row if cell.value]
    assert LOW in read
    assert NO_NAMES in read
    codes = [str(cell.value) for row in book["Codeboek"] for cell in row if cell.value]
    assert "low-turnout · Minder dan de helft antwoordde" in codes
    assert any("meer dan 1/2 van wie verwacht werd, antwoordde niet" in text for text in codes)


def test_low_turnout_of_too_few_is_not_shown(db, content):
    session = discussed_round(make_collaboration(), [{"goal-shared": "hindering"}] * 2, expected=9)
    report = reports.load_report(session)
    assert (report.turnout, report.low_turnouts) == (None, ())
    assert "verwachte mensen" not in page_of(session)
    assert json.loads(session_file(report, Format.JSON))["low_turnout"] is None


def test_turnout_of_paper_of_earlier_years_is_unknown(db, content):
    session = discussed_round(make_collaboration(HOUSES), [{"goal-shared": "hindering"}] * 4, groups=HOUSES)
    session.groups = [[name, 0] for name in HOUSES]
    session.save()
    report = reports.load_report(session)
    assert (report.turnout, report.group_turnouts) == (None, ())


def test_low_turnout_says_no_more_than_this(session):
    assert " ".join(turnout_lines(reports.load_report(session))) == f"{LOW} {GROUPS} {NO_NAMES}"


def test_comparison_says_in_which_sessions_few_answered(session):
    client = signed_in("els", session.collaboration)
    full = discussed_round(session.collaboration, [{"goal-shared": "helping"}] * 3, expected=3)
    said = "Let op: in deze sessie antwoordde minder dan de helft van wie verwacht werd: 19 november 2026 (4 van 9)."
    for name in ("compare-table", "compare-time", "compare-beside"):
        page = markup_of(client.get(f"{reverse(name)}?sessie={session.pk}&sessie={full.pk}"))
        assert said in page
    page = markup_of(client.get(f"{reverse('compare-table')}?sessie={full.pk}"))
    assert "Let op: in deze sessie antwoordde" not in page
    found = comparisons.load_comparison(list(comparisons.comparable_sessions(client.session["_auth_user_id"])))
    pages = render_to_string(
        "reflectie/comparison/pdf.html", {"comparison": found, "handout": build_comparison_document(found)}
    )
    assert squeezed(said) in text_of(read_pdf(made_of(pages)))
    sessions = json.loads(comparison_file(found, Format.JSON))["sessions"]
    assert sorted(one["low_turnout"] for one in sessions) == [False, True]
    book = load_workbook(BytesIO(comparison_file(found, Format.XLSX)))
    rows = [[cell.value for cell in row] for row in book["Vergelijking"]]
    assert [sorted(row[2:]) for row in rows if row[1] == "Verwacht"] == [[3, 9]]
