"""Days for a calendar: of the next session, and of a round that is going on."""

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
    last = session_in_plain_text(title_of(session))
    text = _("Begin met jullie afspraken van %(last)s:\n%(url)s") % {"last": last, "url": url}
    made_on = session.concluded_on or session.changed_on
    return _whole_day(session, "volgende-sessie", day, made_on, _("Reflectiesessie: %s"), text, url, ALARM_BEFORE)


def participant_calendar_file(session: Session, day: date, url: str, *, is_talk: bool) -> bytes:
    """A day of a round for whoever takes part: that of the talk, or the last one to answer, with an alarm the day
    before. Made of the plan alone: nothing that participants do changes it."""
    title = _("Gesprek over jullie zelfreflectie: %s") if is_talk else _("Laatste dag om te antwoorden: %s")
    text = _("Het verslag opent op deze link:\n%s") % url
    return _whole_day(session, "zelfreflectie", day, day, title, text, url, timedelta(days=-1))


def _whole_day(
    session: Session, kind: str, day: date, made_on: date, title: str, text: str, url: str, alarm_before: timedelta
) -> bytes:
    title %= set_apart(str(session.collaboration))
    event = Event()
    event.add("uid", f"{kind}-{session.pk}")
    event.add("dtstamp", datetime.combine(made_on, time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    event.add("description", text)
    event.add("url", url)
    # A day to keep in mind: it blocks nobody's calendar.
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", alarm_before)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Samenwerking//Reflectiesessies//NL")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
