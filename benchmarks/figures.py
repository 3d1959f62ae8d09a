"""What a run found: figures beside their ceilings and aims, as a table and as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is to the ceiling; an aim is met when `met` says so, None when there is no aim."""

    name: str
    value: float
    unit: str
    ceiling: float | None = None
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def table(figures: list[Figure]) -> str:
    rows = [["what", "figure", "ceiling", "ratio", "CPU ms", "aim", ""]]
    for figure in figures:
        rows.append(
            [
                figure.name,
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
