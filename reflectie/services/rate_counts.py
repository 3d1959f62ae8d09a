"""How often something was done of late, counted by the database itself: of any number of processes none loses one."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction
from django.db.models import F

from reflectie.models import RateCount

# One statement, so that nothing comes between looking and counting. What is full isn't written. A clock that once ran
# ahead holds nobody up: a count that lasts longer than it can is over.
_COUNT = """
INSERT INTO reflectie_ratecount AS kept (key, number, until) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET
  number = excluded.number + CASE WHEN kept.until > %s AND kept.until <= excluded.until THEN kept.number ELSE 0 END,
  until = CASE WHEN kept.until > %s AND kept.until <= excluded.until THEN kept.until ELSE excluded.until END
WHERE kept.until <= %s OR kept.until > excluded.until OR kept.number + excluded.number <= %s
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
    """Count all of these, or none; one that is full already, or None when all were counted. A query for each limit.

    Raises DatabaseError when it can't be counted: what happens then isn't known to be allowed.
    """
    try:
        with transaction.atomic():
            # In one order, so that two who count the same never wait for each other.
            for limit, group in groupby(_in_order(uses), key=_limit):
                _count(*limit, list(group))
    except _FullError as full:
        # Asked once nothing of this is counted any more.
        return _fullest(full.args[0])
    return None


def _in_order(uses: Iterable[Use]) -> list[Use]:
    return sorted(uses, key=lambda use: (_limit(use), use.key))


def _limit(use: Use) -> tuple[int, int]:
    return use.seconds, use.limit


def _count(seconds: int, limit: int, uses: Sequence[Use]) -> None:
    """Raises _FullError with all of these when one is full."""
    now = int(time.time())
    rows = ", ".join(["(%s, %s, %s)"] * len(uses))
    values = [value for use in uses for value in (use.key, use.amount, now + seconds)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=rows), [*values, now, now, now, limit])
        if cursor.rowcount != len(uses) or any(use.amount > limit for use in uses):
            raise _FullError(uses)


def _fullest(uses: Sequence[Use]) -> Use:
    kept = dict(RateCount.objects.filter(key__in=[use.key for use in uses]).values_list("key", "number"))
    return max(uses, key=lambda use: kept.get(use.key, 0) + use.amount)


def seconds_until_free(uses: Collection[Use]) -> int:
    """How many seconds until all of these can be counted, if nobody else counts meanwhile; 0 when they can be now. One
    query. Raises DatabaseError."""
    now = int(time.time())
    kept = {count.key: count for count in RateCount.objects.filter(key__in=[use.key for use in uses])}
    waits = [
        kept[use.key].until - now
        for use in uses
        if use.key in kept
        and kept[use.key].number + use.amount > use.limit
        and now < kept[use.key].until <= now + use.seconds
    ]
    return max([*waits, *(use.seconds for use in uses if use.amount > use.limit)], default=0)


def give_back(uses: Iterable[Use]) -> None:
    """Take back what was counted: it went well, or didn't happen. Then nothing says any more that it was tried: who got
    in somewhere, and when, is kept of nobody. Raises DatabaseError."""
    with transaction.atomic():
        # In the order in which they are counted, for the same reason.
        for use in _in_order(uses):
            counted = RateCount.objects.filter(key=use.key)
            counted.filter(number__gte=use.amount).update(number=F("number") - use.amount)
            counted.filter(number=0).delete()


def forget_uses(keys: Collection[str]) -> None:
    """Count from nothing again. Raises DatabaseError."""
    with transaction.atomic():
        RateCount.objects.filter(key__in=keys).delete()


def erase_old_counts() -> int:
    """Erase what counts no more; how many these were."""
    with transaction.atomic():
        return RateCount.objects.filter(until__lte=int(time.time())).delete()[0]
