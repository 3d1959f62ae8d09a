"""Sessions that were concluded with a day for the next one, for tests."""

from datetime import timedelta

from django.core import mail
from django.core.management import call_command

from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.models import Collaboration, Session
from reflectie.models import Conclusion as ConclusionRow
from reflectie.services import clock
from reflectie.services.sessions import rounds
from tests.helpers.factories import make_round


def concluded(collaboration: Collaboration, days: int | None = 7, *, before: int = 180) -> Session:
    """A session that ended `before` days ago, with the next one so many days from now."""
    session = make_round(collaboration=collaboration, planned_on=clock.today() - timedelta(before + 5))
    session = rounds.open_report(rounds.close_round(session, without_results=True))
    next_on = None if days is None else clock.today() + timedelta(days)
    session = rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "Een reden", next_on))
    Session.objects.filter(pk=session.pk).update(concluded_on=clock.today() - timedelta(before))
    ConclusionRow.objects.filter(session=session).update(recorded_at=clock.now() - timedelta(before))
    return session


def run() -> list[str]:
    """Who got a mail this time."""
    mail.outbox.clear()
    call_command("send_reminders", verbosity=0)
    return sorted(address for sent in mail.outbox for address in sent.to)
