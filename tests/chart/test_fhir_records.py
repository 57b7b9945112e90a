"""Whose records they are, which of them are used, and the medications that orders only refer to."""

import dataclasses

import pytest

from chart.records import Gap
from tests.chart import stub_fhir
from tests.chart.fhir_reading import QUICK, counts, gaps, ids, read
from tests.chart.stub_fhir import bundle


def resource(kind="Procedure", its_id="x1", **elements):
    return {"resourceType": kind, "id": its_id, **elements}


def about(reference):
    return resource(subject={"reference": reference})


def read_entries(stub, *entries, kind="Procedure"):
    stub.break_(kind, stub_fhir.sends({"resourceType": "Bundle", "entry": list(entries)}))
    return read(stub, kind)


def read_one(stub, one, mode="match", kind="Procedure"):
    return read_entries(stub, {"resource": one, "search": {"mode": mode}}, kind=kind)


OURS = [
    about("Patient/p1"),
    about("https://ehr.example/fhir/Patient/p1"),
    about("Patient/p1/_history/3"),
    about("https://ehr.example/fhir/Patient/p1/_history/3"),
    resource(patient={"reference": "Patient/p1"}),
    resource(**{"for": {"reference": "Patient/p1"}}),
    resource(),  # stripped to what remains of a record entered in error
    about("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
    resource(subject={"display": "Rosa Lind"}),
    resource(subject="Patient/p1"),
]
OTHERS = [
    about("Patient/p2"),
    about("Patient/p11"),
    about("Patient/P1"),
    about("https://ehr.example/fhir/Patient/p2/_history/1"),
    resource(patient={"reference": "Patient/p2"}),
    resource(**{"for": {"reference": "Patient/p2"}}),
    resource("Patient", "p2"),
]


@pytest.mark.parametrize("one", OURS, ids=str)
def test_records_of_this_patient_or_of_nobody_named(stub, one):
    record = read_one(stub, one)
    assert record.resources == (record.patient, one)
    assert record.set_aside == ()


@pytest.mark.parametrize("one", OTHERS, ids=str)
@pytest.mark.parametrize("mode", ["match", "include"])
def test_records_of_another_patient_are_left_out(stub, one, mode):
    record = read_one(stub, one, mode)
    assert record.resources == (record.patient,)
    (aside,) = record.set_aside
    assert not aside.hides_a_record
    assert "x1" not in aside.id
    assert "p2" not in aside.id


def test_c1_12_a_server_that_ignores_the_patient_does_not_mix_charts(stub):
    entries = [{"resource": about(f"Patient/p{n % 3}") | {"id": f"x{n}"}} for n in range(9)]
    record = read_entries(stub, *entries)
    assert ids(record) == ["x1", "x4", "x7"]
    assert counts(record)["Procedure"] == 3
    assert {a.reason for a in record.set_aside} == {"it belongs to another patient"}


def test_nothing_but_another_patients_records_is_no_answer(stub):
    record = read_one(stub, about("Patient/p2"))
    (gap,) = record.unavailable
    assert (gap.resource_type, gap.kind) == ("Procedure", Gap.FAILED)
    assert gap.reason == "Procedures could not be read (the EHR answered with another patient's records)"


def test_a_server_that_ignores_the_patient_has_answered_all_the_same(stub):
    entries = [{"resource": about(f"Patient/p{n}") | {"id": f"x{n}"}} for n in (1, 2)]
    assert read_entries(stub, *entries).unavailable == ()


def test_what_is_filed_under_a_merged_record_is_said_to_be_missing(stub):
    stub.records["Patient"][0]["link"] = [{"type": "replaces", "other": {"reference": "Patient/old"}}]
    record = read_one(stub, about("Patient/old"))
    (aside,) = record.set_aside
    assert aside.hides_a_record
    assert record.unavailable == ()
    assert aside.reason == "it is filed under an earlier record of this patient"


@pytest.mark.parametrize(("actors", "kept"), [(["p1"], 1), (["p2", "p1"], 1), (["p2"], 0), ([], 1)])
def test_an_appointment_is_its_participants(stub, actors, kept):
    participants = [{"actor": {"reference": f"Patient/{a}"}} for a in actors]
    room = {"actor": {"reference": "Location/7"}}
    one = resource("Appointment", participant=[room, *participants])
    assert len(ids(read_one(stub, one, kind="Appointment"))) == kept


@pytest.mark.parametrize(
    "entry", ["oops", None, 7, [], {}, {"resource": "x"}, {"resource": {"id": "1"}}], ids=str
)
def test_an_entry_that_is_no_resource_is_counted(stub, entry):
    record = read_entries(stub, {"resource": about("Patient/p1")}, entry)
    assert ids(record) == ["x1"]
    (aside,) = record.set_aside
    assert (aside.resource_type, aside.id, aside.hides_a_record) == ("Procedure", "entry 1", True)


@pytest.mark.parametrize(("mode", "kept"), [("match", False), ("include", True), (None, False), (7, False)])
def test_a_type_that_was_not_asked_for(stub, mode, kept):
    record = read_one(stub, resource("Practitioner", "d1"), mode)
    assert ids(record) == (["d1"] if kept else [])
    assert len(record.set_aside) == (0 if kept else 1)


@pytest.mark.parametrize("entry", ["nonsense", 5, True])
def test_entries_that_are_no_list(stub, entry):
    stub.break_("Procedure", stub_fhir.sends({"resourceType": "Bundle", "entry": entry}))
    assert {kind for _, kind, _ in gaps(read(stub, "Procedure"))} == {Gap.FAILED}


@pytest.mark.parametrize(
    ("severity", "kind"),
    [("fatal", Gap.CUT_OFF), ("error", Gap.CUT_OFF), ("warning", None), ("information", None)],
)
def test_c2_3_a_complaint_among_the_entries(stub, severity, kind):
    complaint = {"resource": stub_fhir.outcome(severity, "x"), "search": {"mode": "outcome"}}
    record = read_entries(stub, {"resource": about("Patient/p1")}, complaint)
    assert ids(record) == ["x1"]
    assert {k for _, k, _ in gaps(record)} == ({kind} if kind else set())
    assert record.set_aside == ()
    assert record.sources[1].detail.endswith("a warning from the EHR") is (severity == "warning")


def test_a_record_that_comes_twice_counts_once(stub):
    stub.add("Observation", "o1")  # the stub sends it for every category
    record = read(stub, "Observation")
    assert ids(record) == ["o1"]
    assert counts(record)["Observation"] == 1


def test_records_without_an_id_are_all_kept(stub):
    entries = [{"resource": {"resourceType": "Procedure", "status": s}} for s in ("a", "b")]
    assert len(ids(read_entries(stub, *entries))) == 2


# Medications


def order(stub, *references, kind="MedicationRequest"):
    for n, reference in enumerate(references):
        stub.add(kind, f"m{n}", medicationReference={"reference": reference})


def medicine(*names):
    return [{"resourceType": "Medication", "id": name} for name in names]


def test_c1_4_c1_5_medications_that_are_not_included_are_read(stub):
    order(stub, "Medication/a", "Medication/b", "Medication/a", "Medication/b/_history/2")
    stub.records["Medication"] = medicine("a", "b")
    record = read(stub, "MedicationRequest")
    assert sorted(ids(record, "Medication")) == ["a", "b"]
    assert len(stub.asked("Medication")) <= 3
    assert record.unavailable == ()
    assert counts(record) == {"Patient": 1, "MedicationRequest": 4, "Medication": 2}


def test_an_absolute_reference_below_the_base_is_read(stub):
    order(stub, f"{stub.base}/Medication/a")
    stub.records["Medication"] = medicine("a")
    assert ids(read(stub, "MedicationRequest"), "Medication") == ["a"]


def test_included_medications_are_not_read_again(stub):
    orders = {**resource("MedicationRequest"), "medicationReference": {"reference": "Medication/a"}}
    entries = [{"resource": orders}, {"resource": medicine("a")[0], "search": {"mode": "include"}}]
    record = read_entries(stub, *entries, kind="MedicationRequest")
    assert ids(record, "Medication") == ["a"]
    assert stub.asked("Medication") == []


@pytest.mark.parametrize("reference", ["#med", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "", 7])
def test_what_is_inside_the_record_is_not_asked_for(stub, reference):
    order(stub, reference)
    record = read(stub, "MedicationRequest")
    assert stub.asked("Medication") == []
    assert record.unavailable == ()


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:1/fhir/Medication/a", "Medication/../Patient/p2", "Group/1"]
)
def test_a7_2_d1_a_reference_that_leads_elsewhere_is_not_followed(stub, reference):
    order(stub, reference)
    (gap,) = read(stub, "MedicationRequest").unavailable
    assert gap.resource_type == "Medication"
    assert {request.route[0] for request in stub.requests} == {"Patient", "MedicationRequest"}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (stub_fhir.status(403), Gap.REFUSED),
        (stub_fhir.status(404), Gap.FAILED),
        (stub_fhir.status(410), Gap.FAILED),
        (stub_fhir.html, Gap.FAILED),
        (stub_fhir.outcome_only, Gap.FAILED),
        (stub_fhir.hangs, Gap.FAILED),
    ],
)
def test_c2_6_a_medication_that_cannot_be_read_leaves_the_order(stub, fault, kind):
    order(stub, "Medication/a", "Medication/b")
    stub.records["Medication"] = medicine("a", "b")
    stub.break_("Medication/b", fault)
    record = read(stub, "MedicationRequest")
    assert len(ids(record, "MedicationRequest")) == 2
    assert ids(record, "Medication") == ["a"]
    (gap,) = record.unavailable
    assert (gap.resource_type, gap.kind) == ("Medication", kind)
    assert gap.reason.endswith("(1 known here only by the name in the order)")


def test_medications_are_not_read_without_the_scope(stub):
    order(stub, "Medication/a")
    (gap,) = read(stub, "MedicationRequest", granted=frozenset({"Patient", "MedicationRequest"})).unavailable
    assert (gap.resource_type, gap.kind) == ("Medication", Gap.REFUSED)
    assert stub.asked("Medication") == []


def test_medications_are_read_up_to_a_limit(stub):
    order(stub, *[f"Medication/{n}" for n in range(5)])
    stub.records["Medication"] = medicine(*"01234")
    record = read(stub, "MedicationRequest", limits=dataclasses.replace(QUICK, medications=3))
    assert len(ids(record, "Medication")) == 3
    (gap,) = record.unavailable
    assert gap.kind is Gap.CUT_OFF
    assert "2 known here only by the name" in gap.reason


def test_a_medication_asked_for_is_answered_even_when_no_order_names_one(stub):
    assert counts(read(stub, "Medication", "MedicationRequest"))["Medication"] == 0


def test_c3_10_d22_two_ehrs_may_use_one_id_for_two_people(stub):
    """Nothing is kept from one reading to the next."""
    stub.add("Procedure", "x1")
    assert ids(read(stub, "Procedure")) == ["x1"]
    stub.break_("Procedure", stub_fhir.sends(bundle([])))
    assert ids(read(stub, "Procedure")) == []
