"""What is counted, in Prometheus's text format (version 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan

from reflectie.counters import COUNTER, EDGES, FAMILIES, HISTOGRAM, Family
from reflectie.services.figures import Figure

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "samenwerking_"


def prometheus_text(totals: Mapping[tuple[str, ...], float], figures: Sequence[Figure]) -> str:
    """What was counted (`counters.totals`; nothing of it where there is none), and what stands as it is now."""
    lines = [line for family in FAMILIES if totals for line in _family(family, totals)]
    told: set[str] = set()
    for figure in sorted(figures, key=lambda figure: figure.name):
        name = f"{PREFIX}{figure.name}"
        if name not in told:
            told.add(name)
            lines += _head(name, "gauge", figure.about)
        lines.append(_line(name, [figure.label] if figure.label else [], figure.value))
    return "\n".join([*lines, ""])


def _family(family: Family, totals: Mapping[tuple[str, ...], float]) -> Iterator[str]:
    # By convention a counter's name says that it is one.
    name = f"{PREFIX}{family.name}{'_total' if family.kind == COUNTER else ''}"
    yield from _head(name, family.kind, family.about)
    names = [label for label, _values in family.labels]
    if family.kind != HISTOGRAM:
        for cell in family.cells():
            yield _line(name, zip(names, cell[1:], strict=True), totals[cell])
        return
    for values in dict.fromkeys(cell[1:-1] for cell in family.cells()):
        labels = list(zip(names, values, strict=True))
        number = 0.0
        for edge in (*EDGES, "+Inf"):
            number += totals[family.name, *values, str(edge)]
            yield _line(f"{name}_bucket", [*labels, ("le", str(edge))], number)
        yield _line(f"{name}_count", labels, number)
        yield _line(f"{name}_sum", labels, totals[family.name, *values, "sum"])


def _head(name: str, kind: str, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: Iterable[tuple[str, str]], value: float) -> str:
    inside = ",".join(f'{label}="{said}"' for label, said in labels)
    return f"{name}{{{inside}}} {_number(value)}" if inside else f"{name} {_number(value)}"


def _number(value: float) -> str:
    if isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(float(value))
