"""The parking lot of a talk, as services keep it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from reflectie.domain.report.agreements import MAX_PARKED
from reflectie.domain.setup import Mode
from reflectie.models import MadePdf, ParkedTopic, Session, Talk
from reflectie.services import erasure
from reflectie.services.errors import NotFoundError
from reflectie.services.report import reports
from reflectie.services.report.parked import TooManyParkedError, load_parked, park, unpark
from reflectie.services.sessions import rounds
from tests.helpers.agreed import HINDERED, conclude
from tests.helpers.factories import at_once, make_reflection
from tests.helpers.rounds import DAY, closed_round, discussed_round, make_collaboration, open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(collaboration) -> Session:
    """A round in discussion."""
    return discussed_round(collaboration, HINDERED)


def texts(session: Session) -> list[str]:
    return [topic.text for topic in load_parked(session)]


def pdfs(session: Session) -> int:
    return MadePdf.objects.filter(session=session).count()


def with_pdf(session: Session, *, final: bool = False) -> Session:
    MadePdf.objects.create(session=session, kind="verslag", key="k", content=b"%PDF", final=final)
    return session


def test_park_keeps_topics_in_the_order_in_which_they_were_put_off(session):
    made = [park(session, text, uuid4()) for text in ("Een", "Twee", "Drie")]
    assert load_parked(session) == tuple(made)
    assert texts(session) == ["Een", "Twee", "Drie"]


def test_park_sent_twice_makes_one_and_other_words_make_another(session):
    key = uuid4()
    assert park(session, "Een", key) == park(session, "Een", key)
    park(session, "Anders", key)
    assert texts(session) == ["Een", "Anders"]


def test_park_with_the_key_of_another_session_is_one_of_its_own(collaboration, session):
    key, elsewhere = uuid4(), discussed_round(collaboration, HINDERED)
    assert park(session, "Een", key) != park(elsewhere, "Een", key)
    assert (texts(session), texts(elsewhere)) == (["Een"], ["Een"])


def test_park_takes_no_more_than_fit_but_one_that_is_there_is_no_more(session):
    key = uuid4()
    park(session, "Een", key)
    for number in range(MAX_PARKED - 1):
        park(session, f"Nummer {number}", uuid4())
    with pytest.raises(TooManyParkedError):
        park(session, "Nog een", uuid4())
    assert park(session, "Een", key).text == "Een"
    assert len(texts(session)) == MAX_PARKED


def test_park_after_one_was_taken_off_comes_last(session):
    first, _second = park(session, "Een", uuid4()), park(session, "Twee", uuid4())
    unpark(session, UUID(first.key))
    park(session, "Drie", uuid4())
    assert texts(session) == ["Twee", "Drie"]


def test_unpark_gives_the_words_and_of_what_is_gone_already_none(session):
    key = UUID(park(session, "Een", uuid4()).key)
    assert [unpark(session, key), unpark(session, key)] == ["Een", ""]


def test_unpark_takes_nothing_off_another_session(collaboration, session):
    elsewhere = discussed_round(collaboration, HINDERED)
    park(session, "Een", uuid4())
    assert unpark(elsewhere, UUID(load_parked(session)[0].key)) == ""
    assert texts(session) == ["Een"]


def test_what_was_taken_off_lives_on_in_no_pdf_of_its_session_and_of_no_other(collaboration, session):
    """Those without an account are nobody's neighbours: their PDFs stay."""
    key = UUID(park(session, "Een", uuid4()).key)
    elsewhere = with_pdf(discussed_round(make_collaboration(), HINDERED))
    with_pdf(session)
    unpark(session, key)
    assert (pdfs(session), pdfs(elsewhere)) == (0, 1)


@pytest.mark.parametrize("of", [open_round, closed_round])
def test_nothing_is_put_off_before_the_talk(collaboration, of):
    session = of(collaboration, HINDERED)
    with pytest.raises(rounds.StageError):
        park(session, "Een", uuid4())
    with pytest.raises(rounds.StageError):
        unpark(session, uuid4())


def test_nothing_is_put_off_or_taken_off_after_the_talk(session):
    key = UUID(park(session, "Een", uuid4()).key)
    session = conclude(session)
    with pytest.raises(rounds.StageError):
        park(session, "Twee", uuid4())
    with pytest.raises(rounds.StageError):
        unpark(session, key)
    assert texts(session) == ["Een"]


def test_of_an_erased_session_nothing_is_kept(session):
    park(session, "Een", uuid4())
    erasure.erase_session(session.pk)
    with pytest.raises(NotFoundError):
        park(session, "Twee", uuid4())
    assert not ParkedTopic.objects.exists()


def test_parking_and_taking_off_draw_the_wall_anew(session):
    Talk.objects.create(session=session, minutes=60, agenda=[], place="welcome")
    key = UUID(park(session, "Een", uuid4()).key)
    unpark(session, key)
    assert Talk.objects.get().version == 2


def test_a_team_without_an_account_parks_too_and_erases_no_pdf_of_others(content, every_answer):
    """What is taken off one reflection leaves the PDFs of all others alone."""
    for _ in range(2):
        make_reflection(every_answer, mode=Mode.TOGETHER, finished=True)
    mine, theirs = Session.objects.all()
    for session in (mine, theirs):
        with_pdf(session)
    key = UUID(park(mine, "Een", uuid4()).key)
    assert texts(mine) == ["Een"]
    unpark(mine, key)
    assert (pdfs(mine), pdfs(theirs)) == (0, 1)


def test_a_report_has_what_its_talk_put_off_and_what_the_one_before_it_did(collaboration, session):
    park(session, "Een", uuid4())
    Session.objects.filter(pk=session.pk).update(planned_on=DAY - timedelta(365))
    later = discussed_round(collaboration, HINDERED)
    park(later, "Twee", uuid4())
    report = reports.load_report(later)
    assert [topic.text for topic in report.parked] == ["Twee"]
    assert report.since
    assert [topic.text for topic in report.since.earlier.parked] == ["Een"]


@pytest.mark.parametrize("number", [1, 30])
def test_parked_topics_take_one_query(session, number, django_assert_num_queries):
    for place in range(number):
        park(session, f"Nummer {place}", uuid4())
    with django_assert_num_queries(1):
        assert len(load_parked(session)) == number


@pytest.mark.django_db(transaction=True)
def test_two_people_who_park_the_last_that_fits_park_one(content):
    session = discussed_round(make_collaboration(), HINDERED)
    for number in range(MAX_PARKED - 1):
        park(session, f"Nummer {number}", uuid4())

    def late(text: str):
        try:
            return park(session, text, uuid4()).text
        except TooManyParkedError:
            return "vol"

    found = at_once(lambda: late("a"), lambda: late("b"))
    assert sorted(found)[-1] == "vol"
    assert len(texts(session)) == MAX_PARKED
