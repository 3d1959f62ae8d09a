"""Text as people type and paste it: what is kept of it, when two texts are the same to a person, and by what one is
found and put in order.

What goes, goes without a word: nobody typed it, a chat, a spreadsheet or a contact list put it there. Rests on the
Unicode Standard: general categories, and the table of signs that are ignored when no font knows them (UAX #44).
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

# Every way to end a line.
NEW_LINE = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")

_JOINERS = "\u200c\u200d"
_EMOJI_STYLE = "\ufe0e\ufe0f"
# Signs of other categories that become an emoji with the sign of style behind them, as a keycap does.
_EMOJI_TOO = frozenset("#*0123456789\u203c\u2049\u2139\u3030")
# So many digits of a number count for its order.
_DIGITS = 9
_BLACK_FLAG = "\U0001f3f4"
# Letters and marks by their category, that show nothing: fillers of Hangul, vowels of Khmer that aren't written, signs
# of style, the blank of Braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# Format signs by their category, that are seen: numbers and ends of verse in Arabic and Syriac, signs of Kaithi.
_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")

# Letters that are one to Unicode, and that a keyboard without them writes otherwise.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "ng", "ı": "i"}
)
# Accents on letters; signs of other scripts that are as much as a letter have places of their own.
_ACCENTS = re.compile("[\u0300-\u036f]")
# More marks on one letter than any script writes; sorting them takes time with the square of their number.
_MAX_MARKS = 30

# One of a kind stands for all: phones and word processors choose for whoever types.
_STRAIGHT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4\uff07", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
)


def tidy(text: str, *, one_line: bool = False) -> str:
    """A text as it is kept: composed letters (NFC), nothing invisible, no empty space around it.

    Lines end alike and at most one is empty between two; with `one_line`, every space, tab and new line is one space.
    A text of nothing visible is empty. Tidying twice changes nothing. `static/js/text.js` does the same.
    """
    text = NEW_LINE.sub("\n", text)
    text = _composed("NFC", without_invisible(text)).strip()
    return " ".join(text.split()) if one_line else re.sub(r"\n{3,}", "\n\n", text)


def without_invisible(text: str) -> str:
    """A text without the signs that nobody can see, that turn its direction, or that no document may hold.

    Joiners between letters or within an emoji stay, as does the sign of style behind an emoji: without them words and
    pictures fall apart. New lines and tabs stay.
    """
    # Most texts have none, and a page or a file asks it of thousands of signs.
    if not _SUSPECT.search(text):
        return text
    return "".join(_visible(text))


def same_text(text: str) -> str:
    """What a text is compared by, as a person compares: no capitals, one kind of quotation mark, dash and space."""
    text = _composed("NFKC", tidy(text.translate(_STRAIGHT), one_line=True)).casefold()
    if not text.isascii():
        text = "".join(sign for sign in text.translate(_STRAIGHT) if not _is_invisible(sign))
    return " ".join(_composed("NFC", text).split())


def set_apart(text: str) -> str:
    """What somebody typed, to stand in a sentence of plain text, as in a mail: on one line, and in letters from right
    to left apart (UAX #9, isolates), so that the words around it stay where they are."""
    text = tidy(text, one_line=True)
    turns = any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in text)
    return f"\u2068{text}\u2069" if turns else text


def _composed(form: Literal["NFC", "NFKC"], text: str) -> str:
    if text.isascii():
        return text
    runs = groupby(text, lambda sign: unicodedata.category(sign)[0] == "M")
    if any(is_marks and sum(1 for _ in run) > _MAX_MARKS for is_marks, run in runs):
        return text
    return unicodedata.normalize(form, text)


def search_key(text: str) -> str:
    """What a text is found by: as `same_text`, and without accents, so that "een" finds "Één" and "lodz" "Łódź".

    Kept in the database (`models/collaboration.py`): when this changes, a migration works out anew what is kept.
    """
    plain = same_text(text).translate(_PLAIN)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", plain)))


def search_words(text: str) -> list[str]:
    """The words of what somebody looks for, each to be found somewhere in a search key: "Sint-Truiden" finds "Sint
    Truiden", and the other way round."""
    return search_key(text).replace("-", " ").split()


def sort_key(text: str) -> str:
    """What a text is put in order by, sign by sign: É with E, whatever stands between words counting as a space, and 2
    before 10. A text without any letter or number comes by its other signs. Kept as `search_key` is."""
    found = search_key(text)
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in found.replace("'", ""))
    return re.sub(r"\d+", lambda number: number[0].zfill(_DIGITS), " ".join(words.split())) or found


# All that is invisible stands in one of these, and little else: without any, a text needn't be looked at sign by sign.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bcaf\U0001d173-\U0001d17a"
    "\U0001fffe\U0001ffff\U0002fffe-\U0010ffff]"
)


def _visible(text: str) -> Iterator[str]:
    # Between two signs that stay, whatever went stood nowhere: what comes next is what comes next of the rest.
    signs = [sign for sign in text if not _is_invisible(sign) or sign in _JOINERS + _EMOJI_STYLE or _is_tag(sign)]
    before = ""
    for place, sign in enumerate(signs):
        after = signs[place + 1] if place + 1 < len(signs) else ""
        if _is_invisible(sign) and not _belongs(sign, before, after):
            continue
        yield sign
        before = sign


def _belongs(sign: str, before: str, after: str) -> bool:
    if sign in _JOINERS:
        return _can_join(before) and _can_join(after) and after not in _EMOJI_STYLE
    if sign in _EMOJI_STYLE:
        return before in _EMOJI_TOO or unicodedata.category(before or " ") in {"So", "Sm"}
    # The flags of England, Scotland and Wales are a black flag with a word in signs that can't be seen.
    return before == _BLACK_FLAG or bool(before and _is_tag(before))


def _can_join(sign: str) -> bool:
    return bool(sign) and not _is_tag(sign) and unicodedata.category(sign)[0] in "LMS"


def _is_tag(sign: str) -> bool:
    return 0xE0020 <= ord(sign) <= 0xE007F


def _is_invisible(sign: str) -> bool:
    code = ord(sign)
    return (
        (unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\n\t" and sign not in _SEEN)
        or sign in _BLANK
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
        or code & 0xFFFE == 0xFFFE
        or 0xFDD0 <= code <= 0xFDEF
    )
