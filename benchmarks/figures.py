"""What a run found: figures beside their ceilings and aims, as a table and as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is to its ceiling; an aim begins with "≤" or "≥" and a number, of the ratio where it
    says "of it", or is "0"."""

    # The same in every run; the name is how the table says it, and the note what differs from run to run.
    key: str
    name: str
    value: float
    unit: str
    part: str
    ceiling: float | None = None
    ratio: float | None = None
    note: str = ""
    aim: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        sign, _, rest = self.aim.partition(" ")
        number, _, of = rest.partition(" ")
        found = self.ratio if of == "of it" and self.ratio is not None else self.value
        return found <= float(number or 0) if sign in "≤0" else found >= float(number)


# Less than this is the weather of the machine.
WORSE = 0.2


def ratios(figures: Iterable[Figure]) -> dict[str, float]:
    return {figure.key: round(figure.ratio, 4) for figure in figures if figure.ratio is not None}


def worse(figures: Iterable[Figure], baseline: dict[str, float]) -> list[Figure]:
    """Figures that are worse beside their ceiling than in the baseline by more than a fifth; in what is counted by the
    second, more is better, in what takes time less is."""
    found = []
    for figure in figures:
        if figure.ratio is not None and figure.key in baseline:
            change = figure.ratio / baseline[figure.key] - 1
            if (-change if figure.unit == "/s" else change) > WORSE:
                found.append(figure)
    return found


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def table(figures: Iterable[Figure]) -> str:
    rows = [["what", "figure", "ceiling", "ratio", "CPU ms", "aim", ""]]
    for figure in figures:
        # What one of them took of the server's processors, and of the ceiling's: steadier than a rate.
        cpu = " : ".join(f"{figure.more[name]:.1f}" for name in ("cpu_ms", "ceiling_cpu_ms") if name in figure.more)
        beside = ("", "") if figure.ratio is None else (_short(figure.ceiling or 0), f"{figure.ratio:.2f}")
        met = "" if not figure.aim else "met" if figure.met else "NOT MET"
        name = f"{figure.name}, {figure.note}" if figure.note else figure.name
        rows.append([name, f"{_short(figure.value)} {figure.unit}", *beside, cpu, figure.aim, met])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
