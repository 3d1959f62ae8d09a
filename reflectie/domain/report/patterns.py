"""Patterns across items (concepts.md, "From answers to findings"): what a good facilitator would see in the answers
together, said as a question.

Each pattern is a rule here; its wording, the rule in words and its sources stand in the guidance. A rule looks at
nothing but what the report shows: a tally or a group that is withheld counts as unknown, so that no pattern gives it
away. A point of attention is neither an obstacle nor a strength. One sheet has the patterns that one view can have,
"so you see it"; what needs more people (agreement, groups, meanings that differ) doesn't show there.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction

from reflectie.domain.questionnaire.checklist import Kind, PatternKey
from reflectie.domain.questionnaire.intensity import Fit
from reflectie.domain.rules.findings import BLIND_ABOVE, STRENGTH_FROM, Counts, Finding
from reflectie.domain.rules.suppression import FLOOR, Withheld

from .items import ItemReport, Tally
from .report import Pattern, Report

# "At least 5 of 7 factors", "at least 6 of 8 pairs" (concepts.md): with one side so full, exceptions don't count.
# Of a checklist of another size, the same shares.
MANY_FACTORS = Fraction(5, 7)
MANY_PAIRS = Fraction(6, 8)
# Wide agreement is what a strength asks for: four fifths of those who chose.
WIDE_FROM = STRENGTH_FROM
# And three who chose: one person is no agreement, and two who accuse a third are no pattern.
WIDE_AMONG = FLOOR
# A goal is shared in meaning when as many put the same in the centre as a strength asks for.
SAME_MEANING_FROM = STRENGTH_FROM
# "Most" is more than half of those whose fit is known.
MOST_ABOVE = Fraction(1, 2)
# Many blind spots in a dimension are more than half of its items, and never one alone.
DARK_ABOVE = BLIND_ABOVE
DARK_AT_LEAST = 2
# Nearly everything at once: 12 of 15. No source gives a number; it is as wide as what is called wide agreement.
NEARLY_ALL = Fraction(12, 15)
# With more dark dimensions than two it is no longer a part that stays dark: then little was filled in.
DARK_DIMENSIONS = 2


def find_patterns(report: Report) -> tuple[Pattern, ...]:
    """The patterns that show in a report, in the order of PatternKey. Only from figures that the report shows: what is
    withheld gives no pattern away. None while nothing was answered, nor one for which the guidance has no words yet."""
    if report.is_withheld or not report.counted:
        return ()
    return tuple(found for key in PatternKey if key in report.checklist.patterns and (found := _RULES[key](report)))


def numbers_of(report: Report, pattern: Pattern) -> Mapping[str, int]:
    """The numbers that a pattern's text may quote, by their name in it; each is shown in the report too."""
    items, meanings, fits = pattern.items, [n for n in _numbers(report.meaning).values() if n], _fits(report)
    parts = {item.item.dimension for item in items}
    # Of several items the last is the one that holds people back.
    counts = next((item.counts for item in reversed(items) if isinstance(item.counts, Counts)), Counts())
    light, fitting, heavy = (fits.get(fit, 0) for fit in Fit)
    known = light + fitting + heavy
    says_not = any(item.finding is Finding.OBSTACLE for item in items)
    return {
        "items": len(items),
        "all_items": len(report.items),
        "pairs": sum(item.item.kind is Kind.PAIR for item in items),
        "all_pairs": len(report.checklist.pairs),
        "factors": sum(item.item.kind is Kind.FACTOR for item in items),
        "all_factors": len(report.checklist.factors),
        "in_part": sum(item.item.dimension in parts for item in report.items),
        "hindering": counts.hindering,
        "chose": counts.chose,
        "meanings": len(meanings),
        "answered": sum(meanings),
        "light": light,
        "heavy": heavy,
        "known": known,
        # Those whose two answers say something else than the finding.
        "other": fitting if says_not else known - fitting,
    }


def around_us(report: Report) -> Pattern | None:
    """Nearly all factors at play, while the collaboration itself is seen as strong."""
    factors, pairs = _having(report, Kind.FACTOR, Finding.OBSTACLE), _having(report, Kind.PAIR, Finding.STRENGTH)
    return _both_full(report, PatternKey.AROUND_US, factors, pairs)


def within_us(report: Report) -> Pattern | None:
    """The reverse: nearly all pairs are obstacles, while the factors don't play."""
    factors, pairs = _having(report, Kind.FACTOR, Finding.CLEAR), _having(report, Kind.PAIR, Finding.OBSTACLE)
    return _both_full(report, PatternKey.WITHIN_US, factors, pairs)


def nearly_everything(report: Report) -> Pattern | None:
    """Nearly all items are obstacles, so that none of them stands out: begin in the order in which the booklet asks,
    which is the checklist's (UCLL, "Bestaande samenwerkingen kritisch in vraag stellen")."""
    found = tuple(item for item in report.items if item.finding is Finding.OBSTACLE)
    return Pattern(PatternKey.NEARLY_EVERYTHING, found) if len(found) >= NEARLY_ALL * len(report.items) else None


def domination(report: Report) -> Pattern | None:
    """Wide agreement, among three or more, that one or more partners dominate."""
    item = _item(report, "coordination-equality")
    if item is None or item.finding is not Finding.OBSTACLE or not isinstance(item.counts, Counts):
        return None
    chose = item.counts.chose
    wide = chose >= WIDE_AMONG and item.counts.hindering >= WIDE_FROM * chose
    return Pattern(PatternKey.DOMINATION, (item,)) if wide else None


def opposite_groups(report: Report) -> Pattern | None:
    """Partners or levels of which one sees an obstacle where another sees a strength, or that it doesn't play. The
    items on which people differ most stand first; a blind spot of the whole isn't among them."""
    apart = [
        item for item in report.items if item.finding is not Finding.ATTENTION and item.says_enough and _apart(item)
    ]
    apart.sort(key=lambda item: -item.difference)
    names = [name for name in report.setup.groups if any(name in _apart(item) for item in apart)]
    return Pattern(PatternKey.OPPOSITE_GROUPS, tuple(apart), tuple(names)) if apart else None


def goal_meanings(report: Report) -> Pattern | None:
    """A goal that is called shared, while people mean different things by working together (HAN, three kinds)."""
    item, meanings = _item(report, "goal-shared"), _numbers(report.meaning).values()
    differ = max(meanings, default=0) < SAME_MEANING_FROM * sum(meanings)
    return Pattern(PatternKey.GOAL_MEANINGS, (item,)) if item and item.finding is Finding.STRENGTH and differ else None


def integral_ad_hoc(report: Report) -> Pattern | None:
    """The goal has all of a life in view, while who takes part changes: even help from a to z then takes much calling
    and mailing, and the step from d to e goes easier between fixed partners (UCLL, "Bestaande samenwerkingen kritisch
    in vraag stellen")."""
    goal, group = _item(report, "goal-perspective"), _item(report, "partners-stable")
    if not goal or not group or goal.finding is not Finding.STRENGTH or group.finding is not Finding.OBSTACLE:
        return None
    return Pattern(PatternKey.INTEGRAL_AD_HOC, (goal, group))


def form_contradicts(report: Report) -> Pattern | None:
    """The statement about the form says that it fits while most of the fits don't, or the other way round."""
    item = _item(report, "form-intensity")
    if item is None:
        return None
    says_fit = item.finding is Finding.STRENGTH and _most(report, Fit.TOO_LIGHT, Fit.TOO_HEAVY)
    says_not = item.finding is Finding.OBSTACLE and _most(report, Fit.FITS)
    return Pattern(PatternKey.FORM_CONTRADICTS, (item,)) if says_fit or says_not else None


def too_light(report: Report) -> Pattern | None:
    """Most have a form that is lighter than what they need."""
    return _weight(report, PatternKey.TOO_LIGHT, Fit.TOO_LIGHT)


def too_heavy(report: Report) -> Pattern | None:
    """Most have a form that is heavier than what they need: "This could have been an email" (UCLL)."""
    return _weight(report, PatternKey.TOO_HEAVY, Fit.TOO_HEAVY)


def blind_dimension(report: Report) -> Pattern | None:
    """One or two dimensions that stay dark while the rest is seen."""
    dark = []
    for part in report.dimensions:
        blind = tuple(item for item in part.items if item.finding is Finding.UNKNOWN)
        if len(blind) >= DARK_AT_LEAST and len(blind) > DARK_ABOVE * len(part.items):
            dark.append((part.dimension.key, blind))
    if not 0 < len(dark) <= DARK_DIMENSIONS:
        return None
    items = tuple(item for _, blind in dark for item in blind)
    return Pattern(PatternKey.BLIND_DIMENSION, items, tuple(key for key, _ in dark))


_RULES: Mapping[PatternKey, Callable[[Report], Pattern | None]] = {
    PatternKey.AROUND_US: around_us,
    PatternKey.WITHIN_US: within_us,
    PatternKey.NEARLY_EVERYTHING: nearly_everything,
    PatternKey.DOMINATION: domination,
    PatternKey.OPPOSITE_GROUPS: opposite_groups,
    PatternKey.GOAL_MEANINGS: goal_meanings,
    PatternKey.INTEGRAL_AD_HOC: integral_ad_hoc,
    PatternKey.FORM_CONTRADICTS: form_contradicts,
    PatternKey.TOO_LIGHT: too_light,
    PatternKey.TOO_HEAVY: too_heavy,
    PatternKey.BLIND_DIMENSION: blind_dimension,
}


def _item(report: Report, key: str) -> ItemReport | None:
    return next((item for item in report.items if item.item.key == key), None)


def _having(report: Report, kind: Kind, found: Finding) -> tuple[ItemReport, ...]:
    return tuple(item for item in report.items if item.item.kind is kind and item.finding is found)


def _both_full(
    report: Report, key: PatternKey, factors: tuple[ItemReport, ...], pairs: tuple[ItemReport, ...]
) -> Pattern | None:
    many_factors = len(factors) >= MANY_FACTORS * len(report.checklist.factors)
    many_pairs = len(pairs) >= MANY_PAIRS * len(report.checklist.pairs)
    return Pattern(key, factors + pairs) if factors and pairs and many_factors and many_pairs else None


def _apart(item: ItemReport) -> frozenset[str]:
    """The groups that found the opposite of one another; none when they didn't."""
    hindered = {view.name for view in item.groups if view.finding is Finding.OBSTACLE}
    helped = {view.name for view in item.groups if view.finding in {Finding.STRENGTH, Finding.CLEAR}}
    return frozenset(hindered | helped) if hindered and helped else frozenset()


def _numbers(tally: Tally | Withheld) -> Mapping[str, int]:
    return {} if isinstance(tally, Withheld) else dict(tally.numbers)


def _fits(report: Report) -> Mapping[str, int]:
    """How many have each fit, of those whose fit is known."""
    if report.mode.is_round:
        return _numbers(report.fits)
    return Counter(str(answer.fit) for answer in report.intensities if answer.fit)


def _most(report: Report, *fits: Fit) -> bool:
    """Whether most of the fits are among these. Known of fewer than half of the sheets, they say too little of the
    whole, as with a blind spot."""
    known = _fits(report)
    total, counted = sum(known.values()), report.counted
    if not total or isinstance(counted, Withheld) or counted - total > BLIND_ABOVE * counted:
        return False
    return sum(known.get(fit, 0) for fit in fits) > MOST_ABOVE * total


def _weight(report: Report, key: PatternKey, fit: Fit) -> Pattern | None:
    """Said once: where the statement says that the form fits, the contradiction is what to talk about first."""
    item = _item(report, "form-intensity")
    shows = _most(report, fit) and not form_contradicts(report)
    return Pattern(key, (item,)) if item and shows else None
