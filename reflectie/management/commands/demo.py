"""Make a demonstration to look around in, or take it away again."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reflectie.models import Role
from reflectie.services.collaborations.people import LastCoordinatorError
from reflectie.services.demo import Demo, DemoStandsError, NotEmptyError, make_demo, remove_demo
from reflectie.services.questionnaire.checklists import NothingPublishedError

CONTENT = settings.BASE_DIR / "fixtures" / "demo.nl.json"


class Command(BaseCommand):
    help = (
        "Makes three invented collaborations with sessions over two years, and two accounts to look at them with. "
        "Safe to run again: what stands there stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take all of it away again, accounts included")
        parser.add_argument("--beside", action="store_true", help="also where real collaborations are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        self._remove() if options["remove"] else self._make(beside=options["beside"])

    def _make(self, *, beside: bool) -> None:
        try:
            self.stdout.write(_told(make_demo(json.loads(CONTENT.read_text()), beside=beside)))
        except DemoStandsError:
            self.stdout.write(
                _("Het voorbeeld staat er al, en blijft zoals het is. Ben je het wachtwoord kwijt, haal het voorbeeld")
                + " "
                + _("dan weg met manage.py demo --remove en maak het opnieuw.")
            )
        except NotEmptyError as error:
            raise CommandError(
                _("Hier staan echte samenwerkingen. Wil je het voorbeeld ernaast: manage.py demo --beside")
            ) from error
        except NothingPublishedError as error:
            raise CommandError(_("Er is nog geen checklist. Doe eerst: manage.py load_checklist")) from error

    def _remove(self) -> None:
        try:
            number = remove_demo()
        except LastCoordinatorError as error:
            raise CommandError(
                _("Iemand anders werkt mee in een samenwerking die alleen een voorbeeldaccount coördineert. Maak daar")
                + " "
                + _("eerst iemand anders coördinator.")
            ) from error
        gone = ngettext("%(number)s samenwerking is weg", "%(number)s samenwerkingen zijn weg", number)
        self.stdout.write(gone % {"number": number} + _(", met alles wat bij het voorbeeld hoorde."))


def _told(demo: Demo) -> str:
    lines = [
        _("Het voorbeeld staat klaar: drie samenwerkingen met sessies over twee jaar, allemaal verzonnen."),
        _("Meld je aan op %(path)s als") % {"path": settings.SITE_URL + reverse("account_login")},
        *(f"  {demo.addresses[role]:<32}{role.label}" for role in (Role.COORDINATOR, Role.FACILITATOR)),
        _("met dit wachtwoord, dat nergens anders staat: %(password)s") % {"password": demo.password},
        _("Weghalen: manage.py demo --remove"),
    ]
    return "\n".join(lines)
