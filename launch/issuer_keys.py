"""The keys an EHR signs id_tokens with, fetched from where its expected issuer says they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from launch.discovery import Discovery
from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import IDENTITY_REFUSED, LaunchProblem

KEYS_SECONDS = 3600
KEYS_COOLDOWN = 60  # an unknown kid makes us fetch again, at most once in this time


@dataclass
class IssuerKeys:
    outbound: Outbound
    clock: Callable[[], float]
    _kept: dict[str, tuple[float, list[dict[str, Any]]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(
        self, registration: IssuerRegistration, discovery: Discovery, issuer: str, kty: str, kid: Any
    ) -> dict[str, Any] | None:
        """The published key with this kid, as a JWK; an unknown kid is looked for once more, newly fetched."""
        url = self._url(registration, discovery, issuer)
        known = _pick(self._listed(registration, url), kty, kid)
        return known or _pick(self._listed(registration, url, again=True), kty, kid)

    def _url(self, registration: IssuerRegistration, discovery: Discovery, issuer: str) -> str:
        if discovery.jwks_uri:
            return discovery.jwks_uri
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self.outbound.get(registration, url).json
        if isinstance(document, dict) and document.get("issuer") == issuer:
            found = document.get("jwks_uri")
            if isinstance(found, str):
                return found
        raise LaunchProblem(IDENTITY_REFUSED, "the issuer's keys cannot be found")

    def _listed(
        self, registration: IssuerRegistration, url: str, again: bool = False
    ) -> list[dict[str, Any]]:
        with self._lock:
            fetched, keys = self._kept.get(url, (float("-inf"), []))
        if self.clock() - fetched < (KEYS_COOLDOWN if again else KEYS_SECONDS):
            return keys
        document = self.outbound.get(registration, url).json
        listed = document.get("keys") if isinstance(document, dict) else None
        keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
        with self._lock:
            self._kept[url] = (self.clock(), keys)
        return keys


def _pick(keys: list[dict[str, Any]], kty: str, kid: Any) -> dict[str, Any] | None:
    """The key with this kid; without a kid, the only one of its kind."""
    usable = [key for key in keys if key.get("kty") == kty and key.get("use") in (None, "sig")]
    if kid is not None:
        return next((key for key in usable if key.get("kid") == kid), None)
    return usable[0] if len(usable) == 1 else None
