"""What a team agrees on and concludes, as forms."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.report.agreements import MAX_AGREEMENT, Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Finding
from reflectie.forms.fields import TextField, choice_field, day_field
from reflectie.forms.optimistic_lock import OptimisticLockForm
from reflectie.forms.sessions.plan import check_closing_day
from reflectie.presentation import wording
from reflectie.presentation.choices import DECISIONS
from reflectie.presentation.numbers import in_words
from reflectie.services.clock import today

# Longer is a plan rather than an agreement, or a slip in the year.
MAX_YEARS = 3
WHAT = ("what", "trigger", "who", "due_on", "item", "principle")
CHOICES = "reflectie/sessions/choices.html"
# Fields that look otherwise than Bootstrap's.
SHAPES = {"state": CHOICES, "principle": "reflectie/report/agreements/principle.html"}


class AgreementForm(OptimisticLockForm[Agreement]):
    """One agreement: made, or changed. `kept` is what it starts from.

    After the discussion (not `whole`) it asks how the agreement stands, and no more.
    """

    removed_by_other = _("De ander haalde deze afspraak weg.")
    removing = _("Jij wilde de afspraak weghalen. Kies hieronder wat er komt te staan.")
    remove_anyway = _("Haal de afspraak toch weg")
    leave_removed = _("Laat de afspraak weg")

    what = TextField(
        label=_("Wat gaan jullie doen?"),
        help_text=_("Eén stap, zo klein dat ze echt gebeurt."),
        limit=MAX_AGREEMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        one_line=True,
    )
    trigger = TextField(
        label=_("Wanneer doen jullie dat? (hoeft niet)"),
        help_text=_("Een vast moment helpt. Bijvoorbeeld: als we volgende week overleggen."),
        limit=MAX_AGREEMENT,
        one_line=True,
        widget=forms.TextInput,
    )
    who = TextField(
        label=_("Wie zorgt ervoor? (hoeft niet)"),
        help_text=_("Een naam of een organisatie. Wie het verslag leest, leest dit ook."),
        limit=MAX_NAME,
        one_line=True,
        widget=forms.TextInput,
    )
    due_on = day_field(label=_("Wanneer klaar? (hoeft niet)"), required=False)
    item = forms.ChoiceField(
        label=_("Waar gaat het over? (hoeft niet)"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("Dit kennen we niet. Kies uit de lijst.")},
    )
    principle = forms.TypedChoiceField(
        label=_("Welk principe volgen jullie? (hoeft niet)"),
        help_text=_("Kies je niets, dan nemen we het eerste principe bij het punt hierboven."),
        required=False,
        coerce=int,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("Dit kennen we niet. Kies uit de lijst.")},
    )
    state = choice_field({state: wording.STATES[state] for state in State}, label=_("Hoe staat het ermee?"))
    reason = TextField(
        label=_("Losgelaten? Waarom?"),
        help_text=_("Eén zin. Loslaten mag."),
        limit=MAX_AGREEMENT,
        one_line=True,
        widget=forms.TextInput,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        report: Report,
        data: QueryDict | None = None,
        *,
        kept: Agreement | None = None,
        changes: bool = False,
        whole: bool = True,
        about: str = "",
    ) -> None:
        self.report = report
        super().__init__(data, initial=self._start(kept, about), kept=kept)
        self._keep_fields([*(WHAT if whole else ()), *(("state", "reason") if changes else ("key",))])
        if whole:
            self.fields["item"].choices = [("", _("Niet over één punt")), *_item_choices(report)]  # type: ignore[attr-defined]
            numbered = enumerate(report.checklist.principles, start=1)
            named = [(str(number), f"{number}. {title}") for number, title in numbered]
            self.fields["principle"].choices = [("", _("Het eerste bij het punt hierboven")), *named]  # type: ignore[attr-defined]
        self.helper = _helper(*(Field(name, template=SHAPES[name]) if name in SHAPES else name for name in self.fields))

    def _start(self, kept: Agreement | None, about: str) -> dict[str, Any]:
        if kept:
            names = ("what", "trigger", "who", "due_on", "item", "state", "reason")
            # The principle that follows from the item isn't shown as a choice: it follows again when that changes.
            own = kept.principle if kept.principle != self._first_principle(kept.item) else 0
            return {name: getattr(kept, name) for name in names} | {"principle": str(own or "")}
        return {"key": uuid4(), "item": about if about in self.report.checklist.by_key else ""}

    def _first_principle(self, item: str) -> int:
        return min(self.report.checklist.by_key[item].principles) if item else 0

    def _keep_fields(self, names: list[str]) -> None:
        self.fields = {name: self.fields[name] for name in names}

    def clean_what(self) -> str:
        what: str = self.cleaned_data["what"]
        if not what:
            raise ValidationError(_("Schrijf wat jullie gaan doen."))
        return what

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day is None or (self.kept and day == self.kept.due_on):
            return day
        if day < today():
            raise ValidationError(_("Deze dag is al voorbij. Kies vandaag of later."))
        if day - today() > timedelta(MAX_YEARS * 366):
            raise ValidationError(
                _("Deze dag ligt meer dan %(years)s jaar weg. Klopt het jaar?"), params={"years": in_words(MAX_YEARS)}
            )
        return day

    def clean(self) -> None:
        given = self.cleaned_data
        if "item" in given:
            given["principle"] = given.get("principle") or self._first_principle(given["item"])
        if "state" in given and "reason" in given:
            self._check_reason(given["state"], given["reason"])

    def _check_reason(self, state: str, reason: str) -> None:
        if state == State.DROPPED:
            if not reason:
                self.add_error("reason", _("Schrijf in één zin waarom jullie dit loslaten."))
        elif reason and reason != (self.kept.reason if self.kept else ""):
            self.add_error("reason", _("Dit bewaren we alleen bij ‘losgelaten’. Kies dat hierboven, of wis deze zin."))
        else:
            self.cleaned_data["reason"] = ""

    @property
    def agreement(self) -> Agreement:
        """What was posted, of a valid form; what it didn't ask is as it was."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        if "state" in given:
            given["state"] = State(given["state"])
        return replace(self.kept or Agreement("", ""), **given)


def _item_choices(report: Report) -> Iterator[tuple[str | Promise, list[tuple[str, str]]]]:
    """The obstacles in the report's order, then the rest."""
    obstacles = report.obstacles
    if obstacles:
        yield _("Wat jullie tegenhoudt"), [_named(found) for found in obstacles]
    others = [found for found in report.items if found not in obstacles]
    yield (_("Andere punten") if obstacles else _("Alle punten")), [_named(found) for found in others]


def _named(found: ItemReport) -> tuple[str, str]:
    item = found.item
    return item.key, item.hindering if found.finding is Finding.OBSTACLE else item.short


class ConclusionForm(forms.Form):
    """With what a session ends. Nothing is chosen beforehand, unless it was chosen before and taken back (`kept`)."""

    needed = choice_field(
        {needed: wording.NEEDED[needed] for needed in Needed},
        label=_("Heb je elkaar nodig om het doel te bereiken?"),
        missing=_("Kies of jullie elkaar nodig hebben."),
    )
    decision = choice_field(
        {name: words[0] for name, words in DECISIONS.items()},
        label=_("Wat doen jullie?"),
        missing=_("Kies of jullie herstellen, hertekenen of stoppen."),
    )
    reason = TextField(
        label=_("Waarom? (hoeft niet)"),
        help_text=_("Eén zin, voor wie er niet bij was."),
        limit=MAX_AGREEMENT,
        one_line=True,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_on = day_field(
        label=_("Wanneer is de volgende sessie? (hoeft niet)"),
        help_text=_("Bijvoorbeeld over een half jaar. Plant niemand ze, dan krijgen de coördinatoren een mail."),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, kept: Conclusion | None = None) -> None:
        super().__init__(data, initial=asdict(kept) if kept else None)
        asked = [Field(name, template=CHOICES) for name in ("needed", "decision")]
        self.helper = _helper(*asked, "reason", "next_on")

    def clean_next_on(self) -> date | None:
        return check_closing_day(self.cleaned_data["next_on"], None)

    @property
    def conclusion(self) -> Conclusion:
        """What was posted, of a valid form."""
        given = self.cleaned_data
        return Conclusion(Needed(given["needed"]), Decision(given["decision"]), given["reason"], given["next_on"])


def _helper(*parts: object) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*parts)
    return helper
