# By what collaborations are found and put in order: worked out here for what is kept, and at every save from now on.

from django.db import migrations, models

from reflectie.domain.text import search_key, sort_key


def work_out_keys(apps, schema_editor):
    collaborations = apps.get_model("reflectie", "Collaboration").objects.using(schema_editor.connection.alias)
    rows = []
    for row in collaborations.only("name", "region", "theme").iterator(chunk_size=1000):
        row.search_key = search_key(f"{row.name} {row.region} {row.theme}")
        row.sort_key = sort_key(row.name).encode()
        rows.append(row)
    collaborations.bulk_update(rows, ["search_key", "sort_key"], batch_size=200)
    partners = apps.get_model("reflectie", "Partner").objects.using(schema_editor.connection.alias)
    rows = []
    for row in partners.only("name").iterator(chunk_size=1000):
        row.search_key = search_key(row.name)
        rows.append(row)
    partners.bulk_update(rows, ["search_key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0012_normal_addresses"),
    ]

    operations = [
        migrations.AddField("collaboration", "search_key", models.TextField(default="", editable=False)),
        migrations.AddField("collaboration", "sort_key", models.BinaryField(db_index=True, default=b"")),
        migrations.AddField("partner", "search_key", models.TextField(default="", editable=False)),
        migrations.AlterField("collaboration", "name", models.CharField(max_length=120, verbose_name="naam")),
        migrations.RunPython(work_out_keys, migrations.RunPython.noop),
    ]
