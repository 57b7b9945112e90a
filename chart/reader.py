"""FHIR JSON -> Chart: one reader for bundles, searches and prefetch, entry by entry."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from chart import findings, paperwork, prescriptions
from chart.elements import Doubts, Json, as_object, as_objects, as_text, local_reference, reference_to
from chart.parts import Unreadable
from chart.records import Chart, Gap, Patient, SetAside, SourceRead, Unavailable
from chart.resource_types import FORMER_NAMES, RESOURCE_TYPES
from chart.terms import Record
from chart.timeline import as_it_stood

Reading = Callable[[Json, str, Doubts], Record]

# FHIR type -> (field of Chart, how it is read)
_READINGS: dict[str, tuple[str, Reading]] = {
    "Condition": ("conditions", findings.read_condition),
    "Observation": ("observations", findings.read_observation),
    "DiagnosticReport": ("reports", findings.read_report),
    "Procedure": ("procedures", findings.read_procedure),
    "Encounter": ("encounters", findings.read_encounter),
    "DocumentReference": ("documents", paperwork.read_document),
    "ServiceRequest": ("service_requests", paperwork.read_service_request),
    "Task": ("tasks", paperwork.read_task),
    "Appointment": ("appointments", paperwork.read_appointment),
    "CarePlan": ("care_plans", paperwork.read_care_plan),
    "QuestionnaireResponse": ("questionnaire_responses", paperwork.read_questionnaire_response),
    "Consent": ("consents", paperwork.read_consent),
}
_MEDICATION_READINGS = {
    "MedicationRequest": ("medication_requests", prescriptions.read_request),
    "MedicationDispense": ("medication_dispenses", prescriptions.read_dispense),
    "MedicationStatement": ("medication_statements", prescriptions.read_statement),
}
READ_TYPES = frozenset({"Patient", *_READINGS, *_MEDICATION_READINGS})
_FIELDS = {kind: field for kind, (field, _) in {**_READINGS, **_MEDICATION_READINGS}.items()}

# Known to FHIR and of no use here: not read, and not a gap either.
_OWNER_ELEMENTS = ("subject", "patient", "for")
_CANCELLED = {"entered-in-error": "entered in error", "refuted": "ruled out"}

# An order sent for signature with one of these ends a medicine; any other status there is a draft, whatever it says.
ENDING = frozenset({"stopped", "cancelled", "on-hold", "completed"})


class ChartNotReadable(Exception):
    """There is no chart to show; the message is a sentence for the person who asked."""


class _Reader:
    """Reads one patient's entries; what cannot be used is set aside and counted."""

    def __init__(self, entries: list[tuple[str, object]], patient_id: str) -> None:
        self.entries = entries
        self.by_reference = _index(entries)
        self.patient_json, self.own_references = self._own(patient_id)
        self.found: dict[str, list[Any]] = {}
        self.set_aside: list[SetAside] = []
        self.seen: set[str] = set()
        self.counts: Counter[str] = Counter()

    def read(self) -> None:
        for position, (_, resource) in enumerate(self.entries):
            self._entry(resource, position)

    def patient(self, patient_id: str) -> Patient:
        if self.patient_json is None:
            return Patient(id=f"Patient/{patient_id}" if patient_id else "Patient/unknown")
        doubts = Doubts()
        return findings.read_patient(self.patient_json, record_id(self.patient_json, 0), doubts)

    def _own(self, patient_id: str) -> tuple[Json | None, frozenset[str]]:
        """The patient the chart is about, and every reference that means this patient."""
        patients = [
            (url, r)
            for url, r in self.entries
            if isinstance(r, dict) and r.get("resourceType") == "Patient"
            and (not patient_id or as_text(r.get("id")) == patient_id)
        ]  # fmt: skip
        if len({record_id(r, 0) for _, r in patients}) > 1:
            raise ChartNotReadable("These data hold more than one patient. Say which one to read.")
        known = {f"Patient/{patient_id}"} if patient_id else set()
        for url, resource in patients:
            known |= {url, local_reference(url), record_id(resource, 0)}
        return (patients[-1][1] if patients else None), frozenset(known - {""})

    def _entry(self, resource: object, position: int) -> None:
        kind = as_text(as_object(resource).get("resourceType"))
        if not isinstance(resource, dict) or not kind:
            self.set_aside.append(SetAside("unknown", f"entry {position}", "it is not a FHIR resource"))
            return
        if kind == "OperationOutcome":
            self._outcome(resource, position)
        elif kind in _FIELDS:
            self._record(resource, kind, record_id(resource, position))
        elif kind not in RESOURCE_TYPES:
            reason = "its type is not one of FHIR R4"
            self.set_aside.append(
                SetAside(FORMER_NAMES.get(kind, kind), record_id(resource, position), reason)
            )

    def _outcome(self, resource: Json, position: int) -> None:
        """A server's own complaint among the entries: what it hid is not known, so it counts as a gap."""
        severities = {as_text(i.get("severity")) for i in as_objects(resource.get("issue"))}
        if severities & {"error", "fatal"}:
            reason = "the EHR reported a problem while answering"
            self.set_aside.append(SetAside("unknown", f"entry {position}", reason))

    def _record(self, resource: Json, kind: str, its_id: str) -> None:
        if its_id in self.seen:
            return
        self.seen.add(its_id)
        if reason := _left_out(resource) or self._foreign(resource):
            self.set_aside.append(SetAside(kind, its_id, reason, hides_a_record=False))
            return
        try:
            record = self._typed(resource, kind, its_id)
        except Unreadable as problem:
            self.set_aside.append(SetAside(kind, its_id, str(problem)))
        except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError, RecursionError):
            # Whatever shape nobody foresaw: one entry is lost from use, and said to be.
            self.set_aside.append(SetAside(kind, its_id, "it is not in the form FHIR describes"))
        else:
            self.counts[kind] += 1
            self.found.setdefault(_FIELDS[kind], []).append(record)

    def _typed(self, resource: Json, kind: str, its_id: str) -> Record:
        doubts = Doubts()
        if kind in _MEDICATION_READINGS:
            reading = _MEDICATION_READINGS[kind][1]
            return reading(resource, its_id, doubts, self.by_reference.get)
        if resource.get("modifierExtension") or resource.get("implicitRules"):
            raise Unreadable("it carries a modifier this app does not understand")
        return _READINGS[kind][1](resource, its_id, doubts)

    def _foreign(self, resource: Json) -> str:
        """Servers that ignore a search parameter return other people's records."""
        for element in _OWNER_ELEMENTS:
            owner = reference_to(resource[element]) if element in resource else ""
            if not owner or owner in self.own_references or not self.own_references:
                continue
            if owner.startswith(("Patient/", "urn:")):
                return "it belongs to another patient"
        return ""


def read_chart(
    resources: Iterable[object],
    as_of: date,
    *,
    patient_id: str = "",
    unavailable: Iterable[Unavailable] = (),
    set_aside: Iterable[SetAside] = (),
    sources: Iterable[SourceRead] = (),
    drafts: Iterable[object] = (),
    asked_for: Iterable[str] | None = None,
) -> Chart:
    """Read what searches or prefetch brought for one patient; ChartNotReadable for several.

    `asked_for` are the types that were searched or prefetched: a rule that reads others cannot tell.
    """
    entries = [("", resource) for resource in resources]
    chart = _read(entries, as_of, patient_id, unavailable, set_aside, sources, drafts)
    return replace(chart, asked_for=None if asked_for is None else frozenset(asked_for))


def read_bundle(bundle: object, as_of: date, *, patient_id: str = "") -> Chart:
    """Read a Bundle (transaction, collection, searchset, ...), a list of resources, or one resource."""
    return _read(entries_of(bundle), as_of, patient_id, (), (), (), ())


def entries_of(bundle: object) -> list[tuple[str, object]]:
    """(fullUrl, resource) of everything in it. Raises ChartNotReadable when it is no FHIR at all."""
    if isinstance(bundle, list):
        return [
            pair for item in bundle for pair in (entries_of(item) if isinstance(item, dict) else [("", item)])
        ]
    resource = as_object(bundle)
    if resource.get("resourceType") != "Bundle" and "entry" not in resource:
        if not resource.get("resourceType"):
            raise ChartNotReadable("This is not a FHIR bundle: it has no resourceType.")
        return [("", resource)]
    entries = resource.get("entry")
    if entries is None:
        return []
    if not isinstance(entries, list):
        entries = [entries]
    return [_entry_pair(entry) for entry in entries]


def record_id(resource: Json, position: int) -> str:
    """Type/id as the EHR has it; Type/entry-7 for an entry without an id."""
    kind = as_text(resource.get("resourceType"))
    return f"{kind}/{as_text(resource.get('id')) or f'entry-{position}'}"


def _read(
    entries: list[tuple[str, object]],
    as_of: date,
    patient_id: str,
    unavailable: Iterable[Unavailable],
    set_aside: Iterable[SetAside],
    sources: Iterable[SourceRead],
    drafts: Iterable[object],
) -> Chart:
    reader = _Reader(entries, patient_id)
    reader.read()
    gaps = tuple(unavailable)
    if reader.patient_json is None and not any(u.resource_type == "Patient" for u in gaps):
        reason = "The patient's own record is not among the data"
        gaps = (*gaps, Unavailable("Patient", Gap.FAILED, reason))
    read = tuple(sources) or tuple(SourceRead(kind, n) for kind, n in sorted(reader.counts.items()))
    being_written = _drafts(drafts, entries, patient_id)
    written = being_written.found.get("medication_requests", [])
    found: dict[str, Any] = {field: tuple(records) for field, records in reader.found.items()}
    chart = Chart(
        patient=reader.patient(patient_id),
        as_of=as_of,
        unavailable=gaps,
        set_aside=(*set_aside, *reader.set_aside, *being_written.set_aside),
        sources=read,
        drafts=tuple(replace(r, status="draft") for r in written if r.status not in ENDING),
        stops=tuple(r for r in written if r.status in ENDING),
        **found,
    )
    return as_it_stood(chart)


def _drafts(drafts: Iterable[object], entries: list[tuple[str, object]], patient_id: str) -> _Reader:
    """Orders being written: apart from the record, and with the record's Medications to refer to."""
    reader = _Reader([("", draft) for draft in drafts], patient_id)
    reader.by_reference = _index(entries) | reader.by_reference
    reader.read()
    return reader


def _index(entries: list[tuple[str, object]]) -> dict[str, Json]:
    """Medication resources by every reference that may point to them."""
    found: dict[str, Json] = {}
    for position, (url, resource) in enumerate(entries):
        if isinstance(resource, dict) and resource.get("resourceType") == "Medication":
            found[record_id(resource, position)] = resource
            if url:
                found[url] = found[local_reference(url)] = resource
    return found


def _entry_pair(entry: object) -> tuple[str, object]:
    element = as_object(entry)
    if "resource" in element:
        return as_text(element.get("fullUrl")), element["resource"]
    if "resourceType" in element:  # bare resources in place of entries are met in hook requests
        return "", element
    if "response" in element or "request" in element:  # a transaction's delete, or its answer
        return "", {"resourceType": "Basic"}
    return "", entry


def _left_out(resource: Json) -> str:
    """What FHIR says to disregard, even where only id and status are left of it."""
    if resource.get("doNotPerform") is True:
        return "an order not to give this medicine"
    status = as_text(resource.get("status"))
    if "verificationStatus" not in resource:
        return _CANCELLED.get(status, "")
    verification = as_object(resource["verificationStatus"])
    words = {status, *(as_text(c.get("code")) for c in as_objects(verification.get("coding")))}
    return next((said for word, said in _CANCELLED.items() if word in words), "")
