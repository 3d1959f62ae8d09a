"""Other scripts and emoji in PDFs: the fonts that `./run` and `./test` install print them, and what none of them has is
named on the page where the PDF is downloaded."""

import re
from io import BytesIO

import page as pdf_checker
import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from reflectie import fonts
from reflectie.typeset import typeset

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


def printed(text: str) -> bytes:
    return typeset(f'<html lang="nl"><head><title>Proef</title></head><body><h1>Proef</h1><p>{text}</p></body></html>')


def has_boxes(content: bytes) -> bool:
    """Whether a sign was printed as glyph 0, which in every font is the box."""
    shown = "".join(page.get_contents().get_data().decode("latin-1") for page in PdfReader(BytesIO(content)).pages)
    codes = re.findall(r"<([0-9a-fA-F]+)>", shown)
    assert codes
    return any(code[place : place + 4] == "0000" for code in codes for place in range(0, len(code), 4))


@pytest.mark.parametrize("script", SCRIPTS)
def test_pdf_prints_what_people_write(script):
    content = printed(SCRIPTS[script])

    assert fonts.unprintable(SCRIPTS[script]) == []
    assert not has_boxes(content)
    assert pdf_checker.validate_pdf_bytes(content, profile=pdf_checker.ValidationProfile.PDF_UA_1).is_compliant


def test_sign_that_no_font_has_is_a_box_and_is_named():
    assert has_boxes(printed(f"Een {BOX}"))
    assert fonts.unprintable(f"Een {BOX}, en nog {BOX}") == [BOX]


def test_own_typeface_has_what_nobody_is_asked_about():
    has = [
        set(TTFont(finders.find(f"fonts/AtkinsonHyperlegible-{weight}.ttf")).getBestCmap())
        for weight in ("Regular", "Bold")
    ]
    own = {number for number in range(0x10000) if not fonts._BEYOND_OWN.match(chr(number))}

    assert {number for number in own if number > 0x1F and not 0x7F <= number <= 0x9F and number != 0xAD} <= has[0] & has[1]
    assert {number for number in has[0] & has[1] if number < 0x10000} <= own
