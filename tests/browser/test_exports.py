"""Taking figures along in a real browser: as a member, as a reader with the link, and all at once from the account."""

import io
import zipfile

import pytest
from django.urls import reverse

from reflectie.domain.setup import Mode
from tests.helpers.factories import make_reflection
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.taken import figures_of_json, figures_of_rows, read_csv, rows_of
from tests.helpers.watch import EVERY_LOOK, Watch, check, download, open_downloads

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = """() => [...document.querySelectorAll("main .take a, main .files :is(a, summary)")]
    .filter((part) => part.getBoundingClientRect().height < 44).map((part) => part.outerHTML)"""


@pytest.mark.parametrize("who", ["member", "reader"])
def test_figures_of_a_session_are_taken_along(watch: Watch, every_answer, tmp_path, who):
    if who == "member":
        collaboration = make_collaboration()
        session = discussed_round(collaboration, [every_answer] * 3)
        page = watch.open(signed_in("coordinator", collaboration))
        page.goto(reverse("session-report", args=[session.pk]))
    else:
        page = watch.open()
        page.goto(make_reflection(every_answer, mode=Mode.TOGETHER, finished=True).report_url)
    open_downloads(page)
    page.get_by_text("Cijfers downloaden (Excel, csv)").click()
    figures = figures_of_json(download(page, "gegevens (json)", tmp_path / "a.json"))
    assert figures_of_rows(read_csv(download(page, "gegevens (csv)", tmp_path / "a.csv"))) == figures
    assert figures_of_rows(rows_of(download(page, "rekenblad (xlsx)", tmp_path / "a.xlsx"), "Cijfers")) == figures
    assert figures["context-practical", ""][3] == (3 if who == "member" else 1)
    assert page.evaluate(SMALL) == []


@EVERY_LOOK
def test_everything_is_taken_along_from_the_account(watch: Watch, every_answer, tmp_path, viewport, scheme):
    collaboration = make_collaboration()
    discussed_round(collaboration, [every_answer] * 3)
    page = watch.open(signed_in("coordinator", collaboration))
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    page.goto(reverse("account"))
    page.get_by_role("link", name="Neem je gegevens en verslagen mee").click()
    check(page, "Je gegevens")
    content = download(page, "Download alles (zip)", tmp_path / "a.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5
