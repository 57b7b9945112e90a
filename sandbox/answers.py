"""FHIR answers over HTTP: resources and OperationOutcomes as application/fhir+json."""

from typing import Any

import orjson
from flask import Response

FHIR_JSON = "application/fhir+json"


def fhir_answer(
    resource: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    answer = Response(orjson.dumps(resource), status, headers, content_type=f"{FHIR_JSON}; charset=utf-8")
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def outcome(severity: str, code: str, why: str) -> dict[str, Any]:
    issue = {"severity": severity, "code": code, "details": {"text": why}, "diagnostics": why}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
