"""A resource written by an app: checked as strictly as an EHR does, then given an id."""

import threading
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from flask import request

from sandbox.access import View
from sandbox.answers import FHIR_JSON
from sandbox.errors import FhirError
from sandbox.query import read_query
from sandbox.references import Resource, every_reference, local_target, patients_of
from sandbox.search import find
from sandbox.state import USER_ID, Ehr
from sandbox.store import own_copy

_one_at_a_time = threading.Lock()


def create(ehr: Ehr, writable: View, resource_type: str) -> tuple[Resource, bool]:
    """The stored resource, and whether it is new: If-None-Exist finds the one already there."""
    resource = _body(resource_type)
    _check_owner(ehr, writable, resource)
    _check_shape(resource)
    _check_references(ehr, resource)
    # Two requests with one If-None-Exist at the same moment make one resource.
    with _one_at_a_time:
        if existing := _existing(ehr, writable, resource_type):
            return existing, False
        return _added(ehr, resource), True


def _added(ehr: Ehr, resource: Resource) -> Resource:
    now = datetime.fromtimestamp(ehr.clock(), UTC).isoformat(timespec="milliseconds")
    resource["id"] = str(uuid.uuid4())
    resource["meta"] = {**resource.get("meta", {}), "versionId": "1", "lastUpdated": now}
    ehr.store.add(resource)
    return resource


def _body(resource_type: str) -> Resource:
    if request.mimetype not in (FHIR_JSON, "application/json"):
        raise FhirError(415, "not-supported", f"The body must be {FHIR_JSON}.")
    try:
        resource = own_copy(orjson.loads(request.get_data()))
    except ValueError:
        resource = None
    if resource is None:
        raise FhirError(400, "structure", "The body is not a FHIR resource in JSON.")
    if resource["resourceType"] != resource_type:
        raise FhirError(400, "invalid", f"resourceType must be {resource_type}, as in the address.")
    return resource


def _check_owner(ehr: Ehr, writable: View, resource: Resource) -> None:
    owners = patients_of(resource)
    if len(owners) != 1 or not all(ehr.store.get("Patient", owner) for owner in owners):
        raise FhirError(422, "business-rule", "The resource must be about one patient known here.")
    if not writable.shows(resource):
        raise FhirError(
            403, "forbidden", "The token is for another patient, or its scopes do not cover this."
        )


def _check_references(ehr: Ehr, resource: Resource) -> None:
    """What it points to here must be here, and be nobody else's."""
    owners = patients_of(resource)
    for reference in every_reference(resource):
        if target := local_target(reference):
            kind, _, key = target.partition("/")
            found = ehr.store.get(kind, key)
            is_user = (kind, key) == ("Practitioner", USER_ID)
            if not is_user and (found is None or not patients_of(found) <= owners):
                raise FhirError(422, "business-rule", f"{target} is not known here for this patient.")


def _check_shape(resource: Resource) -> None:
    """Against FHIR's own definitions; the import takes a second, so only when somebody writes."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as problem:
        first: dict[str, Any] = dict(problem.errors(include_url=False, include_context=False)[0])
        where = ".".join(str(part) for part in first["loc"])
        raise FhirError(422, "structure", f"{where}: {first['msg']}") from problem
    except (KeyError, TypeError) as problem:  # an unknown contained type escapes as KeyError
        raise FhirError(422, "structure", "The resource cannot be read as FHIR R4.") from problem


def _existing(ehr: Ehr, writable: View, resource_type: str) -> Resource | None:
    condition = request.headers.get("If-None-Exist")
    if not condition:
        return None
    query = read_query(ehr.fhir_base, resource_type, parse_qsl(condition), is_strict=True)
    found = find(ehr.store, query, writable)
    if len(found) > 1:
        raise FhirError(412, "multiple-matches", "If-None-Exist matches more than one resource.")
    return found[0] if found else None
