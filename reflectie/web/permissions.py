"""Who may: every view fetches through here. What is absent and what is forbidden look alike (404).

A coordinator may do everything in a collaboration. A facilitator reads its reports and leads the discussion. An admin
manages accounts and content in `/beheer/` and has no more right to reports than anybody else. Whoever holds a link may
do what the link is for: fill in, take part, or read.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial, update_wrapper
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpRequest
from django.urls import URLPattern

from reflectie.domain.setup import Mode
from reflectie.models import (
    HELD_ON,
    OPENED,
    FormerCoordinator,
    FormerLink,
    Membership,
    Response,
    Role,
    Session,
    nth_that_day,
    report_is_open,
)
from reflectie.models.prepared import Prepared
from reflectie.services.comparison.comparisons import comparable_sessions
from reflectie.services.meeting.talks import find_followed, find_on_wall
from reflectie.services.sessions.rounds import RoundProgress, load_progress
from reflectie.services.sessions.talking import is_talking
from reflectie.services.tokens import hash_token

_JOINED = Prepared(
    lambda token: (
        Session.objects.annotate(nth=nth_that_day())
        .select_related("checklist", "collaboration")
        .filter(join_token=token)
    ),
    Session._meta.get_field("join_token"),
)
_READABLE = Prepared(
    lambda read_hash: (
        Session.objects.annotate(nth=nth_that_day())
        .select_related("checklist", "collaboration", "totals")
        .filter(report_is_open(), read_hash=read_hash)
    ),
    Session._meta.get_field("read_hash"),
)
_RESPONSE = Prepared(
    lambda token_hash: Response.objects.select_related("session__checklist").filter(token_hash=token_hash),
    Response._meta.get_field("token_hash"),
)

COORDINATOR = (Role.COORDINATOR,)
MEMBERS = (Role.COORDINATOR, Role.FACILITATOR)


def without_account(patterns: Iterable[URLPattern]) -> Iterator[URLPattern]:
    """The same addresses, at which nobody is asked to sign in. At all others they are (`LoginRequiredByDefault`)."""
    for pattern in patterns:
        # A view may have another address, for who did sign in: the mark is the address's.
        view = partial(pattern.callback)
        pattern.callback = login_not_required(update_wrapper(view, pattern.callback))
        yield pattern


class LinkRenewedError(Http404):
    """The link was renewed: it opens nothing, and whoever has it reads so (`web/errors.py`)."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


@dataclass(frozen=True, slots=True)
class SessionAccess:
    """A session with the role in which it was fetched."""

    session: Session
    role: str
    # Whether a sheet in it is finished, where a list has asked that of all its sessions at once.
    has_finished: bool | None = None
    # Whether this person coordinated it since it was planned, and no longer does.
    has_coordinated: bool = False

    @property
    def is_coordinator(self) -> bool:
        return self.role == Role.COORDINATOR

    @property
    def may_read_report(self) -> bool:
        """Once it is opened up, or before that by the facilitator, where participants were told so: by one who didn't
        coordinate it, so that no coordinator reads earlier than others by changing roles for a moment."""
        session = self.session
        if session.stage == Session.Stage.CLOSED:
            return session.facilitator_prepares and self.role == Role.FACILITATOR and not self.has_coordinated
        return is_report_open(session, self.has_finished)


def is_report_open(session: Session, has_finished: bool | None = None) -> bool:
    """Whether the report is there for everybody with the link. A sheet filled in together opens it when finished."""
    if session.stage in OPENED:
        return True
    if Mode(session.mode).is_round:
        return False
    return session.responses.filter(finished=True).exists() if has_finished is None else has_finished


def membership_or_404(request: HttpRequest, collaboration_id: UUID, roles: tuple[str, ...] = MEMBERS) -> Membership:
    """The signed-in person's role in a collaboration, with the collaboration. One query."""
    memberships = Membership.objects.select_related("collaboration")
    found = memberships.filter(user=_user_id(request), collaboration=collaboration_id, role__in=roles).first()
    if found is None:
        raise Http404
    return found


def session_or_404(request: HttpRequest, session_id: UUID, roles: tuple[str, ...] = MEMBERS) -> SessionAccess:
    """A collaboration's session, with its checklist, for who has a role there. One query."""
    role = Membership.objects.filter(collaboration=OuterRef("collaboration"), user=_user_id(request)).values("role")
    former = FormerCoordinator.objects.filter(session=OuterRef("pk"), user=_user_id(request))
    sessions = Session.objects.select_related("checklist", "collaboration", "totals").annotate(
        nth=nth_that_day(), role=Subquery(role), has_coordinated=Exists(former)
    )
    session = sessions.filter(pk=session_id, role__in=roles).first()
    if session is None:
        raise Http404
    return SessionAccess(session, session.role, has_coordinated=session.has_coordinated)


def member_report_or_404(request: HttpRequest, session_id: UUID) -> SessionAccess:
    """A session whose report the signed-in person may read now."""
    found = session_or_404(request, session_id)
    if not found.may_read_report:
        raise Http404
    return found


def readable_sessions(request: HttpRequest) -> Iterator[Session]:
    """Every session whose report the signed-in person may read, by the name of its collaboration and by day.

    Each is fetched when its turn comes, and asked then whether they still may: one or two queries, after one for all.
    """
    theirs = Session.objects.filter(collaboration__memberships__user=signed_in(request))
    in_order = theirs.order_by("collaboration__sort_key", "collaboration_id", HELD_ON, "number", "pk")
    for key in list(in_order.values_list("pk", flat=True)):
        try:
            yield member_report_or_404(request, key).session
        except Http404:
            continue


def compared_or_404(request: HttpRequest, keys: Collection[UUID]) -> list[Session]:
    """The sessions of a comparison, all of which the signed-in person may read; absent or forbidden, it doesn't say
    which, and there is none without a session. One query."""
    sessions = list(comparable_sessions(signed_in(request).pk).filter(pk__in=keys))
    if not sessions or len(sessions) != len(set(keys)):
        raise Http404
    return sessions


def joined_session_or_404(join_token: str) -> Session:
    """The session that a link to take part opens, at whatever stage, with its checklist. One query, and one more for a
    link that opens none."""
    for session in _JOINED.ask(join_token):
        return session
    raise _renewed_or_absent(join_token)


def followed_session_or_404(join_token: str) -> Session:
    """As `joined_session_or_404`, with the session's talk and all that its report asks. One query."""
    session = find_followed(join_token)
    if session is None:
        raise _renewed_or_absent(join_token)
    return session


def wall_session_or_404(wall_token: str) -> Session:
    """The session whose talk the address of a wall shows, with all that its report asks. One query."""
    session = find_on_wall(wall_token)
    if session is None:
        raise Http404
    return session


def _renewed_or_absent(token: str) -> Http404:
    links = FormerLink.objects.select_related("session__checklist", "session__collaboration")
    former = links.filter(token_hash=hash_token(token)).first()
    return LinkRenewedError(former.session) if former else Http404()


def signed_in(request: HttpRequest) -> User:
    """Whoever signed in. Strangers were sent to do so before any view was asked; a view marked public has none."""
    if isinstance(request.user, User):
        return request.user
    raise Http404


def progress_or_404(join_token: str) -> RoundProgress:
    """How the session with a link to take part stands. One query."""
    standing = load_progress(join_token)
    if standing is None:
        raise Http404
    return standing


def response_or_404(token: str) -> Response:
    """The answer sheet that a link to fill in opens, with its session and checklist. One query."""
    for response in _RESPONSE.ask(hash_token(token)):
        return response
    raise _renewed_or_absent(token)


def talking_session_or_404(token: str) -> Session:
    """The session of a team without an account that filled in together, by its link to fill in, from when its sheet is
    finished: what its talk comes to can be recorded. Once a collaboration has it, its members do that. Two queries."""
    session = response_or_404(token).session
    if session.collaboration_id is not None or not is_talking(session):
        raise Http404
    return session


def readable_session_or_404(read_token: str) -> Session:
    """The session whose report a link to read opens, with all that its figures ask. One query.

    Before a sheet is finished the report is nobody's but its giver's, and before a round is opened up nobody's at all:
    so the link doesn't open anything yet.
    """
    for session in _READABLE.ask(hash_token(read_token)):
        return session
    raise Http404


def _user_id(request: HttpRequest) -> int | None:
    # None belongs to nobody: whoever isn't signed in finds nothing.
    return request.user.pk
