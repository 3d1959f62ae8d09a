"""How often something was done of late, counted by the database itself: of any number of processes none loses one."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F

from reflectie.models import RateCount

# One statement, so that nothing comes between looking and counting. What is full isn't written. A clock that once ran
# ahead holds nobody up: a count that lasts longer than it can is over.
_COUNT = """
INSERT INTO reflectie_ratecount AS kept (key, number, until) VALUES (%(key)s, %(amount)s, %(until)s)
ON CONFLICT (key) DO UPDATE SET
  number = excluded.number + CASE WHEN kept.until > %(now)s AND kept.until <= %(until)s THEN kept.number ELSE 0 END,
  until = CASE WHEN kept.until > %(now)s AND kept.until <= %(until)s THEN kept.until ELSE excluded.until END
WHERE kept.until <= %(now)s OR kept.until > %(until)s OR kept.number + excluded.number <= %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that is done at most `limit` times in so many seconds, counted from the first time on; `amount` times
    now. `key` says by whom and what, as a hash of 64 signs."""

    key: str
    limit: int
    seconds: int
    amount: int = 1


class _FullError(Exception):
    pass


def count_uses(uses: Collection[Use]) -> Use | None:
    """Count all of these, or none; the one that is full already, or None when all were counted.

    Raises DatabaseError when it can't be counted: what happens then isn't known to be allowed.
    """
    now, full = int(time.time()), None
    try:
        # In one order, so that two who count the same never wait for each other.
        with transaction.atomic(), connection.cursor() as cursor:
            for use in sorted(uses, key=lambda use: use.key):
                values = {"key": use.key, "amount": use.amount, "limit": use.limit}
                cursor.execute(_COUNT, values | {"now": now, "until": now + use.seconds})
                if not cursor.rowcount or use.amount > use.limit:
                    full = use
                    raise _FullError
    except _FullError:
        return full
    return None


def give_back(uses: Iterable[Use]) -> None:
    """Take back what was counted: it went well, or didn't happen. Raises DatabaseError."""
    with transaction.atomic():
        for use in sorted(uses, key=lambda use: use.key):
            RateCount.objects.filter(key=use.key, number__gte=use.amount).update(number=F("number") - use.amount)


def forget_uses(keys: Collection[str]) -> None:
    """Count from nothing again. Raises DatabaseError."""
    with transaction.atomic():
        RateCount.objects.filter(key__in=keys).delete()


def erase_old_counts() -> int:
    """Erase what counts no more; how many these were."""
    with transaction.atomic():
        return RateCount.objects.filter(until__lte=int(time.time())).delete()[0]
