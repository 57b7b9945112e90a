"""Puts what operators need into a Flask app."""

from typing import Any

from flask import Flask

from operation.headers import init_headers
from operation.health import blueprint
from operation.limits import init_limits
from operation.logs import number_requests
from operation.metrics import init_metrics


def init_operation(app: Flask, config: Any) -> None:
    """First of all parts: requests are numbered before anything is logged. `config`: config.Config."""
    number_requests(app)
    init_headers(app, config.public_url)
    init_metrics(app, config.metrics_token)
    app.register_blueprint(blueprint)


def finish_operation(app: Flask, config: Any) -> None:
    """Last of all parts: which limit holds depends on the part a request is for."""
    init_limits(app, config.requests_a_minute)
