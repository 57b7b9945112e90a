"""How an EHR likes to be asked: known from tables, from its own statement and from its answers (C1)."""

import time

import pytest

from chart import preferences
from chart.fhir import FhirServer
from chart.preferences import Statement, learn, preferences_of, statement_of, vendor_of, vendor_rows
from chart.searches import SEARCHES, attempt_key
from tests.chart import stub_fhir
from tests.chart.fhir_reading import ids, read
from tests.chart.test_fhir_searches import queries

BY_NAME = {(search.resource_type, search.name): search for search in SEARCHES}
ORDERS = BY_NAME["MedicationRequest", "Medication orders"]


def statement(vendor="", **parameters):
    return Statement("4.0.1", vendor, vendor, {kind: frozenset(names) for kind, names in parameters.items()})


def test_every_row_names_its_source_and_an_attempt_that_is_there():
    for row in vendor_rows():
        assert row["source"].startswith("https://")
        assert row["why"]
        search = BY_NAME[row["resource_type"], row["search"]]
        assert row["begin_with"] in {attempt_key(attempt) for attempt in search.attempts}


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("Epic May 2026", "Epic"),
        ("Cerner Millennium", "Oracle Health"),
        ("Oracle Health", "Oracle Health"),
        ("athenahealth, Inc.", "athenahealth"),
        ("HAPI FHIR Server", ""),
        ("", ""),
    ],
)
def test_a_vendor_is_known_by_what_its_statement_says(text, vendor):
    assert vendor_of(text) == vendor


@pytest.mark.parametrize("search", SEARCHES, ids=lambda s: s.name)
@pytest.mark.parametrize("vendor", ["", "Epic", "Oracle Health", "athenahealth"])
def test_only_the_order_changes_and_nothing_is_left_out(search, vendor):
    known = preferences.Preferences(statement(vendor, **{search.resource_type: ["patient"]}))
    ordered = known.ordered(search)
    assert sorted(map(attempt_key, ordered)) == sorted(map(attempt_key, search.attempts))


@pytest.mark.parametrize("vendor", ["Oracle Health", "athenahealth", "Epic"])
def test_c1_1_c1_3_an_ehr_is_first_asked_as_its_vendor_writes(vendor):
    for row in (row for row in vendor_rows() if row["vendor"] == vendor):
        known = preferences.Preferences(statement(vendor))
        search = BY_NAME[row["resource_type"], row["search"]]
        assert attempt_key(known.ordered(search)[0]) == row["begin_with"]


@pytest.mark.parametrize(
    ("stated", "first"),
    [
        (
            ["patient", "intent", "status", "_include"],
            "intent=order,plan,original-order,instance-order,filler-order",
        ),
        (["patient", "intent", "status"], "intent=order,plan"),
        (["patient", "status"], ""),
    ],
)
def test_what_an_ehr_does_not_state_is_asked_later(stated, first):
    known = preferences.Preferences(statement(MedicationRequest=stated))
    assert (
        attempt_key(known.ordered(ORDERS)[0]).removesuffix("&_include=MedicationRequest:medication") == first
    )


def test_a_narrower_search_never_comes_before_the_whole():
    search = BY_NAME["DocumentReference", "Documents"]
    known = preferences.Preferences(statement(DocumentReference=["patient", "category"]))
    assert [attempt_key(attempt) for attempt in known.ordered(search)][-1] == "category=clinical-note"


def test_c1_1_what_was_refused_once_is_not_asked_first_again(stub):
    stub.add("MedicationRequest", "m1")
    stub.break_("MedicationRequest", stub_fhir.rejects("_include"))
    for asked in (3, 4, 5):
        assert ids(read(stub, "MedicationRequest")) == ["m1"]
        assert len(stub.asked("MedicationRequest")) == asked


def test_what_was_learned_is_forgotten_after_an_hour(stub, monkeypatch):
    stub.break_("MedicationRequest", stub_fhir.rejects("_include"))
    read(stub, "MedicationRequest")
    later = time.monotonic() + 3601
    known = preferences_of(stub.base)
    monkeypatch.setattr("chart.preferences.time.monotonic", lambda: later)
    assert known.ordered(ORDERS) == ORDERS.attempts


def test_a_narrower_search_is_not_learned(stub):
    stub.break_("CarePlan", lambda e: (e.server.work if "category" in e.query else stub_fhir.status(400))(e))
    for _ in range(2):
        assert read(stub, "CarePlan").unavailable
    assert [q.get("category") for q in queries(stub, "CarePlan")] == [None, "assess-plan"] * 2


def test_what_one_ehr_refused_another_is_still_asked(stub):
    stub.break_("MedicationRequest", stub_fhir.rejects("_include"))
    read(stub, "MedicationRequest")
    assert preferences_of("https://other.example/fhir").ordered(ORDERS) == ORDERS.attempts


@pytest.mark.parametrize("kind", ["Appointment", "Encounter"])
def test_c1_14_a_time_of_day_where_the_ehr_insists(stub, kind):
    def insists(exchange):
        is_timed = "T00:00:00.000Z" in exchange.query.get("date", "")
        (exchange.server.work if is_timed else stub_fhir.status(400))(exchange)

    stub.add(kind, "x1")
    stub.break_(kind, insists)
    assert ids(read(stub, kind)) == ["x1"]


METADATA = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "software": {"name": "Cerner Millennium"},
    "rest": [{"resource": [{"type": "Task", "searchParam": [{"name": "patient"}], "searchInclude": ["*"]}]}],
}


def test_a_statement_is_read_once_beside_the_work(stub):
    stub.break_("metadata", stub_fhir.sends(METADATA))
    server = FhirServer(stub.base, "token-1", allow_insecure_loopback=True)
    for _ in range(5):
        learn(server)
    deadline = time.monotonic() + 3
    while not preferences_of(server.base).statement.vendor and time.monotonic() < deadline:
        time.sleep(0.01)
    assert preferences_of(server.base).statement == Statement(
        "4.0.1", "Oracle Health", "Cerner Millennium", {"Task": frozenset({"patient", "_include"})}
    )
    assert len(stub.asked("metadata")) == 1


@pytest.mark.parametrize(
    "fault", [stub_fhir.status(404), stub_fhir.status(401), stub_fhir.html, stub_fhir.hangs]
)
def test_without_a_statement_everything_is_asked_as_ever(stub, fault):
    stub.add("Condition", "c1")
    stub.break_("metadata", fault)
    learn(FhirServer(stub.base, "token-1", allow_insecure_loopback=True))
    assert ids(read(stub, "Condition")) == ["c1"]
    assert preferences_of(stub.base).statement == Statement()


@pytest.mark.parametrize(
    "document",
    [{}, {"rest": 7}, {"rest": [{"resource": [None, {"type": 3}]}]}, {"software": [], "publisher": {}}],
    ids=str,
)
def test_an_odd_statement_states_nothing(document):
    assert statement_of(document).vendor == ""
    assert set(statement_of(document).parameters) <= {""}
