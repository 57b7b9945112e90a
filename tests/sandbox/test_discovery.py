"""What the practice EHR publishes about itself (A1.2, A1.3, A6.3)."""

import pytest

from sandbox.clients import EhrClient
from sandbox.ehr import create_ehr
from sandbox.store import Store
from tests.sandbox.practice import BASE, FHIR


@pytest.fixture
def configuration(practice):
    return practice.http.get("/fhir/.well-known/smart-configuration").json


def test_smart_configuration_needs_no_token(practice):
    answer = practice.http.get("/fhir/.well-known/smart-configuration")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"


def test_endpoints_are_absolute_under_the_configured_base(configuration):
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"):
        assert configuration[name].startswith(BASE + "/")
    assert configuration["issuer"] == FHIR


def test_what_smart_asks_of_a_server_is_there(configuration):
    capabilities = set(configuration["capabilities"])
    assert capabilities >= {"launch-ehr", "launch-standalone", "sso-openid-connect"}
    assert capabilities >= {
        "client-public",
        "client-confidential-symmetric",
        "client-confidential-asymmetric",
    }
    assert capabilities >= {"context-ehr-patient", "context-ehr-encounter", "context-standalone-patient"}
    assert capabilities >= {"permission-patient", "permission-user", "permission-v1", "permission-v2"}
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    assert configuration["grant_types_supported"] == grants
    assert configuration["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert "launch" in configuration["scopes_supported"]


def test_openid_configuration_agrees(practice, configuration):
    """A6.1: the keys of the id_token are found through the issuer."""
    openid = practice.http.get("/fhir/.well-known/openid-configuration").json
    assert openid.items() >= {k: configuration[k] for k in ("issuer", "jwks_uri", "token_endpoint")}.items()
    assert openid["id_token_signing_alg_values_supported"] == ["RS256"]


def test_capability_statement_is_public_and_names_what_is_served(practice):
    answer = practice.http.get("/fhir/metadata")
    statement = answer.json
    assert answer.mimetype == "application/fhir+json"
    assert statement["fhirVersion"] == "4.0.1"
    types = {one["type"]: one for one in statement["rest"][0]["resource"]}
    names = {one["name"] for one in types["MedicationRequest"]["searchParam"]}
    assert names >= {"patient", "status", "intent", "authoredon"}
    assert {"code": "create"} in types["ServiceRequest"]["interaction"]
    assert {"code": "create"} not in types["Condition"]["interaction"]


def test_a_slash_at_the_end_of_the_base_changes_nothing():
    app = create_ehr(Store(), BASE + "/", [EhrClient("a", ("https://app.test/callback",))])
    assert app.extensions["ehr"].fhir_base == FHIR


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_method": "client_secret_post"},
        {"auth_method": "client_secret_basic"},
        {"auth_method": "private_key_jwt"},
    ],
)
def test_a_client_registered_wrongly_is_refused_at_start(wrong):
    with pytest.raises(ValueError, match=r"client a|auth_method"):
        EhrClient("a", ("https://app.test/callback",), **wrong)
