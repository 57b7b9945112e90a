"""Runs the web application: gunicorn in production, one threaded process for the demo."""

import contextlib
import errno
import socket
import sys


def serve_demo(create_demo, port, data):
    """Serve the demo until Ctrl-C, on `port` or the next free one."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class QuietHandler(WSGIRequestHandler):
        """Logs nothing: a request line may carry a code, a state or a launch value."""

        def log_request(self, *_):
            pass

    free = _free_port(port)
    if free != port:
        print(f"Port {port} is taken; using {free}. Choose another with PORT=... make demo.", flush=True)
    url = f"http://localhost:{free}"
    server = make_server(
        "localhost", free, create_demo(url, data), threaded=True, request_handler=QuietHandler
    )
    print(f"\n  Open {url}\n\n  Practice EHR with synthetic patients. Ctrl-C stops it.\n", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
    print("Stopped.", flush=True)
    return 0


def serve_production(create_app, config, bind, workers):
    """Serve under gunicorn with threads: the app mostly waits for the EHR."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            for name, value in _gunicorn_settings(bind, workers).items():
                self.cfg.set(name, value)

        def load(self):
            return create_app(config)

    Server().run()
    return 0


def _gunicorn_settings(bind, workers):
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": 8,
        "timeout": 30,
        "graceful_timeout": 20,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        # Method, path without query, status, size, time: a query string may carry a code or a launch value.
        "accesslog": None,
        "errorlog": "-",
        "proc_name": "previsit",
    }


def _free_port(port):
    for candidate in range(port, port + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError as problem:
                if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
            else:
                return candidate
    sys.exit(f"previsit: no free port between {port} and {port + 49}. Choose one with PORT=...")
