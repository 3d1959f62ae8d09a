"""Sharing as services keep it: chosen, taken back, changed by two people at once, and what others find of it."""

from uuid import UUID, uuid4

import pytest

from reflectie.domain.report.agreements import State
from reflectie.domain.sharing import MAX_LESSONS, Lesson, Shared, Sharing, SharingChoice
from reflectie.domain.versions import etag
from reflectie.models import Lesson as LessonRow
from reflectie.models import Role, Session
from reflectie.services import erasure
from reflectie.services import sharing as sharing_service
from reflectie.services.errors import NotFoundError
from reflectie.services.questionnaire import checklists
from reflectie.services.report import agreements
from reflectie.services.sessions import rounds
from reflectie.services.sharing import (
    TooManyLessonsError,
    change_lesson,
    load_lesson,
    load_shareable,
    load_shared,
)
from tests.helpers.agreed import FIRST, HINDERED, KEY, OTHER, changed, conclude, made, pk
from tests.helpers.compared import team
from tests.helpers.conflicts import met_by
from tests.helpers.factories import make_account
from tests.helpers.rounds import closed_round, discussed_round, make_collaboration

pytestmark = pytest.mark.django_db
LESSON = Lesson("", "We hingen het doel op in de gang.", KEY, Sharing.UNNAMED)


@pytest.fixture
def session(content) -> Session:
    return discussed_round(make_collaboration(), HINDERED)


@pytest.fixture
def reader(content) -> int:
    """Facilitates another collaboration."""
    user = make_account("fien@example.org")
    team(user, "Huis Linde")
    return user.pk


def choose(session: Session, key: str, sharing: Sharing) -> dict[str, SharingChoice]:
    """What somebody sends who sees how it stands."""
    [thing] = [thing for thing in load_shareable(session) if thing.key == key]
    return {key: SharingChoice(sharing, thing.sharing, etag(thing))}


def share(session: Session, key: str, sharing: Sharing = Sharing.UNNAMED) -> None:
    sharing_service.share(session, choose(session, key, sharing), None, uuid4())


def add(session: Session, lesson: Lesson = LESSON) -> Lesson:
    key = uuid4()
    before = {thing.key for thing in load_shareable(session)}
    sharing_service.share(session, {}, lesson, key)
    [new] = {thing.key for thing in load_shareable(session)} - before
    return load_lesson(session, UUID(new))


def found(reader: int) -> list[Shared]:
    return [thing for _item, things in load_shared(reader) for thing in things]


def test_nothing_is_shared_of_itself(session, reader):
    made(session)
    add(session, Lesson("", LESSON.text, KEY))
    assert found(reader) == []


def test_unnamed_has_the_sentence_the_item_and_how_it_stands_alone(session, reader):
    first = made(session)
    share(session, first.key)
    add(session)
    assert found(reader) == [Shared(KEY, LESSON.text), Shared(KEY, FIRST.what, State.OPEN)]


def test_named_has_the_name_and_the_labels_too(session, reader):
    first = made(session)
    collaboration = session.collaboration
    collaboration.region, collaboration.theme = "Tienen", "Jeugd"
    collaboration.save()
    share(session, first.key, Sharing.NAMED)
    expected = Shared(KEY, FIRST.what, State.OPEN, name="Samen in Tienen", region="Tienen", theme="Jeugd")
    assert found(reader) == [expected]


def test_what_is_taken_back_is_gone_at_once(session, reader):
    first, lesson = made(session), add(session)
    share(session, first.key)
    assert len(found(reader)) == 2
    share(session, first.key, Sharing.NOT)
    share(session, lesson.key, Sharing.NOT)
    assert found(reader) == []


def test_what_is_shared_changes_and_goes_with_the_agreement(session, reader):
    first = made(session)
    share(session, first.key)
    reworded = changed(first, what="We hangen het doel op.", state=State.DONE)
    agreements.change_agreement(session, pk(first), reworded, etag(first))
    assert found(reader) == [Shared(KEY, "We hangen het doel op.", State.DONE)]
    agreements.remove_agreement(session, pk(first), etag(reworded))
    assert found(reader) == []


@pytest.mark.parametrize("parts", [{"state": State.DROPPED, "reason": "Geen tijd."}, {"item": "", "principle": 0}])
def test_what_was_let_go_of_or_is_about_nothing_is_not_found(session, reader, parts):
    first = made(session)
    share(session, first.key)
    assert len(found(reader)) == 1
    agreements.change_agreement(session, pk(first), changed(first, **parts), etag(first))
    assert found(reader) == []
    assert [thing.is_shown for thing in load_shareable(session)] == [False]


def test_after_the_conclusion_it_can_be_shared_too(session, reader):
    first = made(session)
    conclude(session)
    share(session, first.key)
    assert [thing.text for thing in found(reader)] == [FIRST.what]


def test_before_the_report_is_open_nothing_can_be_shared(content):
    with pytest.raises(rounds.StageError):
        sharing_service.share(closed_round(make_collaboration(), HINDERED), {}, LESSON, uuid4())


def test_of_an_erased_session_nothing_is_left(session, reader):
    add(session)
    erasure.erase_session(session.pk)
    assert found(reader) == []
    with pytest.raises(NotFoundError):
        sharing_service.share(session, {}, LESSON, uuid4())


def test_agreement_about_no_item_is_not_marked_to_be_found_later(session):
    other = made(session, OTHER)
    share(session, other.key, Sharing.NAMED)
    assert [thing.sharing for thing in load_shareable(session)] == [Sharing.NOT]


# --- by two people at once


def test_words_that_changed_meanwhile_are_not_shared_and_nothing_else_is_written(session, reader):
    first, second = made(session), made(session, changed(OTHER, item=KEY))
    choices = choose(session, first.key, Sharing.NAMED) | choose(session, second.key, Sharing.NAMED)
    agreements.change_agreement(session, pk(first), changed(first, what="Els belt mevrouw Peeters."), etag(first))
    assert set(met_by(sharing_service.share, session, choices, LESSON, uuid4())) == {first.key}
    assert [thing.sharing for thing in load_shareable(session)] == [Sharing.NOT, Sharing.NOT]


def test_taking_back_holds_whatever_it_says_by_now(session, reader):
    first = made(session)
    share(session, first.key)
    choices = choose(session, first.key, Sharing.NOT)
    agreements.change_agreement(session, pk(first), changed(first, what="Anders."), etag(first))
    sharing_service.share(session, choices, None, uuid4())
    assert found(reader) == []


def test_what_was_left_alone_does_not_overwrite_what_came_in_meanwhile(session, reader):
    first = made(session)
    share(session, first.key)
    left_alone = choose(session, first.key, Sharing.UNNAMED)
    share(session, first.key, Sharing.NOT)
    sharing_service.share(session, left_alone, None, uuid4())
    assert found(reader) == []


def test_what_was_removed_meanwhile_is_told_and_taken_back_without_a_word(session):
    first = made(session)
    sharing = choose(session, first.key, Sharing.NAMED)
    back = {first.key: SharingChoice(Sharing.NOT, Sharing.NAMED, "0")}
    agreements.remove_agreement(session, pk(first), etag(first))
    assert met_by(sharing_service.share, session, sharing, None, uuid4()) == {first.key: None}
    sharing_service.share(session, back, None, uuid4())


def test_nothing_of_another_session_can_be_shared(session, reader):
    other = discussed_round(make_collaboration(), HINDERED)
    first = made(other)
    choices = choose(other, first.key, Sharing.NAMED)
    assert met_by(sharing_service.share, session, choices, None, uuid4()) == {first.key: None}
    assert found(reader) == []


# --- lessons


def test_lesson_sent_twice_is_one(session):
    key = uuid4()
    sharing_service.share(session, {}, LESSON, key)
    sharing_service.share(session, {}, LESSON, key)
    assert [thing.text for thing in load_shareable(session)] == [LESSON.text]


def test_lessons_are_no_more_than_anybody_reads(session):
    first = made(session)
    for number in range(MAX_LESSONS):
        add(session, Lesson("", f"Les {number}", KEY))
    with pytest.raises(TooManyLessonsError):
        sharing_service.share(session, choose(session, first.key, Sharing.NAMED), LESSON, uuid4())
    assert {thing.sharing for thing in load_shareable(session)} == {Sharing.NOT}
    assert LessonRow.objects.count() == MAX_LESSONS


def test_lesson_changes_and_goes_everywhere(session, reader):
    lesson = add(session)
    other = Lesson(lesson.key, "We bellen.", "context-practical", Sharing.UNNAMED)
    assert change_lesson(session, UUID(lesson.key), other, etag(lesson)) == other
    assert found(reader) == [Shared("context-practical", "We bellen.")]
    assert change_lesson(session, UUID(lesson.key), None, etag(other)) is None
    assert (found(reader), LessonRow.objects.count()) == ([], 0)


def test_lesson_that_somebody_else_changed_is_not_overwritten(session):
    lesson = add(session)
    key, seen = UUID(lesson.key), etag(lesson)
    theirs = Lesson(lesson.key, "Van de ander.", KEY)
    change_lesson(session, key, theirs, seen)
    for wanted in (Lesson(lesson.key, "Van mij.", KEY), None):
        assert met_by(change_lesson, session, key, wanted, seen) == theirs
        assert load_lesson(session, key) == theirs


def test_lesson_that_was_removed_is_made_again_only_by_choice(session):
    lesson = add(session)
    key, seen = UUID(lesson.key), etag(lesson)
    change_lesson(session, key, None, seen)
    mine = Lesson(lesson.key, "Van mij.", KEY)
    assert met_by(change_lesson, session, key, mine, seen) is None
    assert change_lesson(session, key, mine, "0") == mine
    assert [thing.text for thing in load_shareable(session)] == ["Van mij."]


# --- who finds what


def test_whoever_has_no_role_finds_nothing(session):
    add(session)
    assert load_shared(make_account("niemand@example.org").pk) is None


def test_own_is_marked_and_its_coordinator_finds_the_way_back(session):
    add(session)
    people = {role: make_account(f"{role}@example.org") for role in Role.values}
    for role, user in people.items():
        session.collaboration.memberships.create(user=user, role=role)
    seen = {role: [(thing.is_own, thing.session) for thing in found(user.pk)] for role, user in people.items()}
    assert seen == {"coordinator": [(True, str(session.pk))], "facilitator": [(True, "")]}


def test_things_stand_by_item_then_lessons_then_what_was_done_and_always_alike(session, reader):
    for state in (State.OPEN, State.DONE, State.BUSY):
        agreement = made(session, changed(FIRST, what=state.value))
        share(session, agreement.key)
        agreements.change_agreement(session, pk(agreement), changed(agreement, state=state), etag(agreement))
    add(session, Lesson("", "Eerst", "goal-perspective", Sharing.UNNAMED))
    add(session)
    once = found(reader)
    assert [(thing.item, thing.state) for thing in once[:3]] == [
        ("goal-perspective", None),
        (KEY, None),
        (KEY, State.DONE),
    ]
    assert {thing.state for thing in once[3:]} == {State.OPEN, State.BUSY}
    assert found(reader) == once


def test_order_within_an_item_is_that_of_random_keys_and_not_of_time(session, reader):
    lessons = [add(session, Lesson("", f"Les {number}", KEY, Sharing.UNNAMED)) for number in range(MAX_LESSONS)]
    by_key = sorted(lessons, key=lambda lesson: lesson.key)
    assert [thing.text for thing in found(reader)] == [lesson.text for lesson in by_key]


def test_what_was_made_up_says_so(session, reader):
    add(session)
    session.collaboration.invented = True
    session.collaboration.save()
    assert [thing.invented for thing in found(reader)] == [True]


@pytest.mark.parametrize("many", [2, 60])
def test_finding_takes_as_many_queries_at_many(session, reader, many, django_assert_num_queries):
    rows = [LessonRow(session=session, item_id=_item(session), text=f"{n}", sharing="named") for n in range(many)]
    LessonRow.objects.bulk_create(rows)
    load_shared(reader)
    # Roles, lessons, agreements, the checklist in use.
    with django_assert_num_queries(4):
        assert len(found(reader)) == many


def _item(session: Session) -> int:
    return checklists.item_ids(session.checklist_id)[KEY]
