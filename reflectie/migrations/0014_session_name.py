from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What a session ends with (`pdf.FINAL`); all else is made anew when something in it changes.
FINAL = ("verslag", "samenvatting")


def let_others_be_made_anew(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    made = apps.get_model("reflectie", "MadePdf").objects.using(editor.connection.alias)
    made.filter(final=True).exclude(kind__in=FINAL).update(final=False)


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0013_search_and_sort_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="name",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="session",
            name="number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(let_others_be_made_anew, migrations.RunPython.noop, elidable=True),
    ]
