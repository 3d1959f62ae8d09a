"""What is pressed or typed on the remote of a talk. Each press says what it is about, never "next" as such: two who
press at the same time go one step."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.meeting.guide import LENGTHS, USUAL_LENGTH
from reflectie.domain.meeting.talk import (
    MORE_MINUTES,
    Talk,
    UnknownPlaceError,
    add_item,
    be_quiet,
    end_quiet,
    go_to,
    hide,
    leave_out,
    lengthen,
    move,
    put_up_note,
    raise_topic,
    reveal,
    show_clock,
    take_down_poll,
)
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.agreements import MAX_AGREEMENT
from reflectie.forms.fields import TextField, choice_field

# Names a note (services/report/outcomes.py); nothing takes the note down.
_MARK = re.compile(r"[0-9a-f]{16}|")
Step = Callable[[Talk], Talk]


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed, about which place, and when."""

    place: str
    note: str
    now: datetime


def _on_now(change: Callable[[Talk, Press], Talk], talk: Talk, press: Press) -> Talk:
    """A step in what is on. Once somebody put on something else, it is about something that nobody looks at."""
    return change(talk, press) if talk.place == press.place else talk


_ON_NOW: dict[str, Callable[[Talk, Press], Talk]] = {
    "reveal": lambda talk, press: reveal(talk, press.place),
    "hide": lambda talk, press: hide(talk, press.place),
    "quiet": lambda talk, press: be_quiet(talk, press.now),
    "speak": lambda talk, _press: end_quiet(talk),
    "note": lambda talk, press: put_up_note(talk, press.note),
    "poll-off": lambda talk, _press: take_down_poll(talk),
}
_ANYWHERE: dict[str, Callable[[Talk, Press], Talk]] = {
    "go": lambda talk, press: go_to(talk, press.place, press.now),
    "longer": lambda talk, press: lengthen(talk, press.place, MORE_MINUTES),
    "shorter": lambda talk, press: lengthen(talk, press.place, -MORE_MINUTES),
    "up": lambda talk, press: move(talk, press.place, -1),
    "down": lambda talk, press: move(talk, press.place, 1),
    "leave-out": lambda talk, press: leave_out(talk, press.place),
    "show-clock": lambda talk, _press: show_clock(talk, True),
    "hide-clock": lambda talk, _press: show_clock(talk, False),
}
STEPS = _ANYWHERE | {name: partial(_on_now, change) for name, change in _ON_NOW.items()}


def step_of(posted: QueryDict, now: datetime) -> Step:
    """The step that a button asks for. Raises UnknownPlaceError for what no button of ours says."""
    name, note = posted.get("step", ""), posted.get("note", "")
    if name not in STEPS or not _MARK.fullmatch(note):
        raise UnknownPlaceError
    press = Press(posted.get("to", ""), note, now)
    return lambda talk: STEPS[name](talk, press)


class BeginForm(forms.Form):
    """How long the talk is to take."""

    minutes = choice_field(
        {str(minutes): _("%s minuten") % minutes for minutes in LENGTHS},
        label=_("Hoelang duurt het gesprek?"),
        missing=_("Kies hoelang het gesprek duurt."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"minutes": str(USUAL_LENGTH)})


class AddForm(forms.Form):
    """A statement that isn't on the agenda, to talk about."""

    to = forms.ChoiceField(
        label=_("Een stelling die er nog niet op staat"),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": _("Kies een stelling."),
            "invalid_choice": _("Die staat er al op, of kennen we niet. Kies uit de lijst."),
        },
    )

    def __init__(self, checklist: Checklist, on_agenda: Iterable[str], data: QueryDict | None = None) -> None:
        super().__init__(data)
        left = list(_items_left(checklist, set(on_agenda)))
        self.has_items = bool(left)
        self.fields["to"].choices = [("", _("Kies een stelling")), *left]  # type: ignore[attr-defined]
        _mark_wrong(self, "to")

    @property
    def step(self) -> Step:
        """What a valid form asks."""
        key: str = self.cleaned_data["to"]
        return lambda talk: add_item(talk, key)


def _items_left(checklist: Checklist, on_agenda: set[str]) -> Iterator[tuple[str | Promise, list[tuple[str, str]]]]:
    for dimension in checklist.dimensions:
        left = [(item.key, item.short) for item in dimension.items if item.key not in on_agenda]
        if left:
            yield dimension.name, left


class RaiseForm(forms.Form):
    """Something to talk about that no statement is about."""

    title = TextField(
        label=_("Een ander onderwerp, in je eigen woorden"),
        help_text=_("Het komt zo op de muur. Geen namen van cliënten."),
        limit=MAX_AGREEMENT,
        one_line=True,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        _mark_wrong(self, "title")

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if not title:
            raise ValidationError(_("Schrijf waarover jullie het willen hebben."))
        return title

    @property
    def step(self) -> Step:
        """What a valid form asks; sent twice is once."""
        title: str = self.cleaned_data["title"]
        return lambda talk: talk if any(part.title == title for part in talk.agenda) else raise_topic(talk, title)


def _mark_wrong(form: forms.Form, name: str) -> None:
    wrong: Any = form.errors.get(name)
    described = [f"id_{name}_helptext"] if form.fields[name].help_text else []
    if wrong:
        form.fields[name].widget.attrs |= {"aria-invalid": "true"}
        described.insert(0, f"fout-{name}")
    if described:
        form.fields[name].widget.attrs["aria-describedby"] = " ".join(described)
