"""Sessions of one collaboration over the years, for tests without a database."""

from collections.abc import Mapping, Sequence
from datetime import date

from reflectie.domain.comparison.comparison import SessionFigures, Team, build_comparison
from reflectie.domain.comparison.history import History, histories
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.setup import Mode

LINDE = Team("linde", "Huis Linde")
KEY = "goal-shared"
# Hindering, helping, don't know, open.
Four = tuple[int, ...]


def figures(
    checklist: Checklist,
    day: date,
    answers: Mapping[str, Four],
    *,
    people: int | None = None,
    mode: Mode = Mode.ANONYMOUS,
    agreements: Sequence[Agreement] = (),
    team: Team = LINDE,
) -> SessionFigures:
    """A session with these answers to these items; what isn't named was left open by all."""
    counts = {key: Counts(*four) for key, four in answers.items()}
    counted = max(found.counted for found in counts.values()) if people is None else people
    totals = Totals(mode, counted, counts)
    return SessionFigures(
        key=f"{team.key}-{day.isoformat()}",
        team=team,
        day=day,
        mode=mode,
        version=checklist.version,
        counted=people_of(totals),
        expected=None,
        items=tuple(ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in checklist),
        agreements=tuple(agreements),
    )


def over_years(
    checklist: Checklist, *fours: Four, key: str = KEY, mode: Mode = Mode.ANONYMOUS
) -> tuple[SessionFigures, ...]:
    """One item over so many years, a session a year from 2020."""
    return tuple(figures(checklist, date(2020 + n, 3, 1), {key: four}, mode=mode) for n, four in enumerate(fours))


def history(checklist: Checklist, sessions: Sequence[SessionFigures]) -> History:
    [found] = histories(build_comparison([checklist], sessions))
    return found
