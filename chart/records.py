"""The chart of one patient, and every typed record by one name. Nothing here knows about FHIR JSON, HTTP or Flask."""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any

from chart.clinical import (
    Answer,
    Appointment,
    CarePlan,
    Component,
    Condition,
    Consent,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    Observation,
    Patient,
    Procedure,
    QuestionnaireResponse,
    ServiceRequest,
    Task,
    Value,
)
from chart.frozen import cached_property, dataclass
from chart.medications import MedicationDispense, MedicationRequest, MedicationStatement
from chart.outcomes import Outcome, OutcomeKind

__all__ = [
    "Answer",
    "Appointment",
    "CarePlan",
    "Chart",
    "Component",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Gap",
    "Observation",
    "Outcome",
    "OutcomeKind",
    "Patient",
    "Procedure",
    "QuestionnaireResponse",
    "ServiceRequest",
    "SetAside",
    "SourceRead",
    "Task",
    "Unavailable",
    "Value",
]


class Gap(Enum):
    """Why records of one type are missing from what was read."""

    REFUSED = "not shared by the EHR"  # 401/403, scope not granted
    FAILED = "could not be read"  # errors, timeouts, answers that are not FHIR
    CUT_OFF = "only partly read"  # page, size or time limit reached
    NOT_SUPPORTED = "not offered by this EHR"  # 404, or absent from its CapabilityStatement
    WITHHELD = "withheld for privacy"  # security labels the viewer may not see


@dataclass(frozen=True, slots=True)
class Unavailable:
    resource_type: str
    kind: Gap
    reason: str  # one sentence for the clinician; never a URL, a token or a server's own words

    @property
    def hides_records(self) -> bool:
        """An EHR that does not offer a type has no records of it to hide."""
        return self.kind is not Gap.NOT_SUPPORTED


@dataclass(frozen=True, slots=True)
class SetAside:
    """One entry that was received but could not be used."""

    resource_type: str  # "unknown" when even that could not be read
    id: str  # "MedicationRequest/12", or "entry 7" when it has no id
    reason: str
    # False for what FHIR says to ignore (entered in error, do not perform): set aside on purpose, hiding nothing.
    hides_a_record: bool = True


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One kind of record that was asked for, and what came."""

    resource_type: str
    count: int
    detail: str = ""  # "EHR, 3 searches", "bundle file"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything read about one patient, as of one day.

    Nothing recorded after `as_of` is in it, except appointments. `is_retrospective` is True when the source
    held such later records: statuses then tell how things ended, not how they stood on `as_of`.
    """

    patient: Patient
    as_of: date
    medication_requests: tuple[MedicationRequest, ...] = ()
    medication_dispenses: tuple[MedicationDispense, ...] = ()
    medication_statements: tuple[MedicationStatement, ...] = ()
    conditions: tuple[Condition, ...] = ()
    observations: tuple[Observation, ...] = ()
    reports: tuple[DiagnosticReport, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    documents: tuple[DocumentReference, ...] = ()
    service_requests: tuple[ServiceRequest, ...] = ()
    tasks: tuple[Task, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    care_plans: tuple[CarePlan, ...] = ()
    questionnaire_responses: tuple[QuestionnaireResponse, ...] = ()
    consents: tuple[Consent, ...] = ()
    drafts: tuple[MedicationRequest, ...] = ()  # orders being written (CDS Hooks), never part of the record
    stops: tuple[MedicationRequest, ...] = ()  # orders being ended by the same signature
    selections: frozenset[str] = frozenset()  # ids of the drafts chosen just now; empty: all are judged
    unavailable: tuple[Unavailable, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    sources: tuple[SourceRead, ...] = ()
    asked_for: frozenset[str] | None = (
        None  # FHIR types; None when everything there was is here, as in a file
    )
    is_retrospective: bool = False
    outcomes: tuple[Outcome, ...] = ()  # recorded in this app, in the order they were recorded

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """What was worked out from this chart and is asked for again (rules.once); a changed chart begins anew."""
        return {}

    @property
    def age(self) -> int | None:
        """Whole years on `as_of`; None when the birth date is missing, or too vague to tell."""
        if (born := self.patient.birth_date) is None:
            return None
        ages = {_years_between(born.first, self.as_of), _years_between(born.last, self.as_of)}
        return ages.pop() if len(ages) == 1 else None

    @property
    def judged_drafts(self) -> tuple[MedicationRequest, ...]:
        """The drafts that guidance is asked about; the others are context and count in totals."""
        if not self.selections:
            return self.drafts
        return tuple(draft for draft in self.drafts if draft.id in self.selections)

    def gaps(self, types: Iterable[str]) -> tuple[str, ...]:
        """Why something of these types may exist and not be seen here; empty when all of it was read."""
        wanted = frozenset(types)
        missing = [u.reason for u in self.unavailable if u.resource_type in wanted and u.hides_records]
        unreadable = [
            s for s in self.set_aside
            if s.hides_a_record and (s.resource_type in wanted or s.resource_type == "unknown")
        ]  # fmt: skip
        if self.asked_for is not None and (never := wanted - self.asked_for - {"Patient"}):
            missing.append(f"Not asked for: {', '.join(sorted(never))}")
        if unreadable:
            count = len(unreadable)
            missing.append(f"{count} record{'s' if count > 1 else ''} could not be read")
        return tuple(dict.fromkeys(missing))


def _years_between(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
