"""A page's markup as a browser reads it: how its template is laid out makes no difference."""

import re

_TAG = re.compile(r"<[a-zA-Z/][^>]*>")
# A space at the edge of one of these is a space in the sentence around it.
_IN_A_LINE = r"(?!input\b|br\b|img\b|span\b|strong\b|em\b|b\b|bdi\b|abbr\b|textarea\b)"
_OPENED = re.compile(rf"(<{_IN_A_LINE}[a-zA-Z][^>]*>)\s+")
_BETWEEN = re.compile(r"(</(?:t[dhr]|thead|tbody|li|p|div|section|h\d)>)\s+(?=<)")
_CLOSES = re.compile(rf"\s+(?=</{_IN_A_LINE}[a-z])")


def tidy_markup(html: str) -> str:
    """Every run of whitespace as one space, none around what a tag says, and none at the edges of a block or a link."""
    html = _TAG.sub(lambda tag: re.sub(r"\s*(/?>)$", r"\1", re.sub(r"\s+", " ", tag[0])), html)
    parts = re.split(r"(<textarea.*?</textarea>)", html, flags=re.DOTALL)
    return "".join(part if part.startswith("<textarea") else _tidy(part) for part in parts).strip()


def _tidy(html: str) -> str:
    return re.sub(r"\s+", " ", _BETWEEN.sub(r"\1", _CLOSES.sub("", _OPENED.sub(r"\1", html))))


def words_of(html: str) -> str:
    """All words of a page, those of its title, pictures and scripts too, for tests of what stands nowhere on it; what
    there is to read is `page_of(…).words`. A name that is set apart stands in its sentence as if it weren't."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi[^>]*>", "", html)).split())


def markup_of(response) -> str:
    return tidy_markup(response.content.decode())
