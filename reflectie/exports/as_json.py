"""A session and a comparison as JSON, for other programmes. Its shape is written down in `docs/gebruikers/gegevens.md`.

Keys and codes are English and stay as they are; words on the screen may change.
"""

import json
from collections.abc import Mapping
from typing import Any

from reflectie.domain.comparison.comparison import Comparison, SessionFigures
from reflectie.domain.questionnaire.checklist import Item
from reflectie.domain.questionnaire.help_range import LETTERS
from reflectie.domain.report.agreements import Agreement, Conclusion
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.report.items import ItemReport, Note, Tally
from reflectie.domain.report.polls import Poll, PollCounts
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.ranges import Ranges
from reflectie.domain.rules.suppression import Shown, Withheld
from reflectie.domain.rules.turnout import turnout_of
from reflectie.domain.text import without_invisible

# Of both shapes. Goes up when a field changes its meaning or disappears, not when one comes in.
VERSION = 2

# What stands where a number would be, when it may not be shown or there is none: why, and never a number.
Part = Mapping[str, Any]


def session_json(report: Report) -> bytes:
    """A session's report."""
    return _encode(
        {
            "format": "samenwerking.session",
            "version": VERSION,
            "collaboration": report.collaboration,
            "team": report.team,
            "partners": report.partners,
            "day": report.changed_on.isoformat(),
            "name": report.name,
            "nth_that_day": report.nth,
            "delete_on": report.delete_on and report.delete_on.isoformat(),
            "mode": report.mode,
            "checklist": _checklist(report),
            **_people(report.counted, report.expected),
            "grouping": report.setup.grouping,
            "groups": _groups(report),
            "items": _items(report),
            "beside": _beside(report),
            "goal_sentences": _notes(report.goal_sentences),
            "removed_goal_sentences": report.removed_sentences,
            "patterns": [
                {"key": pattern.key, "items": [item.item.key for item in pattern.items], "names": pattern.names}
                for pattern in report.patterns
            ],
            "advice": [{"item": item.item.key, "steps": _steps(item.item)} for item in report.advised],
            "agreements": [_agreement(agreement) for agreement in report.agreements],
            "conclusion": _conclusion(report.conclusion),
            "parked": [{"text": topic.text} for topic in report.parked],
            "polls": [_poll(report, poll) for poll in report.polls],
        }
    )


def comparison_json(comparison: Comparison) -> bytes:
    """Sessions beside each other, and every item over all of them, in their order."""
    return _encode(
        {
            "format": "samenwerking.comparison",
            "version": VERSION,
            "invented": comparison.invented,
            "sessions": [_session(session) for session in comparison.sessions],
            "items": [
                {
                    "key": row.item.key,
                    "dimension": row.item.dimension,
                    "kind": row.item.kind,
                    "hindering": row.item.hindering,
                    "helping": row.item.helping,
                    "short": row.item.short,
                    "sessions": [
                        {"session": cell.session.key, "counts": _counts(cell.counts), "finding": cell.finding}
                        for cell in row.cells
                    ],
                }
                for row in comparison.rows
            ],
        }
    )


def _encode(content: Part) -> bytes:
    # What nobody can see was taken out when it was typed, but not always.
    return without_invisible(f"{json.dumps(content, ensure_ascii=False, indent=1)}\n").encode()


def _checklist(report: Report) -> Part:
    found = report.checklist
    return {"version": found.version, "revision": found.revision, "language": found.language}


def _people(counted: int | Withheld, expected: int | None) -> Part:
    # The screen doesn't say how many were expected either, where too few came.
    turnout = turnout_of(counted, expected)
    return {
        "counted": _number(counted),
        "expected": None if isinstance(counted, Withheld) else expected,
        "low_turnout": turnout and turnout.is_low,
    }


def _groups(report: Report) -> list[Part]:
    expected = {turnout.group: turnout.expected for turnout in report.group_turnouts}
    return [{"name": name, **_people(size, expected.get(name))} for name, size in report.groups]


def _number(number: int | Withheld) -> int | Part:
    return {"withheld": number.reason} if isinstance(number, Withheld) else number


def _counts(counts: Shown | NotCompared) -> Part:
    if isinstance(counts, NotCompared):
        return {"not_compared": counts}
    if isinstance(counts, Withheld):
        return {"withheld": counts.reason}
    return {
        "hindering": counts.hindering,
        "helping": counts.helping,
        "dont_know": counts.dont_know,
        "open": counts.open,
        "divided": counts.divided,
        "counted": counts.counted,
    }


def _group_counts(counts: Shown) -> Part:
    """Of a group, who doesn't know and who left it open are one number, as the floor asks."""
    if not isinstance(counts, Counts):
        return _counts(counts)
    return {
        "hindering": counts.hindering,
        "helping": counts.helping,
        "unsure": counts.unsure,
        "counted": counts.counted,
    }


def _items(report: Report) -> list[Part]:
    # Where nobody is shown to have named anything, too few may have; that is no zero.
    names_first = any(item.first for item in report.items)
    return [_item(item, item.first if names_first else None) for item in report.items]


def _item(item: ItemReport, first: int | None) -> Part:
    asked, outcome = item.item, item.outcome
    return {
        "key": asked.key,
        "dimension": asked.dimension,
        "kind": asked.kind,
        "hindering": asked.hindering,
        "helping": asked.helping,
        "short": asked.short,
        "counts": _counts(item.counts),
        "finding": item.finding,
        "first": first,
        "groups": [
            {"name": view.name, "counts": _group_counts(view.counts), "finding": view.finding} for view in item.groups
        ],
        "voices": [{"answer": value or "open", "names": names} for value, names in item.voices],
        "notes": _notes(item.notes),
        "removed_notes": item.removed,
        "outcome": outcome
        and {
            "choice": outcome.choice,
            "reason": outcome.reason,
            "minority": outcome.minority,
            "mover": outcome.mover,
        },
    }


def _steps(item: Item) -> list[Part]:
    """The first steps, whose turn it is, and what each rests on: of a source that is "ours" no text says it."""
    return [
        {
            "text": step.text,
            "mover": step.mover,
            "rests_on": [{"source": passage.source, "section": passage.section} for passage in step.rests_on],
        }
        for step in item.steps
    ]


def _beside(report: Report) -> Part:
    """What was asked beside the checklist: of a round how many chose what, of one sheet each answer as it is."""
    return {
        "intensity_needed": _tally(report.needed),
        "intensity_current": _tally(report.forms),
        "fit": _tally(report.fits),
        "ips_meaning": _tally(report.meaning),
        "help_range": _ranges(report.ranges),
        "intensities": [{"needed": view.needed, "current": view.forms, "fit": view.fit} for view in report.intensities],
        "ips_meaning_partners": [
            {"choice": meaning, "partners": partners} for meaning, partners in report.meaning_partners
        ],
        "meanings": report.meanings,
        "levels": report.levels,
    }


def _tally(tally: Tally | Withheld) -> list[Part] | Part:
    if isinstance(tally, Withheld):
        return {"withheld": tally.reason}
    return [{"choice": choice, "number": number} for choice, number in tally.numbers]


def _ranges(ranges: Ranges | Withheld | None) -> Part | None:
    """How far help goes: of each person or group, or how many help at each letter."""
    if isinstance(ranges, Withheld):
        return {"withheld": ranges.reason}
    if ranges is None:
        return None
    return {
        "people": ranges.people,
        "bands": [
            {"name": band.name, "people": band.people, "some": "".join(band.some), "every": "".join(band.every)}
            for band in ranges.bands
        ],
        "letters": [
            {"letter": letter, "number": number} for letter, number in zip(LETTERS, ranges.counts, strict=False)
        ],
    }


def _notes(notes: tuple[Note, ...]) -> list[Part]:
    return [{"text": note.text, "who": note.who} for note in notes]


def _agreement(agreement: Agreement) -> Part:
    return {
        "what": agreement.what,
        "who": agreement.who,
        "due_on": agreement.due_on and agreement.due_on.isoformat(),
        "item": agreement.item or None,
        "principle": agreement.principle or None,
        "state": agreement.state,
        "reason": agreement.reason,
        "trigger": agreement.trigger,
    }


def _poll(report: Report, poll: Poll) -> Part:
    """How many stand where on an agreement, in its words, or on a decision. No report has one that still goes on."""
    agreed = next((made.what for made in report.agreements if made.key == poll.agreement), None)
    return {
        "agreement": agreed,
        "decision": poll.decision,
        "way": poll.way,
        "nth": poll.nth,
        "reworded": poll.is_reworded,
        "counts": _stances(poll.counts),
    }


def _stances(counts: PollCounts | Withheld | None) -> Part | None:
    if isinstance(counts, Withheld):
        return {"withheld": counts.reason}
    if counts is None:
        return None
    return {"behind": counts.behind, "live_with": counts.live_with, "objection": counts.objection}


def _conclusion(conclusion: Conclusion | None) -> Part | None:
    if conclusion is None:
        return None
    return {
        "needed": conclusion.needed,
        "decision": conclusion.decision,
        "reason": conclusion.reason,
        "next_on": conclusion.next_on and conclusion.next_on.isoformat(),
    }


def _session(session: SessionFigures) -> Part:
    team = session.team
    return {
        "key": session.key,
        "collaboration": {"key": team.key, "name": team.name, "region": team.region, "theme": team.theme},
        "day": session.day.isoformat(),
        "name": session.name,
        "nth_that_day": session.nth,
        "mode": session.mode,
        "checklist_version": session.version,
        **_people(session.counted, session.expected),
        "invented": session.invented,
        "agreements": [_agreement(agreement) for agreement in session.agreements],
        "conclusion": _conclusion(session.conclusion),
    }
