"""What is kept: fields, constraints, named querysets. What it means stands in `domain/`."""

from .activity import Activity
from .checklist import Checklist, Dimension, FrozenError, Guidance, Item
from .collaboration import Collaboration, Invitation, Membership, Partner, Role
from .counting import RateCount
from .keys import has_words
from .session import (
    FINAL_PDFS,
    HELD_ON,
    OPENED,
    Agreement,
    Answer,
    Conclusion,
    FormerCoordinator,
    FormerLink,
    Invitee,
    Lesson,
    MadePdf,
    Outcome,
    ReportNotice,
    Response,
    Session,
    SessionTotals,
    nth_that_day,
    report_is_open,
)
from .talk import ParkedTopic, Poll, PollVote, Talk
from .work import DailyJob, Heartbeat, OutgoingMail

__all__ = [
    "FINAL_PDFS",
    "HELD_ON",
    "OPENED",
    "Activity",
    "Agreement",
    "Answer",
    "Checklist",
    "Collaboration",
    "Conclusion",
    "DailyJob",
    "Dimension",
    "FormerCoordinator",
    "FormerLink",
    "FrozenError",
    "Guidance",
    "Heartbeat",
    "Invitation",
    "Invitee",
    "Item",
    "Lesson",
    "MadePdf",
    "Membership",
    "Outcome",
    "OutgoingMail",
    "ParkedTopic",
    "Partner",
    "Poll",
    "PollVote",
    "RateCount",
    "ReportNotice",
    "Response",
    "Role",
    "Session",
    "SessionTotals",
    "Talk",
    "has_words",
    "nth_that_day",
    "report_is_open",
]
