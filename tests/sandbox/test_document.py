"""docs/practice-ehr.md is what the code says today."""

import re

from sandbox.document import PAGE, written
from sandbox.faults import CONTEXTS, ID_TOKENS, KINDS, REFRESHES, SIGN_INS
from sandbox.patients import practice_patients
from tests.sandbox.patient_parts import TODAY


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == written(), "run `make docs`"


def test_it_names_every_patient_and_every_fault():
    page = written()
    assert "{{" not in page
    for patient in practice_patients(TODAY):
        assert f"| {patient.name} | {patient.story} |" in page
    for name in [kind.name for kind in KINDS] + [*ID_TOKENS, *SIGN_INS, *REFRESHES, *CONTEXTS]:
        assert f"`{name}`" in page


def test_what_it_points_to_is_there():
    root = PAGE.parents[1]
    for path in re.findall(r"`((?:tests|sandbox)/[\w/.]+)`", written()):
        assert (root / path).exists(), path
