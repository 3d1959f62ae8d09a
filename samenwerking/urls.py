"""Every address. Dutch, stable, readable."""

from django.contrib import admin
from django.urls import path, register_converter

from reflectie.views import paper, public, team


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
    path("rapport/<token:token>/", team.report, name="report"),
    path("rapport/<token:token>.pdf", team.report_pdf, name="report-pdf"),
    path("sessies/<uuid:pk>/papier.pdf", paper.paper_form, name="paper-form"),
    path("sessies/<uuid:pk>/papier/", paper.paper, name="paper"),
    path("gezond/", public.alive, name="alive"),
    path("gereed/", public.ready, name="ready"),
    path("beheer/", admin.site.urls),
]
