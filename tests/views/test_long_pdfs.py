"""A PDF that takes long: the page with its link says so, and whoever has no scripts sees that it is being made."""

import pytest
from django.urls import reverse

from reflectie.pdf import documents
from reflectie.pdf.duration import LONG, comparison_takes_long, report_takes_long
from reflectie.services.report.reports import load_report
from tests.helpers.compared import choice, many
from tests.helpers.factories import everything
from tests.helpers.markup import markup_of
from tests.helpers.printed import COMPARISONS
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in

pytestmark = pytest.mark.django_db
SAID = "De eerste keer duurt dat even."


def round_with_notes(checklist, signs: int):
    """Three who answered everything; the first wrote so many signs with each item."""
    values = {name: value for name, value in everything(checklist).items() if name in checklist.by_key}
    notes = {f"{item.key}-note": "woord " * (signs // 6) for item in checklist}
    return discussed_round(make_collaboration(), [values | notes, values, values])


@pytest.fixture
def made(monkeypatch) -> list[str]:
    pages: list[str] = []
    monkeypatch.setattr(documents.pdf_worker, "make", lambda page: pages.append(page) or b"%PDF-")
    return pages


@pytest.mark.parametrize(("signs", "is_long"), [(60, False), (1200, True)])
def test_page_of_a_report_says_so_of_long_texts_alone(content, checklist, signs, is_long):
    session = round_with_notes(checklist, signs)
    page = signed_in("an", session.collaboration).get(reverse("session-report", args=[session.pk]))
    pdf = reverse("session-pdf", args=[session.pk])

    assert report_takes_long(load_report(session)) is is_long
    assert (SAID in markup_of(page), f'href="{pdf}?wacht"' in markup_of(page)) == (is_long, is_long)
    assert (f'href="{pdf}"' in markup_of(page)) is not is_long


@pytest.mark.parametrize(("number", "is_long"), [(2, False), (12, True)])
def test_page_of_a_comparison_says_so_of_many_sessions_alone(content, number, is_long):
    collaboration = make_collaboration()
    sessions = many(collaboration, number, people=3)
    page = signed_in("an", collaboration).get(f"{reverse('compare-table')}?{choice(*sessions)}")

    assert page.status_code == 200
    assert (SAID in markup_of(page), "&amp;wacht" in markup_of(page)) == (is_long, is_long)


def test_sixty_sessions_take_long_and_six_do_not():
    assert LONG == 1
    assert [comparison_takes_long(COMPARISONS[name]) for name in ("six", "sixty")] == [False, True]


def test_whoever_has_no_scripts_gets_a_page_that_goes_on_to_the_pdf_and_makes_nothing_itself(content, checklist, made):
    session = round_with_notes(checklist, 1200)
    client, pdf = signed_in("an", session.collaboration), reverse("session-pdf", args=[session.pk])
    page = client.get(f"{pdf}?wacht")

    assert (page.status_code, made) == (200, [])
    assert f'<meta http-equiv="refresh" content="0; url={pdf}">' in markup_of(page)
    assert "We maken de pdf" in markup_of(page)
    assert f'href="{reverse("session-report", args=[session.pk])}"' in markup_of(page)
    assert (client.get(pdf).content, len(made)) == (b"%PDF-", 1)
    # From now on it is there.
    kept = client.get(f"{pdf}?wacht")
    assert (kept["Content-Type"], kept.content, len(made)) == ("application/pdf", b"%PDF-", 1)


def test_page_that_goes_on_is_for_whom_the_pdf_is_for(content, checklist, made):
    session = round_with_notes(checklist, 60)
    compared = f"{reverse('compare-pdf')}?wacht&{choice(session)}"
    member, stranger = signed_in("an", session.collaboration), signed_in("sam")
    for address in (f"{reverse('session-pdf', args=[session.pk])}?wacht", compared):
        assert [client.get(address).status_code for client in (member, stranger)] == [200, 404]


def test_page_that_goes_on_to_a_comparison_keeps_the_choice(content, made):
    collaboration = make_collaboration()
    chosen = choice(*many(collaboration, 3, people=3)[:2])
    page = markup_of(signed_in("an", collaboration).get(f"{reverse('compare-pdf')}?wacht&{chosen}"))
    escaped = chosen.replace("&", "&amp;")

    assert f'content="0; url={reverse("compare-pdf")}?{escaped}"' in page
    assert f'href="{reverse("compare-table")}?{escaped}"' in page
    assert made == []
