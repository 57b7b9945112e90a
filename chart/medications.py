"""Typed medication records: orders, fills and statements, with what they amount to a day."""

from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from chart.frozen import dataclass
from chart.terms import Concept, Record
from chart.when import When


class DrugClass(Enum):
    OPIOID = "opioid"
    BENZODIAZEPINE = "benzodiazepine"
    Z_DRUG = "Z-drug"
    GABAPENTINOID = "gabapentinoid"
    MUSCLE_RELAXANT = "muscle relaxant"
    BARBITURATE = "barbiturate"
    OTHER_SEDATIVE = "other sedating medicine"
    OPIOID_REVERSAL = "opioid reversal"  # naloxone or nalmefene alone, never with an opioid
    MOUD = "medication for opioid use disorder"  # by product: what it is for is judged by the rules
    NON_OPIOID_ANALGESIC = "non-opioid pain medicine"
    LAXATIVE = "laxative"

    __hash__ = object.__hash__  # asked of every medicine by most rules, and Enum's own goes through Python


class Certainty(Enum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Form(Enum):
    """The kinds of dose form that change the arithmetic."""

    SOLID = "solid"  # tablet, capsule, lozenge to swallow: counted
    ORAL_LIQUID = "oral liquid"
    PATCH = "patch"
    BUCCAL = "buccal or sublingual"  # film, tablet, lozenge, troche
    SPRAY = "spray"
    INJECTION = "injection"
    SUPPOSITORY = "suppository"
    IMPLANT = "implant"
    TOPICAL = "topical"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Strength is per counted unit ("mg"), per volume ("mg/mL"), per hour ("mcg/h") or per spray ("mg/actuation")."""

    name: str  # lower case, RxNorm ingredient name
    rxcui: str = ""  # RxNorm IN; empty when only a name is known
    strength: Decimal | None = None
    unit: str = ""  # mg | mcg | mg/mL | mcg/h | mg/actuation | ""
    is_opioid: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """What a medication code or name turned out to be."""

    name: str  # as people should read it
    ingredients: tuple[Ingredient, ...] = ()
    classes: frozenset[DrugClass] = frozenset()
    form: Form = Form.UNKNOWN
    dose_form: str = ""  # in words: "Extended Release Oral Tablet"
    is_long_acting: bool | None = None  # ER/LA; None when not known
    known_by: str = "not recognised"  # "RxNorm product code", "RxNorm ingredient code", "name", ...
    certainty: Certainty = Certainty.LOW
    doubt: str = ""  # what the source table marks as suspicious, in words
    schedule: str = ""  # "II", "III", "IV" where it matters for refills
    is_cough_cold: bool = False  # an opioid with cough or cold medicines, flagged apart from those for pain

    def __hash__(self) -> int:
        """The name tells nearly all products apart; products are looked up thousands of times a chart."""
        return hash((self.name, self.dose_form))

    @property
    def opioids(self) -> tuple[Ingredient, ...]:
        return tuple(i for i in self.ingredients if i.is_opioid)

    @property
    def is_recognised(self) -> bool:
        return bool(self.ingredients)


@dataclass(frozen=True, slots=True)
class DoseStep:
    """How much is taken a day during one stretch of a prescription.

    `unit` is "unit" (counted tablets, films, sprays, patches), "mg", "mcg" or "mL"; `low` and `high` are amounts
    a day in it. For patches `worn` is how many are worn together, and low/high how many are used up a day.
    """

    low: Decimal
    high: Decimal
    unit: str
    worn: Decimal | None = None
    as_needed: bool = False
    first: date | None = None  # from the instruction's own bounds; None: from the start of the prescription
    days: int | None = None  # length of this step when it is one of several; None: until further notice
    basis: str = ""  # the arithmetic in words: "1 to 2 tablets every 4 to 6 hours, at most 6 a day"
    # Every instruction in force together, most often one; several when they add ("2 in the morning, 1 at bedtime").

    def __hash__(self) -> int:
        """The arithmetic in words tells nearly all steps apart, and a text keeps its hash."""
        return hash((self.basis, self.unit))


@dataclass(frozen=True, slots=True)
class Dosage:
    """The dosage of one record: its steps in order, or why it cannot be told."""

    steps: tuple[DoseStep, ...] = ()
    cannot_tell: str = ""  # a sentence without its full stop: "no dose is recorded"
    certainty: Certainty = Certainty.LOW
    text: str = ""  # the directions as recorded, for people
    read_from: str = ""  # "structured dosage", "directions text", "quantity and days of supply"
    notes: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """The words tell nearly all dosages apart."""
        return hash((self.text, self.read_from))

    @property
    def is_told(self) -> bool:
        return bool(self.steps)

    def on(self, day: date, start: date | None) -> DoseStep | None:
        """The step in force on `day` of a prescription that began on `start`; the last one after all have run."""
        if not self.steps:
            return None
        begun = start or day
        for step in self.steps:
            begun = step.first or begun
            if step.days is None or day < begun + timedelta(days=step.days):
                return step
            begun += timedelta(days=step.days)
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Supply:
    """How much was ordered or handed over, before refills."""

    quantity: Decimal | None = None
    unit: str = ""  # as recorded
    days: Decimal | None = None  # expectedSupplyDuration or daysSupply
    refills: int = 0
    valid_from: When | None = None  # validityPeriod: when it may be filled, never how long it lasts
    valid_until: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication(Record):
    """What an order, a fill and a statement have in common."""

    concept: Concept
    product: Product
    status: str | None = None
    dosage: Dosage = field(default_factory=Dosage)
    # Dosage read from quantity and days of supply, kept beside the directions as their cross-check.
    dosage_by_supply: Dosage | None = None
    supply: Supply = field(default_factory=Supply)
    reasons: tuple[Concept, ...] = ()
    reason_ids: tuple[str, ...] = ()
    updated: When | None = None  # meta.lastUpdated

    @property
    def display(self) -> str:
        words = self.concept.text or next((c.display for c in self.concept.codes if c.display), "")
        return words or self.product.name or self.concept.display or "medicine without a name"

    def is_any(self, *classes: DrugClass) -> bool:
        return not self.product.classes.isdisjoint(classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationRequest(Medication):
    intent: str = "order"
    categories: frozenset[str] = frozenset()  # community, outpatient, inpatient, discharge
    authored: When | None = None
    starts: When | None = None  # from the dosage's bounds, else None
    ends: When | None = None  # from the dosage's bounds, else None
    is_reported: bool = False
    requester: str = ""  # "Practitioner/1", or a name when there is no reference
    requester_name: str = ""
    pharmacy: str = ""
    encounter: str = ""
    replaces: str = ""  # priorPrescription
    based_on: tuple[str, ...] = ()

    @property
    def when(self) -> When | None:
        return self.authored or self.starts


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationDispense(Medication):
    handed_over: When | None = None
    prepared: When | None = None
    request: str = ""  # authorizingPrescription
    pharmacy: str = ""
    prescriber: str = ""
    categories: frozenset[str] = frozenset()

    @property
    def when(self) -> When | None:
        return self.handed_over or self.prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationStatement(Medication):
    starts: When | None = None
    ends: When | None = None
    asserted: When | None = None
    based_on: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()

    @property
    def when(self) -> When | None:
        return self.asserted or self.starts
