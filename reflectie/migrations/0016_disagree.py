# A fourth answer: of a team that fills in together and doesn't agree. No answer of before has it.

from django.db import migrations, models


def leave_open(apps, schema_editor):
    """The version before knows no such answer: taken back, the item is open, and the note on it stays."""
    answers = apps.get_model("reflectie", "Answer").objects.using(schema_editor.connection.alias)
    answers.filter(value="disagree", note="").delete()
    answers.filter(value="disagree").update(value="")


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0015_former_links"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="answer", name="answer_value_known"),
        migrations.AlterField(
            model_name="answer",
            name="value",
            field=models.CharField(
                blank=True,
                choices=[
                    ("hindering", "hindering"),
                    ("helping", "helping"),
                    ("dont-know", "dont-know"),
                    ("disagree", "disagree"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__in", ["", "hindering", "helping", "dont-know", "disagree"])),
                name="answer_value_known",
            ),
        ),
        # Last, so that it is the first to be taken back, while the constraint still allows it.
        migrations.RunPython(migrations.RunPython.noop, leave_open),
    ]
