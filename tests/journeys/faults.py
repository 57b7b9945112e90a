"""Stands between the app and the practice EHR, and spoils FHIR answers by resource type when a test asks."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from werkzeug.wrappers import Request, Response

FHIR_JSON = "application/fhir+json"
ALL = "*"  # every type, the Patient's own record too
Fault = Callable[[Request], Response | None]  # None: the EHR answers as it always does


class Faults:
    """A WSGI app. `asked` are the requests that reached the FHIR endpoint, as "Condition?patient=..."."""

    def __init__(self, ehr: Callable[..., Iterable[bytes]]) -> None:
        self._ehr = ehr
        self.mended()

    def mended(self) -> None:
        """The EHR answers as it should again; whoever hangs on an answer is let go."""
        getattr(self, "let_go", threading.Event()).set()
        self.let_go = threading.Event()
        self.broken: dict[str, Fault] = {}
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if not request.path.startswith("/fhir/") or "/.well-known/" in request.path:
            return self._ehr(environ, start_response)
        kind = request.path.split("/")[2]
        self.asked.append(f"{request.path.removeprefix('/fhir/')}?{request.query_string.decode()}")
        fault = self.broken.get(kind) or self.broken.get(ALL)
        answer = fault(request) if fault else None
        return answer(environ, start_response) if answer else self._ehr(environ, start_response)

    def hang(self, _: Request) -> Response:
        self.let_go.wait(60)
        return Response(status=504)


def status(code: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response("{}", code, named, content_type=FHIR_JSON)


def body(content: str | bytes, content_type: str = FHIR_JSON) -> Fault:
    return lambda _: Response(content, 200, content_type=content_type)


def breaks_off(_: Request) -> Response:
    """Promises more than it sends, as a gateway that gives up midway does."""
    return Response('{"resourceType": "Bundle", ', 200, {"Content-Length": "5000"}, content_type=FHIR_JSON)


def others(request: Request) -> Response:
    """Answers for another patient: a cache or a gateway that mixes people up."""
    kind, stranger = request.path.split("/")[2], {"reference": "Patient/somebody-else"}
    drug = {"text": "Strangerdrug 5 mg tablet"}
    record = {
        "resourceType": kind,
        "id": "theirs",
        "status": "active",
        "intent": "order",
        "subject": stranger,
    }
    record |= {"medicationCodeableConcept": drug, "code": drug}
    if kind == "Patient":
        return Response(orjson.dumps(record | {"name": [{"text": "Strangername"}]}), content_type=FHIR_JSON)
    return Response(orjson.dumps(bundle([record])), content_type=FHIR_JSON)


def once(fault: Fault) -> Fault:
    """Only the first request meets the fault."""
    left = [fault]
    return lambda request: left.pop()(request) if left else None


def after(count: int, fault: Fault) -> Fault:
    """The first `count` requests are answered as they should be."""
    seen = iter(range(10_000))
    return lambda request: fault(request) if next(seen) >= count else None


def bundle(resources: Iterable[dict[str, Any]], following: str = "") -> dict[str, Any]:
    links = [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
