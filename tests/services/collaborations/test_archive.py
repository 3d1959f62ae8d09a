"""A collaboration that is put away, and brought back: what leaves it out, and what doesn't."""

from datetime import date, timedelta

import pytest

from reflectie.models import Answer, Collaboration, Response, Session
from reflectie.services import clock, erasure, signals
from reflectie.services.collaborations import collaborations
from reflectie.services.comparison import comparisons
from reflectie.services.errors import NotFoundError
from reflectie.services.report import agreements
from reflectie.services.sessions import aggregation
from tests.helpers.agreed import made
from tests.helpers.factories import at_once
from tests.helpers.reminders import concluded, run
from tests.helpers.rounds import discussed_round
from tests.helpers.signalled import HINDERED, KEY, TODAY, held, several

pytestmark = pytest.mark.django_db
SHEETS = [{"goal-shared": "helping"}] * 3


def test_archiving_erases_nothing_and_twice_is_once(collaboration, monkeypatch):
    discussed_round(collaboration, SHEETS)
    before = [(model, set(model.objects.values_list("pk", flat=True))) for model in (Session, Response, Answer)]
    day = clock.today()
    first = collaborations.archive_collaboration(collaboration)
    monkeypatch.setattr(collaborations, "today", lambda: day + timedelta(5))
    assert first.archived_on == collaborations.archive_collaboration(collaboration).archived_on == day

    for _ in range(2):
        assert collaborations.restore_collaboration(collaboration).archived_on is None
    assert [(model, set(model.objects.values_list("pk", flat=True))) for model, _ in before] == before


@pytest.mark.parametrize("step", [collaborations.archive_collaboration, collaborations.restore_collaboration])
def test_what_was_erased_is_neither_archived_nor_brought_back(collaboration, step):
    collaborations.erase_collaboration(collaboration.pk)
    with pytest.raises(NotFoundError):
        step(collaboration)


def test_archived_is_in_no_list_and_in_that_of_the_archive(collaboration, an):
    session = discussed_round(collaboration, SHEETS)
    made(session)

    def found() -> list[int]:
        return [
            collaborations.collaborations_of(an).count(),
            comparisons.comparable_collaborations(an.pk).count(),
            comparisons.comparable_sessions(an.pk, comparisons.Wanted()).count(),
            agreements.open_agreements_of(an).count(),
        ]

    assert found() == [1, 1, 1, 1]
    collaborations.archive_collaboration(collaboration)
    assert found() == [0, 0, 0, 0]
    assert list(collaborations.collaborations_of(an, archived=True)) == [collaboration]
    # Whoever has the address of a comparison still reads it.
    assert list(comparisons.comparable_sessions(an.pk)) == [session]
    collaborations.restore_collaboration(collaboration)
    assert found() == [1, 1, 1, 1]
    assert not collaborations.collaborations_of(an, archived=True).exists()


def test_nobody_is_mailed_that_the_next_session_of_an_archived_one_comes_near(collaboration, an):
    concluded(collaboration)
    collaborations.archive_collaboration(collaboration)
    assert run() == []
    collaborations.restore_collaboration(collaboration)
    assert run() == ["an@example.org"]


def test_what_is_promised_to_be_erased_is_erased_in_the_archive_too(collaboration, settings):
    session = concluded(collaboration, before=31 * settings.FOLD_MONTHS + 31)
    collaborations.archive_collaboration(collaboration)

    assert list(aggregation.old_rounds(clock.today())) == [session]
    erasure.erase_session(session.pk)
    assert not Session.objects.exists()


def test_archived_counts_in_no_signal_and_restored_as_one_that_joins(monkeypatch):
    monkeypatch.setattr(signals, "today", lambda: TODAY)
    monkeypatch.setattr(collaborations, "today", lambda: TODAY)
    everybody = several(4)

    def counted() -> tuple[int, object]:
        figures = signals.load_signals().years[2026].figures[""]
        return figures.counted, figures.numbers[KEY]

    assert counted() == (4, 4)
    collaborations.archive_collaboration(everybody[0])
    assert counted() == (3, 3)
    collaborations.restore_collaboration(everybody[0])
    assert Collaboration.objects.get(pk=everybody[0].pk).signals_from == TODAY
    assert counted() == (3, 3)
    monkeypatch.setattr(signals, "today", lambda: date(2027, 1, 1))
    assert counted() == (4, 4)


def test_restored_that_never_took_part_still_does_not(collaboration):
    held(collaboration, HINDERED)
    collaborations.archive_collaboration(collaboration)
    assert collaborations.restore_collaboration(collaboration).signals_from is None


@pytest.mark.django_db(transaction=True)
def test_archiving_and_erasing_at_once_ends_in_one_of_the_two(collaboration):
    def archive() -> object:
        try:
            return collaborations.archive_collaboration(collaboration).archived_on
        except NotFoundError:
            return "erased"

    archived, _ = at_once(archive, lambda: collaborations.erase_collaboration(collaboration.pk))

    assert archived in {clock.today(), "erased"}
    assert not Collaboration.objects.exists()
