"""The public keys of hook clients, from the one place registered for each, kept for a while."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cds.hooks.clients import HookClient
from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import LaunchProblem

log = logging.getLogger(__name__)

KEPT = 3600  # seconds
COOLDOWN = 60  # an unknown kid makes us look again, at most once in this time

Jwk = dict[str, Any]


@dataclass
class _Kept:
    fetched: float = float("-inf")
    keys: list[Jwk] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class ClientKeys:
    outbound: Outbound
    clock: Callable[[], float]
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, client: HookClient, kid: str) -> Jwk | None:
        """The key with this kid; an unknown one is looked for once more, newly fetched."""
        with self._lock:
            kept = self._kept.setdefault(client.iss, _Kept())
        return _pick(self._listed(client, kept, KEPT), kid) or _pick(
            self._listed(client, kept, COOLDOWN), kid
        )

    def _listed(self, client: HookClient, kept: _Kept, at_most: float) -> list[Jwk]:
        # One thread fetches; the others wait for it rather than each knocking.
        with kept.lock:
            if self.clock() - kept.fetched >= at_most:
                kept.fetched = self.clock()
                kept.keys = self._fetched(client) or kept.keys
            return kept.keys

    def _fetched(self, client: HookClient) -> list[Jwk]:
        """Empty where nothing usable came: keys known from before then stay in use."""
        try:
            document = self.document(client)
        except (LaunchProblem, OSError, ValueError, RecursionError) as problem:
            log.warning("hook client keys not read: %s", type(problem).__name__)
            return []
        listed = document.get("keys") if isinstance(document, dict) else None
        return [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []

    def document(self, client: HookClient) -> Any:
        """Newly read. Raises LaunchProblem for an address, OSError and ValueError for a file."""
        if client.jwks_file:
            return json.loads(client.jwks_file.read_bytes())
        # The registered address is the only host that is talked to, through the door that launch uses.
        place = IssuerRegistration(
            client.jwks_url, "", private_networks=client.private_networks, ca_file=client.ca_file
        )
        return self.outbound.get(place, client.jwks_url).json


def _pick(keys: list[Jwk], kid: str) -> Jwk | None:
    return next((k for k in keys if k.get("kid") == kid and k.get("use") in (None, "sig")), None)
