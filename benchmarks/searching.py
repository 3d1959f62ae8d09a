"""Finding one's way among ten thousand collaborations: the list, a search and a filter, as somebody with a role in all
of them gets the list, and somebody with a role in some of them chooses what to compare."""

from datetime import date
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks.comparing import in_turns
from benchmarks.recorder import Recorder
from reflectie.domain.setup import Mode
from reflectie.models import Checklist, Collaboration, Membership, Partner, Role, Session

MANY = 10_000
# Of so many somebody has a role in one.
ONE_IN = 50
NAMES = ["Één", "Samen", "Cliënten", "Łódź", "Zorg"]
REGIONS = ["Hageland", "Gent", "Één"]
AIM_MS = 60
# Who asks, the name of the address, and what is asked for.
PAGES = [
    ("all", "collaborations", {}),
    ("all", "collaborations", {"zoek": "een wijk"}),
    ("all", "collaborations", {"zoek": "clientenraad 9"}),
    ("some", "compare", {}),
    ("some", "compare", {"label": "Één"}),
    ("some", "compare", {"partner": "clientenraad"}),
]


def measure(run: Recorder) -> None:
    """Each page over HTTP, by somebody alone. A tenth of all collaborations in a smoke test."""
    number = MANY // 10 if run.smoke else MANY
    run.say(f"  {number} collaborations on {connection.vendor}")
    people = _collaborations(number)
    for who, name, asked in PAGES:
        client = Client()
        client.force_login(people[who])
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}
        path = f"{reverse(name)}?{urlencode(asked)}"
        status = run.ask(path, cookie)[0]
        if status != 200:
            raise RuntimeError(f"status {status} for {path}")
        took = in_turns({"own": lambda path=path, cookie=cookie: run.ask(path, cookie)}, run.turns(run.rounds * 5))  # type: ignore[misc]
        what = " ".join([name, *(f"{key}={value}" for key, value in asked.items())])
        roles = number if who == "all" else number // ONE_IN
        aim = f"≤ {AIM_MS} ms"
        run.add(f"{what}, a role in {roles} of {number}", took["own"], "ms", aim=aim, met=took["own"] <= AIM_MS)


def _collaborations(number: int) -> dict[str, User]:
    """Somebody with a role in all of them, and somebody with a role in some. Each has partners, and half a session."""
    people = {who: User.objects.create_user(uuid4().hex, f"{who}@example.org") for who in ("all", "some")}
    made = [
        Collaboration(name=f"{NAMES[place % 5]} in wijk {place * 7919 % number}", region=REGIONS[place % 3])
        for place in range(number)
    ]
    Collaboration.objects.bulk_create(made, batch_size=1000)
    partners = [
        Partner(collaboration=each, name=f"Cliëntenraad {3 * place + one}", position=one)
        for place, each in enumerate(made)
        for one in range(3)
    ]
    Partner.objects.bulk_create(partners, batch_size=2000)
    roles = [(people["all"], each) for each in made] + [(people["some"], each) for each in made[::ONE_IN]]
    Membership.objects.bulk_create(
        [Membership(collaboration=each, user=user, role=Role.COORDINATOR) for user, each in roles], batch_size=2000
    )
    day, checklist = date(2026, 1, 1), Checklist.objects.get()
    stage = Session.Stage.CONCLUDED
    held = {"checklist": checklist, "mode": Mode.ANONYMOUS, "stage": stage, "planned_on": day, "changed_on": day}
    sessions = [Session(collaboration=each, read_hash=uuid4().hex, **held) for each in made[::2]]
    Session.objects.bulk_create(sessions, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people
