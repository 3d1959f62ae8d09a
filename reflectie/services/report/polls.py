"""Polls of support for what a team is about to decide: opened, voted in, and closed, with the counts alone left."""

from uuid import UUID, uuid5

from django.db import transaction

from reflectie.domain.report.agreements import Agreement, Decision
from reflectie.domain.report.polls import (
    MAX_POLLS,
    MAX_VOTES,
    Poll,
    PollCounts,
    PollWay,
    Stance,
    count_stances,
    number_polls,
    way_asked,
)
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Mode
from reflectie.keys import keyed_hash
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Poll as PollRow
from reflectie.models import PollVote, Session, Talk
from reflectie.models.prepared import Prepared
from reflectie.services.erasure import erase_copies, truncate_wal_on_commit
from reflectie.services.optimistic_lock import is_to_write
from reflectie.services.sessions.talking import lock_talking_session, note_talk_change
from reflectie.services.tokens import hash_token

_POLLS = Prepared(lambda session: PollRow.objects.filter(session=session), PollRow._meta.get_field("session"))


# Enough to tell the words of one agreement from others.
WORDS = 16


class PollGoesOnError(Exception):
    """Another poll of the session goes on, and people hold one phone."""


class OtherWayError(Exception):
    """The same thing was asked in the other way before, or these people have no phones to answer by."""


class TooManyPollsError(Exception):
    """The session has MAX_POLLS already."""


class NothingToPollError(Exception):
    """The agreement that is asked about isn't there (any more)."""


class PollGoneError(Exception):
    """The poll was cancelled, or went with its agreement."""


class PollClosedError(Exception):
    """The poll takes no more votes, and can't be cancelled any more."""


class PollFullError(Exception):
    """MAX_VOTES phones voted in a poll: no other does."""


def load_polls(session: Session) -> tuple[Poll, ...]:
    """A session's polls in the order in which they were held, also one that goes on. One query."""
    return number_polls(_poll_of(row) for row in _POLLS.ask(session.pk))


def open_poll(session: Session, thing: str, key: UUID) -> Poll:
    """Begin to ask by phone who stands behind an agreement (its key) or a decision; the poll.

    `key` is what the form carries, so that sending it twice makes one poll. Raises PollGoesOnError, OtherWayError,
    TooManyPollsError, NothingToPollError, StageError unless the talk goes on, and NotFoundError when the session was
    erased.
    """
    return _add(session, thing, PollWay.PHONES, key)


def record_hands(session: Session, thing: str, counts: PollCounts, key: UUID) -> Poll:
    """Keep what was counted of hands that were raised for an agreement or a decision: closed at once. Sent twice it is
    one poll; sent with other counts, another. Raises as `open_poll` does."""
    return _add(session, thing, PollWay.HANDS, key, counts)


def _add(session: Session, thing: str, way: PollWay, key: UUID, counts: PollCounts | None = None) -> Poll:
    with transaction.atomic():
        session = lock_talking_session(session)
        polls = load_polls(session)
        own = uuid5(session.pk, f"{key}{thing}{counts!r}")
        if sent_before := [poll for poll in polls if poll.key == str(own)]:
            return sent_before[0]
        _check_may_ask(session, polls, thing, way)
        row = PollRow(pk=own, session=session, position=len(polls), way=way)
        _put_thing(row, thing)
        if counts:
            _put_counts(row, counts)
        row.save(force_insert=True)
        note_talk_change(session)
        _put_on_wall(session, row)
        return load_polls(session)[-1]


def correct_hands(session: Session, key: UUID, counts: PollCounts, seen: str) -> None:
    """Put other numbers in the place of those that were counted of hands. As where an agreement gets other words, what
    stood there before is kept nowhere. `seen` is the etag of what the page showed.

    Raises ConflictError when somebody else corrected it meanwhile, PollGoneError for one that isn't there or went by
    phone, StageError unless the talk goes on, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        row = session.polls.filter(pk=key, way=PollWay.HANDS).first()
        if row is None:
            raise PollGoneError
        current = _poll_of(row).counts
        if is_to_write(seen, counts, current if isinstance(current, PollCounts) else None):
            _put_counts(row, counts)
            row.save()
            erase_copies(session, takes_back=False)
            note_talk_change(session)


def _put_on_wall(session: Session, row: PollRow) -> None:
    """Last of all, once the walls are held that `note_talk_change` tells: two who do this wait in turn."""
    Talk.objects.filter(session=session).update(poll=row)


def _check_may_ask(session: Session, polls: tuple[Poll, ...], thing: str, way: PollWay) -> None:
    if any(poll.is_open for poll in polls):
        raise PollGoesOnError
    if len(polls) >= MAX_POLLS:
        raise TooManyPollsError
    has_phones = Mode(session.mode).is_round
    if way_asked(polls, thing) not in {None, way} or (way is PollWay.PHONES and not has_phones):
        raise OtherWayError


def _put_thing(row: PollRow, thing: str) -> None:
    if thing in set(Decision):
        row.decision = thing
        return
    agreement = next((kept for kept in row.session.agreements.all() if str(kept.pk) == thing), None)
    if agreement is None:
        raise NothingToPollError
    # Keyed: from a copy of the database alone, nobody can try out which words these were.
    row.agreement, row.words = agreement, keyed_hash("reflectie.poll", "\x1f".join(words_asked(agreement)))[:WORDS]


def words_asked(agreement: Agreement | AgreementRow) -> tuple[str, ...]:
    """What people read of an agreement when they are asked about it."""
    return agreement.what, agreement.who, str(agreement.due_on or ""), agreement.trigger


def _put_counts(row: PollRow, counts: PollCounts | Withheld) -> None:
    row.is_open = False
    if isinstance(counts, PollCounts):
        row.behind, row.live_with, row.objection = counts.behind, counts.live_with, counts.objection


def mark_reworded(session: Session, agreement: UUID) -> None:
    """The polls on an agreement were about other words than it has from now on. For within a transaction that locks
    the session. What named the former words goes too: whoever tries out texts finds none that was taken back."""
    session.polls.filter(agreement=agreement).update(words="")


def vote(session: Session, key: UUID, token: str, stance: Stance) -> None:
    """Keep where whoever holds a token stands, in place of what they said before.

    Raises PollClosedError, PollGoneError, PollFullError, StageError unless the talk goes on, and NotFoundError when the
    session was erased.
    """
    with transaction.atomic():
        # Closing holds it too: no vote lands after the counting, where it would stay.
        session = lock_talking_session(session)
        row = _open_row(session, key)
        if row.votes.filter(token_hash=hash_token(token)).update(stance=stance):
            return
        if row.votes.count() >= MAX_VOTES:
            raise PollFullError
        PollVote.objects.create(poll=row, token_hash=hash_token(token), stance=stance)


def check_goes_on(session: Session, key: str) -> None:
    """Raise PollClosedError or PollGoneError unless the poll that a page names takes votes. One query."""
    named = [poll for poll in load_polls(session) if poll.key == key]
    if not named:
        raise PollGoneError
    if not named[0].is_open:
        raise PollClosedError


def find_stance(poll: Poll, token: str) -> Stance | None:
    """Where whoever holds a token stands in a poll that goes on; None before they voted. One query."""
    kept = PollVote.objects.filter(poll=UUID(poll.key), token_hash=hash_token(token))
    found = kept.values_list("stance", flat=True).first()
    return Stance(found) if found else None


def count_votes(poll: Poll) -> int:
    """How many phones voted so far in a poll that goes on. One query."""
    return PollVote.objects.filter(poll=UUID(poll.key)).count()


def close_poll(session: Session, key: UUID) -> None:
    """Close a poll: how many stand where is kept, or only that it was held (`count_stances`), and every vote with its
    token is erased. Done twice, it is closed once.

    Raises PollGoneError, StageError unless the talk goes on, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        try:
            row = _open_row(session, key)
        except PollClosedError:
            return
        _put_counts(row, count_stances(Stance(stance) for stance in row.votes.values_list("stance", flat=True)))
        row.save()
        row.votes.all().delete()
        note_talk_change(session)
        # Also where the talk went on meanwhile: how it came out, everybody sees at once.
        _put_on_wall(session, row)
        truncate_wal_on_commit()


def cancel_poll(session: Session, key: UUID) -> None:
    """Let go of a poll that goes on, as if it was never begun. Done twice, it is gone once.

    Raises PollClosedError, StageError unless the talk goes on, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        try:
            row = _open_row(session, key)
        except PollGoneError:
            return
        row.delete()
        note_talk_change(session)
        truncate_wal_on_commit()


def _open_row(session: Session, key: UUID) -> PollRow:
    row = session.polls.filter(pk=key).first()
    if row is None:
        raise PollGoneError
    if not row.is_open:
        raise PollClosedError
    return row


def _poll_of(row: PollRow) -> Poll:
    counts: PollCounts | Withheld | None = None
    if row.behind is not None and row.live_with is not None and row.objection is not None:
        counts = PollCounts(row.behind, row.live_with, row.objection)
    elif not row.is_open:
        counts = Withheld(Reason.TOO_FEW)
    return Poll(
        key=str(row.pk),
        way=PollWay(row.way),
        counts=counts,
        agreement=str(row.agreement_id) if row.agreement_id else "",
        decision=Decision(row.decision) if row.decision else None,
        is_reworded=row.agreement_id is not None and not row.words,
    )
