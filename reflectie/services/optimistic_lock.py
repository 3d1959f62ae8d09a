"""Nobody overwrites what they never saw: a write compares what the page showed with what stands now."""

from typing import Any

from reflectie.domain.questionnaire.answers import Merge, merge
from reflectie.domain.versions import Versioned, parts_of


class ConflictError(Exception):
    """Somebody else changed the thing since the page showed it, or took it out, and nothing was written. `current` is
    what stands now; None when nothing does."""

    def __init__(self, current: Any) -> None:
        super().__init__()
        self.current = current


def is_to_write(seen: str, wanted: Versioned | None, current: Versioned | None) -> bool:
    """Whether `wanted` is to be written (None: to be taken out). Not where it stands already, as after a lost reply,
    nor where the person left alone what they saw. `seen` is the etag of what the page showed.

    Raises ConflictError where both changed it, differently. To be asked under the lock on the session.
    """
    merged = merge(seen, parts_of(wanted), parts_of(current))
    if merged is Merge.CONFLICT:
        raise ConflictError(current)
    return merged is Merge.APPLY
