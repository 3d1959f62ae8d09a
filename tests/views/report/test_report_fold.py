"""What folds on a report's page, and the figures of each group as text."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.items import GroupView
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.models import Session
from reflectie.presentation.pictures.report import figures_of
from reflectie.services import tokens
from reflectie.services.report import reports
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

HOUSES = ("Huis", "Wijk", "Zorg")
# Of the third nobody took part.
PLACES = ("Huis",) * 4 + ("Wijk",) * 4


@pytest.fixture
def collaboration(content):
    return make_collaboration(HOUSES)


def make_round(collaboration, **more: str) -> Session:
    sheets = [
        {"goal-shared": "hindering" if house == "Huis" else "helping", "organisation": house} | more for house in PLACES
    ]
    return discussed_round(collaboration, sheets, groups=HOUSES)


@pytest.fixture
def shown(collaboration):
    """The page as the coordinator sees it."""
    session = make_round(collaboration)
    browser = signed_in("coordinator", collaboration)
    return page_of(browser.get(reverse("session-report", args=[session.pk])))


def folds(page: Part, checklist: Checklist) -> list[tuple[bool, list[str]]]:
    """Of each fold of answers whether it is open, and the items in it, to which the summary leads."""
    found = [fold for fold in page.folded() if fold.summary.startswith("Antwoorden en notities")]
    return [(fold.is_open, [key for key in fold.anchors() if key in checklist.by_key]) for fold in found]


def test_answers_are_folded_for_whoever_records_the_talk_too(shown, checklist: Checklist):
    by_dimension = [
        (False, [item.key for item in checklist if item.dimension == part.key]) for part in checklist.dimensions
    ]
    assert folds(shown, checklist) == by_dimension


def test_answers_of_a_round_are_folded_for_readers_and_the_fold_says_what_is_in_it(client, collaboration, checklist):
    session = make_round(collaboration)
    shared = page_of(client.get(reverse("report", args=[tokens.read_token(session.join_token)])))
    assert [is_open for is_open, _ in folds(shared, checklist)] == [False] * len(checklist.dimensions)
    # The goal: one item that everybody chose of, divided, and one of which nobody said anything.
    goal = next(fold for fold in shared.folded() if fold.summary.startswith("Antwoorden en notities"))
    assert goal.summary == "Antwoorden en notities Verdeeld beeld Blinde vlek"


def test_paper_folds_nothing_but_what_did_not_change(collaboration):
    report = reports.load_report(make_round(collaboration))
    paper = render_to_string("reflectie/report/pdf.html", {"report": report})
    assert [item.item.short for item in report.items if item.item.short not in paper] == []
    assert "<details" not in paper


def test_figures_of_each_group_stand_in_a_table_and_no_group_without_a_place(shown, checklist):
    table = shown.part("In cijfers")
    heads, *rows = table.rows()
    assert heads == ["Stelling", "Huis", "Wijk"]
    assert [name for name, _, _ in rows] == [item.short for item in checklist]
    assert rows[1] == ["Gedeeld doel", "4 hinderend, 0 helpend", "0 hinderend, 4 helpend"]
    assert "Zorg" not in table.words


def test_figures_that_are_withheld_for_one_item_are_said_to_be(collaboration):
    item = reports.load_report(make_round(collaboration)).items[1]
    hidden = GroupView("Huis", Withheld(Reason.SUBTRACTION), None)
    assert figures_of(item, ("Huis", "Wijk")) == ["4 hinderend, 0 helpend", "0 hinderend, 4 helpend"]
    item = replace(item, groups=(hidden, *item.groups[1:]))
    assert figures_of(item, ("Huis", "Wijk")) == ["niet getoond", "0 hinderend, 4 helpend"]
