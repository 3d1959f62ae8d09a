"""The PDF of a full report, made cold in one process, in turns with what it is compared with.

- plain: the same words with WeasyPrint as one uses it first: its HTML parser, a stylesheet parsed and fonts configured
  for every PDF, flex and grid, a picture beside every finding, the whirlpool's words inside the picture
- without pictures: the app's own PDF with every <svg> taken out
"""

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from unittest.mock import patch

SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    import django

    django.setup()
    import weasyprint
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.template.loader import render_to_string
    from weasyprint.svg import TAGS
    from weasyprint.svg.text import text
    from weasyprint.text.fonts import FontConfiguration

    from benchmarks.people import full_report
    from reflectie.pdf import documents, renderer
    from reflectie.services.questionnaire.checklists import published_checklist

    rounds = int(sys.argv[1])
    report = full_report(published_checklist())
    fonts_folder = os.path.dirname(finders.find("fonts/AtkinsonHyperlegible-Regular.ttf"))

    def own() -> bytes:
        return renderer.render_pdf(documents.write(report))

    def plain(variant: str | None = "pdf/ua-1") -> bytes:
        html = render_to_string("plain_report.html", {"report": report}, using="plain")
        fonts = FontConfiguration()
        css = weasyprint.CSS(
            string=(settings.PLAIN / "plain.css").read_text(), base_url=f"{fonts_folder}/", font_config=fonts
        )
        document = weasyprint.HTML(string=html, base_url=f"{fonts_folder}/")
        # As WeasyPrint draws the words of a picture itself: letter by letter.
        with patch.dict(TAGS, text=text):
            return bytes(document.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant=variant))

    def untagged() -> bytes:
        return plain(None)

    def bare() -> bytes:
        return renderer.render_pdf(SVG.sub("", documents.write(report)))

    ways: dict[str, Callable[[], bytes]] = {"own": own, "plain": plain, "untagged": untagged, "bare": bare}
    folder = settings.WORK_DIR
    for name, make in ways.items():
        # The first of each also reads code and fonts from disk; that isn't counted.
        (folder / f"{name}.pdf").write_bytes(make())
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        # Each turn starts with another, so that nobody always runs after the same neighbour.
        order = list(ways)
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            start = time.process_time()
            ways[name]()
            spent[name].append(time.process_time() - start)
    html = render_to_string("plain_report.html", {"report": report}, using="plain")
    json.dump(
        {
            "seconds": {name: statistics.median(times) for name, times in spent.items()},
            # Turn by turn, so that a busy moment of the machine falls on both sides.
            "of_plain": statistics.median(a / b for a, b in zip(spent["own"], spent["plain"], strict=True)),
            "of_untagged": statistics.median(a / b for a, b in zip(spent["own"], spent["untagged"], strict=True)),
            "of_bare": statistics.median(a / b for a, b in zip(spent["own"], spent["bare"], strict=True)),
            "pages": {name: _pages((folder / f"{name}.pdf").read_bytes()) for name in ways},
            "bytes": {name: (folder / f"{name}.pdf").stat().st_size for name in ways},
            "plain_pictures": html.count("<svg"),
        },
        sys.stdout,
    )


def _pages(content: bytes) -> int:
    """Every page is an object with a MediaBox; objects are compressed, so they are unpacked first."""
    import zlib

    count = content.count(b"/MediaBox")
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            count += zlib.decompress(stream).count(b"/MediaBox")
        except zlib.error:
            continue
    return count


if __name__ == "__main__":
    main()
