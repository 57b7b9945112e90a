"""Who launched the app: id_tokens good and forged, keys, fhirUser (A6)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from launch.identity import read_user
from launch.issuers import IssuerRegistration
from tests.launch.conftest import query, registration
from tests.launch.stub_ehr import RSA_KEY, new_ec_key

MALLORY = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
REFUSED = "Who is signing in could not be confirmed"


def part(document) -> str:
    return urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def finish_with(clinic, client, ehr, make_token):
    """A launch whose id_token is what `make_token(good claims)` makes."""
    location = clinic.begin(client, ehr.iss).location
    ehr.token["id_token"] = make_token(ehr.id_claims(query(location)["nonce"][0]))
    return clinic.finish(client, ehr, location)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["other"]},
        {"aud": "other", "azp": "previsit"},  # Authlib accepts this one
        {"aud": ["previsit", "other"]},  # of several audiences azp must say which is meant
        {"aud": ["previsit", "other"], "azp": "other"},
        {"azp": "other"},
        {"exp": None},
        {"exp": "4102444800"},
        {"exp": True},
        {"exp": -61},
        {"iat": None},
        {"iat": 61},
        {"nbf": 61},
        {"nbf": "now"},
        {"nonce": None},
        {"nonce": "wrong"},
    ],
    ids=json.dumps,
)
def test_a6_1_a6_2_forged_claims(changes, clinic, client, ehr, caplog):
    shifted = {
        name: int(ehr.now) + value if name in {"exp", "iat", "nbf"} and type(value) is int else value
        for name, value in changes.items()
    }
    ehr.claims = shifted
    page = clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location)
    assert page.status_code == 502
    assert REFUSED in page.text
    assert "claims refused" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["previsit"]},
        {"aud": ["previsit", "other"], "azp": "previsit"},
        {"azp": "previsit"},
        {"exp": -58},
        {"iat": 58},
        {"nbf": 58},
    ],
    ids=json.dumps,
)
def test_a6_1_good_claims_at_their_limits(changes, clinic, client, ehr):
    ehr.claims = {
        name: int(ehr.now) + value if isinstance(value, int) else value for name, value in changes.items()
    }
    clinic.launched(client, ehr)


@pytest.mark.parametrize(
    "forge",
    [
        lambda ehr, claims: f"{part({'alg': 'none'})}.{part(claims)}.",
        lambda ehr, claims: f"{part({'alg': 'NoNe', 'kid': 'rsa'})}.{part(claims)}.",
        lambda ehr, claims: jwt.encode(
            {"alg": "HS256", "kid": "rsa"},
            claims,
            OctKey.import_key(json.dumps(ehr.published_keys())),
            ["HS256"],
        ),
        lambda ehr, claims: ehr.sign(claims, key=MALLORY),
        lambda ehr, claims: ehr.sign(claims, {"alg": "RS256", "kid": "unknown"}),
        lambda ehr, claims: f"{part({'alg': 'RS256', 'kid': ['rsa']})}.{ehr.sign(claims).split('.', 1)[1]}",
        lambda ehr, claims: ehr.sign(
            claims, {"alg": "RS256", "kid": "rsa", "jwk": MALLORY.as_dict(private=False)}, MALLORY
        ),
        lambda ehr, claims: ehr.sign(
            claims, {"alg": "RS256", "kid": "x", "jku": f"{ehr.origin}/mallory"}, MALLORY
        ),
        lambda ehr, claims: ehr.sign(claims, {"alg": "ES384", "kid": "rsa"}, new_ec_key("rsa")),
        lambda ehr, claims: ehr.sign(claims, {"alg": "PS256", "kid": "rsa"}),
        lambda ehr, claims: ehr.sign(claims).rsplit(".", 1)[0] + ".AAAA",
        lambda ehr, claims: ehr.sign(claims).replace(".", ".e30", 1),
        lambda ehr, claims: "not a token",
        lambda ehr, claims: "é.é.é",
        lambda ehr, claims: f"{part([1])}.{part(claims)}.x",
    ],
    ids=[
        *("none", "NoNe", "HS256 with the public key", "another's key", "unknown kid", "kid a list", "jwk"),
        *("jku", "key kind", "PS256", "signature", "claims", "no token", "no ascii", "header a list"),
    ],
)
def test_a6_1_d14_forged_tokens(forge, clinic, client, ehr):
    page = finish_with(clinic, client, ehr, lambda claims: forge(ehr, claims))
    assert page.status_code == 502
    assert REFUSED in page.text
    assert "/mallory" not in ehr.paths()


@pytest.mark.parametrize(
    "more",
    [
        {"x5t": "c2hvcnQ", "ver": "1.0"},
        {"typ": "JWT", "cty": "JWT", "nonce": "x"},
        {"jku": "https://evil.test/keys"},
        {"x5u": "https://evil.test/cert"},
    ],
    ids=json.dumps,
)
def test_a6_1_header_members_that_mean_nothing_are_passed_over(more, clinic, client, ehr):
    page = finish_with(clinic, client, ehr, lambda claims: with_header(ehr, claims, more))
    assert page.status_code == 303
    assert not any("evil" in path for path in ehr.paths())


@pytest.mark.parametrize(
    "more",
    [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}, {"zip": "DEF"}, {"jwk": {}}],
    ids=json.dumps,
)
def test_d14_header_members_that_change_what_is_checked_are_refused(more, clinic, client, ehr):
    page = finish_with(clinic, client, ehr, lambda claims: with_header(ehr, claims, more))
    assert page.status_code == 502
    assert REFUSED in page.text


def with_header(ehr, claims, more):
    """Signed by the EHR's own key, with `more` in the header, whatever a library thinks of it."""
    signed = f"{part({'alg': 'RS256', 'kid': 'rsa', **more})}.{part(claims)}"
    key = RSA_KEY.private_key
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    ("alg", "curve"), [("RS256", None), ("RS384", None), ("ES256", "P-256"), ("ES384", "P-384")]
)
@pytest.mark.parametrize("kid", ["k1", None])
def test_a6_4_algorithms_with_and_without_kid(alg, curve, kid, clinic, client, ehr):
    key = (
        new_ec_key("k1", curve) if curve else RSAKey.import_key(RSA_KEY.as_dict(private=True) | {"kid": "k1"})
    )
    ehr.keys = {"k1": key}
    header = {"alg": alg} | ({"kid": kid} if kid else {})
    assert finish_with(clinic, client, ehr, lambda c: ehr.sign(c, header, key)).status_code == 303


@pytest.mark.parametrize(
    ("override", "advertised", "stated", "status"),
    [
        (None, "{auth}", "{auth}", 303),
        (None, "{auth}/", "{auth}", 502),  # compared exactly, slash included
        (None, None, "{fhir}", 303),
        (None, None, "https://evil.test", 502),
        ("https://login.example/", "{auth}", "https://login.example/", 303),
        ("https://login.example/", "{auth}", "{auth}", 502),
    ],
)
def test_a6_3_expected_issuer(override, advertised, stated, status, clinics, ehr):
    places = {"auth": ehr.issuer, "fhir": ehr.iss}
    ehr.smart["issuer"] = advertised and advertised.format(**places)
    ehr.claims["iss"] = stated.format(**places)
    clinic = clinics(registration(ehr, id_token_issuer=override))
    client = clinic.client()
    assert clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location).status_code == status


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"issuer": "{auth}", "jwks_uri": "{auth}/keys"}, 303),
        ({"issuer": "https://evil.test", "jwks_uri": "{auth}/keys"}, 502),
        ({"issuer": "{auth}", "jwks_uri": "https://evil.test/keys"}, 502),
        ({"issuer": "{auth}"}, 502),
        (None, 502),
    ],
)
def test_a6_1_keys_by_openid_configuration_of_the_expected_issuer(document, status, clinic, client, ehr):
    ehr.smart["jwks_uri"] = None
    if document:
        found = {name: value.format(auth=ehr.issuer) for name, value in document.items()}
        ehr.answers["/auth/.well-known/openid-configuration"] = found
    assert clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location).status_code == status


def test_a6_5_a_rotated_key_is_found_and_unknown_ones_do_not_flood(clinic, client, ehr):
    clinic.launched(client, ehr)
    ehr.keys = {"new": new_ec_key("new")}
    header = {"alg": "ES384", "kid": "new"}

    def launch():
        return finish_with(clinic, client, ehr, lambda c: ehr.sign(c, header, ehr.keys["new"])).status_code

    clinic.clock += 59
    assert launch() == 502
    clinic.clock += 1
    assert launch() == 303
    header["kid"] = "flood"
    assert [launch() for _ in range(5)] == [502] * 5
    assert len(ehr.to("/auth/keys")) == 2


@pytest.mark.parametrize("answer", [[], {"keys": 3}, {"keys": ["x", {"kid": "rsa", "kty": "RSA"}]}])
def test_a6_1_unusable_published_keys(answer, clinic, client, ehr):
    ehr.answers["/auth/keys"] = lambda: answer
    assert clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location).status_code == 502


def test_a6_1_a_nonce_may_be_absent_only_where_registered_so(clinics, ehr):
    clinic = clinics(registration(ehr, nonce_required=False))
    client = clinic.client()
    ehr.claims["nonce"] = None
    clinic.launched(client, ehr)
    ehr.claims["nonce"] = "wrong"
    assert clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location).status_code == 502


BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("claims", "fhir_user", "kind"),
    [
        *[
            ({"fhirUser": f"{prefix}{kind}/1"}, f"{kind}/1", kind)
            for kind in ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson", "Person")
            for prefix in ("", f"{BASE}/")
        ],
        ({"profile": "Practitioner/1"}, "Practitioner/1", "Practitioner"),
        ({"fhirUser": "Practitioner/1", "profile": "Patient/2"}, "Practitioner/1", "Practitioner"),
        ({"fhirUser": "Practitioner/1/_history/2"}, "Practitioner/1", "Practitioner"),
        (
            {"fhirUser": "https://other.example/fhir/Practitioner/1"},
            "https://other.example/fhir/Practitioner/1",
            "Practitioner",
        ),
        *[
            ({"fhirUser": stated}, None, None)
            for stated in ("Device/1", "Practitioner", "Practitioner/", "x/Practitioner/1", "", 3, None)
        ],
        ({}, None, None),
    ],
)
def test_a6_6_fhir_user(claims, fhir_user, kind):
    user = read_user({"sub": "s"} | claims, IssuerRegistration(BASE + "/", "previsit"))
    assert (user and user.fhir_user, user and user.kind) == (fhir_user, kind)


@pytest.mark.parametrize(
    ("kind", "clinician"), [("Practitioner", True), ("PractitionerRole", True), ("Person", False)]
)
def test_a6_8_only_two_kinds_are_clinicians(kind, clinician, clinic, client, ehr):
    ehr.claims["fhirUser"] = f"{kind}/1"
    assert clinic.session(client, clinic.launched(client, ehr)).user.is_clinician is clinician


@pytest.mark.parametrize("kind", ["Patient", "RelatedPerson"])
def test_a6_8_patients_and_those_who_act_for_them_open_nothing(kind, clinic, client, ehr):
    ehr.claims["fhirUser"] = f"{kind}/1"
    page = clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location)
    assert page.status_code == 403
    assert "for the care team" in page.text
    assert (
        clinic.store.sessions_of(clinic.store.browser(client.get_cookie("__Host-previsit").value).family)
        == []
    )
    assert [asked.form["token"] for asked in ehr.to("/auth/revoke")] == ["refresh-1-SECRETMARKER"]


@pytest.mark.parametrize("without", ["id_token", "fhirUser"])
def test_a6_7_no_identity_is_a_session_without_a_user(without, clinic, client, ehr):
    (ehr.token if without == "id_token" else ehr.claims)[without] = None
    assert clinic.session(client, clinic.launched(client, ehr)).user is None
