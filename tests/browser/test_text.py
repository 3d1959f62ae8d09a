"""Text with invisible signs in a real browser: what the page holds, what it marks and what is kept are one text."""

import random
import unicodedata

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from reflectie.domain.setup import Grouping
from reflectie.domain.text import tidy
from reflectie.models import Membership, Role
from reflectie.services.collaborations import collaborations
from reflectie.services.collaborations.people import invite_member
from reflectie.services.sessions import paper
from tests.helpers.agreed import FIRST, changed, made, pk
from tests.helpers.browser_steps import WHOLE
from tests.helpers.factories import Reflection, fill_in, make_account, make_reflection, make_round, sign_in_now
from tests.helpers.pasted import PASTED
from tests.helpers.rounds import discussed_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What makes a difference beside another: joiners, marks, signs of style, tags, spaces and ends of lines.
TRICKY = "ab 1*é\u00e9\u0301\u0316\u200b\u200c\u200d\ufe0e\ufe0f\u2764\U0001f468\U0001f3f4\U000e0067\U000e007f"
TRICKY += "\u00ad\ufeff\u2068\u0645\u094d\u1160\n\r\t\v\u0085\u2028\u00a0\u3000\u0600"
TIDY_ALL = "([texts, isOneLine]) => texts.map((text) => window.tidyText(text, isOneLine))"


def note_of(item: str) -> str:
    return f"#c-{item}-note"


def open_notes(page: Page, site: str, reflection: Reflection) -> None:
    page.goto(site + reflection.fill_url + WHOLE)
    for note in page.locator("details.note").all():
        if note.get_attribute("open") is None:
            note.locator("summary").click()


def is_shown(page: Page, expected: dict[str, str]) -> None:
    assert {item: page.locator(note_of(item)).input_value() for item in expected} == expected
    expect(page.get_by_role("alert")).to_have_count(0)


def notes_of(reflection: Reflection) -> dict[str, str]:
    return {name.removesuffix("-note"): str(text) for name, text in reflection.values.items()}


def until_all_is_saved(page: Page) -> None:
    for _ in range(100):
        if page.evaluate("localStorage.length") == 0:
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("still kept in the browser")
    expect(page.locator("#saved")).to_contain_text("Bewaard om")


def test_the_script_tidies_as_the_server_does(page: Page, content):
    page.add_script_tag(path=settings.BASE_DIR / "static/js/text.js")
    chance = random.Random(12)
    texts = [text for case in PASTED.values() for text in case]
    texts += ["".join(chance.choices(TRICKY, k=chance.randint(1, 9))) for _ in range(4_000)]
    texts += ["a" + "\u0301\u0316" * number + "b" for number in (15, 16, 200)]
    for one_line in (False, True):
        found = page.evaluate(TIDY_ALL, [texts, one_line])
        assert [ascii(text) for text in found] == [ascii(tidy(text, one_line=one_line)) for text in texts]


def test_the_script_knows_every_sign_that_the_server_knows(page: Page, content):
    """Of those that are both in Python's Unicode and of this: a browser's is newer."""
    page.add_script_tag(path=settings.BASE_DIR / "static/js/text.js")
    known = [code for code in range(0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}]
    found = page.evaluate(
        """(codes) => codes.flatMap((code) => {
            const text = `a${String.fromCodePoint(code)}\u0301b`;
            const kept = window.tidyText(text, false);
            return kept === text ? [] : [[code, kept]];
        })""",
        known,
    )
    texts = {code: f"a{chr(code)}\u0301b" for code in known}
    assert dict(found) == {code: tidy(text) for code, text in texts.items() if tidy(text) != text}


def test_pasted_text_is_saved_edited_and_saved_again_without_a_word(own_page: Page, site, checklist):
    page, reflection = own_page, make_reflection()
    typed = {item.key: case[0] for item, case in zip(checklist, PASTED.values(), strict=False)}
    kept = {item.key: case[1] for item, case in zip(checklist, PASTED.values(), strict=False)}
    open_notes(page, site, reflection)
    for item, text in typed.items():
        page.fill(note_of(item), text)
    page.locator(note_of(next(iter(typed)))).focus()
    until_all_is_saved(page)
    is_shown(page, kept)
    assert notes_of(reflection) == kept

    # Edited on the same page, after what was kept of it was all that it knows of.
    for item, text in typed.items():
        page.fill(note_of(item), f"{text} en meer")
    page.locator(note_of(item)).blur()
    more = {item: tidy(f"{text} en meer") for item, text in typed.items()}
    until_all_is_saved(page)
    is_shown(page, more)
    assert notes_of(reflection) == more

    page.reload()
    is_shown(page, more)
    for item, text in more.items():
        page.fill(note_of(item), f"{text}!")
    page.locator(note_of(item)).blur()
    until_all_is_saved(page)
    assert notes_of(reflection) == {item: f"{text}!" for item, text in more.items()}


def test_typing_on_after_a_pause_is_typing_on(own_page: Page, site):
    """What is saved meanwhile is tidy; the field isn't, as long as somebody writes in it: the next word needs its
    space."""
    page, reflection = own_page, make_reflection()
    open_notes(page, site, reflection)
    note = page.locator(note_of("goal-shared"))
    note.press_sequentially("Wij \u2068bellen ")
    until_all_is_saved(page)
    assert notes_of(reflection) == {"goal-shared": "Wij bellen"}
    note.press_sequentially("elkaar")
    note.blur()
    until_all_is_saved(page)
    is_shown(page, {"goal-shared": "Wij bellen elkaar"})
    assert notes_of(reflection) == {"goal-shared": "Wij bellen elkaar"}


@pytest.mark.parametrize("name", ["a mention in a chat", "a mac"])
def test_reply_that_got_lost_is_no_conflict_with_what_was_pasted(own_page: Page, site, name):
    typed, kept = PASTED[name]
    page, reflection = own_page, make_reflection()
    open_notes(page, site, reflection)
    note = note_of("goal-shared")

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/invullen/**", lose)
    # Not left yet: what is sent is what was pasted, sign for sign.
    page.fill(note, typed)
    expect(page.locator("#saved")).to_contain_text("Geen verbinding.")
    assert notes_of(reflection) == {"goal-shared": kept}
    page.unroute("**/invullen/**")
    page.fill(note, f"{typed} en meer")
    page.locator(note).blur()

    until_all_is_saved(page)
    is_shown(page, {"goal-shared": tidy(f"{typed} en meer")})
    assert notes_of(reflection) == {"goal-shared": tidy(f"{typed} en meer")}


def test_pasted_text_that_waited_in_the_browser_comes_back_clean(own_page: Page, site):
    typed, kept = PASTED["a mention in a chat"]
    page, reflection = own_page, make_reflection()
    open_notes(page, site, reflection)
    page.route("**/invullen/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill(note_of("goal-shared"), typed)
    expect(page.locator("#saved")).to_contain_text("Geen verbinding.")
    page.goto("about:blank")
    page.unroute("**/invullen/**")
    page.goto(site + reflection.fill_url + WHOLE)
    until_all_is_saved(page)
    is_shown(page, {"goal-shared": kept})
    assert notes_of(reflection) == {"goal-shared": kept}


def test_pasted_text_without_scripts(browser: Browser, site, checklist):
    context = browser.new_context(java_script_enabled=False, locale="nl-BE")
    page, reflection = context.new_page(), make_reflection()
    cases = [case[0] for case in PASTED.values()]
    for more in ("", " en meer"):
        typed = {item.key: f"{text}{more}" for item, text in zip(checklist, cases, strict=False)}
        open_notes(page, site, reflection)
        for item, text in typed.items():
            page.fill(note_of(item), text)
        page.get_by_role("button", name="Bewaar en ga later verder").click()
        expect(page.locator("#saved")).to_contain_text("Bewaard om")
        kept = {item: tidy(text) for item, text in typed.items()}
        is_shown(page, kept)
        assert notes_of(reflection) == kept
    context.close()


# --- names in letters from right to left

TEAM, PERSON, PARTNER, TYPIST = "שלום (3)", "רות 2", "בית 1", "דן 4"
COLLABORATION_PAGES = ("collaboration", "collaboration-edit", "collaboration-erase", "members", "collaboration-signals")
OPEN_PAGES = ("session", "session-edit", "session-invite", "session-link", "session-screen", "session-erase", "paper")
TALK_PAGES = ("session", "session-guide", "session-rebuild", "session-conclude", "agreements", "lessons")
# What stands beside a name and isn't set apart from it: as the browser reckons, whatever it is drawn by.
BESIDE = """(names) => {
    const found = [];
    const words = (node) => node.textContent.trim().replace(/\\s+/g, " ");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (text.parentElement.closest("script, style, option, textarea")) continue;
        for (const name of names.filter((one) => words(text).includes(one))) {
            let around = text.parentElement;
            while (words(around) === name && !/isolate|plaintext/.test(getComputedStyle(around).unicodeBidi))
                around = around.parentElement;
            if (words(around) !== name) found.push(words(around).slice(0, 160));
        }
    }
    return found;
}"""


@pytest.mark.slow
def test_a_name_from_right_to_left_turns_nothing_beside_it(watch, content):
    person = make_account("an@example.org", first_name=PERSON)
    collaboration = collaborations.create_collaboration(
        person, name=TEAM, region=PARTNER, partners=[PARTNER, "De Brug"]
    )
    other = collaborations.create_collaboration(person, name="Huis Linde")
    answers = [{"goal-shared": value, "organisation": PARTNER} for value in ("hindering", "helping", "hindering")]
    talked = discussed_round(collaboration, answers, groups=(PARTNER, "De Brug"))
    beside = discussed_round(other, answers)
    agreed = made(talked, changed(FIRST, who=PERSON))
    groups = {"grouping": Grouping.PARTNER, "groups": ((PARTNER, 4), ("De Brug", 4))}
    open_one = make_round(collaboration=collaboration, paper_by=TYPIST, **groups)
    few = make_round(collaboration=collaboration, paper_by=TYPIST)
    paper.set_paper_count(few, 3)
    for _ in range(3):
        fill_in(few, {"goal-shared": "hindering"}, finish=True)
    invited = invite_member(collaboration, "bo@example.org", Role.FACILITATOR)
    other_person = make_account("cas@example.org", first_name="Cas")
    member = Membership.objects.create(collaboration=collaboration, user=other_person, role=Role.FACILITATOR).pk

    page = watch.open(sign_in_now(Client(), person))
    both = f"?sessie={talked.pk}&sessie={beside.pk}"
    people = reverse("members", args=[collaboration.pk])
    addresses = [
        *(reverse(name) for name in ("collaborations", "compare", "shared", "account", "account_close")),
        *(reverse(name, args=[collaboration.pk]) for name in COLLABORATION_PAGES),
        *(f"{people}?doe={what}&wie={member}" for what in ("remove", "coordinator")),
        f"{people}?doe=remove&wie={collaboration.memberships.get(user=person).pk}",
        *(reverse(name, args=[open_one.pk]) for name in OPEN_PAGES),
        reverse("session-close", args=[few.pk]),
        *(reverse(name, args=[talked.pk]) for name in TALK_PAGES),
        reverse("agreement", args=[talked.pk, pk(agreed)]),
        *(reverse(name) + both for name in ("compare-table", "compare-beside", "compare-time")),
        *(reverse(name, args=[open_one.join_token]) for name in ("join", "join-fill")),
        reverse("invitation", args=[invited.token]),
    ]
    found = {}
    for address in addresses:
        assert page.goto(watch.site + address).status == 200, address
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        if beside_it := page.evaluate(BESIDE, [TEAM, PERSON, PARTNER, TYPIST]):
            found[address] = beside_it
    assert found == {}
