"""The pictures of a collaboration over time: each item's, and each session's whirlpool."""

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.comparison.history import History, Point, SessionWhirlpool, Trend
from reflectie.domain.questionnaire.checklist import Kind
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode
from reflectie.presentation import wording
from reflectie.presentation.findings import FINDINGS
from reflectie.presentation.history import said_of
from reflectie.presentation.phrases import lower_first

from .arms import whirlpool_text
from .report import PicturePart
from .trend import MOST_NARROW, NARROW, USUAL, Frame, Ground, Stop, draw_trend, place_stops

# Where too few answered.
_FEW_SIGN = "…"


# So many have room for "7 van 8" below them; more say "7/8".
MOST_IN_FULL = 4


# How a session was filled in, where that isn't how the latest was: in so few letters that it stands below a mark.
_WAYS = {**wording.SHORT_MODES, Mode.ALONE: _("alleen")}


def is_narrow(history: History) -> bool:
    """Whether three of its pictures fit in a row on paper."""
    return len(history.whirlpools) <= MOST_NARROW


def _frame(history: History, *, on_paper: bool) -> Frame:
    return NARROW if on_paper and is_narrow(history) else USUAL


def is_by_time(history: History, on_paper: bool = False) -> bool:
    """Whether the pictures' marks are as far apart as the sessions are."""
    days = [moment.session.day for moment in history.whirlpools]
    return place_stops(days, _frame(history, on_paper=on_paper))[1]


def has_few(history: History) -> bool:
    """Whether a session in the pictures is withheld."""
    return any(isinstance(moment.session.counted, Withheld) for moment in history.whirlpools)


def trend_picture(history: History, trend: Trend, *, on_paper: bool = False) -> PicturePart:
    """One item's picture, and what it shows for whoever doesn't see it."""
    usual = history.sessions[-1].mode
    stops = [
        _stop(
            point,
            "" if point.session.mode is usual else str(_WAYS[point.session.mode]),
            short=len(trend.pictured) > MOST_IN_FULL,
        )
        for point in trend.pictured
    ]
    frame = _frame(history, on_paper=on_paper)
    drawing = draw_trend(stops, _ground(trend.item.kind), has_gaps=history.has_gaps, frame=frame)
    return PicturePart(drawing, _trend_text(trend))


def _ground(kind: Kind) -> Ground:
    split, gap = gettext("verdeeld"), gettext("onbekend")
    if kind is Kind.FACTOR:
        return Ground(gettext("speelt"), split, gettext("speelt niet"), gap)
    return Ground(gettext("hinderpaal"), split, gettext("sterkte"), gap)


def _stop(point: Point, way: str, *, short: bool) -> Stop:
    session, report = point.session, point.report
    found = report.finding if report else None
    tone, sign = (FINDINGS[found].tone, FINDINGS[found].sign) if found else ("open", _FEW_SIGN) if report else ("", "")
    share = None if point.share is None else float(point.share)
    lines = (_under(point, short=short), date_format(session.day, "M").lower(), date_format(session.day, "Y"), way)
    # A line would make a change of one person's other answer.
    strand = point.strand if session.mode.is_round else None
    return Stop(session.day, lines, share, tone, sign, strand)


def _under(point: Point, *, short: bool) -> str:
    """What stands under a mark: of those who chose, how many call it hindering."""
    report = point.report
    if report is None:
        return gettext("niet gevraagd")
    counts = report.counts
    if isinstance(counts, Withheld):
        return gettext("te weinig")
    if not point.session.mode.is_round:
        return ""
    if point.share is None:
        return ngettext("%s koos", "%s kozen", counts.chose) % counts.chose
    if short:
        return f"{counts.hindering}/{counts.chose}"
    return gettext("%(n)s van %(total)s") % {"n": counts.hindering, "total": counts.chose}


def _trend_text(trend: Trend) -> str:
    parts = []
    for point in trend.pictured:
        found = point.report.finding if point.report else None
        said = said_of(trend.item, point.report, point.session)
        named = f"{lower_first(wording.FINDINGS[found])} ({said})" if found else said
        parts.append(f"{wording.session_words(point.session.title)}: {named}")
    return f"{trend.item.short}. {'; '.join(parts)}."


def moment_text(moment: SessionWhirlpool) -> str:
    """What a small whirlpool shows, for whoever doesn't see it."""
    title = wording.session_words(moment.session.title)
    return f"{title}. {whirlpool_text(moment.arms, numbered=moment.session.mode.is_round)}"


def at_play(moment: SessionWhirlpool) -> str:
    """The factors that play, in words under their whirlpool."""
    return _named(moment, Finding.OBSTACLE)


def split_over(moment: SessionWhirlpool) -> str:
    """The factors over which a session is split."""
    return _named(moment, Finding.SPLIT)


def _named(moment: SessionWhirlpool, found: Finding) -> str:
    return ", ".join(lower_first(arm.report.item.short) for arm in moment.arms if arm.report.finding is found)
