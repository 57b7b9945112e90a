"""What a record says of a patient besides medicines: problems, results, visits, papers, consents."""

from dataclasses import field
from decimal import Decimal

from chart.frozen import dataclass
from chart.terms import Concept, Record
from chart.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Record):
    name: str = ""
    birth_date: When | None = None
    sex: str = "unknown"  # FHIR administrative gender: male | female | other | unknown
    mrn: str = ""
    language: str = ""  # BCP 47, of the preferred communication entry
    deceased: bool = False
    warnings: tuple[str, ...] = ()  # merged or inactive record: sentences to show
    custodian: tuple[str, ...] = ()  # who keeps this record: "Organization/1" and its name, where told


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
    based_on: tuple[str, ...] = ()  # "ServiceRequest/1"
    provider: tuple[str, ...] = ()  # serviceProvider: "Organization/1" and its name

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
    related: tuple[str, ...] = ()  # context.related: "ServiceRequest/1"

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
    outputs: tuple[str, ...] = ()  # what came of it: "DocumentReference/1", "Encounter/1"

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
    based_on: tuple[str, ...] = ()  # "ServiceRequest/1"

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
    actors: tuple[tuple[str, ...], ...] = ()  # whom it names, each by reference and by words
    purposes: frozenset[str] = frozenset()

    @property
    def display(self) -> str:
        return next((c.display for c in self.categories if c.display), "consent")
