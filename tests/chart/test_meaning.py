"""What records of real EHRs mean, in the forms their vendors send them (C1.5 to C1.7, C3, C4)."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest

from chart.medications import Certainty
from chart.reader import read_bundle, read_chart
from tests.chart.fhir_json import OXYCODONE_5, PATIENT, RXNORM, bent, bundle, condition, request
from tests.chart.test_reader import AS_OF, read

ROOT = Path(__file__).parents[2]
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
LOCAL = {"system": "urn:oid:1.2.36.1.2001.1", "code": "4711", "display": "OXYCOD 5 TAB"}


def absent(reason):
    return {"extension": [{"url": ABSENT, "valueCode": reason}]}


@pytest.mark.parametrize("reason", ["unknown", "masked", "unsupported", "not-asked"])
def test_c3_3_an_absent_status_or_value_is_unknown_and_never_no_or_zero(reason):
    (order,) = read(bent(request(status=None), _status=absent(reason))).medication_requests
    assert (order.status, "its status is not recorded" in order.doubts) == (None, True)
    (problem,) = read(bent(condition(clinicalStatus=None), _clinicalStatus=absent(reason))).conditions
    assert problem.is_active
    seen = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "PEG"}}
    (result,) = read({**seen, "dataAbsentReason": {"coding": [{"code": reason}]}}).observations
    assert (result.value.number, result.value.absent) == (None, reason)


@pytest.mark.parametrize(
    ("concept", "certainty"),
    [
        ({"coding": [OXYCODONE_5]}, Certainty.HIGH),
        ({"coding": [LOCAL], "text": "oxycodone 5 mg tab"}, Certainty.MEDIUM),
        ({"text": "oxycodone 5 mg tab"}, Certainty.MEDIUM),
    ],
)
def test_c3_4_a_medicine_known_by_name_alone_is_kept_and_less_sure(concept, certainty):
    (order,) = read(request(medicationCodeableConcept=concept)).medication_requests
    assert [i.name for i in order.product.opioids] == ["oxycodone"]
    assert order.product.certainty is certainty


@pytest.mark.parametrize("system", [RXNORM, "urn:oid:2.16.840.1.113883.6.88"])
@pytest.mark.parametrize("first", [True, False])
def test_c3_5_rxnorm_is_found_by_its_system_wherever_it_stands(system, first):
    own = {**OXYCODONE_5, "system": system, "display": "not what it says"}
    codings = [own, LOCAL] if first else [LOCAL, own]
    (order,) = read(request(medicationCodeableConcept={"coding": codings})).medication_requests
    assert order.product.opioids[0].strength == 5


DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
TABLET = [{"doseQuantity": {"value": 1, "unit": "tablet"}}]


@pytest.mark.parametrize(
    ("instructions", "most"),
    [
        ([{"text": "Take 1 tablet by mouth every 6 hours"}], 4),
        ([{"timing": {"code": {"coding": [{"code": "BID"}]}}, "doseAndRate": TABLET}], 2),
        ([{"timing": DAILY, "asNeededBoolean": True, "doseAndRate": TABLET}], 1),
        ([{"timing": DAILY, "doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2}}}]}], 2),
        ([{"timing": DAILY, "doseAndRate": TABLET}, {"timing": DAILY, "doseAndRate": TABLET}], 2),
        ([{"text": "as directed"}], None),
        ([{"timing": {"event": ["2026-02-21"]}, "doseAndRate": TABLET}], 1),
        ([], None),
        (None, None),
    ],
)
def test_c3_7_directions_are_computed_or_say_why_not(instructions, most):
    (order,) = read(request(dosageInstruction=instructions)).medication_requests
    assert order.dosage.is_told is (most is not None)
    assert [step.high for step in order.dosage.steps] == ([most] if most else [])
    assert bool(order.dosage.cannot_tell) is (most is None)


def test_c3_8_doses_are_exact():
    tenths = [
        {"timing": DAILY, "doseAndRate": [{"doseQuantity": {"value": v, "unit": "tablet"}}]}
        for v in (0.1, 0.2)
    ]
    (order,) = read(request(dosageInstruction=tenths)).medication_requests
    assert [step.high for step in order.dosage.steps] == [Decimal("0.3")]


@pytest.mark.parametrize(
    ("changes", "warns"),
    [
        ({"link": [{"type": "replaced-by", "other": {"reference": "Patient/new"}}]}, "merged into another"),
        ({"active": False}, "not in use"),
    ],
)
def test_c3_9_a_merged_or_inactive_patient_record_says_so(changes, warns):
    chart = read_chart([bent(PATIENT, **changes)], AS_OF)
    assert any(warns in sentence for sentence in chart.patient.warnings)


@pytest.mark.parametrize("label", ["R", "V"])
def test_c3_12_a_restricted_label_stays_with_its_record(label):
    security = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": label}]
    (order,) = read(request(meta={"security": security})).medication_requests
    assert label in {code for _, code in order.labels}


@pytest.mark.parametrize(
    "reported", [{"reportedBoolean": True}, {"reportedReference": {"display": "patient"}}]
)
def test_c1_6_c1_3_a_reported_medicine_is_one_whatever_its_intent(reported):
    for intent in ("order", "plan"):
        (order,) = read(request(intent=intent, **reported)).medication_requests
        assert order.is_reported


def test_c4_1_only_the_r4_models_of_the_library_are_used():
    for path in ROOT.glob("*/**/*.py"):
        if path.relative_to(ROOT).parts[0] in (
            "cds",
            "chart",
            "launch",
            "rules",
            "sandbox",
            "synth",
            "tests",
        ):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fhir.resources"):
                    assert node.module.startswith("fhir.resources.R4B"), path


@pytest.mark.parametrize(
    "changes",
    [
        {"vendorExtra": {"a": [1]}},
        {"id": "order_1"},
        {"id": "x" * 80},
        {"authoredOn": "2026-02-20T10:00:00"},
        {"note": [None]},
        {"groupIdentifier": {"value": ""}},
        {"contained": [{"resourceType": "Nonsense"}]},
        {"identifier": [None, {"system": ""}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_c4_2_c4_4_what_models_would_reject_is_read(changes):
    (order,) = read(request(**changes)).medication_requests
    assert order.product.opioids
    assert order.dosage.is_told


def test_c4_4_a_bundle_without_a_type_is_read():
    whole = bundle(PATIENT, request())
    del whole["type"]
    assert len(read_bundle(whole, AS_OF).medication_requests) == 1
