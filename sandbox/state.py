"""What the practice EHR holds while it runs: its clients, keys, launches, codes, tokens and log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import current_app
from joserfc import jwt
from joserfc.jwk import RSAKey

from sandbox.clients import ClientRegister, EhrClient
from sandbox.doors import USUAL, Door, current_door
from sandbox.faults import NO_FAULTS, Faults
from sandbox.store import Store
from sandbox.traffic import Log
from sandbox.vault import SeenOnce, Vault

LAUNCH_SECONDS = 600
CODE_SECONDS = 60
TOKEN_SECONDS = 3600
REFRESH_SECONDS = {"online_access": 8 * 3600, "offline_access": 90 * 86400}
USER_ID = "practice-user"
ID_TOKEN_ALGORITHM = "RS256"  # every SMART server must offer it

USER = {
    "resourceType": "Practitioner",
    "id": USER_ID,
    "active": True,
    "name": [{"use": "official", "family": "Practice", "given": ["User"], "prefix": ["Dr."]}],
}


@dataclass(frozen=True, slots=True)
class Launch:
    patient: str
    encounter: str | None
    app_context: str | None = None  # of a CDS Hooks link: handed on to the app as it came
    appointment: str | None = None
    door: Door = USUAL
    faults: Faults = NO_FAULTS
    number: int = 0  # by which the log tells one launch from another


@dataclass(slots=True)
class Grant:
    """What the user allowed one app to do, from the authorization until it is revoked."""

    client_id: str
    scopes: tuple[str, ...]
    patient: str | None = None
    encounter: str | None = None
    app_context: str | None = None
    appointment: str | None = None
    door: Door = USUAL
    faults: Faults = NO_FAULTS
    number: int = 0
    is_revoked: bool = False
    met: Counter[str] = field(default_factory=Counter)  # how often a type has met a fault


@dataclass(frozen=True, slots=True)
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """An access token: the grant behind it, and the scopes this token was narrowed to."""

    grant: Grant
    scopes: tuple[str, ...]
    calls: count[int] = field(default_factory=count, compare=False)


@dataclass(slots=True)
class Ehr:
    store: Store
    base_url: str  # as browsers and apps reach it; never taken from a Host header
    register: tuple[EhrClient, ...]
    launch_url: str | None
    stories: Mapping[str, str]
    key: RSAKey
    clock: Callable[[], float] = time.time
    token_seconds: int = TOKEN_SECONDS
    shows: Mapping[str, Sequence[str]] = field(default_factory=dict)  # patient: rules it was made to show
    log: Log = field(default_factory=Log)
    clients: ClientRegister = field(init=False)
    launches: Vault[Launch] = field(init=False)
    pending: Vault[dict[str, str]] = field(init=False)  # authorize requests that wait for a patient
    codes: Vault[Code] = field(init=False)
    access: Vault[Access] = field(init=False)
    refresh: Vault[Grant] = field(init=False)
    searches: Vault[Any] = field(init=False)  # result lists that pages are cut from
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self.clients = ClientRegister(self.register, self.token_url, SeenOnce(self.clock))
        self.launches, self.pending, self.codes = Vault(self.clock), Vault(self.clock), Vault(self.clock)
        self.access, self.refresh, self.searches = Vault(self.clock), Vault(self.clock), Vault(self.clock)

    @property
    def fhir_base(self) -> str:
        """Below which resources are, at the door this request came through; without a slash at its end."""
        return self.url(current_door().fhir_path)

    @property
    def fhir_address(self) -> str:
        """The same as apps must write it: `iss` and `aud`, byte for byte."""
        return self.address_at(current_door())

    @property
    def issuer(self) -> str:
        own = current_door().own_issuer
        return self.url(own) if own else self.fhir_address

    @property
    def user_url(self) -> str:
        return f"{self.fhir_base}/Practitioner/{USER_ID}"

    def url(self, path: str) -> str:
        return self.base_url + path

    def door_url(self, path: str) -> str:
        return self.url(current_door().prefix + path)

    def token_url(self) -> str:
        return self.door_url("/token")

    def address_at(self, door: Door) -> str:
        return self.url(door.fhir_path) + door.fhir_ending

    def new_launch(self, patient: str, app_context: str | None = None, **more: Any) -> str:
        """An opaque launch value for a patient, in the visit that is going on, if one is."""
        number = next(self.numbers)
        launch = Launch(patient, _current_encounter(self.store, patient), app_context, number=number, **more)
        return self.launches.put(launch, LAUNCH_SECONDS)

    def public_keys(self) -> dict[str, Any]:
        return {"keys": [{**self.key.as_dict(private=False), "alg": ID_TOKEN_ALGORITHM}]}

    def sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": ID_TOKEN_ALGORITHM, "kid": self.key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self.key)


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def current_ehr() -> Ehr:
    ehr: Ehr = current_app.extensions["ehr"]
    return ehr


def _current_encounter(store: Store, patient: str) -> str | None:
    """A finished visit is nobody's current context: better none than one of years ago."""
    current = ("arrived", "triaged", "in-progress")
    going_on = [found["id"] for found in store.all("Encounter", patient) if found.get("status") in current]
    return going_on[-1] if going_on else None
