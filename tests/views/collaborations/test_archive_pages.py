"""The pages of the archive and of the mails that a coordinator gets, by person."""

import pytest
from django.urls import reverse

from reflectie.models import Collaboration, Membership, Role
from reflectie.services import clock
from reflectie.services.collaborations import collaborations
from tests.helpers.factories import add_member, collaboration_url, make_reflection, make_round, rows
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.django_db


def test_archiving_is_said_beforehand_and_brought_back_from_the_page(coordinator, collaboration):
    url = collaboration_url("collaboration-archive", collaboration)
    page = page_of(coordinator.get(collaboration_url("collaboration", collaboration)))
    assert page.link("Archiveer deze samenwerking").address == url
    asked = page_of(coordinator.get(url)).words
    assert "Er wordt niets gewist, en terughalen kan altijd." in asked
    assert "In signalen die we vanaf nu berekenen, telt ze niet mee." in asked
    assert Collaboration.objects.get().archived_on is None

    after = coordinator.post(url, follow=True)

    assert after.redirect_chain == [(collaboration_url("collaboration", collaboration), 303)]
    page = page_of(after)
    assert "zit sinds" in page.words
    assert "Ze telt niet mee in nieuwe signalen, en we sturen er geen mails over." in page.words
    assert page.next_steps() == ["Haal uit het archief"]
    assert reverse("session-new", args=[collaboration.pk]) not in page.addresses()
    assert page_of(coordinator.get(url)).next_steps() == ["Haal uit het archief"]
    back = page_of(coordinator.post(url, {"terug": "1"}, follow=True))
    assert "De samenwerking staat weer bij de andere." in back.words
    assert back.next_steps() == ["Plan een sessie"]


def test_bringing_back_says_from_when_it_counts_in_signals_again(coordinator, collaboration):
    Collaboration.objects.update(archived_on=clock.today(), signals_from=clock.today())
    url = collaboration_url("collaboration-archive", collaboration)
    assert "In signalen telt ze weer mee vanaf het volgende kwartaal." in page_of(coordinator.get(url)).words
    Collaboration.objects.update(signals_from="2020-01-01")

    after = coordinator.post(url, {"terug": "1"}, follow=True)

    assert "In signalen telt deze samenwerking weer mee vanaf 1 " in page_of(after).words


def test_facilitator_reads_that_it_is_archived_and_changes_nothing(facilitator, collaboration):
    make_round(collaboration=collaboration)
    Collaboration.objects.update(archived_on=clock.today())
    page = page_of(facilitator.get(collaboration_url("collaboration", collaboration)))

    assert "in het archief." in page.words
    assert collaboration_url("collaboration-archive", collaboration) not in page.addresses()
    assert collaboration_url("collaboration-mails", collaboration) not in page.addresses()


def test_list_leads_to_the_archive_with_its_number(coordinator, an, collaboration):
    assert "Gearchiveerd" not in page_of(coordinator.get("/samenwerkingen/")).words
    for name in ("Oud", "Ouder"):
        collaborations.archive_collaboration(collaborations.create_collaboration(an, name=name))

    page = coordinator.get("/samenwerkingen/")
    assert [row.split(" Regio")[0] for row in rows(page)] == ["Samen in Tienen"]
    assert page_of(page).link("Gearchiveerd (2)").address == "/samenwerkingen/?archief"
    archived = coordinator.get("/samenwerkingen/?archief")
    assert [row.split()[0] for row in rows(archived)] == ["Oud", "Ouder"]
    assert page_of(archived).link("Terug naar je samenwerkingen").address == "/samenwerkingen/"
    found = coordinator.get("/samenwerkingen/?archief=1&zoek=ouder")
    assert [row.split()[0] for row in rows(found)] == ["Ouder"]
    assert page_of(found).link("Toon alles").address == "/samenwerkingen/?archief"


def test_list_of_who_archived_all_says_where_it_is(coordinator, collaboration):
    collaborations.archive_collaboration(collaboration)
    page = page_of(coordinator.get("/samenwerkingen/"))

    assert "Al je samenwerkingen zitten in je archief." in page.words
    assert "Gearchiveerd (1)" in page.words
    assert "Zo begin je" not in page.heard
    collaborations.restore_collaboration(collaboration)
    assert "Er zit geen samenwerking in je archief." in page_of(coordinator.get("/samenwerkingen/?archief")).words


def test_archived_is_not_offered_to_compare_or_to_keep_a_reflection_in(coordinator, collaboration):
    discussed_round(collaboration, [{"goal-shared": "helping"}] * 3)
    pages = ["/vergelijken/", reverse("adopt", args=[make_reflection(finished=True).token])]
    assert ["Samen in Tienen" in page_of(coordinator.get(page)).words for page in pages] == [True, True]
    collaborations.archive_collaboration(collaboration)
    assert ["Samen in Tienen" in page_of(coordinator.get(page)).words for page in pages] == [False, False]


def test_collaboration_without_a_session_says_where_its_coordinator_is(coordinator, facilitator, collaboration):
    url = collaboration_url("collaboration", collaboration)
    assert page_of(coordinator.get(url)).main.current() == ["Nu: Plan een sessie"]
    assert page_of(facilitator.get(url)).main.current() == []
    make_round(collaboration=collaboration)
    assert page_of(coordinator.get(url)).main.current() == []


# --- mails


def test_mails_are_chosen_by_each_coordinator_for_themselves(coordinator, collaboration, an):
    bea = add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    url = collaboration_url("collaboration-mails", collaboration)
    fields = page_of(coordinator.get(url)).main.fields()
    assert [field.is_checked for field in fields if field.type == "checkbox"] == [True, True]

    after = coordinator.post(url, {"when-due": "1"}, follow=True)

    assert after.redirect_chain == [(collaboration_url("collaboration", collaboration), 303)]
    assert "Je krijgt er een op de dag van een afspraak." in page_of(after).words
    chosen = dict(Membership.objects.values_list("user__email", "mail_when_done"))
    assert (chosen["an@example.org"], chosen[bea.user.email]) == (False, True)
    coordinator.post(url, {})
    page = page_of(coordinator.get(collaboration_url("collaboration", collaboration)))
    assert "Je zette de mails over rondes en afspraken uit." in page.words
    coordinator.post(url, {"when-done": "1"})
    page = page_of(coordinator.get(collaboration_url("collaboration", collaboration)))
    assert "Je krijgt er een als je een ronde kunt sluiten." in page.words
    coordinator.post(url, {"when-done": "1", "when-due": "1"})
    page = page_of(coordinator.get(collaboration_url("collaboration", collaboration)))
    assert "Je krijgt er een als je een ronde kunt sluiten, en op de dag van een afspraak." in page.words


def test_link_in_a_mail_asks_a_stranger_to_sign_in(client, collaboration):
    response = client.get(collaboration_url("collaboration-mails", collaboration))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/account/aanmelden/")
