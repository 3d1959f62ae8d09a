"""The checklist and its guidance against concepts.md: wording, sources, and the rules for its Dutch."""

import copy
import re

import pytest

from reflectie.domain.questionnaire.checklist import (
    OURS,
    ActionOwner,
    ContentError,
    Kind,
    Passage,
    PatternKey,
    Source,
    read_checklist,
)
from tests.helpers.factories import FROZEN, GUIDANCE

# Canonical, letter for letter: number, key, hindering, helping.
PAIRS = [
    (1, "goal-perspective", "Vanuit beperkt perspectief vastgelegd", "Vanuit integraal perspectief vastgelegd"),
    (2, "goal-shared", "Niet gedeeld door alle partners", "Gedeeld door alle partners"),
    (3, "partners-needed", "Niet alle nodige partners", "Alle nodige partners"),
    (4, "partners-superfluous", "Overbodige partners", "Geen overbodige partners"),
    (5, "partners-stable", "Ad hoc, wisselende samenstelling", "Vaste samenstelling"),
    (
        6,
        "form-interprofessional",
        "Multiprofessioneel: we werken naast elkaar",
        "Interprofessioneel: we werken mét elkaar",
    ),
    (
        7,
        "form-intensity",
        "Samenwerkingsvorm matcht benodigde intensiteit niet",
        "Samenwerkingsvorm matcht benodigde intensiteit",
    ),
    (
        8,
        "coordination-equality",
        "Een of meer partners domineren",
        "Alle partners worden gelijkwaardig behandeld",
    ),
]
# Number, key, the factor, the arm's own words.
FACTORS = [
    (9, "context-historical", "Historische remmende factoren", "verzuiling, concurrentie"),
    (
        10,
        "context-regulatory",
        "Regelgevende remmende factoren",
        "systeem, onduidelijkheden, bureaucratisme, beroepsgeheim",
    ),
    (11, "context-financial", "Financiële remmende factoren", "systeem, tekorten"),
    (
        12,
        "context-political",
        "Politieke remmende factoren",
        "geen steun, openheid, tegengestelde belangen",
    ),
    (
        13,
        "context-organisational",
        "Organisatorische remmende factoren",
        "incompatibele of vastgeroeste werking, communicatie, reorganisatie",
    ),
    (
        14,
        "context-personal",
        "Persoonlijke remmende factoren",
        "gebrek aan interesse, houding, mentaliteit, slechte ervaringen",
    ),
    (15, "context-practical", "Praktische remmende factoren", "tijd, nabijheid"),
]
DIMENSIONS = [
    ("goal", "Doel van de samenwerking", [1, 2]),
    ("partners", "Samenstelling van de samenwerking", [3, 4, 5]),
    ("form", "Vorm van de samenwerking", [6, 7]),
    ("coordination", "Coördinatie van de samenwerking", [8]),
    ("context", "Context van de samenwerking", [9, 10, 11, 12, 13, 14, 15]),
]
PRINCIPLES = (
    "Zie de persoon maximaal als regisseur van het eigen leven",
    "Bekijk de situatie in z'n geheel",
    "Bepaal samen doelen",
    "Ga na welke capaciteiten nodig zijn om die doelen te bereiken",
    "Zoek de benodigde partners",
    "Kies doelbewust een samenwerkingsvorm",
    "Behandel elkaar gelijkwaardig",
    "Hou rekening met de context",
    "Blijf bijsturen",
    "Zoek collectieve oplossingen voor structurele uitdagingen",
)
# From findings to advice: principles, and what the steps rest on beside UCLL, Movisie by section.
ADVICE = {
    "goal-perspective": ((1, 2), {"movisie 2.1", "movisie De cliënt betrekken", "han"}),
    "goal-shared": ((3,), {"movisie 2.1", "tg", "han"}),
    "partners-needed": ((4, 5), {"han", "invoorzorg"}),
    "partners-superfluous": ((5, 6), {"movisie 2.3", "ours"}),
    "partners-stable": ((6,), {"movisie 2.2"}),
    "form-interprofessional": ((6,), {"movisie 2.2", "movisie De cliënt betrekken", "han", "ours"}),
    "form-intensity": ((6, 9), {"movisie 2.3"}),
    "coordination-equality": ((7,), {"movisie 2.2", "tg", "han"}),
    "context-historical": ((8,), {"movisie 2.4", "invoorzorg", "ours"}),
    "context-regulatory": ((8, 10), {"movisie 2.2", "tg", "han", "ours"}),
    "context-financial": ((8, 10), {"movisie 2.4", "invoorzorg", "tg"}),
    "context-political": ((8, 10), {"tg", "movisie 2.3", "movisie 2.4"}),
    "context-organisational": ((8,), {"movisie 2.1", "movisie 2.3", "han", "invoorzorg", "ours"}),
    "context-personal": ((7, 8), {"movisie 1.1", "movisie 2.1", "movisie 2.2"}),
    "context-practical": ((8,), {"movisie 2.2", "movisie 2.3", "han"}),
}
# Where the same table asks for UCLL itself: at least one step rests on this section ("" is any).
ADVICE_FROM_UCLL = {
    "partners-needed": "",
    "form-intensity": "Tabel van intensiteiten",
    "context-political": "Principe 10",
    "partners-stable": "Bestaande samenwerkingen kritisch in vraag stellen",
    "context-historical": "De draaikolk van remmende factoren",
}
MOVERS = {
    "goal-perspective": ActionOwner.OURSELVES,
    "goal-shared": ActionOwner.OURSELVES,
    "partners-needed": ActionOwner.OURSELVES,
    "partners-superfluous": ActionOwner.OURSELVES,
    "partners-stable": ActionOwner.OURSELVES,
    "form-interprofessional": ActionOwner.OURSELVES,
    "form-intensity": ActionOwner.OURSELVES,
    "coordination-equality": ActionOwner.ORGANISATIONS,
    "context-historical": ActionOwner.ORGANISATIONS,
    "context-regulatory": ActionOwner.GOVERNMENT,
    "context-financial": ActionOwner.GOVERNMENT,
    "context-political": ActionOwner.GOVERNMENT,
    "context-organisational": ActionOwner.ORGANISATIONS,
    "context-personal": ActionOwner.OURSELVES,
    "context-practical": ActionOwner.ORGANISATIONS,
}
SOURCES = (
    Source(
        "ucll",
        "UCLL",
        "UCLL Research & Expertise, boekje over doelbewust samenwerken"
        " (‘Hoe kunnen we vermijden dat mensen door de mazen van het net vallen?’), z.j.",
    ),
    Source(
        "han",
        "HAN",
        "W. van der Werf en E. de Vries, Op weg naar interprofessionele samenwerking in de praktijk, infographic,"
        " onderzoeksprogramma Mogelijkheden tot eigen Regie (MORE), HAN en Zorgalliantie, z.j.",
    ),
    Source(
        "movisie",
        "Movisie",
        "J.W. van de Maat, A. Oude Avenhuis en H. van Xanten, Samenwerken tussen zorg en welzijn: nu is de tijd,"
        " Movisie, maart 2014.",
    ),
    Source(
        "tg",
        "TG",
        "R. Lauwerier, Samenwerken tussen professionals vereist samenwerking, artikel, tg.nl, z.j.",
    ),
    Source(
        "invoorzorg",
        "In voor zorg!",
        "V. Hendrikse, Werken aan integrale samenwerking tussen welzijn en zorg, interview met G. de Ruiter,"
        " In voor zorg!, z.j.",
    ),
)
# The sections of the sources, as their own headings have them; a heading within another after a dot.
SECTIONS = {
    "ucll": {
        "Het probleem",
        "Bestaande samenwerkingen kritisch in vraag stellen",
        "Tabel van intensiteiten",
        "De draaikolk van remmende factoren",
        "Samenwerking doelbewust opbouwen bij een nieuwe cliëntvraag",
        *(f"Principe {number}" for number in range(1, 11)),
    },
    "han": {
        "De situatie",
        "De toekomst",
        "Welke tegenstrijdigheden kunnen professionals in de praktijk tegenkomen?",
        "Wat kan professionals helpen in de praktijk?",
        "Wat kan via interprofessioneel samenwerken (IPS) worden bereikt?",
        "Achtergrondinformatie 2",
    },
    "movisie": {
        "1.1 Samenwerken in zorg en welzijn: iedereen moet om",
        "2.1 Een gezamenlijke ambitie en visie",
        "De cliënt betrekken",
        "2.2 Elkaar (leren) kennen",
        "2.3 Degelijke organisatie",
        "2.4 Belangen en financiering",
    },
    "tg": {
        "Samenwerken op organisatieniveau",
        "Omgaan met de paradox van conflicterende belangen",
        "Gezamenlijke ambitie als leidraad",
    },
    "invoorzorg": {"Maatschappelijk verdienmodel", "Samenwerkingsverband MeanderOmnium", "Delen en halen"},
}
# The form of address is je and jullie, the advice holds in every country, and there is a Dutch word for everything.
UNWANTED = {
    "u": r"\b(?:u|uw|uwe|uzelf)\b",
    "one country": r"wijkteam|\bwmo\b|zorgverzekeraar|gemeente|\bocmw\b",
    "English": r"\b(?:the|and|with|for|you|your|this|that|which|are|not|from|should|please|step|partnership"
    r"|goal|strength|obstacle|issue|tool|awareness|empowerment|commitment|mindset|feedback|input|output|outcome"
    r"|sharing|meeting|meetings|stakeholder|stakeholders|check|best practice)\b",
}


def words_of(guidance):
    """Every text that a reader of the guidance sees, by where it stands. Sources keep their titles as they are."""
    for key, item in guidance["items"].items():
        for name in ("short", "help", "question"):
            yield f"{key} {name}", item[name]
        for number, step in enumerate(item["steps"], start=1):
            yield f"{key} step {number}", step["text"]
        yield f"{key} way", item["way"]
        for name in ("example", "ask"):
            if name in item:
                yield f"{key} {name}", item[name]["text"]
        for name in ("keep", "tell"):
            if "strength" in item:
                yield f"{key} {name}", item["strength"][name]
    for number, title in enumerate(guidance["principles"], start=1):
        yield f"principle {number}", title
    yield from words_beside(guidance)


def words_beside(guidance):
    """The texts of patterns and of building up again."""
    for number, words in enumerate(guidance["rebuilding"], start=1):
        yield f"rebuilding {number} question", words["question"]
    for key, words in guidance["patterns"].items():
        yield from ((f"pattern {key} {name}", text) for name, text in words.items() if name != "rests_on")


def rests_on(passage):
    """A source as concepts.md's table names it: Movisie by section number or by name, the others whole."""
    if passage.source != "movisie":
        return passage.source
    number = re.match(r"\d\.\d", passage.section)
    return f"movisie {number[0] if number else passage.section}"


# --- the frozen part


def test_checklist_pairs_have_their_canonical_wording(checklist):
    found = [(item.number, item.key, item.hindering, item.helping) for item in checklist if item.kind is Kind.PAIR]
    assert found == PAIRS
    assert {item.words for item in checklist if item.kind is Kind.PAIR} == {""}


def test_checklist_factors_have_their_canonical_wording(checklist):
    found = [(item.number, item.key, item.hindering, item.words) for item in checklist.factors]
    assert found == FACTORS
    assert {item.helping for item in checklist.factors} == {""}


def test_checklist_dimensions_stand_in_their_order_with_their_items(checklist):
    found = [
        (dimension.key, dimension.name, [item.number for item in dimension.items]) for dimension in checklist.dimensions
    ]
    assert found == DIMENSIONS
    assert all(item.dimension == dimension.key for dimension in checklist.dimensions for item in dimension.items)


def test_checklist_finds_items_and_sources_by_key(checklist):
    assert (checklist.version, checklist.language) == (1, "nl")
    assert [item.number for item in checklist] == list(range(1, 16))
    assert checklist.by_key["context-financial"] is checklist.factors[2]
    assert checklist.source("tg") == SOURCES[3]


# --- help and advice


def test_guidance_covers_exactly_the_fifteen_items(checklist):
    assert list(GUIDANCE["items"]) == [item.key for item in checklist]


def test_guidance_no_text_is_empty_or_padded():
    texts = dict(words_of(GUIDANCE))
    # Short, help, question and way of 15, ten examples, seven asks, what keeps and tells of 8, ten principles with a
    # question each, eleven patterns of three texts, five of them with a fourth for one sheet, and the steps.
    assert len(texts) == 15 * 4 + 10 + 7 + 8 * 2 + 10 * 2 + 11 * 3 + 5 + sum(
        len(item["steps"]) for item in GUIDANCE["items"].values()
    )
    assert {where: text for where, text in texts.items() if not text or text != " ".join(text.split())} == {}


def test_guidance_sentences_end_as_sentences_do():
    texts = dict(words_of(GUIDANCE))
    endings = {
        where: text[-1]
        for where, text in texts.items()
        if not where.endswith(("short", "title")) and not where.startswith("principle")
    }
    assert {where for where, end in endings.items() if where.endswith("question") and end != "?"} == set()
    others = {where for where, end in endings.items() if not where.endswith("question") and end not in ".?’"}
    assert others == set()


def test_guidance_patterns_and_rebuilding_have_no_sentence_over_twenty_words():
    sentences = {
        sentence: len(sentence.split())
        for text in dict(words_beside(GUIDANCE)).values()
        for sentence in re.split(r"(?<=[.?!’])\s+(?=[A-Z‘])", text)
    }
    assert len(sentences) > 50
    assert {sentence: words for sentence, words in sentences.items() if words > 20} == {}


def test_guidance_patterns_are_asked_and_not_said_of_anybody():
    texts = {where: text for where, text in words_of(GUIDANCE) if where.startswith("pattern")}
    # How people see it, never how their collaboration or a partner is.
    assert [where for where, text in texts.items() if re.search(r"samenwerking is|jullie zijn", text)] == []
    assert len({text for where, text in texts.items() if where.endswith("title")}) == len(PatternKey)
    assert len({text for where, text in texts.items() if where.endswith("question")}) == len(PatternKey)


def test_guidance_everything_rests_on_sections_that_the_sources_have(checklist):
    advice = [part for item in checklist for part in (*item.steps, item.strength, item.example, item.ask) if part]
    passages = {
        passage for part in (*advice, *checklist.patterns.values(), *checklist.rebuilding) for passage in part.rests_on
    }
    assert len(passages) > 30
    sections = SECTIONS | {OURS: {""}}
    assert {p for p in passages if p.section.split(" · ")[0] not in sections[p.source]} == set()


def test_guidance_pattern_for_one_sheet_reads_as_the_rule_does_unless_that_would_be_odd(checklist):
    own = {key for key, text in checklist.patterns.items() if text.seen_one != text.seen}
    form = {PatternKey.FORM_CONTRADICTS, PatternKey.TOO_LIGHT, PatternKey.TOO_HEAVY}
    assert own == {*form, PatternKey.INTEGRAL_AD_HOC, PatternKey.BLIND_DIMENSION}
    assert [key for key in own if re.search("helft|hen", checklist.patterns[key].seen_one)] == []


def test_guidance_short_names_and_help_are_each_items_own(checklist):
    assert len({item.short for item in checklist}) == 15
    assert len({item.help for item in checklist}) == 15
    assert len({item.question for item in checklist}) == 15


def test_guidance_has_a_strength_for_the_pairs_alone(checklist):
    assert [item.key for item in checklist if item.strength] == [key for _, key, _, _ in PAIRS]
    assert all(item.strength.keep and item.strength.tell and item.strength.rests_on for item in checklist.items[:8])


def test_guidance_every_obstacle_has_one_to_three_steps_that_rest_on_something(checklist):
    assert {len(item.steps) for item in checklist} <= {1, 2, 3}
    passages = [passage for item in checklist for step in item.steps for passage in step.rests_on]
    assert len(passages) >= sum(len(item.steps) for item in checklist)
    assert {passage.source for passage in passages if not passage.section} == {OURS}
    assert {passage.source for passage in passages if passage.section} == {source.key for source in SOURCES}


def test_guidance_principles_are_the_ten_of_the_booklet(checklist):
    assert checklist.principles == PRINCIPLES


def test_guidance_advice_serves_the_principles_of_the_domain_page(checklist):
    assert {item.key: item.principles for item in checklist} == {key: row[0] for key, row in ADVICE.items()}


@pytest.mark.parametrize("key", ADVICE)
def test_guidance_advice_rests_on_the_sources_of_the_domain_page(checklist, key):
    found = {rests_on(passage) for step in checklist.by_key[key].steps for passage in step.rests_on}
    assert found - {"ucll"} == ADVICE[key][1]


@pytest.mark.parametrize("key", ADVICE_FROM_UCLL)
def test_guidance_advice_rests_on_the_booklet_where_the_domain_page_says_so(checklist, key):
    passages = [passage for step in checklist.by_key[key].steps for passage in step.rests_on]
    wanted = ADVICE_FROM_UCLL[key]
    assert [passage for passage in passages if passage.source == "ucll" and wanted in passage.section] != []


def test_guidance_strengths_rest_on_sharing_what_went_well(checklist):
    sharing = {
        Passage("movisie", "2.3 Degelijke organisatie · Delen van successen"),
        Passage("invoorzorg", "Delen en halen"),
    }
    without = [item.key for item in checklist if item.strength and not sharing & set(item.strength.rests_on)]
    assert without == []


def test_guidance_sources_are_named_as_the_domain_page_names_them(checklist):
    assert checklist.sources == SOURCES


def test_guidance_says_who_can_move_each_obstacle(checklist):
    assert {item.key: item.mover for item in checklist} == MOVERS


def test_guidance_says_of_each_step_whose_turn_it_is_and_of_none_that_it_is_for_who_reads_no_advice(checklist):
    movers = {item.key: tuple(step.mover for step in item.steps) for item in checklist}
    ours, theirs = ActionOwner.OURSELVES, ActionOwner.ORGANISATIONS

    # The government can move it, and the team can begin.
    assert (checklist.by_key["context-regulatory"].mover, movers["context-regulatory"]) == (
        ActionOwner.GOVERNMENT,
        (ours, ours, theirs),
    )
    assert {mover for of in movers.values() for mover in of} == {ours, theirs}


def test_guidance_says_what_is_asked_wherever_others_have_to_move(checklist):
    asked = [item.key for item in checklist if item.ask]
    assert asked == [key for key, mover in MOVERS.items() if mover is not ActionOwner.OURSELVES]
    assert [item.key for item in checklist if item.ask and not item.ask.text.startswith("Aan ")] == []


def test_guidance_has_examples_of_the_partnerships_of_movisie(checklist):
    examples = [item.example for item in checklist if item.example]
    assert len({example.text for example in examples}) == len(examples) == 10
    assert {passage.source for example in examples for passage in example.rests_on} == {"movisie"}
    assert max(len(example.text) for example in examples) <= 220


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        ("u", "Wat vindt u daarvan?"),
        ("u", "Bespreek het met Uw leiding."),
        ("one country", "Bel het wijkteam."),
        ("one country", "Vraag het aan de gemeenten."),
        ("one country", "De WMO betaalt."),
        ("one country", "Een zorgverzekeraar of OCMW."),
        ("English", "Share the result."),
        ("English", "Geef elkaar feedback."),
    ],
)
def test_guidance_unwanted_words_would_be_found(kind, example):
    assert len(re.findall(UNWANTED[kind], example, re.IGNORECASE)) >= 1


@pytest.mark.parametrize("kind", UNWANTED)
def test_guidance_has_no_unwanted_words(kind):
    found = {
        where: words for where, text in words_of(GUIDANCE) if (words := re.findall(UNWANTED[kind], text, re.IGNORECASE))
    }
    assert found == {}


# --- what is refused


def changed(path, value):
    """The guidance with one thing in it changed; with KeyError for a value, that thing is missing."""
    guidance = copy.deepcopy(GUIDANCE)
    *parents, last = path
    place = guidance
    for part in parents:
        place = place[part]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return guidance


def test_read_checklist_takes_the_guidance_as_it_is():
    assert read_checklist(FROZEN, copy.deepcopy(GUIDANCE)).revision == GUIDANCE["revision"]


def test_read_checklist_of_an_older_revision_has_what_came_later_by_default():
    older = copy.deepcopy(GUIDANCE)
    for item in older["items"].values():
        for name in ("way", "example", "ask"):
            item.pop(name, None)
        for step in item["steps"]:
            del step["mover"]
    for key in ("nearly-everything", "integral-ad-hoc"):
        del older["patterns"][key]
    read = read_checklist(FROZEN, older)

    assert {(item.way, item.example, item.ask) for item in read} == {("", None, None)}
    assert [item.key for item in read if {step.mover for step in item.steps} != {item.mover}] == []
    assert len(read.patterns) == len(PatternKey) - 2


def test_read_checklist_unknown_mover_of_a_step_is_refused_by_the_items_name():
    with pytest.raises(ContentError, match=r"goal-shared: .*somebody"):
        read_checklist(FROZEN, changed(("items", "goal-shared", "steps", 0, "mover"), "somebody"))


@pytest.mark.parametrize(("key", "name"), [("goal-shared", "example"), ("context-political", "ask")])
def test_read_checklist_example_or_ask_that_rests_on_nothing_is_refused(key, name):
    with pytest.raises(ContentError, match=f"{key}: .*rests on nothing"):
        read_checklist(FROZEN, changed(("items", key, name, "rests_on"), []))


@pytest.mark.parametrize("name", ["short", "help", "question", "steps", "principles", "mover", "strength"])
def test_read_checklist_missing_guidance_names_the_item_and_what_is_missing(name):
    with pytest.raises(ContentError, match=rf"goal-shared: missing or misshapen: '{name}'"):
        read_checklist(FROZEN, changed(("items", "goal-shared", name), KeyError))


def test_read_checklist_item_without_guidance_is_refused():
    with pytest.raises(ContentError, match="context-practical"):
        read_checklist(FROZEN, changed(("items", "context-practical"), KeyError))


def test_read_checklist_factor_needs_no_strength():
    assert "strength" not in GUIDANCE["items"]["context-practical"]
    assert read_checklist(FROZEN, GUIDANCE).by_key["context-practical"].strength is None


@pytest.mark.parametrize("number", [0, 4])
def test_read_checklist_too_few_or_too_many_steps_are_refused(number):
    step = GUIDANCE["items"]["goal-shared"]["steps"][0]
    with pytest.raises(ContentError, match=f"goal-shared: one to three steps, not {number}"):
        read_checklist(FROZEN, changed(("items", "goal-shared", "steps"), [step] * number))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_read_checklist_one_to_three_steps_are_taken(number):
    step = GUIDANCE["items"]["goal-shared"]["steps"][0]
    read = read_checklist(FROZEN, changed(("items", "goal-shared", "steps"), [step] * number))
    assert len(read.by_key["goal-shared"].steps) == number


@pytest.mark.parametrize("principles", [[], [0], [11], [3, 11], [-1]])
def test_read_checklist_unknown_principle_is_refused(principles):
    with pytest.raises(ContentError, match="goal-shared: unknown principle"):
        read_checklist(FROZEN, changed(("items", "goal-shared", "principles"), principles))


@pytest.mark.parametrize(
    "path",
    [("items", "goal-shared", "steps", 0, "rests_on"), ("items", "goal-shared", "strength", "rests_on")],
)
@pytest.mark.parametrize(
    ("passages", "message"),
    [([{"source": "krant", "section": "1"}], "krant"), ([], "rests on nothing")],
)
def test_read_checklist_advice_without_a_known_source_is_refused_by_the_items_name(path, passages, message):
    with pytest.raises(ContentError, match=rf"goal-shared: .*{message}"):
        read_checklist(FROZEN, changed(path, passages))


@pytest.mark.parametrize("name", ["title", "seen", "question", "rests_on"])
def test_read_checklist_pattern_without_a_text_is_refused(name):
    with pytest.raises(ContentError, match=f"missing or misshapen: '{name}'"):
        read_checklist(FROZEN, changed(("patterns", "too-heavy", name), KeyError))


@pytest.mark.parametrize(("key", "value"), [("too-heavy", KeyError), ("too-loud", GUIDANCE["patterns"]["too-heavy"])])
def test_read_checklist_pattern_without_a_rule_or_rule_without_words_is_refused(key, value):
    with pytest.raises(ContentError, match=key):
        read_checklist(FROZEN, changed(("patterns", key), value))


def test_read_checklist_pattern_that_rests_on_nothing_is_refused():
    with pytest.raises(ContentError, match="rests on nothing"):
        read_checklist(FROZEN, changed(("patterns", "too-heavy", "rests_on"), []))


def test_read_checklist_unknown_mover_is_refused_by_the_items_name():
    with pytest.raises(ContentError, match=r"goal-shared: .*somebody"):
        read_checklist(FROZEN, changed(("items", "goal-shared", "mover"), "somebody"))


def test_read_checklist_guidance_in_a_language_that_the_version_lacks_is_refused():
    with pytest.raises(ContentError, match="fr"):
        read_checklist(FROZEN, changed(("language",), "fr"))
