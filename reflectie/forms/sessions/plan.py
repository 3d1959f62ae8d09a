"""The form with which a coordinator plans a session: posted fields in, a `Plan` out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.rules.suppression import FLOOR, enough
from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode
from reflectie.domain.text import same_text
from reflectie.forms.fields import TextField, choice_field, day_field, session_name_field
from reflectie.presentation import wording
from reflectie.presentation.choices import GROUPINGS, MODES, QUESTIONS
from reflectie.services.clock import today
from reflectie.services.collaborations.collaborations import merge_names
from reflectie.services.questionnaire.plans import Plan

# More than any team; a slip of the finger is caught.
MAX_PEOPLE = 2000
# A date further away than this is more likely a slip in the year.
MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of a grouping: whose number is asked, and the name of its field."""

    field: str
    group: str
    label: str | Promise


def _number(minimum: int, **kwargs: Any) -> forms.IntegerField:
    wrong = _("Geef een aantal, in cijfers.")
    return forms.IntegerField(
        required=False,
        min_value=minimum,
        max_value=MAX_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"}),
        error_messages={
            "invalid": wrong,
            "min_value": _("Dit kan niet minder zijn dan %(limit_value)s."),
            "max_value": _("Dit kan niet meer zijn dan %(limit_value)s."),
        },
        **kwargs,
    )


def _names(kinds: dict[str, tuple[str | Promise, str | Promise]]) -> dict[str, str | Promise]:
    return {name: words[0] for name, words in kinds.items()}


class PlanForm(forms.Form):
    """How a session goes. `plan` is what it starts from: the last one, or the one that is changed.

    With `begun`, somebody has answered already: what participants read beforehand stands there as text, and the rest
    can be changed. Fields that don't apply to the chosen way are not read, so that nothing has to be emptied first.
    """

    planned_on = day_field(label=_("Dag van de sessie"), help_text=_("De dag waarop jullie samenkomen."))
    name = session_name_field()
    mode = choice_field(_names(MODES), label=_("Hoe vullen jullie in?"), missing=_("Kies hoe jullie invullen."))
    anyway = forms.BooleanField(
        label=format_lazy(_("Toch anoniem, ook met minder dan {floor}"), floor=FLOOR), required=False
    )
    expected = _number(1, label=_("Hoeveel mensen vullen in?"), help_text=_("Schatten mag."))
    grouping = choice_field(_names(GROUPINGS), label=_("Wil je groepen vergelijken?"))
    closes_on = day_field(
        label=_("Laatste dag om te antwoorden (hoeft niet)"),
        required=False,
        help_text=_("Na die dag kan niemand nog antwoorden."),
    )
    questions = forms.MultipleChoiceField(
        label=_("Welke extra vragen stellen we?"),
        choices=[(name, QUESTIONS[name][0]) for name in OPTIONAL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Kies een van de mogelijkheden.")},
    )
    facilitator_prepares = forms.BooleanField(
        label=_("De begeleider bereidt het gesprek voor en leest het verslag eerder dan de anderen"),
        required=False,
        help_text=_(
            "Deelnemers lezen dat vooraf. Wie deze ronde mee coördineert, leest het verslag nooit eerder, ook niet na "
            "een wissel van rol."
        ),
    )
    paper_by = TextField(
        label=_("Wie typt de formulieren op papier over? (hoeft niet)"),
        limit=MAX_NAME,
        one_line=True,
        widget=forms.TextInput,
        help_text=format_lazy(
            _(
                "Vult iemand op papier in? Schrijf dan hier de naam van wie de formulieren overtypt. Deelnemers lezen "
                "vooraf wie dat is, want die ziet de antwoorden op papier. Vullen jullie anoniem in? Laat dan minstens "
                "{floor} mensen op een scherm invullen, of iedereen op papier: anders toont het verslag geen "
                "antwoorden."
            ),
            floor=FLOOR,
        ),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        partners: Sequence[str],
        data: QueryDict | None = None,
        *,
        plan: Plan | None = None,
        begun: bool = False,
        has_facilitator: bool = True,
    ) -> None:
        self.plan, self.begun = plan, begun
        self.partner_rows, self.level_rows = _rows(partners, plan, begun=begun)
        super().__init__(data, initial=self._start())
        known = {same_text(name): number for name, number in plan.groups} if plan else {}
        for row in [*self.partner_rows, *self.level_rows]:
            self.fields[row.field] = _number(0, label=row.label, initial=known.get(same_text(row.group)))
        # Whether the box to go on anonymously with so few belongs on the page.
        self.advises = bool(self.initial.get("anyway"))
        if len(self.partner_rows) < 2:
            without = {name: words for name, words in GROUPINGS.items() if name != Grouping.PARTNER}
            self.fields["grouping"] = choice_field(_names(without), label=self.fields["grouping"].label)
        if not has_facilitator:
            self.fields["facilitator_prepares"].help_text = _(
                "Deelnemers lezen dat vooraf. Deze samenwerking heeft nog geen begeleider. Nodig er eerst een uit, "
                "bij ‘Coördinatoren en begeleiders’."
            )
        if begun and plan:
            self._fix(plan)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = _layout(self)

    def _start(self) -> dict[str, Any]:
        start: dict[str, Any] = {"planned_on": today(), "key": uuid4(), "questions": OPTIONAL, "grouping": "none"}
        if plan := self.plan:
            names = ("planned_on", "name", "expected", "grouping", "closes_on", "questions", "facilitator_prepares")
            start |= {name: getattr(plan, name) for name in (*names, "paper_by")}
            start["mode"] = plan.mode if plan.mode in MODES else None
            start["anyway"] = plan.mode is Mode.ANONYMOUS and not enough(plan.expected or FLOOR)
        return start

    def _fix(self, plan: Plan) -> None:
        """Take out what people were told when they answered, and the groups that take no part."""
        for name in ("mode", "anyway", "grouping", "questions", "facilitator_prepares", "paper_by"):
            del self.fields[name]
        taking_part = dict(plan.groups)
        for row in [*self.partner_rows, *self.level_rows]:
            if row not in self._rows_of(plan.grouping) or row.group not in taking_part:
                del self.fields[row.field]
        self.partner_rows = [row for row in self.partner_rows if row.field in self.fields]
        self.level_rows = [row for row in self.level_rows if row.field in self.fields]

    @property
    def taking_part(self) -> list[forms.BoundField]:
        """The numbers of the groups that took part when somebody answered."""
        return self._bound([*self.partner_rows, *self.level_rows])

    @property
    def kinds(self) -> list[tuple[list[forms.BoundField], str]]:
        """The numbers by kind of grouping, of those kinds that can be chosen."""
        kinds = [(self.partner_rows, Grouping.PARTNER), (self.level_rows, Grouping.LEVEL)]
        return [(self._bound(rows), kind.value) for rows, kind in kinds if len(rows) > 1]

    def _bound(self, rows: list[GroupRow]) -> list[forms.BoundField]:
        return [self[row.field] for row in rows]

    @property
    def chosen_mode(self) -> Mode | None:
        if self.begun and self.plan:
            return self.plan.mode
        name = self.cleaned_data.get("mode")
        return Mode(name) if name else None

    @property
    def chosen_grouping(self) -> Grouping:
        mode = self.chosen_mode
        if mode is None or not mode.is_round:
            return Grouping.NONE
        return self.plan.grouping if self.begun and self.plan else Grouping(self.cleaned_data.get("grouping") or "none")

    def _rows_of(self, grouping: Grouping) -> list[GroupRow]:
        return {Grouping.PARTNER: self.partner_rows, Grouping.LEVEL: self.level_rows}.get(grouping, [])

    def clean_planned_on(self) -> date:
        day: date = self.cleaned_data["planned_on"]
        if not (self.plan and day == self.plan.planned_on) and abs(day - today()) > timedelta(MAX_DAYS):
            raise ValidationError(_("Deze dag ligt meer dan een jaar weg. Klopt het jaar?"))
        return day

    def clean_closes_on(self) -> date | None:
        return check_closing_day(self.cleaned_data["closes_on"], self.plan.closes_on if self.plan else None)

    def clean(self) -> None:
        for name in self._not_asked():
            self.errors.pop(name, None)
        mode = self.chosen_mode
        if mode is None or not mode.is_round:
            return
        if self.chosen_grouping is not Grouping.NONE:
            self._check_groups(mode)
        elif "expected" not in self.errors:
            self._check_expected(mode)

    def _not_asked(self) -> set[str]:
        """The fields that don't apply to what was chosen."""
        mode, grouping = self.chosen_mode, self.chosen_grouping
        rows = {row.field for row in [*self.partner_rows, *self.level_rows]} - {
            row.field for row in self._rows_of(grouping)
        }
        if mode is None or not mode.is_round:
            return rows | {"expected", "closes_on", "grouping", "facilitator_prepares", "paper_by"}
        return rows if grouping is Grouping.NONE else rows | {"expected"}

    def _check_expected(self, mode: Mode) -> None:
        expected = self.cleaned_data.get("expected")
        if not expected:
            self.add_error("expected", _("Vul in hoeveel mensen ongeveer invullen."))
        elif mode is Mode.ANONYMOUS and not enough(expected) and not self.begun and not self.cleaned_data["anyway"]:
            self.advises = True
            self.add_error("expected", advice_for_few(expected))
        else:
            self.advises = bool(self.cleaned_data.get("anyway"))

    def _check_groups(self, mode: Mode) -> None:
        rows = self._rows_of(self.chosen_grouping)
        if any(row.field in self.errors for row in rows):
            return
        field = None if self.begun else "grouping"
        groups = self.groups()
        if self.begun and len(groups) < len(rows):
            for row in rows:
                if not self._count(row):
                    self.add_error(row.field, _("Elke groep doet mee sinds het eerste antwoord: geef hier een aantal."))
        elif len(groups) < 2:
            self.add_error(field, _("Geef bij minstens twee groepen een aantal, of vergelijk geen groepen."))
        elif sum(number for _name, number in groups) > MAX_PEOPLE:
            self.add_error(field, _("Samen kan dit niet meer zijn dan %s.") % MAX_PEOPLE)
        elif mode is Mode.ANONYMOUS:
            for row in rows:
                if 0 < self._count(row) < FLOOR:
                    self.add_error(row.field, self._too_small())

    def _too_small(self) -> str:
        """Why a group of so few isn't set apart, and what can be done about it while that is to be chosen."""
        why = gettext("Anoniem staat een groep pas apart vanaf %s mensen.") % FLOOR
        if self.begun:
            return why
        return f"{why} {gettext('Laat dit leeg: dan heeft die groep geen eigen cijfers. Of kies ‘op naam’.')}"

    def _count(self, row: GroupRow) -> int:
        return self.cleaned_data.get(row.field) or 0

    def groups(self) -> tuple[tuple[str, int], ...]:
        """The groups that take part, with how many are expected."""
        rows = self._rows_of(self.chosen_grouping)
        return tuple((row.group, self._count(row)) for row in rows if self._count(row))

    def to_plan(self) -> Plan:
        """The plan, of a valid form."""
        given, mode = self.cleaned_data, self.chosen_mode or Mode.TOGETHER
        groups = self.groups()
        expected = sum(number for _, number in groups) if groups else given.get("expected")
        if self.begun and self.plan:
            closes_on = given["closes_on"] if mode.is_round else None
            return replace(
                self.plan,
                planned_on=given["planned_on"],
                name=given["name"],
                groups=groups,
                expected=expected if mode.is_round else None,
                closes_on=closes_on,
            )
        questions = tuple(name for name in OPTIONAL if name in given["questions"])
        if not mode.is_round:
            return Plan(given["planned_on"], mode, questions, name=given["name"])
        return Plan(
            planned_on=given["planned_on"],
            mode=mode,
            questions=questions,
            grouping=self.chosen_grouping,
            groups=groups,
            expected=expected,
            closes_on=given["closes_on"],
            facilitator_prepares=given["facilitator_prepares"],
            paper_by=given["paper_by"],
            name=given["name"],
        )


def _rows(partners: Sequence[str], plan: Plan | None, *, begun: bool = False) -> tuple[list[GroupRow], list[GroupRow]]:
    """A row for each partner and each role. Partners as they were called at planning stay in it; once somebody
    answered, one that is called otherwise by now is called so too."""
    called = [name for name, _ in plan.groups] if plan and plan.grouping is Grouping.PARTNER else []
    # In the same places whether or not somebody answered: a page that was drawn before is sent after.
    names = merge_names([*partners, *called])
    if begun:
        then = {same_text(name): name for name in called}
        names = [then.get(same_text(name), name) for name in names]
    by_partner = [GroupRow(f"partner-{number}", name, name) for number, name in enumerate(names)]
    return by_partner, [GroupRow(f"level-{name}", name, wording.LEVELS[name]) for name in LEVELS]


def check_closing_day(day: date | None, kept: date | None) -> date | None:
    """A last day to answer that can still be met. One that was kept before may have passed."""
    if day is None or day == kept:
        return day
    if day < today():
        raise ValidationError(_("Deze dag is al voorbij. Kies vandaag of later."))
    if day - today() > timedelta(MAX_DAYS):
        raise ValidationError(_("Deze dag ligt meer dan een jaar weg. Klopt het jaar?"))
    return day


def advice_for_few(expected: int) -> str:
    """Why fewer than three don't stay anonymous, and what serves better."""
    if expected == 1:
        advice = gettext(
            "Eén antwoord is nooit anoniem. Kies ‘op naam’ of ‘samen’, of ga toch anoniem verder: onder %s antwoorden "
            "toont het verslag geen antwoorden."
        )
    else:
        advice = gettext(
            "Met twee mensen weet ieder wat de ander zei. Kies ‘samen’ of ‘op naam’, of ga toch anoniem verder: onder "
            "%s antwoorden toont het verslag geen antwoorden."
        )
    return advice % FLOOR


class RenameForm(forms.Form):
    """Another name for a session, at whatever stage."""

    name = session_name_field()

    def __init__(self, data: QueryDict | None = None, *, name: str = "") -> None:
        super().__init__(data, initial={"name": name})
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class KeepOpenForm(forms.Form):
    """A later last day to answer, for a round that is kept open."""

    closes_on = day_field(label=_("Nieuwe laatste dag om te antwoorden"))

    def clean_closes_on(self) -> date | None:
        return check_closing_day(self.cleaned_data["closes_on"], None)


def _layout(form: PlanForm) -> Layout:
    part = "{{% include 'reflectie/sessions/{}.html' %}}".format
    if form.begun:
        round_only = ["closes_on"] if form.plan and form.plan.mode.is_round else []
        numbers = HTML(part("numbers")) if form.taking_part else "expected"
        return Layout("planned_on", "name", *([numbers] if round_only else []), *round_only)
    choices = "reflectie/sessions/choices.html"
    return Layout(
        "key",
        "planned_on",
        "name",
        Field("mode", template=choices),
        Div(
            Div("expected", HTML(part("anyway")), data_when="grouping:none"),
            Field("grouping", template=choices),
            HTML(part("groups")),
            "closes_on",
            "facilitator_prepares",
            "paper_by",
            data_when="mode:anonymous,named",
        ),
        Field("questions", template=choices),
    )
