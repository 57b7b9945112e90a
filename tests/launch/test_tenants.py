"""Two EHRs side by side that name their patients, keys and users alike: nothing passes between them (D22, A3.3)."""

from __future__ import annotations

import pytest
from joserfc.jwk import RSAKey

from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import LaunchProblem
from tests.launch.conftest import query, registration
from tests.launch.stub_ehr import RSA_KEY, StubEhr
from tests.network.tls_server import TlsServer, make_certificate


class OtherEhr(StubEhr):
    """Another organisation's, with a key of its own under the very same name."""

    own = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)

    def __post_init__(self):
        super().__post_init__()
        self.keys = {"rsa": self.own}

    def sign(self, claims, header=None, key=None):
        return super().sign(claims, header, key or self.own)


@pytest.fixture
def other():
    stub = OtherEhr()
    yield stub
    stub.close()


@pytest.fixture
def both(clinics, ehr, other):
    return clinics(registration(ehr), registration(other), session_idle_minutes=120)


def test_d22_c3_10_the_same_patient_id_is_two_charts(both, ehr, other):
    client = both.client()
    first, second = (both.session(client, both.launched(client, one)) for one in (ehr, other))
    assert first.patient_id == second.patient_id
    assert (first.fhir_base, second.fhir_base) == (ehr.iss, other.iss)
    assert (first.issuer, second.issuer) == (ehr.iss, other.iss)
    assert first.handle != second.handle


def test_d22_a_refresh_goes_to_the_ehr_of_its_launch(both, ehr, other):
    client = both.client()
    urls = [both.launched(client, one) for one in (ehr, other)]
    other.token["access_token"] = "the-others-own"
    both.clock += 3550
    tokens = [both.session(client, url).access_token for url in urls]
    assert tokens == ["access-2-SECRETMARKER", "the-others-own"]
    for one in (ehr, other):
        grants = [asked.form["grant_type"] for asked in one.to("/auth/token")]
        assert grants == ["authorization_code", "refresh_token"]


def test_d22_a6_1_the_key_of_one_ehr_does_not_sign_for_the_other(both, ehr, other):
    client = both.client()
    both.launched(client, ehr)
    location = both.begin(client, other.iss).location
    other.token["id_token"] = other.sign(other.id_claims(query(location)["nonce"][0]), key=RSA_KEY)
    page = both.finish(client, other, location)
    assert page.status_code == 502
    assert "could not be confirmed" in page.text


def test_d22_a3_3_a_token_response_of_one_ehr_is_no_sign_in_at_the_other(both, ehr, other):
    """The id_token of the first EHR, replayed by the second: its issuer gives it away."""
    client = both.client()
    location = both.begin(client, other.iss).location
    other.token["id_token"] = ehr.sign(ehr.id_claims(query(location)["nonce"][0]))
    assert both.finish(client, other, location).status_code == 502


def test_a3_3_a_state_of_one_ehr_answered_with_the_name_of_the_other(both, ehr, other):
    client = both.client()
    location = both.begin(client, ehr.iss).location
    page = client.get(f"/callback?{ehr.authorize(location)}&iss={other.issuer}")
    assert page.status_code == 400
    assert ehr.to("/auth/token") == other.to("/auth/token") == []


def test_d26_launch_trusts_a_private_authority_by_its_file_alone(tmp_path):
    authority, certificate = make_certificate(tmp_path)
    server = TlsServer(certificate)
    try:
        trusting = IssuerRegistration(f"{server.url}/fhir", "previsit", ca_file=str(authority))
        assert Outbound(insecure_loopback=True).get(trusting, f"{server.url}/x").json["id"] == "p1"
        with pytest.raises(LaunchProblem) as stopped:
            Outbound(insecure_loopback=True).get(registration_of(server), f"{server.url}/x")
        assert stopped.value.problem.code == "ehr_silent"
    finally:
        server.close()


def registration_of(server):
    return IssuerRegistration(f"{server.url}/fhir", "previsit")
