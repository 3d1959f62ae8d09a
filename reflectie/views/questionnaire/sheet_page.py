"""A sheet's page in parts, as HTML: its questions and what stands around them, beside what was sent and isn't saved.

What is the same for many people is drawn once for all of them. No view knows a question.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import HELP_RANGE, Ask, FieldValue, Sheet, digest, minutes_for
from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Kind
from reflectie.domain.report.build import whirlpool_of
from reflectie.domain.setup import ABOUT_YOU, Setup
from reflectie.forms.questionnaire.sheet import SheetForm
from reflectie.presentation.questionnaire import QUESTIONS, grouped_choices, title_of, value_in_words

# The id of the part about the person. After the checklist come at most two, so that neither is endless on a phone; each
# with its id, its heading, and what it leaves to the other.
ABOUT_YOU_PART = "over-jou"
_FIRST_BESIDE = frozenset({"first", "goal-sentence", HELP_RANGE})


class SheetPage:
    """A sheet as it is kept now, and beside it what was sent and could not be saved."""

    def __init__(self, form: SheetForm, sheet: Sheet, conflicts: frozenset[str] = frozenset()) -> None:
        self.form, self.sheet, self.conflicts = form, sheet, conflicts
        self.checklist, self.known, self.errors = form.checklist, form.known, form.errors

    @property
    def status(self) -> int:
        return 422 if self.errors else 409 if self.conflicts else 200

    @cached_property
    def about_you(self) -> list[str]:
        """The questions of a round about the person, which stand before the checklist."""
        return [name for name in ABOUT_YOU if name in self.known] if self.form.setup.mode.is_round else []

    @cached_property
    def beside(self) -> list[str]:
        """The questions beside the checklist, which stand after it."""
        return [name for name in QUESTIONS if name in self.known and name not in self.about_you]

    @property
    def minutes_beside(self) -> int:
        return minutes_for(self.form.setup.mode, self.beside)

    @cached_property
    def _beside_parts(self) -> list[tuple[str, str | Promise, list[str]]]:
        """The parts after the checklist: id, heading and questions."""
        first = [name for name in self.beside if name in _FIRST_BESIDE]
        rest = [name for name in self.beside if name not in _FIRST_BESIDE]
        parts: list[tuple[str, str | Promise, list[str]]] = [
            ("erbij", _("Nog een paar vragen"), first),
            ("samen", _("Jullie samenwerking"), rest),
        ]
        return [part for part in parts if part[2]]

    @cached_property
    def rubrics(self) -> list[tuple[str, str | Promise]]:
        """What a phone shows one at a time, by the id of its part and its name, in their order."""
        return [
            *([(ABOUT_YOU_PART, _("Over jou"))] if self.about_you else []),
            *((part.key, part.name) for part in self.checklist.dimensions),
            *((part, heading) for part, heading, _names in self._beside_parts),
        ]

    def render_checklist(self) -> SafeString:
        """The questions about the person, and the checklist."""
        about_you = [self._render_part(ABOUT_YOU_PART, _("Over jou"), self.about_you)] if self.about_you else []
        return _joined([*about_you, *map(self._render_dimension, self.checklist.dimensions)])

    def render_beside(self) -> SafeString:
        """The questions beside the checklist; nothing where none is asked."""
        return _joined([self._render_part(*part) for part in self._beside_parts])

    def _render_dimension(self, dimension: Dimension) -> SafeString:
        """A dimension with its items; the factors stand beside the whirlpool."""
        has_factors = any(item.kind is Kind.FACTOR for item in dimension.items)
        frame = _dimension_frame(
            self.checklist, get_language() or "", dimension, has_factors, **self.neighbours(dimension.key)
        )
        whirlpool = [render_whirlpool(self.checklist, self.sheet)] if has_factors else []
        return _filled(frame, [*whirlpool, _joined([self.render_question(item.key) for item in dimension.items])])

    def _render_part(self, rubric: str, heading: str | Promise, names: Sequence[str]) -> SafeString:
        """Questions beside the checklist: about the person before it, or others after it."""
        frame = _part_frame(
            get_language() or "",
            str(heading),
            bool(self._beside_parts) and rubric == self._beside_parts[0][0],
            rubric != self.rubrics[-1][0],
            **self.neighbours(rubric),
        )
        return _filled(frame, [_joined([self.render_question(name) for name in names])])

    def neighbours(self, rubric: str) -> dict[str, Any]:
        """A rubric with the ones before and after it."""
        at = [key for key, _name in self.rubrics].index(rubric)
        named = [(key, str(name)) for key, name in self.rubrics]
        before, after = named[:at], named[at + 1 :]
        return {
            "rubric": rubric,
            "before": before[-1] if before else None,
            "after": after[0] if after else None,
        }

    def render_question(self, question: str) -> SafeString:
        """One question with its controls. Most are drawn once: what is personal is drawn each time."""
        names = self.form.names(question)
        shown = tuple(self.shown(name) for name in names)
        personal = any(self.known[name].ask is Ask.TEXT and value for name, value in zip(names, shown, strict=True))
        if personal or any(name in self.errors or name in self.conflicts for name in names):
            return self._draw(question)
        return _draw_once(self.checklist, self.form.setup, get_language() or "", question, shown)

    def _draw(self, question: str) -> SafeString:
        names = self.form.names(question)
        params = [f"{prefix}{name}" for name in names for prefix in ("", "seen-", "current-")]
        context = {
            **self._controls(question),
            "params": ",".join([*params, "mine", "theirs", "begun", "keep-as", "csrfmiddlewaretoken"]),
            "state": self.state(question, drawn=True),
        }
        if item := self.known[question].item:
            note = names[1]
            context |= {"item": item, "note_field": self.known[note], "note": self.shown(note)}
            return render_to_string("reflectie/questionnaire/item.html", context)
        return render_to_string(QUESTIONS[question].template, {**context, "question": QUESTIONS[question]})

    def _controls(self, name: str) -> dict[str, Any]:
        field = self.known[name]
        groups = [] if field.item else grouped_choices(self.checklist, field)
        return {"name": self.form.question_of(name), "field": field, "value": self.shown(name), "groups": groups}

    def render_controls(self) -> list[SafeString]:
        """The controls of the fields that were given up, to show what stands there instead."""
        return [
            render_to_string("reflectie/questionnaire/controls.html", {**self._controls(name), "swap": True})
            for name in self.form.given_up
        ]

    def shown(self, name: str) -> FieldValue:
        """What the page shows in a field: what is kept, or what the person gave when that isn't saved yet."""
        if name in self.conflicts:
            return self.form.values[name]
        if name in self.errors:
            return self.form.typed(name)
        return self._current(name)

    def _current(self, name: str) -> FieldValue:
        return self.sheet.values.get(name, self.known[name].empty)

    def states(self) -> list[dict[str, Any]]:
        """What stands under each question that was sent, while its controls stay as they are on the page."""
        return [self.state(question, drawn=False) for question in self._touched()]

    def _touched(self) -> list[str]:
        """The questions that were sent, by the name of their first field."""
        return list(dict.fromkeys(self.form.question_of(name) for name in self.form.fields))

    def state(self, question: str, *, drawn: bool) -> dict[str, Any]:
        """What stands under a question: marks, errors, and what somebody else filled in.

        `drawn` says that the controls are drawn with it. Where they stay as they are on the page, a mark may say only
        what they show: were it the mark of something newer, the next save would wipe that out unseen.
        """
        marks: list[tuple[str, str]] = []
        errors: list[str] = []
        conflicts: list[tuple[str, str, str, str]] = []
        for name in self.form.names(question):
            field, current = self.known[name], self._current(name)
            wrong = [str(error) for error in self.errors.get(name, [])]
            errors += wrong
            settled = not wrong and name not in self.conflicts
            shows_it = drawn or name in self.form.given_up or self.form.values.get(name) == current
            marks.append((name, digest(current) if settled and shows_it else self.form.seen(name)))
            if name in self.conflicts:
                ours = value_in_words(self.checklist, field, self.shown(name))
                conflicts.append((name, digest(current), value_in_words(self.checklist, field, current), ours))
        return {"name": question, "marks": marks, "errors": errors, "conflicts": conflicts}

    def trouble(self) -> list[tuple[str, str | Promise]]:
        """Every question with an error or a conflict, with what to call it."""
        wrong = [*(name for name in self.errors if name in self.known), *(n for n in self.known if n in self.conflicts)]
        names = dict.fromkeys(self.form.question_of(name) for name in wrong)
        return [(name, title_of(self.known[name])) for name in names]

    def progress(self) -> dict[str, Any]:
        """What the bar says: how far it is, and where the next open item is."""
        answered, total = self.sheet.answered(self.checklist), len(self.checklist.items)
        return {
            "answered": answered,
            "total": total,
            "next_open": next(iter(self.sheet.open_items(self.checklist)), None),
            "beside": len(self.beside),
            "beside_answered": self.sheet.given(self.beside),
        }

    def render_open_items(self, *, swap: bool = False) -> SafeString:
        """What is still open, above the last button. Of one sheet it is a blind spot; in a round others answer too."""
        context = {"open_items": self.sheet.open_items(self.checklist), "is_round": self.form.setup.mode.is_round}
        return render_to_string("reflectie/questionnaire/open.html", {**context, "swap": swap})

    def render_new_whirlpool(self) -> SafeString | str:
        """The whirlpool in place of the one on the page, when a factor was sent."""
        has_factor = any((item := self.known[name].item) and item.words for name in self._touched())
        return render_whirlpool(self.checklist, self.sheet, swap=True) if has_factor else ""


# Stands where something of this sheet comes; in no text that anybody wrote.
_GAP = SafeString("\0")
Neighbour = tuple[str, str] | None


# As many as there are rubrics, in a few checklists, languages and orders.
@lru_cache(maxsize=256)
def _dimension_frame(
    checklist: Checklist,
    _language: str,
    dimension: Dimension,
    has_factors: bool,
    rubric: str,
    before: Neighbour,
    after: Neighbour,
) -> tuple[str, ...]:
    """What stands around a dimension's questions, and around its whirlpool: the same on every sheet."""
    context = {
        "dimension": dimension,
        "number": checklist.dimensions.index(dimension) + 1,
        "total": len(checklist.dimensions),
        "questions": _GAP,
        "whirlpool": _GAP if has_factors else None,
        "rubric": rubric,
        "before": before,
        "after": after,
    }
    return tuple(render_to_string("reflectie/questionnaire/dimension.html", context).split(_GAP))


@lru_cache(maxsize=256)
def _part_frame(
    _language: str,
    heading: str,
    is_first_beside: bool,
    leads_on: bool,
    rubric: str,
    before: Neighbour,
    after: Neighbour,
) -> tuple[str, ...]:
    """What stands around the questions beside the checklist."""
    context = {
        "rubric": rubric,
        "heading": heading,
        "questions": _GAP,
        "is_first_beside": is_first_beside,
        "leads_on": leads_on,
        "before": before,
        "after": after,
    }
    return tuple(render_to_string("reflectie/questionnaire/beside.html", context).split(_GAP))


def _filled(frame: Sequence[str], parts: Sequence[str]) -> SafeString:
    return _joined([frame[0], *chain.from_iterable(zip(parts, frame[1:], strict=True))])


def _joined(parts: Sequence[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each was drawn from a template


@lru_cache(maxsize=2048)
def _draw_once(
    checklist: Checklist,
    setup: Setup,
    language: str,  # noqa: ARG001 (a part of the key)
    question: str,
    shown: tuple[FieldValue, ...],
) -> SafeString:
    """A question without a note, an error or a conflict looks the same for everybody who gave the same answer."""
    form = SheetForm(checklist, setup)
    sheet = Sheet({name: value for name, value in zip(form.names(question), shown, strict=True) if value})
    return SheetPage(form, sheet)._draw(question)


@lru_cache(maxsize=1024)
def _whirlpool_once(checklist: Checklist, language: str, values: tuple[str, ...], swap: bool) -> SafeString:  # noqa: ARG001
    sheet = Sheet({item.key: value for item, value in zip(checklist.factors, values, strict=True) if value})
    arms = whirlpool_of(checklist, [sheet])
    return render_to_string("reflectie/pictures/whirlpool.html", {"arms": arms, "swap": swap})


def render_whirlpool(checklist: Checklist, sheet: Sheet, *, swap: bool = False) -> SafeString:
    """The whirlpool of one sheet. The same for everybody who gave the same seven answers, so drawn once."""
    values = tuple(sheet.text(item.key) for item in checklist.factors)
    return _whirlpool_once(checklist, get_language() or "", values, swap)
