"""Charts in one line: say what matters to the test, default the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from chart.medications import (
    Certainty,
    Dosage,
    DoseStep,
    DrugClass,
    Form,
    Ingredient,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Product,
    Supply,
)
from chart.records import (
    Answer,
    Appointment,
    Chart,
    Component,
    Condition,
    Consent,
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
from chart.terms import ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept
from chart.when import When

AS_OF = date(2026, 3, 2)

# name: (RxNorm ingredient, classes, form, strength unit)
_DRUGS = {
    "morphine": ("7052", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "oxycodone": ("7804", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "hydrocodone": ("5489", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "codeine": ("2670", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "hydromorphone": ("3423", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "oxymorphone": ("7814", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "tapentadol": ("787390", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "tramadol": ("10689", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "levorphanol": ("6378", {DrugClass.OPIOID}, Form.SOLID, "mg"),
    "methadone": ("6813", {DrugClass.OPIOID, DrugClass.MOUD}, Form.SOLID, "mg"),
    "fentanyl patch": ("4337", {DrugClass.OPIOID}, Form.PATCH, "mcg/h"),
    "morphine liquid": ("7052", {DrugClass.OPIOID}, Form.ORAL_LIQUID, "mg/mL"),
    "morphine injection": ("7052", {DrugClass.OPIOID}, Form.INJECTION, "mg/mL"),
    "buprenorphine film": ("1819", {DrugClass.OPIOID, DrugClass.MOUD}, Form.BUCCAL, "mg"),
    "buprenorphine patch": ("1819", {DrugClass.OPIOID}, Form.PATCH, "mcg/h"),
    "naloxone": ("7242", {DrugClass.OPIOID_REVERSAL}, Form.SPRAY, "mg/actuation"),
    "nalmefene": ("31479", {DrugClass.OPIOID_REVERSAL}, Form.SPRAY, "mg/actuation"),
    "naltrexone": ("7243", {DrugClass.MOUD}, Form.SOLID, "mg"),
    "lorazepam": ("6470", {DrugClass.BENZODIAZEPINE}, Form.SOLID, "mg"),
    "alprazolam": ("596", {DrugClass.BENZODIAZEPINE}, Form.SOLID, "mg"),
    "zolpidem": ("39993", {DrugClass.Z_DRUG}, Form.SOLID, "mg"),
    "gabapentin": ("25480", {DrugClass.GABAPENTINOID}, Form.SOLID, "mg"),
    "carisoprodol": ("2101", {DrugClass.MUSCLE_RELAXANT}, Form.SOLID, "mg"),
    "butalbital": ("19860", {DrugClass.BARBITURATE}, Form.SOLID, "mg"),
    "hydroxyzine": ("5553", {DrugClass.OTHER_SEDATIVE}, Form.SOLID, "mg"),
    "ibuprofen": ("5640", {DrugClass.NON_OPIOID_ANALGESIC}, Form.SOLID, "mg"),
    "senna": ("36387", {DrugClass.LAXATIVE}, Form.SOLID, "mg"),
}


def days_ago(count: int) -> date:
    return AS_OF - timedelta(days=count)


def when(value: date | str | int | None) -> When | None:
    """A date, a FHIR text ("2026-02") or a number of days before AS_OF."""
    if value is None:
        return None
    if isinstance(value, int):
        return When.of(days_ago(value))
    return When.of(value) if isinstance(value, date) else When.parse(value)


def product(drug: str, strength: str | int | None = None, **changes: object) -> Product:
    """product("oxycodone", 5) is a 5 mg tablet; see _DRUGS for what is known."""
    rxcui, classes, form, unit = _DRUGS[drug]
    name = drug.split()[0]
    amount = None if strength is None else Decimal(strength)
    is_opioid = DrugClass.OPIOID in classes
    ingredient = Ingredient(name, rxcui, amount, unit, is_opioid=is_opioid)
    found = Product(
        name=f"{drug} {strength} {unit}" if strength is not None else drug,
        ingredients=(ingredient,),
        classes=frozenset(classes),
        form=form,
        known_by="RxNorm product code",
        certainty=Certainty.HIGH,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def dosage(
    amount: str | int | None,
    unit: str = "unit",
    *,
    low: str | int | None = None,
    worn: str | int | None = None,
    as_needed: bool = False,
) -> Dosage:
    """dosage(4) is four units a day; dosage(None) cannot be told."""
    if amount is None:
        return Dosage(cannot_tell="no dose is recorded")
    high = Decimal(amount)
    step = DoseStep(
        low=Decimal(low) if low is not None else (Decimal(0) if as_needed else high),
        high=high,
        unit=unit,
        worn=None if worn is None else Decimal(worn),
        as_needed=as_needed,
        basis=f"{amount} {unit} a day",
    )
    return Dosage((step,), certainty=Certainty.HIGH, read_from="structured dosage")


_count = iter(range(1, 10**9))


def order(
    drug: str | Product,
    strength: str | int | None = None,
    a_day: str | int | None = None,
    *,
    id: str = "",
    authored: date | str | int | None = 10,
    status: str | None = "active",
    days: str | int | None = 30,
    unit: str = "unit",
    as_needed: bool = False,
    worn: str | int | None = None,
    quantity: str | int | None = None,
    refills: int = 0,
    **changes: object,
) -> MedicationRequest:
    """order("oxycodone", 5, 4) is 5 mg four times a day, written 10 days ago for 30 days."""
    what = drug if isinstance(drug, Product) else product(drug, strength)
    found = MedicationRequest(
        id=id or f"MedicationRequest/{next(_count)}",
        concept=Concept((Code(RXNORM, what.ingredients[0].rxcui),) if what.ingredients else (), what.name),
        product=what,
        status=status,
        dosage=dosage(a_day, unit, as_needed=as_needed, worn=worn),
        supply=Supply(
            quantity=None if quantity is None else Decimal(quantity),
            days=None if days is None else Decimal(days),
            refills=refills,
        ),
        authored=when(authored),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def fill(
    drug: str | Product,
    strength: str | int | None = None,
    a_day: str | int | None = None,
    *,
    id: str = "",
    on: date | str | int | None = 10,
    days: str | int | None = 30,
    status: str = "completed",
    request: str = "",
    quantity: str | int | None = None,
    unit: str = "unit",
    **changes: object,
) -> MedicationDispense:
    what = drug if isinstance(drug, Product) else product(drug, strength)
    found = MedicationDispense(
        id=id or f"MedicationDispense/{next(_count)}",
        concept=Concept((), what.name),
        product=what,
        status=status,
        dosage=dosage(a_day, unit),
        supply=Supply(
            quantity=None if quantity is None else Decimal(quantity),
            days=None if days is None else Decimal(days),
        ),
        handed_over=when(on),
        request=request,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def statement(
    drug: str | Product,
    strength: str | int | None = None,
    a_day: str | int | None = None,
    *,
    id: str = "",
    asserted: date | str | int | None = 10,
    status: str = "active",
    **changes: object,
) -> MedicationStatement:
    what = drug if isinstance(drug, Product) else product(drug, strength)
    found = MedicationStatement(
        id=id or f"MedicationStatement/{next(_count)}",
        concept=Concept((), what.name),
        product=what,
        status=status,
        dosage=dosage(a_day),
        asserted=when(asserted),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def concept(*codes: tuple[str, str], text: str = "") -> Concept:
    return Concept(tuple(Code(system, code) for system, code in codes), text)


def condition(
    code: str = "",
    *,
    text: str = "",
    clinical: str | None = "active",
    onset: date | str | int | None = 400,
    id: str = "",
    **changes: object,
) -> Condition:
    """ICD-10-CM when the code starts with a letter, SNOMED CT otherwise."""
    codes = ((ICD10CM if code[:1].isalpha() else SNOMED, code),) if code else ()
    found = Condition(
        id=id or f"Condition/{next(_count)}",
        concept=concept(*codes, text=text or code),
        clinical=clinical,
        onset=when(onset),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def observation(
    code: str = "",
    value: str | int | Decimal | Value | None = None,
    *,
    on: date | str | int | None = 10,
    text: str = "",
    status: str = "final",
    id: str = "",
    **changes: object,
) -> Observation:
    number = None if value is None or isinstance(value, Value) else Decimal(value)
    found = Observation(
        id=id or f"Observation/{next(_count)}",
        concept=concept(*(((LOINC, code),) if code else ()), text=text or code),
        status=status,
        when=when(on),
        value=value if isinstance(value, Value) else Value(number=number),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def procedure(
    code: str,
    *,
    on: date | str | int | None = 10,
    status: str = "completed",
    id: str = "",
    **changes: object,
) -> Procedure:
    found = Procedure(
        id=id or f"Procedure/{next(_count)}",
        concept=concept((SNOMED, code)),
        status=status,
        when=when(on),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def encounter(
    *, on: date | str | int | None = 10, kind: str = "AMB", status: str = "finished", **changes: object
) -> Encounter:
    found = Encounter(id=f"Encounter/{next(_count)}", status=status, kind=kind, start=when(on))
    return replace(found, **changes)  # type: ignore[arg-type]


def value(what: object) -> Value:
    """value(2), value("Several days"), value(True): as an answer or a component holds it."""
    if isinstance(what, Value):
        return what
    if isinstance(what, bool):
        return Value(boolean=what)
    return Value(text=what) if isinstance(what, str) else Value(number=Decimal(str(what)))


def component(code: str, what: object, text: str = "") -> Component:
    return Component(concept(*(((LOINC, code),) if code else ()), text=text or code), value(what))


def form(
    answers: dict[str, object],
    *,
    on: date | str | int | None = 10,
    status: str = "completed",
    panel: str = "",
    id: str = "",
    **changes: object,
) -> QuestionnaireResponse:
    """A form whose questions are known by LOINC codes: form({"44260-8": "Several days"})."""
    found = QuestionnaireResponse(
        id=id or f"QuestionnaireResponse/{next(_count)}",
        concept=concept(*(((LOINC, panel),) if panel else ())),
        status=status,
        when=when(on),
        answers=tuple(Answer(f"/{c}", concept((LOINC, c)), "", value(v)) for c, v in answers.items()),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def referral(
    code: str = "",
    *,
    text: str = "",
    on: date | str | int | None = 10,
    status: str = "active",
    id: str = "",
    **changes: object,
) -> ServiceRequest:
    found = ServiceRequest(
        id=id or f"ServiceRequest/{next(_count)}",
        concept=concept(*(((SNOMED, code),) if code else ()), text=text or code),
        status=status,
        intent="order",
        when=when(on),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def task(
    focus: str, status: str = "requested", *, on: date | str | int | None = 10, **changes: object
) -> Task:
    found = Task(
        id=f"Task/{next(_count)}", concept=concept(text="fulfill"), status=status, focus=focus, when=when(on)
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def consent(
    *labels: tuple[str, str],
    on: date | str | int | None = 60,
    until: date | str | int | None = None,
    status: str = "active",
    kind: str = "permit",
    **changes: object,
) -> Consent:
    found = Consent(
        id=f"Consent/{next(_count)}",
        status=status,
        kind=kind,
        when=when(on),
        until=when(until),
        labels_covered=frozenset(labels),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def document(
    code: str, *, on: date | str | int | None = 10, text: str = "", **changes: object
) -> DocumentReference:
    found = DocumentReference(
        id=f"DocumentReference/{next(_count)}",
        concept=concept((LOINC, code), text=text or code),
        when=when(on),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def appointment(
    text: str, *, on: date | str | int | None = -7, status: str = "booked", **changes: object
) -> Appointment:
    found = Appointment(id=f"Appointment/{next(_count)}", status=status, when=when(on), description=text)
    return replace(found, **changes)  # type: ignore[arg-type]


_PLACES = {
    MedicationRequest: "medication_requests",
    MedicationDispense: "medication_dispenses",
    MedicationStatement: "medication_statements",
    Condition: "conditions",
    Observation: "observations",
    Procedure: "procedures",
    Encounter: "encounters",
    QuestionnaireResponse: "questionnaire_responses",
    ServiceRequest: "service_requests",
    Task: "tasks",
    Consent: "consents",
    DocumentReference: "documents",
    Appointment: "appointments",
}


def chart(
    *records: object, born: date | str | None = date(1970, 1, 1), sex: str = "unknown", **changes: object
) -> Chart:
    """chart(order("oxycodone", 5, 4), condition("F11.20")): each record goes where it belongs."""
    places: dict[str, list[object]] = {}
    for record in records:
        places.setdefault(_PLACES[type(record)], []).append(record)
    patient = Patient(id="Patient/p1", name="Test Person", birth_date=when(born), sex=sex)
    found = Chart(patient=patient, as_of=AS_OF)
    return replace(found, **{name: tuple(items) for name, items in places.items()}, **changes)  # type: ignore[arg-type]


def doses(records: Iterable[MedicationRequest]) -> list[Decimal | None]:
    """The daily amount of each order, None where it cannot be told."""
    return [r.dosage.steps[0].high if r.dosage.steps else None for r in records]
