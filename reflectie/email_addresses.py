"""E-mail addresses: one way of writing each, and finding them in what mail programmes and spreadsheets give.

The same mailbox is the same text everywhere: where somebody signs in, is invited, is counted, and where it is stored. A
domain is kept in the ASCII form in which mail servers know it (IDNA 2008, UTS #46). The standard library's parser
reads the headers of mails (RFC 5322): it takes what people paste, `Peeters, An <an@example.org>; Bo <bo@example.org>`,
for other addresses or for none, so that addresses are looked for here.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reflectie.domain.text import NEW_LINE, without_invisible

# What the columns take.
MAX_ADDRESS = 254

_JOINERS = str.maketrans("", "", "\u200c\u200d")
_DOUBLE_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'))
# A name before an address in brackets: in quotes, it may hold anything; it may be an address itself. Bounded, so that
# no text takes long.
_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.){0,200}"(?=[ \t]{0,9}<)')
_ADDRESS_AS_NAME = re.compile(r"[^\s,;<>@]{1,64}@[^\s,;<>@]{1,254}[ \t]{0,9}(?=<[^<>@]{0,100}@)")
_PIECES = re.compile(r"[,;\t\u3001\u060c\u061b]+")
_WORDS = re.compile(r'[\s<>()\[\]{}|"]+')
_DOMAIN = re.compile(r"\w\.[^\W\d_]{2,}[\s\"]*$")
# Around an address in a sentence, a list or a link.
_AROUND = "'\u2018\u2019\u201a\u2039\u203a`.,:;!?*"


@dataclass(frozen=True, slots=True)
class Found:
    """What was in a text: addresses, each once, in the order given; and what should have held one and couldn't be
    read. Names beside an address are in neither."""

    addresses: tuple[str, ...]
    unread: tuple[str, ...]


def normal_address(text: str) -> str:
    """An address in the one form in which it is kept and compared: nothing invisible, small letters, the domain in
    ASCII. What is no address comes back too, for `is_address` to refuse. Twice is once."""
    text = unicodedata.normalize("NFKC", without_invisible(text)).strip()
    mailbox, at, domain = text.rpartition("@")
    return f"{mailbox.translate(_JOINERS)}{at}{_normal_domain(domain.strip())}".lower()


def _normal_domain(domain: str) -> str:
    """A domain in ASCII, without the full stop behind the last label. One that can't be written so comes back as it
    is."""
    if not domain.isascii() and len(domain) <= MAX_ADDRESS:
        # Between some letters a joiner belongs to the domain; elsewhere nobody sees it.
        for form in (domain, domain.translate(_JOINERS)):
            try:
                domain = idna.encode(form, uts46=True).decode()
                break
            except UnicodeError:
                continue
    return domain.removesuffix(".")


def keep_normal(instance: Any, **_more: Any) -> None:
    """An account is made with its address in its normal form, also by a command. One that exists stays as it is: twins
    of before are an administrator's to undo."""
    if instance._state.adding:
        instance.email = normal_address(instance.email)


def is_address(address: str) -> bool:
    """Whether this is an address in its normal form, to which mail can go."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return address.isascii() and len(address) <= MAX_ADDRESS


def readable_address(address: str) -> str:
    """An address as people know it: a domain in letters where it is kept in ASCII. To show, never to keep."""
    mailbox, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{mailbox}{at}{idna.decode(domain)}"
    except UnicodeError:
        return address


def one_address(text: str) -> str:
    """The normal form of the one address that was asked for, also with a name or `mailto:` around it."""
    address = normal_address(text)
    if not is_address(address):
        found = read_addresses(text)
        if len(found.addresses) == 1 and not found.unread:
            return found.addresses[0]
    return address


def read_addresses(text: str) -> Found:
    """The addresses in whatever was pasted: one a line, set apart by commas, semicolons, tabs or spaces, with or
    without names, as cells of a table, as links."""
    text = unicodedata.normalize("NFKC", without_invisible(NEW_LINE.sub("\n", text)))
    addresses: dict[str, None] = {}
    unread: dict[str, None] = {}
    for line in _unfolded(text.translate(_DOUBLE_QUOTES).split("\n")):
        line = _ADDRESS_AS_NAME.sub(" ", _QUOTED_NAME.sub(" ", line))
        for entry in _entries(line):
            for piece in _PIECES.split(entry) if "@" in entry else [entry]:
                found, rest = _read_piece(piece, is_entry="@" not in entry)
                addresses |= dict.fromkeys(found)
                unread |= dict.fromkeys(rest)
    return Found(tuple(addresses), tuple(unread))


def _unfolded(lines: list[str]) -> list[str]:
    """Lines, with a name that was too long for one before its address in brackets again."""
    whole: list[str] = []
    for line in lines:
        if whole and line.lstrip().startswith("<") and "@" not in whole[-1]:
            line = f"{whole.pop()} {line}"
        whole.append(line)
    return whole


def _entries(line: str) -> list[str]:
    """The parts of a line that should each hold an address: those of a list. Beside one address, names may stand in
    cells of their own."""
    for sign in ";,":
        entries = line.split(sign)
        is_list = sum("@" in entry for entry in entries) > 1
        if (sign == ";" and (is_list or "<" in line)) or (is_list and not set("<(") & set(line)):
            return entries
    return [line]


def _read_piece(piece: str, *, is_entry: bool) -> tuple[list[str], list[str]]:
    """The addresses in a piece of text; and what of it should have been one. A piece that is all of an `entry` should
    hold one, and so should brackets and what ends as a domain does."""
    if "@" not in piece:
        is_lacking = re.search(r"\w", piece) if is_entry or "<" in piece else _DOMAIN.search(piece)
        return [], [" ".join(piece.split())] if is_lacking else []
    words = [word for word in _WORDS.split(piece) if word]
    read = {word: address for word in words if "@" in word and is_address(address := _bare(word))}
    rest = [word for word in words if word not in read]
    return list(read.values()), [" ".join(rest)] if any("@" in word for word in rest) else []


def _bare(word: str) -> str:
    """An address without what a link or a sentence puts around it: `mailto:an@example.org?subject=…`, `Aan:an@…`."""
    before, at, after = word.partition("@")
    mailbox = before.rpartition(":")[2].lstrip(_AROUND)
    return normal_address(f"{mailbox}{at}{after.partition('?')[0].rstrip(_AROUND)}")
