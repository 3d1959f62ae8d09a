"""What is needed against what there is, by the booklet's table of intensities, written out here a second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.intensity import FORMS, Fit, Intensity, current_intensity, fit

TABLE = {
    "refer": ["none", "procedures", "pathways"],
    "inform": ["ad-hoc", "shared-it", "meetings", "learning-community"],
    "act": ["partnership", "team", "organisation", "network"],
}
LIGHT_TO_HEAVY = ["refer", "inform", "act"]

intensities = st.sampled_from(Intensity)
ticked = st.lists(st.sampled_from(sorted(FORMS)), unique=True).map(tuple)


def test_forms_stand_by_the_intensity_of_the_booklets_table():
    found = {group: [form for form, intensity in FORMS.items() if intensity == group] for group in LIGHT_TO_HEAVY}
    assert found == TABLE


def test_intensities_go_from_light_to_intensive():
    assert sorted(Intensity, key=lambda intensity: intensity.weight) == LIGHT_TO_HEAVY


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ((), None),
        (("none",), "refer"),
        (("pathways", "procedures"), "refer"),
        (("meetings",), "inform"),
        (("procedures", "ad-hoc"), "inform"),
        (("team", "none"), "act"),
        (("none", "team"), "act"),
        (("shared-it", "network", "pathways"), "act"),
    ],
)
def test_current_intensity_is_the_highest_group_ticked(forms, expected):
    assert current_intensity(forms) == expected


@pytest.mark.parametrize(
    ("needed", "current", "expected"),
    [
        ("refer", "refer", Fit.FITS),
        ("refer", "inform", Fit.TOO_HEAVY),
        ("refer", "act", Fit.TOO_HEAVY),
        ("inform", "refer", Fit.TOO_LIGHT),
        ("inform", "inform", Fit.FITS),
        ("inform", "act", Fit.TOO_HEAVY),
        ("act", "refer", Fit.TOO_LIGHT),
        ("act", "inform", Fit.TOO_LIGHT),
        ("act", "act", Fit.FITS),
    ],
)
def test_fit_sets_what_there_is_against_what_is_needed(needed, current, expected):
    found = {fit(Intensity(needed), (form,)) for form in TABLE[current]}
    assert found == {expected}


@pytest.mark.parametrize("needed", [*Intensity, None])
def test_fit_without_one_of_the_two_answers_is_none(needed):
    assert fit(needed, ()) is None
    assert fit(None, ("team",)) is None
    assert fit(Intensity.REFER, ("team",)) is Fit.TOO_HEAVY


@given(needed=intensities, forms=ticked, data=st.data())
def test_fit_order_of_the_forms_does_not_matter(needed, forms, data):
    assert fit(needed, tuple(data.draw(st.permutations(forms)))) is fit(needed, forms)


@given(needed=intensities, forms=ticked.filter(bool), more=st.sampled_from(sorted(FORMS)))
def test_fit_one_form_more_never_makes_it_lighter(needed, forms, more):
    order = [Fit.TOO_LIGHT, Fit.FITS, Fit.TOO_HEAVY]
    assert order.index(fit(needed, (*forms, more))) >= order.index(fit(needed, forms))
