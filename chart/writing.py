"""Creates one resource on the FHIR server of a launch, and says honestly whether it may have arrived."""

import logging
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

import orjson
import requests
import urllib3

from chart.elements import Json, as_object, as_objects, as_text
from chart.fhir_server import FhirServer
from chart.transport import SignInEnded, reach_of
from network.addresses import ForbiddenAddress
from network.guarded import guarded_session, within

_log = logging.getLogger(__name__)

_FHIR_JSON = "application/fhir+json"
_SECONDS_TO_ANSWER = 15.0
_SECONDS_IN_ALL = 20.0  # however slowly its bytes come
_LARGEST_ANSWER = 2_000_000  # bytes; what comes back is the one resource that was sent


class Refusal(Enum):
    """Why nothing was created, each with what it means for a clinician. `UNKNOWN` may have been created."""

    NOT_ALLOWED = "The EHR does not allow this app to write it."
    NOT_ACCEPTED = "The EHR did not accept what was sent."
    SEVERAL = "The EHR holds it more than once already."
    BUSY = "The EHR is too busy or reported a fault."
    NOT_REACHED = "The EHR could not be reached."
    UNKNOWN = "The EHR did not answer in time, so that it is not known whether it arrived."


class NotWritten(Exception):
    def __init__(self, refusal: Refusal, status: int | None = None) -> None:
        super().__init__(f"{refusal.name} {status or 'without an answer'}")
        self.refusal, self.status = refusal, status


@dataclass(frozen=True, slots=True)
class Identifier:
    """Our own name for what we write: sending it twice makes one record (http.html#ccreate)."""

    system: str
    value: str

    @property
    def token(self) -> str:
        return f"{self.system}|{self.value}"

    def as_json(self) -> Json:
        return {"system": self.system, "value": self.value}


@dataclass(frozen=True, slots=True)
class Created:
    id: str  # "ServiceRequest/12"
    is_new: bool  # False: the server had one with this identifier


def create(server: FhirServer, resource: Json, known_as: Identifier) -> Created:
    """POST once, never again by itself. Raises NotWritten, or SignInEnded when the token is no longer good.

    `resource` carries `known_as` among its identifiers. Servers that do not know If-None-Exist pass over it:
    ask `find_created` before a second try.
    """
    headers = {
        "Content-Type": _FHIR_JSON,
        "Prefer": "return=representation",
        "If-None-Exist": urlencode({"identifier": known_as.token}),
    }
    kind = as_text(resource.get("resourceType"))
    status, location, body = _send(server, "POST", f"{server.base}/{kind}", headers, resource)
    if status not in (200, 201):
        raise NotWritten(_refusal(status), status)
    if not (made := _id_in(location, kind) or _id_of(body, kind)):
        # Created, by its status, and nobody says under which id.
        made = find_created(server, kind, as_patient(resource), known_as) or ""
    return Created(made, status == 201)


def find_created(server: FhirServer, kind: str, patient: str, known_as: Identifier) -> str | None:
    """The id under which it is there already. `patient` is "Patient/12". Raises NotWritten, SignInEnded.

    A server that does not know `identifier` answers with everything, so that each answer is looked at.
    """
    query = urlencode({"patient": patient.removeprefix("Patient/"), "identifier": known_as.token})
    status, _, body = _send(server, "GET", f"{server.base}/{kind}?{query}", {}, None)
    if status != 200:
        raise NotWritten(_refusal(status), status)
    found = (as_object(entry.get("resource")) for entry in as_objects(body.get("entry")))
    ours = known_as.as_json()
    return next((_id_of(r, kind) for r in found if _has(r, ours) and _id_of(r, kind)), None)


def as_patient(resource: Json) -> str:
    return as_text(as_object(resource.get("subject") or resource.get("for")).get("reference"))


def _send(
    server: FhirServer, method: str, url: str, headers: dict[str, str], body: Json | None
) -> tuple[int, str, Json]:
    """Status, Location, and the resource in the answer. One session a call: no cookie, no proxy, no redirect."""
    sent = {"Authorization": f"Bearer {server.token}", "Accept": _FHIR_JSON, "User-Agent": "previsit"}
    with guarded_session(reach_of(server), watched=True) as session, within(_SECONDS_IN_ALL, session):
        try:
            with session.request(
                method,
                url,
                json=body,
                headers=sent | headers,
                timeout=(server.limits.connect_s, _SECONDS_TO_ANSWER),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _answer(response)
        except (ForbiddenAddress, requests.ConnectTimeout, requests.exceptions.SSLError):
            raise NotWritten(Refusal.NOT_REACHED) from None
        except requests.RequestException as problem:
            _log.info("FHIR write: %s", type(problem).__name__)
            raise NotWritten(Refusal.NOT_REACHED if _never_left(problem) else Refusal.UNKNOWN) from None


def _answer(response: requests.Response) -> tuple[int, str, Json]:
    if response.status_code == 401:
        raise SignInEnded("The sign-in to the EHR has ended. Open the app again from the patient's chart.")
    try:
        content = response.raw.read(_LARGEST_ANSWER + 1, decode_content=True)
        body = orjson.loads(content) if len(content) <= _LARGEST_ANSWER else {}
    except (ValueError, urllib3.exceptions.HTTPError, OSError):
        body = {}  # what became of it, the status says
    return response.status_code, response.headers.get("Location", ""), as_object(body)


def _never_left(problem: requests.RequestException) -> bool:
    """No connection was made at all, which requests tells only through the error of urllib3 inside its own."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _refusal(status: int) -> Refusal:
    if status in (403, 404, 405):
        return Refusal.NOT_ALLOWED
    if status == 412:
        return Refusal.SEVERAL
    if status in (502, 504):
        return Refusal.UNKNOWN  # the gateway gave up waiting; the EHR behind it may have gone on
    return Refusal.BUSY if status == 429 or status >= 500 else Refusal.NOT_ACCEPTED


def _id_in(location: str, kind: str) -> str:
    parts = location.split("?")[0].split("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 and parts[-2] == kind else ""


def _id_of(resource: Json, kind: str) -> str:
    id = as_text(resource.get("id"))
    return f"{kind}/{id}" if id and resource.get("resourceType") == kind else ""


def _has(resource: Json, identifier: Json) -> bool:
    return any(
        all(one.get(name) == value for name, value in identifier.items())
        for one in as_objects(resource.get("identifier"))
    )
