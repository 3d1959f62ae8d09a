"""Put the checklists of `fixtures/` in the database, with their help and advice."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reflectie.domain.questionnaire.checklist import ContentError
from reflectie.models import FrozenError
from reflectie.services.questionnaire.checklists import publish_checklist


class Command(BaseCommand):
    help = "Publishes what fixtures/ holds and isn't published yet. Safe to run again; follows every migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        fixtures = settings.BASE_DIR / "fixtures"
        for path in sorted(fixtures.glob("checklist-*.json")):
            frozen = json.loads(path.read_text())
            pattern = f"guidance-{frozen['version']}.*.json"
            guidances = [json.loads(guidance.read_text()) for guidance in sorted(fixtures.glob(pattern))]
            try:
                changed = publish_checklist(frozen, guidances, timezone.localdate())
            except (ContentError, FrozenError) as error:
                raise CommandError(f"{path.name}: {error}") from error
            if changed:
                self.stdout.write(f"{path.name}: loaded")
