"""B2, B8: what a hook request must be, and that nothing else brings the service down."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cds.hooks.hook_json import CLINICIAN_HOOKS, INSTANCE, OPIOID, draft, hook_request, ordering
from tests.cds.hooks.validator import check_response
from tests.chart.fhir_json import bent, bundle, request

AUTHORIZATION = {
    "access_token": "token-1",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.rs",
    "subject": "previsit",
}
SERVER = "https://ehr.example.org/fhir"


@pytest.mark.parametrize("hook", CLINICIAN_HOOKS)
def test_the_least_that_is_valid_is_answered(hooks, hook):
    hooks.cards(hook_request(hook, OPIOID))


@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [None, 7, "", [], True])
def test_b2_1_what_every_request_must_hold(hooks, name, value):
    assert hooks.status({**hook_request(), name: value}, "patient-view") == 400


@pytest.mark.parametrize(
    ("hook", "element", "value"),
    [
        (hook, element, value)
        for hook, elements in {
            "patient-view": ("userId", "patientId"),
            "encounter-start": ("userId", "patientId", "encounterId"),
            "appointment-book": ("userId", "patientId", "appointments"),
            "order-select": ("userId", "patientId", "selections", "draftOrders"),
            "order-sign": ("userId", "patientId", "draftOrders"),
        }.items()
        for element in elements
        for value in (None, 7, "")
    ],
)
def test_b2_4_what_each_hook_requires_in_its_context(hooks, hook, element, value):
    assert hooks.status(hook_request(hook, context={element: value})) == 400


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hook": "order-sign"}, 400),  # B2.2
        ({"hookInstance": "not-a-uuid"}, 400),  # B2.3
        ({"hookInstance": INSTANCE.upper()}, 200),
        ({"hookInstance": "{" + INSTANCE + "}"}, 400),
        ({"hookInstance": "d1577c69-dfbe-14ad-ba6d-3e05e953b2ea"}, 200),  # another version
        ({"extension": {"com.example": 1}}, 200),  # B2.14
        ({"extension": []}, 400),
        ({"unknown": {"more": 1}}, 200),
        ({"prefetch": []}, 400),
        ({"prefetch": "none"}, 400),
        ({"fhirAuthorization": AUTHORIZATION}, 400),  # B2.5: no fhirServer
        ({"fhirServer": ""}, 400),
        ({"fhirServer": 7}, 400),
    ],
)
def test_the_envelope(hooks, changes, expected):
    body = {**hook_request("patient-view", OPIOID), **changes}
    assert hooks.post("patient-view", body).status_code == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"patientId": "Patient/p1"}, 400),
        ({"patientId": "p1 p2"}, 400),
        ({"patientId": ".."}, 400),
        ({"userId": "pr1"}, 400),
        ({"userId": "Device/d1"}, 400),
        ({"userId": "PractitionerRole/pr1"}, 200),
        ({"userId": "Patient/p1"}, 200),
        ({"userId": "Practitioner/a/b"}, 400),
        ({"encounterId": "e1"}, 200),
        ({"encounterId": 7}, 400),
        ({"more": {"of": "it"}}, 200),
    ],
)
def test_b2_4_ids_in_the_context(hooks, context, expected):
    assert (
        hooks.post("patient-view", hook_request("patient-view", OPIOID, context=context)).status_code
        == expected
    )


def test_b8_orders_are_not_written_by_patients(hooks):
    assert hooks.status(hook_request("order-sign", context={"userId": "Patient/p1"})) == 400


@pytest.mark.parametrize("appointments", [bundle(), [], [{"resourceType": "Appointment", "id": "a1"}]])
def test_b8_appointments_as_a_bundle_or_a_list(hooks, appointments):
    """B7.8: as the text has it and as its example has it."""
    hooks.cards(hook_request("appointment-book", OPIOID, context={"appointments": appointments}))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 200),
        ({"token_type": "bearer"}, 200),
        ({"patient": "p1"}, 200),
        ({"patient": "p2"}, 400),
        ({"access_token": None}, 400),
        ({"access_token": "two words"}, 400),
        ({"access_token": "break\r\nout"}, 400),
        ({"token_type": "mac"}, 400),
        ({"expires_in": "300"}, 400),
        ({"expires_in": True}, 400),
        ({"expires_in": None}, 400),
        ({"scope": None}, 400),
        ({"subject": None}, 400),
    ],
)
def test_b2_6_fhir_authorization(connected, stub, changes, expected):
    given = {k: v for k, v in {**AUTHORIZATION, **changes}.items() if v is not None}
    body = {**hook_request("patient-view", OPIOID), "fhirServer": stub.base, "fhirAuthorization": given}
    assert connected.post("patient-view", body).status_code == expected


@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle", "entry": [{"resource": draft()}]},  # the 2.0 examples have no type
        {"entry": [{"resource": draft()}]},
        {"resourceType": "Bundle", "entry": [draft()]},
        {"resourceType": "Bundle", "entry": {"resource": draft()}},
        [draft()],
        [{"resource": draft()}],
        draft(),
        bundle(draft(category={"coding": [{"code": "outpatient"}]})),
        bundle(draft(status="active")),
        bundle(draft(status=None)),
        bundle(draft(), {"resourceType": "ServiceRequest", "id": "s1"}, "nonsense", None),
        bundle(draft(its_id=None)),
        bundle(draft(subject=None)),
        bundle(draft(subject={"reference": "https://ehr.example.org/fhir/Patient/p1"})),
    ],
)
def test_draft_orders_are_taken_as_ehrs_send_them(hooks, drafts):
    cards = hooks.cards(hook_request("order-sign", context={"draftOrders": drafts}))
    assert ["OR-06"] in [card["extension"]["org.previsit.rules"] for card in cards]


@pytest.mark.parametrize("drafts", [bundle(), [], {"resourceType": "Bundle", "type": "collection"}])
def test_no_draft_is_nothing_to_say(hooks, drafts):
    assert hooks.cards(hook_request("order-sign", context={"draftOrders": drafts})) == []


@pytest.mark.parametrize("drafts", [{}, {"orders": []}, [7], [[]], ["x"]])
def test_draft_orders_that_are_no_fhir(hooks, drafts):
    assert hooks.status(hook_request("order-sign", context={"draftOrders": drafts})) in (200, 400)


def test_a_draft_that_cannot_be_read_is_said(hooks):
    unreadable = draft(medicationCodeableConcept={"coding": []})
    (card,) = hooks.cards(ordering(unreadable))
    assert card["summary"] == "This order could not be checked completely: some records could not be read"
    assert "1 draft order could not be read" in card["detail"]


def test_a_draft_of_another_patient_is_not_judged_and_that_is_said(hooks):
    """B2.12: silence would read as checked."""
    (card,) = hooks.cards(ordering(draft(subject={"reference": "Patient/p2"})))
    assert card["source"]["topic"]["code"] == "incomplete"
    assert "1 draft order for another patient: not checked" in card["detail"]
    assert "suggestions" not in card


def test_a_draft_whose_medicine_stands_beside_it(hooks):
    medication = {"resourceType": "Medication", "id": "m1", "code": draft()["medicationCodeableConcept"]}
    order = draft(medicationCodeableConcept=None, medicationReference={"reference": "urn:uuid:77"})
    entries = [{"resource": order}, {"fullUrl": "urn:uuid:77", "resource": medication}]
    body = hook_request("order-sign", context={"draftOrders": {"resourceType": "Bundle", "entry": entries}})
    assert hooks.cards(body)


def test_a_draft_without_a_medicine_yet(hooks):
    assert hooks.cards(ordering(draft(medicationCodeableConcept=None))) == []


SEDATIVE = request(id="d2", medicationCodeableConcept={"text": "lorazepam 1 mg tablet"})


@pytest.mark.parametrize(
    ("selections", "expected"),
    [
        (["MedicationRequest/d1"], {"OR-06", "OR-08"}),
        (["MedicationRequest/d2"], {"OR-11"}),
        (["MedicationRequest/d1", "MedicationRequest/d2"], {"OR-06", "OR-08", "OR-11"}),
        (["https://ehr.example.org/fhir/MedicationRequest/d2"], {"OR-11"}),
        (["MedicationRequest/unknown"], {"OR-06", "OR-08", "OR-11"}),  # all, rather than none
        (["ServiceRequest/s1"], set()),
        ([], {"OR-06", "OR-08", "OR-11"}),
    ],
)
def test_order_select_judges_what_is_selected(hooks, selections, expected):
    body = ordering(draft(), SEDATIVE, hook="order-select", selections=selections)
    assert {c["extension"]["org.previsit.rules"][0] for c in hooks.cards(body)} == expected


def test_drafts_beside_the_selected_one_count_in_totals():
    from datetime import date

    from cds.hooks.gathering import gather
    from cds.hooks.requests import read_request
    from rules.mme import daily_mme_with_drafts
    from rules.policy import Policy
    from tests.cds.hooks.hook_json import SERVICES

    service = SERVICES["previsit-order-select"]
    body = ordering(draft("d1"), draft("d2"), hook="order-select", selections=["MedicationRequest/d1"])
    chart = gather(read_request(body, service), service, date(2026, 3, 2)).chart
    assert [d.id for d in chart.judged_drafts] == ["MedicationRequest/d1"]
    assert len(chart.drafts) == 2
    assert daily_mme_with_drafts(chart, Policy()).total > 0


def gathered(*drafts, resources):
    from datetime import date

    from cds.hooks.gathering import gather
    from cds.hooks.requests import read_request
    from tests.cds.hooks.hook_json import SERVICES

    service = SERVICES["previsit-order-sign"]
    return gather(
        read_request(ordering(*drafts, resources=resources), service), service, date(2026, 3, 2)
    ).chart


@pytest.mark.parametrize(
    ("recorded", "stays"),
    [
        ({"authoredOn": "2026-02-20"}, True),  # stood before: what the change is measured against
        ({"authoredOn": "2026-03-02T09:00:00-05:00"}, False),  # saved a moment ago, not signed yet
        ({"authoredOn": "2026-02-20", "status": "draft"}, False),
        ({"authoredOn": None}, False),
    ],
)
def test_an_order_that_is_signed_again_counts_once(recorded, stays):
    """C1.7."""
    from rules.mme import daily_mme_with_drafts
    from rules.policy import Policy

    chart = gathered(draft("r1", status="active"), resources=(bent(OPIOID, **recorded),))
    assert [d.id for d in chart.drafts] == ["MedicationRequest/r1"]
    assert bool(chart.medication_requests) is stays
    assert daily_mme_with_drafts(chart, Policy()).total == 30


@pytest.mark.parametrize("status", ["stopped", "cancelled"])
@pytest.mark.parametrize("authored", ["2026-02-20", "2026-03-02", None])
def test_ending_an_order_under_its_own_id_is_seen_as_the_decrease_it_is(status, authored):
    from rules.case import Case
    from rules.orders.decrease import RULE
    from rules.rule import Status

    chart = gathered(draft("r1", status=status), resources=(bent(OPIOID, authoredOn=authored),))
    assert Case(chart).mme.total == 30
    assert RULE.evaluate(Case(chart)).status is Status.INDICATED


def test_two_records_without_an_id_are_not_taken_for_one():
    from datetime import date

    from cds.hooks.gathering import gather
    from cds.hooks.requests import read_request
    from tests.cds.hooks.hook_json import SERVICES

    service = SERVICES["previsit-order-sign"]
    nameless = {k: v for k, v in OPIOID.items() if k != "id"}
    body = ordering(draft(None), draft(None), resources=(nameless,))
    chart = gather(read_request(body, service), service, date(2026, 3, 2)).chart
    assert (len(chart.drafts), len(chart.medication_requests)) == (2, 1)
    assert not {d.id for d in chart.drafts} & {r.id for r in chart.medication_requests}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def bent_requests(draw):
    """A valid request with some of its parts replaced by anything."""
    body = json.loads(json.dumps(ordering(draft(), resources=(OPIOID,))))
    for _ in range(draw(st.integers(1, 3))):
        place = body
        while True:
            names = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not names:
                break
            name = draw(st.sampled_from(names))
            if isinstance(place[name], dict | list) and draw(st.booleans()):
                place = place[name]
                continue
            place[name] = draw(JSON)
            break
    return body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bent_requests())
def test_whatever_is_sent_is_answered_or_refused(hooks, body):
    response = hooks.post("order-sign", body)
    assert response.status_code in (200, 400, 412), response.text
    if response.status_code == 200:
        check_response(response.json, body if isinstance(body, dict) else {})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_any_json_as_prefetch(hooks, value):
    body = hook_request("patient-view", OPIOID)
    for key in ("medicationRequests", "conditions", "surveys", "else"):
        body["prefetch"][key] = value
    assert hooks.post("patient-view", body).status_code in (200, 412)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
    ],
)
def test_d12_bodies_that_are_no_request(hooks, body):
    assert hooks.post("patient-view", body).status_code == 400


@pytest.mark.parametrize("depth", [50, 400, 900])
@pytest.mark.parametrize(
    "body",
    [
        ordering({"resourceType": "MedicationRequest", "id": "d1", "medication": "DEEP"}),
        hook_request("order-sign", context={"draftOrders": {"entry": "DEEP"}}),
        hook_request("patient-view", {**OPIOID, "dosageInstruction": "DEEP"}),
        {**hook_request("patient-view"), "prefetch": {"conditions": "DEEP"}},
    ],
)
def test_d12_depth_inside_a_request(hooks, body, depth):
    content = json.dumps(body).replace('"DEEP"', "[" * depth + "]" * depth)
    assert hooks.post(body["hook"], content.encode()).status_code in (200, 400, 412)


def test_errors_say_nothing_of_the_patient(hooks):
    body = hook_request("patient-view", OPIOID, context={"patientId": "Patient/secret-77"})
    assert "secret-77" not in hooks.post("patient-view", body).text
