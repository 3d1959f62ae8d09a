"""What one session of a collaboration is told from another by. The words for it are in `wording.session_words`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SessionTitle:
    """A session's day, with the name that its coordinator gave it, if any.

    No two of one collaboration are equal: of several on one day with the same name, or without one, `nth` says which
    it is, in the order in which they were planned. The first stays as it is when another is planned.
    """

    day: date
    name: str = ""
    # 1 for nearly all.
    nth: int = 1
