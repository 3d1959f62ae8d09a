"""What a finding is called, what it means and what it looks like: the one table of it, for pages, PDFs, pictures and
files. The thresholds are those of `domain/rules/findings.py`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reflectie.domain.rules.findings import BLIND_ABOVE, OBSTACLE_FROM, STRENGTH_FROM, Finding

from .numbers import ratio_in_words, share_in_words


@dataclass(frozen=True, slots=True)
class FindingWords:
    """One finding as people read it. Its class in HTML and CSS is its own value: `is-obstacle`."""

    word: str | Promise
    # In a narrow cell on the screen, and in a column on paper.
    short: str | Promise
    column: str | Promise
    # Beside its word and in its mark: told apart without colour. All of them are in the typeface.
    sign: str
    # The tone of its mark in a picture (`palette.py`).
    tone: str
    # What it says, after its word in a legend; as a sentence of its own in a PDF; and as a rule, in a codebook.
    meaning: str | Promise
    sentence: str | Promise
    rule: str | Promise


# In the order in which a legend names them (concepts.md, "From answers to findings").
FINDINGS: dict[Finding, FindingWords] = {
    Finding.OBSTACLE: FindingWords(
        word=_("Structurele hinderpaal"),
        short=_("Hinderpaal"),
        column=_("Hinderpaal"),
        sign="×",
        tone="hindering",
        meaning=format_lazy(
            _("van wie een kant koos, vindt minstens {ratio} dat dit hindert"), ratio=ratio_in_words(OBSTACLE_FROM)
        ),
        sentence=format_lazy(_("Van wie koos, ziet minstens {share} hinder."), share=share_in_words(OBSTACLE_FROM)),
        rule=format_lazy(
            _("Van wie koos, koos minstens {share} hinderend (bij een factor: ‘speelt’)."), share=OBSTACLE_FROM
        ),
    ),
    Finding.SPLIT: FindingWords(
        word=_("Verdeeld beeld"),
        short=_("Verdeeld"),
        column=_("Verdeeld"),
        sign="±",
        tone="split",
        meaning=_("de meningen lopen uiteen"),
        sentence=_("Mensen zien het verschillend. Dat is geen gemiddelde, maar iets om over te praten."),
        rule=_(
            "Alles daartussen: mensen zien het verschillend. Het is nooit een gemiddelde. Ook als een team samen zegt "
            "dat het niet eens is."
        ),
    ),
    Finding.UNKNOWN: FindingWords(
        word=_("Blinde vlek"),
        short=_("Blinde vlek"),
        column=_("Blinde vlek"),
        sign="?",
        tone="unsure",
        meaning=format_lazy(_("meer dan {share} weet het niet of liet het open"), share=share_in_words(BLIND_ABOVE)),
        sentence=format_lazy(_("Meer dan {share} weet het niet, of liet het open."), share=share_in_words(BLIND_ABOVE)),
        rule=format_lazy(
            _("Meer dan {share} van wie meetelt, weet het niet of liet het open: dat telt eerst."), share=BLIND_ABOVE
        ),
    ),
    Finding.STRENGTH: FindingWords(
        word=_("Sterkte"),
        short=_("Sterkte"),
        column=_("Sterkte"),
        sign="+",
        tone="helping",
        meaning=format_lazy(
            _("van wie een kant koos, vindt minstens {ratio} dat dit helpt"), ratio=ratio_in_words(STRENGTH_FROM)
        ),
        sentence=format_lazy(
            _("Van wie koos, ziet minstens {ratio} het als helpend."), ratio=ratio_in_words(STRENGTH_FROM)
        ),
        rule=format_lazy(
            _("Van wie koos, koos minstens {share} helpend. Alleen bij een stelling."), share=STRENGTH_FROM
        ),
    ),
    Finding.CLEAR: FindingWords(
        word=_("Speelt niet"),
        short=_("Speelt niet"),
        column=_("Speelt niet"),
        sign="–",
        tone="clear",
        meaning=format_lazy(
            _("van wie een kant koos, zegt minstens {ratio} dat deze factor niet speelt"),
            ratio=ratio_in_words(STRENGTH_FROM),
        ),
        sentence=format_lazy(
            _("Van wie koos, zegt minstens {ratio} dat deze factor niet speelt."), ratio=ratio_in_words(STRENGTH_FROM)
        ),
        rule=format_lazy(
            _("Van wie koos, koos minstens {share} ‘speelt niet’. Alleen bij een factor."), share=STRENGTH_FROM
        ),
    ),
    Finding.ATTENTION: FindingWords(
        word=_("Aandachtspunt"),
        short=_("Aandacht"),
        column=_("Aandachtspunt"),
        sign="!",
        tone="attention",
        meaning=_("een wisselende groep, waar partners alleen naar elkaar doorverwijzen: past dat hier?"),
        sentence=_("De samenstelling wisselt, en partners verwijzen alleen door. Past ad hoc hier?"),
        rule=_("Wisselende samenstelling, terwijl alleen doorverwijzen nodig is: geen hinderpaal."),
    ),
}
