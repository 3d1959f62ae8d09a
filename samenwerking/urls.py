"""Every address. Dutch, stable, readable."""

from django.contrib import admin
from django.urls import path, register_converter

from reflectie.views import public, report, team


class Token:
    """Signs that a token may hold; anything else is no address here."""

    regex = "[A-Za-z0-9_-]{16,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Token, "token")

urlpatterns = [
    path("", public.home, name="home"),
    path("over/", public.about, name="about"),
    path("start/", team.start, name="start"),
    path("invullen/<token:token>/", team.fill, name="fill"),
    path("invullen/<token:token>/wissen/", team.erase, name="erase"),
    path("rapport/<token:token>/", report.report, name="report"),
    path("rapport/<token:token>.pdf", report.report_pdf, name="report-pdf"),
    path("sessies/<uuid:pk>/verslag/", report.session_report, name="session-report"),
    path("sessies/<uuid:pk>/verslag.pdf", report.session_pdf, name="session-pdf"),
    path("sessies/<uuid:pk>/gesprek/<slug:key>/", report.outcome, name="outcome"),
    path("sessies/<uuid:pk>/tekst-weg/", report.remove, name="remove-text"),
    path("gezond/", public.alive, name="alive"),
    path("gereed/", public.ready, name="ready"),
    path("beheer/", admin.site.urls),
]
