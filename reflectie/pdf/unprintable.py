"""What a PDF can't print, named on the page where it can be downloaded."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from . import fonts

# Nobody can type it: what people typed is escaped.
_PLACE = SafeString("<!--unprintable-->")
# More signs than these say no more.
SHOWN = 12


def place_for_notice() -> SafeString:
    """`{% unprintable %}`, beside a download: names the signs on this page that would be empty boxes in it."""
    return _PLACE


def named_where_downloaded(content: str) -> SafeString:
    """Around what a page says: fills in `{% unprintable %}` once all of it is known. Of most pages it reads nothing."""
    if _PLACE not in content:
        return SafeString(content)
    signs = fonts.unprintable(content)
    context = {"signs": signs[:SHOWN], "others": len(signs[SHOWN:])}
    notice = render_to_string("reflectie/unprintable.html", context) if signs else ""
    return SafeString(content.replace(_PLACE, notice, 1).replace(_PLACE, ""))
