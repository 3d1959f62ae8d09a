"""What is made of a report tells nothing that its figures withhold: no pattern, picture, guide, card or summary.

The solver (test_privacy.py) reads the groups' figures of one item. Here it is shown that nothing else needs reading:
rounds that publish the same figures are one and the same report, and whatever is made is made of the report alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings

from reflectie.domain.meeting.guide import LENGTHS, build_guide
from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report import figures
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About, Report
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.suppression import Withheld, group_figures, groups_to_suppress
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.pdf import documents as pdf
from reflectie.presentation.pictures.report import PICTURES, find_picture
from reflectie.views.report.pictures import _draw
from tests.helpers.possible_worlds import FIELDS, NONE, World, published, rounds, worlds
from tests.helpers.withheld_reports import DAY, SIZES, VARIED, report_of


def alike(sizes: Mapping[str, int], total: tuple[int, ...]) -> list[list[World]]:
    """The rounds with these sizes and totals, by what is published of them: two of each, the most different."""
    sizes = {name: size for name, size in sizes.items() if size}
    blanked = groups_to_suppress({name: size for name, size in sizes.items() if name}, sizes.get(NONE, 0))
    # Where nothing was blanked, those without a group are one more (domain/privacy.py).
    shown = frozenset(name for name in sizes if name not in blanked and (name or not blanked))
    seen = defaultdict(list)
    for world in worlds(sizes, total):
        seen[published(world, shown, total, group_figures)].append(world)
    return [[found[0], found[-1]] for found in seen.values() if len(found) > 1]


def everything_made_of(report: Report) -> dict[str, str]:
    """All pages, PDFs' pages and pictures of a report, as they leave."""
    documents = [pdf.Document(kind, minutes) for kind in pdf.DocumentKind for minutes in LENGTHS]
    made = {f"{document.name} on paper": pdf.write(report, document) for document in documents}
    made["page"] = render_to_string("reflectie/report/page.html", {"report": report, "token": "t" * 20})
    about = {"report": report, "token": "t" * 20, "lengths": LENGTHS}
    for minutes in LENGTHS:
        guide = {**about, "guide": build_guide(report, minutes)}
        made[f"guide {minutes}"] = render_to_string("reflectie/meeting/page.html", guide)
    sheets = {**about, "sheets": build_worksheet(report)}
    made["worksheet"] = render_to_string("reflectie/meeting/worksheet/page.html", sheets)
    for name in PICTURES:
        picture = find_picture(report, name)
        made[f"{name}.svg"] = _draw(report, picture) if picture else ""
    return made


@settings(max_examples=40, deadline=None)
@given(rounds(9))
def test_rounds_that_publish_the_same_figures_are_the_same_report(checklist, drawn):
    sizes, total = drawn
    for one, other in alike(sizes, total)[:20]:
        first = report_of(checklist, sizes, one)
        assert first == report_of(checklist, sizes, other, turned=True)


@pytest.mark.django_db
def test_nothing_made_of_a_report_tells_in_which_group_the_objector_is(content, checklist, withheld):
    first, second = (everything_made_of(report_of(checklist, SIZES, world)) for world in withheld)

    assert len(first) >= 5 + 2 + 1 + 3 + 1 + len(PICTURES)
    assert first["perspectieven.svg"]
    assert first == second


@pytest.mark.django_db
def test_the_same_comparison_finds_groups_that_are_shown_against_the_rules(content, checklist, withheld, monkeypatch):
    """What the tests above don't find, they would."""
    monkeypatch.setattr(figures, "group_figures", lambda _total, groups: groups)
    one, other = (report_of(checklist, SIZES, world) for world in withheld)
    first, second = everything_made_of(one), everything_made_of(other)

    assert one != other
    differing = {name for name in first if first[name] != second[name]}
    assert {"verslag on paper", "page", "perspectieven.svg"} <= differing


# --- tallies that are withheld

CHOSE = {
    "help-range": ("a", "d"),
    "ips-meaning": "quality",
    "intensity-needed": "refer",
    "intensity-current": ("team",),
}
CHOSE_OTHERWISE = {
    "help-range": ("c", "z"),
    "ips-meaning": "community",
    "intensity-needed": "act",
    "intensity-current": ("none",),
}


@pytest.mark.django_db
@pytest.mark.parametrize("beside", [0, 1])
def test_what_one_or_two_chose_beside_the_checklist_changes_nothing(content, checklist, beside):
    """Tallies of fewer than three are withheld; no pattern, point of attention, advice or topic tells them."""
    answers = dict.fromkeys(("goal-shared", "form-intensity"), "helping") | {"partners-stable": "hindering"}
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())

    def made(chosen):
        sheets = [Sheet(answers)] * (5 - beside) + [Sheet({**answers, **chosen})] * (1 + beside)
        return build_report(checklist, setup, sheets, DAY)

    one, other = made({**CHOSE, "first": ("goal-shared",)}), made({**CHOSE_OTHERWISE, "first": ("partners-stable",)})

    assert isinstance(one.meaning, Withheld)
    assert one == other
    assert everything_made_of(one) == everything_made_of(other)


# --- since last time


def earlier_report(checklist: Checklist, *, mode: Mode, word: str, group: str, about: About) -> Report:
    """The same totals each time, of other groups, in other words, with another order of what comes first."""
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, ("Huis", "Wijk"))
    sheets = []
    for number in range(8):
        hindered = number < 4
        of = group if hindered else {"Huis": "Wijk", "Wijk": "Huis"}[group]
        values = dict.fromkeys(VARIED, "hindering" if hindered else "helping")
        values |= {"goal-shared-note": f"{word} {number}", "goal-sentence": f"{word} zin", "organisation": of}
        values |= {"first": (VARIED[number % 2 if word == "appel" else 2],), "participant": f"{word}{number}"}
        values |= {"ips-meaning": "quality" if word == "appel" else "community"}
        sheets.append(Sheet(values))
    return build_report(checklist, setup, sheets, date(2025, 11, 20), about=about)


@pytest.mark.django_db
@pytest.mark.parametrize("then", [Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize("now", [Mode.ANONYMOUS, Mode.NAMED])
def test_the_later_report_has_nothing_of_the_earlier_but_its_totals(content, checklist, then, now):
    """Of groups, notes, sentences, names, priorities, tallies, outcomes and removed texts it shows nothing at all."""
    one = earlier_report(checklist, mode=then, word="appel", group="Huis", about=About())
    removed = About(removed={"goal-shared-note": 3, "goal-sentence": 2}, partners=("Peer",), collaboration="Anders")
    other = earlier_report(checklist, mode=then, word="peer", group="Wijk", about=removed)
    assert one.key != other.key
    assert [found.counts for found in one.items] == [found.counts for found in other.items]
    setup = setup_of_session(now, OPTIONAL, Grouping.NONE, ())
    sheets = [Sheet({**dict.fromkeys(VARIED, "helping"), "participant": f"P{n}"}) for n in range(6)]

    first, second = (
        everything_made_of(build_report(checklist, setup, sheets, DAY, about=About(earlier=earlier)))
        for earlier in (one, other)
    )

    assert "Sinds vorige keer" in first["page"]
    assert first == second
    assert not any(word in text for text in first.values() for word in ("appel", "peer", "Huis", "Wijk"))


@pytest.mark.django_db
def test_of_an_earlier_round_with_too_few_the_later_report_has_no_number(content, checklist):
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    few = [
        build_report(checklist, setup, [Sheet(dict.fromkeys(VARIED, "hindering"))] * number, date(2025, 11, 20))
        for number in (0, 1, 2)
    ]
    sheets = [Sheet(dict.fromkeys(VARIED, "helping"))] * 6
    first, *others = (
        everything_made_of(build_report(checklist, setup, sheets, DAY, about=About(earlier=earlier))) for earlier in few
    )

    assert all(other == first for other in others)


# --- the mark under which it leaves


def test_an_etag_is_of_no_use_to_who_tries_out_what_an_earlier_report_says(checklist, settings):
    """A reader of the later report knows all that goes into its mark, but what the earlier one said beside its totals:
    without a key of ours they could work out the mark for each guess."""
    about = About(earlier=earlier_report(checklist, mode=Mode.NAMED, word="appel", group="Huis", about=About()))
    setup = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.NONE, ())
    report = build_report(checklist, setup, [Sheet(dict.fromkeys(VARIED, "helping"))] * 3, DAY, about=about)
    mark = pdf.fingerprint(report)

    assert pdf.fingerprint(replace(report)) == mark
    settings.SECRET_KEY = "another key, as somebody else would have to choose one to try this out"
    assert pdf.fingerprint(report) != mark


def test_counts_have_no_other_field_than_the_solver_reads():
    # Of who can't be in a round nothing is published (`test_no_group_is_shown_where_somebody_is_divided`).
    assert tuple(Counts.__slots__) == (*FIELDS, "divided")


def test_no_group_is_shown_where_somebody_is_divided():
    whole, groups = Counts(hindering=3, helping=3), {"Huis Linde": Counts(hindering=3), "De Brug": Counts(helping=3)}
    assert group_figures(whole, groups) == groups
    with pytest.raises(ValueError, match="never divided"):
        group_figures(replace(whole, divided=1), groups)
