# The talk live: where it is, what it puts off, polls of support; and at which moment an agreement is done.

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0021_coordinator_mails"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="trigger",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.CreateModel(
            name="ParkedTopic",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("text", models.CharField(max_length=300)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parked", to="reflectie.session"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Poll",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("words", models.CharField(blank=True, max_length=16)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("repair", "repair"), ("redesign", "redesign"), ("stop", "stop")],
                        max_length=10,
                    ),
                ),
                ("way", models.CharField(choices=[("phones", "phones"), ("hands", "hands")], max_length=10)),
                ("is_open", models.BooleanField(default=True)),
                ("behind", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("live_with", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("objection", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="polls",
                        to="reflectie.agreement",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="polls", to="reflectie.session"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PollVote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64)),
                (
                    "stance",
                    models.CharField(
                        choices=[("behind", "behind"), ("live-with", "live-with"), ("objection", "objection")],
                        max_length=10,
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="reflectie.poll"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Talk",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="talk",
                        serialize=False,
                        to="reflectie.session",
                    ),
                ),
                ("wall_token", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("minutes", models.PositiveSmallIntegerField()),
                ("agenda", models.JSONField()),
                ("place", models.CharField(max_length=40)),
                ("discussed", models.JSONField(blank=True, default=list)),
                ("revealed", models.JSONField(blank=True, default=list)),
                ("note", models.CharField(blank=True, max_length=16)),
                ("shows_clock", models.BooleanField(default=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("place_since", models.DateTimeField(blank=True, null=True)),
                ("quiet_since", models.DateTimeField(blank=True, null=True)),
                (
                    "poll",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reflectie.poll",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_open", True)), fields=("session",), name="poll_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreement", None), ("decision__in", ["repair", "redesign", "stop"])),
                    models.Q(("agreement__isnull", False), ("decision", "")),
                    _connector="OR",
                ),
                name="poll_about_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["phones", "hands"])), name="poll_way_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="pollvote",
            constraint=models.UniqueConstraint(fields=("poll", "token_hash"), name="poll_vote_once"),
        ),
    ]
