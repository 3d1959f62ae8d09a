"""Sessions of reflection and the answers given in them.

No column holds a clock time, a user or an address; keys are random, so that a row's place tells nothing.
"""

import uuid

from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from reflectie.domain.sheet import MAX_NOTE, Mode, Value

from .checklist import Checklist, Item

models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)


class Session(models.Model):
    """One moment at which people fill in the checklist; here, without an account, with one response."""

    class Stage(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("gesloten")
        DISCUSSION = "discussion", _("in gesprek")
        CONCLUDED = "concluded", _("afgerond")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=[(mode.value, mode.value) for mode in Mode])
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.OPEN)
    # The link to read; only its hash, since it can be worked out from the link to fill in and not the other way round.
    read_hash = models.CharField(max_length=64, unique=True)
    # A day, not a time: it starts the clock of erasing and dates the report.
    changed_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"Session {self.id}"


class Response(models.Model):
    """One answer sheet: one person's, or the one that a team filled in together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="responses")
    # The link to fill in, as a hash.
    token_hash = models.CharField(max_length=64, unique=True)
    finished = models.BooleanField(default=False)
    # What is asked beside the checklist, by field name.
    extras = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Response {self.id}"


class Answer(models.Model):
    """The answer to one item, a note on it, or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(Response, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, blank=True, choices=[(value.value, value.value) for value in Value])
    note = models.TextField(blank=True, max_length=MAX_NOTE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "item"], name="answer_once_per_item"),
            models.CheckConstraint(
                condition=models.Q(value__in=["", *(value.value for value in Value)]), name="answer_value_known"
            ),
            models.CheckConstraint(condition=models.Q(note__length__lte=MAX_NOTE), name="answer_note_fits"),
        ]

    def __str__(self) -> str:
        return f"Answer {self.id}"


class MadePdf(models.Model):
    """The PDF that was made last of a session's report, with the key of everything it was made from.

    Kept beside the answers, not in a cache of its own, so that erasing a session erases its PDF in the same breath.
    """

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="made_pdf")
    key = models.CharField(max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"PDF of {self.session_id}"
