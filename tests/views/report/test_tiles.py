"""The verdict at a glance: a tile for each item, with what was found of it in a sign and a word, and nothing else."""

import pytest
from django.urls import reverse

from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.rules.findings import Finding
from reflectie.presentation.findings import FINDINGS
from reflectie.presentation.tiles import tiles, verdict_line
from reflectie.services.report.reports import load_report
from tests.helpers.factories import make_reflection
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

# Of eight people: an obstacle, a split, a strength, a factor that isn't at play; of the rest nobody said anything.
SHEETS = [
    {
        "goal-shared": "hindering",
        "coordination-equality": "hindering" if n < 5 else "helping",
        "partners-needed": "helping",
        "context-financial": "helping",
    }
    for n in range(8)
]


@pytest.fixture
def collaboration(content):
    return make_collaboration()


def test_each_item_has_a_tile_that_leads_to_what_stands_below(collaboration, checklist: Checklist):
    session = discussed_round(collaboration, SHEETS)
    page = page_of(signed_in("coordinator", collaboration).get(reverse("session-report", args=[session.pk])))
    front = page.part("In het kort")
    links = front.links()
    assert [link.address for link in links] == [f"#{item.key}" for item in checklist]
    assert [link.address[1:] for link in links if link.address[1:] not in page.anchors()] == []
    # A list, so that somebody who doesn't see it hears how many there are; each says what it is about, and what was
    # found, without its sign.
    said = dict(zip((item.key for item in checklist), front.items(), strict=True))
    assert said["goal-shared"] == "Gedeeld doel × Hinderpaal"
    assert said["partners-needed"] == "Nodige partners + Sterkte"
    assert said["coordination-equality"].replace("\N{SOFT HYPHEN}", "") == "Gelijkwaardigheid ± Verdeeld"
    assert said["context-financial"] == "Financiering – Speelt niet"
    assert "Zo zien jullie het: 1 hinderpaal, 1 verdeeld beeld, 11 blinde vlekken, 1 sterkte en 1 factor" in front.heard


def test_tiles_of_too_few_say_that_nothing_is_shown_and_no_two_sets_of_answers_differ(collaboration):
    few = [discussed_round(collaboration, sheets) for sheets in (SHEETS[:2], [{"goal-shared": "helping"}] * 2)]
    shown = [tiles(load_report(session), False) for session in few]
    assert shown[0] == shown[1]
    assert shown[0].count('class="tile is-withheld"') == shown[0].count("Niet getoond") == 15
    assert [found for found in Finding if f"is-{found}" in shown[0]] == []


def test_each_finding_has_a_look_of_its_own_without_colour():
    signs = {said.sign for said in FINDINGS.values()} | {"…"}
    words = {str(said.short) for said in FINDINGS.values()} | {"Niet getoond"}
    assert (len(signs), len(words)) == (len(Finding) + 1, len(Finding) + 1)


def test_paper_has_the_same_tiles_without_links(collaboration):
    report = load_report(discussed_round(collaboration, SHEETS))
    paper = tiles(report, True)
    assert (paper.count('<span class="tile is-'), paper.count("<a "), paper.count("<li")) == (15, 0, 0)
    assert paper.count("Hinderpaal") == tiles(report, False).count("Hinderpaal") == 1


def test_what_the_past_looked_like_and_one_person_sees_is_said_so():
    alone = load_report(make_reflection({"goal-shared": "hindering"}, finished=True).response.session)
    assert verdict_line(alone).startswith("Zo zie jij het: ")
