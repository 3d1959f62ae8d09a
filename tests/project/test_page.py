"""How tests ask a page what is on it: what isn't there, or is there twice, is never taken for what was asked."""

import pytest

from tests.helpers.page import page_of

PAGE = """<!DOCTYPE html><html><head><title>Een
  titel</title></head><body><main>
<h1>Kop</h1><p>Van <bdi>An</bdi>, <strong>nu</strong>.<span aria-hidden="true">×</span></p>
<section><h2><span aria-hidden="true">+</span> Eerste</h2><p>Een</p><ul><li>a</li><li>b</li></ul></section>
<h2>Tweede</h2><p>Twee</p><h3>Daaronder</h3><p>Drie</p><h2>Derde</h2><p>Vier</p>
<details><summary>Meer</summary><p>Vijf</p></details><details open><summary>Nog meer</summary><p>Zes</p></details>
<a href="/weg/?a=1&amp;b=2">Weg<span class="visually-hidden">: hier</span></a> <a href="/ander/">Weg: daar</a>
<form><input type="hidden" name="seen" value="1"><input type="hidden" name="seen" value="2">
<label for="naam">Naam</label><input id="naam" name="name" value="An &amp; Bo" aria-describedby="hulp">
<p id="hulp">Kort.</p>
<label>Tekst <textarea name="text">

een
twee</textarea></label>
<fieldset><legend>Kies</legend><label><input type="radio" name="one" value="a"> Ja</label>
<label><input type="radio" name="one" value="b" checked> Nee</label></fieldset>
<label>Lijst <select name="list"><option value="x">X</option><option value="y">Y</option></select></label>
<input type="checkbox" name="off"><button name="go" value="1">Bewaar</button></form>
<table><caption>Cijfers</caption><tr><th>Wat</th><th>Hoeveel</th></tr><tr><td>Een</td><td>1</td></tr></table>
<dl><dt>Wie</dt><dd>An</dd><dd>Bo</dd></dl></main></body></html>"""


@pytest.fixture
def page():
    return page_of(PAGE)


def test_words_are_what_a_reader_has(page):
    assert page.title == "Een titel"
    assert page.words.startswith("Kop Van An, nu. × + Eerste Een a b Tweede")
    assert page.heard.startswith("Kop Van An, nu. Eerste Een a b Tweede")


def test_part_is_what_stands_under_a_heading_and_no_more(page):
    assert page.headings(2) == ["Eerste", "Tweede", "Derde"]
    assert page.part("Eerste").items() == ["a", "b"]
    assert page.part("Tweede").words == "Tweede Twee Daaronder Drie"
    assert page.part("Daaronder").words == "Daaronder Drie"
    assert page.part("Meer").words == "Meer Vijf"
    assert page.part("Kies").choices() == ["Ja", "Nee"]
    assert "Vijf" not in page.unfolded().words
    assert "Zes" in page.unfolded().words


def test_form_is_sent_as_a_browser_sends_it(page):
    assert page.sent() == {
        "seen": ["1", "2"],
        "name": ["An & Bo"],
        "text": ["\neen\ntwee"],
        "one": ["b"],
        "list": ["x"],
    }
    assert page.field("Lijst").selected() == []
    assert (page.field("Naam").value, page.field("Naam").description) == ("An & Bo", "Kort.")
    assert page.chosen() == ["Nee"]


def test_rows_and_facts(page):
    assert page.rows("Cijfers") == [["Wat", "Hoeveel"], ["Een", "1"]]
    assert page_of("<tr><td>1</td></tr>").rows() == [["1"]]
    assert page.facts() == [("Wie", "An"), ("Wie", "Bo")]


def test_a_part_of_a_name_is_enough_where_only_one_has_it(page):
    assert page.link("hier").address == "/weg/?a=1&b=2"
    assert page.link("Weg: daar").address == "/ander/"


@pytest.mark.parametrize(
    "ask",
    [
        lambda page: page.link("Weg"),
        lambda page: page.link("Terug"),
        lambda page: page.part("Vierde"),
        lambda page: page.button("Wis"),
        lambda page: page.field("Achternaam"),
    ],
)
def test_what_is_not_there_or_there_twice_fails_and_says_what_is(page, ask):
    with pytest.raises(AssertionError, match=r"^[02] times the .* among \["):
        ask(page)


@pytest.mark.parametrize("ask", [lambda page: page.at("nergens"), lambda page: page.value("seen")])
def test_what_the_browser_alone_names_is_there_once_too(page, ask):
    with pytest.raises(ValueError, match="to unpack"):
        ask(page)
