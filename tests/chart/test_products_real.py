"""Medicines of real Synthea bundles: what is recognised there, and what is not an opioid."""

import json
from pathlib import Path

import pytest

from chart.medications import DrugClass
from chart.products import identify
from chart.terms import Code, Concept

pytestmark = pytest.mark.real
BUNDLES = Path(__file__).parents[2] / ".." / "shared" / "real" / "synthea"
RXNORM_AS_WRITTEN = "http://www.nlm.nih.gov/research/umls/rxnorm"
OPIOID_WORDS = (
    "codone",
    "meperidine",
    "morph",
    "fentanyl",
    "codeine",
    "tramadol",
    "methadone",
    "buprenorphine",
)


@pytest.fixture(scope="module")
def concepts():
    bundles = sorted(BUNDLES.glob("*.json"))
    if not bundles:
        pytest.skip("the bundles of ../shared/real are not there")
    return {c for path in bundles for c in _concepts(json.loads(path.read_bytes()))}


def _concepts(bundle):
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "MedicationRequest" and "medicationCodeableConcept" in resource:
            said = resource["medicationCodeableConcept"]
            codes = tuple(Code(c["system"], c["code"], c.get("display", "")) for c in said["coding"])
            yield Concept(codes, said.get("text", ""))


def test_every_opioid_of_the_bundles_is_recognised_and_nothing_else_is(concepts):
    assert concepts
    for concept in concepts:
        speaks_of_one = any(word in concept.text.lower() for word in OPIOID_WORDS)
        assert (DrugClass.OPIOID in identify(concept).classes) == speaks_of_one, concept.text


@pytest.mark.parametrize(
    ("text", "known_by"),
    [
        ("Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet", "RxNorm product code"),
        ("Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG [Vicodin]", "name"),
        ("Acetaminophen/Hydrocodone", "RxNorm product code"),
        ("Acetaminophen 325 MG Oral Tablet", "name"),
        ("Hydrochlorothiazide 25 MG", "not recognised"),
    ],
)
def test_how_they_are_known(concepts, text, known_by):
    (product,) = {identify(c) for c in concepts if c.text == text}
    assert product.known_by == known_by
