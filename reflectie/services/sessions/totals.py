"""What the answers of closed sessions add up to: written once, and read by all that shows figures.

A session's row says it in numbers and in reasons for what is withheld, never in words or names: groups go by their
place in the session's plan, and how items were answered stands in the order of the checklist, as "2-1-0-0-0 0-3-0-0-0":
thousands of those are read at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from reflectie.domain.questionnaire.intensity import Fit, Intensity
from reflectie.domain.report.figures import ReportFigures, add_up
from reflectie.domain.report.items import Tally
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.ranges import Band, Ranges
from reflectie.domain.rules.suppression import Reason, Shown, Withheld
from reflectie.domain.rules.totals import Totals
from reflectie.domain.setup import Mode
from reflectie.models import Session, SessionTotals
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_session
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.plans import is_beside_paper
from reflectie.services.questionnaire.sheets import all_sheets, setup_of


def count_figures(session: Session) -> ReportFigures:
    """What a session's sheets add up to, counted now. Two queries, however many sheets."""
    return add_up(
        load_checklist(session.checklist),
        setup_of(session),
        all_sheets(session),
        blanked=session.blanked,
        beside_paper=is_beside_paper(session),
    )


def load_figures(session: Session) -> ReportFigures:
    """What a session's sheets add up to, as it was written when it closed; no query where that was fetched with it.

    Counted now where it isn't written: of one that is open, or that closed before this was kept and waits for
    `fill_totals`. Four queries then.
    """
    # A row that isn't there isn't an attribute either.
    if (row := getattr(session, "totals", None)) is not None:
        return _read(session, row)
    counted = count_figures(session)
    # Written while it was counted, and then the answers may have gone while they were read.
    row = SessionTotals.objects.filter(session=session).first()
    return counted if row is None else _read(session, row)


def write_totals(session: Session) -> None:
    """Write what a session's sheets add up to. It was locked, and takes no more answers."""
    SessionTotals.objects.update_or_create(session=session, defaults=_written(session, count_figures(session)))


def fill_totals() -> int:
    """Write them for every session that closed before this was kept; how many these were. Each in a transaction of its
    own: broken off, it goes on where it was. Nothing is erased."""
    unwritten = Session.objects.exclude(stage=Session.Stage.OPEN).filter(totals=None)
    keys = list(unwritten.order_by("pk").values_list("pk", flat=True))
    return sum(_fill_one(key) for key in keys)


def _fill_one(key: UUID) -> bool:
    with transaction.atomic():
        try:
            session = lock_session(Session(pk=key))
        except NotFoundError:
            return False
        if SessionTotals.objects.filter(session=session).exists():
            # By another process, or because it was closed just now.
            return False
        write_totals(session)
    return True


def recount() -> list[UUID]:
    """The sessions whose sheets are still there, and don't add up to what is written of them: none, if all is well."""
    closed = SessionTotals.objects.filter(session__folded_on=None).order_by("pk")
    rows = closed.select_related("session__checklist", "session__collaboration").iterator(chunk_size=100)
    return [row.session_id for row in rows if _read(row.session, row) != count_figures(row.session)]


# --- how it is written


def _written(session: Session, figures: ReportFigures) -> dict[str, Any]:
    places = {name: place for place, name in enumerate(setup_of(session).groups)}
    totals = figures.totals
    return {
        "counted": totals.counted,
        "only_refers": totals.only_refers,
        "counts": " ".join("-".join(map(str, _numbers(counts))) for counts in totals.counts.values()),
        "figures": {
            "first": dict(figures.first),
            "sizes": [_reason_or(size) for size in figures.sizes],
            "groups": {key: [_shown(counts) for counts in of] for key, of in figures.groups.items()},
            "needed": _tally(figures.needed),
            "forms": _tally(figures.forms),
            "fits": _tally(figures.fits),
            "meaning": _tally(figures.meaning),
            "ranges": _ranges(figures.ranges, places),
        },
    }


def _numbers(counts: Counts) -> list[int]:
    return [counts.hindering, counts.helping, counts.dont_know, counts.open, counts.divided]


def _shown(figure: Shown) -> list[int] | str:
    return figure.reason.value if isinstance(figure, Withheld) else _numbers(figure)


def _reason_or(number: int | Withheld) -> int | str:
    return number.reason.value if isinstance(number, Withheld) else number


def _tally(tally: Tally | Withheld) -> list[list[str | int]] | str:
    return tally.reason.value if isinstance(tally, Withheld) else [list(pair) for pair in tally.numbers]


def _ranges(ranges: Ranges | Withheld | None, places: Mapping[str, int]) -> dict[str, Any] | str | None:
    if ranges is None:
        return None
    if isinstance(ranges, Withheld):
        return ranges.reason.value
    bands = [[places.get(band.name), band.people, "".join(band.some), "".join(band.every)] for band in ranges.bands]
    return {"people": ranges.people, "bands": bands, "counts": list(ranges.counts)}


# --- and read


def read_item(written: str) -> Counts:
    """How one item was answered, of what is written of it."""
    return Counts(*map(int, written.split("-")))


def whole_of(session: Session, row: SessionTotals) -> Totals:
    """What a session's answers add up to as a whole, without groups and what is asked beside the checklist."""
    items = load_checklist(session.checklist)
    counts = {item.key: read_item(written) for item, written in zip(items, row.counts.split(), strict=False)}
    return Totals(Mode(session.mode), row.counted, counts, row.only_refers)


def _read(session: Session, row: SessionTotals) -> ReportFigures:
    groups, kept = setup_of(session).groups, row.figures
    return ReportFigures(
        totals=whole_of(session, row),
        first=kept["first"],
        sizes=tuple(Withheld(Reason(size)) if isinstance(size, str) else size for size in kept["sizes"]),
        groups={key: tuple(_read_shown(counts) for counts in of) for key, of in kept["groups"].items()},
        needed=_read_tally(kept["needed"], Intensity),
        forms=_read_tally(kept["forms"]),
        fits=_read_tally(kept["fits"], Fit),
        meaning=_read_tally(kept["meaning"]),
        ranges=_read_ranges(kept["ranges"], groups),
    )


def _read_shown(written: Sequence[int] | str) -> Shown:
    return Withheld(Reason(written)) if isinstance(written, str) else Counts(*written)


def _read_tally(written: Iterable[tuple[str, int]] | str, choice_of: type[str] = str) -> Tally | Withheld:
    if isinstance(written, str):
        return Withheld(Reason(written))
    return Tally(tuple((choice_of(choice), number) for choice, number in written))


def _read_ranges(written: Mapping[str, Any] | str | None, groups: Sequence[str]) -> Ranges | Withheld | None:
    if written is None:
        return None
    if isinstance(written, str):
        return Withheld(Reason(written))
    bands = [
        Band("" if place is None else groups[place], people, tuple(some), tuple(every))
        for place, people, some, every in written["bands"]
    ]
    return Ranges(written["people"], tuple(bands), tuple(written["counts"]))
