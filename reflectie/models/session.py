"""Sessions of reflection and the answers given in them.

Around answers no column holds a clock time, a user or an address; keys are random, so that a row's place tells nothing.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME, MAX_NOTE, Value
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import MAX_AGREEMENT, Decision, Needed, State
from reflectie.domain.report.outcomes import Choice
from reflectie.domain.setup import Grouping, Mode
from reflectie.domain.sharing import Sharing

from .checklist import Checklist, Item
from .collaboration import Collaboration

models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)


class Session(models.Model):
    """One moment at which people fill in the checklist: a round of a collaboration, or one sheet without an account."""

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

    # From here on: a round of a collaboration. A session without one expires.
    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="sessions", null=True, blank=True)
    # As plain text, since the coordinator shows both again and again. They open an empty sheet, never an answer; the
    # code dies with the round.
    join_token = models.CharField(max_length=64, unique=True, null=True, blank=True)
    code = models.CharField(max_length=8, unique=True, null=True, blank=True)
    # What a coordinator calls it, beside its day. Everybody who takes part or reads sees it.
    name = models.CharField(max_length=MAX_NAME, blank=True)
    # In which order a collaboration's sessions were planned or taken in; 0 for those from before this was kept.
    number = models.PositiveIntegerField(default=0)
    planned_on = models.DateField(null=True, blank=True)
    # The last day on which answers are taken, if there is one.
    closes_on = models.DateField(null=True, blank=True)
    concluded_on = models.DateField(null=True, blank=True)
    # On which the answers were erased and their figures kept, long after it was concluded.
    folded_on = models.DateField(null=True, blank=True)
    expected = models.PositiveSmallIntegerField(null=True, blank=True)
    # What is asked beside the checklist, by field name.
    questions = models.JSONField(default=list, blank=True)
    grouping = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in Grouping], default=Grouping.NONE
    )
    # What the grouping question offers: [[name, how many are expected], ...]. Partners as they were called at planning.
    groups = models.JSONField(default=list, blank=True)
    # Whether a group was too small at closing, so that people of several groups are together without one.
    blanked = models.BooleanField(default=False)
    facilitator_prepares = models.BooleanField(default=False)
    # Who types in the paper forms; empty when there is no paper. Participants read it beforehand.
    paper_by = models.CharField(max_length=MAX_NAME, blank=True)
    # How many paper forms there are, known once all of them are in, and how many were typed in; until it closes.
    paper_sheets = models.PositiveSmallIntegerField(null=True, blank=True)
    paper_typed = models.PositiveSmallIntegerField(default=0)
    # Texts a coordinator took out after closing: {field name: how many}.
    removed = models.JSONField(default=dict, blank=True)
    reminded = models.BooleanField(default=False)
    # Whether participants read beforehand that findings may count in signals, and a note be quoted there. Only then may
    # they: whatever was answered before that was said stays out.
    told_of_signals = models.BooleanField(default=False)
    # Whether participants read beforehand what whoever types in paper forms can know of the others. Only then are typed
    # sheets told from others while the round is open; a round that was planned before that was said goes on as it was.
    told_of_typist = models.BooleanField(default=False)
    # Held on paper in earlier years: a coordinator brings its sheets in, and nobody takes part by a link.
    earlier = models.BooleanField(default=False)
    # Whether the coordinators were mailed that everybody is done, or that the last day is over: once.
    coordinators_mailed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["collaboration", "-planned_on"], name="session_latest")]

    def __str__(self) -> str:
        return f"Session {self.id}"


# The day of a session, as the database works it out: a reflection that was taken in was never planned, so that its last
# change dates it.
HELD_ON = Coalesce("planned_on", "changed_on")

# The report is everybody's from here on.
OPENED = (Session.Stage.DISCUSSION, Session.Stage.CONCLUDED)


# By hand: every page of a session asks it, and putting this together anew from its parts took a millisecond each time.
_NTH_THAT_DAY = """(
    SELECT COUNT(*) + 1 FROM reflectie_session alike
    WHERE alike.collaboration_id = reflectie_session.collaboration_id AND alike.name = reflectie_session.name
    AND COALESCE(alike.planned_on, alike.changed_on)
        = COALESCE(reflectie_session.planned_on, reflectie_session.changed_on)
    AND (alike.number < reflectie_session.number
        OR (alike.number = reflectie_session.number AND alike.id < reflectie_session.id))
)"""


def nth_that_day() -> models.expressions.RawSQL:
    """Which session it is of those of its collaboration on its day with the same name, in the order in which they were
    planned: 1 for nearly all (`domain/session_title.py`). For a query of sessions themselves, not of what hangs on
    them."""
    return models.expressions.RawSQL(_NTH_THAT_DAY, (), models.IntegerField())  # noqa: S611 - nothing of it is typed


def report_is_open() -> models.Q:
    """Sessions whose report is there for everybody with the link: opened up, or one sheet that is finished."""
    finished = Response.objects.filter(session=models.OuterRef("pk"), finished=True)
    rounds = [mode for mode in Mode if mode.is_round]
    return models.Q(stage__in=OPENED) | models.Q(~models.Q(mode__in=rounds), models.Exists(finished))


class Response(models.Model):
    """One answer sheet: one person's, or the one that a team filled in together. It begins with its first answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="responses")
    # What opens the sheet, as a hash; nothing does after closing, or when it was typed in from paper.
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    finished = models.BooleanField(default=False)
    # Typed in from paper, as long as the round is open: closing asks it, and erases it.
    typed = models.BooleanField(default=False)
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
    # Whether a coordinator released this note, by itself, to be quoted in a signal.
    released = models.BooleanField(default=False)

    class Meta:
        # Few among all answers there are.
        indexes = [models.Index(fields=["response"], condition=models.Q(released=True), name="answer_released")]
        constraints = [
            models.UniqueConstraint(fields=["response", "item"], name="answer_once_per_item"),
            models.CheckConstraint(
                condition=models.Q(value__in=["", *(value.value for value in Value)]), name="answer_value_known"
            ),
            models.CheckConstraint(condition=models.Q(note__length__lte=MAX_NOTE), name="answer_note_fits"),
        ]

    def __str__(self) -> str:
        return f"Answer {self.id}"


class SessionTotals(models.Model):
    """What a session's answers add up to, written when it closes: from then on neither changes. Nothing stands in it
    that the report doesn't show, since long after the conclusion the answers go and this stays
    (`services/sessions/totals.py` has the shape)."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="totals")
    # How many responses count; 0 where too few did for any result.
    counted = models.PositiveIntegerField()
    only_refers = models.BooleanField(default=False)
    # How each item was answered, apart from the rest: thousands of sessions beside each other ask for this alone.
    counts = models.TextField(blank=True)
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"SessionTotals {self.pk}"


class Invitee(models.Model):
    """An address that was sent a session's link. Kept apart from answers, and erased at closing."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="invitees")
    email = models.EmailField()
    # The mail was refused, or tried too often: the coordinator is asked to look at the address.
    unreached = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "email"], name="invitee_once")]

    def __str__(self) -> str:
        return f"Invitee {self.pk}"


class ReportNotice(models.Model):
    """An address to which one mail goes when a round's report opens. Nothing says whose sheet it belongs to: no link,
    no time, no order (`services/sessions/report_notices.py`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="report_notices")
    email = models.EmailField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "email"], name="report_notice_once")]

    def __str__(self) -> str:
        return f"ReportNotice {self.id}"


class FormerCoordinator(models.Model):
    """Somebody who coordinated a session's collaboration since it was planned, and no longer does: whoever prepares is
    somebody else, as participants read beforehand. Kept until the report is everybody's."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="former_coordinators")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="former_coordinator_once")]

    def __str__(self) -> str:
        return f"FormerCoordinator {self.pk}"


class FormerLink(models.Model):
    """A link of a session that a new one took the place of, as a hash. It opens nothing; whoever comes by it reads why,
    and what they typed and isn't sent yet waits for the new one."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="former_links")
    token_hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"FormerLink {self.pk}"


class Outcome(models.Model):
    """What the team made of an item in the discussion. It stands beside the finding, never instead of it."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="outcomes")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, blank=True, choices=[(choice.value, choice.value) for choice in Choice])
    # Who can move it, where the team sees that otherwise than the guidance does.
    mover = models.CharField(max_length=15, blank=True, choices=[(mover.value, mover.value) for mover in ActionOwner])
    reason = models.TextField(blank=True, max_length=MAX_NOTE)
    minority = models.TextField(blank=True, max_length=MAX_NOTE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "item"], name="outcome_once_per_item")]

    def __str__(self) -> str:
        return f"Outcome {self.pk}"


# Not shared is an empty field.
SHARED = [(sharing.value, sharing.value) for sharing in Sharing if sharing]


class Agreement(models.Model):
    """What the team will do: made in the discussion, and kept up after it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="agreements")
    # In the order in which they were made.
    position = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(max_length=MAX_AGREEMENT)
    # At which moment it is done, where the team said so: "als …, dan …".
    trigger = models.CharField(max_length=MAX_AGREEMENT, blank=True)
    who = models.CharField(max_length=MAX_NAME, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # Which obstacle it is about, and which principle it follows, if any.
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", null=True, blank=True)
    principle = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State], default=State.OPEN.value
    )
    # Why it was dropped.
    reason = models.CharField(max_length=MAX_AGREEMENT, blank=True)
    sharing = models.CharField(max_length=10, blank=True, choices=SHARED)
    # Whether the coordinators were mailed that its day is here: once.
    coordinators_mailed = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sharing__in=[sharing.value for sharing in Sharing]), name="agreement_sharing_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="agreement_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Agreement {self.id}"


class Lesson(models.Model):
    """What a team learned about an item, in one sentence of its coordinator."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="lessons")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    text = models.CharField(max_length=MAX_AGREEMENT)
    sharing = models.CharField(max_length=10, blank=True, choices=SHARED)

    class Meta:
        ordering = ["item__dimension__position", "item__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sharing__in=[sharing.value for sharing in Sharing]), name="lesson_sharing_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Lesson {self.id}"


class Conclusion(models.Model):
    """With what a session ended, and the day of the next one."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="conclusion")
    needed = models.CharField(max_length=20, choices=[(needed.value, needed.value) for needed in Needed])
    decision = models.CharField(max_length=10, choices=[(decision.value, decision.value) for decision in Decision])
    reason = models.CharField(max_length=MAX_AGREEMENT, blank=True)
    next_on = models.DateField(null=True, blank=True, db_index=True)
    # When it was recorded: for a few minutes it can be taken back. Erased by the next daily work.
    recorded_at = models.DateTimeField(null=True, blank=True)
    # Whether the coordinators were mailed that the day comes near, and whether it reached one of them.
    reminded = models.BooleanField(default=False)
    reminder_arrived = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(needed__in=[needed.value for needed in Needed]), name="conclusion_needed_known"
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=[decision.value for decision in Decision]),
                name="conclusion_decision_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Conclusion of {self.session_id}"


# What a session ends with, to take along, to hang on the wall and to hold on to what was said: these alone stay as they
# were when it was concluded. The others are to work with, and follow the guidance or how agreements go.
FINAL_PDFS = ("verslag", "samenvatting", "vandaag")


class MadePdf(models.Model):
    """The PDF of one kind that was made last of a session, with the key of everything it was made from.

    Kept beside the answers, not in a cache of its own, so that erasing a session erases its PDFs in the same breath.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="made_pdfs")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    content = models.BinaryField()
    # The page of which it is still to be made; then there is no content yet.
    page = models.TextField(blank=True)
    # The one with which the session ended: kept whatever becomes of templates and guidance.
    final = models.BooleanField(default=False)

    class Meta:
        # Few among all that are kept, and the worker looks for them every minute.
        indexes = [models.Index(fields=["session"], condition=models.Q(page__gt=""), name="pdf_waiting")]
        constraints = [models.UniqueConstraint(fields=["session", "kind"], name="pdf_once_per_kind")]

    def __str__(self) -> str:
        return f"PDF of {self.session_id}"
