"""Refuses settings that would put people's answers at risk: under `manage.py`, and when a server starts."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from reflectie.domain.signals import Partition

TAG = "samenwerking"

# "testserver" is the name under which Django's tests ask.
THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]", "testserver"}

# As Django's own security.W009, which only warns, and only when asked.
KEY_LENGTH, KEY_SIGNS, INSECURE_KEY = 50, 5, "django-insecure-"


@register(TAG)
def hosts(**_: Any) -> Iterator[CheckMessage]:
    elsewhere = sorted(set(settings.ALLOWED_HOSTS) - THIS_MACHINE)
    if any("*" in host for host in elsewhere):
        yield Error(
            "ALLOWED_HOSTS laat elke naam toe (*): een vervalst adres kan zo in een gedeelde link komen.",
            hint="Noem de namen waaronder mensen de site openen: ALLOWED_HOSTS=samenwerking.example.org",
            id="samenwerking.E001",
        )
    elif elsewhere and settings.DEBUG:
        yield Error(
            f"DEBUG staat aan terwijl ook {', '.join(elsewhere)} toegelaten is: foutpagina's tonen dan antwoorden.",
            hint="Zet DEBUG uit, of laat alleen 127.0.0.1 en localhost toe in ALLOWED_HOSTS.",
            id="samenwerking.E002",
        )
    elif elsewhere and settings.PLAIN_HTTP:
        yield Error(
            f"PLAIN_HTTP staat aan terwijl ook {', '.join(elsewhere)} toegelaten is: "
            "links en antwoorden gaan dan leesbaar over het netwerk.",
            hint="Zet PLAIN_HTTP uit en een proxy met https ervoor, of laat alleen 127.0.0.1 en localhost toe.",
            id="samenwerking.E003",
        )


@register(TAG)
def keys(**_: Any) -> Iterator[CheckMessage]:
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        if len(key) < KEY_LENGTH or len(set(key)) < KEY_SIGNS or key.startswith(INSECURE_KEY):
            yield Error(
                "SECRET_KEY is te raden: wie hem raadt, kan persoonlijke codes namaken.",
                hint="Maak er een met: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'",
                id="samenwerking.E004",
            )
            return


@register(TAG)
def former_keys(**_: Any) -> Iterator[CheckMessage]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(set(keys)) < len(keys):
        yield Error(
            "In SECRET_KEY_FALLBACKS staat een sleutel dubbel, of SECRET_KEY zelf.",
            hint="Zet er alleen sleutels in die vroeger golden, elk één keer.",
            id="samenwerking.E010",
        )


@register(TAG, deploy=True)
def keys_that_can_go(**_: Any) -> Iterator[CheckMessage]:
    if settings.SECRET_KEY_FALLBACKS:
        yield Warning(
            "SECRET_KEY_FALLBACKS laat ook oude sleutels gelden.",
            hint="Haal ze weg zodra alle rondes gesloten zijn die onder zo'n sleutel geopend werden.",
            id="samenwerking.W004",
        )


@register(TAG)
def retention(**_: Any) -> Iterator[CheckMessage]:
    if settings.RETENTION_DAYS < 1:
        yield Error(
            f"RETENTION_DAYS is {settings.RETENTION_DAYS}: alles zou meteen gewist worden.",
            hint="Zet het aantal dagen dat een zelfreflectie bewaard blijft op 1 of meer; gewoon is 90.",
            id="samenwerking.E005",
        )


@register(TAG)
def folding(**_: Any) -> Iterator[CheckMessage]:
    if settings.FOLD_MONTHS < 0:
        yield Error(
            f"FOLD_MONTHS is {settings.FOLD_MONTHS}: dat zou nog voor het besluit zijn.",
            hint="Zet het aantal maanden na het besluit waarna van antwoorden alleen aantallen blijven; gewoon is 24. "
            "Zet 0 om ze te houden.",
            id="samenwerking.E008",
        )


@register(TAG)
def registration(**_: Any) -> Iterator[CheckMessage]:
    if settings.REGISTRATION not in ("open", "invited"):
        yield Error(
            f"REGISTRATION is {settings.REGISTRATION!r}: zo is niet duidelijk wie een account mag maken.",
            hint="Zet REGISTRATION op open (iedereen) of op invited (alleen wie uitgenodigd is).",
            id="samenwerking.E006",
        )


@register(TAG)
def signal_label(**_: Any) -> Iterator[CheckMessage]:
    if settings.SIGNAL_LABEL not in list(Partition):
        yield Error(
            f"SIGNAL_LABEL is {settings.SIGNAL_LABEL!r}: zo is niet duidelijk waarnaar signalen ingedeeld worden.",
            hint="Zet SIGNAL_LABEL op region (regio) of op theme (thema).",
            id="samenwerking.E007",
        )


@register(TAG, deploy=True)
def proxy(**_: Any) -> Iterator[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "Zonder BEHIND_PROXY ziet de app niet dat een bezoeker https gebruikt, en stuurt hem eindeloos door.",
            hint="Zet BEHIND_PROXY=true als de proxy zelf X-Forwarded-Proto zet en die van buiten weggooit.",
            id="samenwerking.W001",
        )


@register(TAG, deploy=True)
def mail(**_: Any) -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
        yield Warning(
            "Zonder EMAIL_URL krijgt niemand mail: codes om je aan te melden komen in het logboek terecht.",
            hint="Noem de mailserver: EMAIL_URL=smtp+tls://gebruiker:wachtwoord@mail.example.org:587",
            id="samenwerking.W002",
        )


def refuse_unsafe_settings() -> None:
    """Raises ImproperlyConfigured, with every message and hint, when a check above finds an error.

    For servers: they start without `manage.py`, so nothing else runs these checks for them.
    """
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(["", *map(str, errors)]))
