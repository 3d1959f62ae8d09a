"""A round's report and its discussion in a real browser: two people at once, and what axe says of each page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Role, Session
from reflectie.services.report import outcomes, reports
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.watch import EVERY_LOOK, PHONE, browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUSES = ("Huis Linde", "Wijkgezondheidscentrum en huisartsenwachtpost De Brug")
VALUES = ("hindering", "helping", "helping", "dont-know", "hindering", "")


def sheets(checklist, number):
    return [
        {item.key: value for item in checklist if (value := VALUES[(place * item.number + place) % len(VALUES)])}
        | {"participant": f"Persoon {place}", "organisation": HOUSES[place % 2], "goal-sentence": f"Zin {place}"}
        | {"goal-shared-note": f"Notitie {place} " + "onderbroken" * 12, "intensity-needed": "act"}
        | {"help-range": ("adgk"[place % 4], "kmpz"[place % 4])}
        for place in range(number)
    ]


def outcome_url(session: Session) -> str:
    return reverse("outcome", args=[session.pk, "goal-shared"])


@EVERY_LOOK
def test_axe_finds_nothing_in_a_rounds_report_and_discussion(browser, live_server, checklist, viewport, scheme):
    collaboration = make_collaboration(HOUSES)
    client = signed_in("coordinator", collaboration)
    rounds = [discussed_round(collaboration, sheets(checklist, 9), groups=HOUSES)]
    rounds.append(discussed_round(collaboration, sheets(checklist, 4), Mode.NAMED))
    rounds.append(discussed_round(collaboration, sheets(checklist, 2)))
    for session in rounds:
        outcomes.record_outcome(session, "goal-shared", Outcome(Choice.HELPING, "Waarom", "Wie niet"), "0")
    note = reports.load_report(rounds[0]).notes[0][1].text
    query = f"?veld=goal-shared-note&merk={outcomes.text_digest(note)}"
    paths = [reverse("session-report", args=[session.pk]) for session in rounds]
    paths += [outcome_url(rounds[0]), outcome_url(rounds[2]), reverse("remove-text", args=[rounds[0].pk]) + query]
    page = browse(browser, live_server, client, viewport=viewport, color_scheme=scheme).new_page()
    found = {}
    for path in paths:
        assert page.goto(path).status == 200
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_snapshot()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_record_an_outcome_and_the_later_one_chooses(browser, live_server, checklist, javascript):
    collaboration = make_collaboration(HOUSES)
    session = discussed_round(collaboration, sheets(checklist, 4))
    people = [signed_in("coordinator", collaboration), signed_in("facilitator", collaboration, Role.FACILITATOR)]
    first, second = (
        browse(browser, live_server, client, viewport=PHONE, java_script_enabled=javascript).new_page()
        for client in people
    )
    for page, reason in ((first, "Van de coördinator"), (second, "Van de begeleider")):
        page.goto(reverse("session-report", args=[session.pk]))
        page.get_by_text("Antwoorden en notities").first.click()
        page.get_by_role("link", name=re.compile("Leg de uitkomst vast.*Gedeeld doel")).last.click()
        page.get_by_label("Gedeeld door alle partners", exact=True).check()
        page.get_by_label("Waarom?").fill(reason)
    first.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(first.get_by_role("row").filter(has_text="Van de coördinator")).to_have_count(1)

    second.get_by_role("button", name="Bewaar de uitkomst").click()

    expect(second.get_by_role("alert")).to_contain_text("Van de coördinator")
    expect(second.get_by_label("Waarom?")).to_have_value("Van de begeleider")
    if javascript:
        assert Axe().run(second).violations_count == 0
    second.get_by_label("Waarom?").fill("Van ons samen")
    second.get_by_role("button", name="Bewaar die van mij").click()
    expect(second.get_by_role("row").filter(has_text="Van ons samen")).to_have_count(1)
    kept = outcomes.load_outcome(session, "goal-shared")
    assert etag(kept) == etag(Outcome(Choice.HELPING, "Van ons samen"))
    for page in (first, second):
        page.context.close()
