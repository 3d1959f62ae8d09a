"""How often something was done of late, so that it can be too often. Nothing here says who or what it was."""

from django.db import models


class RateCount(models.Model):
    """How often one thing was done by one asker, until the clock in `until`; then it counts from nothing again."""

    # A keyed hash: without SECRET_KEY nobody reads an address out of it.
    key = models.CharField(primary_key=True, max_length=64)
    number = models.PositiveIntegerField()
    # Seconds since 1970.
    until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"RateCount {self.key[:8]}"
