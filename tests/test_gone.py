"""What is erased is gone from the database's own files: whoever copies them afterwards finds no trace of it."""

from datetime import date
from pathlib import Path

import pytest
from conftest import CONCLUSION
from django.db import connection
from rounds import fetched, make_collaboration, open_round

from reflectie import pdf, store
from reflectie.models import MadePdf, Session

NOTE = "Zeg-dit-niet-verder-"


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running() -> Session:
    """A round of three, each with a note, that came in one after the other."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps all of it in files of ours")
    sheets = [{"goal-shared": "helping", "goal-shared-note": f"{NOTE}{number}"} for number in range(3)]
    return open_round(make_collaboration(), sheets)


def on_disk() -> bytes:
    """All that a copy of the files would hold."""
    database = Path(connection.settings_dict["NAME"])
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def codes(session: Session) -> list[str]:
    return list(session.responses.values_list("token_hash", flat=True))


def test_of_an_open_round_the_files_have_everything(running: Session) -> None:
    assert all(code.encode() in on_disk() for code in codes(running))
    assert on_disk().count(NOTE.encode()) >= 3


def test_closing_leaves_no_code_and_no_earlier_order_in_the_files(running: Session) -> None:
    before = codes(running)
    store.close_round(running)
    kept = on_disk()
    assert not any(code.encode() in kept for code in before)
    # Once each, where they stand now: an earlier copy would have them in the order in which they came.
    assert kept.count(NOTE.encode()) == 3


def test_a_withdrawn_sheet_is_gone_from_the_files(running: Session) -> None:
    gone = running.responses.filter(answers__note=f"{NOTE}1").get()
    assert store.withdraw(running, gone.token_hash or "")
    kept = on_disk()
    assert (gone.token_hash or "-").encode() not in kept
    assert f"{NOTE}1".encode() not in kept
    assert f"{NOTE}2".encode() in kept


def test_answers_erased_for_being_too_few_are_gone_from_the_files(running: Session) -> None:
    store.withdraw(running, codes(running)[0])
    store.close_round(running, without_results=True)
    assert NOTE.encode() not in on_disk()


def test_an_erased_session_is_gone_from_the_files(running: Session) -> None:
    store.close_round(running)
    store.keep_pdf(running.pk, "verslag", "key", NOTE.encode())
    store.erase_session(running.pk)
    assert NOTE.encode() not in on_disk()


def test_removed_space_is_overwritten_whatever_the_librarys_own_habit(running: Session) -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert "secure_delete=ON" in connection.settings_dict["OPTIONS"]["init_command"]


def test_a_text_that_was_removed_is_gone_from_the_files(running: Session) -> None:
    store.close_round(running)
    assert store.remove_text(running, "goal-shared-note", store.text_mark(f"{NOTE}1")) == 1
    kept = on_disk()
    assert f"{NOTE}1".encode() not in kept
    assert f"{NOTE}2".encode() in kept


def test_a_text_that_was_removed_while_a_pdf_was_made_does_not_live_on_in_it(running: Session) -> None:
    store.close_round(running)
    session = fetched(store.open_report(running))
    report = store.load_report(session)
    store.remove_text(session, "goal-shared-note", store.text_mark(f"{NOTE}1"))
    pdf.report_pdf(session.pk, report)
    assert not MadePdf.objects.exists()
    pdf.report_pdf(session.pk, store.load_report(fetched(session)))
    assert MadePdf.objects.exists()


def test_closing_forgets_the_day_of_the_last_answer(running: Session) -> None:
    Session.objects.update(changed_on=date(2026, 10, 1))
    assert store.close_round(running).changed_on == store.today()


def test_folding_leaves_no_note_no_row_and_no_pdf_from_before_in_the_files(running: Session) -> None:
    session = store.open_report(store.close_round(running))
    store.conclude(session, CONCLUSION)
    store.keep_pdf(session.pk, "verslag", "sleutel", f"%PDF {NOTE}".encode())
    Session.objects.filter(pk=session.pk).update(concluded_on=date(2024, 1, 1))
    keys = [key.hex for key in session.responses.values_list("pk", flat=True)]
    assert all(key.encode() in on_disk() for key in keys)

    assert store.fold_old(date(2026, 11, 22)) == 1

    kept = on_disk()
    assert [key for key in (*keys, NOTE) if key.encode() in kept] == []
    assert session.responses.count() == len(keys)
