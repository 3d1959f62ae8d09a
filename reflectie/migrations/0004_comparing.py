# Comparing, signals, what is shared with others, and what was made up for a demonstration.

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0003_report"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=300)),
                (
                    "sharing",
                    models.CharField(blank=True, choices=[("unnamed", "unnamed"), ("named", "named")], max_length=10),
                ),
            ],
            options={
                "ordering": ["item__dimension__position", "item__position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="sharing",
            field=models.CharField(blank=True, choices=[("unnamed", "unnamed"), ("named", "named")], max_length=10),
        ),
        migrations.AddField(
            model_name="answer",
            name="released",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="collaboration",
            name="invented",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="collaboration",
            name="signals_from",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="earlier",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="session",
            name="told_of_signals",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("sharing__in", ["", "unnamed", "named"])), name="agreement_sharing_known"
            ),
        ),
        migrations.AddField(
            model_name="lesson",
            name="item",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reflectie.item"),
        ),
        migrations.AddField(
            model_name="lesson",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lessons", to="reflectie.session"
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(("sharing__in", ["", "unnamed", "named"])), name="lesson_sharing_known"
            ),
        ),
    ]
