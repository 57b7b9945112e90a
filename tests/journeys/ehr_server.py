"""Serves a WSGI app on a free port of this machine, for tests that need real HTTP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests read the EHR's own log instead."""


@contextmanager
def running_ehr(app: Any, port: int = 0) -> Iterator[str]:
    """Yields the base URL, such as http://127.0.0.1:40001, while `app` answers there."""
    with _running(lambda _: app, port) as url:
        yield url


@contextmanager
def running_at(make_app: Callable[[str], Any], port: int = 0) -> Iterator[str]:
    """As `running_ehr`, for an app that must know its own address: `make_app` is given it."""
    with _running(make_app, port) as url:
        yield url


@contextmanager
def _running(make_app: Callable[[str], Any], port: int) -> Iterator[str]:
    server: BaseWSGIServer = make_server(HOST, port, None, threaded=True, request_handler=Quiet)
    url = f"http://{HOST}:{server.server_port}"
    try:
        server.app = make_app(url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
    finally:
        server.server_close()
