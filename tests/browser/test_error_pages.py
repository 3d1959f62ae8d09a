"""What says that something is in the way can be read by all: on a phone and wide, in the light and in the dark."""

from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Route

from reflectie.request_id import begin_request, request_id

pytestmark = pytest.mark.browser

WHY = "De databank is niet bereikbaar."
BUSY = {"heading": "Het is even druk", "text": "Wacht even en probeer het opnieuw.", "with_code": True, "user": None}
PAGES = {
    "400": ("400.html", {}),
    "413": ("400.html", {"is_too_much": True}),
    "500": ("500.html", {"why": ""}),
    "503": ("500.html", {"why": WHY}),
    "busy": ("reflectie/message.html", BUSY),
    "typed": ("reflectie/retry.html", {**BUSY, "heading": "Nog niet bewaard", "kept": []}),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_error_pages_can_be_read_and_show_their_code(browser: Browser, width, scheme, tmp_path):
    begin_request()
    # Not in the browser's thread of things, which is no request's.
    written = {f"/{name}/": render_to_string(template, more) for name, (template, more) in PAGES.items()}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in written:
            route.fulfill(body=written[path], content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (file := finders.find(path.removeprefix("/static/"))):
            route.fulfill(body=Path(file).read_bytes(), content_type=guess_type(path)[0] or "font/woff2")
        else:
            route.fulfill(status=404, body="")

    context = browser.new_context(locale="nl-BE", color_scheme=scheme, viewport={"width": width, "height": 700})
    context.route("**/*", answer)
    page, axe = context.new_page(), Axe()
    for path in written:
        page.goto(f"http://samenwerking.test{path}", wait_until="load")
        page.screenshot(path=tmp_path / f"{path.strip('/')}-{width}-{scheme}.png")
        found = axe.run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"][:90]) for fault in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert request_id() in page.get_by_role("main").inner_text(), path
    context.close()
