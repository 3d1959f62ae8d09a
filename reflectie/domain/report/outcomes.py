"""What a team makes of an item after talking (concepts.md, "From answers to findings"): it stands beside the finding,
never instead of it."""

from dataclasses import dataclass
from enum import StrEnum

from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.rules.findings import Finding


class Choice(StrEnum):
    """One of the two wordings, or staying divided."""

    HINDERING = "hindering"
    HELPING = "helping"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was recorded for one item: the choice if one was made, why, the view of a minority if there is one, and who
    can move it where the team sees that otherwise than the guidance does."""

    choice: Choice | None
    reason: str = ""
    minority: str = ""
    mover: ActionOwner | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells one version of it from another (`versions.py`)."""
        return (self.choice or "", self.reason, self.minority, self.mover or "")


def contradicts(finding: Finding | None, outcome: Outcome) -> bool:
    """Whether the talk came to the opposite of what the answers say. Nobody can talk a finding out of the figures."""
    match finding:
        case Finding.OBSTACLE:
            return outcome.choice is Choice.HELPING
        case Finding.STRENGTH | Finding.CLEAR:
            return outcome.choice is Choice.HINDERING
    return False
