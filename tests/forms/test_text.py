"""Every form in which text is typed: invisible signs neither get in nor are refused, and a text of nothing is empty."""

import importlib
import pkgutil
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

import reflectie.forms
from reflectie.domain.questionnaire.answers import digest
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.domain.text import tidy, without_invisible
from reflectie.forms.fields import TextField
from reflectie.models import Session
from reflectie.services import clock
from reflectie.services.report.agreements import add_agreement
from reflectie.services.sessions import paper
from tests.helpers.factories import fill_in, make_reflection, make_round, sign_in_now
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.django_db

# As chats, lists of contacts and spreadsheets give it; on one line.
TYPED = "\u2068@An\u2069 \ufeffe\u0301n\u200b B\u00ado\u202c\u0007"
KEPT = "@An én Bo"
NOTHING = "\u200b\u2800\u3164 \u00ad"
# Read in a way of their own: an address, a code, a password, and a table of which each cell is read.
OWN_WAY = {"email", "login", "addresses", "code", "password", "oldpassword", "password1", "password2", "token", "rows"}
IN_LETTERS_OF_THEIR_OWN = (forms.UUIDField, forms.EmailField, forms.SlugField)
HINDERED = [{"goal-shared": "hindering"} for _ in range(3)]


# --- every field there is


def form_classes() -> Iterator[type[forms.BaseForm]]:
    modules = [module.name for module in pkgutil.walk_packages(reflectie.forms.__path__, "reflectie.forms.")]
    for module in [*modules, "reflectie.accounts.forms"]:
        for found in vars(importlib.import_module(module)).values():
            if isinstance(found, type) and issubclass(found, forms.BaseForm) and "reflectie" in found.__module__:
                yield found


def test_every_field_for_text_tidies_it(rf: RequestFactory, checklist) -> None:
    fields = {(form.__name__, name): field for form in form_classes() for name, field in form.base_fields.items()}
    request = rf.get("/")
    request.user = User(is_superuser=True)
    for model_admin in admin.site._registry.values():
        if type(model_admin).__module__ == "reflectie.admin" and model_admin.has_change_permission(request):
            form = model_admin.get_form(request, request.user if model_admin.model is User else None)
            fields |= {(model_admin.model.__name__, name): field for name, field in form.base_fields.items()}
    typed = {
        key
        for key, field in fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field, IN_LETTERS_OF_THEIR_OWN)
    }
    assert {("AgreementForm", "what"), ("NameForm", "first_name"), ("User", "first_name")} <= typed
    left = {key for key in typed if not isinstance(fields[key], TextField) and key[1] not in OWN_WAY}
    # The administrator's form is made anew from this one, with the fields of "User".
    left = {key for key in left if key[0] != "AccountForm"}
    # What is JSON is read as that; nobody is asked for a username, which is random.
    text = {key for key in left if not isinstance(fields[key], forms.JSONField)}
    assert text == {("User", "username"), ("SignUpForm", "username")}


# --- every form that is posted


def words_in_the_database() -> list[tuple[str, str]]:
    """Every text that is kept, with where it stands."""
    found = []
    for model in apps.get_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._base_manager.values_list(*names):
            for name, value in zip(names, row, strict=True):
                found += [(f"{model.__name__}.{name}", text) for text in texts(value)]
    return found


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key)
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def fields_of(page: Any) -> dict[str, str]:
    """What the page's forms send as they stand: what is hidden, and what is filled in already."""
    return {name: values[0] for name, values in page_of(page).sent().items()}


def start(client: Client, **_: Any) -> Any:
    data = fields_of(client.get(reverse("start")))
    return client.post(reverse("start"), data | {"collaboration_name": TYPED, "team_name": TYPED, "mode": "alone"})


def fill(client: Client, **_: Any) -> Any:
    address = make_reflection(mode=Mode.TOGETHER).fill_url
    given = dict.fromkeys(("goal-shared-note", "goal-sentence", "team-name", "collaboration-name"), TYPED)
    data = {key: value for name, text in given.items() for key, value in ((name, text), (f"seen-{name}", "0"))}
    return client.post(address, data | {"save": "1"})


def take_part(client: Client, collaboration, **_: Any) -> Any:
    session = make_round(Mode.NAMED, collaboration=collaboration)
    client.post(reverse("join", args=[session.join_token]), {"begin": "1"})
    address = reverse("join-fill", args=[session.join_token])
    data = fields_of(client.get(address))
    return client.post(address, data | {"participant": TYPED, "goal-sentence": TYPED, "save": "1"})


def make(coordinator: Client, **_: Any) -> Any:
    names = dict.fromkeys(("name", "region", "theme"), TYPED)
    return coordinator.post(reverse("collaboration-new"), names | {"partners": f"{TYPED}\n{KEPT}\nDe Brug"})


def change(coordinator: Client, collaboration, **_: Any) -> Any:
    names = dict.fromkeys(("name", "region", "theme", "partners"), TYPED)
    return coordinator.post(reverse("collaboration-edit", args=[collaboration.pk]), names)


def adopt(coordinator: Client, **_: Any) -> Any:
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    return coordinator.post(reverse("adopt", args=[reflection.token]), {"where": "new", "name": TYPED})


def plan(coordinator: Client, collaboration, **_: Any) -> Any:
    address = reverse("session-new", args=[collaboration.pk])
    return coordinator.post(address, fields_of(coordinator.get(address)) | PLAN | {"paper_by": TYPED})


PLAN = {"planned_on": clock.today().isoformat(), "mode": "anonymous", "expected": "6", "grouping": "none"}


def change_plan(coordinator: Client, collaboration, **_: Any) -> Any:
    session = make_round(collaboration=collaboration)
    return coordinator.post(reverse("session-edit", args=[session.pk]), PLAN | {"paper_by": TYPED})


def import_answers(coordinator: Client, collaboration, **_: Any) -> Any:
    data = {"planned_on": "2023-05-11", "mode": "anonymous", "grouping": "partner", "partners": f"{TYPED}\nDe Brug"}
    made = coordinator.post(reverse("session-earlier", args=[collaboration.pk]), data)
    session = collaboration.sessions.get()
    assert (made.status_code, [name for name, _ in session.groups]) == (303, [KEPT, "De Brug"])
    typed = TYPED.replace("\u0007", "")
    table = f"2 Gedeeld doel;Notitie bij 2;Organisatie\r\n1;{typed};{KEPT}\r\n\u200b1\u2069;x;{typed}\r\n"
    address = reverse("import", args=[session.pk])
    page = coordinator.post(address, {"file": SimpleUploadedFile("a.csv", table.encode())})
    form = page.context["confirm"]
    return coordinator.post(address, {name: form[name].value() for name in ("rows", "token")})


def type_paper(coordinator: Client, collaboration, **_: Any) -> Any:
    groups = (("Huis Linde", 4), ("De Brug", 4))
    session = make_round(
        collaboration=collaboration, paper_by="Els", grouping=Grouping.PARTNER, groups=groups, questions=OPTIONAL
    )
    paper.set_paper_count(session, 5)
    address = reverse("paper", args=[session.pk])
    data = fields_of(coordinator.get(address))
    typed = {"goal-shared": "\u200b1", "first": "\ufeff1 2", "goal-sentence": TYPED}
    return coordinator.post(address, data | typed | {"notes": f"\u20682: {TYPED}\n3\u200b: x", "save": "1"})


def record(coordinator: Client, collaboration, **_: Any) -> Any:
    session = discussed_round(collaboration, HINDERED)
    data = {"choice": "helping", "reason": TYPED, "minority": TYPED, "mover": "ourselves", "seen": "0"}
    return coordinator.post(reverse("outcome", args=[session.pk, "goal-shared"]), data)


def agree(coordinator: Client, collaboration, **_: Any) -> Any:
    session = discussed_round(collaboration, HINDERED)
    address = reverse("agreements", args=[session.pk])
    return coordinator.post(address, fields_of(coordinator.get(address)) | {"what": TYPED, "who": TYPED})


def drop(coordinator: Client, collaboration, **_: Any) -> Any:
    session = discussed_round(collaboration, HINDERED)
    made = add_agreement(session, Agreement("", "Bellen"), uuid4())
    address = reverse("agreement", args=[session.pk, UUID(made.key)])
    data = fields_of(coordinator.get(address)) | {"what": TYPED, "state": "dropped", "reason": TYPED}
    return coordinator.post(address, data)


def conclude(coordinator: Client, collaboration, **_: Any) -> Any:
    session = discussed_round(collaboration, HINDERED)
    data = {"needed": "yes", "decision": "repair", "reason": TYPED}
    return coordinator.post(reverse("session-conclude", args=[session.pk]), data)


def share(coordinator: Client, collaboration, **_: Any) -> Any:
    session = discussed_round(collaboration, HINDERED)
    address = reverse("lessons", args=[session.pk])
    data = fields_of(coordinator.get(address)) | {"text": TYPED, "item": "goal-shared", "sharing": "unnamed"}
    return coordinator.post(address, data)


def call_oneself(coordinator: Client, **_: Any) -> Any:
    return coordinator.post(reverse("account_name"), {"first_name": TYPED})


def administer(client: Client, an: User, **_: Any) -> Any:
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    address = reverse("admin:auth_user_change", args=[an.pk])
    data = {name: value for name, value in fields_of(client.get(address)).items() if not name.startswith("_")}
    return client.post(address, data | {"first_name": TYPED, "last_name": TYPED})


POSTS: list[Callable[..., Any]] = [
    start, fill, take_part, make, change, adopt, plan, change_plan, import_answers, type_paper, record, agree, drop,
    conclude, share, call_oneself, administer,
]  # fmt: skip


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.__name__)
def test_what_is_pasted_is_kept_clean_and_not_refused(client, coordinator, collaboration, an, post) -> None:
    response = post(client=client, coordinator=coordinator, collaboration=collaboration, an=an)
    assert response.status_code in (302, 303), response.content.decode()
    found = words_in_the_database()
    assert KEPT in {text for _place, text in found}
    assert [
        (place, ascii(text))
        for place, text in found
        if text != without_invisible(text) or unicodedata.normalize("NFC", text) != text
    ] == []


# --- names of nothing


def test_a_text_of_nothing_is_as_good_as_none(coordinator, collaboration, client) -> None:
    assert tidy(NOTHING) == ""
    session = discussed_round(collaboration, HINDERED)
    named = make_round(Mode.NAMED, collaboration=collaboration)
    client.post(reverse("join", args=[named.join_token]), {"begin": "1"})
    fill_address = reverse("join-fill", args=[named.join_token])
    agreements, lessons = (reverse(name, args=[session.pk]) for name in ("agreements", "lessons"))
    lesson = {"text": NOTHING, "item": "goal-shared"}
    person = {"participant": NOTHING, "goal-shared": "helping", "finish": "1"}
    asked = [
        (coordinator, reverse("collaboration-new"), {"name": NOTHING}, "Geef de samenwerking een naam."),
        (coordinator, agreements, {"what": NOTHING}, "Schrijf wat jullie gaan doen."),
        (coordinator, lessons, lesson, "Schrijf in één zin wat hielp."),
        (client, fill_address, person, "Vul je naam in"),
    ]
    for who, address, data, said in asked:
        page = who.post(address, fields_of(who.get(address)) | data)
        assert (page.status_code, said in page.content.decode()) == (422, True), address


def test_partners_that_look_alike_are_one_group(coordinator, collaboration) -> None:
    partners = "CAW\nC\u200bAW\ncaw\nHuis ’t Veld\nHuis 't Veld\nCafe\u0301\nCafé\n\u2800\n"
    data = {"name": "A", "partners": partners}
    assert coordinator.post(reverse("collaboration-edit", args=[collaboration.pk]), data).status_code == 303
    assert [partner.name for partner in collaboration.partners.all()] == ["CAW", "Huis ’t Veld", "Café"]
    # Said beside the field, before it is sent.
    page = coordinator.get(reverse("collaboration-edit", args=[collaboration.pk])).content.decode()
    assert "Staat een naam er twee keer, dan bewaren we hem één keer" in page


def test_a_plan_offers_a_partner_once_however_it_was_called_before(coordinator, collaboration) -> None:
    collaboration.partners.all().delete()
    for place, name in enumerate(["Huis 't Veld", "De Brug"]):
        collaboration.partners.create(name=name, position=place)
    before = (("Huis ’t Veld", 4), ("de brug", 5), ("Elders", 3))
    session = make_round(collaboration=collaboration, grouping=Grouping.PARTNER, groups=before)
    address = reverse("session-edit", args=[session.pk])

    form = coordinator.get(address).context["form"]
    rows = [(row.group, form[row.field].value()) for row in form.partner_rows]
    assert rows == [("Huis 't Veld", 4), ("De Brug", 5), ("Elders", 3)]

    # Once somebody chose one, it is called as it was then, in the same place.
    fill_in(session, {"goal-shared": "helping", "organisation": "de brug"})
    form = coordinator.get(address).context["form"]
    assert [(row.group, form[row.field].value()) for row in form.partner_rows] == list(before)
    data = {"planned_on": clock.today().isoformat(), "partner-0": "4", "partner-1": "6", "partner-2": "3"}
    assert coordinator.post(address, data).status_code == 303
    assert Session.objects.get(pk=session.pk).groups == [["Huis ’t Veld", 4], ["de brug", 6], ["Elders", 3]]


def test_a_choice_on_a_page_from_before_names_were_tidied_is_understood(client, collaboration) -> None:
    session = make_round(collaboration=collaboration, grouping=Grouping.PARTNER, groups=(("Café", 3), ("De Brug", 3)))
    client.post(reverse("join", args=[session.join_token]), {"begin": "1"})
    address = reverse("join-fill", args=[session.join_token])
    data = fields_of(client.get(address)) | {"organisation": "Cafe\u0301\u200b", "seen-organisation": digest("")}
    assert client.post(address, data | {"save": "1"}).status_code == 303
    assert [response.extras["organisation"] for response in session.responses.all()] == ["Café"]


# --- typed over


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Huis 't Veld – Café", "huis ’t veld - Cafe\u0301"),
        ("Huis ’t Veld", "\u2068Huis  't Veld\u2069 "),
        ('"Thuis"\u00a0in Tienen', "“thuis” in tienen"),
    ],
)
def test_a_name_typed_over_as_a_person_would_erases(coordinator, collaboration, name, typed) -> None:
    collaboration.name = name
    collaboration.save()
    address = reverse("collaboration-erase", args=[collaboration.pk])
    assert coordinator.post(address, {"typed": "Huis Veld"}).status_code == 422
    assert coordinator.post(address, {"typed": typed}).status_code == 303
    assert not type(collaboration).objects.filter(pk=collaboration.pk).exists()
