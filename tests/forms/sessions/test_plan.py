"""The planning form: what is posted becomes a plan, what is wrong comes back beside its field."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict

from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode
from reflectie.forms.sessions import plan as plan_module
from reflectie.forms.sessions.plan import PlanForm
from reflectie.services.questionnaire.plans import Plan

TODAY = date(2026, 11, 20)
PARTNERS = ["Huis Linde", "De Brug", "OCMW"]


@pytest.fixture(autouse=True)
def on_a_known_day(monkeypatch):
    monkeypatch.setattr(plan_module, "today", lambda: TODAY)


def posted(**fields):
    """What a page posts on which nothing was changed but these."""
    data = QueryDict(mutable=True)
    fields = {"planned_on": "2026-12-01", "expected": "6", "grouping": "none", "questions": list(OPTIONAL), **fields}
    for name, value in fields.items():
        data.setlist(name.replace("_at_", "-"), value if isinstance(value, list) else [value])
    return data


def form_of(partners=PARTNERS, *, plan=None, begun=False, **fields):
    return PlanForm(partners, posted(**fields), plan=plan, begun=begun)


def errors(form):
    return {name: [str(text) for text in found] for name, found in form.errors.items()}


def group_numbers(kind, *numbers):
    names = LEVELS if kind == "level" else range(len(numbers))
    return {f"{kind}_at_{name}": number for name, number in zip(names, numbers, strict=False)}


def test_plan_everything_given_comes_out():
    form = form_of(mode="anonymous", closes_on="2026-11-28", facilitator_prepares="on", paper_by=" Mieke  Claes ")

    assert errors(form) == {}
    assert form.to_plan() == Plan(
        planned_on=date(2026, 12, 1),
        mode=Mode.ANONYMOUS,
        questions=OPTIONAL,
        expected=6,
        closes_on=date(2026, 11, 28),
        facilitator_prepares=True,
        paper_by="Mieke Claes",
    )


def test_plan_fresh_form_has_today_all_questions_and_no_way_chosen():
    form = PlanForm(PARTNERS)

    assert (form["planned_on"].value(), form["mode"].value()) == (TODAY, None)
    assert (form["grouping"].value(), form["questions"].value()) == ("none", OPTIONAL)


def test_plan_form_begins_as_it_was_planned_before():
    last = Plan(TODAY, Mode.NAMED, ("first",), Grouping.PARTNER, (("De Brug", 2), ("OCMW", 4)), expected=6)
    form = PlanForm(PARTNERS, plan=last)

    assert (form["mode"].value(), form["grouping"].value(), form["questions"].value()) == (
        "named",
        "partner",
        ("first",),
    )
    assert [field.value() for field in form._bound(form.partner_rows)] == [None, 2, 4]


def test_plan_without_a_way_asks_for_one():
    assert errors(form_of()) == {"mode": ["Kies hoe jullie invullen."]}


def test_plan_together_reads_nothing_of_a_round():
    """What stands in fields that don't apply needn't be emptied, and isn't kept."""
    form = form_of(
        mode="together",
        expected="geen idee",
        grouping="level",
        closes_on="2020-01-01",
        paper_by="Mieke",
        facilitator_prepares="on",
        **group_numbers("level", "1"),
    )

    assert errors(form) == {}
    assert form.to_plan() == Plan(date(2026, 12, 1), Mode.TOGETHER, OPTIONAL)


@pytest.mark.parametrize("questions", [[], ["goal-sentence"], ["ips-meaning", "first"]])
def test_plan_keeps_the_questions_that_were_ticked_in_their_own_order(questions):
    chosen = form_of(mode="named", questions=questions)

    assert chosen.is_valid()
    assert chosen.to_plan().questions == tuple(name for name in OPTIONAL if name in questions)


@pytest.mark.parametrize("typed", ["2026-12-24", "24/12/2026", "24-12-2026", "24.12.2026"])
def test_plan_reads_a_date_as_browsers_and_people_write_it(typed):
    form = form_of(mode="named", planned_on=typed)

    assert errors(form) == {}
    assert form.to_plan().planned_on == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Kies een dag."),
        ("morgen", "Geef een dag, zoals 31/12/2026."),
        ("2062-12-01", "Deze dag ligt meer dan een jaar weg. Klopt het jaar?"),
        ("0206-12-01", "Deze dag ligt meer dan een jaar weg. Klopt het jaar?"),
    ],
)
def test_plan_with_a_wrong_day_says_so(typed, message):
    assert errors(form_of(mode="named", planned_on=typed)) == {"planned_on": [message]}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, {"closes_on": ["Deze dag is al voorbij. Kies vandaag of later."]}),
        (0, {}),
        (366, {}),
        (367, {"closes_on": ["Deze dag ligt meer dan een jaar weg. Klopt het jaar?"]}),
    ],
)
def test_plan_closing_date_is_today_or_later(days, expected):
    assert errors(form_of(mode="named", closes_on=(TODAY + timedelta(days)).isoformat())) == expected


def test_plan_that_is_changed_may_keep_a_closing_date_that_passed():
    kept = Plan(TODAY, Mode.NAMED, expected=6, closes_on=date(2026, 11, 1))

    assert errors(form_of(mode="named", plan=kept, closes_on="2026-11-01")) == {}
    assert "closes_on" in errors(form_of(mode="named", plan=kept, closes_on="2026-11-02"))


@pytest.mark.parametrize("mode", ["anonymous", "named"])
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Vul in hoeveel mensen ongeveer invullen."),
        ("0", "Dit kan niet minder zijn dan 1."),
        ("-3", "Dit kan niet minder zijn dan 1."),
        ("veel", "Geef een aantal, in cijfers."),
        ("2001", "Dit kan niet meer zijn dan 2000."),
    ],
)
def test_plan_of_a_round_asks_how_many(mode, typed, message):
    assert errors(form_of(mode=mode, expected=typed)) == {"expected": [message]}


# --- fewer than three, anonymously


@pytest.mark.parametrize(("expected", "start"), [("1", "Eén antwoord is nooit anoniem"), ("2", "Met twee mensen weet")])
def test_plan_anonymous_for_fewer_than_three_is_advised_against(expected, start):
    form = form_of(mode="anonymous", expected=expected)

    assert list(errors(form)) == ["expected"]
    assert errors(form)["expected"][0].startswith(start)
    assert form.advises


def test_plan_anonymous_for_two_goes_on_when_asked_to():
    form = form_of(mode="anonymous", expected="2", anyway="on")

    assert errors(form) == {}
    assert (form.to_plan().mode, form.to_plan().expected) == (Mode.ANONYMOUS, 2)


@pytest.mark.parametrize(("mode", "expected"), [("anonymous", "3"), ("named", "2"), ("together", "2")])
def test_plan_is_not_advised_against_elsewhere(mode, expected):
    form = form_of(mode=mode, expected=expected)

    assert errors(form) == {}
    assert not form.advises


# --- groups


def test_plan_groups_are_those_with_a_number_and_expected_is_their_sum():
    form = form_of(mode="anonymous", grouping="partner", expected="99", **group_numbers("partner", "3", "0", "4"))

    assert errors(form) == {}
    assert form.to_plan().groups == (("Huis Linde", 3), ("OCMW", 4))
    assert (form.to_plan().grouping, form.to_plan().expected) == (Grouping.PARTNER, 7)


def test_plan_groups_by_role_have_their_own_numbers():
    """Numbers of the other grouping stay on the page and are not read."""
    form = form_of(
        mode="anonymous", grouping="level", **group_numbers("partner", "1", "x"), **group_numbers("level", "5", "3")
    )

    assert errors(form) == {}
    assert form.to_plan().groups == (("practice", 5), ("management", 3))


@pytest.mark.parametrize(
    ("numbers", "few"), [(("3", "2", "4"), ["partner-1"]), (("1", "2", "4"), ["partner-0", "partner-1"])]
)
def test_plan_anonymous_groups_under_three_are_told_beside_their_own_number(numbers, few):
    form = form_of(mode="anonymous", grouping="partner", **group_numbers("partner", *numbers))

    assert list(errors(form)) == few
    assert all(
        text[0].startswith("Anoniem staat een groep pas apart vanaf 3 mensen.") for text in errors(form).values()
    )


def test_plan_by_name_takes_groups_of_any_size():
    form = form_of(mode="named", grouping="partner", **group_numbers("partner", "1", "1", ""))

    assert errors(form) == {}
    assert form.to_plan().groups == (("Huis Linde", 1), ("De Brug", 1))


@pytest.mark.parametrize("numbers", [(), ("5",), ("5", "0", "")])
def test_plan_with_one_group_or_none_says_what_is_missing(numbers):
    form = form_of(mode="anonymous", grouping="partner", **group_numbers("partner", *numbers))

    assert list(errors(form)) == ["grouping"]
    assert errors(form)["grouping"][0].startswith("Geef bij minstens twee groepen een aantal")


def test_plan_with_a_wrong_number_for_a_group_says_so_beside_it():
    form = form_of(mode="named", grouping="partner", **group_numbers("partner", "drie", "4"))

    assert errors(form) == {"partner-0": ["Geef een aantal, in cijfers."]}


def test_plan_with_one_partner_offers_no_groups_by_partner():
    form = form_of(["Huis Linde"], mode="named", grouping="partner")

    assert [value for value, _ in PlanForm(["Huis Linde"]).fields["grouping"].choices] == ["none", "level"]
    assert errors(form) == {"grouping": ["Kies een van de mogelijkheden."]}


def test_plan_keeps_partners_as_they_were_called_at_planning():
    kept = Plan(TODAY, Mode.NAMED, grouping=Grouping.PARTNER, groups=(("Oude naam", 2), ("OCMW", 3)))
    form = PlanForm(PARTNERS, plan=kept)
    rows = zip(form.partner_rows, form._bound(form.partner_rows), strict=True)

    assert [(row.group, field.value()) for row, field in rows] == [
        ("Huis Linde", None),
        ("De Brug", None),
        ("OCMW", 3),
        ("Oude naam", 2),
    ]


# --- after the first answer

BEGUN = Plan(
    planned_on=TODAY,
    mode=Mode.ANONYMOUS,
    questions=("first",),
    grouping=Grouping.LEVEL,
    groups=(("practice", 3), ("board", 4)),
    expected=7,
    paper_by="Mieke",
)


def test_plan_once_begun_changes_days_and_numbers_alone():
    form = form_of(
        plan=BEGUN,
        begun=True,
        mode="named",
        grouping="none",
        questions=[],
        paper_by="Iemand anders",
        closes_on="2026-12-05",
        level_at_practice="5",
        level_at_board="4",
        level_at_management="9",
    )

    assert errors(form) == {}
    changed = form.to_plan()
    assert changed.promise == BEGUN.promise
    assert (changed.planned_on, changed.closes_on) == (date(2026, 12, 1), date(2026, 12, 5))
    assert (changed.groups, changed.expected) == ((("practice", 5), ("board", 4)), 9)


@pytest.mark.parametrize(
    ("practice", "start"), [("", "Elke groep doet mee"), ("2", "Anoniem staat een groep pas apart")]
)
def test_plan_once_begun_keeps_every_group(practice, start):
    form = form_of(plan=BEGUN, begun=True, level_at_practice=practice, level_at_board="4")

    assert list(errors(form)) == ["level-practice"]
    assert errors(form)["level-practice"][0].startswith(start)


def test_plan_once_begun_is_not_advised_against_any_more():
    kept = Plan(TODAY, Mode.ANONYMOUS, expected=6)
    form = form_of(plan=kept, begun=True, expected="2")

    assert errors(form) == {}
    assert form.to_plan().expected == 2
