"""Make a demonstration to look around in, or take it away again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from reflectie.models import Role
from reflectie.services.collaborations.people import LastCoordinatorError
from reflectie.services.demo import Demo, DemoStandsError, NotEmptyError, make_demo, read_demo, remove_demo
from reflectie.services.questionnaire.checklists import NothingPublishedError


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
            self.stdout.write(_told(make_demo(read_demo(), beside=beside)))
        except DemoStandsError:
            self.stdout.write(
                "The demonstration is there already, and stays as it is. If you lost the password, take it away with "
                "manage.py demo --remove and make it again."
            )
        except NotEmptyError as error:
            raise CommandError(
                "There are real collaborations here. To have the demonstration beside them: manage.py demo --beside"
            ) from error
        except NothingPublishedError as error:
            raise CommandError("There is no checklist yet. First do: manage.py load_checklist") from error

    def _remove(self) -> None:
        try:
            number = remove_demo()
        except LastCoordinatorError as error:
            raise CommandError(
                "Somebody else takes part in a collaboration that only an account of the demonstration coordinates. "
                "Make somebody else coordinator there first."
            ) from error
        self.stdout.write(f"Collaborations taken away: {number}, with all that belonged to the demonstration.")


def _told(demo: Demo) -> str:
    lines = [
        "The demonstration is ready: three collaborations with sessions over two years, all of it invented.",
        f"Sign in at {settings.SITE_URL}{reverse('account_login')} as",
        *(f"  {demo.addresses[role]:<32}{role.value}" for role in (Role.COORDINATOR, Role.FACILITATOR)),
        f"with this password, which stands nowhere else: {demo.password}",
        "To take it away: manage.py demo --remove",
    ]
    return "\n".join(lines)
