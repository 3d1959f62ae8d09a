import io

import pypdf
import pytest

from reflectie.domain.setup import Mode
from reflectie.models import MadePdf
from reflectie.pdf.worker import pdf_worker
from reflectie.presentation.items import obstacle_name, strength_name
from tests.helpers.factories import make_reflection
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

WHO = "Wie kan dit aanpakken?"

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_report_opens_by_the_link_to_read_without_a_way_to_change(reader, finished):
    shown = reader.get(finished.report_url)
    page = markup_of(shown)

    assert "Samen in Tienen" in page
    assert page_of(shown).link("Download als pdf").address == finished.pdf_url
    assert finished.token not in page
    assert "Wijzig antwoorden" not in page


def test_report_offers_its_owner_both_links_and_the_day_of_erasing(owner, finished):
    shown = owner.get(finished.report_url)
    page = markup_of(shown)

    assert f"http://testserver{finished.fill_url}" in page
    assert f"http://testserver{finished.report_url}" in page
    assert page_of(shown).link("Wijzig antwoorden").address == finished.fill_url
    assert "Verandert er niets meer, dan wissen we alles op" in page


def test_report_of_another_reflection_offers_its_owner_nothing(owner):
    other = make_reflection({"goal-shared": "helping"}, finished=True)

    shown = owner.get(other.report_url)
    page = markup_of(shown)

    assert "In het kort" in page_of(shown).headings(2)
    assert other.token not in page
    assert "Wijzig antwoorden" not in page


def test_report_before_finishing_is_not_there(reader):
    begun = make_reflection({"goal-shared": "helping"})

    assert reader.get(begun.report_url).status_code == 404
    assert reader.get(begun.pdf_url).status_code == 404


def test_report_by_the_link_to_fill_in_is_not_there(reader, finished):
    assert reader.get(f"/rapport/{finished.token}/").status_code == 404


def test_report_says_strengths_obstacles_and_blind_spots_first(reader, finished):
    page = markup_of(reader.get(finished.report_url))

    # Every third of fifteen answers is hindering, helping, or not known.
    said = page_of(reader.get(finished.report_url)).part("In het kort").heard
    assert "Zo zie jij het: 5 hinderpalen, 5 blinde vlekken, 3 sterktes en 2 factoren spelen niet." in said
    heads = [page.index(f"{head}</h2>") for head in ("In het kort", "Waar je kunt beginnen", "Zo zie jij het")]
    assert heads == sorted(heads)


def test_report_of_a_team_speaks_to_all_of_them(reader):
    team = make_reflection({"goal-shared": "hindering"}, mode=Mode.TOGETHER, finished=True)

    page = markup_of(reader.get(team.report_url))

    said = page_of(reader.get(team.report_url)).part("In het kort").heard
    assert "Zo zien jullie het: 1 hinderpaal en 14 blinde vlekken." in said
    assert "Zo zie jij" not in page


def test_report_with_nothing_ticked_says_so(reader):
    empty = make_reflection(finished=True)

    page = markup_of(reader.get(empty.report_url))

    assert "Er is nog niets ingevuld." in page
    assert page.count("is-unknown") > 15


def test_report_has_everything_that_was_given(reader, finished, every_answer):
    page = markup_of(reader.get(finished.report_url))

    for name, value in every_answer.items():
        if name.endswith(("-note", "-sentence", "-name")):
            assert value in page
    for words in (
        "Samen activiteiten uitvoeren",
        "Periodiek overleg",
        "Procedures",
        "Past de vorm nog?",
        "de gemeenschap",
    ):
        assert words in page


def test_report_puts_three_pieces_of_advice_in_front_and_folds_the_rest(reader, finished, checklist):
    advice = page_of(reader.get(finished.report_url)).part("Waar je kunt beginnen")
    front, later = advice.unfolded(), advice.part("Later: nog 3 adviezen")
    items = checklist.by_key

    # Named first, though no obstacle; named first; and the obstacle of the earliest principle.
    first = [
        strength_name(items["form-intensity"]),
        *(obstacle_name(items[key]) for key in ("partners-needed", "context-practical")),
    ]
    assert front.headings(4) == [" ".join(name.split()) for name in first]
    assert front.headings(3)[:3] == [f"{WHO} Wijzelf", f"{WHO} Onze organisaties", "Vraag dit na"]
    assert later.headings(3) == [f"{WHO} Wijzelf", f"{WHO} Onze organisaties"]
    assert len(later.headings(4)) == 3


def test_report_names_as_a_signal_only_what_government_has_to_move(reader):
    sheet = {"context-financial": "hindering", "goal-shared": "hindering", "context-political": "helping"}
    with_one, without = (make_reflection(values, finished=True) for values in (sheet, {"goal-shared": "hindering"}))

    signal = page_of(reader.get(with_one.report_url)).part("Wat naar boven mag, als signaal")

    [item] = signal.items()
    assert item.startswith("Financiële remmende factoren. Aan de financier: betaal wat we samen doen uit één pot.")
    # On what that rests stands by number, in the list at the end.
    assert item.endswith("(bron 9, 12)")
    assert (
        "12 Movisie, 2.3 Degelijke organisatie · Faciliteren medewerkers"
        in page_of(reader.get(with_one.report_url)).part("Bronnen en versie").words
    )
    assert "Wat naar boven mag" not in markup_of(reader.get(without.report_url))


def test_report_summary_stops_at_three_and_says_how_many_more(reader, checklist):
    all_hindering = make_reflection(dict.fromkeys(checklist.by_key, "hindering"), finished=True)

    front = page_of(reader.get(all_hindering.report_url)).part("Wat volgens jou tegenhoudt")

    *three, talk = front.links()
    assert [link.address for link in three] == [f"#advies-{key}" for key in list(checklist.by_key)[:3]]
    assert talk.words == "Begin het gesprek"
    # A statement says what it is about, and a factor what it may be; the others are named.
    assert three[1].words == "Gedeeld doel – niet gedeeld door alle partners"
    others = front.words.partition(f"En nog {len(checklist.items) - 3} hinderpalen: ")[2]
    assert len(others.partition(".")[0].split(", ")) == len(checklist.items) - 3


def test_report_links_to_what_else_can_be_taken_along_only_where_it_is(reader, finished):
    page = reader.get(finished.report_url)

    assert page.context["links"].key == finished.report_url.split("/")[2]
    assert page_of(page).next_steps() == ["Begin het gesprek"]


@pytest.mark.parametrize(
    ("needed", "current", "says"),
    [
        ("act", ("meetings",), "Er is meer nodig dan de vorm van nu geeft."),
        ("inform", ("meetings", "none"), "Op papier horen vorm en behoefte bij elkaar."),
        ("refer", ("team",), "De vorm van nu vraagt meer dan nodig lijkt."),
    ],
)
def test_report_asks_whether_the_form_fits(reader, needed, current, says):
    reflection = make_reflection({"intensity-needed": needed, "intensity-current": current}, finished=True)

    page = markup_of(reader.get(reflection.report_url))

    facts = ("Er is meer nodig dan", "Op papier horen", "De vorm van nu vraagt meer dan nodig lijkt")
    assert says in page
    assert [fact for fact in facts if fact in page] == [fact for fact in facts if says.startswith(fact)]


def test_report_calls_a_changing_group_that_only_refers_a_point_of_attention(reader):
    reflection = make_reflection({"partners-stable": "hindering", "intensity-needed": "refer"}, finished=True)

    page = markup_of(reader.get(reflection.report_url))

    assert "Past ad hoc hier?" in page
    front = page_of(reader.get(reflection.report_url)).part("In het kort")
    assert "! Aandacht" in next(item for item in front.items() if item.startswith("Vaste of wisselende groep"))
    assert "hinderpa" not in front.words


def test_report_escapes_what_was_typed(reader):
    reflection = make_reflection({"goal-shared-note": "<b>vet</b> & <script>x</script>"}, finished=True)

    page = markup_of(reader.get(reflection.report_url))

    assert "&lt;b&gt;vet&lt;/b&gt; &amp; &lt;script&gt;x&lt;/script&gt;" in page


def test_report_takes_as_many_queries_at_one_answer_as_at_all(reader, finished, django_assert_num_queries):
    one = make_reflection({"goal-shared": "helping"}, finished=True)
    reader.get(one.report_url)

    with django_assert_num_queries(3):
        reader.get(one.report_url)
    with django_assert_num_queries(3):
        reader.get(finished.report_url)


def test_report_is_not_sent_again_while_it_is_the_same(reader, finished):
    first = reader.get(finished.report_url)

    same = reader.get(finished.report_url, headers={"If-None-Match": first["ETag"]})
    finished.save({"goal-shared": "helping"})
    changed = reader.get(finished.report_url, headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, changed.status_code) == (304, 200)
    assert "private" in first["Cache-Control"]
    assert "no-cache" in first["Cache-Control"]


def test_report_for_its_owner_and_for_a_reader_are_different_to_a_cache(owner, reader, finished):
    assert owner.get(finished.report_url)["ETag"] != reader.get(finished.report_url)["ETag"]


def test_pdf_has_a_sensible_name_without_people_or_answers(reader, finished):
    response = reader.get(finished.pdf_url)

    day = finished.response.session.changed_on
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="zelfreflectie-samenwerking-{day:%Y-%m-%d}.pdf"'


def test_pdf_says_what_the_page_says(reader, finished, every_answer):
    text = text_of(reader.get(finished.pdf_url).content)

    said = "× 5 hinderpalen, ? 5 blinde vlekken, + 3 sterktes en – 2 factoren spelen niet."
    assert f"Zo zie jij het: {said}" in text
    for name, value in every_answer.items():
        if name.endswith(("-note", "-sentence", "-name")):
            assert value in text


def test_pdf_is_made_once_while_it_is_the_same(reader, finished, monkeypatch):
    first = reader.get(finished.pdf_url)
    monkeypatch.setattr("reflectie.pdf.documents.pdf_worker.make", None)

    second = reader.get(finished.pdf_url)
    same = reader.get(finished.pdf_url, headers={"If-None-Match": first["ETag"]})

    assert second.content == first.content
    assert (same.status_code, same.content) == (304, b"")


def test_pdf_after_a_change_is_made_again_and_the_old_one_is_gone(reader, finished):
    reader.get(finished.pdf_url)
    finished.save({"goal-shared-note": "Nu staat er iets anders."})

    changed = reader.get(finished.pdf_url)

    assert "Nu staat er iets anders." in text_of(changed.content)
    assert MadePdf.objects.count() == 1


def test_pdf_goes_with_the_note_that_is_taken_out(reader, finished):
    reader.get(finished.pdf_url)
    assert MadePdf.objects.count() == 1

    finished.save({"goal-shared-note": ""})

    assert MadePdf.objects.count() == 0


def test_pdf_while_others_are_being_made_for_too_long_asks_to_come_back(reader, finished, monkeypatch):
    monkeypatch.setattr("reflectie.pdf.worker.TIMEOUT", 0.01)

    # Another process of these tests may be making one just now.
    with pdf_worker.acquire(timeout=60):
        response = reader.get(finished.pdf_url)

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Het is even druk" in markup_of(response)


def test_pdf_kept_takes_a_fixed_number_of_queries(reader, finished, django_assert_num_queries):
    reader.get(finished.pdf_url)

    with django_assert_num_queries(4):
        reader.get(finished.pdf_url)
