"""Every address. Dutch, stable, readable."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, register_converter

from reflectie.exports import Format
from reflectie.pdf.documents import DocumentKind
from reflectie.views import documents, downloads, public, sharing, signals, site
from reflectie.views.collaborations import activity, collaborations, people
from reflectie.views.comparison import comparison, document
from reflectie.views.imports import table_import
from reflectie.views.meeting import guide, poll_page, poll_vote, talk, wall
from reflectie.views.questionnaire import paper, participant, team
from reflectie.views.report import agreements, parked, pictures, report, said
from reflectie.views.sessions import invite, sessions, stages
from reflectie.web.permissions import without_account
from reflectie.web.report_access import by_link, by_role, talk_by_link, talk_by_role
from reflectie.web.secret_addresses import FILL, INVITATION, JOIN, REPORT, TALK


class Token:
    """Signs that a token may hold; anything else is no address here."""

    regex = "[A-Za-z0-9_-]{16,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DocumentConverter:
    """What else is made of a report; the whole of it has addresses of its own."""

    regex = "|".join(kind for kind in DocumentKind if kind is not DocumentKind.REPORT)

    def to_python(self, value: str) -> DocumentKind:
        return DocumentKind(value)

    def to_url(self, value: str) -> str:
        return value


class FileFormat:
    """What figures can be taken along as."""

    regex = "|".join(Format)

    def to_python(self, value: str) -> Format:
        return Format(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(Token, "token")
register_converter(DocumentConverter, "document")
register_converter(FileFormat, "format")

handler400 = "reflectie.web.errors.unreadable"
handler403 = "reflectie.web.errors.forbidden"
handler404 = "reflectie.web.errors.not_found"
handler500 = "reflectie.web.errors.server_error"

# One way in for everybody, so that a second factor holds here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Whoever holds the link may, or everybody.
WITHOUT_ACCOUNT = [
    path("", public.home, name="home"),
    path("over/", public.about, name="about"),
    path("hulp/", public.help_page, name="help"),
    path("privacy/", site.privacy, name="privacy"),
    path("toegankelijkheid/", site.accessibility, name="accessibility"),
    path("logo/", site.logo, name="logo"),
    # Where machines look for them.
    path("robots.txt", site.robots_txt, name="robots-txt"),
    path(".well-known/security.txt", site.security_txt, name="security-txt"),
    path("voorbeeld/", public.example, name="example"),
    path("voorbeeld.pdf", public.example_pdf, name="example-pdf"),
    path("start/", team.start, name="start"),
    path(f"{FILL}/<token:token>/", team.fill, name="fill"),
    path(f"{FILL}/<token:token>/wissen/", team.erase, name="erase"),
    path(f"{FILL}/<token:token>/gesprek/", talk_by_link(talk.talk), name="team-talk"),
    path(f"{FILL}/<token:token>/gesprek/<slug:key>/", talk_by_link(report.outcome), name="team-outcome"),
    path(f"{FILL}/<token:token>/afspraken/", talk_by_link(agreements.agreements), name="team-agreements"),
    path(f"{FILL}/<token:token>/afspraken/<uuid:key>/", talk_by_link(agreements.agreement), name="team-agreement"),
    path(f"{FILL}/<token:token>/parkeerplaats/", talk_by_link(parked.parked), name="team-parked"),
    path(f"{FILL}/<token:token>/peilingen/", talk_by_link(poll_page.polls), name="team-polls"),
    path(f"{INVITATION}/<token:token>/", people.invitation, name="invitation"),
    path(f"{JOIN}/", participant.by_code, name="join-code"),
    path(f"{JOIN}/<token:token>/", participant.join, name="join"),
    path(f"{JOIN}/<token:token>/invullen/", participant.fill, name="join-fill"),
    path(f"{JOIN}/<token:token>/stand/", participant.standing, name="join-standing"),
    path(f"{JOIN}/<token:token>/verder/", participant.resume, name="join-continue"),
    path(f"{JOIN}/<token:token>/intrekken/", participant.withdraw_answers, name="join-withdraw"),
    path(f"{JOIN}/<token:token>/mail/", participant.report_notice, name="join-mail"),
    path(f"{JOIN}/<token:token>/agenda.ics", participant.session_day, name="join-calendar"),
    path(f"{JOIN}/<token:token>/nieuw/", participant.switch_participant, name="join-new"),
    path(f"{JOIN}/<token:token>/gesprek/", wall.follow, name="join-talk"),
    path(f"{JOIN}/<token:token>/gesprek/stand/", wall.follow_now, name="join-talk-state"),
    path(f"{TALK}/<token:token>/", wall.wall, name="wall"),
    path(f"{TALK}/<token:token>/stand/", wall.wall_now, name="wall-state"),
    path(f"{JOIN}/<token:token>/peiling/", poll_vote.vote_page, name="poll-vote"),
    path(f"{REPORT}/<token:token>/", by_link(report.report), name="report"),
    path(f"{REPORT}/<token:token>.pdf", by_link(documents.document), name="report-pdf"),
    path(f"{REPORT}/<token:token>/<document:kind>.pdf", by_link(documents.document), name="document"),
    path(f"{REPORT}/<token:token>/beeld/<slug:name>.svg", by_link(pictures.picture), name="picture"),
    path(f"{REPORT}/<token:token>/gespreksleidraad/", by_link(guide.guide), name="guide"),
    path(f"{REPORT}/<token:token>/vandaag/", by_link(said.said), name="said"),
    path(f"{REPORT}/<token:token>/opnieuw-opbouwen/", by_link(guide.rebuild), name="rebuild"),
    path(f"{REPORT}/<token:token>.<format:wanted>", by_link(downloads.report_file), name="report-file"),
    path("gezond/", public.alive, name="alive"),
    path("gereed/", public.ready, name="ready"),
    path("meten/", public.metrics, name="metrics"),
]

urlpatterns = [
    *without_account(WITHOUT_ACCOUNT),
    path(f"{FILL}/<token:token>/bewaren/", collaborations.adopt_reflection, name="adopt"),
    path("samenwerkingen/", collaborations.overview, name="collaborations"),
    path("samenwerkingen/nieuw/", collaborations.new, name="collaboration-new"),
    path("samenwerkingen/<uuid:pk>/", collaborations.show, name="collaboration"),
    path("samenwerkingen/<uuid:pk>/wijzigen/", collaborations.edit, name="collaboration-edit"),
    path("samenwerkingen/<uuid:pk>/archief/", collaborations.archive, name="collaboration-archive"),
    path("samenwerkingen/<uuid:pk>/mails/", people.mails, name="collaboration-mails"),
    path("samenwerkingen/<uuid:pk>/logboek/", activity.activity, name="collaboration-activity"),
    path("samenwerkingen/<uuid:pk>/wissen/", collaborations.erase, name="collaboration-erase"),
    path("samenwerkingen/<uuid:pk>/mensen/", people.members, name="members"),
    path("samenwerkingen/<uuid:pk>/sessies/nieuw/", sessions.plan, name="session-new"),
    path("sessies/<uuid:pk>/", sessions.show, name="session"),
    path("sessies/<uuid:pk>/wijzigen/", sessions.edit, name="session-edit"),
    path("sessies/<uuid:pk>/naam/", sessions.rename, name="session-name"),
    path("sessies/<uuid:pk>/link/", sessions.link, name="session-link"),
    path("sessies/<uuid:pk>/scherm/", sessions.screen, name="session-screen"),
    path("sessies/<uuid:pk>/uitnodigen/", invite.invitees, name="session-invite"),
    path("sessies/<uuid:pk>/sluiten/", stages.close, name="session-close"),
    path("sessies/<uuid:pk>/openen/", stages.publish_report, name="session-open"),
    path("sessies/<uuid:pk>/afronden/", stages.end, name="session-conclude"),
    path("sessies/<uuid:pk>/afronden/terug/", stages.undo, name="session-undo"),
    path("sessies/<uuid:pk>/wissen/", sessions.erase, name="session-erase"),
    path("sessies/<uuid:pk>/papier.pdf", paper.paper_form, name="paper-form"),
    path("sessies/<uuid:pk>/papier/", paper.paper, name="paper"),
    path("sessies/<uuid:pk>/verslag/", by_role(report.report), name="session-report"),
    path("sessies/<uuid:pk>/verslag.pdf", by_role(documents.document), name="session-pdf"),
    path("sessies/<uuid:pk>/<document:kind>.pdf", by_role(documents.document), name="session-document"),
    path("sessies/<uuid:pk>/beeld/<slug:name>.svg", by_role(pictures.picture), name="session-picture"),
    path("sessies/<uuid:pk>/gespreksleidraad/", by_role(guide.guide), name="session-guide"),
    path("sessies/<uuid:pk>/vandaag/", by_role(said.said), name="session-said"),
    path("sessies/<uuid:pk>/parkeerplaats/", talk_by_role(parked.parked), name="parked"),
    path("sessies/<uuid:pk>/opnieuw-opbouwen/", by_role(guide.rebuild), name="session-rebuild"),
    path("sessies/<uuid:pk>/gesprek/", talk_by_role(talk.talk), name="talk"),
    # Before any item: none has such a key.
    path("sessies/<uuid:pk>/gesprek/stand/", by_role(talk.talk_state), name="talk-state"),
    path("sessies/<uuid:pk>/gesprek/<slug:key>/", talk_by_role(report.outcome), name="outcome"),
    path("sessies/<uuid:pk>/tekst-weg/", report.remove, name="remove-text"),
    path("sessies/<uuid:pk>/afspraken/", talk_by_role(agreements.agreements), name="agreements"),
    path("sessies/<uuid:pk>/afspraken/<uuid:key>/", talk_by_role(agreements.agreement), name="agreement"),
    path("sessies/<uuid:pk>/peilingen/", talk_by_role(poll_page.polls), name="polls"),
    path("sessies/<uuid:pk>/volgende.ics", agreements.next_session, name="session-next"),
    path("afspraken/", agreements.open_list, name="open-agreements"),
    path("vergelijken/", comparison.choose, name="compare"),
    path("vergelijken/tabel/", comparison.table, name="compare-table"),
    path("vergelijken/tijd/", comparison.over_time, name="compare-time"),
    path("vergelijken/naast-elkaar/", comparison.beside, name="compare-beside"),
    path("sessies/<uuid:pk>/delen/", sharing.lessons, name="lessons"),
    path("sessies/<uuid:pk>/delen/<uuid:key>/", sharing.lesson, name="lesson"),
    path("delen/", sharing.shared, name="shared"),
    path("vergelijken/vergelijking.pdf", document.comparison_pdf, name="compare-pdf"),
    path("vergelijken/vergelijking.<format:wanted>", downloads.compared_file, name="compare-file"),
    path("sessies/<uuid:pk>/verslag.<format:wanted>", by_role(downloads.report_file), name="session-file"),
    path("account/alles.zip", downloads.everything, name="everything"),
    path("samenwerkingen/<uuid:pk>/sessies/eerder/", table_import.earlier, name="session-earlier"),
    path("sessies/<uuid:pk>/invoeren/", table_import.bring, name="import"),
    path("sessies/<uuid:pk>/invoerblad.xlsx", table_import.template, name="import-template"),
    path("signalen/", signals.overview, name="signals"),
    path("signalen/signaal.pdf", signals.signals_pdf, name="signals-pdf"),
    path("samenwerkingen/<uuid:pk>/signalen/", signals.collaboration_signals, name="collaboration-signals"),
    path("sessies/<uuid:pk>/citaten/", signals.quotes, name="quotes"),
    path("account/", include("samenwerking.account_urls")),
    path("beheer/", admin.site.urls),
]
