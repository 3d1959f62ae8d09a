"""What differs by language alone is worked out once for each; whatever else differs, each time."""

import pytest
from django.template import Context, Template
from django.utils import translation

from reflectie.templatetags.constants import Constant

SAME = {
    "{% translate 'Verslag' %}": "Verslag",
    "{% blocktranslate trimmed %}\n  Eén regel,\n  en 100% van twee.\n{% endblocktranslate %}": (
        "Eén regel, en 100% van twee."
    ),
    "{% url 'home' %}": "/",
    "{% static 'css/base.css' %}": "/static/css/base.css",
}
DIFFERENT = {
    "{% translate word %}": ("home", "about"),
    "{% translate ''|default:word %}": ("home", "about"),
    "{% translate 'Verslag' as found %}{{ found }} {{ word }}": ("Verslag home", "Verslag about"),
    "{% blocktranslate %}Over {{ word }}{% endblocktranslate %}": ("Over home", "Over about"),
    "{% blocktranslate with it=word %}Over {{ it }}{% endblocktranslate %}": ("Over home", "Over about"),
    "{% blocktranslate count n=number %}één{% plural %}{{ n }} keer{% endblocktranslate %}": ("één", "2 keer"),
    "{% blocktranslate asvar found %}Van{% endblocktranslate %}{{ found }} {{ word }}": ("Van home", "Van about"),
    "{% url word %}": ("/", "/over/"),
    "{% url 'join' token %}": (f"/meedoen/{'a' * 16}/", f"/meedoen/{'b' * 16}/"),
    "{% url 'join' token=token %}": (f"/meedoen/{'a' * 16}/", f"/meedoen/{'b' * 16}/"),
    "{% url 'home' as to %}{{ to }} {{ word }}": ("/ home", "/ about"),
    "{% static word %}": ("/static/home", "/static/about"),
    "{% static 'a.css' as to %}{{ to }} {{ word }}": ("/static/a.css home", "/static/a.css about"),
}
TWO = ({"word": "home", "number": 1, "token": "a" * 16}, {"word": "about", "number": 2, "token": "b" * 16})


@pytest.mark.parametrize(("source", "said"), SAME.items())
def test_what_is_the_same_everywhere_is_worked_out_once(source, said, monkeypatch):
    template = Template(source)
    [constant] = template.nodelist.get_nodes_by_type(Constant)
    worked_out = []
    render = constant.node.render
    monkeypatch.setattr(constant.node, "render", lambda context: worked_out.append(context) or render(context))
    assert [template.render(Context(each)) for each in TWO] == [said, said]
    assert len(worked_out) == 1


@pytest.mark.parametrize(("source", "said"), DIFFERENT.items())
def test_what_differs_is_worked_out_each_time(source, said):
    template = Template(source)
    assert tuple(template.render(Context(each)) for each in TWO) == said


def test_what_is_the_same_everywhere_follows_the_language():
    template = Template("{% translate 'Yes' %}")
    said = []
    for language in ("nl", "fr", "nl"):
        with translation.override(language):
            said.append(template.render(Context()))
    assert said == ["Ja", "Oui", "Ja"]
