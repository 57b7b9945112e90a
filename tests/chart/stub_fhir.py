"""A FHIR server on a local port that works as a good one does until a test breaks it."""

import gzip
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

FHIR = "application/fhir+json; charset=utf-8"
Fault = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request. A fault is a function that writes the answer in place of the server."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet: two would wait 40 ms for each other
    server: "StubFhir"

    def do_GET(self):
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query))
        path = parts.path + "/"
        self.route = path.removeprefix(self.server.prefix).strip("/").split("/")
        if not path.startswith(self.server.prefix):
            self.send(b"", 404)
        elif self.server.note(self):
            self.answer()

    def answer(self):
        fault = self.server.fault_for(self)
        with self.server.open_request():
            (fault or self.server.work)(self)

    def send(self, body, status=200, content_type=FHIR, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@dataclass(frozen=True)
class Asked:
    """One request as it came; the exchange itself serves the connection's next request too."""

    route: list[str]
    query: dict[str, str]
    path: str
    headers: Message


class StubFhir(ThreadingHTTPServer):
    """`records` by type are served; `break_` takes a type (or "Type/id"), and a fault for it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.generation = 0
        self.lock = threading.Lock()
        self.reset()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def reset(self):
        """A new address each time, so that a straggler of the test before is not taken for one of this."""
        self.generation += 1
        self.prefix = f"/{self.generation}/fhir/"
        self.base = f"http://127.0.0.1:{self.server_port}{self.prefix.rstrip('/')}"
        self.records = {"Patient": [{"resourceType": "Patient", "id": "p1"}]}
        self.faults = {}
        self.requests = []
        self.page_size = 100
        self.valid_token = "token-1"
        self.open_now = self.most_open = 0
        self.known = Counter()
        self.release = threading.Event()  # lets go of everything that hangs

    def handle_error(self, request, client_address):
        """A client that hangs up on a fault is what is tested here."""

    def close(self):
        self.release.set()
        self.shutdown()
        self.server_close()

    def add(self, resource_type, *ids, patient="p1", **elements):
        owner = {"subject": {"reference": f"Patient/{patient}"}}
        for its_id in ids:
            resource = {"resourceType": resource_type, "id": its_id, **owner, **elements}
            self.records.setdefault(resource_type, []).append(resource)

    def break_(self, route, fault, *, after=0, times=None):
        """`fault` answers requests for `route` in place of the server, after the first `after` of them."""
        self.faults[route] = (fault, after, times)

    def asked(self, resource_type):
        return [request for request in self.requests if request.route[0] == resource_type]

    # What follows runs in the server's own threads.

    def note(self, exchange):
        with self.lock:
            self.requests.append(Asked(exchange.route, exchange.query, exchange.path, exchange.headers))
        if exchange.headers.get("Authorization") == f"Bearer {self.valid_token}":
            return True
        exchange.send(outcome("error", "login"), 401)
        return False

    def fault_for(self, exchange):
        for route in ("/".join(exchange.route[:2]), exchange.route[0], "*"):
            if route in self.faults:
                fault, after, times = self.faults[route]
                with self.lock:
                    self.known[route] += 1
                    count = self.known[route] - after
                return fault if count > 0 and (times is None or count <= times) else None
        return None

    def open_request(self):
        return _Open(self)

    def work(self, exchange):
        if len(exchange.route) > 1:
            return self.read(exchange, *exchange.route[:2])
        matches = [r for r in self.records.get(exchange.route[0], []) if self.matches(r, exchange.query)]
        return self.search(exchange, matches)

    def read(self, exchange, kind, its_id):
        found = [r for r in self.records.get(kind, []) if r.get("id") == its_id]
        exchange.send(found[0] if found else outcome("error", "not-found"), 200 if found else 404)

    def matches(self, resource, query):
        owner = (resource.get("subject") or {}).get("reference", "")
        return isinstance(resource, dict) and owner in ("", f"Patient/{query.get('patient')}")

    def search(self, exchange, matches):
        start = int(exchange.query.get("_offset", 0))
        size = min(self.page_size, int(exchange.query.get("_count", 100)))
        onward = {**exchange.query, "_offset": start + size}
        link = f"{self.base}/{exchange.route[0]}?{urlencode(onward)}" if start + size < len(matches) else None
        exchange.send(bundle(matches[start : start + size], link, total=len(matches)))


class _Open:
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        with self.server.lock:
            self.server.open_now += 1
            self.server.most_open = max(self.server.most_open, self.server.open_now)

    def __exit__(self, *error):
        with self.server.lock:
            self.server.open_now -= 1


def bundle(resources, link=None, **elements):
    entries = [{"resource": r, "search": {"mode": "match"}} for r in resources]
    links = [{"relation": "self", "url": "ignored"}] + ([{"relation": "next", "url": link}] if link else [])
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries, **elements}


def outcome(severity, code):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


# Faults


def status(code, **headers):
    return lambda exchange: exchange.send(outcome("error", "processing"), code, **headers)


def sends(body, content_type=FHIR, **headers):
    return lambda exchange: exchange.send(body, content_type=content_type, **headers)


def rejects(*names):
    """400 for a query that holds one of these parameters (or "name=value"); works otherwise."""

    def fault(exchange):
        held = {*exchange.query, *(f"{k}={v}" for k, v in exchange.query.items())}
        commas = {"," for v in exchange.query.values() if "," in v}
        if (held | commas) & set(names):
            return exchange.send(outcome("fatal", "required"), 400)
        return exchange.server.work(exchange)

    return fault


def hangs(exchange):
    exchange.server.release.wait(20)
    exchange.close_connection = True


def slow(exchange):
    time.sleep(0.05)
    exchange.server.work(exchange)


def drips(exchange):
    """A byte now and then, for ever: no single read ever takes long."""
    exchange.send_response(200)
    exchange.send_header("Content-Length", "100000")
    exchange.end_headers()
    exchange.close_connection = True
    try:
        while not exchange.server.release.wait(0.02):
            exchange.wfile.write(b" ")
            exchange.wfile.flush()
    except OSError:
        pass


def drips_headers(exchange):
    """An answer whose head never ends: no timeout of the HTTP client sees it."""
    exchange.close_connection = True
    try:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not exchange.server.release.wait(0.02):
            exchange.wfile.write(b"X-Wait: 1\r\n")
            exchange.wfile.flush()
    except OSError:
        pass


def resets(exchange):
    """The connection is torn down without an answer."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()
    exchange.close_connection = True


def breaks_off(exchange):
    """Fewer bytes than announced."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", FHIR)
    exchange.send_header("Content-Length", "5000")
    exchange.end_headers()
    exchange.wfile.write(b'{"resourceType": "Bundle"')
    exchange.close_connection = True


def bomb(exchange):
    """A small gzip body that unpacks to 30 MB."""
    exchange.send(_packed(), Content_Encoding="gzip")


@cache
def _packed():
    return gzip.compress(b" " * 30_000_000, 1)


def endless(exchange):
    """Every page has a next one, and brings one record more."""
    number = int(exchange.query.get("page", 0))
    kind = exchange.route[0]
    resource = {"resourceType": kind, "id": f"e{number}", "subject": {"reference": "Patient/p1"}}
    exchange.send(bundle([resource], f"{kind}?page={number + 1}"))


def loops(exchange):
    exchange.send(bundle([], exchange.path))


html = sends(b"<!doctype html><title>Sign in</title>", "text/html")
truncated = sends(b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceTy')
not_fhir = sends({"error": "none of your business"})
not_json_object = sends(b"[1, 2]")
outcome_only = sends(outcome("error", "exception"))
complains = sends({"resourceType": "Bundle", "entry": [{"resource": outcome("error", "incomplete")}]})
too_deep = sends(b'{"resourceType":"Bundle","entry":' + b"[" * 50_000 + b"]" * 50_000 + b"}")
deep = sends(b'{"resourceType":"Bundle","entry":' + b"[" * 900 + b"]" * 900 + b"}")
redirects = lambda exchange: exchange.send(b"", 302, Location="http://127.0.0.1:1/")  # noqa: E731
