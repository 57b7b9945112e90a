"""Hook requests as the practice EHR makes them: built from its own records, sent over HTTP, answers kept."""

import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import requests

from sandbox import parameters
from sandbox.access import view
from sandbox.errors import FhirError
from sandbox.hook_drafts import ORDER_HOOKS, selections
from sandbox.query import check_required, read_query
from sandbox.references import Resource, at_path
from sandbox.search import find, searchset
from sandbox.state import USER_ID, Access, Ehr, Grant

HOOKS = {
    "patient-view": "A chart is opened (patient-view)",
    "encounter-start": "A visit starts (encounter-start)",
    "appointment-book": "A visit is booked (appointment-book)",
    "order-select": "Orders are being written (order-select)",
    "order-sign": "Orders are about to be signed (order-sign)",
}
SENDING = {
    "prefetch": "Prefetch, as the service asks for it",
    "token": "Only our FHIR address with a token: the service fetches",
    "both": "Prefetch and a token",
}
_SCOPES = ("patient/*.rs",)
_TOKEN_SECONDS = 300
_TIMEOUT = 20
_LARGEST_SHOWN = 60_000  # characters of one answer that is not JSON
_TOKEN_OF_TEMPLATE = re.compile(r"\{\{context\.(\w+)\}\}")
_GOING_ON = ("arrived", "triaged", "in-progress")


class NotReached(Exception):
    """The services did not answer; the message is a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any  # JSON, or text where it is none
    milliseconds: int

    @property
    def cards(self) -> list[Resource]:
        found = self.body.get("cards") if isinstance(self.body, dict) else None
        return [card for card in found if isinstance(card, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what came back, kept while its page is in use."""

    patient: str
    hook: str
    service: Resource
    request: Resource = field(repr=False)
    answer: Answer = field(repr=False)
    left_out: tuple[str, ...] = ()  # prefetch keys we could not fill

    @property
    def drafts(self) -> Any:
        return self.request["context"].get("draftOrders")


@dataclass(frozen=True, slots=True)
class HookServices:
    """The services below `url`, over HTTP."""

    url: str

    def offered(self) -> list[Resource]:
        answer = self._ask("GET", "/cds-services", None)
        found = answer.body.get("services") if isinstance(answer.body, dict) else None
        if answer.status != 200 or not isinstance(found, list):
            raise NotReached(f"The list of services was answered with {answer.status}, and is not usable.")
        return [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), str)]

    def for_hook(self, hook: str) -> Resource:
        for service in self.offered():
            if service.get("hook") == hook:
                return service
        raise NotReached(f"No service is offered for {hook}.")

    def call(self, service: str, body: Resource) -> Answer:
        return self._ask("POST", f"/cds-services/{service}", body)

    def feedback(self, service: str, item: Resource) -> Answer:
        return self._ask("POST", f"/cds-services/{service}/feedback", {"feedback": [item]})

    def _ask(self, method: str, path: str, body: Resource | None) -> Answer:
        began = time.monotonic()
        try:
            with requests.Session() as http:
                http.trust_env = False  # the services are our neighbours: no proxy of the machine is between
                got = http.request(
                    method, f"{self.url}{path}", json=body, timeout=_TIMEOUT, allow_redirects=False
                )
        except requests.RequestException as problem:
            raise NotReached(f"The services could not be reached ({type(problem).__name__}).") from None
        return Answer(got.status_code, _read(got), round((time.monotonic() - began) * 1000))


def make_request(
    ehr: Ehr, service: Resource, patient: str, edited: Any, sending: str
) -> tuple[Resource, tuple[str, ...]]:
    """The hook request, and the prefetch keys it could not fill. `edited` is what the text field held."""
    context = _context(ehr, service["hook"], patient, edited)
    made: Resource = {"hook": service["hook"], "hookInstance": str(uuid.uuid4()), "context": context}
    access = _access(patient)
    if sending in ("token", "both"):
        made |= {"fhirServer": ehr.fhir_base, "fhirAuthorization": _authorization(ehr, access, service)}
    left_out: list[str] = []
    if sending != "token":
        made["prefetch"] = _prefetch(ehr, access, service, context, left_out)
    return made, tuple(left_out)


def without_token(made: Resource) -> Resource:
    """As it may be shown."""
    if "fhirAuthorization" not in made:
        return made
    return {**made, "fhirAuthorization": {**made["fhirAuthorization"], "access_token": "***"}}


def outcome_of(ehr: Ehr, card: Resource, outcome: str, **more: Any) -> Resource:
    """One item of feedback."""
    at = datetime.fromtimestamp(ehr.clock(), UTC).isoformat().replace("+00:00", "Z")
    return {"card": card.get("uuid"), "outcome": outcome, "outcomeTimestamp": at, **more}


def _context(ehr: Ehr, hook: str, patient: str, edited: Any) -> Resource:
    context: Resource = {"userId": f"Practitioner/{USER_ID}", "patientId": patient}
    if hook == "encounter-start":
        context["encounterId"] = _encounter(ehr, patient)
    if hook == "appointment-book":
        context["appointments"] = edited
    if hook == "order-select":
        context["selections"] = selections(edited)
    if hook in ORDER_HOOKS:
        context["draftOrders"] = edited
    return context


def _encounter(ehr: Ehr, patient: str) -> str:
    """The visit going on, else the latest; a patient never seen gets a made-up id."""
    seen = ehr.store.all("Encounter", patient)
    going_on = [one for one in seen if one.get("status") in _GOING_ON]
    by_start = sorted(
        going_on or seen, key=lambda one: max(map(str, at_path(one, "period.start")), default="")
    )
    return by_start[-1]["id"] if by_start else "first-visit"


def _access(patient: str) -> Access:
    return Access(Grant("console", _SCOPES, patient), _SCOPES)


def _authorization(ehr: Ehr, access: Access, service: Resource) -> Resource:
    return {
        "access_token": ehr.access.put(access, _TOKEN_SECONDS),
        "token_type": "Bearer",
        "expires_in": _TOKEN_SECONDS,
        "scope": " ".join(access.scopes),
        "subject": service["id"],
        "patient": access.grant.patient,
    }


def _prefetch(
    ehr: Ehr, access: Access, service: Resource, context: Resource, left_out: list[str]
) -> Resource:
    filled: Resource = {}
    for key, template in (service.get("prefetch") or {}).items():
        address = _TOKEN_OF_TEMPLATE.sub(lambda found: str(context.get(found[1], found[0])), template)
        try:
            filled[key] = _fetched(ehr, access, address)
        except (FhirError, ValueError):
            left_out.append(key)
    return filled


def _fetched(ehr: Ehr, access: Access, address: str) -> Resource | None:
    """A read or a search of our own records, whole: prefetch is not paged. FhirError, ValueError: not to be had."""
    path, is_search, asked = address.partition("?")
    kind, _, its_id = path.partition("/")
    # A type we do not keep is not "no data": the key stays away.
    if "{{" in address or (kind not in parameters.TYPES and kind not in ehr.store.types()):
        raise ValueError(address)
    seen = view(access, kind, "s" if is_search else "r")
    if not is_search:
        resource = ehr.store.get(kind, its_id)
        return resource if resource and seen.shows(resource) else None
    query = read_query(ehr.fhir_base, kind, parse_qsl(asked), is_strict=True)
    check_required(query, require_observation_category=ehr.store.require_observation_category)
    found = find(ehr.store, query, seen)
    query.count = max(1, len(found))
    return searchset(ehr.store, query, found, 0, seen.shows, None)


def _read(got: requests.Response) -> Any:
    try:
        return got.json()
    except ValueError:
        return got.text[:_LARGEST_SHOWN]
