"""Takes the pictures of the README, from the demonstration: `.venv/bin/python docs/screenshots.py`.

With what the tests need (`./test` installs it), and Debian's `poppler-utils` for the pages of PDFs. Names as arguments
take only those pictures. Everything happens in a database of its own, which is thrown away.
"""

import argparse
import io
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

BASE_DIR = Path(__file__).resolve().parent.parent
TARGET = BASE_DIR / "docs" / "img"
CHROMIUM = "/usr/bin/chromium-headless-shell"
sys.path.insert(0, str(BASE_DIR))

DESK: ViewportSize = {"width": 1280, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 780}
WALL: ViewportSize = {"width": 1280, "height": 720}
# Pages of PDFs stand beside each other: how wide each is, and how far apart.
LEAF, GAP = 480, 20
BEHIND = (221, 221, 221)
# As many as a PNG with a palette has: flat colours stay what they are, in a third of the size.
COLOURS = 256


class Picture(NamedTuple):
    """What a picture shows: a page's address, on which screen, and from which element on (a CSS selector)."""

    path: Callable[[], str]
    screen: ViewportSize = DESK
    scheme: Literal["light", "dark"] = "light"
    start: str = ""


class Leaves(NamedTuple):
    """The first pages of PDFs, by their addresses."""

    paths: Callable[[], list[str]]


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


def talk() -> Any:
    """The one that goes on."""
    from reflectie.models import Talk

    return Talk.objects.get()


def compared(page: str, name: str = "") -> str:
    return address(page, sessie=[each.pk for each in sessions(name)])


BETTER, AROUND = "Goed omringd", "Terug naar huis"
PICTURES: dict[str, Picture | Leaves] = {
    "verslag": Picture(lambda: address("session-report", session(-1, AROUND)), start="#samenvatting"),
    "kiezen": Picture(lambda: compared("compare", BETTER), PHONE, start=".team"),
    "tabel": Picture(lambda: compared("compare-table"), start=".order"),
    "over-tijd": Picture(lambda: compared("compare-time", BETTER), start=".tabs"),
    "naast-elkaar": Picture(lambda: compared("compare-beside"), start="#hinderpaal-coordination-equality"),
    "signalen": Picture(lambda: address("signals")),
    "bladen": Leaves(
        lambda: [
            address("session-pdf", session(-1, AROUND)),
            address("compare-pdf", sessie=[each.pk for each in sessions()]),
            address("signals-pdf"),
        ]
    ),
    "invullen": Picture(lambda: address("join", sessions(BETTER, stage="open")[0].join_token), PHONE),
    "tabel-telefoon": Picture(lambda: compared("compare-table", BETTER), PHONE, start=".order"),
    "muur": Picture(lambda: address("wall", talk().wall_token), WALL),
    "afstandsbediening": Picture(lambda: address("talk", talk().session_id), PHONE, start=".remote"),
    "verslag-donker": Picture(lambda: address("session-report", session(0, BETTER)), PHONE, "dark", "#patronen"),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="docs/screenshots.py", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these (all)")
    parser.add_argument("--into", type=Path, default=TARGET, help="the folder to put them in (docs/img)")
    options = parser.parse_args()
    names = options.names or list(PICTURES)
    options.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = _prepared(Path(folder))
        from benchmarks.server import serve
        from reflectie.models import Role

        # Looked up beforehand: the database and Playwright's loop don't go together in one thread.
        found = {name: _paths(PICTURES[name]) for name in names}
        sign_in = address("account_login")
        with serve([]) as server, sync_playwright() as playwright:
            site = f"http://127.0.0.1:{server.port}"
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            state = _signed_in(browser, site + sign_in, demo.addresses[Role.COORDINATOR], demo.password)
            for name, paths in found.items():
                draw = _leaves if isinstance(PICTURES[name], Leaves) else _shot
                _keep(
                    draw(browser, PICTURES[name], [site + path for path in paths], state), options.into / f"{name}.png"
                )
            browser.close()


def _paths(picture: Picture | Leaves) -> list[str]:
    return picture.paths() if isinstance(picture, Leaves) else [picture.path()]


def _prepared(folder: Path) -> Any:
    """The demonstration, in a database of its own; processes started from here use it too."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="samenwerking.settings",
        SECRET_KEY=secrets.token_urlsafe(64),
        SECRET_KEY_FALLBACKS="",
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
    call_command("build_fonts", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for command in ("migrate", "createcachetable", "load_checklist"):
        call_command(command, verbosity=0)
    from reflectie.services.demo import make_demo, read_demo

    return make_demo(read_demo())


def _signed_in(browser: Browser, url: str, email: str, password: str) -> Any:
    """What the browser of somebody who signed in keeps."""
    page = browser.new_page()
    page.goto(url)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda reached: reached != url)
    return page.context.storage_state()


def _shot(browser: Browser, picture: Any, urls: list[str], state: Any) -> Image.Image:
    [url] = urls
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
        raise RuntimeError(f"{reply and reply.status} for {url}")
    if picture.start:
        page.evaluate("(part) => document.querySelector(part).scrollIntoView()", picture.start)
    shot = page.screenshot()
    context.close()
    return Image.open(io.BytesIO(shot))


def _leaves(browser: Browser, _picture: Any, urls: list[str], state: Any) -> Image.Image:
    """The first page of each, as tall as the tallest."""
    context = browser.new_context(storage_state=state)
    leaves = []
    for url in urls:
        reply = context.request.get(url, timeout=60_000)
        if not reply.ok:
            raise RuntimeError(f"{reply.status} for {url}")
        draw = ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(LEAF), "-scale-to-y", "-1", "-"]
        drawn = subprocess.run(draw, input=reply.body(), capture_output=True, check=True).stdout  # noqa: S603 - no word of it is anybody else's
        leaves.append(Image.open(io.BytesIO(drawn)))
    context.close()
    sheet = Image.new("RGB", (len(leaves) * (LEAF + GAP) + GAP, max(leaf.height for leaf in leaves) + 2 * GAP), BEHIND)
    for place, leaf in enumerate(leaves):
        sheet.paste(leaf, (GAP + place * (LEAF + GAP), GAP))
    return sheet


def _keep(shot: Image.Image, path: Path) -> None:
    small = shot.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
