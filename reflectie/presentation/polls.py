"""Polls of support in words: what is asked, and how many stand where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from reflectie.domain.report.agreements import Agreement, Decision, State
from reflectie.domain.report.polls import Poll, PollCounts, PollWay, polls_about
from reflectie.domain.report.report import Report

from . import wording
from .choices import DECISIONS


@dataclass(frozen=True, slots=True)
class PollTopic:
    """What can be asked about: a decision with what it means, or an agreement; and the polls on it so far."""

    thing: str
    title: str
    meaning: str | Promise = ""
    agreement: Agreement | None = None
    polls: tuple[Poll, ...] = ()


def poll_topics(agreements: Iterable[Agreement], polls: Sequence[Poll]) -> list[PollTopic]:
    """All that a team can ask about: its agreements but those it let go of, then the three decisions."""
    standing = [agreement for agreement in agreements if agreement.state is not State.DROPPED]
    about = [PollTopic(kept.key, kept.what, "", kept, polls_about(polls, kept.key)) for kept in standing]
    return [*about, *(_about_decision(decision, polls) for decision in Decision)]


def _about_decision(decision: Decision, polls: Sequence[Poll]) -> PollTopic:
    title = capfirst(str(wording.DECISIONS[decision]))
    return PollTopic(decision, title, DECISIONS[decision][1], polls=polls_about(polls, decision))


def topic_of(poll: Poll, agreements: Iterable[Agreement], polls: Sequence[Poll] = ()) -> PollTopic:
    """What a poll is about, as it reads now."""
    if poll.decision:
        return _about_decision(poll.decision, polls)
    kept = next((kept for kept in agreements if kept.key == poll.agreement), None)
    return PollTopic(poll.agreement, kept.what if kept else "", "", kept, polls_about(polls, poll.agreement))


def polls_on(report: Report | None, agreement: Agreement) -> tuple[Poll, ...]:
    """`{{ report|polls_on:agreement }}`: the polls on an agreement; none where a page has no report at hand."""
    return report.polls_on(agreement) if report else ()


def poll_name(poll: Poll) -> str:
    """`{{ poll|poll_name }}`: how it was asked, and which it was of several on the same thing."""
    phones = poll.way is PollWay.PHONES
    if poll.nth == 1:
        return gettext("Peiling met telefoons") if phones else gettext("Peiling met handen")
    return (gettext("Peiling %s, met telefoons") if phones else gettext("Peiling %s, met handen")) % poll.nth


def stance_counts(poll: Poll) -> list[tuple[int, str]]:
    """`{{ poll|stance_counts }}`: how many stand where, each in words; none as long as it goes on, or where too few
    answered."""
    counts = poll.counts
    if not isinstance(counts, PollCounts):
        return []
    return [
        (counts.behind, ngettext("staat erachter", "staan erachter", counts.behind)),
        (counts.live_with, ngettext("kan ermee leven", "kunnen ermee leven", counts.live_with)),
        (counts.objection, ngettext("heeft een bezwaar", "hebben een bezwaar", counts.objection)),
    ]


def poll_about(report: Report, poll: Poll) -> str:
    """What a poll was about: "Besluit: herstellen", or an agreement in the team's words."""
    if poll.decision:
        return gettext("Besluit: %s") % wording.DECISIONS[poll.decision]
    return topic_of(poll, report.agreements).title


def poll_text(poll: Poll) -> str:
    """How a poll came out, as plain text: "5 staan erachter, 2 kunnen ermee leven, 1 heeft een bezwaar", or that too
    few answered by phone."""
    if poll.is_open:
        return gettext("loopt nog")
    told = [f"{number} {words}" for number, words in stance_counts(poll)]
    told = [", ".join(told) or gettext("te weinig mensen stemden om een uitslag te tonen")]
    if poll.is_reworded:
        told.append(gettext("de afspraak is daarna gewijzigd"))
    return "; ".join(told)
