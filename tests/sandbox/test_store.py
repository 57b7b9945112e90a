"""The store: any bundle in, references made local, people kept apart, nothing lost without a count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.store import Store
from tests.sandbox.practice import bundle, resource


def entry(url, item):
    return {"fullUrl": url, "resource": item}


def person(key, name="Ash", **more):
    return resource("Patient", key, None, name=[{"family": name}], **more)


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset", "document", None])
def test_any_kind_of_bundle_is_taken(kind):
    store = Store()
    added = store.add_bundle(bundle([person("anna"), resource("Condition", "c")], kind))
    assert (added.stored, added.skipped) == (2, 0)
    assert [item["id"] for item in store.all("Condition", "anna")] == ["c"]


def test_one_bare_resource_is_taken():
    store = Store()
    assert store.add_bundle(person("anna")).stored == 1
    assert store.get("Patient", "anna")


@pytest.mark.parametrize("url", ["urn:uuid:6d5f", "https://other.test/fhir/Patient/6d5f", "urn:oid:1.2.3"])
def test_references_by_full_url_become_local(url):
    """As Synthea writes transactions: urn:uuid everywhere."""
    store = Store()
    note = resource(
        "Condition", "c", None, subject={"reference": url}, note=[{"authorReference": {"reference": url}}]
    )
    store.add_bundle({"resourceType": "Bundle", "entry": [entry(None, note), entry(url, person("anna"))]})
    kept = store.get("Condition", "c")
    assert kept["subject"]["reference"] == "Patient/anna"
    assert kept["note"][0]["authorReference"]["reference"] == "Patient/anna"
    assert store.all("Condition", "anna") == [kept]


def test_a_resource_without_id_takes_it_from_its_full_url():
    store = Store()
    patient = {"resourceType": "Patient"}
    condition = resource("Condition", "c", None, subject={"reference": "urn:uuid:6d5f"})
    store.add_bundle(
        {"resourceType": "Bundle", "entry": [entry("urn:uuid:6d5f", patient), entry(None, condition)]}
    )
    assert store.get("Patient", "6d5f")
    assert [item["id"] for item in store.all("Condition", "6d5f")] == ["c"]


@pytest.mark.parametrize("doctor_comes", ["first", "in the same bundle", "last"])
def test_conditional_references_find_their_target_whenever_it_comes(doctor_comes):
    """Synthea writes `Practitioner?identifier=system|value` and keeps clinicians in a file of their own."""
    doctor = resource("Practitioner", "dr", None, identifier=[{"system": "http://npi", "value": "99"}])
    wanted = {"reference": "Practitioner?identifier=http://npi|99"}
    order = resource("MedicationRequest", "m", requester=wanted)
    files = {
        "first": ([doctor], [order]),
        "in the same bundle": ([order, doctor],),
        "last": ([order], [doctor]),
    }
    store = Store()
    for items in files[doctor_comes]:
        store.add_bundle(bundle(items))
    assert store.get("MedicationRequest", "m")["requester"]["reference"] == "Practitioner/dr"


@pytest.mark.parametrize(
    "text", ["#inside", "https://other.test/Patient/1", "Practitioner?identifier=http://npi|1", ""]
)
def test_references_to_what_is_not_there_stay_as_they_are(text):
    store = Store()
    store.add_bundle(resource("MedicationRequest", "m", requester={"reference": text}))
    assert store.get("MedicationRequest", "m")["requester"]["reference"] == text


def test_two_people_with_the_same_ids_are_never_merged():
    store = Store()
    for name, status in (("Ash", "active"), ("Birch", "stopped")):
        store.add_bundle(bundle([resource("MedicationRequest", "m", "1", status=status), person("1", name)]))
    assert [item["name"][0]["family"] for item in store.all("Patient")] == ["Ash", "Birch"]
    (first,), (second,) = store.all("MedicationRequest", "1"), store.all("MedicationRequest", "1-2")
    assert (first["status"], second["status"]) == ("active", "stopped")
    assert second["subject"]["reference"] == "Patient/1-2"


def test_the_same_record_again_replaces_the_old_one():
    store = Store()
    for status in ("active", "stopped"):
        store.add_bundle(bundle([person("anna"), resource("Condition", "c", status=status)]))
    assert [item["status"] for item in store.all("Condition", "anna")] == ["stopped"]
    assert len(store.all("Patient")) == 1


def test_a_record_moved_to_another_patient_leaves_the_first():
    store = Store()
    store.add(resource("Condition", "c", "anna"))
    store.add(resource("Condition", "c", "ben"))
    assert store.all("Condition", "anna") == []
    assert len(store.all("Condition", "ben")) == 1


@pytest.mark.parametrize(
    ("item", "owner"),
    [
        (resource("Task", "x", None, **{"for": {"reference": "Patient/anna"}}), "anna"),
        (
            resource("Appointment", "x", None, participant=[{}, {"actor": {"reference": "Patient/anna"}}]),
            "anna",
        ),
        (resource("Coverage", "x", None, beneficiary={"reference": "Patient/anna"}), "anna"),
        (resource("Immunization", "x", None) | {"patient": {"reference": "Patient/anna"}}, "anna"),
        (resource("Observation", "x", None, subject={"reference": "Patient/anna/_history/3"}), "anna"),
        (person("anna"), "anna"),
    ],
)
def test_the_patient_compartment(item, owner):
    store = Store()
    store.add_bundle(item)
    assert store.all(item["resourceType"], owner) == [store.get(item["resourceType"], item["id"])]


def test_what_is_no_resource_is_skipped_and_counted():
    store = Store()
    outcome = {"resourceType": "OperationOutcome", "issue": []}
    odd = [
        None,
        1,
        "x",
        [],
        {},
        {"resource": None},
        {"resource": []},
        {"resource": {"resourceType": 1}},
        {"resource": {"resourceType": 'Odd"\n'}},
        {"resource": outcome},
    ]
    odd += [{"resource": {"resourceType": "Basic", "id": "x", "n": 10**30}}]
    added = store.add_bundle({"resourceType": "Bundle", "entry": [*odd, {"resource": person("anna")}]})
    assert (added.stored, added.skipped) == (1, len(odd))


def test_a_bundle_inside_a_bundle_is_opened():
    store = Store()
    assert store.add_bundle(bundle([bundle([person("anna")], "searchset")], "batch-response")).stored == 1


def test_the_bundle_given_is_not_changed():
    given_bundle = bundle([{"resourceType": "Patient"}])
    Store().add_bundle(given_bundle)
    assert given_bundle == bundle([{"resourceType": "Patient"}])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PARTS = st.dictionaries(st.sampled_from(("id", "subject", "reference", "identifier", "value", "for")), JSON)


@given(JSON | st.lists(PARTS).map(lambda parts: bundle([part | {"resourceType": "Task"} for part in parts])))
def test_nothing_breaks_the_store(anything):
    store = Store()
    added = store.add_bundle(anything)
    assert added.stored >= sum(len(store.all(kind)) for kind in store.types())
