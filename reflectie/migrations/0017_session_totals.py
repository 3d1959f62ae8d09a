# What the answers of closed sessions add up to. `manage.py write_totals` fills it, since it may take minutes.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0016_disagree"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionTotals",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="totals",
                        serialize=False,
                        to="reflectie.session",
                    ),
                ),
                ("counted", models.PositiveIntegerField()),
                ("only_refers", models.BooleanField(default=False)),
                ("counts", models.TextField(blank=True)),
                ("figures", models.JSONField()),
            ],
        ),
    ]
