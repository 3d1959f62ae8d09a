"""The two ways in which a report is opened, by its link or in a role in its collaboration, and where each leads on.

A view of a report is written once and gets a `ReportAccess`; `by_link` and `by_role` make a public and a members' view
of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from reflectie.models import Session
from reflectie.pdf.documents import DocumentKind

from .permissions import SessionAccess, member_report_or_404, readable_session_or_404

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
class ReportAccess:
    """A session whose report somebody may read, and where all that is made of it stands for them."""

    session: Session
    links: ReportLinks
    # The role in which it was opened; None for whoever holds the link.
    member: SessionAccess | None = None

    @property
    def seen_by(self) -> str:
        """What tells apart pages of different people about one report."""
        return f"{self.member.role}-{self.session.stage}" if self.member else "reader"

    @property
    def context(self) -> dict[str, Any]:
        """What every page of a report has: the addresses, and for a member the session and what they may do in it."""
        if self.member is None:
            return {"links": self.links}
        stage, leads = self.session.stage, self.member.is_coordinator
        talks = stage == Session.Stage.DISCUSSION
        return {
            "links": self.links,
            "session": self.session,
            "may_talk": talks,
            "may_conclude": talks and leads,
            "may_remove": leads and stage != Session.Stage.OPEN,
        }


ReportView = Callable[..., HttpResponse]


def by_link(view: ReportView) -> ReportView:
    """A view of a report for whoever holds its link to read."""

    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        access = ReportAccess(readable_session_or_404(token), ReportLinks(BY_LINK, token))
        return view(request, access, **kwargs)

    return opened


def by_role(view: ReportView) -> ReportView:
    """A view of a report for the members of its collaboration."""

    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        member = member_report_or_404(request, pk)
        return view(request, ReportAccess(member.session, ReportLinks(BY_ROLE, pk), member), **kwargs)

    return opened
