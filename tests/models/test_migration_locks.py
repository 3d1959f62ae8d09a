"""No migration keeps people out for long: what would lock a large table of PostgreSQL's while it goes over all of it is
found here, and either done in another way or allowed with a reason.

Our own few rules, and not the library django-migration-linter: that one warns of columns that code of before doesn't
know, which costs nothing here (an update stops the site), and knows neither which tables are large nor Python that goes
over one. Of migrations from 0022 on; those of before have run everywhere.
"""

from collections.abc import Iterator

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now, Random

APP, SINCE = "reflectie", "0022"
# At a million answers: 70,000 responses of 5,000 sessions. All else is smaller, and takes a moment.
LARGE = {"answer", "response", "session", "sessiontotals", "madepdf"}
# What may be, as "0023_name: what is found": why it takes no time, or why somebody has to wait.
ALLOWED: dict[str, str] = {}


def long_locks(operations: list[Operation], state: ProjectState) -> list[str]:
    """What of these operations would lock a large table while PostgreSQL reads or writes all of it."""
    found = []
    for operation in operations:
        before = state.clone()
        operation.state_forwards(APP, state)
        found += _faults(operation, before, state)
    return found


def _faults(operation: Operation, before: ProjectState, after: ProjectState) -> Iterator[str]:
    if isinstance(operation, migrations.RunPython | migrations.RunSQL):
        yield "runs code of its own: which tables it goes over can't be seen"
    elif isinstance(operation, migrations.SeparateDatabaseAndState):
        yield from long_locks(operation.database_operations, before.clone())
    table = str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower()
    if table not in LARGE or (APP, table) not in before.models:
        return
    if isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield f"{table}: builds an index; use AddIndexConcurrently"
    elif isinstance(operation, migrations.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield f"{table}: reads every row for a constraint; use AddConstraintNotValid and ValidateConstraint"
    elif isinstance(operation, migrations.AlterUniqueTogether | migrations.AlterIndexTogether):
        yield f"{table}: builds an index"
    elif isinstance(operation, migrations.AddField):
        yield from (f"{table}.{operation.name}: {fault}" for fault in _of_new_field(operation.field))
    elif isinstance(operation, migrations.AlterField):
        old, new = (state.apps.get_model(APP, table)._meta.get_field(operation.name) for state in (before, after))
        yield from (f"{table}.{operation.name}: {fault}" for fault in _of_other_field(old, new))


def _of_new_field(field: models.Field) -> Iterator[str]:
    if field.many_to_many:
        return
    if field.unique or field.db_index:
        yield "builds an index"
    if field.generated or (field.has_db_default() and hasattr(field.db_default, "resolve_expression")):
        # A literal stands in the catalogue, and so does what Python works out once; this is worked out for each row.
        yield "writes every row anew"


def _of_other_field(old: models.Field, new: models.Field) -> Iterator[str]:
    types = [field.db_parameters(connection)["type"] for field in (old, new)]
    grows = isinstance(old, models.CharField) and isinstance(new, models.CharField | models.TextField)
    longer = grows and (new.max_length or 10**9) >= (old.max_length or 10**9)
    if types[0] != types[1] and not longer:
        yield "writes every row anew for another type"
    if old.null and not new.null:
        yield "reads every row for what is empty"
    if (new.unique, new.db_index) != (old.unique, old.db_index) and (new.unique or new.db_index):
        yield "builds an index"


def test_no_migration_locks_a_large_table_for_long() -> None:
    loader = MigrationLoader(None)
    names = sorted(name for app, name in loader.disk_migrations if app == APP and name >= SINCE)
    assert names
    found = {}
    for name in names:
        migration = loader.disk_migrations[APP, name]
        state = loader.project_state((APP, name), at_end=False)
        found[name] = [f"{name}: {fault}" for fault in long_locks(migration.operations, state)]
    faults = {fault for faults in found.values() for fault in faults}
    # Nor is anything allowed that isn't there.
    assert faults == set(ALLOWED)


@pytest.fixture(scope="module")
def state() -> ProjectState:
    loader = MigrationLoader(None)
    [leaf] = loader.graph.leaf_nodes(APP)
    return loader.project_state(leaf)


INDEX = models.Index(fields=["position"], name="tested")
UNIQUE = models.UniqueConstraint(fields=["id"], name="tested")
CHECK = models.CheckConstraint(condition=models.Q(id__isnull=False), name="tested")


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (migrations.AddIndex("answer", models.Index(fields=["value"], name="tested")), "answer: builds an index; use"),
        (migrations.AddConstraint("Answer", UNIQUE), "answer: reads every row for a constraint"),
        (migrations.AddConstraint("response", CHECK), "response: reads every row for a constraint"),
        (migrations.AlterUniqueTogether("answer", {("id", "value")}), "answer: builds an index"),
        (migrations.AddField("answer", "new", models.TextField(default="", db_index=True)), "answer.new: builds an"),
        (migrations.AddField("answer", "new", models.TextField(null=True, unique=True)), "answer.new: builds an"),
        (
            migrations.AddField("answer", "new", models.ForeignKey("reflectie.session", models.CASCADE, null=True)),
            "answer.new: builds an index",
        ),
        (migrations.AddField("answer", "new", models.FloatField(db_default=Random())), "answer.new: writes every row"),
        (migrations.AlterField("answer", "value", models.IntegerField(null=True)), "answer.value: writes every row"),
        (migrations.AlterField("session", "code", models.CharField(max_length=1)), "session.code: writes every row"),
        (migrations.AlterField("session", "planned_on", models.DateField()), "session.planned_on: reads every row"),
        (migrations.AlterField("session", "name", models.TextField(db_index=True)), "session.name: builds an index"),
        (migrations.RunPython(migrations.RunPython.noop), "runs code of its own"),
        (migrations.RunSQL("SELECT 1"), "runs code of its own"),
        (
            migrations.SeparateDatabaseAndState([migrations.AddConstraint("answer", UNIQUE)], []),
            "answer: reads every row for a constraint",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_lock_for_long_is_found(state: ProjectState, operation: Operation, fault: str) -> None:
    found = long_locks([operation], state.clone())
    assert found
    assert found[0].startswith(fault)


@pytest.mark.parametrize(
    "operation",
    [
        AddIndexConcurrently("answer", models.Index(fields=["value"], name="tested")),
        AddConstraintNotValid("answer", CHECK),
        migrations.AddConstraint("lesson", CHECK),
        migrations.AddField("answer", "new", models.TextField(default="")),
        migrations.AddField("answer", "new", models.BooleanField(db_default=False)),
        migrations.AddField("answer", "new", models.DateTimeField(null=True)),
        migrations.AddField("outcome", "new", models.DateTimeField(db_default=Now())),
        migrations.AlterField("session", "name", models.CharField(max_length=5000)),
        migrations.AlterField("answer", "note", models.TextField(blank=True, verbose_name="anders")),
        migrations.RemoveField("answer", "note"),
        migrations.CreateModel("Tested", [("id", models.BigAutoField(primary_key=True))]),
    ],
    ids=lambda value: value.describe(),
)
def test_what_takes_a_moment_is_left_alone(state: ProjectState, operation: Operation) -> None:
    assert long_locks([operation], state.clone()) == []


def test_index_on_a_table_that_is_new_is_left_alone(state: ProjectState) -> None:
    table = migrations.CreateModel("Answer2", [("id", models.BigAutoField(primary_key=True))])
    fresh = ProjectState()
    assert long_locks([migrations.CreateModel("Answer", table.fields)], fresh) == []
