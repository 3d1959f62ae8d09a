"""A checklist of another size: each number that depends on it is its own, in pages, files, mails and PDFs."""

import json
import re
from copy import deepcopy
from datetime import date
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from reflectie.domain.questionnaire.checklist import Checklist, read_checklist
from reflectie.domain.report.patterns import find_patterns
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Session
from reflectie.presentation.numbers import example_number, example_numbers, in_words
from reflectie.services import tokens
from reflectie.services.example import example_report
from reflectie.services.questionnaire import checklists, plans
from reflectie.services.sessions import paper, rounds
from tests.helpers.factories import FROZEN, GUIDANCE, make_reflection, make_round
from tests.helpers.page import page_of
from tests.helpers.readback import read_pdf, squeezed, text_of
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, open_round, signed_in

KEPT = (
    "goal-perspective", "goal-shared", "partners-needed", "form-intensity", "coordination-equality",
    "context-financial", "context-political", "context-organisational", "context-practical",
)  # fmt: skip
H, P = "hindering", "helping"


def smaller() -> tuple[dict, dict]:
    """Nine items instead of fifteen: five pairs and four factors. What the patterns say of numbers is content too."""
    frozen, guidance = deepcopy(FROZEN), deepcopy(GUIDANCE)
    frozen["version"] = guidance["checklist"] = 2
    for dimension in frozen["dimensions"]:
        dimension["items"] = [item for item in dimension["items"] if item["key"] in KEPT]
    guidance["items"] = {key: words for key, words in guidance["items"].items() if key in KEPT}
    for words in guidance["patterns"].values():
        words["seen"] = "De meeste stellingen en factoren."
    return frozen, guidance


CHECKLIST = read_checklist(*smaller())
# Of fifteen items, eight pairs and seven factors; as they stand in a sentence, and as examples of numbers.
OTHER_SIZE = re.compile(
    r"\b(vijftien|acht|zeven)\b|\b(van|alle|nog|tot en met) (de )?(15|8|7)\b|"
    r"\b15 (blinde|stellingen|vragen)|3 7 12|\b7: ",
    re.IGNORECASE,
)
SQUEEZED = re.compile(r"vijftien|achtkeer|zevenfactor|tot en met15|uit1totenmet15|alle15|van(de)?(15|7|8)(?!\d)", re.I)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "nul"), (1, "één"), (9, "negen"), (15, "vijftien"), (20, "twintig"), (21, "21")]
)
def test_numbers_in_a_sentence_are_letters_up_to_twenty(number, words):
    assert str(in_words(number)) == words


def test_numbers_below_zero_are_refused():
    with pytest.raises(ValueError, match="below zero"):
        in_words(-1)


@pytest.mark.parametrize(
    ("items", "numbers", "one"), [(15, (3, 7, 12), 7), (9, (1, 4, 7), 4), (3, (1, 2), 1), (1, (1,), 1)]
)
def test_examples_are_numbers_that_the_checklist_has(items, numbers, one):
    assert (example_numbers(items), example_number(items)) == (numbers, one)
    assert all(1 <= number <= items for number in (*numbers, one))


def test_wide_patterns_ask_the_same_share_of_a_smaller_checklist():
    from reflectie.domain.questionnaire.answers import Sheet
    from reflectie.domain.report.build import build_report
    from reflectie.domain.setup import setup_without_account

    def keys(pairs: int, factors: int) -> list[str]:
        values = {item.key: P for item in CHECKLIST.pairs[:pairs]} | {i.key: H for i in CHECKLIST.factors[:factors]}
        report = build_report(CHECKLIST, setup_without_account(Mode.ALONE), [Sheet(values)], date(2026, 11, 3))
        return [pattern.key for pattern in find_patterns(report) if pattern.key == "around-us"]

    # Three of four factors are more than five of seven, four of five pairs more than six of eight.
    assert (keys(4, 3), keys(3, 4), keys(4, 2)) == (["around-us"], [], [])


@pytest.fixture
def nine(content, db) -> Checklist:
    frozen, guidance = smaller()
    checklists.publish_checklist(frozen, [guidance], date(2026, 11, 2))
    assert checklists.published_checklist().version == 2
    return checklists.published_checklist()


def words(html: str) -> str:
    """What a page says, what stands in its attributes and pictures with it."""
    html = re.sub(r"<(script|style)\b.*?</\1>|<path[^>]*>", " ", html, flags=re.DOTALL)
    said = re.findall(r'(?:title|aria-label|placeholder|content|alt)="([^"]*)"', html)
    return " ".join([re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)), *said])


def seen(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, name
    return words(response.content.decode())


def printed(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, name
    return text_of(read_pdf(response.getvalue()))


def test_home_counts_what_is_published(client, nine):
    page = seen(client, "home")
    assert "Negen korte vragen, en je leest wat jullie tegenhoudt" in page
    assert "Vijf keer kies je tussen twee stellingen" in page
    assert "Daarna duid je aan welke van vier factoren bij jullie meespelen." in page
    assert len(page_of(client.get(reverse("home"))).part("Dit krijg je: een verslag").pictures()) == 1
    # No kind of finding is named of which the example has none then.
    report = example_report()
    kinds = {"Wat tegenhoudt:": report.leading, "Wat draagt:": report.strengths}
    kinds["Waar jullie verschillen:"] = report.splits
    assert {kind for kind in kinds if kind in page} == {kind for kind, items in kinds.items() if items}


def test_home_of_fifteen_says_what_it_said(client, db, content):
    page = seen(client, "home")
    for said in ("Vijftien korte vragen", "Acht keer kies je", "welke van zeven factoren"):
        assert said in page


def every_public_page(client: Client) -> dict[str, str]:
    found = {name: seen(client, name) for name in ("home", "about", "help", "start", "join-code")}
    token = make_reflection(finished=True).token
    found["fill"] = seen(client, "fill", token)
    read = tokens.read_token(token)
    for name in ("report", "guide", "rebuild"):
        found[name] = seen(client, name, read)
    found["report of nothing, pdf"] = printed(client, "report-pdf", read)
    found["samenvatting of nothing, pdf"] = printed(client, "document", read, "samenvatting")
    return found


def answered(checklist: Checklist, number: int) -> dict:
    kinds = (H, P, "dont-know")
    return {item.key: kinds[(item.number + number) % 3] for item in checklist} | {
        "first": (checklist.items[0].key,), "goal-sentence": "Samen.", "intensity-needed": "act",
    }  # fmt: skip


def every_page_of_a_round(session: Session, client: Client) -> dict[str, str]:
    pk = session.pk
    found = {name: seen(client, name, pk) for name in ("session", "session-report", "session-guide", "session-rebuild")}
    found["outcome"] = seen(client, "outcome", pk, "goal-shared")
    found["agreements"] = seen(client, "agreements", pk)
    found["report, pdf"] = printed(client, "session-pdf", pk)
    for kind in ("samenvatting", "kaarten", "opnieuw-opbouwen"):
        found[f"{kind}, pdf"] = printed(client, "session-document", pk, kind)
    found["guide, pdf"] = printed(client, "session-document", pk, "gespreksleidraad")
    for name in ("compare-table", "compare-time", "compare-beside"):
        found[name] = seen(client, name, query=f"?sessie={pk}")
    found["compare, pdf"] = printed(client, "compare-pdf", query=f"?sessie={pk}")
    for name, args, query in (("session-file", (pk,), ""), ("compare-file", (), f"?sessie={pk}")):
        book = load_workbook(BytesIO(client.get(reverse(name, args=[*args, "xlsx"]) + query).getvalue()))
        cells = [cell.value for page in book for row in page for cell in row]
        found[f"{name}, xlsx"] = " ".join(str(value) for value in cells if value is not None)
        for kind in ("csv", "json"):
            found[f"{name}, {kind}"] = client.get(reverse(name, args=[*args, kind]) + query).getvalue().decode()
    return found


def every_page_of_an_open_round(session: Session, client: Client) -> dict[str, str]:
    pk, token = session.pk, session.join_token
    names = ("session", "session-edit", "session-screen", "session-invite", "session-close", "import", "paper")
    found = {name: seen(client, name, pk) for name in names}
    found["paper form, pdf"] = printed(client, "paper-form", pk)
    paper.set_paper_count(session, 4)
    found["paper entry"] = seen(client, "paper", pk)
    numbered = page_of(client.get(reverse("paper", args=[pk]))).value("token")
    wrong = {"save": "1", "notes": "zonder nummer", "token": numbered}
    found["paper entry, wrong"] = words(client.post(reverse("paper", args=[pk]), wrong).content.decode())
    book = load_workbook(BytesIO(client.get(reverse("import-template", args=[pk])).getvalue()))
    cells = [cell.value for page in book for row in page for cell in row]
    found["import template"] = " ".join(str(value) for value in cells if value is not None)
    anybody = Client()
    found["join"] = seen(anybody, "join", token)
    anybody.post(reverse("join", args=[token]))
    found["join-fill"] = seen(anybody, "join-fill", token)
    client.post(reverse("session-invite", args=[pk]), {"addresses": "an@example.org"})
    found["mail"] = " ".join(f"{letter.subject} {letter.body}" for letter in mail.outbox)
    assert "Vijf minuten, negen vragen" in found["mail"]
    return found


def of_another_size(pages: dict[str, str]) -> dict[str, list]:
    found = {}
    for name, text in pages.items():
        looked_for = SQUEEZED if name.endswith("pdf") else OTHER_SIZE
        if hits := [match.group() for match in looked_for.finditer(text)]:
            found[name] = hits
    return found


def test_what_everybody_sees_of_a_smaller_checklist_has_its_numbers(client, nine):
    pages = every_public_page(client)
    assert of_another_size(pages) == {}
    assert "0 van de 4 factoren spelen" in pages["report"]
    assert "tien principes" in pages["report"]


def test_a_round_of_a_smaller_checklist_has_its_numbers(nine):
    collaboration = make_collaboration(("Huis", "Wijk"))
    client = signed_in("els", collaboration)
    session = discussed_round(collaboration, [answered(nine, number) for number in range(4)], expected=4)
    pages = every_page_of_a_round(session, client)
    assert of_another_size(pages) == {}
    assert len(json.loads(pages["session-file, json"])["items"]) == 9
    assert len(pages) == 21


def test_an_open_round_of_a_smaller_checklist_has_its_numbers(nine):
    collaboration = make_collaboration()
    client = signed_in("els", collaboration)
    plan = plans.Plan(date(2026, 11, 19), Mode.ANONYMOUS, OPTIONAL, expected=6, paper_by="Els")
    session = fetched(rounds.plan_session(collaboration, plan))
    pages = every_page_of_an_open_round(session, client)
    assert of_another_size(pages) == {}
    assert "Je beantwoordt negen korte vragen, in ongeveer vijf minuten" in pages["join"]
    assert "Hoogstens drie nummers, met spaties ertussen: 1 4 7" in pages["paper entry"]
    assert "4: We zien elkaar te weinig." in pages["paper entry"]
    assert "zoals 4: …" in pages["paper entry, wrong"]
    assert re.findall(r"\b\d+ Praktisch", pages["import template"]) == ["9 Praktisch"] * 2
    assert squeezed("Schrijf hoogstens drie nummers, uit 1 tot en met 9:") in pages["paper form, pdf"]


def test_the_look_for_another_size_finds_what_fifteen_says(client, db, content):
    # That nothing is found above says something only if it would be.
    assert set(of_another_size(every_public_page(client))) >= {"home", "fill", "report"}
    session = open_round(make_collaboration(), [], expected=6)
    assert of_another_size({"join": seen(Client(), "join", session.join_token)}) == {"join": ["vijftien"]}
    paper = make_round(paper_by="Els")
    form = printed(signed_in("els", paper.collaboration), "paper-form", paper.pk)
    assert of_another_size({"paper form, pdf": form}).keys() == {"paper form, pdf"}
