"""Whose site it is, in every template: its foot, its statements, its mails and its PDFs."""

from django import template
from django.utils.html import format_html

from reflectie.site_owner import contact_address, site_owner

register = template.Library()

register.simple_tag(site_owner)
register.filter(contact_address)


@register.simple_tag
def pdf_author() -> str:
    return site_owner().name or "Samenwerking"


@register.simple_tag
def named_at_foot() -> str:
    """For the body of a PDF: the name that stands at the foot of each of its pages (`static/css/pdf.css`)."""
    name = site_owner().name
    return format_html(' data-owner="{}"', name) if name else ""
