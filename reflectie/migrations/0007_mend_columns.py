# 0002 and 0004 were edited while they could be used already: 0002 without `blanked`, 0004 without `earlier`. A database
# that was made with them says that it is up to date, and lacks the column. What is there stays as it is.

from django.db import migrations

EDITED = ["blanked", "earlier"]


def add_what_is_missing(apps, schema_editor):
    table = apps.get_model("reflectie", "Session")._meta.db_table
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    for name in EDITED:
        if name not in columns:
            # Not by `add_field`: on SQLite that copies the table with all columns, of which the other may be missing.
            schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {name} bool NOT NULL DEFAULT false")


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0006_released"),
    ]

    operations = [
        # Nothing to take back: the columns are those of 0002 and 0004, which take them away.
        migrations.RunPython(add_what_is_missing, migrations.RunPython.noop),
    ]
