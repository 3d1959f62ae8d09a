"""How intensively partners work together, against what is needed: UCLL, table of intensities.

The booklet warns that its table is no menu to follow blindly, so what comes out is said as a question.
"""

from enum import StrEnum


class Intensity(StrEnum):
    """From light to intensive."""

    REFER = "refer"
    INFORM = "inform"
    ACT = "act"

    @property
    def weight(self) -> int:
        return tuple(Intensity).index(self)


class Fit(StrEnum):
    TOO_LIGHT = "too-light"
    FITS = "fits"
    TOO_HEAVY = "too-heavy"


# The forms of working together in the booklet's table, by the intensity they answer to.
FORMS: dict[str, Intensity] = {
    "none": Intensity.REFER,
    "procedures": Intensity.REFER,
    "pathways": Intensity.REFER,
    "ad-hoc": Intensity.INFORM,
    "shared-it": Intensity.INFORM,
    "meetings": Intensity.INFORM,
    "learning-community": Intensity.INFORM,
    "partnership": Intensity.ACT,
    "team": Intensity.ACT,
    "organisation": Intensity.ACT,
    "network": Intensity.ACT,
}


def current_intensity(forms: tuple[str, ...]) -> Intensity | None:
    """The highest group among the forms that were ticked, None when none was (domain page, `intensity-current`)."""
    return max((FORMS[form] for form in forms), key=lambda intensity: intensity.weight, default=None)


def fit(needed: Intensity | None, forms: tuple[str, ...]) -> Fit | None:
    """One person's two answers set against each other; None when either is missing."""
    current = current_intensity(forms)
    if needed is None or current is None:
        return None
    if current.weight < needed.weight:
        return Fit.TOO_LIGHT
    return Fit.TOO_HEAVY if current.weight > needed.weight else Fit.FITS
