"""What the database and the models refuse: a published version stays what it was, whichever way somebody takes."""

import copy
import json
from contextlib import suppress
from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reflectie.domain.questionnaire.checklist import ContentError
from reflectie.models import Answer, Checklist, Dimension, FrozenError, Guidance, Item
from reflectie.services.questionnaire import checklists, sheets
from tests.helpers.factories import FROZEN, GUIDANCE, make_reflection

pytestmark = pytest.mark.django_db

REVISION = GUIDANCE["revision"]
PUBLISHED = date(2026, 11, 1)


def kept():
    """Everything that is kept of the checklists."""
    return [list(model.objects.order_by("pk").values()) for model in (Checklist, Dimension, Item, Guidance)]


@pytest.fixture
def published(content):
    return Checklist.objects.get()


@pytest.fixture
def draft(content):
    """Version 2, not published, with one dimension and one item."""
    checklist = Checklist.objects.create(version=2, source="Proef")
    dimension = Dimension.objects.create(checklist=checklist, key="goal", position=1, text={"nl": "Doel"})
    Item.objects.create(dimension=dimension, key="goal-shared", position=1, kind="pair", text={"nl": {}})
    return checklist


def parts_of(checklist):
    """A version with one of its dimensions and one of its items."""
    dimension = Dimension.objects.filter(checklist=checklist).first()
    return [checklist, dimension, Item.objects.filter(dimension=dimension).first()]


# --- load_checklist


@pytest.fixture
def fixtures(settings, tmp_path):
    """A copy of the fixtures that a test may change."""
    folder = tmp_path / "fixtures"
    folder.mkdir()
    settings.BASE_DIR = tmp_path
    write(folder, FROZEN, GUIDANCE)
    return folder


def write(folder, frozen, *guidances):
    (folder / f"checklist-{frozen['version']}.json").write_text(json.dumps(frozen))
    for guidance in guidances:
        name = f"guidance-{frozen['version']}.{guidance['language']}.json"
        (folder / name).write_text(json.dumps(guidance))


def load():
    """Run the command; what it printed."""
    output = StringIO()
    call_command("load_checklist", stdout=output)
    return output.getvalue()


def changed(content, *path, to):
    content = copy.deepcopy(content)
    place = content
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return content


def empty_checklists():
    """An installed database before its first `load_checklist`. `_raw_delete`: the models would refuse it."""
    for model in (Guidance, Item, Dimension, Checklist):
        model.objects.all()._raw_delete("default")
    checklists.forget_checklists()


def test_load_checklist_first_time_publishes_and_says_so(content, fixtures):
    empty_checklists()
    assert load() == "checklist-1.json: loaded\n"
    checklist = Checklist.objects.get()
    assert (checklist.version, checklist.revision, checklist.published_on) == (1, REVISION, timezone.localdate())
    assert [model.objects.count() for model in (Dimension, Item, Guidance)] == [5, 15, 1]


def test_load_checklist_second_time_changes_nothing_and_says_nothing(content, fixtures):
    empty_checklists()
    assert load() == "checklist-1.json: loaded\n"
    before = kept()
    assert load() == ""
    assert kept() == before


def test_load_checklist_gives_what_the_files_say(content, checklist):
    loaded = checklists.published_checklist()
    assert (loaded.version, loaded.revision, loaded.language) == (1, checklist.revision, "nl")
    assert (loaded.dimensions, loaded.principles, loaded.sources) == (
        checklist.dimensions,
        checklist.principles,
        checklist.sources,
    )


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("dimensions", 0, "items", 0, "text", "nl", "hindering"), "Iets anders"),
        (("dimensions", 4, "items", 0, "text", "nl", "words"), "iets anders"),
        (("dimensions", 0, "text", "nl"), "Een ander doel"),
        (("dimensions", 0, "items"), FROZEN["dimensions"][0]["items"][::-1]),
        (("dimensions",), FROZEN["dimensions"][::-1]),
        (("dimensions",), FROZEN["dimensions"][:4]),
    ],
)
def test_load_checklist_changed_published_version_is_refused(content, fixtures, path, to):
    assert load() == ""
    before = kept()
    write(fixtures, changed(FROZEN, *path, to=to))
    with pytest.raises(CommandError, match=r"checklist-1\.json: Checklist 1 is published"):
        load()
    assert kept() == before


def test_load_checklist_changed_guidance_without_a_higher_revision_is_refused(content, fixtures):
    before = kept()
    write(fixtures, FROZEN, changed(GUIDANCE, "items", "goal-shared", "help", to="Nieuwe uitleg."))
    with pytest.raises(CommandError, match=f"give it a revision above {REVISION}"):
        load()
    assert kept() == before


def test_load_checklist_changed_guidance_with_a_higher_revision_is_taken(content, fixtures):
    assert checklists.published_checklist().by_key["goal-shared"].help == GUIDANCE["items"]["goal-shared"]["help"]
    better = changed(GUIDANCE, "items", "goal-shared", "help", to="Nieuwe uitleg.") | {"revision": REVISION + 1}
    write(fixtures, FROZEN, better)
    assert load() == "checklist-1.json: loaded\n"
    assert load() == ""
    loaded = checklists.published_checklist()
    assert (loaded.revision, loaded.by_key["goal-shared"].help) == (REVISION + 1, "Nieuwe uitleg.")
    assert Checklist.objects.get().published_on == PUBLISHED


def test_load_checklist_incomplete_content_is_refused_and_leaves_nothing_behind(content, fixtures):
    empty_checklists()
    write(fixtures, FROZEN, changed(GUIDANCE, "items", "goal-shared", "steps", to=[]))
    with pytest.raises(CommandError, match="goal-shared: one to three steps"):
        load()
    assert kept() == [[], [], [], []]


def test_publish_checklist_languages_with_different_revisions_are_refused(content):
    before = kept()
    other = {**GUIDANCE, "revision": REVISION + 1}
    with pytest.raises(ContentError, match="same revision"):
        checklists.publish_checklist(FROZEN, [GUIDANCE, other], PUBLISHED)
    assert kept() == before


def test_publish_checklist_new_version_leaves_the_old_one_as_it_was(content):
    reflection = make_reflection({"goal-shared": "hindering"})
    before = kept()
    frozen = changed(FROZEN, "dimensions", 0, "items", 1, "text", "nl", "hindering", to="Nieuw") | {"version": 2}
    assert checklists.publish_checklist(frozen, [{**GUIDANCE, "checklist": 2}], PUBLISHED) is True
    assert [rows[: len(old)] for rows, old in zip(kept(), before, strict=True)] == before
    filling = sheets.load_filling(reflection.response.session, reflection.response)
    assert (filling.checklist.version, filling.checklist.by_key["goal-shared"].hindering) == (
        1,
        "Niet gedeeld door alle partners",
    )
    assert checklists.published_checklist().by_key["goal-shared"].hindering == "Nieuw"


# --- frozen


PARTS = pytest.mark.parametrize("part", [0, 1, 2], ids=["checklist", "dimension", "item"])
CHANGES = [{"source": "Anders"}, {"key": "anders"}, {"key": "anders"}]


@PARTS
def test_frozen_saving_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    for name, value in CHANGES[part].items():
        setattr(row, name, value)
    for fields in (None, list(CHANGES[part])):
        with pytest.raises(FrozenError):
            row.save(update_fields=fields)
    assert kept() == before


@PARTS
def test_frozen_deleting_is_refused(published, part):
    before = kept()
    with pytest.raises(FrozenError):
        parts_of(published)[part].delete()
    assert kept() == before


@PARTS
def test_frozen_updating_through_a_queryset_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    for rows in (type(row).objects.all(), type(row).objects.filter(pk=row.pk)):
        with pytest.raises(FrozenError):
            rows.update(**CHANGES[part])
    assert kept() == before


@PARTS
def test_frozen_deleting_through_a_queryset_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    for rows in (type(row).objects.all(), type(row).objects.filter(pk=row.pk)):
        with pytest.raises(FrozenError):
            rows.delete()
    assert kept() == before


@PARTS
def test_frozen_bulk_update_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    for name, value in CHANGES[part].items():
        setattr(row, name, value)
    with pytest.raises(FrozenError):
        type(row).objects.bulk_update([row], list(CHANGES[part]))
    assert kept() == before


@PARTS
def test_frozen_creating_or_updating_by_key_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    with pytest.raises(FrozenError):
        type(row).objects.update_or_create(pk=row.pk, defaults=CHANGES[part])
    assert kept() == before


@PARTS
def test_frozen_bulk_create_over_what_is_there_is_refused(published, part):
    row = parts_of(published)[part]
    before = kept()
    same = [
        Checklist(version=1, source="Anders", published_on=None),
        Dimension(checklist=published, key="goal", position=9, text={}),
        Item(dimension=parts_of(published)[1], key="goal-perspective", position=9, kind="factor", text={}),
    ][part]
    unique = [["version"], ["checklist", "key"], ["dimension", "key"]][part]
    over = [["source", "published_on"], ["position", "text"], ["position", "kind", "text"]][part]
    with pytest.raises(FrozenError), transaction.atomic():
        type(row).objects.bulk_create([same], update_conflicts=True, unique_fields=unique, update_fields=over)
    assert kept() == before


def test_frozen_nothing_can_be_added_to_a_published_version(published):
    before = kept()
    dimension = parts_of(published)[1]
    new = [
        Dimension(checklist=published, key="nieuw", position=6, text={}),
        Item(dimension=dimension, key="nieuw", position=3, kind="pair", text={}),
    ]
    for row in new:
        with pytest.raises(FrozenError):
            row.save()
        with pytest.raises(FrozenError):
            type(row).objects.bulk_create([row])
    assert kept() == before


def test_frozen_unsetting_the_date_does_not_help(published):
    before = kept()
    published.published_on = None
    for fields in (None, ["published_on"], ["revision", "published_on"]):
        with pytest.raises(FrozenError):
            published.save(update_fields=fields)
    with pytest.raises(FrozenError):
        published.delete()
    with pytest.raises(FrozenError):
        Checklist.objects.update(published_on=None)
    # Nor does a part that holds on to the version with its date unset.
    dimension = published.dimensions.first()
    dimension.checklist = published
    dimension.key = "anders"
    with pytest.raises(FrozenError):
        dimension.save()
    assert kept() == before


def test_frozen_a_new_revision_takes_nothing_else_along(published):
    published.revision, published.source, published.published_on = 2, "Anders", None
    published.save(update_fields=["revision"])
    row = Checklist.objects.get()
    assert (row.revision, row.source, row.published_on) == (2, FROZEN["source"], PUBLISHED)


def ways_to_move(row, name, target):
    """Every way to give a row another parent."""

    def by_save():
        moved = type(row).objects.get(pk=row.pk)
        setattr(moved, name, target)
        moved.save()

    def by_save_of_the_id():
        moved = type(row).objects.get(pk=row.pk)
        setattr(moved, f"{name}_id", target.pk)
        moved.save(update_fields=[name])

    def by_update():
        type(row).objects.filter(pk=row.pk).update(**{name: target})

    def by_bulk_update():
        moved = type(row).objects.get(pk=row.pk)
        setattr(moved, name, target)
        type(row).objects.bulk_update([moved], [name])

    def by_bulk_update_of_a_few():
        moved = type(row).objects.get(pk=row.pk)
        setattr(moved, name, target)
        type(row).objects.filter(pk=row.pk).bulk_update([moved], [name])

    def by_the_parents_set():
        getattr(target, "dimensions" if name == "checklist" else "items").add(row)

    return {
        way.__name__: way
        for way in (
            by_save,
            by_save_of_the_id,
            by_update,
            by_bulk_update,
            by_bulk_update_of_a_few,
            by_the_parents_set,
        )
    }


WAYS = [
    "by_save",
    "by_save_of_the_id",
    "by_update",
    "by_bulk_update",
    "by_bulk_update_of_a_few",
    "by_the_parents_set",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", ["dimension", "item"])
@pytest.mark.parametrize("direction", ["into", "out of"])
def test_frozen_moving_into_or_out_of_a_published_version_is_refused(published, draft, direction, part, way):
    # Another key, so that no constraint does the model's work.
    own = Dimension.objects.create(checklist=draft, key="proef", position=2, text={})
    Item.objects.create(dimension=own, key="proef", position=1, kind="pair", text={})
    frozen_dimension = published.dimensions.get(key="form")
    before = kept()
    if part == "dimension":
        row, name = (own, "checklist") if direction == "into" else (frozen_dimension, "checklist")
        target = published if direction == "into" else draft
    else:
        row = own.items.get() if direction == "into" else frozen_dimension.items.first()
        name, target = "dimension", frozen_dimension if direction == "into" else own
    with pytest.raises(FrozenError):
        ways_to_move(row, name, target)[way]()
    assert kept() == before


@pytest.mark.parametrize("way", WAYS)
def test_draft_item_can_be_moved_within_drafts(published, draft, way):
    item = Item.objects.get(dimension__checklist=draft)
    other = Dimension.objects.create(checklist=draft, key="ander", position=2, text={})
    ways_to_move(item, "dimension", other)[way]()
    assert Item.objects.get(pk=item.pk).dimension_id == other.pk


@PARTS
def test_draft_can_be_changed_one_by_one_and_through_a_queryset(published, draft, part):
    row = parts_of(draft)[part]
    for name, value in CHANGES[part].items():
        setattr(row, name, value)
        row.save()
        assert getattr(type(row).objects.get(pk=row.pk), name) == value
    other = dict.fromkeys(CHANGES[part], "nogiets")
    assert type(row).objects.filter(pk=row.pk).update(**other) == 1
    assert list(type(row).objects.filter(pk=row.pk).values(*other)) == [other]


@PARTS
def test_draft_can_be_changed_in_bulk_beside_a_published_version(published, draft, part):
    row = parts_of(draft)[part]
    for name, value in CHANGES[part].items():
        setattr(row, name, value)
    assert type(row).objects.bulk_update([row], list(CHANGES[part])) == 1
    assert list(type(row).objects.filter(pk=row.pk).values(*CHANGES[part])) == [CHANGES[part]]


def test_draft_can_be_deleted_and_takes_nothing_published_along(published, draft):
    before = [rows[:-1] if number < 3 else rows for number, rows in enumerate(kept())]
    for row in reversed(parts_of(draft)):
        row.delete()
    assert kept() == before


def test_draft_once_published_is_frozen(draft):
    draft.published_on = PUBLISHED
    draft.save()
    draft.source = "Anders"
    with pytest.raises(FrozenError):
        draft.save()


def test_guidance_keeps_its_checklist_from_being_deleted(draft):
    Guidance.objects.create(checklist=draft, language="nl", content=GUIDANCE)
    with pytest.raises(ProtectedError):
        draft.delete()


# --- through the admin


@pytest.fixture
def admin(content):
    client = Client()
    client.force_login(User.objects.create_superuser("beheerder"))
    return client


def admin_url(row, page):
    return reverse(f"admin:reflectie_{type(row)._meta.model_name}_{page}", args=[row.pk])


def form_data(row, **changes):
    """What the admin's form of a row would post."""
    data = {}
    for field in row._meta.fields:
        value = field.value_from_object(row)
        if not field.primary_key and value is not None:
            data[field.name] = json.dumps(value) if field.get_internal_type() == "JSONField" else value
    return data | changes


def rows_of_the_admin(checklist):
    return [*parts_of(checklist), checklist.guidance.first()]


ADMIN_PARTS = pytest.mark.parametrize("part", [0, 1, 2, 3], ids=["checklist", "dimension", "item", "guidance"])
ADMIN_CHANGES = [*CHANGES, {"content": "{}"}]


@ADMIN_PARTS
def test_admin_published_part_can_be_read(admin, published, part):
    row = rows_of_the_admin(published)[part]
    response = admin.get(admin_url(row, "change"))
    assert response.status_code == 200
    assert (response.context["has_change_permission"], response.context["has_delete_permission"]) == (False, False)
    assert b'name="_save"' not in response.content


@ADMIN_PARTS
def test_admin_published_part_cannot_be_changed(admin, published, part):
    row = rows_of_the_admin(published)[part]
    before = kept()
    response = admin.post(admin_url(row, "change"), form_data(row, **ADMIN_CHANGES[part]))
    assert response.status_code == 403
    assert kept() == before


@ADMIN_PARTS
@pytest.mark.parametrize("method", ["get", "post"])
def test_admin_published_part_cannot_be_deleted(admin, published, part, method):
    row = rows_of_the_admin(published)[part]
    before = kept()
    response = getattr(admin, method)(admin_url(row, "delete"), {"post": "yes"})
    assert response.status_code == 403
    assert kept() == before


@ADMIN_PARTS
def test_admin_delete_selected_is_not_offered_and_does_nothing(admin, published, part):
    row = rows_of_the_admin(published)[part]
    before = kept()
    address = reverse(f"admin:reflectie_{row._meta.model_name}_changelist")
    page = admin.get(address)
    assert page.status_code == 200
    assert b"delete_selected" not in page.content
    data = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    # The list again, for an action that it doesn't know.
    assert admin.post(address, data).status_code == 200
    assert kept() == before


@PARTS
def test_admin_draft_part_can_be_changed(admin, draft, part):
    """So that the refusals above are about being published, not about a form that never works."""
    row = parts_of(draft)[part]
    texts = [{}, {"text": '{"nl": "Doel"}'}, {"text": '{"nl": {"hindering": "a", "helping": "b"}}'}][part]
    assert b'name="_save"' in admin.get(admin_url(row, "change")).content
    response = admin.post(admin_url(row, "change"), form_data(row, **texts, **CHANGES[part]))
    assert response.status_code == 302
    assert list(type(row).objects.filter(pk=row.pk).values(*CHANGES[part])) == [CHANGES[part]]


@pytest.mark.parametrize("part", [1, 2], ids=["dimension", "item"])
def test_admin_nothing_can_be_added_to_a_published_version(admin, published, part):
    row = parts_of(published)[part]
    before = kept()
    new = form_data(row, key="nieuw", position=9)
    response = admin.post(reverse(f"admin:reflectie_{row._meta.model_name}_add"), new)
    # A message, not a page for a fault of ours.
    assert response.status_code in {200, 403}
    assert kept() == before


@pytest.mark.parametrize("part", [1, 2], ids=["dimension", "item"])
def test_admin_draft_part_cannot_be_moved_into_a_published_version(admin, published, draft, part):
    row, target = parts_of(draft)[part], parts_of(published)[part - 1]
    before = kept()
    parent = ["", "checklist", "dimension"][part]
    texts = ["", '{"nl": "Doel"}', '{"nl": {"hindering": "a"}}'][part]
    data = form_data(row, key="nieuw", text=texts) | {parent: target.pk}
    response = admin.post(admin_url(row, "change"), data)
    assert response.status_code in {200, 403}
    assert kept() == before


def test_admin_version_without_guidance_cannot_take_the_site_down(admin, draft, reader):
    """Publishing checks the content; a date typed into the admin's form may not go around that."""
    with suppress(FrozenError):
        admin.post(admin_url(draft, "change"), form_data(draft, published_on="2026-11-02"))
    checklists.forget_checklists()
    assert checklists.published_checklist().version == 1


def test_admin_answers_are_not_there(admin, published):
    page = admin.get(reverse("admin:index"))
    models = {model["object_name"] for app in page.context["app_list"] for model in app["models"]}
    assert {"Checklist", "Dimension", "Item", "Guidance"} <= models
    assert models & {"Session", "Response", "Answer", "MadePdf"} == set()


# --- constraints


def answer_to(reflection, key, **values):
    return Answer(response=reflection.response, item=Item.objects.get(key=key), **values)


def test_answer_once_per_item(reflection):
    answer_to(reflection, "goal-shared", value="hindering").save()
    answer_to(reflection, "goal-perspective", value="hindering").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        answer_to(reflection, "goal-shared", value="helping").save()
    assert reflection.values == {"goal-shared": "hindering", "goal-perspective": "hindering"}


def test_answer_of_two_people_to_one_item_are_both_kept(reflection):
    other = make_reflection({"goal-shared": "helping"})
    answer_to(reflection, "goal-shared", value="hindering").save()
    assert (reflection.values, other.values) == ({"goal-shared": "hindering"}, {"goal-shared": "helping"})


@pytest.mark.parametrize("value", ["", "hindering", "helping", "dont-know"])
def test_answer_known_value_is_kept(reflection, value):
    answer_to(reflection, "goal-shared", value=value).save()
    assert Answer.objects.get().value == value


@pytest.mark.parametrize("value", ["speelt", "Hindering", "hindering ", "1"])
def test_answer_unknown_value_is_refused(reflection, value):
    with pytest.raises(IntegrityError), transaction.atomic():
        answer_to(reflection, "goal-shared", value=value).save()
    assert Answer.objects.count() == 0


@pytest.mark.parametrize("sign", ["a", "é", "🙂"])
def test_answer_note_of_two_thousand_signs_is_kept_and_one_more_refused(reflection, sign):
    answer_to(reflection, "goal-shared", note=sign * 2000).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        answer_to(reflection, "goal-perspective", note=sign * 2001).save()
    assert reflection.values == {"goal-shared-note": sign * 2000}


def test_answer_keeps_its_item_from_being_deleted(draft, reflection):
    item = Item.objects.get(dimension__checklist=draft)
    Answer.objects.create(response=reflection.response, item=item, value="helping")
    with pytest.raises(ProtectedError):
        item.delete()
