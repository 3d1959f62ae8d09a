"""A room in which a talk goes on, for tests in a browser: what is said there, the server's clock, and who looks on."""

import re
from dataclasses import dataclass
from datetime import timedelta
from wsgiref import handlers

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

KEY, NAME = "coordination-equality", "Gelijkwaardigheid"
GOAL = "Gedeeld doel"
NOTE = "Het ziekenhuis beslist."
SENTENCE = "Iedereen krijgt binnen een week antwoord."
SHEETS = [
    {KEY: value, f"{KEY}-note": note, "goal-shared": "hindering", "goal-sentence": SENTENCE, "first": (KEY,)}
    for value, note in (("hindering", NOTE), ("hindering", ""), ("helping", ""))
]
DISSENT = "1 van 3 ziet het anders"
HALF, REASON = "Wie betaalt, beslist", "Wie betaalt, beslist. Dat zien we nu allemaal."
MINORITY = "Eén van ons vindt dat het meevalt."
WHAT, TRIGGER, WHO = "We zitten om de beurt voor", "Als we volgende maand overleggen", "Joke"
WHEN = "Wanneer: als we volgende maand overleggen"
PARKED = "Het contract met de stad"
RAISED = "Wie belt er in het weekend?"
STANCES = "2 staan erachter, 1 kan ermee leven, 0 hebben een bezwaar"
WHY = "We hebben elkaar nodig, en het lukt alleen gelijk."
# What takes a step to come to another screen, on a machine that does other things too. Nothing is timed here.
SOON = 10_000
OFFLINE = "Geen verbinding. Dit scherm komt vanzelf terug."


class Hours:
    """The server's clock, that tests move on: what it reckons with, and what its answers tell browsers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        now, told = timezone.now, handlers.format_date_time
        monkeypatch.setattr(timezone, "now", lambda: now() + self.ahead)
        monkeypatch.setattr(handlers, "format_date_time", lambda at: told(at + self.ahead.total_seconds()))

    def pass_by(self, minutes: int) -> None:
        self.ahead += timedelta(minutes=minutes)


@dataclass
class Room:
    """Whoever looks on: the wall, and the phones of those who took part."""

    wall: Page
    phones: list[Page]

    @property
    def screens(self) -> list[Page]:
        return [self.wall, *self.phones]

    def is_at(self, title: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("heading", level=1)).to_have_text(words(title), timeout=SOON)

    def sees(self, text: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("main")).to_contain_text(text, timeout=SOON)

    def no_longer_sees(self, text: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("main")).not_to_contain_text(text, timeout=SOON)

    def knows_nothing_of_the_answers(self) -> None:
        """Not on the screen, and not in what was sent either: it would anchor."""
        for screen in self.screens:
            expect(screen.locator(".spread, .talk-finding, .talk-sentences")).to_have_count(0)
            for source in (screen.content(), screen.request.get(screen.url).text()):
                assert not re.search(f"{DISSENT}|{SENTENCE}|{NOTE}|Structurele hinderpaal|Verdeeld beeld", source)

    def loads_again(self) -> None:
        for screen in self.screens:
            screen.reload()


def words(title: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(title)}\s*$")


def look(page: Page) -> None:
    """What axe finds on a page that is no page of a menu."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
