# Addresses to which one mail goes when a round's report opens.

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0017_session_totals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_notices",
                        to="reflectie.session",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("session", "email"), name="report_notice_once"),
                ],
            },
        ),
    ]
