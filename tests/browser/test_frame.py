"""One grid for all kinds of page, and a footer that ends where the window ends."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.helpers.factories import collaboration_url, make_round
from tests.helpers.watch import WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# How far the title begins from where the wordmark does, and what is left below the footer.
FRAME = """() => {
    const [mark, said, foot] = [".wordmark", "main h1", ".site-foot"]
        .map((name) => document.querySelector(name).getBoundingClientRect());
    return [Math.round(said.left - mark.left),
        // A browser rounds how high a page is, up or down.
        Math.trunc(Math.max(innerHeight, document.documentElement.scrollHeight) - scrollY - foot.bottom)];
}"""


def frame_of(page: Page, path: str) -> list[int]:
    page.goto(path)
    found: list[int] = page.evaluate(FRAME)
    return found


@pytest.mark.parametrize("width", [WIDE["width"], 1024, 360])
def test_every_kind_of_page_begins_below_the_wordmark_and_ends_with_the_window(
    watch, coordinator, collaboration, finished, width
):
    session = make_round(collaboration=collaboration)
    public = [reverse(name) for name in ("home", "about", "help", "example", "start", "join-code")]
    public += [reverse(name) for name in ("account_login", "account_signup")]
    public += [reverse("join", args=[session.join_token]), finished.report_url, "/bestaat-niet/"]
    signed_in = [reverse(name) for name in ("collaborations", "account", "compare", "signals", "shared")]
    signed_in += [collaboration_url(name, collaboration) for name in ("collaboration", "members", "session-new")]
    signed_in += [reverse(name, args=[session.pk]) for name in ("session", "session-close", "session-invite")]
    found = {}
    for person, paths in ((None, public), (coordinator, signed_in)):
        page = watch.open(person)
        page.set_viewport_size({"width": width, "height": 1600})
        found |= {path: frame_of(page, path) for path in paths}
    assert {path: edges for path, edges in found.items() if edges != [0, 0]} == {}
    assert len(found) > 14
