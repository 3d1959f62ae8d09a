"""Templates are read without the white space that lines begin with, and say the same."""

import pytest
from django.template import Context, Engine
from django.template.loader import get_template


@pytest.fixture
def engine(tmp_path) -> Engine:
    source = "<p>\n    Eén woord\n\n\t{% translate 'en nog een' %}\n  {{ text }}</p>\n"
    for name in ("page.html", "mail.txt"):
        (tmp_path / name).write_text(source)
    (tmp_path / "wrong.html").write_text("<p>\n    een\n\n    {% if %}\n</p>\n")
    return Engine(
        [tmp_path], loaders=["reflectie.web.loaders.Loader"], builtins=["django.templatetags.i18n"], debug=True
    )


def test_page_keeps_its_lines_and_loses_what_they_begin_with(engine):
    page = engine.get_template("page.html").render(Context({"text": "Zo\n    staat het er."}))
    assert page == "<p>\nEén woord\n\nen nog een\nZo\n    staat het er.</p>\n"


def test_mail_stays_as_it_is_written(engine):
    mail = engine.get_template("mail.txt").render(Context({"text": ""}))
    assert mail == "<p>\n    Eén woord\n\n\ten nog een\n  </p>\n"


def test_error_says_on_which_line_it_is(engine):
    with pytest.raises(Exception, match="if") as raised:
        engine.get_template("wrong.html")
    assert raised.value.template_debug["line"] == 4


def test_pages_are_read_so():
    assert "\n  " not in get_template("base.html").template.source
