"""Years of work, made fast: as many collaborations, sessions, answer sheets and answers as a measurement asks for."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import connection

from reflectie.domain.setup import Mode
from reflectie.models import Checklist, Collaboration, Membership, Partner, Response, Role, Session
from reflectie.services.sessions.totals import fill_totals

NAMES = ("Één", "Samen", "Cliënten", "Łódź", "Zorg")
REGIONS = ("Hageland", "Gent", "Één")
NEEDED = ("act", "inform", "act", "refer")
FIRST_DAY, DAYS = date(2023, 1, 15), 3 * 365
BATCH = 2000

# Of every sheet that has no answers yet: hindering, helping, unknown or open, by chance. As rows lie after closing, in
# random order, by random keys.
ANSWERS = """
INSERT INTO reflectie_answer (id, response_id, item_id, value, note, released)
SELECT {key}, sheet.id, item.id, CASE ({sign}(SUBSTR(CAST(sheet.id AS TEXT), 1, 1)) + item.id) % 7
  WHEN 0 THEN 'hindering' WHEN 1 THEN 'hindering' WHEN 2 THEN 'dont-know' WHEN 3 THEN '' ELSE 'helping' END, '', {no}
FROM reflectie_response sheet CROSS JOIN reflectie_item item
WHERE sheet.finished = {yes} AND NOT EXISTS (SELECT 1 FROM reflectie_answer old WHERE old.response_id = sheet.id)
ORDER BY RANDOM()
"""
WORDS = {
    "sqlite": {"key": "LOWER(HEX(RANDOMBLOB(16)))", "sign": "UNICODE", "yes": "1", "no": "0"},
    "postgresql": {"key": "GEN_RANDOM_UUID()", "sign": "ASCII", "yes": "TRUE", "no": "FALSE"},
}


def years_of_work(number: int, each: int, sheets: int) -> tuple[User, list[UUID]]:
    """So many collaborations that take part in signals, each with so many concluded sessions over three years, each of
    so many sheets. Gives somebody who facilitates all of them, and the keys of the sessions."""
    made = Collaboration.objects.bulk_create(
        (
            Collaboration(
                name=f"{NAMES[place % 5]} in wijk {place * 7919 % number}",
                region=REGIONS[place % 3],
                signals_from=FIRST_DAY,
            )
            for place in range(number)
        ),
        BATCH,
    )
    partners = ((each, 3 * place + one, one) for place, each in enumerate(made) for one in range(3))
    rows = (
        Partner(collaboration=of, name=f"Cliëntenraad {name}", position=position) for of, name, position in partners
    )
    Partner.objects.bulk_create(rows, BATCH)
    usual = {"checklist": Checklist.objects.get(), "mode": Mode.ANONYMOUS, "stage": Session.Stage.CONCLUDED}
    usual |= {"expected": sheets, "told_of_signals": True}
    sessions = []
    for place, (one, collaboration) in enumerate(product(range(each), made)):
        day = FIRST_DAY + timedelta(days=one * DAYS // each + place * 7 % (DAYS // each - 30))
        days = {"planned_on": day, "changed_on": day, "concluded_on": day, "number": one + 1}
        sessions.append(Session(collaboration=collaboration, read_hash=uuid4().hex, **days, **usual))
    Session.objects.bulk_create(sessions, BATCH)
    responses = (
        Response(session=session, finished=True, extras={"intensity-needed": NEEDED[(place + sheet) % 4]})
        for place, session in enumerate(sessions)
        for sheet in range(sheets)
    )
    Response.objects.bulk_create(responses, BATCH)
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS.format(**WORDS[connection.vendor]))
    fill_totals()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return facilitator(made), [session.pk for session in sessions]


def facilitator(collaborations: Iterable[Collaboration]) -> User:
    """Somebody with this role in each of them."""
    user = User.objects.create_user(uuid4().hex, f"{uuid4().hex[:8]}@example.org")
    rows = (Membership(collaboration=each, user=user, role=Role.FACILITATOR) for each in collaborations)
    Membership.objects.bulk_create(rows, BATCH)
    return user
