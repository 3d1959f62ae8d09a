"""Rounds of a collaboration: planned, joined, closed, opened up and concluded. Only forwards; concluding alone can be
taken back, for a few minutes."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q, Value
from django.db.models.functions import Replace

from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.domain.rules.suppression import enough, groups_to_suppress, questions_to_erase
from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Activity, Answer, Collaboration, Invitee, Response, Session, Talk
from reflectie.models import Conclusion as ConclusionRow
from reflectie.models.prepared import Prepared
from reflectie.services.activity import log_activity
from reflectie.services.clock import now, today
from reflectie.services.erasure import truncate_wal_on_commit
from reflectie.services.locks import lock_collaboration, lock_session
from reflectie.services.mail import Letter
from reflectie.services.questionnaire.checklists import load_checklist, published_row
from reflectie.services.questionnaire.plans import Plan, plan_of, put_plan
from reflectie.services.questionnaire.sheets import load_sheets, takes_answers
from reflectie.services.sessions.report_notices import ask_for_notice, erase_notices, send_notices
from reflectie.services.sessions.totals import write_totals
from reflectie.services.tokens import SHORT_CODE, hash_token, new_code, new_token, read_token

# How long a conclusion can be taken back: long enough to see what it did, too short to be a way of working.
UNDO_WITHIN = timedelta(minutes=10)

_COUNTED = Prepared(
    lambda join_token: (
        Session.objects.filter(join_token=join_token)
        .only("stage", "earlier", "closes_on", "expected")
        .annotate(begun=Count("responses"), done=Count("responses", filter=Q(responses__finished=True)))
    ),
    Session._meta.get_field("join_token"),
)


class StageError(Exception):
    """The session isn't at the stage from which this can be done; somebody else may just have done it."""


class TooLateError(Exception):
    """The minutes in which a conclusion can be taken back are over."""


class TooFewError(Exception):
    """Fewer than three counted responses, or one or two that weren't typed in beside some that were: an anonymous round
    closes without results, or stays open."""


class BegunError(Exception):
    """Somebody has answered already, so what participants read beforehand can't change any more."""


class AdoptedError(Exception):
    """The reflection belongs to a collaboration already."""


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How a round stands while it runs: begun (by a first answer) and finished, and no more than that."""

    session_id: UUID
    stage: str
    is_open: bool
    begun: int
    finished: int
    expected: int | None

    @property
    def unfinished(self) -> int:
        """How many began and aren't done."""
        return self.begun - self.finished

    @property
    def is_full(self) -> bool:
        """Whether as many are done as were expected, or more."""
        return bool(self.expected) and self.finished >= (self.expected or 0)

    @property
    def mark(self) -> str:
        """Of all that is shown of it: as long as it stays the same, so does what is shown."""
        return f"{self.stage}-{self.is_open:d}-{self.begun}-{self.finished}-{self.expected or 0}"


def plan_session(collaboration: Collaboration, plan: Plan, key: UUID | None = None) -> Session:
    """A new session with a link and a short code of its own, on the published checklist.

    `key` is what the form carries, so that sending it twice makes one session; sent with another plan, as after going
    back in the browser, it is another.
    Raises NothingPublishedError without a published checklist, NotFoundError when it was erased.
    """
    own = uuid5(collaboration.pk, f"{key}{plan!r}") if key else uuid4()
    session = Session(pk=own, changed_on=today())
    # Everybody reads so before the first question (`domain/rules/disclosures.py`); of what was on paper years ago,
    # nobody did.
    session.told_of_signals = session.told_of_typist = not plan.earlier
    with transaction.atomic():
        session.collaboration = lock_collaboration(collaboration.pk)
        if sent_before := Session.objects.filter(pk=own).first():
            return sent_before
        session.checklist, session.number = published_row(), _next_number(session.collaboration)
        put_plan(session, plan)
        _save_with_new_link(session)
        log_activity(Activity.Action.PLANNED, collaboration.pk, session=session)
    return session


def _next_number(collaboration: Collaboration) -> int:
    """Of a collaboration that is locked."""
    return (collaboration.sessions.aggregate(last=Max("number"))["last"] or 0) + 1


def last_plan(collaboration: Collaboration) -> Plan | None:
    """The plan of the collaboration's latest planned session; None before the first. One query."""
    planned = collaboration.sessions.filter(earlier=False).exclude(planned_on=None)
    # How paper went in earlier years is no example of how the next session goes.
    session = planned.order_by("-planned_on", "-number", "-pk").first()
    # Its name was of that one alone.
    return replace(plan_of(session), name="") if session else None


def lock_open_session(session: Session) -> Session:
    """A session as `lock_session` gives it. Raises StageError once it is closed."""
    session = lock_session(session)
    if session.stage != Session.Stage.OPEN:
        raise StageError
    return session


def change_plan(session: Session, plan: Plan) -> Session:
    """Plan it differently. Raises BegunError when that breaks what participants read, StageError once it is closed."""
    with transaction.atomic():
        session = lock_open_session(session)
        if plan.promise != plan_of(session).promise and session.responses.exists():
            raise BegunError
        put_plan(session, plan)
        session.save()
        log_activity(Activity.Action.REPLANNED, session.collaboration_id, session=session)
    return session


def rename_session(session: Session, name: str) -> Session:
    """Another name for a session, at whatever stage, or none. The PDFs that it ended with keep the name of then, as
    they keep that of the collaboration."""
    with transaction.atomic():
        session = lock_session(session)
        if session.name == name:
            return session
        session.name = name
        session.save(update_fields=["name"])
        log_activity(Activity.Action.RENAMED, session.collaboration_id, session=session)
        # What it was called may have been somebody's name.
        truncate_wal_on_commit()
    return session


def renew_link(session: Session) -> Session:
    """A new link and code in place of ones that leaked. Who was filling in goes on through the new link.

    Raises StageError once the round is closed.
    """
    with transaction.atomic():
        session = lock_open_session(session)
        before = session.join_token or ""
        session.former_links.create(token_hash=hash_token(before))
        _save_with_new_link(session)
        after = session.join_token or ""
        # A sheet that a team fills in together is opened by the link itself.
        session.responses.filter(token_hash=hash_token(before)).update(token_hash=hash_token(after))
        # Whoever is still to get a mail gets the link that works.
        session.mails.update(text=Replace("text", Value(before), Value(after)))
        log_activity(Activity.Action.LINK_RENEWED, session.collaboration_id, session=session)
    return session


def _save_with_new_link(session: Session) -> None:
    token = new_token()
    session.join_token, session.read_hash = token, hash_token(read_token(token))
    # Without one its link leads to the report once that is open; there is nothing to take part in.
    session.code = None if session.earlier else new_code(SHORT_CODE)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError:
        # Another session has this code. That another has the next one too, nobody will see happen.
        session.code = new_code(SHORT_CODE)
        session.save()


def find_by_code(code: str) -> str | None:
    """The join token of the open session with this short code, or None. One query."""
    return Session.objects.filter(code=code).values_list("join_token", flat=True).first()


def load_progress(join_token: str) -> RoundProgress | None:
    """How the session with this link stands; None when there is none. One query, for many who ask every few seconds."""
    for session in _COUNTED.ask(join_token):
        return RoundProgress(
            session.pk, session.stage, takes_answers(session), session.begun, session.done, session.expected
        )
    return None


def withdraw(session: Session, *token_hashes: str) -> bool:
    """Erase one participant's answers, kept under one of these; False when there were none. Raises StageError once the
    round is closed."""
    with transaction.atomic():
        session = lock_open_session(session)
        deleted, _ = session.responses.filter(token_hash__in=token_hashes).delete()
        truncate_wal_on_commit()
    return bool(deleted)


def count_responses(session: Session) -> int:
    """How many responses count: those with at least one answer to the checklist. One query."""
    return session.responses.filter(answers__value__gt="").distinct().count()


def count_typed(session: Session) -> int:
    """How many of the responses that count were typed in from paper; 0 once the round is closed, and in one that was
    planned before this was kept. One query, or none without paper."""
    if not session.paper_by:
        return 0
    return session.responses.filter(typed=True, answers__value__gt="").distinct().count()


def close_round(session: Session, *, without_results: bool = False) -> Session:
    """Take no more answers, and loosen those that came in from who gave them and when.

    In one transaction, and locked as every save is: an answer is in before, or refused after. Tokens, code, invited
    addresses and mail that waits go, and which sheet was typed in from paper; the rows are written anew in random
    order; in an anonymous round groups that are too small are blanked. What all of it adds up to is written. With fewer
    than three counted responses, or one or two that weren't typed beside some that were, an anonymous round closes only
    `without_results`, and then its answers are erased (concepts.md, "Anonymous is anonymous").
    A sheet that a team fills in together has no secrets for that team: it goes on to the discussion at once.
    Raises StageError when it is closed already, TooFewError.
    """
    with transaction.atomic():
        session = lock_open_session(session)
        if session.mode == Mode.ANONYMOUS and not enough(count_responses(session), count_typed(session)):
            if not without_results:
                raise TooFewError
            session.responses.all().delete()
            erase_notices(session)
        else:
            _loosen(session)
        session.mails.all().delete()
        Invitee.objects.filter(session=session).delete()
        is_round = Mode(session.mode).is_round
        session.stage = Session.Stage.CLOSED if is_round else Session.Stage.DISCUSSION
        if not is_round:
            session.former_coordinators.all().delete()
        session.code = None
        # "All of them" would tell of each.
        session.paper_sheets, session.paper_typed = None, 0
        # Until now the day of the last answer.
        session.changed_on = today()
        session.save()
        log_activity(Activity.Action.CLOSED, session.collaboration_id, session=session)
        write_totals(session)
        truncate_wal_on_commit()
    return session


def _loosen(session: Session) -> None:
    """Write a session's rows anew: no token, fresh random keys, random order, small groups blanked, and nothing of
    which sheet was typed in from paper.

    An automatic row number or a hidden row version would otherwise tell who came last.
    """
    responses = list(session.responses.prefetch_related("answers"))
    if session.mode == Mode.ANONYMOUS:
        responses = _hide_from_typist(session, responses)
        session.blanked = _blank_groups(session, responses)
    shuffle = random.SystemRandom().shuffle
    answers = [answer for response in responses for answer in response.answers.all()]
    session.responses.all().delete()
    # How many finished stays, and not who: what was typed in is finished always.
    finished = random.SystemRandom().sample([response.finished for response in responses], len(responses))
    for response in responses:
        response.pk, response.token_hash, response.typed = uuid4(), None, False
        response.finished = finished.pop()
        # SQLite keeps them as they came: in which order somebody answered, and that a form was typed over from paper.
        response.extras = dict(sorted(response.extras.items()))
    for answer in answers:
        answer.pk, answer.response_id = uuid4(), answer.response.pk
    shuffle(responses)
    shuffle(answers)
    Response.objects.bulk_create(responses)
    Answer.objects.bulk_create(answers)


def _hide_from_typist(session: Session, responses: list[Response]) -> list[Response]:
    """The responses less what whoever typed the paper forms would know to be of one or two who answered themselves."""
    if not any(response.typed for response in responses):
        return responses
    checklist = load_checklist(session.checklist)
    sheets = list(zip(responses, load_sheets(responses), strict=True))
    others = [sheet for response, sheet in sheets if not response.typed]
    if not any(sheet.answered(checklist) for sheet in others):
        # With none of them counted, what these few left beside the checklist has no round to hide in.
        return [response for response in responses if response.typed]
    for name in questions_to_erase([sheet for response, sheet in sheets if response.typed], others):
        for response in responses:
            if not response.typed:
                response.extras.pop(name, None)
    return responses


def _blank_groups(session: Session, responses: list[Response]) -> bool:
    """Take the group out of the rows of every group that is too small to be shown; whether there was one."""
    name = Grouping(session.grouping).field
    if not name:
        return False
    checklist = load_checklist(session.checklist)
    sheets = zip(responses, load_sheets(responses), strict=True)
    counted = [(sheet.text(name), response.typed) for response, sheet in sheets if sheet.answered(checklist)]
    sizes = Counter(group for group, _ in counted)
    without = sizes.pop("", 0)
    blanked = groups_to_suppress(sizes, without, Counter(group for group, typed in counted if typed))
    for response in responses:
        # Whoever answered nothing in the checklist isn't counted, and must not stand for a group of one.
        if response.extras.get(name) in blanked or response.extras.get(name) not in sizes:
            response.extras.pop(name, None)
    return bool(blanked)


def open_report(session: Session, letter: Letter | None = None) -> Session:
    """Open the report for everybody at the same moment, and hand a letter that says so to the worker for each address
    that was left for it; without a letter these are erased unsent. Raises StageError unless the round is closed."""
    with transaction.atomic():
        session = _step(session, Session.Stage.CLOSED, Session.Stage.DISCUSSION)
        # From now on nobody reads earlier than others.
        session.former_coordinators.all().delete()
        if letter:
            send_notices(session, letter)
        else:
            erase_notices(session)
        # Until now the day on which it closed.
        session.changed_on = today()
        session.save()
        log_activity(Activity.Action.OPENED, session.collaboration_id, session=session)
    return session


def ask_for_mail(session: Session, email: str) -> None:
    """Leave an address for one mail when the report opens. Raises StageError once the round is closed,
    TooManyNoticesError."""
    with transaction.atomic():
        ask_for_notice(lock_open_session(session), email)


def conclude(session: Session, conclusion: Conclusion) -> Session:
    """End the discussion with what the team decided: outcomes stay as they are, agreements are kept up. For
    UNDO_WITHIN it can be taken back (`undo_conclusion`). A poll that still goes on is cancelled: nothing is kept of it.

    Raises StageError unless the discussion is going on.
    """
    with transaction.atomic():
        session = _step(session, Session.Stage.DISCUSSION, Session.Stage.CONCLUDED)
        session.concluded_on = today()
        session.save()
        if session.polls.filter(is_open=True).delete()[0]:
            truncate_wal_on_commit()
        ConclusionRow.objects.create(
            session=session,
            needed=conclusion.needed,
            decision=conclusion.decision,
            reason=conclusion.reason,
            next_on=conclusion.next_on,
            recorded_at=now(),
        )
        log_activity(Activity.Action.CONCLUDED, session.collaboration_id, session=session)
    return session


def undo_until(session: Session) -> datetime | None:
    """Until when the conclusion of a session can be taken back; None when that is over, or it has none. One query, and
    none from the day after."""
    concluded_on: date | None = session.concluded_on
    if concluded_on is None or concluded_on < today() - timedelta(days=1):
        return None
    return _undo_until(ConclusionRow.objects.filter(session=session).first())


def _undo_until(conclusion: ConclusionRow | None) -> datetime | None:
    if conclusion is None or conclusion.recorded_at is None:
        return None
    until = conclusion.recorded_at + UNDO_WITHIN
    return until if now() < until else None


def undo_conclusion(session: Session) -> Conclusion:
    """Take a conclusion back, as if the session wasn't concluded yet: the discussion goes on, with the agreements as
    they are now. What was concluded, so that nobody types it again.

    What concluding set in motion is put back: the day from which old answers are folded, the day of the next session
    with its mail (none is sent before UNDO_WITHIN is over), and the PDFs with which the session ended.
    Raises StageError unless the session is concluded, TooLateError when UNDO_WITHIN is over.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.stage != Session.Stage.CONCLUDED:
            raise StageError
        kept = ConclusionRow.objects.filter(session=session).first()
        if kept is None or _undo_until(kept) is None:
            raise TooLateError
        undone = Conclusion(Needed(kept.needed), Decision(kept.decision), kept.reason, kept.next_on)
        kept.delete()
        session.made_pdfs.all().delete()
        session.stage, session.concluded_on = Session.Stage.DISCUSSION, None
        session.save(update_fields=["stage", "concluded_on"])
        # Its wall isn't what it was: a poll that went on is gone.
        Talk.objects.filter(session=session).update(version=F("version") + 1)
        log_activity(Activity.Action.REOPENED, session.collaboration_id, session=session)
        truncate_wal_on_commit()
    return undone


def forget_times() -> int:
    """Erase at what time sessions were concluded, where that can't be taken back any more: nothing else is kept with a
    time of day. How many these were."""
    with transaction.atomic():
        return ConclusionRow.objects.filter(recorded_at__lte=now() - UNDO_WITHIN).update(recorded_at=None)


def _step(session: Session, before: str, after: str) -> Session:
    with transaction.atomic():
        session = lock_session(session)
        if session.stage != before:
            raise StageError
        session.stage = after
        session.save()
    return session


def adopt(session: Session, token: str, collaboration: Collaboration) -> Session:
    """Take a reflection without an account into a collaboration, by its link to fill in. That ends its clock.

    Both links go on working. Raises AdoptedError when a collaboration has it already, and when one of the two was
    erased: NotFoundError.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.collaboration_id is not None:
            raise AdoptedError
        session.collaboration, session.join_token = lock_collaboration(collaboration.pk), token
        session.number = _next_number(session.collaboration)
        session.save()
        # A talk on one screen goes on with a wall and a remote, which are begun anew.
        Talk.objects.filter(session=session).delete()
        log_activity(Activity.Action.ADOPTED, collaboration.pk, session=session)
    return session
