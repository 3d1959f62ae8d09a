"""What is erased between a page's look and its write, in every form that writes: services say so by one exception,
and whoever sent the form gets a page that says it isn't there. Nothing is half written."""

import ast
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import reverse

from reflectie import services
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.versions import etag
from reflectie.models import Collaboration, Invitation, Item, Lesson, Membership, Role, Session
from reflectie.services import clock, erasure, mail, tokens
from reflectie.services.collaborations import collaborations, people
from reflectie.services.errors import NotFoundError
from reflectie.services.report import agreements, outcomes
from reflectie.services.sessions import invitees, rounds
from reflectie.web import errors
from reflectie.web.participant_cookie import remember_code, sheet_draft_key
from tests.helpers.factories import (
    CONCLUDING,
    CONCLUSION,
    add_member,
    fill_in,
    make_account,
    make_reflection,
    make_round,
    sign_in_now,
    text_of,
)

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2] / "reflectie"
EARLIER = {"planned_on": "2024-12-01", "mode": "anonymous", "grouping": "none"}
PLAN = {"planned_on": "2026-12-01", "mode": "anonymous", "expected": "8", "grouping": "none"}
LESSON = {"text": "Vaker bellen hielp", "item": "goal-shared", "sharing": "unnamed"}
NOTE = {"veld": "goal-shared-note", "merk": outcomes.text_digest("Ja")}


@pytest.fixture
def before_the_lock(monkeypatch) -> Callable[[Callable[[], object]], list[str]]:
    """Let something happen once, right before a service locks a row: after the view's look. Tells what was locked."""

    def happens(event: Callable[[], object]) -> list[str]:
        locked: list[str] = []

        def late(name: str, real: Callable[..., object]) -> Callable[..., object]:
            def lock(*args: object) -> object:
                if not locked:
                    locked.append(name)
                    event()
                return real(*args)

            return lock

        for module in map(
            import_module, (one.name for one in pkgutil.walk_packages(services.__path__, "reflectie.services."))
        ):
            for name in ("lock_session", "lock_collaboration"):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, late(name, getattr(module, name)))
        return locked

    return happens


def at(stage: str, session: Session) -> None:
    if stage != "open":
        rounds.close_round(session)
    if stage not in ("open", "closed"):
        rounds.open_report(session)
    if stage == "concluded":
        rounds.conclude(session, CONCLUSION)


# Route, stage, what is posted.
IN_A_SESSION = [
    ("session-edit", "open", PLAN),
    ("session-link", "open", {}),
    ("session-close", "open", {"without": "1"}),
    ("session-close", "open", {"keep": "1", "closes_on": str(clock.today() + timedelta(9))}),
    ("session-open", "closed", {}),
    ("session-conclude", "discussion", CONCLUDING),
    ("session-invite", "open", {"addresses": "an@example.org"}),
    ("session-invite", "open", {"unreached": "an@example.org", "forget": "1"}),
    ("session-invite", "open", {"remind": "1"}),
    ("outcome", "discussion", {"choice": "divided", "seen": etag(None)}),
    ("agreements", "discussion", {"what": "We bellen elke week", "key": str(uuid4())}),
    ("polls", "discussion", {"step": "open", "over": "stop", "key": str(uuid4())}),
    (
        "polls",
        "discussion",
        {"step": "hands", "over": "stop", "key": str(uuid4()), "behind": 3, "live_with": 1, "objection": 0},
    ),
    ("polls", "discussion", {"step": "close", "poll": str(uuid4())}),
    ("polls", "discussion", {"step": "cancel", "poll": str(uuid4())}),
    ("agreement", "discussion", {"state": "busy", "what": "We bellen"}),
    ("agreement", "discussion", {"remove": "1"}),
    (
        "lessons",
        "discussion",
        {"text": "Bellen hielp", "item": "goal-shared", "sharing": "unnamed", "key": str(uuid4())},
    ),
    ("lesson", "discussion", {"text": "Vaker bellen hielp", "item": "goal-shared", "sharing": "unnamed"}),
    ("quotes", "discussion", NOTE | {"vrijgeven": "ja"}),
    ("remove-text", "discussion", NOTE),
    ("paper", "open", {"number": "3"}),
]


@pytest.mark.parametrize(("route", "stage", "posted"), IN_A_SESSION)
@pytest.mark.parametrize("gone", ["session", "collaboration"])
def test_form_of_a_session_that_is_erased_meanwhile_is_not_found(
    coordinator, collaboration, before_the_lock, route, stage, posted, gone
):
    session = make_round(collaboration=collaboration, paper_by="Els", expected=6)
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping", "goal-shared-note": "Ja"})
    at(stage, session)
    kwargs: dict[str, object] = {"pk": session.pk}
    if route == "outcome":
        kwargs["key"] = "goal-shared"
    if route == "agreement":
        kept = agreements.add_agreement(session, Agreement("", "We bellen"), uuid4())
        kwargs["key"], posted = UUID(kept.key), posted | {"seen": etag(kept)}
    if route == "lesson":
        lesson = Lesson.objects.create(session=session, item=Item.objects.get(key="goal-shared"), text="Bellen hielp")
        kwargs["key"] = lesson.pk
    if posted.keys() & {"forget", "remind"}:
        invitees.invite(session, ["an@example.org"], mail.Letter("x", "y"))
    erase = {"session": erasure.erase_session, "collaboration": collaborations.erase_collaboration}[gone]
    locked = before_the_lock(lambda: erase(session.pk if gone == "session" else collaboration.pk))

    response = coordinator.post(reverse(route, kwargs=kwargs), posted)

    assert locked == ["lock_session"]
    is_not_there(response)


def is_not_there(response: HttpResponse) -> None:
    assert response.status_code == 404
    assert "Deze pagina is er niet" in response.content.decode()
    connection.check_constraints()


@pytest.mark.parametrize("takes_out", [False, True])
def test_table_of_a_session_that_is_erased_meanwhile_is_not_found(
    coordinator, collaboration, before_the_lock, takes_out
):
    session = make_round(collaboration=collaboration, earlier=True, planned_on=clock.today())
    url = reverse("import", args=[session.pk])
    table = SimpleUploadedFile("blad.csv", b"2 Gedeeld doel\n1\n2\n")
    form = coordinator.post(url, {"file": table}).context["confirm"]
    posted = {} if takes_out else {name: form[name].value() for name in ("rows", "token")}
    locked = before_the_lock(lambda: erasure.erase_session(session.pk))

    response = coordinator.post(f"{url}?weg" if takes_out else url, posted)

    assert locked == ["lock_session"]
    is_not_there(response)


@pytest.mark.parametrize(
    ("route", "posted"),
    [
        ("session-new", PLAN),
        ("session-earlier", EARLIER),
        ("collaboration-edit", {"name": "Samen in Leuven"}),
        ("collaboration-signals", {"meedoen": "ja"}),
        ("members", {"action": "invite", "email": "nieuw@example.org", "role": "facilitator"}),
        ("members", {"action": "coordinator"}),
        ("members", {"action": "remove"}),
    ],
)
def test_form_of_a_collaboration_that_is_erased_meanwhile_is_not_found(
    coordinator, collaboration, before_the_lock, route, posted
):
    member = add_member(collaboration, "fien@example.org", Role.FACILITATOR)
    locked = before_the_lock(lambda: collaborations.erase_collaboration(collaboration.pk))

    response = coordinator.post(reverse(route, args=[collaboration.pk]), posted | {"member": str(member.pk)})

    assert locked == ["lock_collaboration"]
    is_not_there(response)


@pytest.mark.parametrize("action", ["coordinator", "remove"])
def test_member_who_leaves_meanwhile_is_not_found(coordinator, collaboration, before_the_lock, action):
    member = add_member(collaboration, "fien@example.org", Role.FACILITATOR)
    before_the_lock(lambda: Membership.objects.filter(pk=member.pk).delete())

    url = reverse("members", args=[collaboration.pk])

    is_not_there(coordinator.post(url, {"action": action, "member": str(member.pk)}))


@pytest.mark.parametrize("where", ["fill", "adopt"])
def test_reflection_that_is_erased_meanwhile_is_not_found(coordinator, before_the_lock, where):
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    before_the_lock(lambda: erasure.erase_reflection(reflection.response.session_id))
    posted = {"where": "new", "name": "Nieuw", "goal-perspective": "helping", "seen-goal-perspective": "0"}

    is_not_there(coordinator.post(reverse(where, args=[reflection.token]), posted))
    assert not Collaboration.objects.filter(name="Nieuw").exists()


@pytest.mark.parametrize("route", ["join-fill", "join-withdraw"])
def test_round_that_is_erased_meanwhile_is_not_found_by_who_takes_part(client, before_the_lock, route):
    session = make_round()
    code = fill_in(session, {"goal-shared": "helping"})
    page = HttpResponse()
    remember_code(page, session, code)
    client.cookies.update(page.cookies)
    mine = sheet_draft_key(session, tokens.hash_personal_code(session.pk, code))
    before_the_lock(lambda: erasure.erase_session(session.pk))
    posted = {"keep-as": mine, "goal-perspective": "hindering", "seen-goal-perspective": "0"}

    is_not_there(client.post(reverse(route, args=[session.join_token]), posted))


@pytest.mark.parametrize("gone", ["invitation", "collaboration"])
def test_invitation_that_is_gone_meanwhile_says_what_became_of_it(collaboration, before_the_lock, gone):
    invited = people.invite_member(collaboration, "fien@example.org", Role.FACILITATOR)
    client = sign_in_now(Client(), make_account("fien@example.org"))
    invitations = Invitation.objects.filter(collaboration=collaboration)
    before_the_lock(
        invitations.delete if gone == "invitation" else lambda: collaborations.erase_collaboration(collaboration.pk)
    )

    response = client.post(reverse("invitation", args=[invited.token]))

    assert (response.status_code, Membership.objects.filter(user__email="fien@example.org").exists()) == (404, False)
    assert "Deze uitnodiging is er niet" in text_of(response)


def test_only_what_the_store_says_is_gone_is_not_found(rf):
    """Any other missing row is a fault of ours, and has to be seen."""
    with pytest.raises(Http404):
        errors.GoneMiddleware(HttpResponse).process_exception(rf.post("/"), NotFoundError())

    assert errors.GoneMiddleware(HttpResponse).process_exception(rf.post("/"), Session.DoesNotExist()) is None


FILES = sorted(path for room in ("views", "accounts", "services") for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_store_says_by_one_exception_that_something_is_gone(path):
    """A view that catches the exception of some table catches another than is raised, sooner or later."""
    nodes = ast.walk(ast.parse(path.read_text()))
    named = [node.lineno for node in nodes if isinstance(node, ast.Attribute) and node.attr == "DoesNotExist"]

    assert named == []
