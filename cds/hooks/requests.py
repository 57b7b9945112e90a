"""A hook request, checked element by element before anything is read from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cds.hooks.services import Service
from rules.rule import Hook

Json = dict[str, Any]

_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~-]{1,256}")
_CLINICIANS = frozenset({"Practitioner", "PractitionerRole"})
_USERS = {
    Hook.ORDER_SELECT: _CLINICIANS,
    Hook.ORDER_SIGN: _CLINICIANS,
}
_ANY_USER = _CLINICIANS | {"Patient", "RelatedPerson"}
# What a hook's definition requires beside userId and patientId, with the JSON it must be.
_FURTHER: dict[Hook, tuple[tuple[str, type | tuple[type, ...]], ...]] = {
    Hook.ENCOUNTER_START: (("encounterId", str),),
    Hook.APPOINTMENT_BOOK: (("appointments", (dict, list)),),  # a Bundle by the text, a list in the example
    Hook.ORDER_SELECT: (("selections", list), ("draftOrders", (dict, list))),
    Hook.ORDER_SIGN: (("draftOrders", (dict, list)),),
}
_LONGEST = 4096


class BadRequest(Exception):
    """The request cannot be used; the message is one sentence without anything of the patient in it."""


@dataclass(frozen=True)
class Authorization:
    """The token for reading, for this call only."""

    access_token: str = field(repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HookRequest:
    patient_id: str
    user: str  # "Practitioner/1"
    context: Json = field(repr=False)
    prefetch: Json = field(repr=False)
    fhir_server: str = ""
    authorization: Authorization | None = None

    @property
    def draft_orders(self) -> Any:
        return self.context.get("draftOrders")

    @property
    def encounter_id(self) -> str:
        found = self.context.get("encounterId")
        return found if is_id(found) else ""

    @property
    def selections(self) -> list[str]:
        return [s for s in self.context.get("selections") or () if isinstance(s, str)]


def read_request(body: object, service: Service) -> HookRequest:
    """Raises BadRequest. Unknown elements are let be."""
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    if body.get("hook") != service.hook.value:
        raise BadRequest(f"This service answers the hook {service.hook.value}.")
    _check_uuid(body.get("hookInstance"))
    context = _object(body, "context")
    patient_id = _patient_id(context)
    user = _user(context, service)
    _check_further(context, service)
    if "extension" in body:
        _object(body, "extension")
    server = _text(body, "fhirServer") if body.get("fhirServer") is not None else ""
    return HookRequest(
        patient_id, user, context, _prefetch(body), server, _authorization(body, server, patient_id)
    )


def is_id(value: object) -> bool:
    """A bare id, as long as Epic's may be."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _check_uuid(value: object) -> None:
    try:
        # Any version, any case; UUID() itself would also take braces and urn:uuid:.
        if not isinstance(value, str) or str(UUID(value)) != value.lower():
            raise ValueError
    except ValueError:
        raise BadRequest("hookInstance must be a UUID.") from None


def _patient_id(context: Json) -> str:
    patient_id = _text(context, "patientId", "context.")
    if not is_id(patient_id):
        raise BadRequest("context.patientId must be a bare id.")
    return patient_id


def _user(context: Json, service: Service) -> str:
    user = _text(context, "userId", "context.")
    allowed = _USERS.get(service.hook, _ANY_USER)
    kind, _, its_id = user.partition("/")
    if kind not in allowed or not is_id(its_id):
        raise BadRequest(f"context.userId must be Type/id, of type {', '.join(sorted(allowed))}.")
    return user


def _check_further(context: Json, service: Service) -> None:
    for name, kind in _FURTHER.get(service.hook, ()):
        value = context.get(name)
        if not isinstance(value, kind) or value == "":
            raise BadRequest(f"context.{name} is missing or not of its type.")
    selections = context.get("selections", ())
    if isinstance(selections, list) and not all(isinstance(s, str) and "/" in s for s in selections):
        raise BadRequest("context.selections must be a list of Type/id.")
    if "encounterId" in context and not isinstance(context["encounterId"], str | None):
        raise BadRequest("context.encounterId must be a text.")


def _prefetch(body: Json) -> Json:
    return {} if body.get("prefetch") is None else _object(body, "prefetch")


def _authorization(body: Json, server: str, patient_id: str) -> Authorization | None:
    if body.get("fhirAuthorization") is None:
        return None
    if not server:
        raise BadRequest("fhirAuthorization needs fhirServer beside it.")
    given, where = _object(body, "fhirAuthorization"), "fhirAuthorization."
    token, scope = _text(given, "access_token", where), _text(given, "scope", where)
    _text(given, "subject", where)
    lasts = given.get("expires_in")
    if _text(given, "token_type", where).lower() != "bearer":
        raise BadRequest("fhirAuthorization.token_type must be Bearer.")
    if isinstance(lasts, bool) or not isinstance(lasts, int):
        raise BadRequest("fhirAuthorization.expires_in must be a whole number of seconds.")
    if given.get("patient") not in (None, patient_id):
        raise BadRequest("fhirAuthorization.patient is not the patient of the context.")
    if not token.isascii() or any(c <= " " for c in token):
        raise BadRequest("fhirAuthorization.access_token is not a token.")
    return Authorization(token, tuple(word for word in scope.split(" ") if word))


def _object(parent: Mapping[str, Any], name: str) -> Json:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise BadRequest(f"{name} must be a JSON object.")
    return value


def _text(parent: Mapping[str, Any], name: str, where: str = "") -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value or (name != "scope" and len(value) > _LONGEST):
        raise BadRequest(f"{where}{name} is missing or not a text.")
    return value
