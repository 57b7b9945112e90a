"""The search parameters of each resource type: their kind and the elements they look at (FHIR R4)."""

from dataclasses import dataclass

CREATABLE = frozenset({"DocumentReference", "Observation", "QuestionnaireResponse", "ServiceRequest", "Task"})

# Types that belong to no patient; every other type is a patient's, or is not shown to a patient's token.
SHARED = frozenset(
    {
        "ActivityDefinition",
        "CodeSystem",
        "Endpoint",
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "Substance",
        "ValueSet",
    }
)


@dataclass(frozen=True, slots=True)
class Parameter:
    kind: str  # token, date, reference, string or uri
    paths: tuple[str, ...]


def _all(kind: str, **paths: str) -> dict[str, Parameter]:
    """token(clinical_status="clinicalStatus") -> {"clinical-status": ...}; several paths by a space."""
    return {name.replace("_", "-"): Parameter(kind, tuple(path.split())) for name, path in paths.items()}


def _token(**paths: str) -> dict[str, Parameter]:
    return _all("token", **paths)


def _date(**paths: str) -> dict[str, Parameter]:
    return _all("date", **paths)


def _reference(**paths: str) -> dict[str, Parameter]:
    return _all("reference", **paths)


def _string(**paths: str) -> dict[str, Parameter]:
    return _all("string", **paths)


_SUBJECT = _reference(patient="subject", subject="subject")
_PATIENT = _reference(patient="patient")
_STATUS = _token(status="status")
_EVERYWHERE = _token(identifier="identifier")

TYPES: dict[str, dict[str, Parameter]] = {
    "AllergyIntolerance": _PATIENT
    | _token(clinical_status="clinicalStatus", category="category", code="code")
    | _date(date="recordedDate"),
    "Appointment": _STATUS
    | _reference(patient="participant.actor", actor="participant.actor")
    | _token(service_type="serviceType", appointment_type="appointmentType")
    | _date(date="start"),
    "CarePlan": _SUBJECT | _STATUS | _token(intent="intent", category="category") | _date(date="period"),
    "CareTeam": _SUBJECT | _STATUS | _token(category="category") | _date(date="period"),
    "Condition": _SUBJECT
    | _token(clinical_status="clinicalStatus", verification_status="verificationStatus")
    | _token(category="category", code="code")
    | _date(onset_date="onsetDateTime onsetPeriod", recorded_date="recordedDate")
    | _date(abatement_date="abatementDateTime abatementPeriod")
    | _reference(encounter="encounter"),
    "Consent": _PATIENT | _STATUS | _token(scope="scope", category="category") | _date(date="dateTime"),
    "Coverage": _reference(patient="beneficiary") | _STATUS | _token(type="type"),
    "DiagnosticReport": _SUBJECT
    | _STATUS
    | _token(category="category", code="code")
    | _date(date="effectiveDateTime effectivePeriod", issued="issued")
    | _reference(encounter="encounter"),
    "DocumentReference": _SUBJECT
    | _STATUS
    | _token(type="type", category="category")
    | _date(date="date", period="context.period")
    | _reference(encounter="context.encounter"),
    "Encounter": _SUBJECT
    | _STATUS
    | {"class": Parameter("token", ("class",))}
    | _token(type="type", reason_code="reasonCode")
    | _date(date="period")
    | _reference(participant="participant.individual"),
    "Flag": _SUBJECT | _STATUS | _token(category="category", code="code") | _date(date="period"),
    "Goal": _SUBJECT | _token(lifecycle_status="lifecycleStatus", category="category"),
    "Immunization": _PATIENT
    | _STATUS
    | _token(vaccine_code="vaccineCode")
    | _date(date="occurrenceDateTime"),
    "Location": _string(name="name"),
    "Medication": _STATUS | _token(code="code"),
    "MedicationAdministration": _SUBJECT
    | _STATUS
    | _token(code="medicationCodeableConcept")
    | _date(effective_time="effectiveDateTime effectivePeriod")
    | _reference(medication="medicationReference", request="request", context="context"),
    "MedicationDispense": _SUBJECT
    | _STATUS
    | _token(code="medicationCodeableConcept", type="type")
    | _date(whenhandedover="whenHandedOver", whenprepared="whenPrepared")
    | _reference(medication="medicationReference", prescription="authorizingPrescription", context="context"),
    "MedicationRequest": _SUBJECT
    | _STATUS
    | _token(intent="intent", category="category", code="medicationCodeableConcept")
    | _date(authoredon="authoredOn", date="dosageInstruction.timing.event")
    | _reference(medication="medicationReference", encounter="encounter", requester="requester"),
    "MedicationStatement": _SUBJECT
    | _STATUS
    | _token(category="category", code="medicationCodeableConcept")
    | _date(effective="effectiveDateTime effectivePeriod")
    | _reference(medication="medicationReference", context="context"),
    "Observation": _SUBJECT
    | _STATUS
    # As Oracle Health documents it, `code` does not look into components.
    | _token(category="category", code="code", value_concept="valueCodeableConcept")
    | _date(date="effectiveDateTime effectivePeriod effectiveInstant")
    | _reference(encounter="encounter", performer="performer"),
    "Organization": _string(name="name"),
    "Patient": _token(gender="gender", active="active")
    | _string(name="name.text name.family name.given", family="name.family", given="name.given")
    | _date(birthdate="birthDate"),
    "Practitioner": _string(name="name.text name.family name.given", family="name.family"),
    "PractitionerRole": _reference(practitioner="practitioner", organization="organization"),
    "Procedure": _SUBJECT
    | _STATUS
    | _token(category="category", code="code")
    | _date(date="performedDateTime performedPeriod")
    | _reference(encounter="encounter"),
    "Questionnaire": _STATUS | _all("uri", url="url"),
    "QuestionnaireResponse": _SUBJECT
    | _STATUS
    | _all("uri", questionnaire="questionnaire")
    | _date(authored="authored")
    | _reference(encounter="encounter", author="author"),
    "RelatedPerson": _PATIENT,
    "ServiceRequest": _SUBJECT
    | _STATUS
    | _token(intent="intent", category="category", code="code")
    | _date(authored="authoredOn", occurrence="occurrenceDateTime occurrencePeriod")
    | _reference(encounter="encounter", requester="requester", performer="performer"),
    "Task": _reference(patient="for", subject="for", focus="focus", based_on="basedOn", owner="owner")
    | _STATUS
    | _token(intent="intent", code="code", business_status="businessStatus")
    | _date(authored_on="authoredOn", modified="lastModified", period="executionPeriod")
    | _reference(encounter="encounter"),
}


def for_type(resource_type: str) -> dict[str, Parameter]:
    """The parameters of a type; types without a table of their own can be found by patient and identifier."""
    fallback = {} if resource_type in SHARED else _reference(patient="subject patient")
    return _EVERYWHERE | _ALWAYS | TYPES.get(resource_type, fallback)


_ALWAYS = {
    "_id": Parameter("token", ("id",)),
    "_lastUpdated": Parameter("date", ("meta.lastUpdated",)),
}
