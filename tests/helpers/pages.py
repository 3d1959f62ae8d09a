"""Every page there is, as people at a session's several stages see it: for tests of what all pages have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

from django.test import Client

from reflectie.pdf import documents
from tests.helpers.page import page_of
from tests.helpers.permission_table import STAGES, TABLE, World, by_stage, parameters, undone

# Who sees most of what is for members, for who takes part, and for everybody.
LOOKING = ("coordinator", "participant", "stranger")


@dataclass(frozen=True)
class Shown:
    """One page, as somebody was shown it."""

    stage: str
    who: str
    route: str
    url: str
    status: int
    html: str
    # Sent with nothing in it: where that is no error, the page after it isn't looked at.
    is_sent: bool

    def __str__(self) -> str:
        return f"{'POST' if self.is_sent else 'GET'} {self.route} ({self.stage}, {self.who}, {self.status})"

    @property
    def title(self) -> str:
        return page_of(self.html).title


def every_page(worlds: dict[str, World]) -> Iterator[Shown]:
    """Each page once for whoever sees it first, and what each form says when it is sent empty. PDFs, which are no pages
    and take long, are not made."""
    with patch.object(documents.pdf_worker, "make", lambda _page: b"%PDF-"):
        for stage in STAGES:
            world = worlds[stage]
            routes = [route for route in TABLE if stage == "open" or stage in by_stage(route)]
            for who in LOOKING:
                for route in routes:
                    yield from _shown(world, stage, who, route)


def _shown(world: World, stage: str, who: str, route: str) -> Iterator[Shown]:
    url = world.address(route)
    for is_sent in (False, True):
        with undone():
            client = world.browser(who)
            response = client.post(url) if is_sent else client.get(url)
            content_type = response.headers.get("Content-Type", "")
            if response.streaming or not content_type.startswith("text/html") or response.status_code in (404, 405):
                continue
            if (is_sent and response.status_code != 422) or response.status_code in (302, 303):
                continue
            html = response.content.decode()
            if "<title>" in html:
                yield Shown(stage, who, route, url, response.status_code, html, is_sent)


def is_about_a_collaboration(route: str) -> bool:
    """Whether its address is of one collaboration, of a session of one, or of sessions that are compared."""
    if route.startswith("compare"):
        return route != "compare"
    return "pk" in parameters(route) or (route.startswith("join-") and route != "join-code") or route == "join"


def client_of(world: World, who: str) -> Client:
    return world.browser(who)
