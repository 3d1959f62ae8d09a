"""What every page has: its title in a browser, and what is wrong in the form on it."""

from collections import Counter

from django.forms import BaseForm, RadioSelect
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.translation import gettext

from reflectie.models import Session

from . import wording
from .phrases import words_of_session

# So many collaborations a page's title has by name.
MOST_NAMED = 2


def page_about(context: Context) -> str:
    """`{% page_about %}`: which session and which collaboration a page is about, for its title in a browser's tabs:
    " · 5 mei 2027 · Samen in Tienen". Empty for a page about none."""
    session, report, comparison = context.get("session"), context.get("report"), context.get("comparison")
    found: list[str] = []
    if report:
        found.append(wording.session_words(report.title))
    elif isinstance(session, Session):
        found.append(words_of_session(session))
    if comparison:
        names = [team.name for team, _held in comparison.by_team]
        found += names if len(names) <= MOST_NAMED else [gettext("%s samenwerkingen") % len(names)]
    elif report:
        found.append(report.collaboration)
    elif collaboration := context.get("collaboration") or getattr(session, "collaboration", None):
        found.append(collaboration.name)
    return "".join(f" · {name}" for name in found if name)


def wrong_in(form: BaseForm) -> list[tuple[str, str]]:
    """What is wrong in a form that was sent, in the order of its fields: the id of the field on the page, and in words.
    What is wrong with the form as a whole comes first, without a field. Nothing where it was sent to take away what it
    is about: then nobody reads what is in it."""
    if not form.is_bound or getattr(form, "removes", False):
        return []
    wrong = [field for field in form if field.errors]
    said = Counter(str(text) for field in wrong for text in field.errors)
    found = [("", str(text)) for text in form.non_field_errors()]
    for field in wrong:
        # What several fields say in the same words, says which.
        which = f"{field.label}" if str(field.label).endswith("?") else f"{field.label}:"
        texts = [text if said[text] == 1 else f"{which} {text}" for text in map(str, field.errors)]
        found += [("" if field.is_hidden else _place_of(field), text) for text in texts]
    return found


def _place_of(field: BoundField) -> str:
    """The id of the first thing of a field that takes the focus."""
    return f"{field.auto_id}_0" if isinstance(field.field.widget, RadioSelect) else str(field.auto_id)
