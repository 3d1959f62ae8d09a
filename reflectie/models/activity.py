"""Who did what in a collaboration, for its coordinators."""

from django.conf import settings
from django.db import models

from .collaboration import Collaboration, Role
from .session import Session


class Activity(models.Model):
    """One act of somebody with an account: by day, without a word of what was typed. Nothing that a participant does
    stands here. Erased after ACTIVITY_DAYS, and with its collaboration."""

    class Action(models.TextChoices):
        PLANNED = "planned"
        REPLANNED = "replanned"
        LINK_RENEWED = "link-renewed"
        ASKED = "asked"
        REMINDED = "reminded"
        RENAMED = "renamed"
        BROUGHT_IN = "brought-in"
        IMPORT_ERASED = "import-erased"
        CLOSED = "closed"
        OPENED = "opened"
        CONCLUDED = "concluded"
        REOPENED = "reopened"
        TEXT_REMOVED = "text-removed"
        QUOTE_RELEASED = "quote-released"
        QUOTE_TAKEN_BACK = "quote-taken-back"
        SHARED = "shared"
        SESSION_ERASED = "session-erased"
        ADOPTED = "adopted"
        INVITED = "invited"
        APPOINTED = "appointed"
        INVITATION_WITHDRAWN = "invitation-withdrawn"
        JOINED = "joined"
        ROLE_CHANGED = "role-changed"
        REMOVED = "removed"
        CHANGED = "changed"
        ARCHIVED = "archived"
        RESTORED = "restored"
        SIGNALS_ON = "signals-on"
        SIGNALS_OFF = "signals-off"

    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="activities")
    # A day: at what hour somebody works is nobody's business.
    on = models.DateField()
    action = models.CharField(max_length=20, choices=Action.choices)
    # Empty once the account is closed.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    # Whose role it was about.
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    role = models.CharField(max_length=20, blank=True, choices=Role.choices)
    # Empty once it is erased, and for what isn't about one.
    session = models.ForeignKey(Session, models.SET_NULL, related_name="+", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["collaboration", "-id"], name="activity_latest")]

    def __str__(self) -> str:
        return f"Activity {self.pk}"
