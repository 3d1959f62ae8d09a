"""Collaborations, and the people who have a role in them. Nothing here points to an answer."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.text import search_words

from .keys import SearchKey, SortKey, WithKeys, has_words

MAX_LABEL = 60


class Role(models.TextChoices):
    """What somebody may do in a collaboration; `web/permissions.py` says what that is."""

    COORDINATOR = "coordinator", _("coördinator")
    FACILITATOR = "facilitator", _("begeleider")


class CollaborationQuerySet(models.QuerySet["Collaboration"]):
    def of(self, user_id: int) -> "CollaborationQuerySet":
        """Those in which somebody has a role."""
        return self.filter(memberships__user=user_id)

    def in_use(self) -> "CollaborationQuerySet":
        """Those that nobody put away."""
        return self.filter(archived_on=None)

    def matching(self, text: str) -> "CollaborationQuerySet":
        """Those with every word of the text in their name, labels or partners."""
        found = self
        for word in search_words(text):
            having = Partner.objects.filter(has_words(word)).values("collaboration")
            found = found.filter(has_words(word) | models.Q(pk__in=having))
        return found


class Collaboration(WithKeys):
    """Partners working together, with the sessions of reflection they hold over the years."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("naam"), max_length=MAX_NAME)
    region = models.CharField(_("regio"), max_length=MAX_LABEL, blank=True)
    theme = models.CharField(_("thema"), max_length=MAX_LABEL, blank=True)
    search_key = SearchKey("name", "region", "theme")
    sort_key = SortKey("name", db_index=True)
    # From this day on it counts in signals; empty as long as no coordinator switched that on.
    signals_from = models.DateField(null=True, blank=True)
    # Made up, to show what this programme does: it counts in no signal beside real ones, and goes in one step.
    invented = models.BooleanField(default=False)
    # On which a coordinator put it away: out of lists, mails and signals made from then on. Nothing of it is erased.
    archived_on = models.DateField(null=True, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="collaborations")

    objects = CollaborationQuerySet.as_manager()

    class Meta:
        verbose_name = _("samenwerking")
        verbose_name_plural = _("samenwerkingen")

    def __str__(self) -> str:
        return self.name


class Partner(WithKeys):
    """An organisation in a collaboration, in the order in which it was named."""

    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="partners")
    name = models.CharField(_("naam"), max_length=MAX_NAME)
    search_key = SearchKey("name")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "name"], name="partner_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Somebody's role in a collaboration: one each."""

    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("rol"), max_length=12, choices=Role.choices)
    # The day on which they came in as coordinator by an administrator's invitation, which everybody here can see.
    appointed_on = models.DateField(null=True, blank=True)
    # Which mails this person gets as coordinator: that a round can be closed, and that the day of an agreement is here.
    mail_when_done = models.BooleanField(default=True)
    mail_when_due = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return str(Role(self.role).label)


class Invitation(models.Model):
    """An address that was asked to take a role, until it is taken, withdrawn or too old."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mailadres"))
    role = models.CharField(_("rol"), max_length=12, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    sent_on = models.DateField()
    # The mail was refused, or tried too often: nobody has its link.
    unreached = models.BooleanField(default=False)
    # An administrator asked, where no coordinator could sign in any more.
    by_administrator = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "email"], name="invitation_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.id}"
