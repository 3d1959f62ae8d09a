"""The next session's day, for a calendar."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from reflectie.domain.text import set_apart
from reflectie.models import Session
from reflectie.presentation.wording import session_in_plain_text
from reflectie.services.report.reports import title_of

ALARM_BEFORE = timedelta(days=-7)


def calendar_file(session: Session, day: date, url: str) -> bytes:
    """The session that follows on a concluded one: a whole day, with an alarm a week before.

    Made from what is kept alone, without a clock: asked for twice it is the same file, and a calendar that has it
    already puts it in the same place.
    """
    title = _("Reflectiesessie: %s") % set_apart(str(session.collaboration))
    event = Event()
    event.add("uid", f"volgende-sessie-{session.pk}")
    event.add("dtstamp", datetime.combine(session.concluded_on or session.changed_on, time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    last = session_in_plain_text(title_of(session))
    event.add("description", _("Begin met jullie afspraken van %(last)s:\n%(url)s") % {"last": last, "url": url})
    event.add("url", url)
    # A day to keep in mind: it blocks nobody's calendar.
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", ALARM_BEFORE)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Samenwerking//Reflectiesessies//NL")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
