"""A small practice EHR for tests, and the steps an app takes with it, each of which a test can spoil."""

import base64
import hashlib
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from sandbox.clients import ASSERTION, ASSERTION_TYPE, BASIC, EhrClient
from sandbox.ehr import create_ehr
from sandbox.state import new_key
from sandbox.store import Store

BASE = "https://practice.test/ehr"
FHIR = f"{BASE}/fhir"
CALLBACK = "https://app.test/callback"
SCOPE = "launch openid fhirUser online_access patient/*.rs"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECRET = "a-secret+with/odd=characters"
RSA_KEY = RSAKey.generate_key(2048, auto_kid=True)
ID_TOKEN_KEY = new_key()
EC_KEY = ECKey.generate_key("P-384", auto_kid=True)

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def concept(code: str, system: str = "http://loinc.org") -> dict:
    return {"coding": [{"system": system, "code": code}]}


def observation(number: int, patient: str = "anna", **more) -> dict:
    usual = {
        "status": "final",
        "category": [concept("survey", CATEGORY)],
        "code": concept(f"c-{number % 2}"),
        "effectiveDateTime": f"2026-01-{number:02}",
    }
    return resource("Observation", f"{patient}-obs-{number}", patient, **usual | more)


def resource(kind: str, key: str, patient: str | None = "anna", **elements) -> dict:
    subject = {"subject": {"reference": f"Patient/{patient}"}} if patient else {}
    return {"resourceType": kind, "id": key} | subject | elements


def prescription(key: str, status: str, intent: str, patient: str = "anna", **elements) -> dict:
    return resource("MedicationRequest", key, patient, status=status, intent=intent, **elements)


def encounter(key: str, status: str, **period) -> dict:
    return resource("Encounter", key, status=status, period=period, **{"class": {"code": "AMB"}})


def resources() -> list[dict]:
    oxycodone, morphine = concept("7804", RXNORM), concept("7052", RXNORM)
    pain, active = concept("279039007", "http://snomed.info/sct"), concept("active", CLINICAL)
    anna = {"name": [{"family": "Ash", "given": ["Anna"]}], "birthDate": "1970-05-01", "gender": "female"}
    on_shelf = {"reference": "Medication/pill"}
    return [
        resource("Patient", "anna", None, **anna),
        resource("Patient", "ben", None, name=[{"text": "Ben Birch"}], birthDate="1980"),
        encounter("now", "in-progress", start="2026-09-20"),
        encounter("old", "finished", start="2020-01-01", end="2020-01-01"),
        resource("Medication", "pill", None, code=morphine),
        prescription(
            "coded", "active", "order", authoredOn="2026-01-05", medicationCodeableConcept=oxycodone
        ),
        prescription("referred", "stopped", "plan", authoredOn="2026-02-05", medicationReference=on_shelf),
        prescription("bens", "active", "order", "ben", medicationCodeableConcept=oxycodone),
        resource("Condition", "pain", clinicalStatus=active, code=pain),
        *(observation(number) for number in range(1, 8)),
        observation(1, "ben"),
    ]


def bundle(items: list[dict], kind: str = "collection") -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": item} for item in items]}


CLIENTS = (
    EhrClient("public", (CALLBACK, "https://app.test/other?tenant=1")),
    EhrClient("basic", (CALLBACK,), BASIC, secret=SECRET),
    EhrClient("signed", (CALLBACK,), ASSERTION, jwks=KeySet([RSA_KEY, EC_KEY]).as_dict(private=False)),
    EhrClient("narrow", (CALLBACK,), scopes=("launch", "patient/Observation.rs", "patient/Condition.r")),
)


@dataclass
class Practice:
    """The EHR and a browser at it."""

    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    options: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store.add_bundle(bundle(resources()))
        self.app = create_ehr(
            self.store,
            BASE,
            CLIENTS,
            launch_url="https://app.test/launch",
            stories={"ben": "Nothing to do"},
            clock=self.clock,
            key=ID_TOKEN_KEY,
            **self.options,
        )
        self.ehr = self.app.extensions["ehr"]
        self.http: FlaskClient = self.app.test_client()

    def launch(self, patient: str = "anna") -> str:
        answer = self.http.post("/launch", data={"patient": patient})
        return query_of(answer.location)["launch"]

    def authorize_params(self, **changes) -> dict:
        params = {
            "response_type": "code",
            "client_id": "public",
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "some-state",
            "aud": FHIR,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "nonce": "some-nonce",
        } | changes
        if "launch" not in changes and "launch" in params["scope"].split():
            params["launch"] = self.launch()
        return {name: value for name, value in params.items() if value is not None}

    def authorize(self, **changes):
        return self.http.get("/authorize", query_string=self.authorize_params(**changes))

    def code(self, **changes) -> str:
        return query_of(self.authorize(**changes).location)["code"]

    def token(self, headers: dict | None = None, **form):
        return self.http.post(
            "/token", data={k: v for k, v in form.items() if v is not None}, headers=headers
        )

    def exchange(self, issued: str, headers: dict | None = None, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": issued,
            "redirect_uri": CALLBACK,
            "client_id": "public",
            "code_verifier": VERIFIER,
        } | changes
        return self.token(headers, **form)

    def tokens(self, scope: str = SCOPE, **changes) -> dict:
        answer = self.exchange(self.code(scope=scope, **changes))
        assert answer.status_code == 200, answer.json
        return answer.json

    def get(self, path: str, token: str | dict | None = None, **headers):
        return self.http.get(
            f"/fhir/{path}", headers=bearer(self.tokens() if token is None else token) | headers
        )

    def post(self, path: str, body: dict, token: str | dict, **headers):
        kind = {"Content-Type": "application/fhir+json"} | bearer(token) | headers
        return self.http.post(f"/fhir/{path}", json=body, headers=kind)


def bearer(token: str | dict) -> dict:
    return {"Authorization": f"Bearer {token if isinstance(token, str) else token['access_token']}"}


def query_of(url: str) -> dict:
    return dict(parse_qsl(urlsplit(url).query))


def basic(client_id: str, secret: str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def assertion(clock: Clock, key=EC_KEY, header: dict | None = None, **changes) -> dict:
    """The two form fields of private_key_jwt."""
    alg = "RS384" if isinstance(key, RSAKey) else "ES384"
    claims = {
        "iss": "signed",
        "sub": "signed",
        "aud": f"{BASE}/token",
        "exp": int(clock()) + 240,
        "jti": str(uuid.uuid4()),
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    full = {"alg": alg, "kid": key.kid, "typ": "JWT"} | (header or {})
    full = {name: value for name, value in full.items() if value is not None}
    signed = jwt.encode(full, claims, key, algorithms=["RS384", "ES384", "RS256"])
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed, "client_id": None}


def ids(answer, mode: str = "match") -> list[str]:
    assert answer.status_code == 200, answer.json
    return [e["resource"]["id"] for e in answer.json.get("entry", []) if e["search"]["mode"] == mode]
