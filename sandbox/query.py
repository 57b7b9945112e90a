"""A FHIR search as asked: parameters read, checked against what the type supports, and warned about."""

from dataclasses import dataclass, field

from sandbox import matching, parameters
from sandbox.access import View
from sandbox.errors import FhirError
from sandbox.parameters import Parameter

DEFAULT_COUNT, LARGEST_COUNT = 50, 200
_TOTALS = ("none", "estimate", "accurate")
_OF_RESULT = frozenset({"_count", "_sort", "_include", "_summary", "_total", "_format", "_pretty"})

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    parameter: Parameter
    modifier: str
    value: str

    @property
    def names_patient(self) -> bool:
        return self.name in ("patient", "subject") and self.modifier in ("", "Patient")

    def patients(self) -> set[str]:
        return {text.removeprefix("Patient/") for text in matching.values(self.value)}


@dataclass(slots=True)
class Query:
    base: str
    resource_type: str
    criteria: list[Criterion] = field(default_factory=list)
    applied: Pairs = field(default_factory=list)  # what the self link may claim
    warnings: list[str] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    sort: list[tuple[Parameter, bool]] = field(default_factory=list)  # with "is descending"
    includes: list[Parameter] = field(default_factory=list)
    has_total: bool = True

    def named_patient(self) -> str | None:
        """The one patient asked for: a shortcut through the index, the criterion is applied all the same."""
        for criterion in self.criteria:
            if criterion.names_patient and len(wanted := criterion.patients()) == 1:
                return wanted.pop()
        return None


def read_query(base: str, resource_type: str, pairs: Pairs, *, is_strict: bool) -> Query:
    """Unknown parameters are left out with a warning, or refused when the client asked to be strict."""
    query = Query(base, resource_type)
    for name, value in pairs:
        before = len(query.warnings)
        _read_pair(query, name, value)
        if len(query.warnings) == before:
            query.applied.append((name, value))
    if is_strict and query.warnings:
        raise FhirError(400, "not-supported", " ".join(query.warnings))
    return query


def check_required(query: Query, *, require_observation_category: bool) -> None:
    """Epic answers 400 to an Observation search that names neither category nor code."""
    if query.resource_type != "Observation" or not require_observation_category:
        return
    if not {criterion.name for criterion in query.criteria} & {"category", "code", "_id", "identifier"}:
        raise FhirError(400, "required", "A search for Observation needs category or code.")


def check_patient(query: Query, view: View) -> None:
    """A token for one patient is refused, not answered with nothing, when it asks for another."""
    asked = [criterion for criterion in query.criteria if criterion.name in ("patient", "subject")]
    for criterion in asked:
        if view.patient and criterion.modifier != "missing" and criterion.patients() != {view.patient}:
            raise FhirError(403, "forbidden", "This token is for another patient.")


def _read_pair(query: Query, name: str, value: str) -> None:
    plain, _, modifier = name.partition(":")
    parameter = parameters.for_type(query.resource_type).get(plain)
    if plain in _OF_RESULT and modifier:
        query.warnings.append(f"{name} is not supported: {plain} takes no modifier here.")
    elif plain in _OF_RESULT:
        _read_result_parameter(query, plain, value)
    elif parameter is None:
        query.warnings.append(f"The search parameter {name} is not supported for {query.resource_type}.")
    else:
        if parameter.kind == "reference":
            value = value.replace(f"{query.base}/", "")
        _check_value(name, parameter, modifier, value)
        query.criteria.append(Criterion(plain, parameter, modifier, value))


def _check_value(name: str, parameter: Parameter, modifier: str, value: str) -> None:
    try:
        matching.check_value(parameter, modifier, value)
    except matching.BadValue as problem:
        raise FhirError(400, "invalid", f"{name}: {problem}") from problem


def _read_result_parameter(query: Query, name: str, value: str) -> None:
    match name:
        case "_count":
            query.count = _whole_number(value)
        case "_summary" if value == "count":
            query.count = 0
        case "_total" if value in _TOTALS:
            query.has_total = value != "none"
        case "_sort":
            _read_sort(query, value)
        case "_include":
            _read_include(query, value)
        case "_summary" | "_total":
            query.warnings.append(f"{name}={value} is not supported.")


def _whole_number(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise FhirError(400, "invalid", "_count must be a whole number")
    return min(int(value[:9]), LARGEST_COUNT)


def _read_sort(query: Query, value: str) -> None:
    known = parameters.for_type(query.resource_type)
    for part in matching.values(value):
        name = part.removeprefix("-")
        if name in known:
            query.sort.append((known[name], part.startswith("-")))
        else:
            query.warnings.append(f"Sorting {query.resource_type} by {name} is not supported.")


def _read_include(query: Query, value: str) -> None:
    resource_type, _, rest = value.partition(":")
    parameter = parameters.for_type(query.resource_type).get(rest.partition(":")[0])
    if resource_type == query.resource_type and parameter and parameter.kind == "reference":
        query.includes.append(parameter)
    else:
        query.warnings.append(f"_include={value} is not supported.")
