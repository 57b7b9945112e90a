"""Puts what operators need into a Flask app."""

from typing import Any

from flask import Flask, Response

from operation.health import blueprint
from operation.limits import init_limits
from operation.logs import number_requests
from operation.metrics import init_metrics


def init_operation(app: Flask, config: Any) -> None:
    """First of all parts: requests are numbered before anything is logged. `config`: config.Config."""
    number_requests(app)
    if config.public_url.startswith("https:"):
        app.after_request(_keep_to_https)
    app.after_request(_forbid_devices)
    init_metrics(app, config.metrics_token)
    app.register_blueprint(blueprint)


def finish_operation(app: Flask, config: Any) -> None:
    """Last of all parts: which limit holds depends on the part a request is for."""
    init_limits(app, config.requests_a_minute)


def _keep_to_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _forbid_devices(response: Response) -> Response:
    """The pages use none; what is put into them by whatever way shall have none either."""
    response.headers.setdefault(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    )
    return response
