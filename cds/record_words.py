"""What FHIR's types of record are called in front of a clinician."""

_ONE_AND_MANY = {
    "MedicationRequest": ("order", "medication orders"),
    "MedicationDispense": ("fill", "fills"),
    "MedicationStatement": ("reported medicine", "reported medicines"),
    "Medication": ("medicine", "medicine details"),
    "Condition": ("problem or diagnosis", "problems and diagnoses"),
    "Observation": ("result", "results and answers"),
    "DiagnosticReport": ("report", "reports"),
    "Procedure": ("procedure", "procedures"),
    "Encounter": ("visit", "visits"),
    "DocumentReference": ("document", "documents"),
    "ServiceRequest": ("referral or order", "referrals and orders"),
    "Task": ("task", "tasks"),
    "Appointment": ("appointment", "appointments"),
    "CarePlan": ("care plan", "care plans"),
    "QuestionnaireResponse": ("questionnaire", "questionnaires"),
    "Consent": ("consent", "consents"),
    "Outcome": ("recorded in this app", "what was recorded in this app"),
    "Patient": ("patient", "patient"),
}


def one(resource_type: str) -> str:
    return _ONE_AND_MANY.get(resource_type, (resource_type, ""))[0]


def many(resource_type: str) -> str:
    return _ONE_AND_MANY.get(resource_type, ("", resource_type))[1]
