"""B2.7 to B2.13: prefetch in every state, and what is fetched, missing or foreign."""

import json

import pytest

from tests.cds.hooks.hook_app import all_rules, signing_client
from tests.cds.hooks.hook_json import BENZODIAZEPINE, OPIOID, draft, hook_request, ordering
from tests.cds.hooks.test_requests import AUTHORIZATION
from tests.chart.fhir_json import PATIENT, bundle, condition, request
from tests.chart.stub_fhir import hangs, outcome, status

OUTCOME = outcome("error", "processing")
HINT = outcome("information", "informational")


def without(body, *keys):
    return {**body, "prefetch": {k: v for k, v in body["prefetch"].items() if k not in keys}}


def with_key(body, key, value):
    return {**body, "prefetch": {**body["prefetch"], key: value}}


def fetching(body, stub, **authorization):
    return {**body, "fhirServer": stub.base, "fhirAuthorization": {**AUTHORIZATION, **authorization}}


def visit(*resources):
    return hook_request("patient-view", *resources)


NO_DATA = [None, bundle(), {"resourceType": "Bundle", "type": "searchset", "total": 0}, bundle(HINT), []]
ERRORS = [
    OUTCOME,
    {"resourceType": "OperationOutcome"},
    {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}, {"severity": "error"}]},
    bundle(OUTCOME),
    {"response": {"status": "404"}, "resource": None},
    {"resourceType": "Bundle", "entry": [{"response": {"status": "500 Error"}}]},
    "a text",
    7,
    True,
    {},
    {"entries": []},
]
WRAPPED = [
    OPIOID,
    [OPIOID],
    [{"resource": OPIOID}],
    bundle(OPIOID),
    {"entry": [{"resource": OPIOID}]},
    {"resourceType": "Bundle", "entry": {"resource": OPIOID}},
    {"resourceType": "Bundle", "entry": [OPIOID]},
    {"response": {"status": "200 OK"}, "resource": bundle(OPIOID)},
    bundle(bundle(OPIOID)),
    bundle(OPIOID, HINT),
]


@pytest.mark.parametrize("value", NO_DATA)
def test_b2_7_null_and_empty_mean_no_data(hooks, value):
    assert hooks.cards(with_key(visit(), "medicationRequests", value)) == []


@pytest.mark.parametrize("value", ERRORS)
def test_b2_7_an_error_never_reads_as_no_opioids(hooks, value):
    assert hooks.status(with_key(visit(), "medicationRequests", value)) == 412


@pytest.mark.parametrize("value", WRAPPED)
def test_orders_however_they_are_wrapped(hooks, value):
    assert "PV-08" in all_rules(hooks.cards(with_key(visit(), "medicationRequests", value)))


@pytest.mark.parametrize("key", ["patient", "medicationRequests"])
@pytest.mark.parametrize(
    "hook", ["patient-view", "encounter-start", "appointment-book", "order-select", "order-sign"]
)
def test_b2_10_without_what_is_required_there_is_no_answer(hooks, hook, key):
    assert hooks.status(without(hook_request(hook, OPIOID), key)) == 412


def test_b2_10_no_prefetch_and_no_token(hooks):
    assert hooks.status(hook_request("patient-view", prefetch=None)) == 412


@pytest.mark.parametrize("value", [None, OUTCOME, {**PATIENT, "id": "p2"}, bundle(), "x"])
def test_the_patient_of_another_id_is_not_the_patient(hooks, value):
    assert hooks.status(with_key(visit(OPIOID), "patient", value)) == 412


@pytest.mark.parametrize(
    "value", [PATIENT, bundle(PATIENT), [PATIENT], {k: v for k, v in PATIENT.items() if k != "id"}]
)
def test_the_patient_however_wrapped(hooks, value):
    assert hooks.cards(with_key(visit(OPIOID), "patient", value))


@pytest.mark.parametrize("value", [..., OUTCOME, {}])
def test_b2_11_what_is_missing_is_said(hooks, value):
    body = (
        without(visit(OPIOID), "documents") if value is ... else with_key(visit(OPIOID), "documents", value)
    )
    (card,) = hooks.cards(body)
    assert "Not known here" in card["detail"]
    assert "Documents" in card["detail"]


def test_b2_11_a_gap_alone_is_said_where_opioids_are_concerned(hooks):
    only_an_order = {"patient": PATIENT, "medicationRequests": bundle(OPIOID)}
    (card,) = hooks.cards({**visit(), "prefetch": only_an_order})
    assert card["summary"].startswith("The opioid summary could not be checked completely")
    assert "were not sent with the request" in card["detail"]


def test_without_opioids_a_gap_is_not_worth_a_card(hooks):
    only_orders = {"patient": PATIENT, "medicationRequests": bundle()}
    body = {
        **visit(),
        "prefetch": only_orders | {"medicationStatements": bundle(), "medicationDispenses": bundle()},
    }
    assert hooks.cards(body) == []


def test_an_order_of_no_concern_stays_quiet_whatever_is_missing(hooks):
    antibiotic = draft(medicationCodeableConcept={"text": "amoxicillin 500 mg capsule"})
    assert hooks.cards(without(ordering(antibiotic), "conditions")) == []


def test_b2_11_an_opioid_order_with_gaps_says_so(hooks):
    cards = hooks.cards(without(ordering(draft()), "conditions"))
    assert "Problems and diagnoses were not sent with the request" in cards[-1]["detail"]


def test_resources_under_keys_of_the_clients_own_are_used(hooks):
    body = with_key(visit(OPIOID), "myMedicines", bundle(BENZODIAZEPINE))
    assert "PV-10" in all_rules(hooks.cards(body))


def test_orders_only_under_a_key_of_the_clients_own_are_known_in_part(hooks):
    body = with_key(without(visit(), "medicationRequests"), "myMedicines", bundle(OPIOID))
    cards = hooks.cards(body)
    assert "Medication orders were only partly read" in cards[-1]["detail"]


def test_a_medication_beside_the_order_that_names_it(hooks):
    medication = {"resourceType": "Medication", "id": "m1", "code": OPIOID["medicationCodeableConcept"]}
    order = request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    assert "PV-08" in all_rules(hooks.cards(with_key(visit(order), "medications", bundle(medication))))


@pytest.mark.parametrize("link", ["https://ehr.example.org/fhir?page=2", "", 7])
def test_b2_8_a_first_page_is_not_the_whole(hooks, link):
    page = bundle(OPIOID) | {"link": [{"relation": "next", "url": link}]}
    cards = hooks.cards(with_key(visit(), "medicationRequests", page))
    assert "Medication orders were only partly read" in cards[-1]["detail"]


def test_b2_8_a_total_above_what_came(hooks):
    cards = hooks.cards(with_key(visit(), "medicationRequests", bundle(OPIOID) | {"total": 5}))
    assert "only partly read" in cards[-1]["detail"]


def test_b2_12_records_of_another_patient_are_left_out(hooks, caplog):
    foreign = request(id="r9", subject={"reference": "Patient/p2"})
    assert hooks.cards(visit(foreign)) == []
    assert "1 records of another patient left out" in caplog.text


def test_b2_13_one_bad_entry_does_not_hide_the_others(hooks):
    entries = bundle(OPIOID)
    entries["entry"] += [None, {"resource": None}, {"resource": {"resourceType": 7}}, 3]
    assert "PV-08" in all_rules(hooks.cards(with_key(visit(), "medicationRequests", entries)))


def test_entered_in_error_counts_for_nothing(hooks):
    assert (
        hooks.cards(visit({"resourceType": "MedicationRequest", "id": "r1", "status": "entered-in-error"}))
        == []
    )


# Fetching


def serve(stub, *resources):
    for resource in resources:
        stub.records.setdefault(resource["resourceType"], []).append(resource)
    stub.records["Patient"] = [PATIENT]


def test_everything_is_fetched_where_nothing_was_sent(connected, stub):
    serve(stub, OPIOID, BENZODIAZEPINE)
    cards = connected.cards(fetching(hook_request("patient-view", prefetch=None), stub))
    assert "PV-10" in all_rules(cards)


def test_b2_9_only_gaps_are_fetched(connected, stub):
    serve(stub, OPIOID, condition())
    connected.cards(fetching(without(visit(OPIOID), "conditions", "surveys"), stub))
    asked = {request.route[0] for request in stub.requests}
    assert asked == {"Condition", "Observation"}
    assert {r.query.get("category") for r in stub.asked("Observation")} == {"survey"}


def test_nothing_is_fetched_where_all_was_sent(connected, stub):
    connected.cards(fetching(visit(OPIOID), stub))
    assert stub.requests == []


@pytest.mark.parametrize("value", [OUTCOME, bundle(OUTCOME), {}, "x"])
def test_b2_7_what_came_as_an_error_is_fetched(connected, stub, value):
    serve(stub, OPIOID)
    body = fetching(with_key(visit(), "medicationRequests", value), stub)
    assert "PV-08" in all_rules(connected.cards(body))


def test_b2_8_the_next_page_is_followed(connected, stub):
    serve(stub, OPIOID, BENZODIAZEPINE)
    stub.page_size = 1
    link = f"{stub.base}/MedicationRequest?patient=p1&_offset=1"
    page = bundle(OPIOID) | {"link": [{"relation": "next", "url": link}], "total": 2}
    cards = connected.cards(fetching(with_key(visit(), "medicationRequests", page), stub))
    assert "PV-10" in all_rules(cards)
    assert all("only partly read" not in card["detail"] for card in cards)
    assert [request.query["_offset"] for request in stub.requests] == ["1"]


@pytest.mark.parametrize("fault", [status(500), status(404), status(403)])
def test_b2_8_a_next_page_that_fails_is_a_cut(connected, stub, fault):
    stub.break_("MedicationRequest", fault)
    page = bundle(OPIOID) | {"link": [{"relation": "next", "url": f"{stub.base}/MedicationRequest?page=2"}]}
    cards = connected.cards(fetching(with_key(visit(), "medicationRequests", page), stub))
    assert "Medication orders were only partly read" in cards[-1]["detail"]


@pytest.mark.parametrize(
    "link", ["https://evil.test/fhir/MedicationRequest", "http://169.254.169.254/x", "../../x"]
)
def test_d1_a_next_page_elsewhere_is_not_followed(connected, stub, link):
    page = bundle(OPIOID) | {"link": [{"relation": "next", "url": link}]}
    cards = connected.cards(fetching(with_key(visit(), "medicationRequests", page), stub))
    assert "Medication orders were only partly read" in cards[-1]["detail"]
    assert stub.requests == []


def test_a_medication_that_was_not_sent_is_fetched(connected, stub):
    serve(stub, {"resourceType": "Medication", "id": "m1", "code": OPIOID["medicationCodeableConcept"]})
    order = request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    assert "PV-08" in all_rules(connected.cards(fetching(visit(order), stub)))
    assert [r.route for r in stub.requests] == [["Medication", "m1"]]


def test_a_medication_under_a_key_of_the_clients_own_is_not_fetched_again(connected, stub):
    medication = {"resourceType": "Medication", "id": "m1", "code": OPIOID["medicationCodeableConcept"]}
    order = request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    body = fetching(without(visit(order), "conditions"), stub)
    body["prefetch"]["theirs"] = bundle(medication)
    assert "PV-08" in all_rules(connected.cards(body))
    assert {sent.route[0] for sent in stub.requests} == {"Condition"}


@pytest.mark.parametrize("fault", [status(500), status(403), status(404), hangs])
def test_b2_11_orders_that_cannot_be_fetched(connected, stub, fault, monkeypatch):
    monkeypatch.setattr("cds.hooks.gathering.DEADLINE", 0.5)
    serve(stub, OPIOID)
    stub.break_("MedicationRequest", fault)
    assert connected.status(fetching(without(visit(), "medicationRequests"), stub)) == 412


@pytest.mark.parametrize("fault", [status(500), status(403), hangs])
def test_b2_11_other_records_that_cannot_be_fetched_are_said(connected, stub, fault, monkeypatch):
    """B4.3: at the deadline the answer is given with what is missing."""
    monkeypatch.setattr("cds.hooks.gathering.DEADLINE", 0.5)
    stub.break_("DocumentReference", fault)
    cards = connected.cards(fetching(without(visit(OPIOID), "documents"), stub))
    assert "Documents" in cards[-1]["detail"]


@pytest.mark.parametrize(
    ("sent", "expected"), [((), 200), (("medicationRequests",), 412), (("patient",), 412)]
)
def test_a_token_that_is_not_accepted(connected, stub, sent, expected):
    body = fetching(without(visit(OPIOID), "documents", *sent), stub, access_token="stale")
    assert connected.post("patient-view", body).status_code == expected


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        ("patient/*.read", {"Condition", "Task"}),  # A2.16: v1 counts for v2
        ("user/Condition.rs launch", {"Condition"}),
        ("patient/Condition.read patient/Task.rs", {"Condition", "Task"}),
        ("system/*.rs", set()),
        ("openid", set()),
    ],
)
def test_a2_16_only_what_the_token_allows_is_asked_for(connected, stub, scope, asked):
    """B7.1: the scopes of either version."""
    connected.cards(fetching(without(visit(OPIOID), "conditions", "tasks"), stub, scope=scope))
    assert {request.route[0] for request in stub.requests} == asked


def test_a_grant_for_a_part_is_said(connected, stub):
    scope = (
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|survey"
    )
    cards = connected.cards(fetching(without(visit(OPIOID), "laboratory"), stub, scope=scope))
    assert "only part was shared" in cards[-1]["detail"]


@pytest.mark.parametrize(
    "server",
    [
        "http://169.254.169.254",
        "https://evil.test/fhir",
        "https://good@evil.test",
        "file:///etc/passwd",
        "//evil.test",
        "http://127.0.0.1:1/fhir",
        "https://[::ffff:127.0.0.1]/fhir",
        "gopher://x",
    ],
)
def test_b2_5_d1_a_server_that_is_not_registered_is_refused(connected, stub, server):
    body = {**hook_request(prefetch=None), "fhirServer": server, "fhirAuthorization": AUTHORIZATION}
    assert connected.status(body) == 400
    assert stub.requests == []


def test_b2_5_one_clients_server_is_not_anothers(hook_apps, tmp_path, stub):
    apps = hook_apps(signing_client(tmp_path, fhir_servers=("https://other.example.org/fhir",)))
    assert apps.status(fetching(hook_request(prefetch=None), stub)) == 400
    assert stub.requests == []


def test_a_server_without_a_token_is_not_asked(connected, stub):
    assert connected.status({**hook_request(prefetch=None), "fhirServer": stub.base}) == 412
    assert stub.requests == []


def test_b2_16_the_token_is_in_no_log_and_no_table(connected, stub, caplog):
    caplog.set_level("DEBUG")
    stub.valid_token = "marker-token-9d2"
    serve(stub, OPIOID)
    stub.break_("DocumentReference", status(500))
    body = fetching(hook_request("patient-view", prefetch=None), stub, access_token="marker-token-9d2")
    connected.cards(body)
    with connected.hooks.memory.engine.connect() as db:
        dump = "\n".join(db.connection.driver_connection.iterdump())
    for secret in ("marker-token-9d2", "Quist", "p1'"):
        assert secret not in caplog.text
        assert secret not in dump


SERVICE_REQUEST = bundle({"resourceType": "ServiceRequest", "id": "s1"})


@pytest.mark.parametrize("drafts", [SERVICE_REQUEST, bundle(), []])
def test_orders_without_a_medicine_need_no_chart(connected, stub, drafts):
    body = hook_request("order-sign", context={"draftOrders": drafts}, prefetch=None)
    assert connected.cards(fetching(body, stub)) == []
    assert stub.requests == []


def test_a_selection_without_a_medicine_needs_no_chart(connected, stub):
    body = hook_request("order-select", context={"selections": ["ServiceRequest/s1"]}, prefetch=None)
    assert connected.cards(fetching(body, stub)) == []
    assert stub.requests == []


def test_an_order_on_an_empty_chart_is_not_told_as_if_all_were_known(hook_apps):
    from rules.catalogue import RULES as ALL

    cards = hook_apps(rules=ALL).cards(hook_request("order-sign"))
    assert "Not one record of this patient's care was found" in json.dumps(cards)
    with_one = hook_apps(rules=ALL).cards(hook_request("order-sign", OPIOID))
    assert "Not one record" not in json.dumps(with_one)


def test_that_no_order_came_is_said_before_what_was_not_sent(hook_apps):
    from rules.catalogue import RULES as ALL

    vague = hook_request(
        "order-sign", context={"draftOrders": bundle(draft(dosageInstruction=[{"text": "as directed"}]))}
    )
    sent = {
        key: vague["prefetch"][key] for key in vague["prefetch"] if key in ("patient", "medicationRequests")
    }
    cards = hook_apps(rules=ALL).cards({**vague, "prefetch": sent})
    assert "Not one record of this patient's care was found" in cards[-1]["detail"]
