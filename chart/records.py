"""Typed clinical records. Nothing here knows about FHIR JSON, HTTP or Flask."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from chart.medications import MedicationDispense, MedicationRequest, MedicationStatement
from chart.outcomes import Outcome as Outcome
from chart.outcomes import OutcomeKind as OutcomeKind
from chart.terms import Concept, Record
from chart.when import When


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Record):
    name: str = ""
    birth_date: When | None = None
    sex: str = "unknown"  # FHIR administrative gender: male | female | other | unknown
    mrn: str = ""
    language: str = ""  # BCP 47, of the preferred communication entry
    deceased: bool = False
    warnings: tuple[str, ...] = ()  # merged or inactive record: sentences to show


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Record):
    concept: Concept
    clinical: str | None = (
        None  # active, recurrence, relapse, inactive, remission, resolved; None when not recorded
    )
    verification: str | None = None  # refuted and entered-in-error never get here
    categories: frozenset[str] = frozenset()  # problem-list-item, encounter-diagnosis, health-concern
    onset: When | None = None
    abated: When | None = None
    recorded: When | None = None
    encounter: str = ""

    @property
    def display(self) -> str:
        return self.concept.display

    @property
    def when(self) -> When | None:
        return self.onset or self.recorded

    @property
    def is_active(self) -> bool:
        """A missing clinical status is not a resolved one."""
        return self.clinical in (None, "active", "recurrence", "relapse") and self.abated is None


@dataclass(frozen=True, slots=True)
class Value:
    """A measured or coded result; all parts empty when the result says only that it is absent."""

    number: Decimal | None = None
    unit: str = ""
    comparator: str = ""  # "<", ">=": the number is a bound, not a value
    concept: Concept | None = None
    text: str = ""
    boolean: bool | None = None
    absent: str = ""  # data-absent-reason: unknown, masked, not-performed, ...

    @property
    def is_empty(self) -> bool:
        return self.number is None and self.concept is None and not self.text and self.boolean is None


@dataclass(frozen=True, slots=True)
class Component:
    concept: Concept
    value: Value
    interpretations: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Record):
    concept: Concept
    status: str = "unknown"
    categories: frozenset[str] = frozenset()
    when: When | None = None
    value: Value = field(default_factory=Value)
    interpretations: tuple[Concept, ...] = ()
    components: tuple[Component, ...] = ()
    members: tuple[str, ...] = ()  # ids of hasMember
    note: str = ""

    @property
    def display(self) -> str:
        return self.concept.display

    @property
    def is_final(self) -> bool:
        return self.status in ("final", "amended", "corrected", "unknown", "preliminary")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticReport(Record):
    concept: Concept
    status: str = "unknown"
    categories: frozenset[str] = frozenset()
    when: When | None = None
    results: tuple[str, ...] = ()  # Observation ids
    conclusion: str = ""

    @property
    def display(self) -> str:
        return self.concept.display


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Record):
    concept: Concept
    status: str = "unknown"
    when: When | None = None  # performedDateTime, or the start of performedPeriod
    until: When | None = None

    @property
    def display(self) -> str:
        return self.concept.display


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter(Record):
    status: str = "unknown"
    kind: str = ""  # class code: AMB, VR, EMER, IMP, HH, ...
    types: tuple[Concept, ...] = ()
    reasons: tuple[Concept, ...] = ()
    start: When | None = None
    end: When | None = None
    participants: frozenset[str] = frozenset()  # "Practitioner/1"
    diagnoses: frozenset[str] = frozenset()  # "Condition/1"
    discharge: Concept | None = None  # hospitalization.dischargeDisposition

    @property
    def when(self) -> When | None:
        return self.start

    @property
    def display(self) -> str:
        return next((t.display for t in self.types if t.display), "visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReference(Record):
    concept: Concept
    status: str = "current"
    doc_status: str = ""
    categories: tuple[Concept, ...] = ()
    when: When | None = None

    @property
    def display(self) -> str:
        return self.concept.display


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest(Record):
    concept: Concept
    status: str = "unknown"
    intent: str = ""
    priority: str = "routine"
    categories: tuple[Concept, ...] = ()
    when: When | None = None  # authoredOn
    occurrence: When | None = None
    performers: tuple[str, ...] = ()  # what a person can read
    reasons: tuple[Concept, ...] = ()

    @property
    def display(self) -> str:
        return self.concept.display


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Record):
    concept: Concept
    status: str = "unknown"
    focus: str = ""  # "ServiceRequest/1"
    owner: str = ""
    when: When | None = None
    updated_on: When | None = None
    due: When | None = None

    @property
    def display(self) -> str:
        return self.concept.display or "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Record):
    status: str = "unknown"
    types: tuple[Concept, ...] = ()
    when: When | None = None
    participants: frozenset[str] = frozenset()
    description: str = ""

    @property
    def display(self) -> str:
        return next((t.display for t in self.types if t.display), self.description or "appointment")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan(Record):
    categories: tuple[Concept, ...] = ()
    status: str = "unknown"
    title: str = ""
    when: When | None = None

    @property
    def display(self) -> str:
        return self.title or next((c.display for c in self.categories if c.display), "care plan")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question, however deep it stood in the questionnaire."""

    link_id: str
    codes: Concept  # the question's own codes when the form carries them
    text: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireResponse(Record):
    questionnaire: str = ""  # canonical, as recorded
    concept: Concept = field(default_factory=Concept)  # codes of the panel, where the form or its name tells
    status: str = "unknown"
    when: When | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def display(self) -> str:
        return self.concept.display or self.questionnaire or "questionnaire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Record):
    status: str = "unknown"
    scope: Concept = field(default_factory=Concept)
    categories: tuple[Concept, ...] = ()
    when: When | None = None
    until: When | None = None
    kind: str = ""  # provision.type: permit | deny
    labels_covered: frozenset[tuple[str, str]] = frozenset()
    actors: tuple[str, ...] = ()
    purposes: frozenset[str] = frozenset()

    @property
    def display(self) -> str:
        return next((c.display for c in self.categories if c.display), "consent")


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One kind of record that was asked for, and what came."""

    resource_type: str
    count: int
    detail: str = ""  # "EHR, 3 searches", "bundle file"


@dataclass(frozen=True, slots=True, kw_only=True)
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
