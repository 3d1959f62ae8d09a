"""Bringing in paper of earlier years: the session it was of, the columns of its table, and what is wrong with one."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, TimestampSigner
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.imports.table_import import (
    MAX_BYTES,
    Column,
    Problem,
    Unreadable,
    UnreadableError,
    Wrong,
    read_text,
)
from reflectie.domain.questionnaire.answers import MAX_LINES, Ask, Field, Sheet, Value, fields_for
from reflectie.domain.questionnaire.checklist import Checklist, Item, Kind
from reflectie.domain.setup import ABOUT_YOU, LEVELS, OPTIONAL, Grouping, Mode, Setup
from reflectie.forms.collaborations.collaboration import NamesField
from reflectie.forms.fields import choice_field, day_field, session_name_field
from reflectie.forms.questionnaire.paper import TOKEN_SECONDS
from reflectie.forms.sessions.plan import GROUPINGS, QUESTIONS
from reflectie.models import Session
from reflectie.presentation import wording
from reflectie.presentation.questionnaire import grouped_choices
from reflectie.services.clock import today
from reflectie.services.sessions.plans import Plan
from reflectie.services.tokens import new_token

# Longer ago than this is more likely a slip in the year.
MAX_YEARS = 30
# So much of a text is shown before it is brought in: enough to see that it is in the right place.
MAX_SHOWN = 80

Explained = dict[str, tuple[str | Promise, str | Promise]]

MODES: Explained = {
    Mode.ANONYMOUS: (
        _("Ieder een eigen formulier, zonder naam"),
        _("Het verslag toont aantallen en notities, zonder namen. Ook als er wel namen op de formulieren staan."),
    ),
    Mode.NAMED: (
        _("Ieder een eigen formulier, op naam"),
        _("In het verslag staat van wie elk antwoord is. Kies dit alleen als iedereen dat toen wist."),
    ),
    Mode.TOGETHER: (_("Samen, op één formulier"), _("Jullie gaven toen samen één antwoord.")),
}


class EarlierForm(forms.Form):
    """A session that was held on paper. How many people there were is what its sheets say."""

    planned_on = day_field(
        label=_("Wanneer was het?"), help_text=_("Weet je de dag niet meer? Kies dan een dag die in de buurt komt.")
    )
    name = session_name_field()
    mode = choice_field(
        {name: words[0] for name, words in MODES.items()},
        label=_("Hoe vulden jullie in?"),
        missing=_("Kies hoe jullie invulden."),
    )
    grouping = choice_field(
        {name: words[0] for name, words in GROUPINGS.items()}, label=_("Groepen naast elkaar zetten?")
    )
    partners = NamesField(
        label=_("Welke partners deden mee?"),
        help_text=_(
            "Zoals ze toen heetten. Zet elke partner op een regel. Een naam die er al staat, bewaren we één keer. "
            "Andere hoofdletters of leestekens zoals ’ en – maken er geen andere partner van."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
    )
    questions = forms.MultipleChoiceField(
        label=_("Wat stond er nog op het formulier?"),
        choices=[(name, QUESTIONS[name][0]) for name in OPTIONAL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Kies een van de mogelijkheden.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, partners: list[str], data: QueryDict | None = None) -> None:
        start = {"grouping": Grouping.NONE.value, "partners": "\n".join(partners), "key": uuid4()}
        super().__init__(data, initial=start)

    def explained(self, name: str, kinds: Explained) -> list[tuple[forms.boundfield.BoundWidget, str | Promise]]:
        """The possibilities of a field, each with what it means."""
        return [(option, kinds[str(option.data["value"])][1]) for option in self[name]]

    @property
    def modes(self) -> list[tuple[forms.boundfield.BoundWidget, str | Promise]]:
        return self.explained("mode", MODES)

    @property
    def groupings(self) -> list[tuple[forms.boundfield.BoundWidget, str | Promise]]:
        return self.explained("grouping", GROUPINGS)

    def clean_planned_on(self) -> date:
        day: date = self.cleaned_data["planned_on"]
        if day >= today():
            raise ValidationError(_("Deze dag is nog niet voorbij. Kies een dag voor vandaag."))
        if today() - day > timedelta(days=MAX_YEARS * 366):
            raise ValidationError(_("Dit is meer dan %s jaar geleden. Klopt het jaar?") % MAX_YEARS)
        return day

    def clean(self) -> None:
        if self.cleaned_data.get("mode") == Mode.TOGETHER:
            # Whoever answered together is no group beside another.
            self.errors.pop("grouping", None)
            self.cleaned_data["grouping"] = Grouping.NONE.value
        if self.cleaned_data.get("grouping") != Grouping.PARTNER:
            self.errors.pop("partners", None)
        elif "partners" not in self.errors and len(self.cleaned_data["partners"].splitlines()) < 2:
            self.add_error("partners", _("Noem minstens twee partners, of zet geen groepen naast elkaar."))

    def to_plan(self) -> Plan:
        """The plan, of a valid form. Nobody was expected: who took part is what there is on paper."""
        given = self.cleaned_data
        grouping = Grouping(given["grouping"])
        names = {Grouping.PARTNER: given.get("partners", "").splitlines(), Grouping.LEVEL: LEVELS}.get(grouping, ())
        return Plan(
            planned_on=given["planned_on"],
            mode=Mode(given["mode"]),
            questions=tuple(name for name in OPTIONAL if name in given["questions"]),
            grouping=grouping,
            groups=tuple((name, 0) for name in names),
            earlier=True,
            name=given["name"],
        )


UNREADABLE: dict[str, str | Promise] = {
    Unreadable.EMPTY: _("Dit bestand is leeg."),
    Unreadable.SPREADSHEET: _(
        "Dit is een bestand van Excel of LibreOffice zelf. Open het daar, en kies ‘Opslaan als’. Kies dan in Excel "
        "‘CSV UTF-8 (gescheiden door lijstscheidingsteken)’, in LibreOffice ‘Tekst CSV’. Kies daarna hier dat nieuwe "
        "bestand."
    ),
    Unreadable.NO_TEXT: _(
        "Dit bestand kunnen we niet lezen. Bewaar je invulblad als ‘CSV UTF-8’, en kies dat bestand."
    ),
    Unreadable.TOO_BIG: _("Dit bestand is te groot: er past %s kB in. Is het wel het invulblad van deze sessie?")
    % (MAX_BYTES // 1000),
}


class UploadForm(forms.Form):
    """The table, as a file. Valid, its text is in `text`; its name is nowhere."""

    file = forms.FileField(
        label=_("Je ingevulde invulblad"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "form-control"}),
        error_messages={"required": _("Kies eerst een bestand."), "missing": _("Kies eerst een bestand.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        *,
        too_big: bool = False,
    ) -> None:
        super().__init__(data, files)
        self.text, self.too_big = "", too_big
        if too_big:
            self.fields["file"].error_messages["required"] = str(UNREADABLE[Unreadable.TOO_BIG])

    def clean_file(self) -> None:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            # Of a bigger one, one sign too many is enough to know it.
            self.text = read_text(file.read(MAX_BYTES + 1))
        except UnreadableError as error:
            raise ValidationError(str(UNREADABLE[error.args[0]])) from error


class ConfirmForm(forms.Form):
    """The table's text once more, to be brought in. Nothing of it is kept in between, so that it is read anew."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=2 * MAX_BYTES)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, session: Session, data: QueryDict | None = None, *, text: str = "") -> None:
        self._signer = TimestampSigner(salt=f"bringing:{session.pk}")
        super().__init__(data, initial={"text": text, "token": self._signer.sign(new_token())}, auto_id=False)

    def clean_token(self) -> str:
        try:
            return self._signer.unsign(self.cleaned_data["token"], max_age=TOKEN_SECONDS)
        except BadSignature as error:
            raise ValidationError(_("Deze pagina stond te lang open. Er is nog niets bewaard.")) from error


# --- the columns


def columns_for(checklist: Checklist, setup: Setup) -> tuple[Column, ...]:
    """The columns of a session's table, in the order in which a form on paper is read: who, the checklist with its
    notes, and what is asked beside it."""
    known = fields_for(checklist, setup)
    number = Column(gettext("Blad"), help=gettext("uitleg"))
    fields = sorted(known.values(), key=lambda asked: (not asked.item, asked.name not in ABOUT_YOU))
    about = [asked for asked in fields if asked.name in ABOUT_YOU]
    others = [asked for asked in fields if asked.name not in ABOUT_YOU]
    return (number, *(_column(checklist, asked) for asked in [*about, *others]))


def _column(checklist: Checklist, asked: Field) -> Column:
    if asked.item:
        if asked.ask is Ask.TEXT:
            return Column(gettext("Notitie bij %s") % asked.item.number, asked, help=gettext("hoeft niet"))
        return _item_column(asked, asked.item)
    title = str(TITLES[asked.name])
    if asked.ask is Ask.TEXT:
        return Column(title, asked, help=gettext("in één zin") if asked.name == "goal-sentence" else "")
    words = {choice: str(word) for _group, group in grouped_choices(checklist, asked) for choice, word in group}
    if asked.name == "first":
        numbers = " ".join(map(str, wording.example_numbers(len(checklist.items))))
        said = {"most": asked.limit, "numbers": numbers}
        hint = gettext("hoogstens %(most)s nummers van vragen, met spaties ertussen: %(numbers)s") % said
        return Column(title, asked, tuple(words.values()), help=hint, by_number=True)
    listed = " | ".join(words[choice] for choice in asked.choices)
    hint = gettext("meer dan een mag, met komma’s ertussen: %s") if asked.ask is Ask.MANY else gettext("kies: %s")
    return Column(title, asked, tuple(words[choice] for choice in asked.choices), help=hint % listed)


def _item_column(asked: Field, item: Item) -> Column:
    title = f"{item.number} {item.short}"
    unknown = gettext("weet niet")
    also = {gettext("weet ik niet"): Value.DONT_KNOW, "?": Value.DONT_KNOW}
    if item.kind is Kind.FACTOR:
        words = (gettext("speelt"), gettext("speelt niet"), unknown)
        also |= {gettext("hinderend"): Value.HINDERING, gettext("ja"): Value.HINDERING, gettext("nee"): Value.HELPING}
        hint = gettext("1 of speelt, 2 of speelt niet, 3 of weet niet")
    else:
        words = (gettext("hinderend"), gettext("helpend"), unknown)
        also |= {gettext("links"): Value.HINDERING, gettext("rechts"): Value.HELPING}
        also |= {item.hindering: Value.HINDERING, item.helping: Value.HELPING}
        hint = gettext("1 of hinderend: %(left)s | 2 of helpend: %(right)s | 3 of weet niet") % {
            "left": item.hindering,
            "right": item.helping,
        }
    return Column(title, asked, words, also, hint)


TITLES: dict[str, str | Promise] = {
    "participant": _("Naam"),
    "organisation": _("Organisatie"),
    "level": _("Rol"),
    "first": _("Eerst iets aan doen"),
    "goal-sentence": _("Doel in één zin"),
    "intensity-needed": _("Wat nodig is"),
    "intensity-current": _("Hoe jullie nu samenwerken"),
    "ips-meaning": _("Wat centraal staat"),
}


def said(column: Column, sheet: Sheet) -> str:
    """What a sheet has in a column, as a person reads it; a long text only begins."""
    name = column.asked.name if column.asked else ""
    if chosen := sheet.several(name):
        return ", ".join(column.said[choice] for choice in chosen)
    text = column.said.get(sheet.text(name), sheet.text(name))
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


# --- what is wrong

# %(given)s is what stands there, %(title)s the column, %(number)s how many it is and %(limit)s how many may be.
WRONG: dict[str, str | Promise] = {
    Wrong.NO_HEADER: _(
        "Hier horen de kopjes van het invulblad te staan, zoals ‘%(limit)s’. We vinden er geen. Download het "
        "invulblad opnieuw en zet je antwoorden daarin."
    ),
    Wrong.UNKNOWN_COLUMN: _("Het kopje ‘%(given)s’ staat niet in het invulblad. Verbeter het, of haal de kolom weg."),
    Wrong.COLUMN_TWICE: _("Deze kolom staat er twee keer. Haal er een weg."),
    Wrong.NO_TITLE: _("Hier staat ‘%(given)s’, maar de kolom heeft geen kopje."),
    Wrong.QUOTE: _('Hier staat een aanhalingsteken (") dat niet klopt. Haal het weg, of bewaar het bestand in Excel.'),
    Wrong.NO_SHEETS: _("Onder de kopjes staat nog niets ingevuld."),
    Wrong.WORD: _("‘%(given)s’ ken ik niet. Kies %(words)s, of laat leeg."),
    Wrong.TOO_MANY: _("Dit zijn er %(number)s, en het mogen er hoogstens %(limit)s zijn."),
    Wrong.TOO_LONG: _("Deze tekst is te lang: %(number)s tekens, en er passen er %(limit)s."),
    Wrong.TOO_MANY_LINES: _("Deze tekst heeft te veel regels: %(number)s, en er passen er %(limit)s."),
    Wrong.BROKEN_SUM: _(
        "Je rekenprogramma nam deze tekst voor een som, en nu staat er ‘%(given)s’. Typ de tekst opnieuw, met ' ervoor."
    ),
    Wrong.NO_ANSWER: _("Hier staat wie het is, maar geen antwoord. Vul antwoorden in, of maak de regel leeg."),
}


def place_of(problem: Problem) -> str:
    """Where a problem stands, as a spreadsheet says it."""
    if problem.wrong in {Wrong.NO_TITLE, Wrong.UNKNOWN_COLUMN}:
        return gettext("Regel %(row)s, kolom %(title)s") % {"row": problem.row, "title": problem.title}
    if problem.title:
        return gettext("Regel %(row)s, kolom ‘%(title)s’") % {"row": problem.row, "title": problem.title}
    return gettext("Regel %s") % problem.row if problem.row else ""


def say(problem: Problem, first_title: str) -> str:
    """What is wrong, and what helps. `first_title` is how a column is called, as an example."""
    if problem.wrong is Wrong.TOO_MANY_SHEETS:
        return too_many(problem.number)
    asked = problem.column.asked if problem.column else None
    limit: Any = asked.limit if asked else first_title
    return str(WRONG[problem.wrong]) % {
        "given": problem.given,
        "number": problem.number,
        "limit": MAX_LINES if problem.wrong is Wrong.TOO_MANY_LINES else limit,
        "words": _choose(problem.column) if problem.column else "",
    }


def _choose(column: Column) -> str:
    if column.by_number:
        return gettext("nummers van 1 tot en met %s") % len(column.words)
    return get_text_list([f"‘{word}’" for word in column.words], gettext("of"))


def too_many(room: int) -> str:
    """That there are more sheets than fit."""
    if room <= 0:
        return gettext("Er kan geen blad meer bij. Kijk na of je dit bestand niet al eens invoerde.")
    return ngettext("Er past nog %s blad bij.", "Er passen nog %s bladen bij.", room) % room
