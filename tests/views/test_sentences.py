"""What pages, lists, files and PDFs say of numbers, stages, days and ways of filling in, in every state in which it
could be untrue: nobody, one, all, too few, a team together, paper, names, planned for later, long since concluded."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from reflectie.domain.questionnaire.answers import Posted, Sheet
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.exports import Format, session_file
from reflectie.models import Session
from reflectie.pdf import documents
from reflectie.services import tokens
from reflectie.services.clock import today
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import save_fields
from reflectie.services.report import reports
from reflectie.services.sessions import paper, rounds
from reflectie.web.permissions import is_report_open
from tests.helpers.factories import CONCLUSION
from tests.helpers.markup import words_of
from tests.helpers.readback import made_of, read_pdf, squeezed, text_of
from tests.helpers.rounds import closed_round, discussed_round, fetched, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db

HOUSES = ("CAW", "OCMW", "Thuiszorg")
H, P, D = "hindering", "helping", "dont-know"
NAME = {"participant": "Jo"}


def said(value, number, **more):
    return [{"goal-shared": value, **more} for _ in range(number)]


def later(session: Session) -> Session:
    """Planned for a day on which nobody can have answered yet."""
    Session.objects.filter(pk=session.pk).update(planned_on=today() + timedelta(days=170))
    return fetched(session)


def late(session: Session) -> Session:
    Session.objects.filter(pk=session.pk).update(closes_on=today() - timedelta(days=1))
    return fetched(session)


def concluded(session: Session) -> Session:
    rounds.conclude(session, CONCLUSION)
    return fetched(session)


def sheet_of_a_team(answers, mode=Mode.TOGETHER, *, finish=True) -> Session:
    session = rounds.plan_session(make_collaboration(), plans.Plan(date(2026, 11, 19), mode))
    posted = {name: Posted(value, "0") for name, value in answers.items()}
    token = tokens.hash_token(session.join_token)
    save_fields(session, token, posted, finish=finish, may_begin=True)
    return fetched(session)


def with_paper(mode: Mode, **plan) -> Session:
    questions = {"questions": OPTIONAL, "expected": 6, "paper_by": "Els", **plan}
    return rounds.plan_session(make_collaboration(), plans.Plan(date(2026, 11, 19), mode, **questions))


def of_houses(*numbers, without=0, mode=Mode.NAMED, expected=None):
    sheets = [sheet for name, n in zip(HOUSES, numbers, strict=True) for sheet in said(P, n, organisation=name)]
    return discussed_round(
        make_collaboration(HOUSES), [*sheets, *said(H, without)], mode, groups=HOUSES, expected=expected
    )


@dataclass(frozen=True)
class State:
    """How to make it; what each page says then, and what it doesn't."""

    make: Callable[[], Session]
    says: dict[str, tuple[str, ...]] = field(default_factory=dict)
    never: tuple[str, ...] = ()


def day_later() -> str:
    from django.utils.formats import date_format

    return date_format(today() + timedelta(days=170), "j F Y")


TOO_FEW = ("Er waren te weinig antwoorden om anoniem te blijven.", "Wat er was, is gewist.")
BLANKED = "om een kleine groep te beschermen"

STATES = {
    "open, nobody": State(
        lambda: open_round(make_collaboration(), [], expected=6),
        {
            "list": ("nog niemand begon",),
            "session": ("De ronde is open.", "Nog niemand begon. Jullie verwachten 6 mensen."),
        },
        ("0 van", "0 deelnemers", "Antwoorden komen binnen"),
    ),
    "open, one": State(
        lambda: open_round(make_collaboration(), said(P, 1), expected=6),
        {"list": ("1 van de 6 begon",), "session": ("1 van de 6 is klaar.",)},
        ("Nog niemand", "anderen zijn", "ander is"),
    ),
    "open, more than expected": State(
        lambda: open_round(make_collaboration(), said(P, 4), expected=3),
        {
            "list": ("4 begonnen (3 verwacht)",),
            "session": ("4 mensen zijn klaar. Jullie verwachtten er 3.", "Zoveel mensen als je verwachtte, zijn klaar"),
        },
        ("4 van de 3",),
    ),
    "late, nobody": State(
        lambda: late(open_round(make_collaboration(), [], expected=6)),
        {
            "list": ("niemand begon",),
            "session": ("Niemand begon.", "De laatste dag om te antwoorden is voorbij."),
            "screen": ("De laatste dag om te antwoorden is voorbij",),
        },
        ("nog niemand begon", "0 deelnemers", "0 zijn klaar", "Deze ronde is gesloten"),
    ),
    "closed, anonymous, two": State(
        lambda: closed_round(make_collaboration(), said(P, 2), expected=6),
        {"list": ("te weinig mensen",), "session": (*TOO_FEW, "Dit is voorbij.")},
        ("0 van", "begonnen", "begon.", "De ronde is open."),
    ),
    "closed, by name, nobody": State(
        lambda: closed_round(make_collaboration(), [], Mode.NAMED, expected=6),
        {"list": ("niemand deed mee",), "session": ("Niemand antwoordde.",)},
        ("0 mensen", "te weinig", "gewist"),
    ),
    "concluded, anonymous, two": State(
        lambda: concluded(discussed_round(make_collaboration(), said(P, 2), expected=6)),
        {
            "list": ("te weinig mensen",),
            "session": ("Het verslag ging open.", "Het gesprek is afgerond."),
            "report": TOO_FEW,
            "pdf": TOO_FEW,
        },
        ("0 van 6", "begonnen", "Antwoorden komen binnen", "De ronde is open."),
    ),
    "concluded, anonymous, two beside paper": State(
        lambda: concluded(few_beside_paper()),
        {
            "report": ("Er waren te weinig antwoorden om anoniem te blijven, of te weinig op een scherm naast het",),
            "pdf": ("of te weinig op een scherm naast het papier.",),
        },
    ),
    "concluded, nine of ten": State(
        lambda: concluded(discussed_round(make_collaboration(), said(P, 9), expected=10)),
        {
            "list": ("9 van de 10 deden mee",),
            "report": ("9 van de 10 mensen",),
            "pdf": ("9 van de 10 mensen",),
            "xlsx": ("9 van de 10 mensen",),
        },
        ("begonnen", "verwachte mensen"),
    ),
    "concluded, one by name": State(
        lambda: concluded(discussed_round(make_collaboration(), said(P, 1), Mode.NAMED, expected=2)),
        {
            "list": ("1 van de 2 deed mee",),
            "report": ("1 van de 2 mensen", "Nergens koos meer dan één mens een kant.", "1 koos dit"),
        },
        ("alle 1", "Wie iets koos, koos hetzelfde"),
    ),
    "concluded, nothing filled in": State(
        lambda: concluded(fetched(rounds.close_round(sheet_of_a_team({"goal-shared-note": "Later"})))),
        {"report": ("Er is niets ingevuld.",), "pdf": ("Er is niets ingevuld.",), "xlsx": ("Er is niets ingevuld.",)},
        ("nog niets ingevuld",),
    ),
    "a team together": State(
        lambda: sheet_of_a_team({"goal-shared": H, "goal-perspective": D}),
        {"compared": ("samen gekozen", "samen"), "compared xlsx": ("hinderend", "weet niet")},
        ("1 koos", "1 hinderend", "1 van 1"),
    ),
    "one person": State(
        lambda: sheet_of_a_team({"goal-shared": P}, Mode.ALONE),
        {"compared": ("gekozen door één persoon",), "compared xlsx": ("helpend",)},
        ("1 koos", "1 helpend"),
    ),
    "by name, nobody chose a group": State(
        lambda: of_houses(0, 0, 0, without=3),
        {
            "report": ("niemand koos een organisatie",),
            "pdf": ("niemand koos een organisatie",),
            "xlsx": ("niemand koos een organisatie",),
        },
        ("CAW: 0", "OCMW: 0", "CAW: niemand", BLANKED),
    ),
    "by name, some chose no group": State(
        lambda: of_houses(2, 0, 1, without=2),
        {
            "report": ("CAW: 2 (3 verwacht)".replace("2 (3 verwacht)", "2 van 3"), "OCMW: 0 van 3", "niets gekozen: 2"),
            "pdf": ("CAW: 2 van 3; OCMW: 0 van 3; Thuiszorg: 1 van 3; niets gekozen: 2",),
        },
        (BLANKED,),
    ),
    "anonymous, a group of three is blanked": State(
        lambda: of_houses(4, 3, 2, mode=Mode.ANONYMOUS),
        {
            "report": ("CAW: 4 (3 verwacht); OCMW: niet apart getoond; Thuiszorg: niet apart getoond", BLANKED),
            "pdf": ("OCMW: niet apart getoond; Thuiszorg: niet apart getoond", BLANKED),
            "xlsx": ("OCMW: niet apart getoond", BLANKED),
            "csv": (BLANKED,),
            "json": ("small-group",),
        },
        ("(te weinig mensen", ": te weinig mensen", "too-few"),
    ),
    "as many groups as partners": State(
        lambda: of_houses(1, 1, 1),
        {"report": ("CAW, OCMW, Thuiszorg",), "pdf": ("CAW, OCMW, Thuiszorg",), "xlsx": ("CAW, OCMW, Thuiszorg",)},
    ),
    "planned for later than it was filled in": State(
        lambda: concluded(later(after_another())),
        {
            "report": (
                f"4 van de 4 mensen antwoordden · gepland op {day_later()}",
                f"Gepland op {day_later()}",
            ),
            "pdf": (f"Gepland op {day_later()}",),
            "summary": (f"· gepland op {day_later()}", f"Zo zagen jullie het, voor de sessie van {day_later()}:"),
            "xlsx": ("Gepland op",),
        },
        (f"antwoordden · {day_later()}", f"Zo zagen jullie het op {day_later()}", f"Datum {day_later()}"),
    ),
    "differences in blind spots alone": State(
        lambda: discussed_round(make_collaboration(), [*said(P, 1), *said(H, 1), *said(D, 5)], expected=7),
        {
            "report": ("Waar mensen verschillen, kozen er te weinig om te vergelijken.",),
            "pdf": ("Waar mensen verschillen, kozen er te weinig om te vergelijken.",),
        },
        ("Wie iets koos, koos hetzelfde",),
    ),
    "nobody chose a side": State(
        lambda: discussed_round(make_collaboration(), said(D, 4), expected=4),
        {"report": ("Niemand koos een kant.",), "pdf": ("Niemand koos een kant.",)},
        ("Wie iets koos, koos hetzelfde",),
    ),
    "one factor is clear, the others are not known": State(
        lambda: discussed_round(make_collaboration(), [{"context-practical": P}] * 3, expected=3),
        {"report": ("Van geen factor is duidelijk dat hij speelt.",), "pdf": ("Van geen factor is duidelijk",)},
        ("Geen van de factoren speelt.", "Geen factor speelt."),
    ),
    "paper, by name": State(
        lambda: with_paper(Mode.NAMED),
        {
            "paper": ("Dit is op naam: typ bij elk formulier de naam over die erop staat.",),
            "paper pdf": ("Dat begint pas als ze allemaal binnen zijn. Wat ingetypt is, kan niemand meer openen",),
            "session": ("Alleen wie formulieren op papier intypt, ziet wat daarop staat.",),
        },
        ("Schud", "geschud", "weet niemand wie"),
    ),
    "paper, anonymous": State(
        lambda: with_paper(Mode.ANONYMOUS),
        {
            "paper": ("Schud de stapel eerst door elkaar. Dan weet niemand wie welk formulier inleverde.",),
            "paper pdf": ("allemaal binnen zijn. De stapel is dan door elkaar geschud. Wat ingetypt is, kan niemand",),
        },
        ("Dit is op naam",),
    ),
    "the facilitator reads first": State(
        lambda: with_paper(Mode.NAMED, facilitator_prepares=True, paper_by=""),
        {"session": ("Daarna leest de begeleider het verslag, en dan iedereen.",)},
        ("tot het verslag opengaat", "Alleen wie formulieren"),
    ),
}


def few_beside_paper() -> Session:
    session = with_paper(Mode.ANONYMOUS)
    paper.set_paper_count(session, 4)
    for _ in range(4):
        paper.add_paper_sheet(fetched(session), tokens.new_token(), Sheet({"goal-shared": P}))
    for values in said(P, 2):
        posted = {name: Posted(value, "0") for name, value in values.items()}
        save_fields(fetched(session), tokens.hash_token(tokens.new_token()), posted, may_begin=True)
    return fetched(rounds.open_report(rounds.close_round(fetched(session), without_results=True)))


def after_another() -> Session:
    collaboration = make_collaboration()
    discussed_round(collaboration, said(H, 4), expected=4)
    return discussed_round(collaboration, said(P, 4), expected=4)


def words(html: str) -> str:
    return words_of(re.sub(r"<(svg|script|style).*?</\1>", " ", html, flags=re.DOTALL))


def cells(content: bytes, *sheets: str) -> str:
    book = load_workbook(BytesIO(content))
    return " ".join(str(cell.value) for name in sheets for row in book[name] for cell in row if cell.value is not None)


def pages_of(session: Session) -> dict[str, str]:
    """Every page, list, file and PDF there is of a session in its state, in words."""
    client = signed_in("els", session.collaboration)

    def page(name: str, pk: object, query: str = "") -> str:
        return words(client.get(reverse(name, args=[pk] if pk else []) + query).content.decode())

    found = {"list": page("collaboration", session.collaboration_id), "session": page("session", session.pk)}
    is_round = Mode(session.mode).is_round
    if is_round:
        found["screen"] = page("session-screen", session.pk)
    if session.paper_by and session.stage == Session.Stage.OPEN:
        found["paper"] = page("paper", session.pk)
        found["paper pdf"] = text_of(read_pdf(client.get(reverse("paper-form", args=[session.pk])).content))
    if not (is_report_open(session) if not is_round else session.stage in {"discussion", "concluded"}):
        return found
    report = reports.load_report(session)
    found["report"] = page("session-report", session.pk)
    found["pdf"] = text_of(read_pdf(made_of(documents.write(report))))
    found["summary"] = text_of(
        read_pdf(made_of(documents.write(report, documents.Document(documents.DocumentKind.SUMMARY))))
    )
    found["xlsx"] = cells(session_file(report, Format.XLSX), "Verslag", "Cijfers")
    found["csv"] = session_file(report, Format.CSV).decode("utf-8-sig")
    found["json"] = json.dumps(json.loads(session_file(report, Format.JSON)))
    found["compared"] = page("compare-table", None, f"?sessie={session.pk}")
    response = client.get(f"{reverse('compare-file', args=['xlsx'])}?sessie={session.pk}")
    found["compared xlsx"] = cells(response.getvalue(), "Vergelijking")
    return found


PDFS = {"pdf", "summary", "paper pdf"}
# What is never said of nobody or of one, whatever the state.
NEVER = re.compile(
    r"\b0 (van de \d+ )?(deelnemers?|mensen|zijn klaar|begonnen)\b|\balle 1\b|\b1 (mensen|zijn|begonnen)\b"
)


@pytest.mark.parametrize("name", STATES)
def test_what_is_said_in_each_state_is_true(name):
    state = STATES[name]
    pages = pages_of(state.make())
    missing = [
        (page, words)
        for page, all_words in state.says.items()
        for words in all_words
        if (squeezed(words) if page in PDFS else words) not in pages[page]
    ]
    assert missing == []
    untrue = [
        (page, words)
        for page, text in pages.items()
        for words in state.never
        if (squeezed(words) if page in PDFS else words) in text
    ]
    assert untrue == []
    assert {page: found for page, text in pages.items() if (found := NEVER.findall(text))} == {}
