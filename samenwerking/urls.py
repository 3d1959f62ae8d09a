"""Every address. Dutch, stable, readable."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, register_converter

from reflectie.views import collaborations, people, public, team


class Token:
    """Signs that a token may hold; anything else is no address here."""

    regex = "[A-Za-z0-9_-]{16,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Token, "token")

# One way in for everybody, so that a second factor holds here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", public.home, name="home"),
    path("over/", public.about, name="about"),
    path("start/", team.start, name="start"),
    path("invullen/<token:token>/", team.fill, name="fill"),
    path("invullen/<token:token>/wissen/", team.erase, name="erase"),
    path("invullen/<token:token>/bewaren/", collaborations.adopt_reflection, name="adopt"),
    path("rapport/<token:token>/", team.report, name="report"),
    path("rapport/<token:token>.pdf", team.report_pdf, name="report-pdf"),
    path("samenwerkingen/", collaborations.overview, name="collaborations"),
    path("samenwerkingen/nieuw/", collaborations.new, name="collaboration-new"),
    path("samenwerkingen/<uuid:pk>/", collaborations.show, name="collaboration"),
    path("samenwerkingen/<uuid:pk>/wijzigen/", collaborations.edit, name="collaboration-edit"),
    path("samenwerkingen/<uuid:pk>/wissen/", collaborations.erase, name="collaboration-erase"),
    path("samenwerkingen/<uuid:pk>/mensen/", people.members, name="members"),
    path("uitnodiging/<token:token>/", people.invitation, name="invitation"),
    path("gezond/", public.alive, name="alive"),
    path("gereed/", public.ready, name="ready"),
    path("account/", include("samenwerking.account_urls")),
    path("beheer/", admin.site.urls),
]
