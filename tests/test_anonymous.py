"""Anonymous is anonymous: what is left of a finished anonymous round, searched for anything that ties an answer to a
person or to an order of arrival. The rounds here are filled in through the pages, as participants do."""

import random
import re

import pytest
from conftest import fill_in, make_round
from django.db import connection, models

from reflectie import store
from reflectie.domain.setup import Grouping
from reflectie.models import Answer, Invitee, Response, Session

pytestmark = pytest.mark.django_db

# The tables around answers. In these, nothing may point to a person or a moment.
AROUND_ANSWERS = (Response, Answer)


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table in the database, Django's own and the cache's included."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def rows_in_order(model: type[models.Model], column: str) -> list[object]:
    """A column in the order in which the rows lie in the database, which is what a copy of its file shows."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {column} FROM "{model._meta.db_table}" ORDER BY {place}')
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def closed_round(checklist):
    """Six people, each with a sentence of their own by which the row can be told; closed."""
    session = make_round(grouping=Grouping.LEVEL, groups=(("practice", 3), ("board", 3)))
    for number in range(6):
        values = {item.key: "helping" for item in checklist} | {
            "goal-shared": ["hindering", "helping"][number % 2],
            "goal-shared-note": f"Notitie {number}",
            "goal-sentence": f"Zin {number}",
            "level": "practice" if number < 3 else "board",
        }
        fill_in(session, values, finish=True)
    return store.close_round(session)


@pytest.mark.parametrize("model", AROUND_ANSWERS)
def test_no_column_around_an_answer_holds_a_moment_a_user_or_an_address(model):
    kinds = {type(field) for field in model._meta.get_fields() if not field.auto_created or field.concrete}

    assert not kinds & {models.DateTimeField, models.DateField, models.TimeField, models.GenericIPAddressField}
    assert not kinds & {models.AutoField, models.BigAutoField, models.EmailField}
    related = {field.related_model.__name__ for field in model._meta.get_fields() if field.related_model}
    assert related <= {"Session", "Response", "Answer", "Item"}


def test_closing_leaves_no_token_code_or_address(closed_round):
    session = Session.objects.get(pk=closed_round.pk)

    assert set(Response.objects.values_list("token_hash", flat=True)) == {None}
    assert session.code is None
    assert not Invitee.objects.exists()


def test_closing_gives_every_row_a_new_key(checklist):
    session = make_round()
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    before = {*Response.objects.values_list("pk", flat=True), *Answer.objects.values_list("pk", flat=True)}

    store.close_round(session)

    after = {*Response.objects.values_list("pk", flat=True), *Answer.objects.values_list("pk", flat=True)}
    assert len(after) == len(before) == 6
    assert not after & before


def test_closing_writes_the_rows_in_the_order_that_chance_gave(checklist, monkeypatch):
    """Chance is replaced by a known order here, so that it shows whether the rows really follow it."""
    session = make_round(questions=("goal-sentence",))
    for number in range(5):
        fill_in(session, {"goal-shared": "helping", "goal-shared-note": f"{number}", "goal-sentence": f"{number}"})

    def known_order(rows):
        rows.sort(
            key=lambda row: [3, 0, 4, 1, 2].index(
                int(row.extras["goal-sentence"] if hasattr(row, "extras") else row.note)
            )
        )

    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda _self, rows: known_order(rows))
    store.close_round(session)

    assert rows_in_order(Answer, "note") == ["3", "0", "4", "1", "2"]
    order = [re.search(r"\d", str(extras))[0] for extras in rows_in_order(Response, "extras")]
    assert order == ["3", "0", "4", "1", "2"]


def test_chance_is_the_machines_own(closed_round):
    """A seeded generator could be wound back; this one can't be."""
    assert random.SystemRandom().getstate.__qualname__.startswith("SystemRandom")
    with pytest.raises(NotImplementedError):
        random.SystemRandom().getstate()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a hidden row version is PostgreSQL's")
def test_hidden_row_versions_are_all_alike(closed_round):
    for model in AROUND_ANSWERS:
        assert len(set(rows_in_order(model, "xmin"))) == 1
