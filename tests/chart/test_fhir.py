"""Reading one patient's record from a FHIR server that works, and from one that is broken for one type."""

import dataclasses
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chart.fhir import ChartNotReadable, Limits
from chart.reader import read_chart
from chart.records import Gap
from tests.chart import stub_fhir
from tests.chart.fhir_reading import AS_OF, QUICK, TYPES, counts, gaps, ids, read


def test_reads_everything_that_was_asked_for(stub):
    stub.add("MedicationRequest", "m1", "m2")
    stub.add("Condition", "c1")
    record = read(stub, *TYPES)
    assert record.patient["id"] == "p1"
    assert record.resources[0] is record.patient
    assert ids(record) == ["m1", "m2", "c1"]
    assert record.unavailable == ()
    assert record.set_aside == ()
    assert counts(record) == {
        "Patient": 1, "MedicationRequest": 2, "Condition": 1, "MedicationStatement": 0,
        "Observation": 0, "Encounter": 0, "Procedure": 0,
    }  # fmt: skip


def test_a_patient_with_nothing_at_all(stub):
    record = read(stub, *TYPES)
    assert record.resources == (record.patient,)
    assert set(counts(record)) == {"Patient", *TYPES}


def test_what_is_read_becomes_a_chart(stub):
    stub.add("Condition", "c1", code={"text": "Chronic low back pain"})
    stub.break_("Procedure", stub_fhir.status(403))
    raw = read(stub, "Condition", "Procedure")
    chart = read_chart(
        raw.resources, AS_OF, patient_id="p1",
        unavailable=raw.unavailable, set_aside=raw.set_aside, sources=raw.sources,
    )  # fmt: skip
    assert [c.display for c in chart.conditions] == ["Chronic low back pain"]
    assert chart.gaps(["Condition"]) == ()
    assert chart.gaps(["Procedure"]) == ("Procedures were not shared by the EHR",)


def test_two_thousand_orders_in_a_stable_order(stub):
    names = [f"m{n}" for n in range(2000)]
    stub.add("MedicationRequest", *names)
    record = read(stub, "MedicationRequest", limits=Limits(), deadline_s=10)
    assert ids(record) == names
    assert record.unavailable == ()


def test_one_source_says_how_it_was_read(stub):
    details = {s.resource_type: s.detail for s in read(stub, "Observation", "Procedure").sources}
    assert details["Observation"] == "EHR, 3 searches, since 2024-11-20"
    assert details["Procedure"] == "EHR, 1 search"


def test_a_type_without_a_row_is_asked_for_by_patient(stub):
    stub.add("Immunization", "i1")
    assert counts(read(stub, "Immunization"))["Immunization"] == 1


FAULTS = [
    (stub_fhir.status(403), Gap.REFUSED, "were not shared by the EHR"),
    (stub_fhir.status(404), Gap.NOT_SUPPORTED, "are not offered by this EHR"),
    (stub_fhir.status(400), Gap.FAILED, "could not be read (the EHR did not accept the request)"),
    (stub_fhir.status(405), Gap.FAILED, "could not be read (the EHR did not accept the request)"),
    (stub_fhir.status(500), Gap.FAILED, "could not be read (the EHR reported a fault)"),
    (stub_fhir.status(429, Retry_After="3600"), Gap.FAILED, "could not be read (the EHR is too busy)"),
    (stub_fhir.redirects, Gap.FAILED, "could not be read (the EHR did not accept the request)"),
    (stub_fhir.hangs, Gap.FAILED, "could not be read (the EHR did not answer in time)"),
    (stub_fhir.drips, Gap.FAILED, "could not be read (the EHR did not answer in time)"),
    (stub_fhir.resets, Gap.FAILED, "could not be read (the EHR could not be reached)"),
    (stub_fhir.breaks_off, Gap.FAILED, "could not be read (the answer broke off)"),
    (stub_fhir.html, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.truncated, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.not_fhir, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.not_json_object, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.too_deep, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.deep, Gap.FAILED, "could not be read (the answer could not be understood)"),
    (stub_fhir.outcome_only, Gap.FAILED, "could not be read (the answer was not a list of records)"),
    (stub_fhir.complains, Gap.CUT_OFF, "were only partly read (the EHR reported that something is missing)"),
    (stub_fhir.bomb, Gap.CUT_OFF, "were only partly read (the answer was too large)"),
    (stub_fhir.endless, Gap.CUT_OFF, "were only partly read (there are more than the first 8)"),
    (stub_fhir.loops, Gap.CUT_OFF, "were only partly read (the EHR repeated a page)"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), FAULTS, ids=[f"{k.name} {s}" for _, k, s in FAULTS])
def test_c1_16_c2_2_c2_4_c2_5_c2_12_d12_one_broken_type_is_told_and_the_rest_goes_on(stub, fault, kind, said):
    stub.add("MedicationRequest", "m1")
    stub.break_("Procedure", fault)
    record = read(stub, "MedicationRequest", "Procedure")
    assert gaps(record) == {("Procedure", kind, f"Procedures {said}")}
    assert ids(record, "MedicationRequest") == ["m1"]


@pytest.mark.parametrize("kind", ["MedicationRequest", "Condition", "Observation"])
def test_an_ehr_that_does_not_know_what_every_ehr_has_is_at_fault(stub, kind):
    stub.break_(kind, stub_fhir.status(404))
    (*_, gap) = read(stub, kind).unavailable
    assert gap.kind is Gap.FAILED
    assert gap.hides_records


def test_parts_of_a_type_fail_each_for_itself(stub):
    stub.add("Observation", "o1")

    def survey_refused(exchange):
        is_survey = exchange.query["category"] == "survey"
        (stub_fhir.status(403) if is_survey else exchange.server.work)(exchange)

    stub.break_("Observation", survey_refused)
    record = read(stub, "Observation")
    assert gaps(record) == {("Observation", Gap.REFUSED, "Questionnaire scores were not shared by the EHR")}
    assert counts(record)["Observation"] == 1


def test_a5_2_c2_5_what_was_not_granted_is_not_asked_for(stub):
    record = read(stub, "Condition", "Procedure", granted=frozenset({"Patient", "Procedure"}))
    sentence = "Problems and diagnoses were not shared by the EHR (access was not granted at sign-in)"
    assert gaps(record) == {("Condition", Gap.REFUSED, sentence)}
    assert stub.asked("Condition") == []
    assert "Condition" not in counts(record)


def test_c2_10_the_deadline_ends_it_all_and_keeps_what_came(stub):
    stub.add("MedicationRequest", "m1")
    stub.break_("Procedure", stub_fhir.hangs)
    stub.break_("Encounter", stub_fhir.hangs)
    record = read(stub, "MedicationRequest", "Procedure", "Encounter", limits=Limits(), deadline_s=0.4)
    assert {(u.resource_type, u.kind) for u in record.unavailable} == {
        ("Procedure", Gap.FAILED), ("Encounter", Gap.FAILED),
    }  # fmt: skip
    assert ids(record) == ["m1"]


def test_c2_10_d12_what_is_still_out_at_the_deadline_is_told(stub):
    stub.add("MedicationRequest", "m1")
    stub.break_("Procedure", stub_fhir.drips_headers)
    began = time.monotonic()
    record = read(stub, "MedicationRequest", "Procedure", deadline_s=0.4)
    assert time.monotonic() - began < 0.8
    sentence = "Procedures could not be read (reading them took too long)"
    assert gaps(record) == {("Procedure", Gap.FAILED, sentence)}
    assert ids(record) == ["m1"]


def test_a_patient_that_hangs_ends_at_the_deadline(stub):
    stub.break_("Patient", stub_fhir.hangs)
    with pytest.raises(ChartNotReadable, match="did not answer in time"):
        read(stub, "Condition", deadline_s=0.4)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (stub_fhir.status(403), "the EHR did not share the patient's own details."),
        (stub_fhir.status(404), "the EHR does not know this patient."),
        (stub_fhir.status(500), "the EHR reported a fault."),
        (stub_fhir.html, "the answer could not be understood."),
        (stub_fhir.outcome_only, "the answer was not a patient's record."),
        (stub_fhir.sends({"resourceType": "Patient", "id": "p2"}), "another patient's record."),
    ],
)
def test_no_chart_without_the_patient(stub, fault, sentence):
    stub.break_("Patient", fault)
    with pytest.raises(ChartNotReadable, match=r"^The patient's chart could not be read: ") as problem:
        read(stub, "Condition")
    assert str(problem.value).endswith(sentence)


def test_no_chart_when_the_patient_is_not_granted(stub):
    with pytest.raises(ChartNotReadable, match="did not allow"):
        read(stub, "Condition", granted=frozenset({"Condition"}))
    assert stub.requests == []


@pytest.mark.parametrize("patient", ["", "..", ".", "p1/../p2", "p1?x=1", "p1&patient=p2", "p1\n", "a b"])
def test_a_patient_id_cannot_lead_elsewhere(stub, patient):
    with pytest.raises(ChartNotReadable, match="which patient"):
        read(stub, "Condition", patient=patient)
    assert stub.requests == []


def test_c2_11_an_ehr_is_not_asked_more_than_six_things_at_once(stub):
    stub.break_("*", stub_fhir.slow)
    read(stub, *TYPES, "Task", "Consent", "CarePlan", "Appointment", "DocumentReference")
    assert stub.most_open == 6


def test_d12_too_many_bytes_in_all_are_a_cut(stub):
    for kind in ("Procedure", "Consent", "Task"):
        stub.add(kind, kind.lower(), text={"div": "x" * 150_000})
    limits = dataclasses.replace(QUICK, record_bytes=350_000)
    record = read(stub, "Procedure", "Consent", "Task", limits=limits)
    cut = {u.resource_type for u in record.unavailable if u.kind is Gap.CUT_OFF}
    assert cut
    read_whole = {r["resourceType"] for r in record.resources}
    assert cut | read_whole == {"Patient", "Procedure", "Consent", "Task"}
    assert all(u.reason.endswith("(the answer was too large)") for u in record.unavailable)


def test_too_many_bytes_do_not_cost_the_patient(stub):
    stub.break_("Patient", stub_fhir.slow)
    stub.add("Procedure", "x1", text={"div": "x" * 50_000})
    record = read(stub, "Procedure", limits=dataclasses.replace(QUICK, record_bytes=10_000))
    assert record.patient["id"] == "p1"
    assert {u.resource_type for u in record.unavailable} == {"Procedure"}


FAST_FAULTS = [f for f, _, _ in FAULTS if f not in (stub_fhir.hangs, stub_fhir.drips, stub_fhir.bomb)]
broken = st.dictionaries(st.sampled_from(TYPES), st.sampled_from(FAST_FAULTS))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken, st.frozensets(st.sampled_from(TYPES)))
def test_no_type_is_ever_silently_missing(stub, faults, granted):
    stub.reset()
    for kind in TYPES:
        stub.add(kind, f"{kind}-1")
    for kind, fault in faults.items():
        stub.break_(kind, fault)
    record = read(stub, *TYPES, granted=granted | {"Patient"})
    told = {u.resource_type for u in record.unavailable}
    assert told | set(counts(record)) == {"Patient", *TYPES}
    assert told == set(faults) | (set(TYPES) - granted)
    for kind in set(TYPES) - told:
        assert ids(record, kind) == [f"{kind}-1"]
