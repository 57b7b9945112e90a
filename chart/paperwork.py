"""Orders for care, documents, forms, consents, bookings: FHIR R4 -> typed records."""

from chart.elements import (
    Doubts,
    Json,
    as_concept,
    as_concepts,
    as_object,
    as_objects,
    as_text,
    as_when,
    loinc_codes_in,
    reference_to,
    references_to,
)
from chart.parts import displays, names_of, record_parts, status_of, when_of
from chart.records import (
    Answer,
    Appointment,
    CarePlan,
    Consent,
    DocumentReference,
    QuestionnaireResponse,
    ServiceRequest,
    Task,
)
from chart.terms import Code, Concept
from chart.values import read_value


def read_document(resource: Json, record_id: str, doubts: Doubts) -> DocumentReference:
    concept = as_concept(resource.get("type"))
    if not concept.display and (description := as_text(resource.get("description"))):
        concept = Concept(concept.codes, description)
    context = as_object(resource.get("context"))
    period = as_object(context.get("period"))
    return DocumentReference(
        concept=concept,
        status=status_of(resource, doubts) or "unknown",
        doc_status=as_text(resource.get("docStatus")),
        categories=as_concepts(resource.get("category")),
        when=as_when(resource.get("date"), doubts) or as_when(period.get("start"), doubts),
        related=references_to(context.get("related")),
        **record_parts(resource, record_id, doubts),
    )


def read_service_request(resource: Json, record_id: str, doubts: Doubts) -> ServiceRequest:
    return ServiceRequest(
        concept=as_concept(resource.get("code")),
        status=status_of(resource, doubts) or "unknown",
        intent=as_text(resource.get("intent")),
        priority=as_text(resource.get("priority")) or "routine",
        categories=as_concepts(resource.get("category")),
        when=as_when(resource.get("authoredOn"), doubts),
        occurrence=when_of(resource, "occurrence", doubts),
        performers=tuple(displays(resource.get("performer"))),
        reasons=as_concepts(resource.get("reasonCode")),
        **record_parts(resource, record_id, doubts),
    )


def read_task(resource: Json, record_id: str, doubts: Doubts) -> Task:
    limit = as_object(as_object(resource.get("restriction")).get("period"))
    return Task(
        concept=as_concept(resource.get("code")),
        status=status_of(resource, doubts) or "unknown",
        focus=reference_to(resource.get("focus")),
        owner=next(iter(displays(resource.get("owner"))), ""),
        when=as_when(resource.get("authoredOn"), doubts),
        updated_on=as_when(resource.get("lastModified"), doubts),
        due=as_when(limit.get("end"), doubts),
        outputs=tuple(
            ref for o in as_objects(resource.get("output")) if (ref := reference_to(o.get("valueReference")))
        ),
        **record_parts(resource, record_id, doubts),
    )


def read_appointment(resource: Json, record_id: str, doubts: Doubts) -> Appointment:
    return Appointment(
        status=status_of(resource, doubts) or "unknown",
        types=(
            *as_concepts(resource.get("appointmentType")),
            *as_concepts(resource.get("serviceType")),
            *as_concepts(resource.get("reasonCode")),
        ),
        when=as_when(resource.get("start"), doubts),
        participants=frozenset(
            ref for p in as_objects(resource.get("participant")) if (ref := reference_to(p.get("actor")))
        ),
        description=as_text(resource.get("description")),
        based_on=references_to(resource.get("basedOn")),
        **record_parts(resource, record_id, doubts),
    )


def read_care_plan(resource: Json, record_id: str, doubts: Doubts) -> CarePlan:
    period = as_object(resource.get("period"))
    return CarePlan(
        categories=as_concepts(resource.get("category")),
        status=status_of(resource, doubts) or "unknown",
        title=as_text(resource.get("title")) or as_text(resource.get("description")),
        when=as_when(resource.get("created"), doubts) or as_when(period.get("start"), doubts),
        **record_parts(resource, record_id, doubts),
    )


def read_questionnaire_response(resource: Json, record_id: str, doubts: Doubts) -> QuestionnaireResponse:
    canonical = as_text(resource.get("questionnaire"))
    title = as_text(as_object(resource.get("_questionnaire")).get("display")) or next(
        (
            as_text(e.get("valueString"))
            for e in as_objects(as_object(resource.get("_questionnaire")).get("extension"))
            if as_text(e.get("valueString"))
        ),
        "",
    )
    return QuestionnaireResponse(
        questionnaire=canonical,
        concept=Concept(tuple(loinc_codes_in(canonical)), title),
        status=status_of(resource, doubts) or "unknown",
        when=as_when(resource.get("authored"), doubts),
        answers=tuple(_answers(as_objects(resource.get("item")), depth=0)),
        **record_parts(resource, record_id, doubts),
    )


def read_consent(resource: Json, record_id: str, doubts: Doubts) -> Consent:
    provision = as_object(resource.get("provision"))
    period = as_object(provision.get("period"))
    covered = as_concept({"coding": provision.get("securityLabel")})
    purposes = as_concept({"coding": provision.get("purpose")})
    return Consent(
        status=status_of(resource, doubts) or "unknown",
        scope=as_concept(resource.get("scope")),
        categories=as_concepts(resource.get("category")),
        when=as_when(resource.get("dateTime"), doubts) or as_when(period.get("start"), doubts),
        until=as_when(period.get("end"), doubts),
        kind=as_text(provision.get("type")),
        labels_covered=covered.keys,
        actors=tuple(
            names for a in as_objects(provision.get("actor")) if (names := names_of(a.get("reference")))
        ),
        purposes=frozenset(c.code for c in purposes.codes),
        **record_parts(resource, record_id, doubts),
    )


def _answers(items: list[Json], depth: int) -> list[Answer]:
    found: list[Answer] = []
    if depth > 20:  # no form is deeper; a hostile one may be
        return found
    for item in items:
        link, text = as_text(item.get("linkId")), as_text(item.get("text"))
        codes: tuple[Code, ...] = tuple(loinc_codes_in(link)) or tuple(
            loinc_codes_in(as_text(item.get("definition")))
        )
        for answer in as_objects(item.get("answer")):
            found.append(Answer(link, Concept(codes, text), text, read_value(answer)))
            found += _answers(as_objects(answer.get("item")), depth + 1)
        found += _answers(as_objects(item.get("item")), depth + 1)
    return found
