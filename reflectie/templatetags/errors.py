"""What pages that say that something is wrong need, and that goes wrong less easily than they did."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from reflectie.request_id import request_id

register = template.Library()

register.simple_tag(request_id)


@register.simple_tag
def styles_if_any() -> SafeString:
    """The stylesheets of every page; none where static files weren't collected, since a page without says as much."""
    try:
        found = [static("css/tokens.css"), static("css/base.css")]
    except (ValueError, OSError):
        return SafeString()
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((address,) for address in found))
