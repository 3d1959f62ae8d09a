"""The blank form on paper, read back: what stands in it, how it is tagged, and that it fits on two pages."""

from datetime import date
from functools import cache

import page as pdf_checker
import pytest
from pypdf import PdfReader

from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.rules.disclosures import Disclosure, disclosures
from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode, Setup, setup_of_session
from reflectie.forms.questionnaire.paper import paper_questions
from reflectie.models import Collaboration, Session
from reflectie.pdf import documents
from reflectie.views.questionnaire.participant import round_of
from tests.helpers.factories import FROZEN, GUIDANCE
from tests.helpers.readback import elements, made_of, read_pdf, squeezed, text_of

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
PARTNERS = ("OCMW Tienen", "Thuiszorg De Brug", "CAW Oost-Brabant", "Buurthuis Het Anker", "Wijkgezondheidscentrum")
SETUPS = {
    "anonymous, nothing beside": setup_of_session(Mode.ANONYMOUS, (), Grouping.NONE, ()),
    "anonymous, all by partner": setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, PARTNERS),
    "anonymous, all by level": setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.LEVEL, LEVELS),
    "named, all by partner": setup_of_session(Mode.NAMED, OPTIONAL, Grouping.PARTNER, PARTNERS),
    "named, goal alone": setup_of_session(Mode.NAMED, ("goal-sentence",), Grouping.NONE, ()),
}
ALL_SETUPS = pytest.mark.parametrize("name", SETUPS)


EVERYTHING = {"facilitator_prepares": True, "closes_on": date(2026, 12, 1)}


def make_session(setup: Setup, **facts: object) -> Session:
    """A session that no database holds: the only one of its day."""
    session = Session(
        collaboration=Collaboration(name="Samen in Tienen"),
        planned_on=date(2026, 11, 24),
        mode=setup.mode,
        grouping=setup.grouping,
        groups=[[name, 4] for name in setup.groups],
        expected=20,
        paper_by="Els van het CAW",
        **facts,
    )
    session.nth = 1
    return session


def make_form(setup: Setup, **facts: object) -> documents.UncachedPdf:
    session = make_session(setup, **facts)
    context = {"session": session, "checklist": CHECKLIST, "questions": paper_questions(CHECKLIST, setup)}
    return documents.UncachedPdf(
        "reflectie/questionnaire/paper/form.html", context | {"promises": disclosures(round_of(session))}
    )


@cache
def made(name: str) -> bytes:
    return made_of(make_form(SETUPS[name], **EVERYTHING).xhtml)


def read(name: str) -> PdfReader:
    return read_pdf(made(name))


@ALL_SETUPS
def test_paper_form_is_two_pages(name):
    assert len(read(name).pages) == 2


@ALL_SETUPS
def test_paper_form_has_every_item_with_all_its_answers(name):
    text = text_of(read(name))
    rows = [
        f"{item.number}{item.hindering}{item.helping}weet ik niet"
        if item.helping
        else f"{item.number}{item.hindering}{item.words}speeltspeelt nietweet ik niet"
        for item in CHECKLIST
    ]
    assert [row for row in rows if squeezed(row) not in text] == []
    assert len(rows) == 15


@ALL_SETUPS
def test_paper_form_asks_what_its_session_asks_and_nothing_else(name):
    asked = set(SETUPS[name].asked)
    words = {
        "participant": "Wie ben je?",
        "organisation": "Vanuit welke organisatie doe je mee?",
        "level": "Vanuit welke rol kijk je?",
        "first": "Schrijf hoogstens drie nummers",
        "goal-sentence": "Schrijf in één zin het doel",
        "help-range": "Schrijf twee letters: van",
        "intensity-needed": "Wat heeft deze samenwerking nodig?",
        "intensity-current": "11 Netwerk",
        "ips-meaning": "3 De gemeenschap",
    }
    text = text_of(read(name))
    assert {field for field, title in words.items() if squeezed(title) in text} == asked


SAID = {
    Disclosure.TOTALS: "Schrijf je naam nergens op.",
    Disclosure.BY_NAME: "Dit is op naam: iedereen ziet straks wie wat antwoordde.",
    Disclosure.UNANIMOUS: "Antwoordt iedereen hetzelfde, dan weet ook iedereen wat jij antwoordde.",
    Disclosure.GROUPS: "naast elkaar. Bij elke groep die we tonen, staat hoeveel mensen antwoordden, en hoeveel",
    Disclosure.SMALL_GROUPS: "Een groep van minder dan 3 mensen tonen we niet apart.",
    Disclosure.NOTES_WITHOUT_NAME: "zonder naam en zonder groep.",
    Disclosure.NOTES_BY_NAME: "met je naam erbij.",
    Disclosure.TOO_FEW: "Tellen er minder dan 3 mensen mee,",
    Disclosure.BESIDE_PAPER: "kan ook uitrekenen wat de mensen op een scherm samen antwoordden. Zijn dat er maar 1 of",
    Disclosure.LATER: "Een volgend verslag zet de aantallen van nu ernaast, zonder namen.",
    Disclosure.SIGNALS: "Misschien in een overzicht voor beleidsmakers: jullie resultaat kan daarin meetellen. Daar "
    "staat nooit bij om wie het gaat. De coördinator kiest of jullie meetellen, en kan een notitie vrijgeven, één voor "
    "één, zonder je naam.",
    Disclosure.FOLDED: "24 maanden na het besluit wissen we wat jullie opschreven. De aantallen blijven.",
    # That they are shuffled is said where nobody may know whose is which (`test_sentences.py`).
    Disclosure.PAPER: "Els van het CAW. Dat begint pas als ze allemaal binnen zijn.",
    Disclosure.CLOSES: "tot en met 1 december 2026.",
    Disclosure.FACILITATOR_FIRST: "De begeleider leest het verslag eerst",
    Disclosure.OPENS_FOR_ALL: "krijgt iedereen het verslag op hetzelfde moment.",
}
# Of a screen: what counts there, who looks on while the round runs, what is kept, changing it, and the mail to whoever
# is done.
OF_A_SCREEN = {
    Disclosure.ONE_MAIL,
    Disclosure.COUNTED,
    Disclosure.NOTHING_EARLIER,
    Disclosure.NOT_KEPT,
    Disclosure.NOT_KEPT_BY_NAME,
    Disclosure.CHANGE,
}


def test_paper_form_has_words_for_every_promise_that_can_hold_on_paper():
    assert set(SAID) | OF_A_SCREEN == set(Disclosure)


@ALL_SETUPS
def test_paper_form_promises_what_holds_for_its_session_and_nothing_else(name):
    holds = {told.promise for told in disclosures(round_of(make_session(SETUPS[name], **EVERYTHING)))} - OF_A_SCREEN
    text = text_of(read(name))
    assert {promise for promise, words in SAID.items() if squeezed(words) in text} == holds
    assert squeezed("Schrijf geen namen van cliënten.") in text


@ALL_SETUPS
def test_paper_form_holds_to_pdf_ua_1_by_an_independent_checker(name):
    report = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert report.rules.total > 100
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


@ALL_SETUPS
def test_paper_form_is_tagged(name):
    reader = read(name)
    root = reader.trailer["/Root"]
    kinds = [str(element["/S"]) for element in elements(reader)]
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("nl", True)
    # One table for each dimension, a row for each item and two heads; boxes are no pictures that ask for a text.
    assert (kinds.count("/H1"), kinds.count("/Table"), kinds.count("/TR")) == (1, 5, 17)
    assert "/Figure" not in kinds


def test_paper_form_fits_with_long_names_and_many_partners():
    partners = tuple(f"Samenwerkingsverband Zorg en Welzijn, afdeling {number}" for number in range(1, 13))
    form = make_form(setup_of_session(Mode.NAMED, OPTIONAL, Grouping.PARTNER, partners))
    reader = read_pdf(made_of(form.xhtml))
    text = text_of(reader)
    assert [name for name in partners if squeezed(name) not in text] == []
    assert len(reader.pages) <= 3


def test_paper_form_has_another_key_when_something_in_it_changes():
    setup = SETUPS["anonymous, all by partner"]
    same = make_form(setup).fingerprint
    assert make_form(setup).fingerprint == same
    assert make_form(setup, facilitator_prepares=True).fingerprint != same


def test_paper_form_waits_its_turn_with_the_reports(monkeypatch):
    monkeypatch.setattr("reflectie.pdf.worker.TIMEOUT", 0.01)
    with documents.pdf_worker.acquire(timeout=60), pytest.raises(documents.BusyError):
        make_form(SETUPS["named, goal alone"]).make()
