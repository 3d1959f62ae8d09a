# Who did what in a collaboration, for its coordinators.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0022_talk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("replanned", "Replanned"),
                            ("link-renewed", "Link Renewed"),
                            ("asked", "Asked"),
                            ("reminded", "Reminded"),
                            ("brought-in", "Brought In"),
                            ("closed", "Closed"),
                            ("opened", "Opened"),
                            ("concluded", "Concluded"),
                            ("reopened", "Reopened"),
                            ("text-removed", "Text Removed"),
                            ("quote-released", "Quote Released"),
                            ("quote-taken-back", "Quote Taken Back"),
                            ("shared", "Shared"),
                            ("session-erased", "Session Erased"),
                            ("adopted", "Adopted"),
                            ("invited", "Invited"),
                            ("appointed", "Appointed"),
                            ("invitation-withdrawn", "Invitation Withdrawn"),
                            ("joined", "Joined"),
                            ("role-changed", "Role Changed"),
                            ("removed", "Removed"),
                            ("changed", "Changed"),
                            ("archived", "Archived"),
                            ("restored", "Restored"),
                            ("signals-on", "Signals On"),
                            ("signals-off", "Signals Off"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("coordinator", "coördinator"), ("facilitator", "begeleider")],
                        max_length=20,
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="reflectie.collaboration",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reflectie.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["collaboration", "-id"], name="activity_latest")],
            },
        ),
    ]
