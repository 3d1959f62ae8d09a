"""The bridge to the database: nothing is lost, nothing newer is overwritten, nothing stays behind."""

import base64
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from reflectie.domain.questionnaire.answers import Posted, digest
from reflectie.domain.setup import Mode
from reflectie.models import Answer, MadePdf, Response, Session
from reflectie.services import erasure
from reflectie.services.errors import NotFoundError
from reflectie.services.questionnaire import sheets
from reflectie.services.report import reports
from reflectie.services.tokens import hash_token, new_token, read_token
from tests.helpers.factories import Reflection, at_once, make_reflection, save

pytestmark = pytest.mark.django_db

LONG_AGO = date(2026, 1, 5)


def rows_of_every_table():
    """Every row in the database, by table."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = [tuple(str(value) for value in row) for row in cursor.fetchall()]
        return found


def numbers_of_rows():
    return {table: len(rows) for table, rows in rows_of_every_table().items()}


def set_day(reflection, day):
    Session.objects.filter(responses__token_hash=hash_token(reflection.token)).update(changed_on=day)


def day_of(reflection):
    return reflection.response.session.changed_on


def seen_empty(values):
    """Fields as a page posts them that was rendered when nothing was filled in."""
    return {name: Posted(value, "") for name, value in values.items()}


# --- starting


def test_start_reflection_twice_with_one_token_makes_one_session(content):
    token = new_token()
    for names in ({"collaboration-name": "Samen in Tienen"}, {"collaboration-name": "Nog eens"}):
        sheets.start_reflection(token, Mode.ALONE, names)
    assert (Session.objects.count(), Response.objects.count()) == (1, 1)
    assert Reflection(token).values == {"collaboration-name": "Samen in Tienen"}


def test_start_reflection_with_another_token_makes_another_session(content):
    for _ in range(2):
        sheets.start_reflection(new_token(), Mode.ALONE, {})
    assert (Session.objects.count(), Response.objects.count()) == (2, 2)


def test_start_reflection_again_leaves_what_was_filled_in(reflection):
    reflection.save({"goal-shared": "hindering"}, finish=True)
    sheets.start_reflection(reflection.token, Mode.TOGETHER, {"team-name": "Anders"})
    assert reflection.values == {"goal-shared": "hindering"}
    assert (reflection.response.finished, reflection.response.session.mode) == (True, "alone")


def test_start_reflection_keeps_the_names_that_were_given_and_no_empty_ones(content):
    token = new_token()
    sheets.start_reflection(token, Mode.TOGETHER, {"collaboration-name": "Samen", "team-name": ""})
    response = Reflection(token).response
    assert response.extras == {"collaboration-name": "Samen"}
    assert (response.session.mode, response.session.stage, response.finished) == ("together", "open", False)
    assert (response.session.checklist.version, response.session.changed_on) == (1, timezone.localdate())


# --- saving


def test_save_fields_keeps_answers_notes_and_what_was_asked_beside(reflection, every_answer):
    saved = reflection.save(every_answer)
    assert (saved.conflicts, saved.filling.sheet.values) == (frozenset(), every_answer)
    assert reflection.values == every_answer


def test_save_fields_changes_only_what_differs(reflection):
    reflection.save({"goal-shared": "hindering", "goal-shared-note": "Let op", "team-name": "Kern"})
    rows = dict(Answer.objects.values_list("pk", "value"))
    posted = {
        # Left alone by this page, which was rendered before the answer came in.
        "goal-shared": Posted("", ""),
        "goal-shared-note": Posted("Let op", digest("Let op")),
        "team-name": Posted("Kern", digest("Kern")),
        "partners-needed": Posted("helping", ""),
    }
    saved = save(reflection.response, posted)
    assert saved.conflicts == frozenset()
    assert reflection.values == {
        "goal-shared": "hindering",
        "goal-shared-note": "Let op",
        "team-name": "Kern",
        "partners-needed": "helping",
    }
    assert {pk: value for pk, value in Answer.objects.values_list("pk", "value") if pk in rows} == rows


def test_save_fields_that_changes_nothing_writes_nothing(reflection):
    reflection.save({"goal-shared": "hindering"})
    set_day(reflection, LONG_AGO)
    before = rows_of_every_table()
    saved = reflection.save({"goal-shared": "hindering"})
    assert (saved.conflicts, rows_of_every_table()) == (frozenset(), before)


def test_save_fields_stale_conflicts_and_leaves_the_newer_value(reflection):
    reflection.save({"goal-shared": "hindering"})
    before = rows_of_every_table()
    saved = save(reflection.response, seen_empty({"goal-shared": "helping"}))
    assert saved.conflicts == {"goal-shared"}
    assert saved.filling.sheet.values == {"goal-shared": "hindering"}
    assert rows_of_every_table() == before


def test_save_fields_one_conflict_does_not_hold_up_the_rest(reflection):
    reflection.save({"goal-shared": "hindering", "team-name": "Kern"})
    posted = seen_empty(
        {"goal-shared": "helping", "team-name": "Rand", "partners-needed": "dont-know", "level": "board"}
    )
    saved = save(reflection.response, posted)
    assert saved.conflicts == {"goal-shared", "team-name"}
    assert reflection.values == {
        "goal-shared": "hindering",
        "team-name": "Kern",
        "partners-needed": "dont-know",
        "level": "board",
    }


def test_save_fields_retry_after_a_lost_reply_changes_nothing(reflection):
    posted = seen_empty({"goal-shared": "hindering", "first": ("goal-shared",), "goal-shared-note": "Let op"})
    first = save(reflection.response, posted)
    before = rows_of_every_table()
    again = save(reflection.response, posted)
    assert (again.conflicts, again.filling.sheet) == (frozenset(), first.filling.sheet)
    assert rows_of_every_table() == before


def test_save_fields_wiped_answer_keeps_its_note(reflection):
    reflection.save({"goal-shared": "hindering", "goal-shared-note": "Let op"})
    reflection.save({"goal-shared": ""})
    assert reflection.values == {"goal-shared-note": "Let op"}
    assert list(Answer.objects.values_list("value", "note")) == [("", "Let op")]


def test_save_fields_wiped_note_keeps_its_answer(reflection):
    reflection.save({"goal-shared": "hindering", "goal-shared-note": "Let op"})
    reflection.save({"goal-shared-note": ""})
    assert list(Answer.objects.values_list("value", "note")) == [("hindering", "")]


def test_save_fields_row_with_nothing_left_in_it_vanishes(reflection):
    reflection.save({"goal-shared": "hindering", "goal-shared-note": "Let op", "partners-needed": "helping"})
    assert Answer.objects.count() == 2
    reflection.save({"goal-shared": "", "goal-shared-note": ""})
    assert list(Answer.objects.values_list("item__key", flat=True)) == ["partners-needed"]


def test_save_fields_wiped_beside_the_checklist_is_gone(reflection):
    reflection.save({"first": ("goal-shared",), "goal-sentence": "Eén zin", "level": "board"})
    reflection.save({"first": (), "goal-sentence": ""})
    assert reflection.response.extras == {"level": "board"}


def test_save_fields_of_one_response_leaves_another_alone(reflection):
    other = make_reflection({"goal-shared": "helping", "team-name": "Anderen"})
    reflection.save({"goal-shared": "hindering", "team-name": "Wij"})
    assert other.values == {"goal-shared": "helping", "team-name": "Anderen"}


@pytest.mark.parametrize(
    "values",
    [{"goal-shared": "hindering"}, {"goal-shared-note": "Let op"}, {"team-name": "Kern"}, {"first": ("goal-shared",)}],
)
def test_save_fields_sets_the_day_of_the_last_change(reflection, values):
    set_day(reflection, LONG_AGO)
    saved = reflection.save(values)
    assert (day_of(reflection), saved.filling.changed_on) == (timezone.localdate(), timezone.localdate())
    assert saved.filling.delete_on == timezone.localdate() + timedelta(days=90)


def test_save_fields_in_conflict_leaves_the_day_as_it_was(reflection):
    reflection.save({"goal-shared": "hindering"})
    set_day(reflection, LONG_AGO)
    saved = save(reflection.response, seen_empty({"goal-shared": "helping"}))
    assert (day_of(reflection), saved.filling.changed_on) == (LONG_AGO, LONG_AGO)


# --- finishing


def test_save_fields_finishing_twice_is_finishing_once(reflection):
    first = reflection.save({"goal-shared": "hindering"}, finish=True)
    before = rows_of_every_table()
    again = reflection.save({"goal-shared": "hindering"}, finish=True)
    assert (first.filling.finished, again.filling) == (True, first.filling)
    assert rows_of_every_table() == before
    assert reflection.response.finished is True


def test_save_fields_finishing_with_nothing_answered_is_allowed(reflection):
    set_day(reflection, LONG_AGO)
    assert reflection.save({}, finish=True).filling.finished is True
    assert (reflection.response.finished, day_of(reflection)) == (True, timezone.localdate())


def test_save_fields_with_a_conflict_does_not_finish_but_keeps_the_rest(reflection):
    reflection.save({"goal-shared": "hindering"})
    posted = seen_empty({"goal-shared": "helping", "partners-needed": "helping"})
    saved = save(reflection.response, posted, finish=True)
    assert (saved.conflicts, saved.filling.finished) == ({"goal-shared"}, False)
    assert reflection.response.finished is False
    assert reflection.values == {"goal-shared": "hindering", "partners-needed": "helping"}


def test_save_fields_once_finished_stays_finished(finished):
    saved = finished.save({"goal-shared": "dont-know"})
    assert (saved.filling.finished, finished.response.finished) == (True, True)
    assert finished.values["goal-shared"] == "dont-know"
    conflict = save(finished.response, seen_empty({"goal-shared": "helping"}), finish=True)
    assert (conflict.conflicts, finished.response.finished) == ({"goal-shared"}, True)


@pytest.mark.parametrize("stage", ["closed", "discussion", "concluded"])
@pytest.mark.parametrize("finish", [False, True])
def test_save_fields_session_not_open_raises_and_changes_nothing(reflection, stage, finish):
    reflection.save({"goal-shared": "hindering"})
    Session.objects.update(stage=stage)
    before = rows_of_every_table()
    with pytest.raises(sheets.SessionClosedError):
        reflection.save({"goal-shared": "helping", "team-name": "Kern"}, finish=finish)
    assert rows_of_every_table() == before


def test_save_fields_closed_since_it_was_fetched_raises(reflection):
    response = reflection.response
    assert response.session.stage == "open"
    Session.objects.update(stage="closed")
    with pytest.raises(sheets.SessionClosedError):
        save(response, seen_empty({"goal-shared": "helping"}))
    assert Answer.objects.count() == 0


def test_save_fields_erased_response_raises(reflection):
    response = reflection.response
    erasure.erase_session(response.session_id)
    before = rows_of_every_table()
    with pytest.raises(NotFoundError):
        save(response, seen_empty({"goal-shared": "helping"}), finish=True)
    assert rows_of_every_table() == before


# --- links


def test_new_token_has_128_bits_and_differs_each_time():
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert {len(base64.urlsafe_b64decode(f"{token}==")) for token in tokens} == {16}


def test_read_token_is_always_the_same_and_no_other_tokens():
    tokens = [new_token() for _ in range(500)]
    reading = [read_token(token) for token in tokens]
    assert [read_token(token) for token in tokens] == reading
    assert len({*tokens, *reading}) == 1000
    assert {len(base64.urlsafe_b64decode(f"{token}==")) for token in reading} == {16}


def test_read_token_is_no_part_and_no_hash_of_the_token():
    token = new_token()
    reading = read_token(token)
    assert hash_token(token) != hash_token(reading)
    assert read_token(reading) != token
    # One bit more or less in the token, and nothing of the link to read is left.
    other = read_token(token[:-2] + ("AA" if token[-2:] != "AA" else "BA"))
    assert sum(a == b for a, b in zip(reading, other, strict=True)) < 11


def test_tokens_stand_in_no_table(finished, owner):
    owner.get(finished.report_url)
    owner.get(finished.pdf_url)
    texts = [text for rows in rows_of_every_table().values() for row in rows for text in row]
    # What is kept of them is found by the same search, so a token would be too.
    for token in (finished.token, finished.read_token):
        assert sum(hash_token(token) in text for text in texts) == 1
        assert sum(token in text for text in texts) == 0
    assert sum("Notitie bij nummer 7" in text for text in texts) == 1


# --- numbers of queries


@pytest.fixture(params=["one answer", "all answers"])
def filled(request, content, every_answer):
    """A reflection with one answer, and one with everything; what pages keep in memory is there already."""
    values = {"goal-shared": "hindering"} if request.param == "one answer" else every_answer
    reflection = make_reflection(values, finished=True)
    reports.load_report(reflection.response.session)
    return reflection


def test_load_filling_takes_one_query(filled, django_assert_num_queries):
    response = filled.response
    with django_assert_num_queries(1):
        sheets.load_filling(response.session, response)


def test_load_report_takes_two_queries(filled, django_assert_num_queries):
    session = filled.response.session
    with django_assert_num_queries(2):
        reports.load_report(session)


def test_kept_pdf_takes_one_query(filled, django_assert_num_queries):
    session_id = filled.response.session_id
    reports.keep_pdf(session_id, "verslag", "sleutel", b"%PDF")
    with django_assert_num_queries(1):
        assert reports.kept_pdf(session_id, "verslag", "sleutel") == b"%PDF"
    with django_assert_num_queries(1):
        assert reports.kept_pdf(session_id, "verslag", "een andere") is None
    with django_assert_num_queries(1) as asked:
        assert reports.has_pdf(session_id, "verslag", "sleutel")
    assert "content" not in asked[0]["sql"]
    assert not reports.has_pdf(session_id, "verslag", "een andere")


def test_save_fields_of_one_answer_takes_six_queries(filled, django_assert_num_queries):
    """The savepoint and its release (outside a test: BEGIN and COMMIT), the session, the sheet, the answer, and the PDF
    that is out of date by it."""
    response, seen = filled.response, digest(filled.values["goal-shared"])
    with django_assert_num_queries(6):
        save(response, {"goal-shared": Posted("helping", seen)})
    assert filled.values["goal-shared"] == "helping"


def test_save_fields_of_everything_takes_seven_queries(filled, every_answer, django_assert_num_queries):
    """The same, with what is asked beside the checklist, and the day."""
    reflection = make_reflection()
    set_day(reflection, LONG_AGO)
    response = reflection.response
    with django_assert_num_queries(7):
        save(response, seen_empty(every_answer), finish=True)
    assert reflection.values == every_answer


def test_save_fields_that_changes_nothing_takes_four_queries(filled, django_assert_num_queries):
    response = filled.response
    with django_assert_num_queries(4):
        save(response, {})


# --- erasing


def test_erase_session_leaves_no_row_anywhere(content, every_answer):
    other = make_reflection({"goal-shared": "helping"})
    before = numbers_of_rows()
    reflection = make_reflection(every_answer, finished=True)
    reports.keep_pdf(reflection.response.session_id, "verslag", "sleutel", b"%PDF")
    tables = [f"reflectie_{name}" for name in ("session", "response", "answer", "madepdf")]
    after = numbers_of_rows()
    assert [after[table] - before[table] for table in tables] == [1, 1, 15, 1]
    erasure.erase_session(reflection.response.session_id)
    assert numbers_of_rows() == before
    assert other.values == {"goal-shared": "helping"}


def test_erase_session_twice_is_erasing_once(reflection):
    session_id = reflection.response.session_id
    for _ in range(2):
        erasure.erase_session(session_id)
        assert Session.objects.count() == 0


def test_keep_pdf_keeps_the_last_one(finished):
    session_id = finished.response.session_id
    for key in ("eerste", "tweede"):
        reports.keep_pdf(session_id, "verslag", key, key.encode())
    assert [reports.kept_pdf(session_id, "verslag", key) for key in ("eerste", "tweede")] == [None, b"tweede"]
    assert MadePdf.objects.count() == 1


def test_keep_pdf_of_a_session_erased_meanwhile_keeps_nothing(finished):
    session_id = finished.response.session_id
    erasure.erase_session(session_id)
    reports.keep_pdf(session_id, "verslag", "sleutel", b"%PDF")
    assert MadePdf.objects.count() == 0


@pytest.mark.parametrize("is_finished", [False, True])
@pytest.mark.parametrize(("days", "erased"), [(0, 0), (89, 0), (90, 1), (91, 1)])
def test_erase_expired_after_ninety_days_drafts_too(content, days, erased, is_finished):
    today = date(2026, 12, 24)
    old = make_reflection({"goal-shared": "hindering"}, finished=is_finished)
    make_reflection({"goal-shared": "helping"})
    Session.objects.update(changed_on=today)
    set_day(old, today - timedelta(days=days))
    assert erasure.erase_expired(today) == erased
    assert (Session.objects.count(), Response.objects.count(), Answer.objects.count()) == (2 - erased,) * 3
    assert Response.objects.filter(token_hash=hash_token(old.token)).count() == 1 - erased


def test_erase_expired_leaves_no_row_anywhere(content, every_answer):
    before = numbers_of_rows()
    reflection = make_reflection(every_answer, finished=True)
    reports.keep_pdf(reflection.response.session_id, "verslag", "sleutel", b"%PDF")
    assert numbers_of_rows() != before
    set_day(reflection, LONG_AGO)
    assert erasure.erase_expired(LONG_AGO + timedelta(days=90)) == 1
    assert numbers_of_rows() == before


def test_erase_expired_a_change_starts_the_clock_again(reflection):
    today = timezone.localdate()
    set_day(reflection, today - timedelta(days=90))
    reflection.save({"goal-shared": "hindering"})
    assert erasure.erase_expired(today) == 0
    assert reflection.values == {"goal-shared": "hindering"}


def test_erase_expired_takes_the_number_of_days_from_the_settings(reflection, settings):
    today = timezone.localdate()
    set_day(reflection, today - timedelta(days=30))
    assert erasure.erase_expired(today) == 0
    settings.RETENTION_DAYS = 30
    assert erasure.erase_expired(today) == 1


def test_delete_expired_command_says_how_many(reflection, capsys):
    call_command("delete_expired")
    set_day(reflection, LONG_AGO)
    call_command("delete_expired")
    assert capsys.readouterr().out == "0 erased\n1 erased\n"


# --- at the same time


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_of_different_items_are_both_kept(content, checklist):
    reflection = make_reflection()
    expected = {}
    for one, other in zip(checklist.items[:7], checklist.items[7:14], strict=True):
        fetched = [reflection.response, reflection.response]
        results = at_once(
            lambda r=fetched[0], key=one.key: save(r, seen_empty({key: "hindering"})).conflicts,
            lambda r=fetched[1], key=other.key: save(r, seen_empty({key: "helping"})).conflicts,
        )
        assert results == [frozenset(), frozenset()]
        expected |= {one.key: "hindering", other.key: "helping"}
    assert reflection.values == expected


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_beside_the_checklist_are_both_kept(content):
    """These share one column, so that the second may not write the first's away."""
    for _ in range(5):
        reflection = make_reflection()
        fetched = [reflection.response, reflection.response]
        results = at_once(
            lambda r=fetched[0]: save(r, seen_empty({"goal-sentence": "Eén zin"})).conflicts,
            lambda r=fetched[1]: save(r, seen_empty({"team-name": "Kern"})).conflicts,
        )
        assert results == [frozenset(), frozenset()]
        assert reflection.values == {"goal-sentence": "Eén zin", "team-name": "Kern"}


@pytest.mark.django_db(transaction=True)
def test_two_different_saves_at_once_of_one_item_conflict_for_one_of_them(content):
    for _ in range(5):
        reflection = make_reflection()
        fetched = [reflection.response, reflection.response]
        results = at_once(
            lambda r=fetched[0]: save(r, seen_empty({"goal-shared": "hindering"})),
            lambda r=fetched[1]: save(r, seen_empty({"goal-shared": "helping"})),
        )
        assert sorted(len(saved.conflicts) for saved in results) == [0, 1]
        kept = reflection.values["goal-shared"]
        assert [saved.filling.sheet.values for saved in results] == [{"goal-shared": kept}] * 2
        assert Answer.objects.filter(response=reflection.response).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_finishes_at_once_leave_one_response_finished(content, every_answer):
    reflection = make_reflection()
    fetched = [reflection.response, reflection.response]
    results = at_once(
        *(lambda r=r: save(r, seen_empty(every_answer), finish=True) for r in fetched),
    )
    assert [(saved.conflicts, saved.filling.finished) for saved in results] == [(frozenset(), True)] * 2
    assert list(Response.objects.values_list("finished", flat=True)) == [True]
    assert (Session.objects.count(), Answer.objects.count()) == (1, 15)
    assert reflection.values == every_answer


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_with_one_token_make_one_session(content):
    for number in range(1, 6):
        token = new_token()
        start = lambda token=token: sheets.start_reflection(token, Mode.ALONE, {"team-name": "Kern"})  # noqa: E731
        assert sorted(at_once(start, start)) == [False, True]
        assert (Session.objects.count(), Response.objects.count()) == (number, number)


@pytest.mark.django_db(transaction=True)
def test_erasing_and_saving_at_once_leave_nothing_behind(content, every_answer):
    for _ in range(5):
        reflection = make_reflection()
        response = reflection.response
        saved, erased = at_once(
            lambda r=response: save(r, seen_empty(every_answer)),
            lambda r=response: erasure.erase_session(r.session_id),
        )
        assert erased is None
        assert isinstance(saved, sheets.Saved | NotFoundError)
        assert (Session.objects.count(), Response.objects.count(), Answer.objects.count()) == (0, 0, 0)
