"""The practice EHR's doors: the same patients behind one FHIR address for each kind of app, scopes and issuer.

An app is registered by issuer, so whatever an EHR may differ in needs an issuer of its own: choosing a door is
choosing how strict, how old or how oddly addressed the EHR is. Tokens of one door open no other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

from flask import has_request_context, request

from sandbox.clients import ASSERTION, BASIC, NONE

KEY = "practice.door"
CLIENTS = {
    "symmetric": "a confidential app with a client secret",
    "public": "a public app, without a secret",
    "asymmetric": "a confidential app that signs with its own key",
}
SCOPES = {
    "any": "scopes of SMART 1 and 2",
    "v2": "scopes of SMART 2 only (patient/Condition.rs)",
    "v1": "scopes of SMART 1 only (patient/Condition.read)",
}
ISSUERS = {
    "plain": "the FHIR address is the issuer",
    "slash": "an address that ends in a slash",
    "path": "a long path, as of a tenant of a hosted EHR",
    "own": "an issuer other than the FHIR address",
}
METHODS = {"symmetric": BASIC, "public": NONE, "asymmetric": ASSERTION}
CLIENT_IDS = {"symmetric": "", "public": "-public", "asymmetric": "-signed"}
_FHIR = {"path": "/tenants/larkspur/api/FHIR/R4"}
_OWN_ISSUER = "/oauth2/larkspur/"

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """`client`, `scopes` and `issuer` are keys of CLIENTS, SCOPES and ISSUERS."""

    client: str = "symmetric"
    scopes: str = "any"
    issuer: str = "plain"

    @property
    def name(self) -> str:
        return f"{self.client}-{self.scopes}-{self.issuer}"

    @property
    def prefix(self) -> str:
        """What comes before every path of this door; the usual door has none."""
        return "" if self == USUAL else f"/{self.name}"

    @property
    def fhir_path(self) -> str:
        return self.prefix + _FHIR.get(self.issuer, "/fhir")

    @property
    def fhir_ending(self) -> str:
        """The slash that belongs to the address, but not twice before what follows it."""
        return "/" if self.issuer == "slash" else ""

    @property
    def own_issuer(self) -> str:
        """The path of an issuer that is not the FHIR address; empty where it is."""
        return self.prefix + _OWN_ISSUER if self.issuer == "own" else ""

    def client_id(self, usual: str) -> str:
        return usual + CLIENT_IDS[self.client]

    def may_ask(self, scope: str) -> bool:
        """Whether a scope is written in a version this door knows."""
        is_v1 = scope.rpartition(".")[2] in ("read", "write", "*")
        is_of_resources = scope.startswith(("patient/", "user/", "system/"))
        return self.scopes == "any" or not is_of_resources or is_v1 == (self.scopes == "v1")

    def told(self) -> str:
        return f"{CLIENTS[self.client]}; {SCOPES[self.scopes]}; {ISSUERS[self.issuer]}"


USUAL = Door()
DOORS = tuple(Door(*chosen) for chosen in product(CLIENTS, SCOPES, ISSUERS))
_BY_NAME = {door.name: door for door in DOORS}


def door_named(name: str) -> Door | None:
    return _BY_NAME.get(name)


def current_door() -> Door:
    """The door this request came through."""
    found = request.environ.get(KEY) if has_request_context() else None
    return found if isinstance(found, Door) else USUAL


class Doors:
    """Sends a request that comes through a door to the one place that answers it, and remembers the door."""

    def __init__(self, within: Wsgi) -> None:
        self._within = within

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        door = door_named(path.split("/")[1]) if path.startswith("/") else None
        if door is None or door == USUAL:
            return self._within(environ, start_response)
        rest = path.removeprefix(door.prefix)
        fhir = door.fhir_path.removeprefix(door.prefix)
        if rest == fhir or rest.startswith(f"{fhir}/"):
            rest = "/fhir" + rest.removeprefix(fhir)
        elif rest.startswith("/fhir"):
            rest = "/nowhere"  # behind this door FHIR has another address
        inside = {**environ, KEY: door, "PATH_INFO": rest, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "")}
        inside["SCRIPT_NAME"] += quote(door.prefix)
        return self._within(inside, start_response)
