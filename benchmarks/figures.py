"""What a run found: figures beside their ceilings and aims, as a table and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is to the ceiling; an aim is met when `met` says so, None when there is no aim."""

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
    met: bool | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


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


def table(figures: list[Figure]) -> str:
    rows = [["what", "figure", "ceiling", "ratio", "CPU ms", "aim", ""]]
    for figure in figures:
        rows.append(
            [
                f"{figure.name}, {figure.note}" if figure.note else figure.name,
                f"{_short(figure.value)} {figure.unit}",
                "" if figure.ceiling is None else _short(figure.ceiling),
                "" if figure.ratio is None else f"{figure.ratio:.2f}",
                _cpu(figure),
                figure.aim,
                {None: "", True: "met", False: "NOT MET"}[figure.met],
            ]
        )
    widths = [max(len(row[place]) for row in rows) for place in range(7)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cpu(figure: Figure) -> str:
    """What one of them took of the server’s processors, and of the ceiling’s: steadier than a rate."""
    if "cpu_ms" not in figure.more:
        return ""
    top = figure.more.get("ceiling_cpu_ms")
    return f"{figure.more['cpu_ms']:.1f}" + (f" : {top:.1f}" if top else "")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
