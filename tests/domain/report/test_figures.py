"""What is kept of a session's answers, once they are gone: what the report shows, and nothing else."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.figures import ReportFigures, add_up
from reflectie.domain.report.items import Tally
from reflectie.domain.report.report import About, Report
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.totals import Totals
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, Setup, setup_of_session

DAY = date(2026, 11, 29)
FIRST = ["goal-shared", "partners-needed", "form-intensity", "context-practical"]
FORMS = ["meetings", "procedures", "team"]
GROUPS = ("Huis Linde", "De Brug")
ASKED = ("goal-shared", "partners-stable", "context-practical")

answer = st.sampled_from(["hindering", "helping", "dont-know", ""])
sheet = st.fixed_dictionaries(
    dict.fromkeys(ASKED, answer)
    | {
        "organisation": st.sampled_from(["", *GROUPS]),
        "participant": st.sampled_from(["An", "Wout"]),
        "goal-shared-note": st.sampled_from(["", "Wij horen het achteraf."]),
        "goal-sentence": st.sampled_from(["", "Niemand valt erdoor."]),
        "first": st.lists(st.sampled_from(FIRST), max_size=3, unique=True).map(tuple),
        "intensity-needed": st.sampled_from(["", "refer", "act"]),
        "intensity-current": st.lists(st.sampled_from(FORMS), max_size=2, unique=True).map(sorted).map(tuple),
        "help-range": st.sampled_from([(), ("a", "d"), ("b", "f"), ("z", "z")]),
        "ips-meaning": st.sampled_from(["", "quality", "community"]),
    }
).map(lambda values: Sheet({name: value for name, value in values.items() if value}))
sheets_of_a_round = st.lists(sheet, max_size=9)
modes = st.sampled_from([Mode.ANONYMOUS, Mode.NAMED])


def setup_of(mode: Mode) -> Setup:
    return setup_of_session(mode, OPTIONAL, Grouping.PARTNER, GROUPS)


def told_by(report: Report) -> ReportFigures:
    """The figures that anybody can read in a report."""
    if isinstance(report.counted, Withheld):
        return ReportFigures(Totals(report.mode, 0))
    needed = report.needed.numbers if isinstance(report.needed, Tally) else ()
    return ReportFigures(
        totals=Totals(
            report.mode,
            report.counted,
            {item.item.key: item.counts for item in report.items},
            {name for name, number in needed if number} == {"refer"},
        ),
        first={item.item.key: item.first for item in report.items if item.first},
        sizes=tuple(size for _, size in report.groups),
        groups={item.item.key: tuple(group.counts for group in item.groups) for item in report.items},
        needed=report.needed,
        forms=report.forms,
        fits=report.fits,
        meaning=report.meaning,
        ranges=report.ranges,
    )


def aggregated(checklist: Checklist, mode: Mode, sheets: list[Sheet], figures: ReportFigures | None = None) -> Report:
    return build_report(checklist, setup_of(mode), sheets, DAY, about=About(folded_on=DAY), figures=figures)


@given(sheets_of_a_round, modes)
def test_what_is_kept_is_what_the_report_tells(checklist, sheets, mode):
    """So that two rounds which show the same keep the same, whoever answered what together with what."""
    assert add_up(checklist, setup_of(mode), sheets) == told_by(aggregated(checklist, mode, sheets))


@given(sheets_of_a_round, modes)
def test_without_a_sheet_the_report_shows_the_same_figures_and_no_words(checklist, sheets, mode):
    kept = add_up(checklist, setup_of(mode), sheets)
    report = aggregated(checklist, mode, [], kept)
    assert told_by(report) == kept
    assert [item.finding for item in report.items] == [
        item.finding for item in aggregated(checklist, mode, sheets).items
    ]
    assert (report.goal_sentences, report.meaning_partners, report.notes) == ((), (), ())
    assert {item.voices for item in report.items} == {()}


@given(sheets_of_a_round, st.randoms())
def test_who_answered_what_together_with_what_is_not_kept(checklist, sheets, chance):
    """Answers to one item swapped between people of one group, and sheets in another order: the same is kept."""
    other = [dict(each.values) for each in sheets]
    for key in ASKED:
        for group in ("", *GROUPS):
            members = [values for values in other if values.get("organisation", "") == group and key in values]
            given_answers = [values.pop(key) for values in members]
            chance.shuffle(given_answers)
            for values, value in zip(members, given_answers, strict=True):
                values[key] = value
    chance.shuffle(other)
    kept = [add_up(checklist, setup_of(Mode.ANONYMOUS), list(of)) for of in (sheets, map(Sheet, other))]
    assert kept[0] == kept[1]
