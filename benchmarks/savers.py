"""Twenty people who save one answer after the other, whatever is done to the site meanwhile, and know what they were
told is kept."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

from benchmarks.client import Browser, Reply
from benchmarks.load import hidden, sheet
from tests.helpers.working import wait_until

PEOPLE = 20
# Seconds without an answer after which it is no longer a matter of starting anew.
PATIENCE = 60


class Person:
    """Answers one statement after the other, again and again. What isn't answered is sent again, as the page does."""

    def __init__(self, number: int, port: int, join: str, items: list[str], patience: float = PATIENCE) -> None:
        self.patience = patience
        self.name, self.port, self.join, self.items = f"persoon {number}", port, join, items
        self.kept: dict[str, str] = {}
        self.acknowledged = 0
        self.trouble: Counter[str] = Counter()

    async def run(self, is_over: threading.Event) -> None:
        browser = Browser(self.port)
        intro = (await self._until(200, browser, lambda: browser.get(self.join))).text
        begin = [("csrfmiddlewaretoken", hidden(intro, "csrfmiddlewaretoken"))]
        url = (await self._until(303, browser, lambda: browser.post(self.join, begin))).headers["location"]
        page = (await self._until(200, browser, lambda: browser.get(url))).text
        beside = [(name, hidden(page, name)) for name in ("csrfmiddlewaretoken", "keep-as")]
        number = 0
        while not is_over.is_set():
            key = self.items[number % len(self.items)]
            number += 1
            await self._save(browser, url, key, f"{self.name}, {number}", beside)
        browser.close()

    async def _save(self, browser: Browser, url: str, key: str, note: str, beside: list[tuple[str, str]]) -> None:
        seen = {key: "helping", f"{key}-note": self.kept[key]} if key in self.kept else {}
        asked = {key: False, f"{key}-note": True}
        fields = [*sheet(asked, {key: "helping", f"{key}-note": note}, seen), *beside]
        await self._until(200, browser, lambda: browser.post(url, fields, HX_Request="true"))
        self.kept[key] = note
        self.acknowledged += 1

    async def _until(self, status: int, browser: Browser, ask: Callable) -> Reply:
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            try:
                reply = await ask()
            except (OSError, TimeoutError) as error:
                self.trouble[type(error).__name__] += 1
                browser.close()
            else:
                if reply.status == status:
                    return reply
                self.trouble[str(reply.status)] += 1
                # Another value stands there than the one that we were told was kept.
                assert reply.status != 409, f"{self.name}: an answer that was acknowledged is gone"
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: nobody answers, {dict(self.trouble)}")


class Crowd(threading.Thread):
    """All of them, in a thread beside the test."""

    def __init__(self, port: int, join: str, items: list[str], patience: float = PATIENCE) -> None:
        super().__init__(daemon=True)
        self.people = [Person(number, port, join, items, patience) for number in range(PEOPLE)]
        self.is_over = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        async def everybody() -> None:
            await asyncio.gather(*(person.run(self.is_over) for person in self.people))

        try:
            asyncio.run(everybody())
        except BaseException as failure:
            self.failure = failure

    @property
    def acknowledged(self) -> int:
        return sum(person.acknowledged for person in self.people)

    def wait_for(self, number: int) -> None:
        """Until so many saves are acknowledged from now on."""
        until = self.acknowledged + number
        wait_until(lambda: self.failure or self.acknowledged >= until, PATIENCE)
        if self.failure:
            raise self.failure

    @property
    def trouble(self) -> dict[str, int]:
        """What they met that was no answer, and after which they sent the same again."""
        return dict(sum((person.trouble for person in self.people), Counter()))

    def wait_for_refusals(self, number: int) -> None:
        """Until so many saves more met something that was no answer."""
        until = sum(self.trouble.values()) + number
        wait_until(lambda: self.failure or sum(self.trouble.values()) >= until, PATIENCE)
        if self.failure:
            raise self.failure

    def end(self) -> None:
        """Have them stop; raises what one of them met."""
        self.is_over.set()
        self.join(PATIENCE)
        if self.failure:
            raise self.failure

    def lost_and_twice(self, sheets: Iterable[list[list[str]]]) -> tuple[int, int]:
        """Of what they were told is kept: how much isn't, and how much stands there more than once. `sheets` are all
        that is kept: of each its answers, as item, value and note."""
        found = [(notes[0][2].partition(",")[0], notes) for notes in sheets if notes]
        by_name = dict(found)
        lost = sum(
            {name: note for name, _, note in by_name.get(person.name, [])}.get(key) != kept
            for person in self.people
            for key, kept in person.kept.items()
        )
        rows = sum(len(notes) for _, notes in found)
        return lost, rows - sum(len(person.kept) for person in self.people)
