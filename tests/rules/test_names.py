"""A problem told by its code alone is shown by the name our tables have, with the code beside it."""

import pytest

from chart.terms import ICD10CM, Code, Concept
from rules.names import named
from tests.builders import chart, condition

OWN = "Obstructive sleep apnea (adult) (pediatric) (G47.33)"


@pytest.mark.parametrize(
    ("concept", "shown"),
    [
        (Concept((Code(ICD10CM, "G47.33"),)), OWN),
        (Concept((Code(ICD10CM, "Z99.999"), Code(ICD10CM, "G47.33"))), OWN),
        (Concept((Code(ICD10CM, "G47.33", "OSA"),)), "OSA"),
        (Concept((Code(ICD10CM, "G47.33"),), "as the EHR has it"), "as the EHR has it"),
        (Concept((Code(ICD10CM, "Z99.999"),)), "Z99.999"),
        (Concept(), ""),
    ],
)
def test_the_name_shown(concept, shown):
    (found,) = named(chart(condition("G47.33", concept=concept))).conditions
    assert found.display == shown
    assert found.concept.keys == concept.keys
