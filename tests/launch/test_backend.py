"""Reading without a person: against the practice EHR's real token endpoint over HTTP (A8)."""

from __future__ import annotations

import ast
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server

from chart.fhir import FhirServer, read_record
from launch.backend import BackendTokens
from launch.discovery import Discoveries
from launch.issuers import IssuerRegistration
from launch.keys import SigningKey
from launch.outbound import Outbound
from launch.problems import LaunchProblem
from launch.scopes import Sharing
from sandbox.clients import ASSERTION, BASIC, EhrClient
from sandbox.ehr import create_ehr
from sandbox.store import Store
from tests.chart.fhir_reading import AS_OF
from tests.sandbox.practice import bundle, resources

ROOT = Path(__file__).parents[2]
KEYS = {
    "RS384": RSAKey.generate_key(2048, auto_kid=True),
    "ES384": ECKey.generate_key("P-384", auto_kid=True),
}
TYPES = ("Patient", "MedicationRequest", "Medication")


class Clinic:
    """The practice EHR on a local port, and the unattended part of the app beside it."""

    def __init__(self) -> None:
        self.now = time.time()
        store = Store()
        store.add_bundle(bundle(resources()))
        self.server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        base = f"http://127.0.0.1:{self.server.server_port}"
        jwks = KeySet(list(KEYS.values())).as_dict(private=False)
        clients = (
            EhrClient("nightly", (), ASSERTION, jwks=jwks, scopes=("system/*.rs",)),
            EhrClient("narrow", (), ASSERTION, jwks=jwks, scopes=("system/Patient.rs",)),
            EhrClient("basic", (), BASIC, secret="word", scopes=("system/*.rs",)),
        )
        self.app = create_ehr(store, base, clients, clock=lambda: self.now)
        self.iss = f"{base}/fhir"
        self.tokens = self.new_tokens()
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def _serve(self, environ, start):
        return self.app(environ, start)

    def new_tokens(self) -> BackendTokens:
        outbound = Outbound(insecure_loopback=True)
        return BackendTokens(outbound, Discoveries(outbound, lambda: self.now), lambda: self.now)

    def registration(self, client="nightly", alg="ES384", **more) -> IssuerRegistration:
        signing = SigningKey(KEYS[alg].kid, alg, KEYS[alg])
        return IssuerRegistration(self.iss, client, "private_key_jwt", keys=(signing,), **more)

    def asked(self, path: str) -> list:
        return [entry for entry in self.app.extensions["ehr"].log if entry.path == path]


@pytest.fixture
def clinic():
    made = Clinic()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_a8_1_a_signed_assertion_buys_a_token_of_system_scopes(alg, clinic):
    token = clinic.tokens.token(clinic.registration(alg=alg), TYPES)
    assert set(token.scopes) == {f"system/{kind}.rs" for kind in TYPES}
    assert token.sharing("MedicationRequest") is Sharing.ALL
    assert token.sharing("Condition") is Sharing.NONE
    assert token.access_token not in repr(token)


@pytest.mark.parametrize("method", ["none", "client_secret_basic"])
def test_a8_1_no_other_way_of_proving_who_we_are(method, clinic):
    with pytest.raises(LaunchProblem) as stopped:
        clinic.tokens.token(IssuerRegistration(clinic.iss, "basic", method, "word"), TYPES)
    assert "private_key_jwt" in stopped.value.problem.to_do
    assert clinic.asked("/token") == []


def test_a8_1_the_unattended_app_may_have_a_name_of_its_own(clinic):
    registration = clinic.registration("previsit", backend_client_id="nightly")
    assert clinic.tokens.token(registration, TYPES).scopes


def test_a8_1_what_was_not_granted_is_seen(clinic):
    token = clinic.tokens.token(clinic.registration("narrow"), TYPES)
    assert (token.sharing("Patient"), token.sharing("MedicationRequest")) == (Sharing.ALL, Sharing.NONE)


def test_a8_2_a8_4_a_hundred_reads_one_token(clinic):
    registration = clinic.registration()
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(lambda _: clinic.tokens.token(registration, TYPES).access_token, range(100)))
    assert (len(tokens), len(clinic.asked("/token"))) == (1, 1)


@pytest.mark.parametrize(("shift", "asked"), [(269, 1), (270, 2), (1000, 2)])
def test_a8_2_a_new_one_shortly_before_the_old_ends(shift, asked, clinic):
    clinic.tokens.token(clinic.registration(), TYPES)
    clinic.now += shift
    clinic.tokens.token(clinic.registration(), TYPES)
    assert len(clinic.asked("/token")) == asked


def test_a8_2_one_that_was_refused_is_forgotten(clinic):
    first = clinic.tokens.token(clinic.registration(), TYPES)
    clinic.tokens.forget(clinic.registration(), TYPES)
    assert clinic.tokens.token(clinic.registration(), TYPES).access_token != first.access_token


def test_a8_4_a_registry_reads_patient_by_patient(clinic):
    token = clinic.tokens.token(clinic.registration(), TYPES)
    server = FhirServer(clinic.iss, token.access_token, allow_insecure_loopback=True)
    for patient in ("anna", "ben"):
        record = read_record(server, patient, ["MedicationRequest"], as_of=AS_OF)
        assert record.patient["id"] == patient
        assert record.unavailable == ()
    searches = [entry.path for entry in clinic.app.extensions["ehr"].log if "MedicationRequest" in entry.path]
    assert len(searches) == 2


def test_a8_1_a_refusal_is_a_sentence_and_no_token(clinic):
    with pytest.raises(LaunchProblem) as stopped:
        clinic.tokens.token(clinic.registration("unknown-client"), TYPES)
    assert stopped.value.problem.code == "token_refused"


def test_a8_3_no_page_reads_with_a_backend_token():
    for path in [*ROOT.glob("cds/**/*.py"), ROOT / "launch/session.py", ROOT / "launch/routes.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "launch.backend", path
