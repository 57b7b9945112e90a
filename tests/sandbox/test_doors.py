"""The doors: one address for each kind of client, scopes and issuer, and no token of one opens another."""

import pytest

from sandbox.doors import DOORS, USUAL, Door, door_named
from tests.sandbox.practice import BASE, CALLBACK, VERIFIER, bearer, query_of

SLASH = Door("public", "any", "slash")
LONG = Door("public", "v1", "path")
AT_LONG = f"{BASE}/public-v1-path/tenants/larkspur/api/FHIR/R4"
OWN = Door("public", "v2", "own")


def launch(practice, door):
    chosen = {"client": door.client, "scopes": door.scopes, "issuer": door.issuer}
    answer = practice.http.post("/launch", data={"patient": "anna", **chosen})
    return query_of(answer.location)


def authorize(practice, door, scope="launch openid fhirUser patient/*.rs", **changes):
    asked = launch(practice, door)
    params = practice.authorize_params(launch=asked["launch"], scope=scope, aud=asked["iss"]) | changes
    return query_of(practice.http.get(f"{door.prefix}/authorize", query_string=params).location)


def tokens(practice, door, **more):
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": "public"}
    issued = authorize(practice, door, **more)["code"]
    return practice.http.post(
        f"{door.prefix}/token", data=form | {"code": issued, "code_verifier": VERIFIER}
    ).json


def test_the_usual_door_has_no_name_in_its_addresses():
    assert (USUAL.prefix, USUAL.fhir_path) == ("", "/fhir")
    assert len({door.fhir_path + door.fhir_ending for door in DOORS}) == len(DOORS) == 36
    assert door_named(LONG.name) == LONG
    assert door_named("nowhere") is None


@pytest.mark.parametrize(
    ("door", "iss", "issuer"),
    [
        (SLASH, f"{BASE}/public-any-slash/fhir/", f"{BASE}/public-any-slash/fhir/"),
        (LONG, AT_LONG, AT_LONG),
        (OWN, f"{BASE}/public-v2-own/fhir", f"{BASE}/public-v2-own/oauth2/larkspur/"),
    ],
    ids=lambda v: getattr(v, "name", ""),
)  # fmt: skip
def test_what_a_door_says_of_itself(practice, door, iss, issuer):
    """A1.1, A6.3."""
    assert launch(practice, door)["iss"] == iss
    path = iss.removeprefix(BASE).rstrip("/")
    found = practice.http.get(f"{path}/.well-known/smart-configuration").json
    assert found["issuer"] == issuer
    assert found["token_endpoint"] == f"{BASE}{door.prefix}/token"
    keys = practice.http.get(f"{issuer.removeprefix(BASE).rstrip('/')}/.well-known/openid-configuration").json
    assert keys["issuer"] == issuer


@pytest.mark.parametrize(
    ("door", "missing"), [(LONG, "permission-v2"), (OWN, "permission-v1"), (SLASH, None)]
)
def test_a_door_of_one_version_says_so(practice, door, missing):
    found = practice.http.get(f"{door.fhir_path}/.well-known/smart-configuration").json
    assert {"permission-v1", "permission-v2"} - set(found["capabilities"]) == (
        {missing} if missing else set()
    )
    ends = {scope.rpartition(".")[2] for scope in found["scopes_supported"] if "/" in scope and "." in scope}
    assert ends == {"v1": {"read"}, "v2": {"rs", "c"}, "any": {"read", "rs", "c"}}[door.scopes]


@pytest.mark.parametrize(
    ("door", "kept", "dropped"),
    [
        (LONG, "patient/Condition.read", "patient/Patient.rs"),
        (OWN, "patient/Patient.rs", "patient/Condition.read"),
    ],
)
def test_scopes_of_the_other_version_are_not_granted(practice, door, kept, dropped):
    granted = tokens(practice, door, scope=f"launch openid {kept} {dropped}")["scope"].split()
    assert kept in granted
    assert dropped not in granted


def test_an_address_with_a_slash_is_meant_with_it(practice):
    bare = f"{BASE}/public-any-slash/fhir"
    assert "aud must be" in authorize(practice, SLASH, aud=bare)["error_description"]
    assert "code" in authorize(practice, SLASH)


def test_links_and_users_are_below_the_doors_address(practice):
    token = tokens(practice, LONG, scope="launch openid fhirUser patient/*.read")
    answer = practice.http.get(
        f"{LONG.fhir_path}/Condition?patient=anna&_count=1", headers=bearer(token)
    ).json
    assert answer["entry"][0]["fullUrl"] == f"{BASE}{LONG.fhir_path}/Condition/pain"


def test_a_token_opens_its_own_door_only(practice):
    token = tokens(practice, OWN)
    assert practice.http.get(f"{OWN.fhir_path}/Patient/anna", headers=bearer(token)).status_code == 200
    assert practice.http.get("/fhir/Patient/anna", headers=bearer(token)).status_code == 401
    other = tokens(practice, SLASH)
    assert practice.http.get(f"{OWN.fhir_path}/Patient/anna", headers=bearer(other)).status_code == 401


def test_a_launch_and_a_code_are_for_their_own_door_only(practice):
    """A3.3: what one EHR handed out is nothing to another."""
    asked = launch(practice, OWN)
    params = practice.authorize_params(launch=asked["launch"])
    assert (
        "launch is unknown"
        in query_of(practice.http.get("/authorize", query_string=params).location)["error_description"]
    )
    issued = authorize(practice, OWN)["code"]
    assert practice.exchange(issued).json["error"] == "invalid_grant"


def test_behind_a_long_path_there_is_no_short_one(practice):
    assert practice.http.get(f"{LONG.prefix}/fhir/metadata").status_code == 404
    assert practice.http.get(f"{LONG.fhir_path}/metadata").status_code == 200


def test_a_door_that_does_not_exist_is_no_page_but_one_that_says_so(practice):
    assert practice.http.post("/launch", data={"patient": "anna", "client": "odd"}).status_code == 400
    assert practice.http.get("/public-v9-plain/fhir/metadata").status_code == 404
