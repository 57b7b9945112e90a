"""The answer in place of one whose audit record could not be written: it shows nothing of anybody."""

import json

from flask import Response, render_template, request

_SENTENCE = "The app could not write its audit record, and without one it shows and changes nothing."
# Of the answer held back, only what protects: nothing that sets, leads or tells anything.
_KEPT = (
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Strict-Transport-Security",
    "Permissions-Policy",
    "Vary",
    "Access-Control-Allow-Origin",
)


def unavailable(held_back: Response) -> Response:
    """503, as a page or as JSON, whichever the answer would have been. What says already that we failed stays."""
    if held_back.status_code >= 500:
        return held_back
    response = _json() if _is_for_programs(held_back) else _page()
    for name in _KEPT:
        for value in held_back.headers.getlist(name):
            response.headers.add(name, value)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = "30"
    return response


def _is_for_programs(held_back: Response) -> bool:
    return (held_back.mimetype or "").endswith("json") or request.mimetype == "application/json"


def _json() -> Response:
    return Response(json.dumps({"error": "The service cannot answer now."}), 503, mimetype="application/json")


def _page() -> Response:
    page = render_template(
        "problem.html",
        title="The summary cannot be shown now",
        happened=_SENTENCE,
        to_do="Try again in a minute. If it happens again, tell your support desk.",
        reference=None,
    )
    return Response(page, 503)
