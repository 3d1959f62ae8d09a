"""The ways in which a report is opened, by its link or in a role in its collaboration, and where each leads on.

A view of a report is written once and gets a `ReportAccess`; `by_link` and `by_role` make a public and a members' view
of it. So it is with a view that records what a talk comes to: `talk_by_link` is for a team without an account that
filled in together and has its link to fill in, `talk_by_role` for members.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.models import OPENED, Session
from reflectie.pdf.documents import DocumentKind
from reflectie.services.sessions.talking import is_talking
from reflectie.services.tokens import read_token

from .errors import keeps_typed
from .permissions import SessionAccess, member_report_or_404, readable_session_or_404, talking_session_or_404
from .reflection_cookie import reflection_token, remember

FORM = ["GET", "HEAD", "POST"]
BY_LINK = {
    "report": "report",
    "pdf": "report-pdf",
    "document": "document",
    "picture": "picture",
    "guide": "guide",
    "said": "said",
    "worksheet": "rebuild",
    "file": "report-file",
}
BY_ROLE = {
    "report": "session-report",
    "pdf": "session-pdf",
    "document": "session-document",
    "picture": "session-picture",
    "guide": "session-guide",
    "said": "session-said",
    "worksheet": "session-rebuild",
    "file": "session-file",
}


# Of the example there is no more than this: it belongs to nobody.
OF_EXAMPLE = {"report": "example", "pdf": "example-pdf"}


@dataclass(frozen=True, slots=True)
class ReportLinks:
    """The addresses of a report and of all that is made of it, for templates: `{{ links.guide }}`. Empty for what has
    none here."""

    routes: Mapping[str, str]
    # The link's token, or the session's key: what every address of these routes begins with. The example has none.
    key: str | UUID = ""

    def _to(self, what: str, *args: str) -> str:
        if what not in self.routes:
            return ""
        return reverse(self.routes[what], args=[self.key, *args] if self.key else args)

    @property
    def report(self) -> str:
        return self._to("report")

    @property
    def guide(self) -> str:
        return self._to("guide")

    @property
    def worksheet(self) -> str:
        return self._to("worksheet")

    @property
    def report_pdf(self) -> str:
        return self._to("pdf")

    @property
    def summary_pdf(self) -> str:
        return self._to("document", DocumentKind.SUMMARY)

    @property
    def board_pdf(self) -> str:
        return self._to("document", DocumentKind.BOARD)

    @property
    def said(self) -> str:
        return self._to("said")

    @property
    def said_pdf(self) -> str:
        return self._to("document", DocumentKind.SAID)

    @property
    def guide_pdf(self) -> str:
        return self._to("document", DocumentKind.GUIDE)

    @property
    def cards_pdf(self) -> str:
        return self._to("document", DocumentKind.CARDS)

    @property
    def worksheet_pdf(self) -> str:
        return self._to("document", DocumentKind.WORKSHEET)

    @property
    def xlsx(self) -> str:
        return self._to("file", "xlsx")

    @property
    def csv(self) -> str:
        return self._to("file", "csv")

    @property
    def json(self) -> str:
        return self._to("file", "json")

    @property
    def picture(self) -> str:
        """The route of a picture, which has a name of its own: `{% url links.picture links.key name %}`."""
        return self.routes.get("picture", "")


@dataclass(frozen=True, slots=True)
class TalkLinks:
    """The routes at which it is recorded what a talk comes to, and the key with which the addresses of all begin: the
    session's, or the link to fill in. For templates: `{% url talk.outcome talk.key item.key %}`."""

    key: str | UUID
    outcome: str
    agreements: str
    agreement: str
    parked: str
    polls: str
    # Where it is led, and what tells whether that changed; one screen alone has no need to ask.
    live: str
    state: str = ""


def _members_talk(pk: UUID) -> TalkLinks:
    return TalkLinks(pk, "outcome", "agreements", "agreement", "parked", "polls", "talk", "talk-state")


def _team_talk(token: str) -> TalkLinks:
    return TalkLinks(
        token, "team-outcome", "team-agreements", "team-agreement", "team-parked", "team-polls", "team-talk"
    )


@dataclass(frozen=True, slots=True)
class ReportAccess:
    """A session whose report somebody may read, and where all that is made of it stands for them."""

    session: Session
    links: ReportLinks
    # The role in which it was opened; None for whoever holds a link.
    member: SessionAccess | None = None
    # The link to fill in, for whoever has that too.
    own: str = ""
    # Where its talk is recorded; None for whoever only reads.
    talk: TalkLinks | None = None

    @property
    def seen_by(self) -> str:
        """What tells apart pages of different people about one report."""
        if self.member:
            return f"{self.member.role}-{self.session.stage}"
        return "own" if self.own else "reader"

    @property
    def agreements_url(self) -> str:
        """The list of agreements; empty for whoever only reads."""
        return reverse(self.talk.agreements, args=[self.talk.key]) if self.talk else ""

    @property
    def live_url(self) -> str:
        """Where its talk is led; empty for whoever only reads."""
        return reverse(self.talk.live, args=[self.talk.key]) if self.talk else ""

    @property
    def may_talk(self) -> bool:
        """Whether they may record now what the talk comes to. Without an account that is so wherever it is recorded at
        all."""
        return self.talk is not None and (self.member is None or is_talking(self.session))

    @property
    def context(self) -> dict[str, Any]:
        """What every page of a report has: the addresses, where and whether its talk may be recorded, and for a member
        the session and what else they may do in it."""
        context = {"links": self.links, "talk": self.talk, "may_talk": self.may_talk}
        if self.member is None:
            return context
        leads = self.member.is_coordinator
        return {
            **context,
            "session": self.session,
            "may_conclude": self.may_talk and leads,
            "may_remove": leads and self.session.stage != Session.Stage.OPEN,
        }


# What somebody records beside the talk says so, and leads back to where it stands there.
FROM_TALK, RECORDED = "gesprek", "vastleggen"


def from_talk(request: HttpRequest) -> bool:
    """Whether a page or form about what is recorded was opened from where the talk is led."""
    given = request.POST if request.method == "POST" else request.GET
    return given.get("van") == FROM_TALK


def recorded_or_404(access: ReportAccess) -> None:
    """What a talk came to stands in a report that is everybody's: before that there is none (404)."""
    if not access.may_talk and access.session.stage not in OPENED:
        raise Http404


ReportView = Callable[..., HttpResponse]


def by_link(view: ReportView) -> ReportView:
    """A view of a report for whoever holds its link to read."""

    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        session, own = readable_session_or_404(token), _own_token(request, token)
        talks = own and session.collaboration_id is None and is_talking(session)
        talk = _team_talk(own) if talks else None
        return view(request, ReportAccess(session, ReportLinks(BY_LINK, token), own=own, talk=talk), **kwargs)

    return opened


def _own_token(request: HttpRequest, token: str) -> str:
    """The link to fill in that this browser used last, when the report is of that sheet; else nothing."""
    own = reflection_token(request)
    return own if own and read_token(own) == token else ""


def by_role(view: ReportView) -> ReportView:
    """A view of a report for the members of its collaboration."""

    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        return view(request, _access_of_member(request, pk), **kwargs)

    return opened


def _access_of_member(request: HttpRequest, pk: UUID) -> ReportAccess:
    member = member_report_or_404(request, pk)
    return ReportAccess(member.session, ReportLinks(BY_ROLE, pk), member, talk=_members_talk(pk))


def talk_by_link(view: ReportView) -> ReportView:
    """A view that records what a talk comes to, for a team without an account that filled in together: whoever has its
    link to fill in. Its browser finds the report as its own afterwards."""

    @keeps_typed(sent_by_anyone=True)
    @require_http_methods(FORM)
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        links = ReportLinks(BY_LINK, read_token(token))
        access = ReportAccess(talking_session_or_404(token), links, own=token, talk=_team_talk(token))
        page = view(request, access, **kwargs)
        return remember(page, token) if page.status_code == 200 else page

    return opened


def talk_by_role(view: ReportView) -> ReportView:
    """A view that records what a talk comes to, for the members of its collaboration."""

    @keeps_typed()
    @require_http_methods(FORM)
    @wraps(view)
    def opened(request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        return view(request, _access_of_member(request, pk), **kwargs)

    return opened
