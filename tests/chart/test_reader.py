"""FHIR JSON to Chart, entry by entry: nothing is fatal, nothing is lost unseen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chart.reader import ChartNotReadable, read_bundle, read_chart
from chart.records import Gap
from tests.chart.fhir_json import CONDITION, OXYCODONE_5, PATIENT, REQUEST, bent, bundle, condition, request

AS_OF = date(2026, 3, 2)
MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"coding": [OXYCODONE_5]}}


def read(*resources, as_of=AS_OF):
    return read_bundle(bundle(PATIENT, *resources), as_of)


def test_a_plain_order_is_read_whole():
    (order,) = read(REQUEST).medication_requests
    assert order.id == "MedicationRequest/r1"
    assert order.product.ingredients[0].name == "oxycodone"
    assert order.dosage.steps[0].high == 4
    assert order.dosage_by_supply.steps[0].high == 4
    assert order.supply.days == 30
    assert order.authored.first == date(2026, 2, 20)


def test_the_patient():
    patient = read().patient
    assert (patient.id, patient.name, patient.sex) == ("Patient/p1", "Ada M. Quist", "female")
    assert read().age == 55


def by_reference(reference, *extra):
    named = bent(REQUEST, medicationCodeableConcept=None, medicationReference=reference)
    return read(named, *extra)


@pytest.mark.parametrize(
    ("reference", "extra"),
    [
        ({"reference": "Medication/m1"}, [MEDICATION]),
        ({"reference": "https://ehr.example/fhir/R4/Medication/m1"}, [MEDICATION]),
        ({"reference": "Medication/m1/_history/3"}, [MEDICATION]),
        ({"reference": "Medication/gone", "display": "oxyCODONE 5 mg tablet"}, []),
        ({"display": "oxycodone 5 mg tab"}, []),
    ],
)
def test_a_medicine_by_any_form_of_reference_is_the_same_medicine(reference, extra):
    (order,) = by_reference(reference, *extra).medication_requests
    assert order.product.opioids[0].name == "oxycodone"
    assert order.product.opioids[0].strength == 5


def test_a_contained_medicine():
    named = bent(
        REQUEST,
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
        contained=[bent(MEDICATION, id="m")],
    )
    assert read(named).medication_requests[0].product.opioids[0].rxcui == "7804"


def test_an_order_that_names_no_medicine_is_set_aside_as_a_gap():
    chart = read(bent(REQUEST, medicationCodeableConcept=None))
    (aside,) = chart.set_aside
    assert (aside.resource_type, aside.id, aside.hides_a_record) == (
        "MedicationRequest",
        "MedicationRequest/r1",
        True,
    )
    assert chart.gaps({"MedicationRequest"})


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "entered-in-error"},
        {"doNotPerform": True},
    ],
)
def test_what_fhir_says_to_disregard_is_left_out_and_counted_but_hides_nothing(changes):
    chart = read(request(**changes))
    assert chart.medication_requests == ()
    assert len(chart.set_aside) == 1
    assert not chart.gaps({"MedicationRequest"})


def test_an_entry_stripped_to_id_and_status_because_it_was_an_error():
    """Conformance C3.1, C4.5."""
    stripped = {
        "resourceType": "Condition",
        "id": "c",
        "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
    }
    chart = read(stripped)
    assert chart.conditions == ()
    assert chart.set_aside[0].reason == "entered in error"


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("a string", "unknown"),
        (None, "unknown"),
        ([1, 2], "unknown"),
        ({"id": "x"}, "unknown"),
        ({"resourceType": "Nonsense", "id": "n"}, "Nonsense"),
        ({"resourceType": "MedicationOrder", "id": "n"}, "MedicationRequest"),
    ],
)
def test_an_entry_that_is_no_resource_is_counted_and_the_others_are_used(entry, kind):
    """Conformance C4.3: one bad entry of many."""
    chart = read_bundle(bundle(PATIENT, entry, REQUEST), AS_OF)
    assert len(chart.medication_requests) == 1
    assert [s.resource_type for s in chart.set_aside] == [kind]
    assert chart.set_aside[0].hides_a_record


def test_types_that_are_not_needed_are_no_gap():
    assert read({"resourceType": "Claim", "id": "1"}).set_aside == ()


def test_a_complaint_of_the_server_among_the_entries_is_a_gap_for_everything():
    """Conformance C2.3."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}
    assert read(outcome).gaps({"Condition"})
    assert not read(bent(outcome, issue=[{"severity": "warning"}])).gaps({"Condition"})


def test_another_patients_record_is_dropped_and_said():
    """Conformance B2.12, C1.12."""
    chart = read(request(subject={"reference": "Patient/p2"}), CONDITION)
    assert chart.medication_requests == ()
    assert chart.set_aside[0].reason == "it belongs to another patient"
    assert len(chart.conditions) == 1


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "https://ehr.example/fhir/Patient/p1"},
        {"reference": "Patient/p1/_history/2"},
        {"identifier": {"value": "123"}},
        None,
    ],
)
def test_the_patients_own_record_by_any_reference(subject):
    assert len(read(request(subject=subject)).medication_requests) == 1


def test_references_by_full_url_as_synthea_writes_them():
    url = "urn:uuid:0b7b7e0e-1"
    entries = [
        {"fullUrl": url, "resource": PATIENT},
        {"resource": request(subject={"reference": url})},
        {"resource": request(id="r2", subject={"reference": "urn:uuid:someone-else"})},
    ]
    chart = read_bundle({"resourceType": "Bundle", "entry": entries}, AS_OF)
    assert [r.id for r in chart.medication_requests] == ["MedicationRequest/r1"]


def test_several_patients_need_a_choice():
    other = bent(PATIENT, id="p2")
    with pytest.raises(ChartNotReadable, match="more than one patient"):
        read_bundle(bundle(PATIENT, other), AS_OF)
    assert read_bundle(bundle(PATIENT, other), AS_OF, patient_id="p2").patient.id == "Patient/p2"


def test_no_patient_at_all_is_said():
    chart = read_bundle(bundle(REQUEST), AS_OF)
    assert chart.gaps({"Patient"})
    assert len(chart.medication_requests) == 1


@pytest.mark.parametrize("content", [{}, "text", 7, {"hello": 1}])
def test_what_is_no_fhir_at_all(content):
    with pytest.raises(ChartNotReadable):
        read_bundle(content, AS_OF)


def test_one_resource_a_list_or_nested_bundles_are_read_too():
    assert read_bundle(PATIENT, AS_OF).patient.name
    assert len(read_bundle([PATIENT, bundle(REQUEST), CONDITION], AS_OF).conditions) == 1


def test_the_same_entry_twice_counts_once():
    assert len(read(REQUEST, REQUEST).medication_requests) == 1


def test_entries_without_an_id_are_all_kept():
    chart = read(request(id=None), request(id=None))
    assert [r.id for r in chart.medication_requests] == [
        "MedicationRequest/entry-1",
        "MedicationRequest/entry-2",
    ]


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"status": None}, "its status is not recorded"),
        ({"authoredOn": "05/06/2023"}, "a date could not be read"),
        ({"modifierExtension": [{"url": "x"}]}, "it carries a modifier this app does not understand"),
    ],
)
def test_what_could_not_be_read_of_a_record_stays_with_it_as_a_doubt(changes, doubt):
    (order,) = read(request(**changes)).medication_requests
    assert doubt in order.doubts


def test_an_order_with_an_unknown_modifier_is_listed_but_never_computed():
    """Conformance C3.2."""
    (order,) = read(request(modifierExtension=[{"url": "x"}])).medication_requests
    assert not order.dosage.is_told
    assert "modifier" in order.dosage.cannot_tell


def test_c3_2_nor_by_what_it_supplies():
    dispense = {"quantity": {"value": 40}, "expectedSupplyDuration": {"value": 10, "code": "d"}}
    (order,) = read(request(modifierExtension=[{"url": "x"}], dispenseRequest=dispense)).medication_requests
    assert order.dosage_by_supply is None


def test_a_condition_with_an_unknown_modifier_is_set_aside_as_a_gap():
    chart = read(condition(modifierExtension=[{"url": "x"}]))
    assert chart.gaps({"Condition"})


@pytest.mark.parametrize(
    ("status", "is_active"),
    [("active", True), ("recurrence", True), ("relapse", True), (None, True), ("resolved", False),
     ("remission", False), ("inactive", False)],
)  # fmt: skip
def test_a_missing_clinical_status_is_not_a_resolved_one(status, is_active):
    """Conformance C1.9."""
    coded = None if status is None else {"coding": [{"code": status}]}
    (problem,) = read(condition(clinicalStatus=coded)).conditions
    assert problem.is_active is is_active


@pytest.mark.parametrize("code", ["F11.20", "F1120", "f1120"])
def test_icd_10_codes_with_and_without_their_dot(code):
    coded = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.90", "code": code}]}
    (problem,) = read(condition(code=coded)).conditions
    assert problem.concept.codes[0].code == "F11.20"
    assert problem.concept.codes[0].system == "http://hl7.org/fhir/sid/icd-10-cm"


def test_security_labels_of_old_and_new_systems_and_of_the_law_behind_them():
    """Conformance D16."""
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    basis = {
        "url": "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-sec-label-basis",
        "valueCoding": {"system": act, "code": "42CFRPart2"},
    }
    security = [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "ETH", "extension": [basis]}]
    (problem,) = read(condition(meta={"security": security})).conditions
    assert problem.labels == {(act, "ETH"), (act, "42CFRPart2")}


def test_labels_of_a_medication_reach_the_order_that_refers_to_it():
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "SUD"}
    medication = bent(MEDICATION, meta={"security": [label]})
    (order,) = by_reference({"reference": "Medication/m1"}, medication).medication_requests
    assert (label["system"], "SUD") in order.labels


def test_what_was_not_received_is_carried_into_the_chart():
    from chart.records import Unavailable

    gap = Unavailable("Condition", Gap.REFUSED, "Problems were not shared by the EHR")
    chart = read_chart([PATIENT, REQUEST], AS_OF, patient_id="p1", unavailable=[gap])
    assert chart.gaps({"Condition"}) == ("Problems were not shared by the EHR",)


def test_orders_being_written_stand_apart_from_the_record():
    chart = read_chart([PATIENT, REQUEST], AS_OF, patient_id="p1", drafts=[request(id="d1", status="active")])
    assert [d.id for d in chart.drafts] == ["MedicationRequest/d1"]
    assert chart.drafts[0].status == "draft"
    assert len(chart.medication_requests) == 1


def test_the_order_of_entries_and_codings_never_matters():
    one = read(REQUEST, CONDITION)
    coding = {"system": "http://local.example/codes", "code": "7", "display": "OXY 5"}
    turned = request(medicationCodeableConcept={"coding": [coding, OXYCODONE_5]})
    other = read_bundle(bundle(CONDITION, turned, PATIENT), AS_OF)
    assert one.medication_requests[0].product.opioids == other.medication_requests[0].product.opioids
    assert one.conditions == other.conditions


def test_two_thousand_orders():
    chart = read(*(request(id=f"r{n}") for n in range(2000)))
    assert len(chart.medication_requests) == 2000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted({*REQUEST, "priorPrescription", "contained"})), json_values)
def test_no_element_of_any_shape_breaks_the_reading_or_loses_the_order_unseen(element, value):
    chart = read(request(**{element: value}), condition(code=value, onsetDateTime=value))
    if element in ("resourceType",):
        return
    seen = len(chart.medication_requests) + sum(
        "MedicationRequest" in s.resource_type for s in chart.set_aside
    )
    assert seen >= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(json_values, max_size=5))
def test_rubbish_entries_are_each_counted(rubbish):
    chart = read_bundle(bundle(PATIENT, *rubbish), AS_OF)
    no_resource = [r for r in rubbish if not (isinstance(r, dict) and r.get("resourceType"))]
    assert len(chart.set_aside) >= len(no_resource)


def test_quantities_are_exact():
    dose = [
        {
            "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 0.1, "unit": "tablet"}}],
        }
    ]
    (order,) = read(request(dosageInstruction=dose)).medication_requests
    assert order.dosage.steps[0].high == Decimal("0.3")


def test_a_type_that_was_never_asked_for_is_a_gap_for_whoever_reads_it():
    asked = read_chart([PATIENT, REQUEST], AS_OF, patient_id="p1", asked_for=["MedicationRequest"])
    assert asked.gaps({"MedicationRequest", "Condition"}) == ("Not asked for: Condition",)
    assert not asked.gaps({"MedicationRequest", "Patient"})
    assert not read(REQUEST).gaps({"Condition"})


@pytest.mark.parametrize(
    ("status", "ends"), [("stopped", True), ("cancelled", True), ("draft", False), (None, False)]
)
def test_an_order_that_only_ends_a_medicine_is_no_new_one(status, ends):
    chart = read_chart([PATIENT, REQUEST], AS_OF, patient_id="p1", drafts=[request(status=status)])
    assert bool(chart.stops) is ends
    assert bool(chart.drafts) is not ends
