"""Takes the pictures of the README, from the demonstration: `.venv/bin/python docs/screenshots.py`.

After `./run --setup`, and with what the tests need (`./test` installs it). Names as arguments take only those pictures.

Everything happens in a database of its own, which is thrown away.
"""

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, ViewportSize, sync_playwright

BASE_DIR = Path(__file__).resolve().parent.parent
TARGET = BASE_DIR / "docs" / "img"
sys.path.insert(0, str(BASE_DIR))

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 360, "height": 740}


class Picture(NamedTuple):
    """What a picture shows: a page's address, on which screen, and from which element on (a CSS selector)."""

    path: Callable[[], str]
    screen: ViewportSize = DESK
    scheme: Literal["light", "dark"] = "light"
    start: str = ""


def address(name: str, *args: Any, **query: Any) -> str:
    from django.urls import reverse

    return reverse(name, args=args) + ("?" + urlencode(query, doseq=True) if query else "")


def sessions(name: str = "", **wanted: Any) -> list[Any]:
    """Sessions of the collaboration with this in its name, oldest first, as a comparison may hold them."""
    from reflectie.models import OPENED, Session

    wanted = wanted or {"stage__in": OPENED}
    return list(Session.objects.filter(collaboration__name__contains=name, **wanted).order_by("planned_on"))


def session(number: int, name: str, **wanted: Any) -> Any:
    return sessions(name, **wanted)[number].pk


def compared(page: str, name: str = "") -> str:
    return address(page, sessie=[each.pk for each in sessions(name)])


BETTER, DIVIDED, AROUND = "Goed omringd", "Jong en op weg", "Terug naar huis"
PICTURES = {
    "samenwerkingen": Picture(lambda: address("collaborations")),
    "ronde": Picture(lambda: address("session", session(0, BETTER, stage="open"))),
    "invullen": Picture(lambda: address("join", sessions(BETTER, stage="open")[0].join_token), PHONE),
    "verslag": Picture(lambda: address("session-report", session(-1, AROUND)), start="#samenvatting"),
    "verslag-donker": Picture(lambda: address("session-report", session(0, BETTER)), PHONE, "dark", "#patronen"),
    "vergelijken": Picture(lambda: compared("compare-table")),
    "over-tijd": Picture(lambda: compared("compare-time", BETTER)),
    "naast-elkaar": Picture(lambda: compared("compare-beside")),
    "signalen": Picture(lambda: address("signals")),
}


def main() -> None:
    names = sys.argv[1:] or list(PICTURES)
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = _prepared(Path(folder))
        from benchmarks.server import serve
        from reflectie.models import Role

        # Looked up beforehand: the database and Playwright's loop don't go together in one thread.
        paths = {name: PICTURES[name].path() for name in names}
        sign_in = address("account_login")
        with serve([]) as server, sync_playwright() as playwright:
            site = f"http://127.0.0.1:{server.port}"
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            state = _signed_in(browser, site + sign_in, demo.addresses[Role.COORDINATOR], demo.password)
            for name, path in paths.items():
                _take(browser, site + path, name, state)
            browser.close()


def _prepared(folder: Path) -> Any:
    """The demonstration, in a database of its own; processes started from here use it too."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="samenwerking.settings",
        SECRET_KEY=secrets.token_urlsafe(64),
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
        PLAIN_HTTP="true",
        DEBUG="false",
        BEHIND_PROXY="false",
        ALLOWED_HOSTS="127.0.0.1,localhost",
    )
    os.chdir(BASE_DIR)
    import django
    from django.core.management import call_command

    django.setup()
    for command in ("migrate", "createcachetable", "load_checklist"):
        call_command(command, verbosity=0)
    from reflectie.management.commands.demo import CONTENT
    from reflectie.store import make_demo

    return make_demo(json.loads(CONTENT.read_text()))


def _signed_in(browser: Browser, url: str, email: str, password: str) -> Any:
    """What the browser of somebody who signed in keeps."""
    page = browser.new_page()
    page.goto(url)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda reached: reached != url)
    return page.context.storage_state()


def _take(browser: Browser, url: str, name: str, state: Any) -> None:
    picture = PICTURES[name]
    context = browser.new_context(
        viewport=picture.screen,
        color_scheme=picture.scheme,
        locale="nl-BE",
        reduced_motion="reduce",
        storage_state=state,
    )
    page = context.new_page()
    reply = page.goto(url)
    if not reply or not reply.ok:
        raise RuntimeError(f"{name}: {reply and reply.status} for {url}")
    if picture.start:
        page.evaluate("(part) => document.querySelector(part).scrollIntoView()", picture.start)
    page.screenshot(path=TARGET / f"{name}.png")
    print(f"docs/img/{name}.png")
    context.close()


if __name__ == "__main__":
    main()
