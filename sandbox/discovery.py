"""What the practice EHR says about itself: SMART configuration, OpenID configuration, keys, CapabilityStatement."""

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox import clients, parameters
from sandbox.answers import FHIR_JSON
from sandbox.doors import Door, current_door
from sandbox.state import ID_TOKEN_ALGORITHM, Ehr, current_ehr

blueprint = Blueprint("discovery", __name__)

CAPABILITIES = [
    "authorize-post",
    "client-confidential-asymmetric",
    "client-confidential-symmetric",
    "client-public",
    "context-ehr-encounter",
    "context-ehr-patient",
    "context-standalone-patient",
    "launch-ehr",
    "launch-standalone",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
    "sso-openid-connect",
]
SCOPES = [*clients.DEFAULT_SCOPES, "patient/*.read", "user/*.read"]
INTERACTIONS = ("read", "search-type")


@blueprint.get("/fhir/.well-known/smart-configuration")
def smart_configuration() -> Response:
    return jsonify(_configuration(current_ehr()))


@blueprint.get("/oauth2/larkspur/.well-known/openid-configuration")
@blueprint.get("/fhir/.well-known/openid-configuration")
def openid_configuration() -> Response:
    more = {
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ID_TOKEN_ALGORITHM],
        "claims_supported": ["iss", "aud", "sub", "exp", "iat", "nonce", "fhirUser", "profile"],
    }
    return jsonify(_configuration(current_ehr()) | more)


@blueprint.get("/jwks.json")
def jwks() -> Response:
    answer = jsonify(current_ehr().public_keys())
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@blueprint.get("/fhir/metadata")
def metadata() -> Response:
    answer = jsonify(_capability_statement(current_ehr()))
    answer.mimetype = FHIR_JSON
    return answer


def _configuration(ehr: Ehr) -> dict[str, Any]:
    return {
        "issuer": ehr.issuer,
        "authorization_endpoint": ehr.door_url("/authorize"),
        "token_endpoint": ehr.token_url(),
        "revocation_endpoint": ehr.door_url("/revoke"),
        "jwks_uri": ehr.url("/jwks.json"),
        "capabilities": _capabilities(current_door()),
        "scopes_supported": [scope for scope in SCOPES if current_door().may_ask(scope)],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(clients.AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(clients.ASSERTION_ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
    }


def _capabilities(door: Door) -> list[str]:
    """One version of the scopes, where the door knows one alone."""
    other = {"v1": "permission-v2", "v2": "permission-v1"}.get(door.scopes)
    return [name for name in CAPABILITIES if name != other]


def _capability_statement(ehr: Ehr) -> dict[str, Any]:
    oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    endpoints = {"authorize": "/authorize", "token": "/token", "revoke": "/revoke"}
    security = {
        "service": [{"coding": [_SMART_SERVICE]}],
        "extension": [
            {
                "url": oauth,
                "extension": [{"url": k, "valueUri": ehr.door_url(v)} for k, v in endpoints.items()],
            }
        ],
    }
    kinds = sorted(ehr.store.types() | parameters.TYPES.keys())
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "implementation": {"description": "Practice EHR: synthetic people", "url": ehr.fhir_base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "security": security, "resource": [_described(kind) for kind in kinds]}],
    }


_SMART_SERVICE = {
    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
    "code": "SMART-on-FHIR",
}


def _described(kind: str) -> dict[str, Any]:
    able = [*INTERACTIONS, "create"] if kind in parameters.CREATABLE else INTERACTIONS
    known = parameters.for_type(kind)
    return {
        "type": kind,
        "interaction": [{"code": code} for code in able],
        "versioning": "no-version",
        "conditionalCreate": kind in parameters.CREATABLE,
        "searchInclude": [f"{kind}:{name}" for name, p in known.items() if p.kind == "reference"],
        "searchParam": [{"name": name, "type": p.kind} for name, p in known.items()],
    }
