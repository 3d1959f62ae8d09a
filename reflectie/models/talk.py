"""The talk about a session's report: where it is while it goes on, what it puts off, and polls of support."""

import uuid

from django.db import models

from reflectie.domain.report.agreements import MAX_AGREEMENT, Decision
from reflectie.domain.report.polls import PollWay, Stance

from .session import Agreement, Session


class Talk(models.Model):
    """Where the talk of a session is (`domain/meeting/talk.py`). What it came to stands with the session: this row goes
    once the session is concluded, and its times of day a day after they were written."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="talk")
    # Opens the wall, which shows what the report shows and changes nothing. Plain, since the remote shows it again and
    # again; empty where a team without an account has all of it on one screen.
    wall_token = models.CharField(max_length=64, unique=True, null=True, blank=True)
    # Goes up with whatever the wall may show: as long as it is the same, so is the wall.
    version = models.PositiveIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField()
    # [{"place": a phase, an item's key or "own-1", "minutes": so many, "title": of what somebody raised}, ...]
    agenda = models.JSONField()
    # Where it is: one of the agenda's places.
    place = models.CharField(max_length=40)
    # Places, and keys of items.
    discussed = models.JSONField(default=list, blank=True)
    revealed = models.JSONField(default=list, blank=True)
    # Names the note that was put up; the note itself stands with the answers alone.
    note = models.CharField(max_length=16, blank=True)
    shows_clock = models.BooleanField(default=True)
    # The poll that is on the wall.
    poll = models.ForeignKey("Poll", models.SET_NULL, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    place_since = models.DateTimeField(null=True, blank=True)
    quiet_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Talk of {self.session_id}"


class ParkedTopic(models.Model):
    """What a talk put off, in the team's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="parked")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=MAX_AGREEMENT)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"ParkedTopic {self.id}"


class Poll(models.Model):
    """A poll of support for an agreement or for a decision. Of a closed one the counts alone are left."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="polls")
    # In the order in which they were held.
    position = models.PositiveSmallIntegerField(default=0)
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="polls", null=True, blank=True)
    # Names the words of the agreement that people were asked about.
    words = models.CharField(max_length=16, blank=True)
    decision = models.CharField(
        max_length=10, blank=True, choices=[(decision.value, decision.value) for decision in Decision]
    )
    way = models.CharField(max_length=10, choices=[(way.value, way.value) for way in PollWay])
    is_open = models.BooleanField(default=True)
    # All of them empty while it goes on, and where too few answered by phone.
    behind = models.PositiveSmallIntegerField(null=True, blank=True)
    live_with = models.PositiveSmallIntegerField(null=True, blank=True)
    objection = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            # One at a time: people hold one phone.
            models.UniqueConstraint(fields=["session"], condition=models.Q(is_open=True), name="poll_one_open"),
            models.CheckConstraint(
                condition=models.Q(agreement=None, decision__in=[decision.value for decision in Decision])
                | models.Q(agreement__isnull=False, decision=""),
                name="poll_about_one_thing",
            ),
            models.CheckConstraint(condition=models.Q(way__in=[way.value for way in PollWay]), name="poll_way_known"),
        ]

    def __str__(self) -> str:
        return f"Poll {self.id}"


class PollVote(models.Model):
    """Where one phone stands while a poll goes on; erased when it closes. Its token is this poll's alone, and tells
    nothing of any answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    token_hash = models.CharField(max_length=64)
    stance = models.CharField(max_length=10, choices=[(stance.value, stance.value) for stance in Stance])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "token_hash"], name="poll_vote_once")]

    def __str__(self) -> str:
        return f"PollVote {self.id}"
