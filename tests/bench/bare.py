"""The least an endpoint can do with a hook request: parse the body and answer with a constant.

`python -m tests.bench.bare PORT WORKERS` serves it as `previsit serve` serves the app.
"""

import sys

import orjson
from gunicorn.app.base import BaseApplication

from serving import _gunicorn_settings

_HEADERS = [("Content-Type", "application/json"), ("Content-Length", "12")]


def bare(environ, start_response):
    orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    start_response("200 OK", _HEADERS)
    return [b'{"cards":[]}']


class Server(BaseApplication):
    def load_config(self):
        port, workers = sys.argv[1:]
        for name, value in _gunicorn_settings(f"127.0.0.1:{port}", int(workers)).items():
            self.cfg.set(name, value)

    def load(self):
        return bare


if __name__ == "__main__":
    Server().run()
