"""Tokens for work without a person (SMART Backend Services): one for many reads, and never for a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from launch.discovery import Discoveries
from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import LaunchProblem, Problem
from launch.scopes import A_SERVICES, Sharing, scopes_for, sharing
from launch.token import TokenEndpoint

RENEW_BEFORE = 30  # seconds; tokens of backend services live five minutes at most
NO_BACKEND = Problem(
    "no_backend",
    502,
    "The EHR cannot be read without a person",
    "This EHR is not registered with a key of the app's own, which unattended reading needs.",
    'Set auth_method = "private_key_jwt" and private_key_file for it in issuers.toml.',
)

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class BackendToken:
    access_token: str = field(repr=False)
    scopes: tuple[str, ...]  # as granted
    expires_at: float

    def sharing(self, resource_type: str) -> Sharing:
        return sharing(self.scopes, resource_type, A_SERVICES)


@dataclass
class BackendTokens:
    """One token for each EHR and set of types, asked for anew shortly before it ends.

    What a clinician sees is never read with one of these: it would pass over what that person may see.
    """

    outbound: Outbound
    discoveries: Discoveries
    clock: Callable[[], float]
    _kept: dict[Key, BackendToken] = field(default_factory=dict)
    _locks: dict[Key, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, registration: IssuerRegistration, types: Iterable[str]) -> BackendToken:
        """A token to read `types`. Raises LaunchProblem, whose sentence says what to mend."""
        if registration.auth_method != "private_key_jwt":
            raise LaunchProblem(NO_BACKEND)
        client = replace(registration, client_id=registration.backend_client_id or registration.client_id)
        key = (client.iss, tuple(sorted(set(types))))
        with self._lock_of(key):  # athena blocks a client that asks more than 200 times a minute
            kept = self._kept.get(key)
            if kept is None or self.clock() >= kept.expires_at - RENEW_BEFORE:
                kept = self._kept[key] = self._asked(client, key[1])
            return kept

    def forget(self, registration: IssuerRegistration, types: Iterable[str]) -> None:
        """After the FHIR server answered 401 to it."""
        key = (registration.iss, tuple(sorted(set(types))))
        with self._lock_of(key):
            self._kept.pop(key, None)

    def _asked(self, client: IssuerRegistration, types: tuple[str, ...]) -> BackendToken:
        discovery = self.discoveries.of(client)
        scopes = scopes_for(types, discovery.capabilities, "system")
        try:
            reply = TokenEndpoint(self.outbound, client, discovery.token_endpoint, self.clock()).credentials(
                scopes
            )
        except LaunchProblem:
            self.discoveries.forget(client)
            raise
        return BackendToken(reply.access_token, reply.scopes, self.clock() + reply.expires_in)

    def _lock_of(self, key: Key) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())
