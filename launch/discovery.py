"""Where an EHR's sign-in service is and what it can do, from smart-configuration; remembered for a while."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from launch.issuers import IssuerRegistration
from launch.outbound import Outbound, Reply
from launch.problems import DISCOVERY_FAILED, LaunchProblem

log = logging.getLogger(__name__)

LONGEST = 24 * 3600  # seconds, whatever Cache-Control says
USUAL = 3600
AFTER_FAILURE = 10  # long enough to spare a struggling EHR, short enough for a clinician who tries again
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Discovery:
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None = None
    jwks_uri: str | None = None
    issuer: str | None = None  # of the authorization server: often not the FHIR base
    capabilities: frozenset[str] = frozenset()


@dataclass
class Discoveries:
    """Discovery of each issuer, fetched once and kept as long as the EHR allows, at most a day."""

    outbound: Outbound
    clock: Callable[[], float]
    _kept: dict[str, tuple[float, Discovery | LaunchProblem]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, registration: IssuerRegistration) -> Discovery:
        with self._lock:
            until, kept = self._kept.get(registration.iss, (0.0, None))
        if kept is None or until <= self.clock():
            kept = self._fetch(registration)
        if isinstance(kept, LaunchProblem):
            raise LaunchProblem(kept.problem, kept.detail)
        return kept

    def forget(self, registration: IssuerRegistration) -> None:
        """After an endpoint failed: perhaps it has moved."""
        with self._lock:
            self._kept.pop(registration.iss, None)

    def _fetch(self, registration: IssuerRegistration) -> Discovery | LaunchProblem:
        found: Discovery | LaunchProblem
        try:
            found, seconds = _discover(self.outbound, registration)
        except LaunchProblem as problem:
            found, seconds = problem, AFTER_FAILURE
        with self._lock:
            self._kept[registration.iss] = (self.clock() + seconds, found)
        return found


def well_known_url(registration: IssuerRegistration) -> str:
    # Appended after the whole base path, not at the root of the host (SMART 2.2 conformance).
    return registration.well_known_url or f"{registration.fhir_base}/.well-known/smart-configuration"


def _discover(outbound: Outbound, registration: IssuerRegistration) -> tuple[Discovery, int]:
    document, seconds = read_document(outbound, registration)
    return checked(outbound, registration, document), seconds


def _registered(registration: IssuerRegistration) -> dict[str, str]:
    """What the registration says in place of the EHR: some EHRs state their endpoints wrongly."""
    stated = {
        "authorization_endpoint": registration.authorization_endpoint,
        "token_endpoint": registration.token_endpoint,
    }
    return {name: url for name, url in stated.items() if url}


def read_document(outbound: Outbound, registration: IssuerRegistration) -> tuple[dict[str, Any], int]:
    """What the EHR says, with what the registration says in its place; and for how many seconds it holds."""
    reply = outbound.get(registration, well_known_url(registration))
    if reply.status >= 500 or reply.status == 429:
        raise LaunchProblem(DISCOVERY_FAILED, f"smart-configuration answered {reply.status}")
    document = reply.json
    if reply.status != 200 or not isinstance(document, dict):
        # Only now, in sequence: EHRs that publish both may have left the older one to rot.
        document = _fallback(outbound, registration)
    return document | _registered(registration), _seconds(reply)


def _fallback(outbound: Outbound, registration: IssuerRegistration) -> dict[str, Any]:
    if {"authorization_endpoint", "token_endpoint"} <= _registered(registration).keys():
        return {}
    return _from_capability_statement(outbound, registration)


def checked(outbound: Outbound, registration: IssuerRegistration, document: dict[str, Any]) -> Discovery:
    """Raises LaunchProblem where a launch cannot work with it."""
    urls = {name: _absolute(registration, document.get(name)) for name in ENDPOINTS}
    for name in ("authorization_endpoint", "token_endpoint"):
        if urls[name] is None:
            raise LaunchProblem(DISCOVERY_FAILED, f"{name} is missing")
    for url in filter(None, urls.values()):
        outbound.check_allowed(registration, url)
    grants = _words(document, "grant_types_supported")
    if grants and "authorization_code" not in grants:
        raise LaunchProblem(DISCOVERY_FAILED, "authorization_code is not supported")
    if "S256" not in _words(document, "code_challenge_methods_supported"):
        # Older servers leave it out. We send S256 all the same and never fall back to plain.
        log.warning("issuer %s does not advertise PKCE S256", registration.iss)
    issuer = document.get("issuer")
    return Discovery(
        **urls,  # type: ignore[arg-type]
        issuer=issuer if isinstance(issuer, str) and issuer else None,
        capabilities=_words(document, "capabilities"),
    )


def _from_capability_statement(outbound: Outbound, registration: IssuerRegistration) -> dict[str, Any]:
    reply = outbound.get(registration, f"{registration.fhir_base}/metadata", "application/fhir+json")
    try:
        extensions = [
            part
            for rest in reply.json["rest"]
            for extension in rest["security"]["extension"]
            if extension["url"] == OAUTH_URIS
            for part in extension["extension"]
        ]
        uris = {part["url"]: part["valueUri"] for part in extensions if "valueUri" in part}
    except (KeyError, TypeError):
        raise LaunchProblem(DISCOVERY_FAILED, "no smart-configuration and no oauth-uris") from None
    return {
        "authorization_endpoint": uris.get("authorize"),
        "token_endpoint": uris.get("token"),
        "revocation_endpoint": uris.get("revoke"),
    }


def _absolute(registration: IssuerRegistration, url: Any) -> str | None:
    if not isinstance(url, str) or not url:
        return None
    try:
        return urljoin(f"{registration.fhir_base}/", url)
    except ValueError:
        raise LaunchProblem(DISCOVERY_FAILED, "an endpoint is not a URL") from None


def _words(document: dict[str, Any], name: str) -> frozenset[str]:
    listed = document.get(name)
    return (
        frozenset(word for word in listed if isinstance(word, str))
        if isinstance(listed, list)
        else frozenset()
    )


def _seconds(reply: Reply) -> int:
    found = re.search(r"max-age=(\d{1,9})", reply.cache_control)
    return min(int(found[1]), LONGEST) if found else USUAL
