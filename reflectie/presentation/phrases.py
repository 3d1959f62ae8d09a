"""What any page says: names of things, a word or a sign for what the domain names, a text as a part of a sentence."""

from datetime import date
from typing import Protocol

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from reflectie.domain.rules.findings import Finding
from reflectie.domain.session_title import SessionTitle
from reflectie.models import Role, Session
from reflectie.services.report.reports import title_of

from . import wording
from .findings import FINDINGS

# Notes stand two beside each other when they take no more than a few lines there.
SHORT, SHORT_LINES = 200, 4


class Titled(Protocol):
    """What is made of a session, and called what that is."""

    @property
    def title(self) -> SessionTitle: ...


def word(name: str) -> str | Promise:
    """`{{ finding|word }}`: what the screen calls it."""
    return wording.WORDS[name]


def sign(name: str) -> str:
    """`{{ finding|sign }}`: the sign beside the word of a finding."""
    return wording.SIGNS[name]


def state_mark(state: str) -> SafeString:
    """`{{ agreement.state|state_mark }}`: how an agreement stands, in its word. A style sheet draws its sign before it:
    ✓ ◐ ○ ✕, of which the typeface lacks most."""
    return format_html('<span class="stands is-{}">{}</span>', state, capfirst(str(wording.STATES[state])))


def short_word(name: str) -> str | Promise:
    """`{{ finding|short_word }}`: what a narrow cell calls it."""
    return FINDINGS[Finding(name)].short


def short_mode(name: str) -> str | Promise:
    """`{{ session.mode|short_mode }}`: how a session was filled in, over a narrow column."""
    return wording.SHORT_MODES[name]


def sharing_word(name: str) -> str | Promise:
    """`{{ lesson.sharing|sharing_word }}`: whether and how a thing is shared."""
    return wording.SHARINGS[name]


def role_word(role: str) -> str:
    """`{{ membership.role|role_word }}`: what the screen calls a role."""
    return str(Role(role).label)


def action_owner_label(mover: str) -> str | Promise:
    """`{{ signal.item.mover|action_owner_label }}`: who can set it in motion, for somebody outside the team."""
    return wording.MOVERS_FROM_OUTSIDE[mover]


def iso_day(written: str) -> date:
    """`{{ data.day|iso_day|date:"j F Y" }}`: a day as a file has it."""
    return date.fromisoformat(written)


def as_name(text: str) -> SafeString:
    """`{{ collaboration.name|as_name }}`: a name, or a code, which a browser that translates the page leaves alone, and
    which turns no direction but its own. Empty without one."""
    return format_html('<bdi translate="no">{}</bdi>', text) if text else SafeString("")


def words_of_session(session: Session | Titled) -> str:
    """`{{ line|session_words }}`: what a session is called, in a title or an attribute. For a session as it is kept,
    and for what has its `title`."""
    return wording.session_words(_title(session))


def session_title(session: Session | Titled) -> SafeString | str:
    """`{{ line|session_title }}`: what a session is called, in a page; no browser translates its name. In one element,
    for links that lay out each part of theirs by itself (flex)."""
    title = _title(session)
    words = wording.session_words(title)
    if not title.name:
        return words if title.nth == 1 else format_html("<span>{}</span>", words)
    # In its quotation marks, since a day may hold the same letters: "mei".
    quoted = gettext("‘%s’") % title.name
    before, name, after = words.partition(quoted)
    start, _name, end = name.partition(title.name)
    return format_html("<span>{}{}{}{}{}</span>", before, start, as_name(title.name), end, after)


def _title(session: Session | Titled) -> SessionTitle:
    return title_of(session) if isinstance(session, Session) else session.title


def is_short(text: str) -> bool:
    """Whether a text that somebody typed is short enough to share a line with another."""
    return len(text) <= SHORT and text.count("\n") < SHORT_LINES


def lower_first(text: str | Promise) -> str:
    """For a wording in the middle of a sentence."""
    whole = str(text)
    return whole[:1].lower() + whole[1:]
