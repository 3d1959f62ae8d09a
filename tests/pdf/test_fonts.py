"""Other scripts and emoji in PDFs: the fonts that `./run` and `./test` install print them, and what none of them has is
named on the page where the PDF is downloaded."""

import re
import subprocess
from datetime import date

import page as pdf_checker
import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from fontTools.ttLib import TTFont

from reflectie.pdf import documents, fonts, renderer
from reflectie.pdf.unprintable import SHOWN
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser, make_reflection, make_round, text_of
from tests.helpers.readback import made_of, worries_of

# One sentence that says the same in each, and what a person types on a phone.
SCRIPTS = {
    "Amharic": "የጋራ ግብ የለንም።",
    "Arabic": "ليس لدينا هدف مشترك.",
    "Armenian": "Մենք ընդհանուր նպատակ չունենք։",
    "Bengali": "আমাদের কোনো সাধারণ লক্ষ্য নেই।",
    "Chinese": "我们没有共同的目标。",
    "Cyrillic": "У нас немає спільної мети.",
    "Dari": "ما هدف مشترک نداریم.",
    "Georgian": "ჩვენ არ გვაქვს საერთო მიზანი.",
    "Greek": "Δεν έχουμε κοινό στόχο.",
    "Hebrew": "אין לנו מטרה משותפת.",
    "Hindi": "हमारा कोई साझा लक्ष्य नहीं है।",
    "Japanese": "共通の目標がありません。",
    "Korean": "공동의 목표가 없습니다.",
    "Pashto": "موږ ګډه موخه نه لرو.",
    "Punjabi": "ਸਾਡਾ ਕੋਈ ਸਾਂਝਾ ਟੀਚਾ ਨਹੀਂ ਹੈ।",
    "Tamil": "எங்களுக்கு பொதுவான இலக்கு இல்லை.",
    "Thai": "เราไม่มีเป้าหมายร่วมกัน",
    "Tigrinya": "ናይ ሓባር ዕላማ የብልናን።",
    "Vietnamese": "Chúng tôi không có mục tiêu chung.",
    "emoji": "😀 👍🏽 👨‍👩‍👧 🏳️‍🌈 ❤️ 1️⃣ 🇧🇪 🫠",
}
# Of no script in use, and in no font that anybody installs by accident: for private use.
BOX = "\U0010fffd"


def page_of(text: str) -> str:
    return f'<html lang="nl"><head><title>Proef</title></head><body><h1>Proef</h1><p>{text}</p></body></html>'


def boxes(text: str) -> list[str]:
    """What the printer says of each sign that it has no font for."""
    return [said for who, said in worries_of(page_of(text)) if "notdef" in said]


def shown_in(text: str) -> list[bytes]:
    """Each line of a PDF as it stands there, glyph by glyph."""
    content = renderer.render_pdf(page_of(text), uncompressed_pdf=True)
    # WeasyPrint also writes where a text goes on unmoved, and texts of nothing.
    return [re.sub(rb">0?<|<>|(?<=>)0(?=])", b"", line) for line in content.splitlines() if line.endswith(b"TJ")]


def test_lines_are_drawn_as_weasyprint_draws_them(monkeypatch):
    kerned = "AVATAR, Typografie: “Wat zit er in de weg?” " * 30
    text = f"{kerned}<b>{kerned}</b><small>{kerned}</small>" + "<br/>".join([*SCRIPTS.values(), *SCRIPTS.values()])
    asked = []
    its_own = renderer._draw_first_line
    monkeypatch.setattr(renderer, "_draw_first_line", lambda *line: asked.append(line) or its_own(*line))
    ours = shown_in(text)
    few = len(asked)
    monkeypatch.setattr(renderer.drawn_text, "draw_first_line", its_own)
    assert ours == shown_in(text)
    # Those in which each glyph was met before, it wasn't asked to draw.
    assert len(ours) - few > 30


@pytest.mark.parametrize("script", SCRIPTS)
def test_pdf_prints_what_people_write(script):
    text = SCRIPTS[script]
    made = made_of(page_of(text))

    assert (fonts.unprintable(text), boxes(text)) == ([], [])
    # The same words for who hears it or copies it: each glyph says what it stands for.
    assert pdf_checker.validate_pdf_bytes(made, profile=pdf_checker.ValidationProfile.PDF_UA_1).is_compliant


def test_sign_that_no_font_has_is_a_box_and_is_named():
    assert len(boxes(f"Een {BOX}")) == 1
    assert fonts.unprintable(f"Een {BOX}, en nog {BOX}") == [BOX]


def test_own_typeface_has_what_fontconfig_is_not_asked_about():
    files = [finders.find(f"fonts/AtkinsonHyperlegible-{weight}.ttf") for weight in ("Regular", "Bold")]
    regular, bold = ({chr(number) for number in TTFont(file).getBestCmap()} for file in files)
    own = {sign for sign in map(chr, range(0x10000)) if sign.isprintable() and not fonts._BEYOND_OWN.match(sign)}

    assert own == {sign for sign in regular & bold if sign.isprintable()}


@pytest.fixture
def few_fonts(monkeypatch) -> None:
    """A machine whose fonts have no emoji and none of these scripts."""
    monkeypatch.setattr(fonts, "covered", lambda: ((0x20, 0x24F), (0x2190, 0x2BFF)))


def test_signs_are_told_apart_that_no_font_has(few_fonts):
    text = "Ōsaka → 東京 \u200d\ufe0f\u3000é ไ ไ 😀 \ue000 ₂"

    assert fonts.unprintable(text) == ["ไ", "₂", "京", "東", "\ue000", "😀"]


def test_nothing_is_said_where_fontconfig_does_not_tell(monkeypatch, caplog):
    def absent(*_args: object, **_kwargs: object) -> None:
        raise FileNotFoundError("fc-list")

    monkeypatch.setattr(subprocess, "run", absent)

    assert fonts.covered.__wrapped__() is None
    assert "fontconfig doesn't say which signs have a font: FileNotFoundError" in caplog.text
    monkeypatch.setattr(fonts, "covered", lambda: None)
    assert fonts.unprintable("東京") == []


def test_what_fonts_have_is_read_once_and_as_few_ranges(monkeypatch):
    told = "20-7e a0\n41 61-65 7f\n1f600\n\n"
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: subprocess.CompletedProcess([], 0, told))

    assert fonts.covered.__wrapped__() == ((0x20, 0x7F), (0xA0, 0xA0), (0x1F600, 0x1F600))


def test_pdf_is_made_anew_once_there_are_other_fonts(monkeypatch):
    before = documents._made_with.__wrapped__()
    monkeypatch.setattr(documents, "covered", lambda: ((0x20, 0x7F),))

    assert documents._made_with.__wrapped__() != before


NOTICE = "Deze tekens kan de pdf niet tonen: 京 東 . In de pdf staat daar een leeg vakje."


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["report", "guide", "rebuild"])
def test_page_of_a_report_names_what_its_pdf_cannot_show(client, few_fonts, monkeypatch, route):
    words = {"goal-shared": "hindering", "goal-shared-note": "Samen met 東京", "collaboration-name": "東京"}
    reflection = make_reflection(words, finished=True)
    url = reverse(route, args=[reflection.read_token])

    page = client.get(url)

    assert text_of(page).count(NOTICE) == 1
    assert "<!--" not in page.content.decode()
    # With another font installed it says nothing; nor did the browser keep what it said before.
    monkeypatch.setattr(fonts, "covered", lambda: ((0x20, 0xFFFF),))
    again = client.get(url)
    assert "pdf niet tonen" not in text_of(again)
    assert "<!--" not in again.content.decode()


@pytest.mark.django_db
def test_page_of_a_round_names_what_its_paper_form_cannot_show(coordinator, few_fonts, collaboration):
    collaboration.name = "Samen in 東京"
    collaboration.save()
    session = make_round(collaboration=collaboration, paper_by="Els")

    assert NOTICE in text_of(coordinator.get(reverse("session", args=[session.pk])))


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["compare-table", "compare-time", "compare-beside"])
def test_page_of_a_comparison_names_what_its_pdf_cannot_show(fien, few_fonts, route):
    found = team(fien, "Samen in 東京")
    sessions = [opened(found, [{"goal-shared": "hindering"}] * 3, day) for day in (date(2025, 1, 1), date(2026, 1, 1))]

    page = browser(fien).get(reverse(route), {"sessie": [session.pk for session in sessions]})

    assert NOTICE in text_of(page)


@pytest.mark.django_db
def test_notice_shows_a_few_signs_and_how_many_others_there_are(client, few_fonts):
    signs = [chr(0x4E00 + number) for number in range(SHOWN + 1)]
    page = client.get(make_reflection({"goal-shared-note": "".join(signs)}, finished=True).report_url)

    assert f"Deze tekens kan de pdf niet tonen: {' '.join(signs[:SHOWN])} en nog 1 ander. In de pdf" in text_of(page)


@pytest.mark.django_db
def test_page_whose_signs_all_have_a_font_says_nothing(client, few_fonts):
    page = client.get(make_reflection({"goal-shared-note": "Één → twee"}, finished=True).report_url)

    assert page.status_code == 200
    assert "pdf niet tonen" not in text_of(page)
