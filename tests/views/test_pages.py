"""What all pages have in common: each says which it is, of which collaboration, and which words are names."""

import re
from collections import defaultdict
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.helpers.page import page_of
from tests.helpers.pages import Shown, every_page, is_about_a_collaboration
from tests.helpers.permission_table import World, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shown(worlds: dict[str, World], django_db_blocker) -> list[Shown]:
    with django_db_blocker.unblock(), undone():
        return list(every_page(worlds))


def test_title_says_which_page_it_is_and_of_which_collaboration(shown):
    assert len({page.route for page in shown}) > 45
    untitled = [str(page) for page in shown if not page.title.split(" · ")[0].removeprefix("Fout:").strip()]
    assert untitled == []
    about = [page for page in shown if is_about_a_collaboration(page.route)]
    assert [str(page) for page in about if "Samen in Tienen" not in page.title] == []


def test_no_two_pages_have_one_title(shown):
    pages: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for page in shown:
        # "This can't be done now" is said at the address of what was asked.
        if page.status == 200:
            pages[page.stage, page.who, page.title].add(page.route.removeprefix("session-"))
    assert len({title for _, _, title in pages}) > 40
    # A report, and what goes with it, is one page at two addresses: by its link, and with a role.
    assert {key: routes for key, routes in pages.items() if len(routes) > 1} == {}


def test_title_of_a_refused_form_begins_with_that(shown):
    refused = [page for page in shown if page.status == 422]
    assert len({page.route for page in refused}) > 15
    assert [str(page) for page in refused if not page.title.startswith("Fout: ")] == []


def test_refused_form_says_in_front_what_is_wrong_with_links_to_the_fields(shown):
    """As GOV.UK's error summary: it takes the focus by itself, and each link leads to something that takes it."""
    # A form that isn't there any more, as of agreements once all is concluded, has nothing to mend.
    refused = [page for page in shown if page.status == 422 and '<form method="post"' in page.html]
    assert len({page.route for page in refused}) > 15
    for page in refused:
        parts = page_of(page.html)
        boxes = [alert for alert in parts.alerts() if alert.headings()]
        assert len(boxes) == 1, str(page)
        box = boxes[0]
        # Whoever types paper forms goes on in the first field that is wrong.
        assert box.takes_focus == (page.route not in {"paper"}), str(page)
        targets = [address.removeprefix("#") for address in box.addresses() if address.startswith("#")]
        assert targets or box.items(), str(page)
        for target in targets:
            assert target in parts.anchors(), (str(page), target)
            kind = parts.at(target).kind
            assert kind in {"input", "select", "textarea", "button", "fieldset", "div"}, (str(page), target)


def test_every_mistake_of_a_refused_form_stands_in_front(coordinator, collaboration):
    url = reverse("session-new", args=[collaboration.pk])
    page = coordinator.post(url, {"planned_on": "x", "mode": "anonymous", "expected": "2", "grouping": "none"})
    links = page_of(page).part("Dit lukte nog niet").links()
    assert [(link.address, link.words[:12]) for link in links] == [
        ("#id_planned_on", "Geef een dag"),
        ("#id_expected", "Met twee men"),
    ]
    assert "Met twee mensen" in page_of(page).field("Hoeveel mensen vullen in?").description


class Translated(HTMLParser):
    """The texts of a page that a browser would translate; not its title, nor what can be chosen in a list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line"}:
            kept = dict(attrs).get("translate") == "no" or tag in {"title", "script", "style", "option", "textarea"}
            self.within.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(kept for _tag, kept in self.within):
            self.texts.append(data)


def test_names_and_codes_are_left_alone_by_a_browser_that_translates(shown, worlds):
    names = {"Samen in Tienen", "Huis Linde", "Els", "fien.open@example.org"}
    codes = {code for world in worlds.values() if (code := world.session.code)}
    codes |= {re.sub(r"(.{4})(?=.)", r"\1-", world.code) for world in worlds.values()}
    seen, wrong = set(), {}
    for page in shown:
        translated = Translated(page.html).texts
        seen |= {name for name in names | codes if name in page.html}
        for text in translated:
            if found := [name for name in names | codes if re.search(rf"\b{re.escape(name)}\b", text)]:
                wrong[page.route] = (found, text.strip()[:90])
    assert names <= seen
    assert wrong == {}
