"""The FHIR R4 endpoint: read, search and create, for who holds a token that allows it."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox import creation, parameters
from sandbox.access import bearer, is_own_user, view
from sandbox.answers import FHIR_JSON, fhir_answer, outcome
from sandbox.errors import FhirError
from sandbox.query import Query, check_patient, check_required, read_query
from sandbox.references import Resource
from sandbox.search import find, searchset
from sandbox.spoiling import cut, meet
from sandbox.state import Access, Ehr, Grant, current_ehr

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir")

CURSOR = "_cursor"
CURSOR_SECONDS = 600
_JSON_TYPES = frozenset({"*/*", "application/*", "application/json", FHIR_JSON, "json"})


@dataclass(frozen=True, slots=True)
class Search:
    """A search whose pages are being read; only the authorization that began it may go on."""

    grant: Grant
    query: Query
    found: list[Resource]
    offset: int


@blueprint.before_request
def check_format() -> None:
    asked = request.args.get("_format") or request.headers.get("Accept", "*/*")
    if not any(
        part.partition(";")[0].strip() in _JSON_TYPES for part in asked.replace(" json", "+json").split(",")
    ):
        raise FhirError(406, "not-supported", "Only JSON is offered: application/fhir+json.")


@blueprint.before_request
def meet_faults() -> None:
    """What this launch, or a header of this request, wants to go wrong."""
    kind = (request.view_args or {}).get("resource_type")
    if kind:
        access = bearer(current_ehr())
        g.conversation = access.grant.number
        meet(access, kind)


@blueprint.after_request
def break_off(response: Response) -> Response:
    return cut(response)


@blueprint.get("/<resource_type>/<resource_id>")
def read(resource_type: str, resource_id: str) -> Response:
    ehr = current_ehr()
    access = bearer(ehr)
    _check_type(ehr, resource_type)
    resource = ehr.store.get(resource_type, resource_id)
    if not is_own_user(access, resource_type, resource_id):
        seen = view(access, resource_type, "r")
        resource = resource if resource and seen.shows(resource) else None
    if resource is None:
        # Another patient's record is answered like a missing one: whether it exists is not told.
        raise FhirError(404, "not-found", f"{resource_type}/{resource_id} is not known.")
    return fhir_answer(resource)


@blueprint.get("/<resource_type>")
def search(resource_type: str) -> Response:
    return _search(resource_type, list(request.args.items(multi=True)))


@blueprint.post("/<resource_type>/_search")
def search_by_post(resource_type: str) -> Response:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise FhirError(415, "not-supported", "_search takes application/x-www-form-urlencoded.")
    return _search(resource_type, [*request.args.items(multi=True), *request.form.items(multi=True)])


@blueprint.post("/<resource_type>")
def create(resource_type: str) -> Response:
    ehr = current_ehr()
    access = bearer(ehr)
    _check_type(ehr, resource_type)
    if resource_type not in parameters.CREATABLE:
        raise FhirError(405, "not-supported", f"{resource_type} cannot be created here.")
    made, is_new = creation.create(ehr, view(access, resource_type, "c"), resource_type)
    location = f"{ehr.fhir_base}/{resource_type}/{made['id']}"
    return fhir_answer(made, 201 if is_new else 200, {"Location": location, "ETag": 'W/"1"'})


@blueprint.errorhandler(FhirError)
def refuse(problem: FhirError) -> Response:
    g.why = problem.why
    return fhir_answer(outcome("error", problem.code, problem.why), problem.status, problem.headers)


@blueprint.errorhandler(HTTPException)
def refuse_request(problem: HTTPException) -> Response:
    return refuse(FhirError(problem.code or 500, "processing", problem.name))


def _search(resource_type: str, pairs: list[tuple[str, str]]) -> Response:
    ehr = current_ehr()
    access = bearer(ehr)
    _check_type(ehr, resource_type)
    seen = view(access, resource_type, "s")
    if cursor := request.args.get(CURSOR):
        return _page(ehr, access, _continued(ehr, access, resource_type, cursor))
    is_strict = "handling=strict" in request.headers.get("Prefer", "").replace(" ", "")
    query = read_query(ehr.fhir_base, resource_type, pairs, is_strict=is_strict)
    check_required(query, require_observation_category=ehr.store.require_observation_category)
    check_patient(query, seen)
    return _page(ehr, access, Search(access.grant, query, find(ehr.store, query, seen), 0))


def _continued(ehr: Ehr, access: Access, resource_type: str, cursor: str) -> Search:
    search: Search | None = ehr.searches.get(cursor)
    if search is None or search.grant is not access.grant or search.query.resource_type != resource_type:
        raise FhirError(410, "expired", "This page link has expired: search again.")
    return search


def _page(ehr: Ehr, access: Access, search: Search) -> Response:
    query, end, next_url = search.query, search.offset + search.query.count, None
    if 0 < end < len(search.found) and query.count:
        follow = Search(search.grant, query, search.found, end)
        cursor = ehr.searches.put(follow, CURSOR_SECONDS)
        next_url = f"{ehr.fhir_base}/{query.resource_type}?{CURSOR}={cursor}"

    def may_see(resource: Resource) -> bool:
        try:
            return view(access, resource["resourceType"], "r").shows(resource)
        except FhirError:
            return False

    return fhir_answer(searchset(ehr.store, query, search.found, search.offset, may_see, next_url))


def _check_type(ehr: Ehr, resource_type: str) -> None:
    if resource_type not in parameters.TYPES and resource_type not in ehr.store.types():
        raise FhirError(404, "not-supported", f"{resource_type} is not offered here.")
