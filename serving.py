"""Runs the web application: gunicorn in production, one threaded process for the demo."""

import contextlib
import errno
import gc
import os
import signal
import socket
import sys


def serve_demo(create_demo, port, data, host="localhost", public_url=None):
    """Serve the demo until Ctrl-C, on `port` or the next free one; `public_url` where a proxy stands before it."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class QuietHandler(WSGIRequestHandler):
        """Logs nothing: a request line may carry a code, a state or a launch value."""

        def log_request(self, *_):
            pass

    with contextlib.suppress(KeyboardInterrupt):
        # As from a service manager or a closed terminal: it ends like Ctrl-C, whatever is being done.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        free = _free_port(port, host)
        if free != port:
            print(f"Port {port} is taken; using {free}. Choose another with PORT=... make demo.", flush=True)
        url = public_url or f"http://{f'[{host}]' if ':' in host else host}:{free}"
        app = create_demo(url, data)
        with make_server(host, free, app, threaded=True, request_handler=QuietHandler) as server:
            print(f"\n  Open {url}\n\n  Practice EHR with synthetic patients. Ctrl-C stops it.\n", flush=True)
            server.serve_forever()
    print("Stopped.", flush=True)
    return 0


def serve_production(create_app, config, bind, workers):
    """Serve under gunicorn with threads: the app mostly waits for the EHR.

    Raises storage's CannotOpen, SchemaProblem and KeyMissing before any worker starts.
    """
    import tempfile

    _check_database(config)
    with tempfile.TemporaryDirectory(prefix="previsit-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # before the metrics library is imported anywhere
        return _serve(create_app, config, bind, workers)


def _serve(create_app, config, bind, workers):
    from gunicorn.app.base import BaseApplication

    from operation.logs import as_json_lines
    from operation.metrics import worker_gone

    class Server(BaseApplication):
        def load_config(self):
            for name, value in _gunicorn_settings(bind, workers).items():
                self.cfg.set(name, value)
            self.cfg.set("child_exit", worker_gone)
            self.cfg.set("logconfig_dict", as_json_lines())

        def load(self):
            return create_app(config)

    Server().run()
    return 0


def _check_database(config):
    """Here, once and in words, and not in every worker with a traceback."""
    from storage.opening import opening
    from storage.rotation import check_stand_ins
    from storage.schema import check_schema, upgrade

    with opening(config.database_url) as engine:
        if config.upgrade_at_start:
            upgrade(engine)
        check_schema(engine)
        check_stand_ins(engine, config.keys_of_patients)


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
        # A second door, with a file in the home directory: not needed, and read-only images have no place for it.
        "control_socket_disable": True,
        "proc_name": "previsit",
        "post_worker_init": _ready,
    }


def _ready(_worker):
    """The tables are read before the first request, and stay out of every later garbage collection.

    A chart is tens of thousands of small objects that live as long as its request. Python would go through
    everything the process holds several times for each, and now and then one request would wait for it.
    """
    from cds.ready import be_ready

    be_ready()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _free_port(port, host):
    last, family = min(port + 49, 65535), socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, last + 1):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the server does: connections of a demo just stopped linger and are no reason to move on.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as problem:
                if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                    sys.exit(f"previsit: {host} cannot be listened on ({problem.strerror}).")
            else:
                return candidate
    sys.exit(f"previsit: no free port between {port} and {last}. Choose one with PORT=...")
