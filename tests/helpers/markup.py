"""A page's markup as a browser reads it: how its template is laid out makes no difference."""

import re

_TAG = re.compile(r"<[a-zA-Z/][^>]*>")


def tidy_markup(html: str) -> str:
    """Every run of whitespace as one space, and none right inside an element or around a tag's attributes."""
    html = _TAG.sub(lambda tag: re.sub(r"\s*(/?>)$", r"\1", re.sub(r"\s+", " ", tag[0])), html)
    html = re.sub(r"\s+", " ", html)
    return re.sub(r" (?=</)", "", re.sub(r"(<[a-zA-Z][^>]*>) ", r"\1", html)).strip()


def markup_of(response) -> str:
    return tidy_markup(response.content.decode())
