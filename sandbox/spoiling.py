"""Makes the faults of a launch happen, to this launch alone: on the FHIR endpoint and in its tokens."""

import time
from collections.abc import Iterable

from flask import Response, g, request

from sandbox.access import challenge
from sandbox.errors import FhirError
from sandbox.faults import HEADER, BadFault, Faults, from_header, hits
from sandbox.parameters import TYPES
from sandbox.scopes import read_scope
from sandbox.state import Access, Ehr

_SOME_OF_IT = 2  # the part of an answer that still arrives when it breaks off


def faults_of_request() -> Faults:
    """Those of the header, for this request only. Raises BadFault."""
    return from_header(request.headers.get(HEADER, ""))


def meet(access: Access, resource_type: str) -> None:
    """Before a FHIR request is answered: waits, or refuses as asked."""
    try:
        faults = faults_of_request().over(access.grant.faults)
    except BadFault as problem:
        raise FhirError(400, "invalid", f"{HEADER}: {problem}") from None
    g.cut_off = hits(faults.cut_off, resource_type)
    time.sleep(faults.delay / 1000)
    calls = next(access.calls)
    if faults.unauthorized_after is not None and calls >= faults.unauthorized_after:
        told = challenge("invalid_token", "the token is unknown, expired or revoked")
        raise FhirError(401, "login", _asked("The access token is not valid."), {"WWW-Authenticate": told})
    if hits(faults.forbidden, resource_type):
        raise FhirError(403, "forbidden", _asked(f"This user may not see {resource_type}."))
    if _is_to_meet(access, faults, faults.throttled, resource_type):
        headers = {} if faults.retry_after is None else {"Retry-After": str(faults.retry_after)}
        raise FhirError(429, "throttled", _asked("Too many requests."), headers)
    if _is_to_meet(access, faults, faults.failing, resource_type):
        raise FhirError(500, "exception", _asked("The EHR failed."))


def cut(response: Response) -> Response:
    """Half of the answer under a promise of the whole, as a gateway that gives up midway."""
    if g.get("cut_off") and response.status_code == 200:
        whole = response.get_data()
        response.set_data(whole[: len(whole) // _SOME_OF_IT])
        response.headers["Content-Length"] = str(len(whole))
        g.why = _asked("The answer breaks off halfway.")
    return response


def without(scopes: Iterable[str], types: frozenset[str]) -> tuple[str, ...]:
    """The scopes less those for some types; a wildcard becomes one scope for each of the others."""
    return tuple(kept for text in scopes for kept in _kept(text, types)) if types else tuple(scopes)


def token_seconds(ehr: Ehr, faults: Faults) -> int:
    return ehr.token_seconds if faults.token_seconds is None else faults.token_seconds


def _kept(text: str, types: frozenset[str]) -> Iterable[str]:
    scope = read_scope(text)
    if scope is None or not (scope.resource_type == "*" or hits(types, scope.resource_type)):
        return (text,)
    if scope.resource_type != "*" or "*" in types:
        return ()
    level, _, rest = text.partition("/*")
    return (f"{level}/{kind}{rest}" for kind in TYPES if kind not in types)


def _is_to_meet(access: Access, faults: Faults, types: frozenset[str], resource_type: str) -> bool:
    if not hits(types, resource_type):
        return False
    access.grant.met[resource_type] += 1
    return faults.times is None or access.grant.met[resource_type] <= faults.times


def _asked(why: str) -> str:
    return f"{why} (A fault that was asked for.)"
