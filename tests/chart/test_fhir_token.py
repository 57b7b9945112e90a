"""The access token: when it ends, where it goes, and what the logs and the next patient never see."""

import logging

import pytest

from chart.fhir import FhirServer, SignInEnded
from chart.records import Gap
from tests.chart import stub_fhir
from tests.chart.fhir_reading import TYPES, ids, read


def test_a_sign_in_that_ended_ends_everything(stub):
    with pytest.raises(SignInEnded, match="Open the app again"):
        read(stub, *TYPES, token="stale")


def test_c2_7_a_sign_in_that_ends_midway(stub):
    def ends(exchange):
        stub.valid_token = "another"
        exchange.send(stub_fhir.outcome("error", "login"), 401)

    stub.break_("Procedure", ends)
    with pytest.raises(SignInEnded):
        read(stub, *TYPES)


@pytest.mark.parametrize("refresh", [None, lambda: "token-1"])
def test_c2_7_c2_5_a_401_on_one_type_is_that_type_refused(refresh, stub):
    """Some EHRs say 401 where a scope is missing: the page lives on, and says what was not shared."""
    stub.add("Condition", "c1")
    stub.break_("Procedure", stub_fhir.status(401))
    stub.break_("Encounter", stub_fhir.status(401))
    record = read(stub, *TYPES, refresh=refresh)
    assert {(u.resource_type, u.kind) for u in record.unavailable} == {
        ("Procedure", Gap.REFUSED),
        ("Encounter", Gap.REFUSED),
    }
    assert ids(record) == ["c1"]


def test_c2_7_a_401_on_one_type_is_proved_once_with_the_patient(stub):
    for kind in ("Procedure", "Encounter", "Condition"):
        stub.break_(kind, stub_fhir.status(401))
    read(stub, *TYPES)
    assert len(stub.asked("Patient")) == 2


@pytest.mark.parametrize("fault", [stub_fhir.status(500), stub_fhir.hangs])
def test_c2_7_where_the_proof_is_not_answered_the_type_is_a_gap_all_the_same(fault, stub):
    stub.break_("Procedure", stub_fhir.status(401))
    stub.break_("Patient", fault, after=1)
    record = read(stub, *TYPES)
    assert "Procedure" in {u.resource_type for u in record.unavailable}


def test_a7_3_c2_7_one_refresh_serves_all_threads(stub):
    renewed = []

    def refresh():
        renewed.append(1)
        return "token-1"

    record = read(stub, *TYPES, token="stale", refresh=refresh)
    assert len(renewed) == 1
    assert record.unavailable == ()


def test_c2_7_a_refresh_that_brings_no_good_token_is_not_repeated(stub):
    renewed = []
    with pytest.raises(SignInEnded):
        read(stub, *TYPES, token="stale", refresh=lambda: renewed.append(1) or "stale too")
    assert len(renewed) == 1


def test_a_refresh_that_fails_ends_the_sign_in(stub):
    def refresh():
        raise OSError("token endpoint gone")

    with pytest.raises(SignInEnded):
        read(stub, "Condition", token="stale", refresh=refresh)


def test_a7_1_the_token_travels_in_the_header_alone(stub):
    read(stub, *TYPES)
    assert {r.headers["Authorization"] for r in stub.requests} == {"Bearer token-1"}
    assert not any("token" in r.path for r in stub.requests)
    assert {r.headers["Accept"] for r in stub.requests} == {"application/fhir+json"}
    assert {r.headers["User-Agent"] for r in stub.requests} == {"previsit"}


def test_d22_no_cookie_goes_from_one_patient_to_the_next(stub):
    stub.break_("Condition", stub_fhir.sends(stub_fhir.bundle([]), Set_Cookie="session=p1; Path=/"))
    read(stub, "Condition")
    read(stub, "Condition")
    assert not any(r.headers["Cookie"] for r in stub.requests)


def test_d10_logs_name_no_patient_and_no_query(stub, caplog):
    caplog.set_level(logging.DEBUG)
    stub.add("MedicationRequest", "m-secret", patient="p1")
    stub.break_("Procedure", stub_fhir.status(500))
    stub.break_("Encounter", stub_fhir.resets)
    read(stub, *TYPES)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "FHIR Procedure" in logged
    for secret in ("p1", "m-secret", "?", "token-1", stub.base):
        assert secret not in logged


def test_the_token_is_not_in_the_repr():
    assert "hidden" not in repr(FhirServer("https://ehr.example/fhir", "hidden"))
