"""How a round is shown: its code, its QR code, and what each possibility means."""

import segno
from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from reflectie.forms import agreements
from reflectie.forms.plan import EXPLAINED, QUESTIONS

register = template.Library()


@register.filter
def spaced(code: str) -> str:
    """A code in groups of three, to read aloud: "KDM 4TX"."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


@register.filter
def explained(name: object) -> str | Promise:
    """What a possibility in the plan or a decision means; empty where its name says it."""
    return EXPLAINED.get(str(name)) or agreements.EXPLAINED.get(str(name), "")


@register.simple_tag
def qr(url: str) -> SafeString:
    """A QR code as SVG, with a text for whoever doesn't see it. Dark on white, also on a dark page."""
    picture = segno.make(url, error="m", micro=False).svg_inline(
        omitsize=True,
        border=4,
        dark="#0c2f36",
        light="#ffffff",
        svgclass="qr",
        lineclass=None,
        title=gettext("QR-code met de link om mee te doen"),
    )
    # segno escapes the title; the rest is numbers.
    return mark_safe(picture.replace("<svg ", '<svg role="img" ', 1))  # noqa: S308


@register.filter
def titled(question: str) -> str | Promise:
    """An optional question, as the plan names it."""
    return QUESTIONS[question][0]
