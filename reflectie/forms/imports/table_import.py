"""Bringing in paper of earlier years: the session it was of, the columns of its table, and what is wrong with one."""

import json
from collections.abc import Mapping, Sequence
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

from reflectie.domain.imports.table_import import ImportColumn, Rows, TableProblem, Wrong
from reflectie.domain.questionnaire.answers import HELP_RANGE, MAX_LINES, Ask, Field, Sheet, Value, fields_for, is_note
from reflectie.domain.questionnaire.checklist import Checklist, Kind
from reflectie.domain.setup import ABOUT_YOU, LEVELS, OPTIONAL, Grouping, Mode, Setup
from reflectie.forms.collaborations.collaboration import NamesField
from reflectie.forms.fields import choice_field, day_field, session_name_field
from reflectie.forms.questionnaire.paper import TOKEN_SECONDS
from reflectie.models import Session
from reflectie.presentation.choices import GROUPINGS, QUESTIONS
from reflectie.presentation.questionnaire import grouped_choices, value_in_words
from reflectie.services.clock import today
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.tokens import new_token

from .answer_file import MAX_BYTES, read_file, too_big

# Longer ago than this is more likely a slip in the year.
MAX_YEARS = 30
# So much of a text is shown before it is brought in: enough to see that it is in the right place.
MAX_SHOWN = 80
# So many words of a list are said again beside one that isn't in it.
MAX_WORDS = 8

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
        {name: words[0] for name, words in GROUPINGS.items()}, label=_("Wil je groepen vergelijken?")
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
            self.add_error("partners", _("Noem minstens twee partners, of vergelijk geen groepen."))

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


class UploadForm(forms.Form):
    """The table, as a file. Valid, its rows are in `rows`; its name is nowhere."""

    file = forms.FileField(
        label=_("Je ingevulde invulblad"),
        allow_empty_file=True,
        # Until 0.8: the CSV.
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "class": "form-control"}),
        error_messages={"required": _("Kies eerst een bestand."), "missing": _("Kies eerst een bestand.")},
    )

    def __init__(
        self,
        columns: Sequence[ImportColumn],
        session: Session,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        *,
        is_gone: bool = False,
    ) -> None:
        super().__init__(data, files)
        self.rows: Rows = []
        self._columns, self._session = columns, session
        if is_gone:
            # Bigger than is held in memory: it was let go while it came in.
            self.fields["file"].error_messages["required"] = too_big().message

    def clean_file(self) -> None:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        # Of a bigger one, one byte too many is enough to know it.
        self.rows = read_file(file.read(MAX_BYTES + 1), self._columns, str(self._session.pk))
        if len(as_json(self.rows).encode()) > MAX_BYTES:
            raise too_big()


class ConfirmForm(forms.Form):
    """The table's rows once more, to be brought in. Nothing of them is kept in between, so that they are read anew."""

    rows = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=2 * MAX_BYTES)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, session: Session, data: QueryDict | None = None, *, rows: Rows = ()) -> None:
        self._signer = TimestampSigner(salt=f"bringing:{session.pk}")
        start = {"rows": as_json(rows), "token": self._signer.sign(new_token())}
        super().__init__(data, initial=start, auto_id=False)

    def clean_rows(self) -> Rows:
        try:
            rows = json.loads(self.cleaned_data["rows"])
        except (ValueError, RecursionError) as error:
            raise ValidationError("") from error
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise ValidationError("")
        return [[str(cell) for cell in row] for row in rows]

    def clean_token(self) -> str:
        try:
            return self._signer.unsign(self.cleaned_data["token"], max_age=TOKEN_SECONDS)
        except BadSignature as error:
            raise ValidationError(_("Deze pagina stond te lang open. Er is nog niets bewaard.")) from error


def as_json(rows: Rows) -> str:
    """Rows as the page sends them on."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


# --- the columns


def columns_for(checklist: Checklist, setup: Setup) -> tuple[ImportColumn, ...]:
    """The columns of a session's table, in the order in which a form on paper is read: who, the checklist with its
    notes, and what is asked beside it."""
    known = fields_for(checklist, setup)
    fields = sorted(known.values(), key=lambda asked: (asked.name not in ABOUT_YOU, not asked.item))
    number = ImportColumn(gettext("Blad"), help=gettext("uitleg"))
    return (number, *(column for asked in fields for column in _columns(checklist, asked)))


def csv_columns_for(checklist: Checklist, setup: Setup) -> tuple[ImportColumn, ...]:
    """Until 0.8: the columns that a CSV has instead, with several choices in one cell. And the one form of working
    together that was called otherwise until then."""
    known = fields_for(checklist, setup)
    columns = []
    if asked := known.get("first"):
        numbers = {str(item.number): item.key for item in checklist}
        columns.append(ImportColumn(str(TITLES["first"]), asked, numbers, separator=r"[\s,;]+"))
    if asked := known.get("intensity-current"):
        words = {word: choice for choice, word in choice_words(checklist, asked).items()}
        before = gettext("Tijdelijk of permanent partnerschap")
        words[before] = "partnership"
        columns.append(ImportColumn(str(TITLES["intensity-current"]), asked, words, separator=r"[,;\r\n]+"))
        columns.append(ImportColumn(gettext("Nu: %s") % before, asked, {"x": "partnership"}))
    return tuple(columns)


def _columns(checklist: Checklist, asked: Field) -> list[ImportColumn]:
    title, words = name_of(asked), choice_words(checklist, asked)
    said = {word: choice for choice, word in words.items()}
    if asked.item:
        part = next(part.name for part in checklist.dimensions if part.key == asked.item.dimension)
        if is_note(asked):
            return [ImportColumn(title, asked, help=gettext("hoeft niet"), part=part)]
        numbers = {str(number): choice for number, choice in enumerate(words, start=1)}
        return [ImportColumn(title, asked, said, numbers, _statements(asked, words), part)]
    if asked.name == "first":
        # A list in each of so many columns. In each stands one.
        titles = [f"{title} {number}" for number in range(1, asked.limit + 1)]
        return [ImportColumn(one, asked, said, help=gettext("hoeft niet"), part=title) for one in titles]
    if asked.ask is Ask.RANGE:
        titles = [gettext("Hulp van"), gettext("Hulp tot")]
        return [ImportColumn(one, asked, said, part=title, place=place) for place, one in enumerate(titles)]
    if asked.ask is Ask.MANY:
        explained = gettext("x = aangekruist")
        return [
            ImportColumn(gettext("Nu: %s") % word, asked, {"x": choice}, help=explained, part=title)
            for choice, word in words.items()
        ]
    return [ImportColumn(title, asked, said, help=gettext("in één zin") if asked.name == "goal-sentence" else "")]


def _statements(asked: Field, words: Mapping[str, str]) -> str:
    """What each answer to an item stands for, as the form on paper has it."""
    item = asked.item
    if item is None:
        return ""
    statements = {Value.HINDERING: item.hindering, Value.HELPING: item.helping} if item.kind is Kind.PAIR else {}
    lines = [
        f"{number} {word}: {statements[Value(choice)]}" if choice in statements else f"{number} {word}"
        for number, (choice, word) in enumerate(words.items(), start=1)
    ]
    return "\n".join([item.words, *lines] if item.words else lines)


def choice_words(checklist: Checklist, asked: Field) -> dict[str, str]:
    """How the table says each choice of a field; empty for a text."""
    if is_note(asked):
        return {}
    if asked.item:
        factor = asked.item.kind is Kind.FACTOR
        words = {
            Value.HINDERING: gettext("speelt") if factor else gettext("hinderend"),
            Value.HELPING: gettext("speelt niet") if factor else gettext("helpend"),
            Value.DONT_KNOW: gettext("weet niet"),
            Value.DISAGREE: gettext("niet eens"),
        }
        return {choice: words[Value(choice)] for choice in asked.choices}
    if asked.name == "first":
        return {item.key: f"{item.number} {item.short}" for item in checklist}
    if asked.ask is Ask.TEXT:
        return {}
    return {choice: str(word) for _group, group in grouped_choices(checklist, asked) for choice, word in group}


def name_of(asked: Field) -> str:
    """What a field is called in the table; of several columns, what they are together."""
    if asked.item is None:
        return str(TITLES[asked.name])
    if is_note(asked):
        return gettext("Notitie bij %s") % asked.item.number
    return f"{asked.item.number} {asked.item.short}"


TITLES: dict[str, str | Promise] = {
    "participant": _("Naam"),
    "organisation": _("Organisatie"),
    "level": _("Rol"),
    "first": _("Eerst iets aan doen"),
    "goal-sentence": _("Doel in één zin"),
    HELP_RANGE: _("Hulp van a tot z"),
    "intensity-needed": _("Wat nodig is"),
    "intensity-current": _("Hoe jullie nu samenwerken"),
    "ips-meaning": _("Wat centraal staat"),
}


def said(checklist: Checklist, asked: Field, sheet: Sheet) -> str:
    """What a sheet has in a field, as a person reads it; a long text only begins."""
    words, text = choice_words(checklist, asked), sheet.text(asked.name)
    if asked.ask is Ask.RANGE:
        return value_in_words(checklist, asked, sheet.several(asked.name))
    if chosen := sheet.several(asked.name):
        return ", ".join(words[choice] for choice in chosen)
    text = words.get(text, text)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


# --- what is wrong

# %(given)s is what stands there, %(number)s how many it is and %(limit)s how many may be.
WRONG: dict[str, str | Promise] = {
    Wrong.NO_HEADER: _(
        "We vinden de kopjes van het invulblad niet, zoals ‘%(limit)s’. Download het invulblad opnieuw en zet je "
        "antwoorden daarin."
    ),
    Wrong.UNKNOWN_COLUMN: _(
        "Het kopje ‘%(given)s’ staat niet in het invulblad van deze sessie. Verbeter het, of haal de kolom weg."
    ),
    Wrong.COLUMN_TWICE: _("Deze kolom staat er twee keer. Haal er een weg."),
    Wrong.NO_TITLE: _("Hier staat ‘%(given)s’, maar de kolom heeft geen kopje."),
    Wrong.NO_SHEETS: _("Onder de kopjes staat nog niets ingevuld."),
    Wrong.WORD: _("‘%(given)s’ ken ik niet. Kies %(words)s, of laat leeg."),
    Wrong.TOO_MANY: _("Dit zijn er %(number)s, en het mogen er hoogstens %(limit)s zijn."),
    Wrong.TOO_LONG: _("Deze tekst is te lang: %(number)s tekens, en er passen er %(limit)s."),
    Wrong.TOO_MANY_LINES: _("Deze tekst heeft te veel regels: %(number)s, en er passen er %(limit)s."),
    Wrong.NO_ANSWER: _("Hier staat wie het is, maar geen antwoord. Vul antwoorden in, of maak de rij leeg."),
    Wrong.HALF_RANGE: _("Vul bij ‘Hulp van’ en ‘Hulp tot’ allebei een letter in, of laat allebei leeg."),
    Wrong.TURNED_RANGE: _("‘Hulp tot’ (%(given)s) komt voor ‘Hulp van’. Wissel de letters om, of kijk op papier na."),
    Wrong.FORMULA: _("Hier staat een formule. Typ in de plaats wat er op papier staat."),
    Wrong.BROKEN_SUM: _("Hier staat een fout van je rekenprogramma. Typ de tekst opnieuw, met ' ervoor."),
    Wrong.MERGED: _("Deze cel is samengevoegd met andere. Splits ze, en vul elke cel in."),
    Wrong.QUOTE: _('Hier staat een aanhalingsteken (") dat niet klopt. Haal het weg, of bewaar het bestand in Excel.'),
}


def place_of(problem: TableProblem) -> str:
    """Where a problem stands, as a spreadsheet says it."""
    where = {"row": problem.row, "letters": problem.letters}
    if problem.letters and problem.column and problem.row:
        return gettext("Rij %(row)s, kolom %(letters)s (‘%(title)s’)") % {**where, "title": problem.column.title}
    if problem.letters:
        return gettext("Rij %(row)s, kolom %(letters)s") % where
    return gettext("Rij %s") % problem.row if problem.row else ""


def say(problem: TableProblem, first_title: str) -> str:
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


def _choose(column: ImportColumn) -> str:
    if len(column.words) > MAX_WORDS:
        return gettext("een mogelijkheid uit de lijst")
    return get_text_list([f"‘{word}’" for word in column.words], gettext("of"))


def too_many(room: int) -> str:
    """That there are more sheets than fit."""
    if room <= 0:
        return gettext("Er kan geen blad meer bij. Kijk na of je dit bestand niet al eens invoerde.")
    return ngettext("Er past nog %s blad bij.", "Er passen nog %s bladen bij.", room) % room
