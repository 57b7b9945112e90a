"""How the browser goes to the EHR's sign-in page: by redirect, by a form, or out of a frame first."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from launch.discovery import Discovery
from launch.framing import frame_ancestors
from launch.issuers import IssuerRegistration

LONGEST_ADDRESS = 2000  # characters; some gateways, and browsers inside EHRs, cut longer ones
IN_FRAME = {"iframe", "frame", "embed", "object"}


def must_leave_frame(registration: IssuerRegistration) -> bool:
    """Whether this launch came in a frame, from an EHR whose sign-in page will not be shown in one.

    Asked before anything is set or sent: a cookie set in the frame would not be seen in the whole window.
    """
    return registration.navigation == "top" and request.headers.get("Sec-Fetch-Dest") in IN_FRAME


def leave_frame() -> Response:
    """The same launch once more, in the whole window, by a click: browsers let no page leave a frame unasked."""
    address = f"{request.path}?{request.query_string.decode('ascii', 'replace')}"
    return make_response(render_template("continue.html", address=address, fields=()))


def to_sign_in(registration: IssuerRegistration, discovery: Discovery, url: str) -> Response:
    """By GET, which every EHR must take; by a form only where the EHR offers that and the address is long."""
    if len(url) <= LONGEST_ADDRESS or "authorize-post" not in discovery.capabilities:
        return redirect(url)
    parts = urlsplit(url)
    address, fields = parts._replace(query="").geturl(), parse_qsl(parts.query, keep_blank_values=True)
    response = make_response(render_template("continue.html", address=address, fields=fields))
    response.headers["Content-Security-Policy"] = _form_policy(
        registration, f"{parts.scheme}://{parts.netloc}"
    )
    return response


def _form_policy(registration: IssuerRegistration, origin: str) -> str:
    """form-action also rules where the EHR may redirect the form's answer: among its hosts, and back to us."""
    hosts = [f"https://{host}" for host in sorted(registration.allowed_hosts)]
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
        f"form-action {' '.join([origin, *hosts])} 'self'; frame-ancestors {frame_ancestors()}"
    )
