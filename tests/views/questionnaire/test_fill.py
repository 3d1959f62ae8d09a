"""The page on which a person fills in: what it shows, what it saves, and what it does with what can't be saved."""

import re

import pytest
from django.test import Client

from reflectie.domain.questionnaire.answers import MAX_NOTE, digest
from reflectie.domain.setup import Mode
from reflectie.models import Answer, Session
from reflectie.services.errors import NotFoundError
from tests.helpers.factories import HTMX, Reflection, make_reflection
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


def posted(reflection: Reflection, values: dict, **extra) -> dict:
    """What the page would post: the values, and beside each the mark of what it showed."""
    kept = reflection.values
    marks = {f"seen-{name}": digest(kept.get(name, "")) for name in values}
    return {**values, **marks, **extra}


def save_one(client: Client, reflection: Reflection, values: dict, **extra):
    """One changed question, as htmx sends it."""
    return client.post(reflection.fill_url, posted(reflection, values, **extra), headers=HTMX)


def test_page_asks_all_fifteen_with_nothing_chosen(client, reflection, checklist):
    page = page_of(client.get(reflection.fill_url))

    asked = [anchor.removeprefix("q-") for anchor in page.anchors() if anchor.startswith("q-")]
    assert [key for key in asked if key in checklist.by_key] == list(checklist.by_key)
    assert page.chosen() == []
    assert "0 van 15 beantwoord" in page.words


def test_page_shows_statements_in_their_canonical_words(client, reflection, checklist):
    page = markup_of(client.get(reflection.fill_url))

    for item in checklist:
        assert item.hindering in page
        assert item.helping in page
        assert item.words in page
        assert item.help in page


def test_page_for_one_person_asks_role_and_meaning_and_for_a_team_does_not(client):
    alone = markup_of(client.get(make_reflection().fill_url))
    together = markup_of(client.get(make_reflection(mode=Mode.TOGETHER).fill_url))

    assert 'id="q-level"' in alone
    assert 'id="q-ips-meaning"' in alone
    assert 'id="q-level"' not in together
    assert 'id="q-ips-meaning"' not in together


def test_page_comes_back_with_everything_that_was_given(client, finished, every_answer):
    page = page_of(client.get(finished.fill_url))
    sent = page.sent()

    for name, value in every_answer.items():
        assert sorted(sent[name]) == sorted([value] if isinstance(value, str) else value)
    # The checklist alone is not all that is asked.
    assert "Checklist klaar, extra vragen: 9 van 9" in page.words


def test_page_is_kept_by_no_cache(client, reflection):
    assert "no-store" in client.get(reflection.fill_url)["Cache-Control"]


def test_page_takes_as_many_queries_at_one_answer_as_at_all(client, finished, django_assert_num_queries):
    one = make_reflection({"goal-shared": "helping"})
    client.get(one.fill_url)

    with django_assert_num_queries(2):
        client.get(one.fill_url)
    with django_assert_num_queries(2):
        client.get(finished.fill_url)


def test_answer_by_itself_is_kept_at_once_and_nothing_else_changes(client, reflection):
    response = save_one(client, reflection, {"goal-shared": "hindering", "goal-shared-note": ""})

    page = markup_of(response)
    assert response.status_code == 200
    assert re.search(r"Bewaard om \d\d:\d\d", page)
    assert "1 van 15 beantwoord" in page
    assert dict(reflection.values) == {"goal-shared": "hindering"}


def test_answer_by_itself_takes_a_fixed_number_of_queries(client, reflection, finished, django_assert_num_queries):
    save_one(client, reflection, {"goal-shared": "hindering"})
    first = posted(reflection, {"goal-perspective": "helping"})
    more = posted(finished, {"goal-perspective": "dont-know"})

    # Found, savepoint, locked, the sheet, written, savepoint released; of a finished one the PDF goes, too.
    with django_assert_num_queries(6):
        client.post(reflection.fill_url, first, headers=HTMX)
    with django_assert_num_queries(7):
        client.post(finished.fill_url, more, headers=HTMX)


def test_factor_by_itself_redraws_the_whirlpool_and_a_pair_does_not(client, reflection):
    factor = markup_of(save_one(client, reflection, {"context-financial": "hindering"}))
    pair = markup_of(save_one(client, reflection, {"goal-shared": "hindering"}))

    assert "Draaikolk: 1 van de 7 factoren speelt. Speelt: Financiering." in factor
    assert "Draaikolk" not in pair


def test_wipe_takes_the_answer_away_and_leaves_the_note(client, reflection):
    reflection.save({"goal-shared": "helping", "goal-shared-note": "Zegt iedereen."})
    page = posted(reflection, {"goal-shared": "helping", "goal-shared-note": "Zegt iedereen."})

    response = client.post(reflection.fill_url, {**page, "clear": "goal-shared"})

    assert response.status_code == 303
    assert dict(reflection.values) == {"goal-shared-note": "Zegt iedereen."}


@pytest.mark.parametrize("field", ["clear", "mine", "theirs"])
@pytest.mark.parametrize("value", ["goal-shared-note", "bestaat-niet", "first"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_button_for_what_is_no_question_does_no_harm(client, reflection, field, value, headers):
    data = {**posted(reflection, {"goal-shared": "helping"}), field: value}

    response = client.post(reflection.fill_url, data, headers=headers)

    assert response.status_code in (200, 303)
    assert dict(reflection.values) == {"goal-shared": "helping"}


def test_whole_page_without_javascript_saves_everything(client, reflection, every_answer):
    response = client.post(reflection.fill_url, posted(reflection, every_answer, save="1"))

    assert response.status_code == 303
    assert dict(reflection.values) == every_answer
    assert not reflection.response.finished
    assert re.search(r"Bewaard om \d\d:\d\d", markup_of(client.get(response["Location"])))


def test_saved_time_in_the_address_shows_nothing_but_a_time(client, reflection):
    for value in ("<script>", "25:00", "14:60", "2:30"):
        page = markup_of(client.get(reflection.fill_url, {"bewaard": value}))
        assert "Bewaard om" not in page
    assert "Bewaard om 14:32" in markup_of(client.get(reflection.fill_url, {"bewaard": "14:32"}))


def test_empty_checkboxes_are_taken_away(client, reflection):
    reflection.save({"first": ("goal-shared",)})

    client.post(reflection.fill_url, {"seen-first": digest(("goal-shared",))}, headers=HTMX)

    assert dict(reflection.values) == {}


def test_finish_leads_to_the_report_each_time(client, reflection):
    data = posted(reflection, {"goal-shared": "helping"}, finish="1")

    first = client.post(reflection.fill_url, data)
    second = client.post(reflection.fill_url, data)

    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"] == reflection.report_url
    assert Answer.objects.count() == 1
    assert reflection.response.finished


def test_finish_by_htmx_leads_to_the_report(client, reflection):
    values = {"goal-shared": "helping"}
    response = client.post(reflection.fill_url, posted(reflection, values, finish="1"), headers=HTMX)

    assert response["HX-Redirect"] == reflection.report_url


def test_finish_with_items_open_is_allowed(client, reflection):
    client.post(reflection.fill_url, posted(reflection, {"goal-shared": "helping"}, finish="1"))

    assert reflection.response.finished


def test_open_items_are_listed_with_a_way_to_each(client, every_answer):
    reflection = make_reflection({k: v for k, v in every_answer.items() if not k.startswith("goal-shared")})

    page = markup_of(client.get(reflection.fill_url))

    assert "Nog 1 vraag is open." in page
    assert page.count('href="#q-goal-shared"') == 2


def test_finished_sheet_leads_to_its_report(client, finished):
    page = page_of(client.get(finished.fill_url))

    assert page.link("Naar het verslag zoals het nu is").address == finished.report_url


def test_finished_sheet_can_be_changed_by_its_link(client, finished):
    save_one(client, finished, {"goal-shared": "helping"})

    assert finished.values["goal-shared"] == "helping"
    assert finished.response.finished


# Two tabs, a page that got old, the back button


def test_stale_answer_is_shown_beside_the_newer_one_and_overwrites_nothing(client, reflection):
    old_page = posted(reflection, {"goal-shared": "hindering"})
    reflection.save({"goal-shared": "helping"})

    response = client.post(reflection.fill_url, old_page, headers=HTMX)

    page = page_of(response)
    assert response.status_code == 409
    assert "Hier is intussen iets anders bewaard." in page.words
    shown = [fact for _term, fact in page.facts()]
    assert sorted(shown) == ["Gedeeld door alle partners", "Niet gedeeld door alle partners"]
    assert reflection.values["goal-shared"] == "helping"


def test_stale_page_without_javascript_keeps_both_in_sight_and_saves_the_rest(client, reflection):
    old_page = posted(reflection, {"goal-shared": "hindering", "goal-perspective": "helping"}, finish="1")
    reflection.save({"goal-shared": "helping"})

    response = client.post(reflection.fill_url, old_page)

    page = markup_of(response)
    assert response.status_code == 409
    assert "Nog niet alles is bewaard" in page
    assert 'name="goal-shared" value="hindering" checked' in page
    assert dict(reflection.values) == {"goal-shared": "helping", "goal-perspective": "helping"}
    assert not reflection.response.finished


def test_conflicts_are_named_in_the_order_of_the_sheet(client, reflection, every_answer):
    mine = {name: "hindering" for name, value in every_answer.items() if value == "helping"}
    theirs = dict.fromkeys(mine, "helping")
    old_page = posted(reflection, mine)
    reflection.save(theirs)

    response = client.post(reflection.fill_url, old_page)

    named = [name for name, _title in response.context["trouble"]]
    assert len(named) == 5
    assert named == [name for name in every_answer if name in mine]


def hidden(page) -> dict[str, str]:
    """The marks that a page or a reply carries."""
    sent = page_of(page).sent()
    return {name: values[-1] for name, values in sent.items() if name.startswith(("seen-", "current-"))}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_conflict_settled_for_mine_saves_mine(client, reflection, headers):
    old_page = posted(reflection, {"goal-shared": "hindering"})
    reflection.save({"goal-shared": "helping"})
    page = markup_of(client.post(reflection.fill_url, old_page, headers=headers))

    client.post(
        reflection.fill_url, {"goal-shared": "hindering", **hidden(page), "mine": "goal-shared"}, headers=headers
    )

    assert reflection.values["goal-shared"] == "hindering"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_conflict_not_settled_is_a_conflict_again_however_often_it_is_sent(client, reflection, headers):
    old_page = posted(reflection, {"goal-shared": "hindering"})
    reflection.save({"goal-shared": "helping"})
    page = markup_of(client.post(reflection.fill_url, old_page, headers=headers))

    for extra in ({}, {"finish": "1"}, {"theirs": "goal-perspective"}, {"mine": "goal-perspective"}):
        again = client.post(reflection.fill_url, {"goal-shared": "hindering", **hidden(page), **extra}, headers=headers)
        assert again.status_code == 409

    assert reflection.values["goal-shared"] == "helping"
    assert not reflection.response.finished


def test_conflict_settled_for_theirs_draws_theirs(client, reflection):
    old_page = posted(reflection, {"goal-shared": "hindering"})
    reflection.save({"goal-shared": "helping"})
    page = markup_of(client.post(reflection.fill_url, old_page, headers=HTMX))

    response = client.post(
        reflection.fill_url, {"goal-shared": "hindering", **hidden(page), "theirs": "goal-shared"}, headers=HTMX
    )

    assert response.status_code == 200
    assert 'name="goal-shared" value="helping" checked' in markup_of(response)
    assert reflection.values["goal-shared"] == "helping"


def test_conflict_settled_for_theirs_keeps_the_note_written_beside_it(client, reflection):
    old_page = posted(reflection, {"goal-shared": "hindering", "goal-shared-note": ""})
    reflection.save({"goal-shared": "helping"})
    page = markup_of(client.post(reflection.fill_url, old_page))
    given = {"goal-shared": "hindering", "goal-shared-note": "Bij nader inzien", **hidden(page)}

    client.post(reflection.fill_url, {**given, "theirs": "goal-shared"})

    assert dict(reflection.values) == {"goal-shared": "helping", "goal-shared-note": "Bij nader inzien"}


def test_wipe_that_conflicts_shows_an_empty_answer(client, reflection):
    reflection.save({"goal-shared": "hindering"})
    old_page = posted(reflection, {"goal-shared": "hindering"})
    reflection.save({"goal-shared": "helping"})

    page = page_of(client.post(reflection.fill_url, {**old_page, "clear": "goal-shared"}))

    assert "(leeg)" in [fact for _term, fact in page.facts()]
    assert page.sent().get("goal-shared") != ["hindering"]


def test_old_tab_that_saves_twice_wipes_nothing_that_came_in_elsewhere(client, reflection):
    """The tab shows no answer; another gave one. It writes a note, and goes on writing with the marks it got back."""
    page = posted(reflection, {"goal-shared-note": "een", "goal-shared": ""})
    reflection.save({"goal-shared": "helping"})

    first = client.post(reflection.fill_url, {**page, "goal-shared-note": "een"}, headers=HTMX)
    second = client.post(
        reflection.fill_url,
        {"goal-shared": "", "goal-shared-note": "een twee", **hidden(first)},
        headers=HTMX,
    )

    assert second.status_code == 200
    assert dict(reflection.values) == {"goal-shared": "helping", "goal-shared-note": "een twee"}


def test_old_tab_that_mends_an_error_and_finishes_wipes_nothing(client, reflection, checklist):
    old = posted(reflection, {**{item.key: "" for item in checklist}, "team-name": "x" * 121})
    reflection.save({"goal-shared": "helping", "form-intensity": "hindering"})

    first = client.post(reflection.fill_url, {**old, "finish": "1"}, headers=HTMX)
    mended = {**old, **hidden(first), "team-name": "Kernteam", "finish": "1"}
    second = client.post(reflection.fill_url, mended, headers=HTMX)

    assert second["HX-Redirect"] == reflection.report_url
    assert dict(reflection.values) == {
        "goal-shared": "helping",
        "form-intensity": "hindering",
        "team-name": "Kernteam",
    }


def test_erased_while_saving_is_not_there(client, reflection, monkeypatch):
    def erased(*args, **kwargs):
        raise NotFoundError

    monkeypatch.setattr("reflectie.views.questionnaire.sheet.save_fields", erased)

    assert client.post(reflection.fill_url, posted(reflection, {"goal-shared": "helping"})).status_code == 404


def test_stale_page_overwrites_nothing_that_it_left_alone(client, reflection):
    old_page = posted(reflection, {"goal-shared-note": "", "goal-perspective": "helping"})
    reflection.save({"goal-shared-note": "Van iemand anders"})

    client.post(reflection.fill_url, old_page)

    assert dict(reflection.values) == {"goal-shared-note": "Van iemand anders", "goal-perspective": "helping"}


def test_retry_after_a_lost_reply_changes_nothing(client, reflection):
    data = posted(reflection, {"goal-shared": "hindering"})

    first = client.post(reflection.fill_url, data, headers=HTMX)
    second = client.post(reflection.fill_url, data, headers=HTMX)

    assert first.status_code == second.status_code == 200
    assert dict(reflection.values) == {"goal-shared": "hindering"}


# Bad input: a clear message beside the field, everything else kept


BAD = [
    ({"goal-shared": "misschien"}, "Dit antwoord kennen we niet. Kies een van de mogelijkheden."),
    ({"goal-shared-note": "n" * (MAX_NOTE + 1)}, "Te lang: 2.001 tekens, en er passen er 2.000. Nog niet bewaard."),
    ({"first": ["goal-shared", "goal-perspective", "form-intensity", "context-political"]}, "Kies er hoogstens 3."),
    ({"first": ["iets-anders"]}, "Dit antwoord kennen we niet."),
    ({"intensity-needed": "veel"}, "Dit antwoord kennen we niet."),
    ({"goal-shared-note": "a\n" * 60 + "b"}, "Te veel regels: 61, en er passen er 60."),
    ({"goal-sentence": "z" * 301}, "Te lang: 301 tekens, en er passen er 300."),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_bad_field_gets_a_message_beside_it_and_the_rest_is_saved(client, reflection, bad, message, headers):
    data = posted(reflection, {**bad, "context-practical": "helping"})

    response = client.post(reflection.fill_url, data, headers=headers)

    question = next(iter(bad)).removesuffix("-note")
    assert response.status_code == 422
    assert message in page_of(response).at(f"state-{question}").words
    assert dict(reflection.values) == {"context-practical": "helping"}


def test_long_note_comes_back_as_it_was_typed(client, reflection):
    note = "n" * (MAX_NOTE + 1)

    page = page_of(client.post(reflection.fill_url, posted(reflection, {"goal-shared-note": note})))

    assert page.value("goal-shared-note") == note


def test_note_of_exactly_the_limit_is_saved_with_line_ends_counted_once(client, reflection):
    note = "a\r\n" * 59 + "b" * (MAX_NOTE - 118)

    response = save_one(client, reflection, {"goal-shared-note": note})

    assert response.status_code == 200
    assert reflection.values["goal-shared-note"] == note.replace("\r\n", "\n")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_invisible_signs_go_without_a_word_and_the_next_save_is_no_conflict(client, reflection, headers):
    """As a chat pastes a mention, and a list of contacts a number."""
    typed = {
        "goal-shared-note": "\u2068@An\u2069 belt \u202a016 12 34 56\u202c\u200b\ufeff na\u0308 de m\u00adiddag\x07\x00"
    }
    kept = "@An belt 016 12 34 56 nä de middag"
    first = posted(reflection, typed)
    assert client.post(reflection.fill_url, first, headers=headers).status_code in (200, 303)
    assert reflection.values == {"goal-shared-note": kept}
    assert page_of(client.get(reflection.fill_url)).value("goal-shared-note") == kept

    again = posted(reflection, {"goal-shared-note": f"{kept}.\u2069"})
    assert client.post(reflection.fill_url, again, headers=headers).status_code in (200, 303)
    assert reflection.values == {"goal-shared-note": f"{kept}."}


def test_what_comes_back_with_an_error_is_clean(client, reflection):
    note = "n\u2068" * (MAX_NOTE + 1)
    page = page_of(client.post(reflection.fill_url, posted(reflection, {"goal-shared-note": note})))

    assert page.value("goal-shared-note") == "n" * (MAX_NOTE + 1)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("name", ["goal-unknown", "level", "q"])
def test_field_of_another_checklist_is_named_and_the_rest_saved(client, name, headers):
    reflection = make_reflection(mode=Mode.TOGETHER)
    data = posted(reflection, {name: "helping", "goal-shared": "helping"})

    response = client.post(reflection.fill_url, data, headers=headers)

    assert response.status_code == 422
    assert "Deze pagina hoort bij een andere checklist." in markup_of(response)
    assert dict(reflection.values) == {"goal-shared": "helping"}


def test_finish_with_an_error_does_not_finish(client, reflection):
    client.post(reflection.fill_url, posted(reflection, {"goal-shared": "misschien"}, finish="1"))

    assert not reflection.response.finished


def test_script_in_a_note_is_text(client, reflection):
    reflection.save({"goal-shared-note": "</textarea><script>alert(1)</script>"})

    page = markup_of(client.get(reflection.fill_url))

    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "<script>alert" not in page


# Links that don't open anything, and what is closed


@pytest.mark.parametrize("path", ["/invullen/{}/", "/invullen/{}/wissen/", "/rapport/{}/", "/rapport/{}.pdf"])
def test_forged_malformed_and_erased_links_look_the_same(client, finished, path):
    erased = make_reflection(finished=True)
    Session.objects.filter(pk=erased.response.session_id).delete()
    token = erased.token if "invullen" in path else erased.read_token

    pages = [client.get(path.format(name)) for name in ("A" * 22, "kort", token)]

    assert [page.status_code for page in pages] == [404, 404, 404]
    assert len({page.content for page in pages}) == 1
    assert "Deze pagina is er niet" in markup_of(pages[0])


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("stage", ["closed", "discussion", "concluded"])
def test_closed_session_refuses_with_an_explanation_and_keeps_in_sight_what_was_given(
    client, reflection, headers, stage
):
    data = posted(reflection, {"goal-shared": "hindering", "goal-shared-note": "Te laat geschreven"})
    Session.objects.update(stage=stage)

    response = client.post(reflection.fill_url, data, headers=headers)

    page = page_of(response)
    assert response.status_code == 409
    assert "Deze reflectie is gesloten" in page.words
    assert {"Niet gedeeld door alle partners", "Te laat geschreven"} <= {fact for _term, fact in page.facts()}
    assert dict(reflection.values) == {}


def test_closed_session_opens_no_page_to_fill_in(client, reflection):
    Session.objects.update(stage="closed")

    assert client.get(reflection.fill_url).status_code == 409


# A form token that expired


def test_expired_form_token_gives_htmx_a_fresh_one_that_works(reflection):
    client = Client(enforce_csrf_checks=True)
    client.get(reflection.fill_url)
    data = posted(reflection, {"goal-shared": "hindering"}, csrfmiddlewaretoken="x" * 64)

    refused = client.post(reflection.fill_url, data, headers=HTMX)
    again = client.post(reflection.fill_url, {**data, "csrfmiddlewaretoken": refused["X-Form-Token"]}, headers=HTMX)

    assert (refused.status_code, again.status_code) == (403, 200)
    assert dict(reflection.values) == {"goal-shared": "hindering"}


def test_expired_form_token_without_javascript_sends_the_same_again_by_one_button(reflection, every_answer):
    client = Client(enforce_csrf_checks=True)
    client.get(reflection.fill_url)

    refused = client.post(reflection.fill_url, posted(reflection, every_answer, finish="1"))
    page = page_of(refused).main
    assert {field.type for field in page.fields()} == set()
    client.post(reflection.fill_url, page.sent())

    assert refused.status_code == 403
    assert "no-store" in refused["Cache-Control"]
    assert "Alles wat je invulde, is er nog" in page.words
    assert dict(reflection.values) == every_answer
    assert reflection.response.finished


def test_expired_form_token_never_erases(reflection):
    client = Client(enforce_csrf_checks=True)
    client.get(reflection.erase_url)

    response = client.post(reflection.erase_url)

    assert response.status_code == 403
    assert "Ga een pagina terug" in markup_of(response)
    assert Session.objects.count() == 1


# Erasing


def test_erase_asks_first_and_then_leaves_nothing(owner, finished):
    asked = owner.get(finished.erase_url)
    assert Session.objects.count() == 1

    erased = owner.post(finished.erase_url)

    assert "Alles wissen?" in markup_of(asked)
    assert "Alles is gewist" in markup_of(erased)
    assert Session.objects.count() == Answer.objects.count() == 0
    assert owner.get(finished.report_url).status_code == 404
    assert erased.cookies["reflectie"].value == ""


def test_erase_of_one_leaves_another_within_reach(owner, finished):
    other = make_reflection()
    owner.get(other.fill_url)

    owner.post(finished.erase_url)

    assert other.fill_url in page_of(owner.get("/")).addresses()
