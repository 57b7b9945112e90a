"""What the bearer of an access token may see: the granted scopes, and one patient's compartment."""

from dataclasses import dataclass

from flask import request

from sandbox import matching, parameters
from sandbox.doors import current_door
from sandbox.errors import FhirError
from sandbox.references import Resource, patients_of
from sandbox.scopes import ResourceScope, resource_scopes
from sandbox.state import USER_ID, Access, Ehr, Grant

WHOLE = {"user", "system"}  # levels that are not bound to the patient of a launch


@dataclass(frozen=True, slots=True)
class View:
    """The scopes that apply to one interaction with one resource type."""

    grant: Grant
    scopes: tuple[ResourceScope, ...]

    @property
    def patient(self) -> str | None:
        """The only patient in view; None when a user or system scope opens the whole practice."""
        return None if any(scope.level in WHOLE for scope in self.scopes) else self.grant.patient

    def shows(self, resource: Resource) -> bool:
        return any(self._shows_by(scope, resource) for scope in self.scopes)

    def _shows_by(self, scope: ResourceScope, resource: Resource) -> bool:
        return (scope.level in WHOLE or self._is_in_compartment(resource)) and _fits_query(scope, resource)

    def _is_in_compartment(self, resource: Resource) -> bool:
        owners = patients_of(resource)
        if not owners:
            return resource["resourceType"] in parameters.SHARED
        return self.grant.patient in owners


def bearer(ehr: Ehr) -> Access:
    """The token of this request; 401 says in WWW-Authenticate what is wrong with it (RFC 6750)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        raise FhirError(401, "login", "An access token is required.", {"WWW-Authenticate": challenge()})
    access = ehr.access.get(token.strip()) if scheme.lower() == "bearer" else None
    if access is None or access.grant.is_revoked or access.grant.door != current_door():
        told = challenge("invalid_token", "the token is unknown, expired or revoked")
        raise FhirError(401, "login", "The access token is not valid.", {"WWW-Authenticate": told})
    return access


def view(access: Access, resource_type: str, letter: str) -> View:
    """403 when no granted scope allows this interaction (a letter of "cruds") with this type."""
    scopes = [found for found in resource_scopes(access.scopes) if found.permits(resource_type, letter)]
    reach = tuple(scope for scope in scopes if scope.level in WHOLE or access.grant.patient)
    if reach:
        return View(access.grant, reach)
    why = f"The granted scopes do not allow this with {resource_type}."
    raise FhirError(403, "forbidden", why, {"WWW-Authenticate": challenge("insufficient_scope", why)})


def is_own_user(access: Access, resource_type: str, resource_id: str) -> bool:
    """The scope fhirUser includes reading who is logged in."""
    return "fhirUser" in access.scopes and (resource_type, resource_id) == ("Practitioner", USER_ID)


def _fits_query(scope: ResourceScope, resource: Resource) -> bool:
    """Granular scopes, `patient/Observation.rs?category=...`; one we cannot apply shows nothing."""
    known = parameters.for_type(resource["resourceType"])
    try:
        return all(
            name in known and matching.fits(resource, known[name], "", value) for name, value in scope.query
        )
    except matching.BadValue:
        return False


def challenge(error: str = "", why: str = "") -> str:
    """The WWW-Authenticate header (RFC 6750)."""
    parts = ['realm="practice EHR"'] + ([f'error="{error}", error_description="{why}"'] if error else [])
    return "Bearer " + ", ".join(parts)
