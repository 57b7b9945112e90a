"""Patient, Condition, Observation, DiagnosticReport, Procedure, Encounter: FHIR R4 -> typed records."""

from chart.elements import (
    Doubts,
    Json,
    as_concept,
    as_concepts,
    as_object,
    as_objects,
    as_text,
    as_when,
    code_words,
    reference_to,
    references_to,
)
from chart.parts import first_word, names_of, record_parts, status_of, when_of
from chart.records import (
    Component,
    Condition,
    DiagnosticReport,
    Encounter,
    Observation,
    Patient,
    Procedure,
)
from chart.terms import Concept
from chart.values import read_value

_MRN = "MR"


def read_patient(resource: Json, record_id: str, doubts: Doubts) -> Patient:
    return Patient(
        name=_name(as_objects(resource.get("name"))),
        birth_date=as_when(resource.get("birthDate"), doubts),
        sex=as_text(resource.get("gender")).lower() or "unknown",
        mrn=_mrn(as_objects(resource.get("identifier"))),
        language=_language(as_objects(resource.get("communication"))),
        deceased=bool(resource.get("deceasedBoolean") or resource.get("deceasedDateTime")),
        warnings=tuple(_patient_warnings(resource)),
        custodian=names_of(resource.get("managingOrganization")),
        **record_parts(resource, record_id, doubts),
    )


def read_condition(resource: Json, record_id: str, doubts: Doubts) -> Condition:
    verification = first_word(resource.get("verificationStatus"))
    return Condition(
        concept=as_concept(resource.get("code")),
        clinical=first_word(resource.get("clinicalStatus")),
        verification=verification,
        categories=code_words(as_concepts(resource.get("category"))),
        onset=when_of(resource, "onset", doubts),
        abated=when_of(resource, "abatement", doubts),
        recorded=as_when(resource.get("recordedDate"), doubts),
        encounter=reference_to(resource.get("encounter")),
        **record_parts(resource, record_id, doubts),
    )


def read_observation(resource: Json, record_id: str, doubts: Doubts) -> Observation:
    return Observation(
        concept=as_concept(resource.get("code")),
        status=status_of(resource, doubts) or "unknown",
        categories=code_words(as_concepts(resource.get("category"))),
        when=when_of(resource, "effective", doubts) or as_when(resource.get("issued"), doubts),
        value=read_value(resource),
        interpretations=as_concepts(resource.get("interpretation")),
        components=tuple(_component(c) for c in as_objects(resource.get("component"))),
        members=references_to(resource.get("hasMember")),
        note=" ".join(as_text(n.get("text")) for n in as_objects(resource.get("note"))),
        **record_parts(resource, record_id, doubts),
    )


def read_report(resource: Json, record_id: str, doubts: Doubts) -> DiagnosticReport:
    return DiagnosticReport(
        concept=as_concept(resource.get("code")),
        status=status_of(resource, doubts) or "unknown",
        categories=code_words(as_concepts(resource.get("category"))),
        when=when_of(resource, "effective", doubts) or as_when(resource.get("issued"), doubts),
        results=references_to(resource.get("result")),
        conclusion=as_text(resource.get("conclusion")),
        **record_parts(resource, record_id, doubts),
    )


def read_procedure(resource: Json, record_id: str, doubts: Doubts) -> Procedure:
    period = as_object(resource.get("performedPeriod"))
    return Procedure(
        concept=as_concept(resource.get("code")),
        status=status_of(resource, doubts) or "unknown",
        when=as_when(resource.get("performedDateTime"), doubts)
        or as_when(period.get("start"), doubts)
        or as_when(period.get("end"), doubts),
        until=as_when(period.get("end"), doubts),
        **record_parts(resource, record_id, doubts),
    )


def read_encounter(resource: Json, record_id: str, doubts: Doubts) -> Encounter:
    period = as_object(resource.get("period"))
    kind = as_concept(resource.get("class"))
    stay = as_object(resource.get("hospitalization"))
    return Encounter(
        status=status_of(resource, doubts) or "unknown",
        kind=next((c.code for c in kind.codes), kind.text).upper(),
        types=as_concepts(resource.get("type")),
        reasons=as_concepts(resource.get("reasonCode")),
        start=as_when(period.get("start"), doubts),
        end=as_when(period.get("end"), doubts),
        participants=frozenset(
            ref for p in as_objects(resource.get("participant")) if (ref := reference_to(p.get("individual")))
        ),
        diagnoses=frozenset(
            ref for d in as_objects(resource.get("diagnosis")) if (ref := reference_to(d.get("condition")))
        ),
        discharge=as_concept(stay["dischargeDisposition"]) if "dischargeDisposition" in stay else None,
        based_on=references_to(resource.get("basedOn")),
        provider=names_of(resource.get("serviceProvider")),
        **record_parts(resource, record_id, doubts),
    )


def _component(element: Json) -> Component:
    return Component(
        as_concept(element.get("code")), read_value(element), as_concepts(element.get("interpretation"))
    )


def _name(names: list[Json]) -> str:
    """The name in use, the official one first."""
    order = {"official": 0, "usual": 1, "": 2}
    best = min(names, key=lambda n: order.get(as_text(n.get("use")), 3), default={})
    if text := as_text(best.get("text")):
        return text
    given = best.get("given")
    parts = [given] if isinstance(given, str) else [as_text(g) for g in given or () if as_text(g)]
    return " ".join([*parts, as_text(best.get("family"))]).strip()


def _mrn(identifiers: list[Json]) -> str:
    for identifier in identifiers:
        if _MRN in {c.code for c in as_concept(identifier.get("type")).codes}:
            return as_text(identifier.get("value"))
    return ""


def _language(communications: list[Json]) -> str:
    spoken = sorted(communications, key=lambda c: c.get("preferred") is not True)
    concept = as_concept(spoken[0].get("language")) if spoken else Concept()
    return next((c.code for c in concept.codes), "")


def _patient_warnings(resource: Json) -> list[str]:
    warnings = []
    if any(as_text(link.get("type")) == "replaced-by" for link in as_objects(resource.get("link"))):
        warnings.append("This record was merged into another one. Open the patient's current record.")
    if resource.get("active") is False:
        warnings.append("The EHR marks this patient record as not in use.")
    return warnings
