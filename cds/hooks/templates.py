"""Prefetch templates, made from what a service's rules read and how charts are searched."""

from chart.searches import Query, Search, searches_for

PATIENT = "patient"
# Needed for any answer at all: without them a request is answered with 412.
REQUIRED = ("Patient", "MedicationRequest")

# (FHIR type, category) -> key. EHRs configure by these names, so they never change.
_KEYS = {
    ("MedicationRequest", ""): "medicationRequests",
    ("MedicationDispense", ""): "medicationDispenses",
    ("MedicationStatement", ""): "medicationStatements",
    ("Condition", ""): "conditions",
    ("Observation", "laboratory"): "laboratory",
    ("Observation", "survey"): "surveys",
    ("Observation", "social-history"): "socialHistory",
    ("Encounter", ""): "encounters",
    ("Procedure", ""): "procedures",
    ("ServiceRequest", ""): "serviceRequests",
    ("DocumentReference", ""): "documents",
    ("DiagnosticReport", "LAB"): "laboratoryReports",
    ("QuestionnaireResponse", ""): "questionnaireResponses",
    ("Appointment", ""): "appointments",
    ("CarePlan", ""): "carePlans",
    ("Consent", ""): "consents",
    ("Task", ""): "tasks",
}


def searches_by_key(types: frozenset[str]) -> dict[str, Search]:
    """The searches behind the prefetch keys of these types, in the order of their weight."""
    return {_key(search): search for search in searches_for(types)}


def templates(types: frozenset[str]) -> dict[str, str]:
    """Key -> template, `patient` first."""
    found = {PATIENT: "Patient/{{context.patientId}}"}
    return found | {key: _template(search) for key, search in searches_by_key(types).items()}


def _template(search: Search) -> str:
    # Only what CDS Hooks 2.0 lets a template hold: equality, no _include, and no date, which would not move on.
    filters = "".join(f"&{name}={value}" for name, value in _plain(search).filters)
    return f"{search.resource_type}?patient={{{{context.patientId}}}}{filters}"


def _plain(search: Search) -> Query:
    """The widest query for all of it that names no _include."""
    queries = (query for attempt in search.attempts if len(attempt) == 1 for query in attempt)
    return next(q for q in queries if not q.limited_to and all(n != "_include" for n, _ in q.filters))


def _key(search: Search) -> str:
    kind = search.resource_type
    category = dict(_plain(search).filters).get("category", "")
    return _KEYS.get((kind, category), f"{kind[0].lower()}{kind[1:]}s")
