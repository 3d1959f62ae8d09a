# Mail leaves the request: what waits to be sent, and whom it didn't reach; the daily jobs and the worker's sign of life;
# the pages of which what a session ended with is still to be made.

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0008_typed_sheets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("conclusion", "reminder_arrived", models.BooleanField(default=False)),
        migrations.AddField("invitation", "unreached", models.BooleanField(default=False)),
        migrations.AddField("invitee", "unreached", models.BooleanField(default=False)),
        migrations.AddField("madepdf", "page", models.TextField(blank=True)),
        migrations.AddIndex(
            "madepdf", models.Index(condition=models.Q(page__gt=""), fields=["session"], name="pdf_waiting")
        ),
        migrations.CreateModel(
            name="DailyJob",
            fields=[
                (
                    "name",
                    models.CharField(
                        choices=[("erase", "Erase"), ("remind", "Remind")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True)),
                ("held_on", models.DateField(blank=True, null=True)),
                ("held", models.CharField(blank=True, max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(default="worker", max_length=10, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                *(
                    (
                        name,
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name=related,
                            to=model,
                        ),
                    )
                    for name, related, model in (
                        ("session", "mails", "reflectie.session"),
                        ("invitation", "mails", "reflectie.invitation"),
                        ("conclusion", "mails", "reflectie.conclusion"),
                        ("user", "+", settings.AUTH_USER_MODEL),
                    )
                ),
            ],
        ),
    ]
