"""How searches are asked, what is asked instead when refused, and when they are tried again."""

import time
from email.utils import formatdate

import pytest

from chart.fhir import Limits
from chart.records import Gap
from chart.searches import SEARCHES, searches_for
from tests.chart import stub_fhir
from tests.chart.fhir_reading import gaps, ids, read

ALL_INTENTS = "order,plan,original-order,instance-order,filler-order"


def queries(stub, kind):
    return [{k: v for k, v in r.query.items() if k not in ("patient", "_count")} for r in stub.asked(kind)]


# Asking


def test_c1_11_c1_15_every_search_names_the_patient_and_a_page_size_oracle_takes(stub):
    read(stub, *{search.resource_type for search in SEARCHES})
    for request in stub.requests:
        if request.route[0] != "Patient":
            assert request.query["patient"] == "p1"
            assert int(request.query["_count"]) <= 200
            assert not {"_lastUpdated", "_summary", "_elements", "_sort"} & set(request.query)


def test_c1_10_c1_14_observations_always_have_a_category(stub):
    read(stub, "Observation")
    asked = {q["category"]: q.get("date") for q in queries(stub, "Observation")}
    assert asked == {"laboratory": "ge2024-11-20", "survey": "ge2024-11-20", "social-history": None}


def test_c1_2_orders_never_ask_for_active_ones_alone():
    (search,) = searches_for(["MedicationRequest"])
    for query in (q for attempt in search.attempts for q in attempt):
        statuses = dict(query.filters).get("status", "")
        assert not statuses or {"active", "completed", "stopped", "on-hold"} <= set(statuses.split(","))


def test_the_order_of_searches_does_not_hang_on_the_order_of_types():
    types = sorted({search.resource_type for search in SEARCHES})
    assert searches_for(types) == searches_for(reversed(types)) == SEARCHES


@pytest.mark.parametrize(
    ("rejected", "last"),
    [
        ([], {"intent": ALL_INTENTS, "_include": "MedicationRequest:medication"}),
        ([f"intent={ALL_INTENTS}"], {"intent": "order,plan", "_include": "MedicationRequest:medication"}),
        (["_include"], {"intent": "order,plan"}),
        ([","], {"intent": "plan"}),
        (["intent"], {}),
    ],
)  # fmt: skip
def test_c1_1_c1_3_c1_4_orders_are_asked_for_in_another_way_when_refused(stub, rejected, last):
    stub.add("MedicationRequest", "m1")
    stub.break_("MedicationRequest", stub_fhir.rejects(*rejected))
    record = read(stub, "MedicationRequest")
    assert ids(record) == ["m1"]
    assert record.unavailable == ()
    assert queries(stub, "MedicationRequest")[-1] == last


def test_c1_2_a_status_is_given_to_a_server_that_insists(stub):
    def insists(exchange):
        has_status = "status" in exchange.query
        (exchange.server.work if has_status else stub_fhir.status(400))(exchange)

    stub.add("MedicationRequest", "m1")
    stub.break_("MedicationRequest", insists)
    assert ids(read(stub, "MedicationRequest")) == ["m1"]


def test_c1_9_conditions_one_category_after_the_other(stub):
    def wants_category(exchange):
        fine = exchange.query.get("category") in ("problem-list-item", "encounter-diagnosis")
        (exchange.server.work if fine else stub_fhir.status(400))(exchange)

    stub.add("Condition", "c1")
    stub.break_("Condition", wants_category)
    record = read(stub, "Condition")
    assert ids(record) == ["c1"]
    assert gaps(record) == {("Condition", Gap.NOT_SUPPORTED, "Health concerns are not offered by this EHR")}


def test_a_category_that_fails_is_named(stub):
    def fails_for_visits(exchange):
        answer = {None: stub_fhir.status(400), "encounter-diagnosis": stub_fhir.status(500)}
        answer.get(exchange.query.get("category"), exchange.server.work)(exchange)

    stub.break_("Condition", fails_for_visits)
    sentence = "Visit diagnoses could not be read (the EHR reported a fault)"
    assert gaps(read(stub, "Condition")) == {("Condition", Gap.FAILED, sentence)}


def test_without_a_date_where_dates_are_refused(stub):
    stub.add("Encounter", "e1")
    stub.break_("Encounter", stub_fhir.rejects("date"))
    record = read(stub, "Encounter")
    assert ids(record) == ["e1"]
    assert record.sources[1].detail == "EHR, 1 search"


def test_a_narrower_search_is_not_taken_for_the_whole(stub):
    def wants_category(exchange):
        (exchange.server.work if "category" in exchange.query else stub_fhir.status(400))(exchange)

    stub.add("CarePlan", "c1")
    stub.break_("CarePlan", wants_category)
    record = read(stub, "CarePlan")
    sentence = "Care plans were only partly read (this EHR shares only assessments and plans)"
    assert gaps(record) == {("CarePlan", Gap.CUT_OFF, sentence)}
    assert ids(record) == ["c1"]


def test_c1_10_named_observations_one_by_one_where_commas_are_refused(stub):
    stub.add("Observation", "o1")
    stub.break_("Observation", stub_fhir.rejects(","))
    record = read(stub, "Observation", observation_codes=["91148-7", "44261-6"])
    assert ids(record) == ["o1"]
    assert record.unavailable == ()
    assert {q.get("code") for q in queries(stub, "Observation")} >= {"91148-7,44261-6", "91148-7", "44261-6"}


def test_c1_8_dispenses_by_patient_alone_where_nothing_else_is_taken(stub):
    stub.add("MedicationDispense", "d1", status="cancelled")
    stub.break_("MedicationDispense", stub_fhir.rejects("_include"))
    assert ids(read(stub, "MedicationDispense")) == ["d1"]
    assert queries(stub, "MedicationDispense")[-1] == {}


# Trying again


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_c2_8_what_passes_is_tried_again(stub, code):
    stub.add("Procedure", "x1")
    stub.break_("Procedure", stub_fhir.status(code, Retry_After="0"), times=2)
    assert ids(read(stub, "Procedure")) == ["x1"]


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_what_does_not_pass_is_not(stub, code):
    stub.break_("Procedure", stub_fhir.status(code))
    read(stub, "Procedure")
    assert len(stub.asked("Procedure")) == 1


def test_c2_8_three_tries_are_enough(stub):
    stub.break_("Procedure", stub_fhir.status(503, Retry_After="0"))
    read(stub, "Procedure")
    assert len(stub.asked("Procedure")) == 3


def test_c2_8_without_a_word_from_the_server_the_wait_is_ours(stub):
    stub.add("Procedure", "x1")
    stub.break_("Procedure", stub_fhir.status(429), times=1)
    assert ids(read(stub, "Procedure", limits=Limits())) == ["x1"]


@pytest.mark.parametrize("is_date", [False, True])
def test_c2_8_the_wait_asked_for_is_kept(stub, is_date):
    said = formatdate(time.time() + 2, usegmt=True) if is_date else "1"
    stub.add("Procedure", "x1")
    stub.break_("Procedure", stub_fhir.status(429, Retry_After=said), times=1)
    began = time.monotonic()
    assert ids(read(stub, "Procedure", limits=Limits(), deadline_s=5)) == ["x1"]
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize("said", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 400])
def test_c2_8_a_wait_beyond_the_deadline_is_not_begun(stub, said):
    stub.break_("Procedure", stub_fhir.status(503, Retry_After=said))
    began = time.monotonic()
    assert {kind for _, kind, _ in gaps(read(stub, "Procedure"))} == {Gap.FAILED}
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("said", ["soon", "-5", "1.5e3", "", "٣"])
def test_a_wait_that_cannot_be_read_is_no_wait_of_an_hour(stub, said):
    stub.add("Procedure", "x1")
    stub.break_("Procedure", stub_fhir.status(503, Retry_After=said.encode().decode("latin-1")), times=1)
    assert ids(read(stub, "Procedure", limits=Limits(), deadline_s=3)) == ["x1"]


def test_a_connection_closed_meanwhile_is_opened_anew(stub):
    stub.add("Procedure", "x1")
    stub.break_("Procedure", stub_fhir.resets, times=1)
    assert ids(read(stub, "Procedure", limits=Limits(), deadline_s=3)) == ["x1"]
