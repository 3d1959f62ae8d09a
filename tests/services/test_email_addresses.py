"""One mailbox is one text, however it is written; and addresses are found in whatever people paste."""

from time import process_time

import pytest

from reflectie.email_addresses import is_address, normal_address, one_address, read_addresses, readable_address
from reflectie.forms.sessions.invite import MAX_TYPED

AN, BO = "an@example.org", "bo@example.org"
CAFE = "an@xn--caf-dma.be"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (AN, AN),
        (" AN@Example.ORG\n", AN),
        ("\ufeffan@example.org\u200b", AN),
        ("\u202aan@exam\u00adple.org\u202c", AN),
        ("\u2068an\u2069@example.org", AN),
        ("a\u200dn@example.org", AN),
        ("an@exam\u200dple.org", AN),
        ("an@exam\u2060ple.org", AN),
        ("\u00a0an@example.org\u3000", AN),
        ("ａｎ＠ｅｘａｍｐｌｅ．ｏｒｇ", AN),
        ("an@example。org", AN),
        ("an@example.org.", AN),
        ("a\u212a@example.org", "ak@example.org"),
        ("an@café.be", CAFE),
        ("an@CAFÉ.BE", CAFE),
        ("an@cafe\u0301.be", CAFE),
        ("an@xn--caf-dma.be", CAFE),
        ("an@XN--CAF-DMA.be", CAFE),
        # By the rules of 2003 this is strasse.de, where somebody else lives.
        ("an@straße.de", "an@xn--strae-oqa.de"),
        # Here the joiner belongs to the domain.
        ("an@نامه\u200cای.com", "an@xn--mgba3gch31f060k.com"),
        ("o'brien+lijst@example.org", "o'brien+lijst@example.org"),
    ],
)
def test_normal_address_is_one_for_every_way_of_writing_it(typed, kept):
    assert normal_address(typed) == kept
    assert normal_address(kept) == kept
    assert is_address(kept)


@pytest.mark.parametrize(
    "text", ["", "an", "@", "an@", "@example.org", "é@example.org", "an@exam‐ple.org", "an@a_b.be"]
)
def test_what_is_no_address_stays_none(text):
    assert not is_address(normal_address(text))


def test_address_longer_than_a_column_is_none():
    long = f"an@{'.'.join('y' * 60 for _ in range(4))}.{{}}"
    assert is_address(long.format("y" * (254 - len(long) + 2)))
    assert not is_address(long.format("y" * (255 - len(long) + 2)))


def test_readable_address_has_its_domain_in_letters():
    assert readable_address(CAFE) == "an@café.be"
    assert readable_address(AN) == AN
    assert readable_address("an@xn--a.be") == "an@xn--a.be"


SHAPES = {
    "Outlook": "Peeters, An <an@example.org>; Janssens, Bo <bo@example.org>",
    "Outlook, at the end of a line": "Peeters, An <an@example.org>;\r\nJanssens, Bo <bo@example.org>;\r\n",
    "Outlook, with an organisation": "Peeters An (OCMW, Tienen) <an@example.org>; Bo (De Brug) <bo@example.org>",
    "Outlook, as plain text": "an@example.org<mailto:an@example.org>; bo@example.org<mailto:bo@example.org>",
    "a header": '"Peeters, An" <an@example.org>, Bo Janssens <bo@example.org>',
    "a header, with its name": "Aan: An Peeters <an@example.org>, Bo <bo@example.org>",
    "a folded header": '"Peeters, An"\r\n <an@example.org>,\r\n "Janssens, Bo"\r\n <bo@example.org>',
    "a group": "Team Tienen: an@example.org, bo@example.org;",
    "an address as the name": '"an@example.org" <an@example.org>, bo@example.org <bo@example.org>',
    "another address as the name": "'an@oud.example' <an@example.org>; \"bo@oud.example\" <bo@example.org>",
    "quotes in a name": r'"An \"de\" Peeters; x@y" <an@example.org>, „Janssens, Bo” <bo@example.org>',
    "an encoded name": "=?utf-8?q?Ana=C3=AFs?= <an@example.org>, =?utf-8?b?Qm8=?= <bo@example.org>",
    "comments": "an@example.org (Peeters, An), bo@example.org (Bo)",
    "one a line": "an@example.org\nbo@example.org\n\n",
    "one a line, in brackets": "<an@example.org>\n<bo@example.org>",
    "other ends of lines": "an@example.org\u2028bo@example.org\x0b",
    "commas": "an@example.org, bo@example.org,",
    "commas without spaces": "an@example.org,bo@example.org",
    "semicolons": "an@example.org;bo@example.org;",
    "spaces": "  an@example.org   bo@example.org ",
    "columns": "Peeters\tAn\tan@example.org\t016 12 34 56\nJanssens\tBo\tbo@example.org\t",
    "columns, the address first": "an@example.org\tPeeters\tAn\nbo@example.org\tJanssens\tBo",
    "columns, the first one empty": "\tan@example.org\n\tbo@example.org",
    "a row of cells": "an@example.org\tbo@example.org",
    "csv": "Peeters;An;an@example.org\r\nJanssens;Bo;bo@example.org\r\n",
    "csv in quotes": '"Peeters, An","an@example.org"\n"Janssens, Bo","bo@example.org"',
    "the sign of byte order": "\ufeffan@example.org\nbo@example.org",
    "names before": "An Peeters an@example.org\nBo Janssens bo@example.org",
    "a colon": "An Peeters: an@example.org\nBo:bo@example.org",
    "a list": "- an@example.org\n• bo@example.org",
    "a numbered list": "1. an@example.org\n2) bo@example.org",
    "square brackets": "An Peeters [an@example.org], Bo [bo@example.org]",
    "links": "mailto:an@example.org?subject=Hallo mailto:bo@example.org?cc=an@example.org",
    "links in Markdown": "[an@example.org](mailto:an@example.org), [Bo](mailto:bo@example.org)",
    "a sentence": "Stuur het naar an@example.org en (ook) naar bo@example.org.",
    "quotes": "'an@example.org', ‘bo@example.org’",
    "twice": "an@example.org, AN@Example.org, Bo <bo@example.org>, bo@example.org, an@example.org.",
    "invisible signs": "\u202aan@example.org\u202c; b\u200bo@example.org; bo@exam\u00adple.org",
    "spaces that don't break": "An\u00a0Peeters\u00a0<an@example.org>;\u00a0Bo\u00a0<bo@example.org>",
    "signs of other scripts": "an@example.org、bo@example.org，an@example.org；bo@example.org",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_addresses_are_read_in_every_shape(shape):
    found = read_addresses(SHAPES[shape])
    assert (found.addresses, found.unread) == ((AN, BO), ())


@pytest.mark.parametrize(
    ("pasted", "unread"),
    [
        (f"{AN}\nbo(at)example.org\n{BO}", ("bo(at)example.org",)),
        (f"Naam\tE-mailadres\nAn\t{AN}\nCy\t\nBo\t{BO}", ("Naam E-mailadres", "Cy")),
        (f"Peeters, An; <{AN}>; Cy <cy@>; Bo <{BO}>", ("Peeters, An", "Cy cy@")),
        (f"An <{AN}>, Cy <cy.example.org>; Bo <{BO}>", ("Cy <cy.example.org>",)),
        (f"{AN}; Cy; {BO}", ("Cy",)),
        (f"{AN}, Cy, {BO}", ("Cy",)),
        (f"{AN}; cy.example.org\n{BO}", ("cy.example.org",)),
        (f"{AN} cy @example.org, {BO}", ("cy @example.org",)),
        (f"{AN}, cy@example, é@example.org, {BO}", ("cy@example", "é@example.org")),
        (f"{AN}cy@example.org {AN} {BO}", (f"{AN}cy@example.org",)),
    ],
)
def test_what_can_not_be_read_is_told_and_the_rest_is_kept(pasted, unread):
    found = read_addresses(pasted)
    assert (set(found.addresses), found.unread) == ({AN, BO}, unread)


def test_a_text_without_anything_to_read_has_nothing():
    found = read_addresses(" ,;\n- \u200b\n")
    assert (found.addresses, found.unread) == ((), ())


@pytest.mark.parametrize("sign", ["@", "<", '"', "a@", "<a@b", "a\n<", "<\n", '"\\', "x", "x y ", "a@b ", "\u200d@é"])
def test_the_longest_paste_is_read_in_a_moment(sign):
    started = process_time()
    read_addresses(sign * (MAX_TYPED // len(sign)))
    assert process_time() - started < 3


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (f"An Peeters <{AN}>", AN),
        (f"mailto:{AN}", AN),
        (f"{AN} (An)", AN),
        (f"'{AN}'", AN),
        (f"{AN}, {BO}", f"{AN}, {BO}"),
        ("an", "an"),
    ],
)
def test_one_address_is_taken_out_of_what_stands_around_it(typed, address):
    assert one_address(typed) == address
