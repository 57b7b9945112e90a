"""Whether a launch from one EHR will work, told before anyone tries: from its registration and its discovery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from launch.authorize import requested_scopes
from launch.discovery import Discovery, checked, read_document
from launch.issuers import IssuerRegistration
from launch.outbound import LEADS_INSIDE, Outbound
from launch.problems import LaunchProblem

Document = dict[str, Any]
NAME_NETWORK = 'If it is inside your organisation, name its network: private_networks = ["10.20.0.0/16"].'


class Weight(Enum):
    WORKS = "works"
    NOTE = "note"
    FAILS = "does not work"


@dataclass(frozen=True)
class Finding:
    weight: Weight
    text: str


def check_launch(
    registration: IssuerRegistration, outbound: Outbound, types: Iterable[str]
) -> tuple[Finding, ...]:
    """Every finding in plain words; nothing is asked but what any visitor may ask."""
    try:
        document, _ = read_document(outbound, registration)
        discovery = checked(outbound, registration, document)
    except LaunchProblem as problem:
        mend = f" {NAME_NETWORK}" if problem.detail == LEADS_INSIDE else ""
        return (_fails(f"{problem.problem.happened} ({problem.detail}){mend}"),)
    scopes = requested_scopes(registration, discovery, types, from_ehr=True)
    found = [_works(f"The sign-in page is at {_host(discovery.authorization_endpoint)}.")]
    for check in CHECKS:
        found += check(registration, document)
    found += _keys(registration, discovery, outbound)
    return (*found, _works(f"Scopes that will be asked for: {' '.join(scopes)}"))


def _works(text: str) -> Finding:
    return Finding(Weight.WORKS, text)


def _note(text: str) -> Finding:
    return Finding(Weight.NOTE, text)


def _fails(text: str) -> Finding:
    return Finding(Weight.FAILS, text)


def _pkce(_: IssuerRegistration, document: Document) -> Iterator[Finding]:
    if "S256" not in _listed(document, "code_challenge_methods_supported"):
        yield _note("It does not name PKCE with S256. The app sends it all the same.")


def _launches(_: IssuerRegistration, document: Document) -> Iterator[Finding]:
    capabilities = _listed(document, "capabilities")
    if not capabilities:
        yield _note("It names no capabilities: what it can do shows at the first launch.")
    elif "launch-ehr" not in capabilities:
        yield _fails("It does not launch apps from the patient's chart (launch-ehr).")
    else:
        yield _works("Launch from the patient's chart.")
    if capabilities and not {"launch-standalone", "context-standalone-patient"} <= capabilities:
        yield _note("Opening the app by itself and choosing a patient is not offered.")
    if capabilities and not capabilities & {"permission-v2", "permission-v1"}:
        yield _note("It names neither version of scopes; the app asks in version 1.")


def _identity(_: IssuerRegistration, document: Document) -> Iterator[Finding]:
    capabilities = _listed(document, "capabilities")
    if capabilities and "sso-openid-connect" not in capabilities:
        yield _note("It does not say who signs in. The summary can be read; nothing can be recorded.")


def _authentication(registration: IssuerRegistration, document: Document) -> Iterator[Finding]:
    offered = _listed(document, "token_endpoint_auth_methods_supported")
    method = registration.auth_method
    if offered and method != "none" and method not in offered:
        yield _fails(f"It does not take {method}; it takes {', '.join(sorted(offered))}.")
    elif method != "private_key_jwt" and "private_key_jwt" in offered:
        yield _note("It takes private_key_jwt, which is safer than a shared secret or none.")
    algorithms = _listed(document, "token_endpoint_auth_signing_alg_values_supported")
    used = registration.keys[0].alg if registration.keys else ""
    if method == "private_key_jwt" and algorithms and used not in algorithms:
        yield _fails(f"It does not take assertions signed {used}; it takes {', '.join(sorted(algorithms))}.")


def _ending(_: IssuerRegistration, document: Document) -> Iterator[Finding]:
    if not document.get("revocation_endpoint"):
        yield _note("It offers no revocation: after signing out its token lives on until it expires.")


def _frames(registration: IssuerRegistration, _: Document) -> Iterator[Finding]:
    if not registration.frame_ancestors:
        yield _note("No frame_ancestors are registered: the app cannot be shown inside the EHR's own pages.")


CHECKS: tuple[Callable[[IssuerRegistration, Document], Iterator[Finding]], ...] = (
    _pkce,
    _launches,
    _identity,
    _authentication,
    _ending,
    _frames,
)


def _keys(registration: IssuerRegistration, discovery: Discovery, outbound: Outbound) -> Iterator[Finding]:
    """The keys that id_tokens are verified with."""
    if not discovery.jwks_uri:
        return
    try:
        document = outbound.get(registration, discovery.jwks_uri).json
    except LaunchProblem as problem:
        yield _fails(f"The keys of its sign-in cannot be read: {problem.problem.happened}")
        return
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        yield _fails("It publishes no keys: who signs in could not be confirmed.")


def _listed(document: Document, name: str) -> frozenset[str]:
    value = document.get(name)
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def _host(url: str) -> str:
    return urlsplit(url).netloc
