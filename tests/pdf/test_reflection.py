"""The PDF, read back: what stands in it, how it is tagged, how it falls over pages, and what it never fetches."""

import re
import socket
from datetime import date
from functools import cache

import fontpkg
import page as pdf_checker
import pytest
from django.core.exceptions import SuspiciousFileOperation
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.rules.findings import Finding
from reflectie.domain.setup import Mode, setup_without_account
from reflectie.pdf import documents, renderer
from reflectie.presentation.pictures.arms import drawn
from reflectie.presentation.pictures.markup import arms
from reflectie.presentation.pictures.report import PICTURES, find_picture
from reflectie.services.report.reports import load_report
from tests.helpers.factories import FROZEN, GUIDANCE, everything
from tests.helpers.readback import (
    CONTROLS,
    HEADING_SIZE,
    bookmarks,
    elements,
    lines_of,
    listening,
    made_of,
    read_pdf,
    squeezed,
    text_down,
    text_of,
    whole_page,
    worries_of,
)
from tests.helpers.reflection_report import (
    CHECKLIST,
    HOSTILE,
    HOSTILE_NAME,
    LONG_UNBROKEN,
    LONG_WORDS,
    SHEETS,
    make_report,
)

ALL_SHEETS = pytest.mark.parametrize("name", SHEETS)


@cache
def made(name: str) -> bytes:
    """The PDF of one of the sheets above, made once: it takes half a second."""
    return made_of(documents.write(make_report(SHEETS[name])))


def read(name: str) -> PdfReader:
    return read_pdf(made(name))


# --- what stands in it


def test_pdf_of_everything_holds_every_wording(checklist):
    text = text_of(read("everything"))
    report = make_report(SHEETS["everything"])
    expected = ["Samen in Tienen", "Kernteam", "3 november 2026", "1 februari 2027", "Ingevuld door één persoon"]
    expected += ["Iedereen in de wijk weet bij wie je terechtkunt.", "Samen activiteiten uitvoeren"]
    expected += ["Er is meer nodig dan de vorm van nu geeft. Past de vorm nog?"]
    expected += ["Periodiek overleg, Procedures", "de gemeenschap", "Uitvoering"]
    expected += ["Zo zie jij het: × 5 hinderpalen, ? 5 blinde vlekken, + 3 sterktes en – 2 factoren spelen niet."]
    for part in report.dimensions:
        expected.append(part.dimension.name)
        for item in part.items:
            expected.append(f"Notitie bij nummer {item.item.number}")
            shown = {Finding.STRENGTH: item.item.helping, Finding.UNKNOWN: item.item.short}
            is_factor = part.dimension.key == "context"
            expected.append(item.item.hindering if is_factor else shown.get(item.finding, item.item.hindering))
            expected += [item.item.words] if is_factor else []
    for advised in report.advised:
        expected += [advised.item.question, *(step.text for step in advised.item.steps)]
    expected += [f"{item.item.short}. {item.item.help}" for item in report.blind_spots]
    expected += [source.reference for source in report.sources]
    assert [words for words in expected if squeezed(words) not in text] == []
    assert len(expected) > 70


def test_pdf_of_all_obstacles_holds_all_advice(checklist):
    text = text_of(read("all hindering"))
    expected = [words for item in checklist for words in (item.question, *(step.text for step in item.steps))]
    assert [words for words in expected if squeezed(words) not in text] == []
    # Each is read once: the front ones don't come back later.
    assert {text.count(squeezed(item.question)) for item in checklist} == {1}


def test_pdf_with_nothing_ticked_says_so():
    text = text_of(read("nothing ticked"))
    assert text.count(squeezed("Er is nog niets ingevuld. Daarom staat alles hieronder als blinde vlek.")) == 1
    assert text.count(squeezed("Er is nog niets ingevuld. Daarom is er geen advies.")) == 1
    assert text.count(squeezed("Waarom loopt onze samenwerking structureel stroef?")) == 1
    assert text.count(squeezed("Blinde vlek opengelaten")) == 15


def test_pdf_filled_in_together_says_we():
    text = text_of(read_pdf(made_of(documents.write(make_report(SHEETS["everything"], Mode.TOGETHER)))))
    assert squeezed("Zo zien jullie het: × 5 hinderpalen") in text
    assert squeezed("Zo zie jij") not in text


@pytest.mark.parametrize(("name", "note"), [("long notes", LONG_WORDS), ("unbroken notes", LONG_UNBROKEN)])
def test_pdf_long_notes_stand_in_it_whole(name, note):
    assert 1990 <= len(note) <= 2000
    # A note that runs on overleaf has its table's head above it there. And a label of a picture may be read where a
    # note on its page is, since it has a height in its picture alone.
    pictures = [picture for part in PICTURES if (picture := find_picture(make_report(SHEETS[name]), part))]
    labels = {squeezed(label.text) for each in pictures for part in each.parts for label in part.drawing.labels}
    arms = "Historisch|Regelgeving|Financiering|Politiek|Organisatie|Persoonlijk|Praktisch"
    beside = [
        f"[×–?](?:{arms})",
        "(?:Stelling|Factor)Bevinding",
        *(re.escape(label) for label in sorted(labels, key=len) if len(label) > 3),
    ]
    text = re.sub("|".join(reversed(beside)), "", text_down(read(name)))
    assert text.count(squeezed(note)) == 15


# --- metadata and tags


@ALL_SHEETS
def test_pdf_says_its_language_title_and_author(name):
    reader = read(name)
    root = reader.trailer["/Root"]
    title = SHEETS[name].get("collaboration-name", "Waarom loopt onze samenwerking structureel stroef?")
    assert (root["/Lang"], reader.metadata.title, reader.metadata.author) == ("nl", title, "Samenwerking")
    assert reader.metadata.subject == "Verslag van een zelfreflectie over samenwerken"
    assert (
        root["/ViewerPreferences"]["/DisplayDocTitle"] is True or root["/ViewerPreferences"]["/DisplayDocTitle"].value
    )


@ALL_SHEETS
def test_pdf_calls_itself_pdf_ua_1(name):
    xmp = read(name).trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.findall(r'pdfuaid:part(?:="|>)(\d+)', xmp) == ["1"]


@ALL_SHEETS
def test_pdf_is_tagged(name):
    reader = read(name)
    assert bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"]) is True
    kinds = [str(element["/S"]) for element in elements(reader)]
    # What leads and the patterns have a heading where there are such.
    report = make_report(SHEETS[name])
    parts = 6 + bool(report.leading) + bool(report.patterns)
    assert (kinds.count("/H1"), kinds.count("/H2"), kinds.count("/Figure")) == (1, parts, len(pictures_of(name)))
    # One for each dimension and one for agreements; one that goes on overleaf is tagged anew there.
    assert kinds.count("/Table") >= 6
    assert {"/P", "/TR", "/TH", "/TD", "/L", "/LI"} - set(kinds) == set()


@ALL_SHEETS
def test_pdf_every_picture_has_its_text(name):
    figures = [element for element in elements(read(name)) if element["/S"] == "/Figure"]
    assert [str(figure.get("/Alt")) for figure in figures] == pictures_of(name)


def pictures_of(name: str) -> list[str]:
    """The texts of a report's pictures, in the order of the report."""
    parts = ("draaikolk", "van-a-tot-z", "intensiteit", "betekenissen")
    pictures = [find_picture(make_report(SHEETS[name]), part) for part in parts]
    assert len(list(filter(None, pictures))) == (1 if name == "nothing ticked" else 4)
    return [picture.text for picture in pictures if picture]


@ALL_SHEETS
def test_pdf_holds_to_pdf_ua_1_by_an_independent_checker(name):
    report = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert report.rules.total > 100
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant is True


def test_pdf_independent_checker_would_find_a_fault():
    plain = renderer.ParsedHtml("<html><body><p>Zonder taal en titel</p></body></html>").write_pdf()
    report = pdf_checker.validate_pdf_bytes(plain, profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert report.is_compliant is False


def test_pdf_bookmarks_are_the_headings():
    found = bookmarks(read("everything"))
    assert [title for depth, title in found if depth == 1] == ["Samen in Tienen"]
    assert [title for depth, title in found if depth == 2] == [
        "In het kort",
        "Waar jij eerst iets aan wilt doen",
        "Wat rond jullie speelt",
        "Wat opvalt",
        "Waar je kunt beginnen",
        "Spreek samen af",
        "Zo zie jij het",
        "Waar dit op steunt",
    ]
    names = [dimension.name for dimension in CHECKLIST.dimensions]
    assert [title for depth, title in found if depth == 3 and title in names] == names
    assert [title for depth, title in found if depth == 4] == [
        # Named first, though no obstacle: by what was found.
        "Vorm en intensiteit\N{NO-BREAK SPACE}– samenwerkingsvorm matcht benodigde intensiteit",
        "Nodige partners\N{NO-BREAK SPACE}– niet alle nodige partners",
        "Praktische remmende factoren",
        # These come later.
        "Manier van samenwerken\N{NO-BREAK SPACE}– multiprofessioneel: we werken naast elkaar",
        "Historische remmende factoren",
        "Politieke remmende factoren",
        # What it stands on.
        "Bedoelen we hetzelfde?",
        "Van waar tot waar gaat de hulp?",
        "Past de vorm bij wat nodig is?",
        "Wat bedoel je met samenwerken?",
    ]


@ALL_SHEETS
def test_pdf_typeface_is_its_own_and_embedded(name):
    fonts = {}
    for page in read(name).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            embedded = {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            fonts[str(descriptor["/FontName"]).split("+")[-1]] = len(embedded)
    assert fonts == {"Atkinson-Hyperlegible": 1, "Atkinson-Hyperlegible-Bold": 1}


def test_pdf_signs_that_the_typeface_lacks_are_embedded_from_another():
    reader = read_pdf(made_of(documents.write(make_report({"goal-shared-note": "Спасибо"}))))
    assert "Спасибо" in text_of(reader)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert {bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)) for descriptor in descriptors} == {True}


# --- how it falls over pages


@pytest.mark.parametrize(
    ("name", "fewest", "most"),
    [
        ("nothing ticked", 2, 3),
        ("everything", 5, 7),
        ("all hindering", 5, 8),
        ("long notes", 9, 12),
        ("unbroken notes", 9, 14),
    ],
)
def test_pdf_number_of_pages(name, fewest, most):
    assert fewest <= len(read(name).pages) <= most


@ALL_SHEETS
def test_pdf_no_page_is_empty(name):
    reader = read(name)
    lengths = [len(squeezed("".join(line[3] for line in lines_of(reader, n)))) for n in range(len(reader.pages))]
    assert [number for number, length in enumerate(lengths, start=1) if length < 100] == []


@ALL_SHEETS
def test_pdf_every_page_has_its_number_and_title_in_the_footer(name):
    reader = read(name)
    title = SHEETS[name].get("collaboration-name", "Waarom loopt onze samenwerking structureel stroef?")
    for number in range(1, len(reader.pages) + 1):
        text = whole_page(reader, number - 1)
        assert text.count(squeezed(f"{number} / {len(reader.pages)}")) >= 1
        assert text.count(squeezed(title)) >= 1


@ALL_SHEETS
def test_pdf_no_heading_is_the_last_text_on_a_page(name):
    reader = read(name)
    last, headings, names = [], 0, [item.short for item in CHECKLIST.factors]
    for number in range(len(reader.pages)):
        lines = lines_of(reader, number)
        is_heading = [bold and round(size, 1) >= HEADING_SIZE for _, size, bold, _ in lines]
        headings += sum(is_heading)
        lowest = min(range(len(lines)), key=lambda place: lines[place][0])
        # The whirlpool's names stand in a box of their own, with measures of its own.
        if is_heading[lowest] and lines[lowest][3][2:].strip() not in names:
            last.append((number + 1, lines[lowest][3]))
    # What is looked for is there to be found.
    assert headings >= len(bookmarks(reader))
    assert last == []


def test_pdf_whirlpools_names_fit_in_its_box(settings):
    """What stands out of the box is cut off. Measured in bold, as an arm that plays is named."""
    folder = settings.BASE_DIR / "templates/reflectie/pictures"
    picture = (folder / "whirlpool.html").read_text() + arms(make_report(SHEETS["all hindering"]).whirlpool)
    left, _, width, _ = (float(number) for number in re.search(r'viewBox="([^"]+)"', picture)[1].split())
    size = float(re.search(r'class="arm-name.*?font-size="(\d+)"', picture, re.DOTALL)[1])
    font = TTFont(fontpkg.path("Atkinson Hyperlegible", weight=700))
    glyphs, widths, unit = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    outside = {}
    for arm in drawn(make_report(SHEETS["all hindering"]).whirlpool):
        text = f"× {arm.report.item.short}"
        length = sum(widths[glyphs[ord(sign)]][0] for sign in text) / unit * size
        start = arm.shape.name_x - {"start": 0, "middle": length / 2, "end": length}[arm.shape.anchor]
        if start < left or start + length > left + width:
            outside[text] = (round(start), round(start + length))
    assert outside == {}


# --- what a person types stays text, and nothing is fetched


@pytest.fixture
def fetched(monkeypatch):
    """Addresses that WeasyPrint asks for, with the network out of reach."""
    renderer._style()
    addresses = []
    fetch = renderer.StaticFilesFetcher.fetch

    def noted(self, url, headers=None):
        addresses.append(url)
        return fetch(self, url, headers)

    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked for something")

    monkeypatch.setattr(renderer.StaticFilesFetcher, "fetch", noted)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return addresses


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("goal-shared-note", HOSTILE),
        ("context-practical-note", HOSTILE),
        ("goal-sentence", HOSTILE),
        ("collaboration-name", HOSTILE_NAME),
        ("team-name", HOSTILE_NAME),
    ],
    ids=["note on a pair", "note on a factor", "sentence", "name", "team"],
)
def test_pdf_what_a_person_types_comes_out_literally_and_fetches_nothing(fetched, name, typed):
    report = make_report({"goal-shared": "hindering", "context-practical": "hindering", name: typed})
    reader = read_pdf(renderer.render_pdf(documents.write(report)))
    text = text_of(reader)
    assert text.count(squeezed(typed)) == 1
    # What comes after it still stands there, and nothing in it became a link out.
    assert squeezed("Waar dit op steunt") in text
    annotations = [entry.get_object() for page in reader.pages for entry in page.get("/Annots", [])]
    assert [entry["/A"]["/URI"] for entry in annotations if "/URI" in entry.get("/A", {})] == []
    assert fetched == []


def test_pdf_fetching_would_be_noticed(fetched):
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="
    renderer.render_pdf(
        f'<html lang="nl"><head><title>x</title></head><body><img alt="x" src="{pixel}"/></body></html>'
    )
    assert fetched == [pixel]


def test_pdf_template_that_points_outside_is_an_error_and_no_gap(fetched):
    html = '<html lang="nl"><head><title>x</title></head><body><img alt="x" src="http://198.51.100.7/a.png"/></body></html>'
    with pytest.raises(renderer.ForbiddenAddressError):
        renderer.render_pdf(html)


@pytest.mark.parametrize(
    "url",
    [
        "http://198.51.100.7/a.png",
        "https://example.org/static/css/pdf.css",
        "https://samenwerking.invalid.example.org/static/css/pdf.css",
        "https://samenwerking.invalid/css/pdf.css",
        "https://samenwerking.invalid/static/css/onbekend.css",
        "https://samenwerking.invalid/static/css/pdf.css?x",
        "http://samenwerking.invalid/static/css/pdf.css",
        "ftp://samenwerking.invalid/static/css/pdf.css",
        "//samenwerking.invalid/static/css/pdf.css",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "/etc/passwd",
        "css/pdf.css",
        "",
        "https://samenwerking.invalid/static/../manage.py",
        "https://samenwerking.invalid/static/css/../../manage.py",
        "https://samenwerking.invalid/static//etc/passwd",
        "https://samenwerking.invalid/static/%2e%2e/manage.py",
        "https://samenwerking.invalid/static/..%2fmanage.py",
        "jar:file:///etc/passwd",
    ],
)
def test_own_files_only_refuses_every_other_address(url, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("the network was asked"))
    # Django refuses a climbing name by an error of its own.
    with pytest.raises((renderer.ForbiddenAddressError, SuspiciousFileOperation)):
        renderer.StaticFilesFetcher().fetch(url)


@pytest.mark.parametrize("url", ["https://samenwerking.invalid/static/", "https://samenwerking.invalid/static/css"])
def test_own_files_only_hands_out_no_folder(url):
    with pytest.raises((renderer.ForbiddenAddressError, IsADirectoryError)):
        renderer.StaticFilesFetcher().fetch(url)


def test_own_files_only_serves_a_static_file_of_ours(settings):
    response = renderer.StaticFilesFetcher().fetch("https://samenwerking.invalid/static/css/pdf.css")
    assert response.read() == (settings.BASE_DIR / "static" / "css" / "pdf.css").read_bytes()


def test_own_files_only_serves_data():
    assert renderer.StaticFilesFetcher().fetch("data:text/plain;base64,SGFsbG8=").read() == b"Hallo"


@ALL_SHEETS
def test_pdf_making_it_logs_nothing_to_worry_about(name):
    assert worries_of(documents.write(make_report(SHEETS[name]))) == []


def test_pdf_reading_the_style_sheets_and_the_typeface_logs_nothing_to_worry_about():
    """Most of what can be said is said then: once in a process, whatever the first page is."""
    renderer._style.cache_clear()
    with listening() as worries:
        renderer.render_pdf(documents.write(make_report(SHEETS["nothing ticked"])))
    assert tuple(worries) == CONTROLS


# --- kept until something changes


def test_fingerprint_same_report_same_mark():
    marks = {documents.fingerprint(make_report(everything(CHECKLIST))) for _ in range(3)}
    assert len(marks) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"goal-shared-note": "Notitie bij nummer 2."},
        {"goal-shared-note": ""},
        {"goal-shared": "helping"},
        {"first": ("context-practical",)},
        {"goal-sentence": "Anders"},
        {"team-name": "Kernteam 2"},
    ],
)
def test_fingerprint_any_change_gives_another_mark(change):
    values = {name: value for name, value in (everything(CHECKLIST) | change).items() if value}
    assert documents.fingerprint(make_report(values)) != documents.fingerprint(make_report(everything(CHECKLIST)))


def test_fingerprint_other_day_mode_or_guidance_gives_another_mark():
    better = read_checklist(FROZEN, GUIDANCE | {"revision": GUIDANCE["revision"] + 1})
    sheets = [Sheet(everything(CHECKLIST))]
    days = (date(2026, 11, 3), date(2027, 2, 1))
    marks = [
        documents.fingerprint(report)
        for report in (
            build_report(CHECKLIST, setup_without_account(Mode.ALONE), sheets, *days),
            build_report(CHECKLIST, setup_without_account(Mode.TOGETHER), sheets, *days),
            build_report(better, setup_without_account(Mode.ALONE), sheets, *days),
            build_report(CHECKLIST, setup_without_account(Mode.ALONE), sheets, date(2026, 11, 4), days[1]),
        )
    ]
    assert len(set(marks)) == 4


def test_fingerprint_does_not_depend_on_the_process():
    """Two worker processes read the same content into objects of their own; an ETag must be the same in both."""
    again = read_checklist(FROZEN, GUIDANCE)
    report = build_report(
        again, setup_without_account(Mode.ALONE), [Sheet(everything(CHECKLIST))], date(2026, 11, 3), date(2027, 2, 1)
    )
    assert documents.fingerprint(report) == documents.fingerprint(make_report(everything(CHECKLIST)))


@pytest.mark.django_db
def test_report_pdf_is_made_once_and_again_after_a_change(finished, monkeypatch):
    calls = []

    def counted(xhtml):
        calls.append(xhtml)
        return b"%PDF " + str(len(calls)).encode()

    monkeypatch.setattr(documents.pdf_worker, "make", counted)

    def made():
        session = finished.response.session
        return documents.report_pdf(session.pk, load_report(session))

    contents = [made(), made()]
    finished.save({"goal-shared-note": "Anders"})
    contents.append(made())
    assert contents == [b"%PDF 1", b"%PDF 1", b"%PDF 2"]


def test_layout_of_a_template_makes_no_words_and_keeps_what_was_typed(tmp_path, settings):
    """Space at the edges of an element counts in how wide WeasyPrint makes it; a line end somebody typed stays."""
    (tmp_path / "page.html").write_text("<p class='a'>\n  <b>{{ text }}</b>\n  and more\n</p>\n<br/>\n<p>x</p>")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]

    made = documents.render_page("page.html", {"text": "one\ntwo"})

    assert made == "<p class='a'><b>one\ntwo</b>\nand more</p>\n<br/>\n<p>x</p>"
