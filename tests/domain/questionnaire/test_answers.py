"""What can be asked, what was answered, and how two versions of an answer come together. Without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import (
    Ask,
    Field,
    Merge,
    Posted,
    Sheet,
    digest,
    fields_for,
    is_note,
    merge,
    merge_sheet,
    minutes_for,
    note_name,
    values_in,
)
from reflectie.domain.setup import Grouping, Mode, setup_of_session, setup_without_account

KEYS = [
    "goal-perspective",
    "goal-shared",
    "partners-needed",
    "partners-superfluous",
    "partners-stable",
    "form-interprofessional",
    "form-intensity",
    "coordination-equality",
    "context-historical",
    "context-regulatory",
    "context-financial",
    "context-political",
    "context-organisational",
    "context-personal",
    "context-practical",
]
FORMS = (
    "none",
    "procedures",
    "pathways",
    "ad-hoc",
    "shared-it",
    "meetings",
    "learning-community",
    "partnership",
    "team",
    "organisation",
    "network",
)
BESIDE = ["first", "goal-sentence", "help-range", "intensity-needed", "intensity-current"]
ABOUT_ONESELF = ["ips-meaning", "level"]
NAMES = ["collaboration-name", "team-name"]

# What the fields of a sheet hold: text, or choices out of a few. Few of them, so that equal ones meet often.
texts = st.sampled_from(["", "a", "b", "aa"]) | st.text(max_size=5)
choices = st.lists(st.sampled_from(["none", "team", "network"]), unique=True).map(tuple)
# Values of one field: any three, and three that all differ.
three_values = st.tuples(texts, texts, texts) | st.tuples(choices, choices, choices)
three_different = st.lists(texts, min_size=3, max_size=3, unique=True) | st.lists(
    choices, min_size=3, max_size=3, unique=True
)


@pytest.mark.parametrize(
    ("mode", "beside"),
    [(Mode.ALONE, [*BESIDE, *ABOUT_ONESELF, *NAMES]), (Mode.TOGETHER, [*BESIDE, *NAMES])],
)
def test_fields_for_a_mode_has_what_can_be_asked_in_it_in_order(checklist, mode, beside):
    on_items = [name for key in KEYS for name in (key, f"{key}-note")]
    assert list(fields_for(checklist, setup_without_account(mode))) == on_items + beside


@pytest.mark.parametrize(
    ("mode", "values"),
    [
        (Mode.TOGETHER, ("hindering", "helping", "dont-know", "disagree")),
        (Mode.ALONE, ("hindering", "helping", "dont-know")),
    ],
)
def test_fields_for_items_take_one_answer_and_a_note(checklist, mode, values):
    fields = fields_for(checklist, setup_without_account(mode))
    for item in checklist:
        assert fields[item.key] == Field(item.key, Ask.ONE, values, limit=1, item=item)
        assert fields[f"{item.key}-note"] == Field(f"{item.key}-note", Ask.TEXT, (), limit=2000, item=item)


def test_fields_for_what_is_asked_beside_has_its_choices_and_limits(checklist):
    fields = fields_for(checklist, setup_without_account(Mode.ALONE))
    assert [fields[name] for name in [*BESIDE, *ABOUT_ONESELF, *NAMES]] == [
        Field("first", Ask.MANY, tuple(KEYS), limit=3),
        Field("goal-sentence", Ask.TEXT, limit=300),
        Field("help-range", Ask.RANGE, tuple("abcdefghijklmnopqrstuvwxyz"), limit=2),
        Field("intensity-needed", Ask.ONE, ("refer", "inform", "act")),
        Field("intensity-current", Ask.MANY, FORMS, limit=11),
        Field("ips-meaning", Ask.ONE, ("quality", "process", "community")),
        Field("level", Ask.ONE, ("practice", "management", "board", "funder", "client")),
        Field("collaboration-name", Ask.TEXT, limit=120),
        Field("team-name", Ask.TEXT, limit=120),
    ]


def test_field_empty_is_what_nobody_answered(checklist):
    fields = fields_for(checklist, setup_without_account(Mode.ALONE))
    several = {"first", "help-range", "intensity-current"}
    assert {name: field.empty for name, field in fields.items()} == {
        name: () if name in several else "" for name in fields
    }


def test_field_names_alone_take_one_line(checklist):
    fields = fields_for(checklist, setup_without_account(Mode.ALONE))
    assert [name for name, field in fields.items() if field.one_line] == NAMES


def test_note_is_a_text_about_an_item_and_no_other_text(checklist):
    fields = fields_for(checklist, setup_without_account(Mode.ALONE))
    assert [name for name, field in fields.items() if is_note(field)] == [f"{key}-note" for key in KEYS]


def test_sheet_empty_has_every_item_open(checklist):
    sheet = Sheet({})
    assert sheet.answered(checklist) == 0
    assert [item.key for item in sheet.open_items(checklist)] == KEYS


def test_sheet_only_an_answer_to_an_item_counts_as_answered(checklist):
    sheet = Sheet({"goal-shared-note": "Een notitie", "first": ("goal-shared",), "team-name": "Kernteam"})
    assert sheet.answered(checklist) == 0
    assert [item.key for item in sheet.open_items(checklist)] == KEYS


def test_sheet_dont_know_is_an_answer(checklist):
    sheet = Sheet({"goal-shared": "dont-know", "context-practical": "hindering", "partners-needed": "helping"})
    assert sheet.answered(checklist) == 3
    left = [key for key in KEYS if key not in {"goal-shared", "context-practical", "partners-needed"}]
    assert [item.key for item in sheet.open_items(checklist)] == left


def test_sheet_complete_has_nothing_open(checklist):
    sheet = Sheet(dict.fromkeys(KEYS, "helping"))
    assert (sheet.answered(checklist), sheet.open_items(checklist)) == (15, ())


def test_sheet_reads_a_field_as_what_it_is(checklist):
    sheet = Sheet({"goal-sentence": "Eén zin", "first": ("goal-shared",), "goal-shared-note": "Let op"})
    assert (sheet.text("goal-sentence"), sheet.text("first"), sheet.text("level")) == ("Eén zin", "", "")
    assert (sheet.several("first"), sheet.several("goal-sentence"), sheet.several("level")) == (
        ("goal-shared",),
        (),
        (),
    )
    assert [sheet.note(item) for item in checklist.dimensions[0].items] == ["", "Let op"]


def test_note_name_is_the_items_key_with_note_after_it():
    assert note_name("goal-shared") == "goal-shared-note"


@pytest.mark.parametrize(
    ("seen", "posted", "current", "expected"),
    [
        # Nobody did anything.
        ("", "", "", Merge.KEEP),
        ("a", "a", "a", Merge.KEEP),
        # This person changed it: filled in, changed, wiped.
        ("", "a", "", Merge.APPLY),
        ("a", "b", "a", Merge.APPLY),
        ("a", "", "a", Merge.APPLY),
        # Somebody else changed it, and this person left it alone.
        ("", "", "a", Merge.KEEP),
        ("a", "a", "b", Merge.KEEP),
        ("a", "a", "", Merge.KEEP),
        # Both did the same, or this is a retry after a lost reply.
        ("", "a", "a", Merge.KEEP),
        ("a", "b", "b", Merge.KEEP),
        ("a", "", "", Merge.KEEP),
        # Both changed it, differently.
        ("", "a", "b", Merge.CONFLICT),
        ("a", "b", "c", Merge.CONFLICT),
        ("a", "b", "", Merge.CONFLICT),
        ("a", "", "b", Merge.CONFLICT),
        # Several choices at once.
        ((), (), (), Merge.KEEP),
        ((), ("a",), (), Merge.APPLY),
        (("a", "b"), ("b",), ("a", "b"), Merge.APPLY),
        (("a",), ("a",), ("a", "b"), Merge.KEEP),
        (("a",), ("b",), ("a", "b"), Merge.CONFLICT),
        (("a",), (), ("b",), Merge.CONFLICT),
    ],
)
def test_merge_of_what_was_seen_posted_and_kept(seen, posted, current, expected):
    assert merge(digest(seen), posted, current) is expected


def test_merge_with_a_forged_mark_never_overwrites():
    assert merge("0123456789abcdef", "b", "a") is Merge.CONFLICT
    assert merge("", "b", "a") is Merge.CONFLICT
    assert merge(digest("a"), "b", "a") is Merge.APPLY


@given(three_different)
def test_merge_retry_after_a_save_changes_nothing(values):
    seen, posted, _ = values
    assert merge(digest(seen), posted, seen) is Merge.APPLY
    assert merge(digest(seen), posted, posted) is Merge.KEEP


@given(three_values)
def test_merge_field_left_alone_never_overwrites(values):
    seen, _, current = values
    assert merge(digest(seen), seen, current) is Merge.KEEP


@given(three_values)
def test_merge_never_conflicts_when_nobody_else_changed_it(values):
    seen, posted, _ = values
    assert merge(digest(seen), posted, seen) is (Merge.KEEP if posted == seen else Merge.APPLY)


@given(three_different)
def test_merge_two_different_changes_always_conflict(values):
    seen, posted, current = values
    assert merge(digest(seen), posted, current) is Merge.CONFLICT


@given(three_values)
def test_merge_two_equal_changes_never_conflict(values):
    seen, posted, _ = values
    assert merge(digest(seen), posted, posted) is Merge.KEEP


@given(three_values)
def test_merge_overwrites_only_what_the_person_saw(values):
    seen, posted, current = values
    overwrites = merge(digest(seen), posted, current) is Merge.APPLY
    assert overwrites == (current == seen and posted != seen)


@pytest.mark.parametrize("empty", ["", ()])
def test_digest_of_an_empty_field_is_nought_and_what_a_page_says_that_says_nothing(empty):
    assert digest(empty) == "0"
    assert merge("", "b", empty) is Merge.APPLY


def test_digest_is_what_the_script_of_the_page_makes_of_it():
    """CRC-32 has its own test value; the script is held to the same in the browser tests."""
    assert digest("123456789") == "9-cbf43926"


def test_merge_own_words_sent_without_a_reply_are_no_surprise():
    """The server has "ab" of this page, which never heard so and has "abc" by now, or nothing any more."""
    sent = f"{digest('')} {digest('a')} {digest('ab')}"
    assert merge(sent, "abc", "ab") is Merge.APPLY
    assert merge(sent, "", "ab") is Merge.APPLY
    assert merge(sent, "abc", "") is Merge.APPLY
    assert merge(sent, "abc", "van een ander") is Merge.CONFLICT
    assert merge(sent, "", "van een ander") is Merge.KEEP


@given(three_values)
def test_digest_is_the_same_for_equal_values_alone(values):
    first, second, _ = values
    assert (digest(first) == digest(second)) == (first == second)


def test_digest_order_of_choices_and_their_borders_matter():
    marks = [digest(value) for value in [("ab",), ("a", "b"), ("b", "a"), ("a", "b", "")]]
    assert len(set(marks)) == 4


def test_digest_is_short_and_fits_in_an_attribute():
    mark = digest("x" * 2000)
    assert (len(mark), set(mark) <= set("0123456789abcdef-")) == (12, True)


def test_sheet_takes_what_nobody_else_changed_and_names_what_two_people_changed():
    kept = Sheet({"a": "helping", "b": "helping", "c": "Ons doel", "d": ("x",)})

    merged = merge_sheet(
        kept,
        {
            "a": Posted("hindering", digest("helping")),
            "b": Posted("hindering", digest("")),
            "c": Posted("", digest("Ons doel")),
            "d": Posted(("x",), digest(())),
            "e": Posted(("y",), digest(())),
        },
    )

    assert merged.sheet.values == {"a": "hindering", "b": "helping", "d": ("x",), "e": ("y",)}
    assert (merged.changed, merged.conflicts) == ({"a", "c", "e"}, {"b"})
    assert kept.values["a"] == "helping"


@pytest.mark.parametrize("mode", Mode)
def test_only_a_team_together_can_say_that_it_does_not_agree(checklist, mode):
    fields = fields_for(checklist, setup_of_session(mode, (), Grouping.NONE, ()))
    offered = {"disagree" in fields[key].choices for key in KEYS}
    assert offered == {mode is Mode.TOGETHER}
    assert all(tuple(fields[key].choices) == values_in(mode) for key in KEYS)


@pytest.mark.parametrize(
    ("mode", "questions", "minutes"),
    [
        (Mode.ANONYMOUS, ["first"], 1),
        (Mode.NAMED, ["first", "goal-sentence", "help-range", "intensity-needed", "intensity-current"], 2),
        (Mode.ALONE, ["first", "goal-sentence", "ips-meaning", "level"], 2),
        (Mode.TOGETHER, ["first", "goal-sentence", "help-range"], 6),
        # A name takes no talk.
        (Mode.TOGETHER, ["first", "team-name", "collaboration-name"], 3),
        (Mode.TOGETHER, [], 0),
    ],
)
def test_questions_beside_the_checklist_take_as_long_as_its_own(mode, questions, minutes):
    assert minutes_for(mode, questions) == minutes


def test_given_counts_fields_that_have_something_in_them():
    sheet = Sheet({"first": ("form-intensity",), "goal-shared": "helping"})

    assert sheet.given(["first", "goal-sentence", "goal-shared"]) == 2
