"""How a round is shown: its code, its QR code, how it stands, and what each possibility means."""

from dataclasses import dataclass

import segno
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from reflectie.domain.rules.suppression import Reason
from reflectie.domain.setup import Mode
from reflectie.models import Session
from reflectie.services.collaborations.collaborations import SessionLine
from reflectie.services.sessions.rounds import RoundProgress

from .choices import EXPLAINED, QUESTIONS
from .palette import COLOURS, ON_PAPER
from .wording import REASONS


def spaced(code: str) -> str:
    """A code in groups of three, to read aloud: "KDM 4TX"."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


def explained(name: object) -> str | Promise:
    """What a possibility in the plan or a decision means; empty where its name says it."""
    return EXPLAINED.get(str(name), "")


def took_part(line: SessionLine) -> str:
    """How many take part in a session, or took part once it is closed; of one sheet there is no number to tell."""
    session = line.session
    if session.earlier:
        return (
            ngettext("%s formulier ingevoerd", "%s formulieren ingevoerd", line.begun) % line.begun
            if line.begun
            else gettext("nog geen formulier ingevoerd")
        )
    if not Mode(session.mode).is_round:
        return ""
    if session.stage == Session.Stage.OPEN:
        return _begun(line)
    if not line.counted:
        # Whether there were one or two, or none at all, nobody knows any more.
        return str(REASONS[Reason.TOO_FEW]) if session.mode == Mode.ANONYMOUS else gettext("niemand deed mee")
    numbers = {"n": line.counted, "expected": session.expected}
    if session.expected and line.counted <= session.expected:
        said = ngettext("%(n)s van de %(expected)s deed mee", "%(n)s van de %(expected)s deden mee", line.counted)
    elif session.expected:
        said = ngettext(
            "%(n)s deed mee (%(expected)s verwacht)", "%(n)s deden mee (%(expected)s verwacht)", line.counted
        )
    else:
        said = ngettext("%(n)s deed mee", "%(n)s deden mee", line.counted)
    return said % numbers


def _begun(line: SessionLine) -> str:
    numbers = {"n": line.begun, "expected": line.session.expected}
    if not line.begun:
        return gettext("niemand begon") if line.is_late else gettext("nog niemand begon")
    if line.session.expected and line.begun <= line.session.expected:
        said = ngettext("%(n)s van de %(expected)s begon", "%(n)s van de %(expected)s begonnen", line.begun)
    elif line.session.expected:
        said = ngettext("%(n)s begon (%(expected)s verwacht)", "%(n)s begonnen (%(expected)s verwacht)", line.begun)
    else:
        said = ngettext("%(n)s begon", "%(n)s begonnen", line.begun)
    return said % numbers


@dataclass(frozen=True, slots=True)
class RoundBar:
    """A bar of how a round stands, one unit for each person: how many there are in all, how many are done, how many
    began with them, and the path of the lines between people, as long as these can be told apart."""

    people: int
    finished: int
    begun: int
    between: str


# With more of them, lines would be all that is seen.
MAX_TOLD_APART = 30


def as_bar(standing: RoundProgress) -> RoundBar | None:
    """The bar of a round; None where nobody knows how many there will be."""
    if not standing.expected:
        return None
    people = max(standing.expected, standing.begun)
    between = "".join(f"M{place} 0V1" for place in range(1, people)) if people <= MAX_TOLD_APART else ""
    return RoundBar(people, standing.finished, standing.begun, between)


def qr(url: str) -> SafeString:
    """A QR code as SVG, with a text for whoever doesn't see it. Dark on white, also on a dark page."""
    picture = segno.make(url, error="m", micro=False).svg_inline(
        omitsize=True,
        border=4,
        dark=COLOURS["ink"],
        light=ON_PAPER["white"],
        svgclass="qr",
        lineclass=None,
        title=gettext("QR-code met de link om mee te doen"),
    )
    # segno escapes the title; the rest is numbers.
    return mark_safe(picture.replace("<svg ", '<svg role="img" ', 1))  # noqa: S308


def titled(question: str) -> str | Promise:
    """An optional question, as the plan names it."""
    return QUESTIONS[question][0]
