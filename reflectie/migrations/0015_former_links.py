# Links that a new one took the place of, so that a page can tell them from what was erased.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0014_session_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_links",
                        to="reflectie.session",
                    ),
                ),
            ],
        ),
    ]
