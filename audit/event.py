"""What is known of one act, and the FHIR R4B AuditEvent that says so: ids, no names, no values of the record."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from audit import codes
from audit.acts import Act, Party
from audit.codes import Json, coding


class Result(Enum):
    """http://terminology.hl7.org/CodeSystem/audit-event-outcome"""

    SUCCESS = "0"
    PARTLY = "4"  # minor failure: only some of it, or the request could not be used
    FAILED = "8"  # serious failure


@dataclass(frozen=True)
class Event:
    """One act. `issuer` is the EHR: its FHIR base, or how it calls itself where only that is known."""

    act: Act
    result: Result = Result.SUCCESS
    why: str = ""  # a word of our own for what went wrong; never a value from a request or a chart
    is_refusal: bool = False
    issuer: str = ""
    patient: str = ""  # the id alone
    encounter: str = ""
    user: str = ""  # fhirUser: "Practitioner/1", or absolute; at the command line the account's name
    role: str = ""
    client: str = ""  # how the app is known to the EHR, or the EHR to the hook services
    address: str = ""  # of the caller
    correlation: str = ""
    read: Mapping[str, str] = field(default_factory=dict)  # FHIR type -> what came of it
    created: str = ""  # reference of what was written to the EHR
    holds_part2: bool = False  # what was shown or left carries the label of 42 CFR Part 2
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def patient_url(self) -> str:
        return f"{self.issuer}/Patient/{self.patient}" if self.patient else ""


def as_fhir(event: Event, id: str, at: float, site: str) -> Json:
    """`site` is the public address of this app, which made the record."""
    act = event.act
    own = coding(codes.ACTS, act.name, act.told)
    refused = (coding(codes.ACTS, "refused", "Refused"),) if event.is_refusal else ()
    body: Json = {
        "resourceType": "AuditEvent",
        "id": id,
        "type": codes.SECURITY_ALERT if event.is_refusal else act.type,
        "subtype": [*act.further, own, *refused],
        "action": act.action,
        "recorded": instant(at),
        "outcome": event.result.value,
        "agent": list(_agents(event, site)),
        "source": {"site": site, "observer": _known_as(site), "type": [codes.APPLICATION_SERVER]},
    }
    if entities := list(_entities(event)):
        body["entity"] = entities
    if act.profile and event.result is Result.SUCCESS and event.patient and (event.read or event.created):
        body["meta"] = {"profile": [act.profile]}
    if event.why:
        body["outcomeDesc"] = event.why
    return body


def instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _agents(event: Event, site: str) -> Iterator[Json]:
    if event.act.client is Party.OPERATOR:
        yield {"type": codes.HUMAN, "who": _known_as(event.user, codes.ACTS + ":operator"), "requestor": True}
        return
    yield _user(event)
    # As in BALP: what is asked for flows from the server when it is read, from the client otherwise.
    of_client, of_server = codes.SOURCE, codes.DESTINATION
    if event.act.action == "R":
        of_client, of_server = of_server, of_client
    app = _agent(_known_as(event.client or site, event.issuer if event.client else ""), site, codes.URI)
    us = _agent(_known_as(site), site, codes.URI)
    ehr = _agent(_known_as(event.issuer), event.issuer, codes.URI)
    caller = _agent(_caller(event), event.address, codes.IP_ADDRESS)
    client, server = (app, ehr) if event.act.client is Party.APP else (caller, us)
    yield {"type": of_client, **client}
    yield {"type": of_server, **server}


def _user(event: Event) -> Json:
    """Always there, and the requestor: that nobody was named is told as well."""
    who: Json = {"display": "not stated by the EHR"}
    if event.user:
        url = event.user if "://" in event.user else f"{event.issuer}/{event.user}"
        who = {"reference": url}
    type_ = codes.AUTHOR if event.act.action == "C" else codes.RECIPIENT
    agent: Json = {"type": type_, "who": who, "requestor": True}
    if event.role:
        agent["role"] = [{"text": event.role}]
    return agent


def _caller(event: Event) -> Json:
    if event.act.client is Party.EHR:
        return _known_as(event.client) if event.client else {"display": "not known"}
    return {"display": "browser"}


def _agent(who: Json, address: str, kind: str) -> Json:
    agent: Json = {"who": who, "requestor": False}
    if address:
        agent["network"] = {"address": address, "type": kind}
    return agent


def _known_as(value: str, system: str = "") -> Json:
    return {"identifier": {"system": system, "value": value} if system else {"value": value or "not known"}}


def _entities(event: Event) -> Iterator[Json]:
    if event.patient:
        yield {
            "what": {"reference": event.patient_url, "type": "Patient"},
            "type": codes.PERSON,
            "role": codes.PATIENT_ROLE,
        }
    if event.encounter:
        url = f"{event.issuer}/Encounter/{event.encounter}"
        yield {"what": {"reference": url}, "type": codes.resource_type("Encounter")}
    if event.read:
        yield {"type": codes.SYSTEM_OBJECT, "role": codes.QUERY_ROLE, "query": _query(event)}
        yield {"type": codes.resource_type("Bundle"), "detail": _details(event.read.items())}
    if event.created:
        data = {"type": codes.SYSTEM_OBJECT, "role": codes.RESOURCE_ROLE}
        yield {"what": {"reference": f"{event.issuer}/{event.created}"}, **data}
    if event.holds_part2:
        shown = {"type": codes.resource_type("Composition"), "role": codes.REPORT_ROLE}
        yield shown | {"securityLabel": [codes.PART2_LABEL]}
    if details := _details(event.details.items()):
        yield {"type": codes.OTHER, "detail": details}
    if event.correlation:
        yield {"what": {"identifier": {"value": event.correlation}}, "type": codes.REQUEST_ID}


def _query(event: Event) -> str:
    """One line for all searches of a chart, cleaned to types and patient: dates and codes asked for are left out."""
    asked = f"GET {event.issuer}?_type={','.join(event.read)}&patient={event.patient}"
    return base64.b64encode(asked.encode()).decode()


def _details(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"type": name, "valueString": value} for name, value in pairs if value]
