"""What is asked of a FHIR server for each type of record, with what to ask instead where a server refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from chart.records import Gap

PAGE_SIZE = 100  # Oracle refuses more than 200


@dataclass(frozen=True, slots=True)
class Query:
    """One search; `patient` and `_count` are added to its filters."""

    filters: tuple[tuple[str, str], ...] = ()
    years: int = 0  # how far back its `date` reaches; 0 for everything
    name: str = ""  # what a person calls the part that only this query reads
    limited_to: str = ""  # set when the query is narrower than what was wanted: all that it can bring
    with_time: bool = False  # its `date` carries a time of day, which some servers insist on

    def since(self, as_of: date) -> date | None:
        return as_of - timedelta(days=366 * self.years) if self.years else None

    def path(self, resource_type: str, patient_id: str, as_of: date) -> str:
        params = [("patient", patient_id), *self.filters]
        if since := self.since(as_of):
            params.append(("date", f"ge{since.isoformat()}{'T00:00:00.000Z' if self.with_time else ''}"))
        return f"{resource_type}?{urlencode([*params, ('_count', str(PAGE_SIZE))], safe=',:')}"


Attempt = tuple[Query, ...]  # several queries when a server takes the values only one by one


@dataclass(frozen=True, slots=True)
class Search:
    """Records of one type, or one part of them. An attempt the server rejects (400) is followed by the next."""

    resource_type: str
    name: str  # plural, as a clinician calls them
    attempts: tuple[Attempt, ...]


def attempt_key(attempt: Attempt) -> str:
    """What tells an attempt from the others of its search: "intent=order,plan", "category=survey&date", ""."""
    return " + ".join("&".join([f"{k}={v}" for k, v in q.filters] + _date_key(q)) for q in attempt)


def _date_key(query: Query) -> list[str]:
    return [] if not query.years else ["dateTime" if query.with_time else "date"]


def _by(years: int = 0, name: str = "", limited_to: str = "", **filters: str) -> Query:
    return Query(tuple(filters.items()), years, name, limited_to)


# Never status=active alone: long-term opioids are met as completed, stopped, on-hold or unknown (US Core).
_STATUSES = "active,completed,stopped,on-hold,cancelled,draft,unknown"
_INTENTS = "order,plan,original-order,instance-order,filler-order"
_WITH_MEDICATION = "MedicationRequest:medication"
_EVERYTHING: Attempt = (Query(),)

_MEDICATION_REQUESTS: tuple[Attempt, ...] = (
    (_by(intent=_INTENTS, _include=_WITH_MEDICATION),),
    (_by(intent="order,plan", _include=_WITH_MEDICATION),),  # athena knows only these two intents
    (_by(intent="order,plan"),),
    (_by(intent="order,plan", status=_STATUSES),),  # a server may insist on a status
    (_by(intent="order"), _by(intent="plan", name="Planned and reported medication orders")),
    _EVERYTHING,
)
_CONDITIONS: tuple[Attempt, ...] = (
    _EVERYTHING,
    (
        _by(category="problem-list-item", name="Problem list entries"),
        _by(category="encounter-diagnosis", name="Visit diagnoses"),
        _by(category="health-concern", name="Health concerns"),
    ),
)


def _observations(category: str, years: int) -> tuple[Attempt, ...]:
    """Epic and Oracle refuse Observation without a category or code."""
    return ((_by(years, category=category),), (_by(category=category),))


def _recent(years: int) -> tuple[Attempt, ...]:
    return ((Query(years=years),), (Query(years=years, with_time=True),), _EVERYTHING)


_CLINICAL_NOTES = _by(category="clinical-note", limited_to="clinical notes")
_ASSESSMENTS = _by(category="assess-plan", limited_to="assessments and plans")

# In the order they are asked for: what safety rests on comes first when time is short.
SEARCHES: tuple[Search, ...] = (
    Search("MedicationRequest", "Medication orders", _MEDICATION_REQUESTS),
    Search("Condition", "Problems and diagnoses", _CONDITIONS),
    Search(
        "MedicationDispense",
        "Pharmacy dispenses",
        ((_by(_include="MedicationDispense:medication"),), _EVERYTHING),
    ),
    Search(
        "MedicationStatement",
        "Reported medications",
        ((_by(_include="MedicationStatement:medication"),), _EVERYTHING),
    ),
    Search("Observation", "Laboratory results", _observations("laboratory", 2)),
    Search("Observation", "Questionnaire scores", _observations("survey", 2)),
    Search("Observation", "Social history observations", _observations("social-history", 0)[:1]),
    Search("Encounter", "Visits", _recent(2)),
    Search("Procedure", "Procedures", (_EVERYTHING,)),
    Search("ServiceRequest", "Orders and referrals", (_EVERYTHING,)),
    # US Core promises patient+category; a chart may hold thousands of notes, agreements are renewed yearly.
    Search(
        "DocumentReference",
        "Documents",
        (*_recent(5), (_by(category="clinical-note", limited_to="clinical notes"),)),
    ),
    Search(
        "DiagnosticReport",
        "Laboratory reports",
        ((_by(2, category="LAB"),), (_by(category="LAB"),), _EVERYTHING),
    ),
    Search("QuestionnaireResponse", "Questionnaire answers", (_EVERYTHING,)),
    Search("Appointment", "Appointments", _recent(2)),  # Oracle wants a date
    Search(
        "CarePlan",
        "Care plans",
        (_EVERYTHING, (_by(category="assess-plan", limited_to="assessments and plans"),)),
    ),
    Search("Consent", "Consents", (_EVERYTHING,)),
    Search("Task", "Tasks", (_EVERYTHING,)),
)

NAMES = {
    **{search.resource_type: search.name for search in SEARCHES},
    "Observation": "Results and observations",
    "Medication": "Medication details",
    "Patient": "The patient's own details",
}

_SAID = {
    Gap.REFUSED: "were not shared by the EHR",
    Gap.FAILED: "could not be read",
    Gap.CUT_OFF: "were only partly read",
    Gap.NOT_SUPPORTED: "are not offered by this EHR",
    Gap.WITHHELD: "were withheld for privacy",
}

# Every certified US EHR offers these. "Not found" for one of them is a fault, and must not read as
# "this EHR keeps no such records", which would hide nothing.
ALWAYS_OFFERED = frozenset({"MedicationRequest", "Condition", "Observation"})


def searches_for(types: Iterable[str], observation_codes: tuple[str, ...] = ()) -> tuple[Search, ...]:
    """The searches for these FHIR types, in a stable order; a type without a row is asked for by patient."""
    wanted = set(types) - {"Patient", "Medication"}
    known = tuple(s for s in SEARCHES if s.resource_type in wanted)
    others = sorted(wanted - {s.resource_type for s in known})
    by_code = (_by_code(observation_codes),) if observation_codes and "Observation" in wanted else ()
    return (*known, *by_code, *(Search(t, name_of(t), (_EVERYTHING,)) for t in others))


def name_of(resource_type: str) -> str:
    return NAMES.get(resource_type, f"{resource_type} records")


def gap_sentence(name: str, kind: Gap, why: str = "") -> str:
    """What a clinician reads: "Laboratory results were not shared by the EHR"."""
    said = _SAID[kind]
    return f"{name} {said} ({why})" if why else f"{name} {said}"


def _by_code(codes: tuple[str, ...]) -> Search:
    """Several codes in one search are only a SHOULD for servers, so each alone is the second attempt."""
    one_by_one = tuple(_by(code=code, name=f"Observations coded {code}") for code in codes)
    return Search("Observation", "Named observations", ((_by(code=",".join(codes)),), one_by_one))
