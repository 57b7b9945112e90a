"""/metrics for Prometheus: counts and times by route, never anything of a patient or a person."""

import hmac
import os
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from audit.request import not_audited

# Read by the library when it is imported: several workers then count into files of one folder.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LABELS = ("route", "method", "status")


class Metrics:
    """`route` is the pattern of an address ("/visit/<handle>/"), so that no id is ever a label."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self.requests = Counter("previsit_requests", "Requests answered", _LABELS, registry=self._own)
        self.seconds = Histogram(
            "previsit_request_seconds", "Time to answer", ("route",), buckets=_BUCKETS, registry=self._own
        )

    def text(self) -> bytes:
        return generate_latest(self._registry())

    def _registry(self) -> CollectorRegistry:
        if FOLDER not in os.environ:
            return self._own
        shared = CollectorRegistry()
        multiprocess.MultiProcessCollector(shared)
        return shared


def init_metrics(app: Flask, token: str) -> None:
    """Counts every answer; /metrics is there only when a token is set, and answers only to it."""
    metrics = Metrics()
    app.extensions["metrics"] = metrics
    app.before_request(_begin)
    app.after_request(lambda response: _count(metrics, response))

    @not_audited("counts by route, of nobody")
    def show() -> Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            abort(401)
        return Response(metrics.text(), mimetype=CONTENT_TYPE_LATEST)

    if token:
        app.add_url_rule("/metrics", "metrics", show)


def _begin() -> None:
    g.begun_at = time.perf_counter()


def _count(metrics: Metrics, response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
    metrics.requests.labels(route, method, str(response.status_code)).inc()
    if "begun_at" in g:
        metrics.seconds.labels(route).observe(time.perf_counter() - g.begun_at)
    return response


def worker_gone(_server: Any, worker: Any) -> None:
    """gunicorn's child_exit: what a worker counted stays, its open gauges do not."""
    if FOLDER in os.environ and Path(os.environ[FOLDER]).is_dir():
        multiprocess.mark_process_dead(worker.pid)
