"""What goes wrong with an EHR's answers: at random from a fixed seed, and written down by whom it met."""

import random
import socket
import threading
import time
from collections import Counter, defaultdict
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

# How often an answer of the FHIR endpoint meets each, and one of the sign-in service.
OF_FHIR = {"slow": 0.05, "500": 0.01, "429": 0.02, "half": 0.008, "cut": 0.007, "dropped": 0.012}
OF_SIGN_IN = {"slow": 0.05, "500": 0.01, "429": 0.01, "half": 0.004, "cut": 0.004, "dropped": 0.01}
HARMLESS = {"", "slow"}
LONGEST_DELAY = 2.5  # seconds
# One type of record fails for everybody, however often it is asked for: this long, this often.
STORM, STORM_EVERY = 4.0, 15.0
STORM_TYPES = (
    "Observation",
    "Condition",
    "MedicationDispense",
    "MedicationRequest",
    "Encounter",
    "Procedure",
)
NOT_OF_THE_APP = ("/authorize", "/launch", "/static", "/console", "/log", "/patients")


class Trouble:
    """WSGI around the practice EHR; `ehr` is its running state. All is well until `begin`."""

    def __init__(self, app, ehr, seed):
        self.app, self.ehr, self.seed = app, ehr, seed
        self.chance, self.lock = random.Random(seed), threading.Lock()
        self.begun, self.met, self.refreshes = None, Counter(), 0
        self.events, self.grants = defaultdict(list), {}

    def begin(self):
        self.begun = time.monotonic()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith(NOT_OF_THE_APP):
            return self.app(environ, start_response)
        request, began = Request(environ), time.monotonic()
        who, kind = self._who(request), _kind(request.path)
        fault, delay = self._fault(kind)
        time.sleep(delay)
        answer = self._answer(environ, fault)
        self._note(who, kind, request, fault, answer.status_code, began)
        if fault == "dropped" and "werkzeug.socket" in environ:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer(environ, start_response)

    def told(self, who, since):
        """What was answered to one sign-in since a moment of the monotonic clock; what came before is forgotten."""
        with self.lock:
            self.events[who] = [event for event in self.events[who] if event["began"] >= since]
            grant = self.grants.get(who)
            return {"events": list(self.events[who]), "is_revoked": bool(grant and grant.is_revoked)}

    def counts(self):
        with self.lock:
            return {"faults": dict(self.met), "refreshes": self.refreshes}

    def _fault(self, kind):
        with self.lock:
            if self.begun is None:
                return "", 0.0
            if kind == self._storm(time.monotonic() - self.begun):
                fault = "500"
            else:
                rates = OF_SIGN_IN if kind == "sign-in" else OF_FHIR
                fault = self.chance.choices(["", *rates], [1 - sum(rates.values()), *rates.values()])[0]
            self.met[fault or "none"] += 1
            return fault, self.chance.uniform(0.2, LONGEST_DELAY) if fault == "slow" else 0.0

    def _storm(self, elapsed):
        number, into = divmod(elapsed, STORM_EVERY)
        return random.Random(f"{self.seed} {number}").choice(STORM_TYPES) if into < STORM else None

    def _answer(self, environ, fault):
        if fault == "500":
            return Response("The EHR failed.", 500)
        if fault == "429":
            return Response("Too many requests.", 429, {"Retry-After": "1"})
        answer = Response.from_app(self.app, environ, buffered=True)
        whole = answer.get_data()
        if fault in ("half", "cut"):
            answer.set_data(whole[: len(whole) // 2])
        if fault == "half":
            answer.headers["Content-Length"] = str(len(whole))
        return answer

    def _who(self, request):
        """The number of the launch that a token belongs to; of a hook call the token itself."""
        if request.path.endswith("/token"):
            return self._who_refreshes(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        access = self.ehr.access.get(token)
        if access is None:
            return ""
        return self._known(str(access.grant.number or token), access.grant)

    def _who_refreshes(self, request):
        form = parse_qs(request.get_data(cache=True, as_text=True))
        request.environ["wsgi.input"] = _again(request.get_data())
        if form.get("grant_type") != ["refresh_token"]:
            return ""
        grant = self.ehr.refresh.get(form.get("refresh_token", [""])[0])
        with self.lock:
            self.refreshes += 1
        return self._known(str(grant.number), grant) if grant else ""

    def _known(self, who, grant):
        with self.lock:
            self.grants[who] = grant
        return who

    def _note(self, who, kind, request, fault, status, began):
        event = {
            "kind": kind,
            "url": request.full_path,
            "is_well": fault in HARMLESS and status < 400,
            "fault": fault or str(status),
            "began": began,
            "ended": time.monotonic(),
        }
        if who:
            with self.lock:
                self.events[who].append(event)


def _again(body):
    import io

    return io.BytesIO(body)


def _kind(path):
    """The type of record that is asked for, or "sign-in"."""
    parts = path.split("/")
    is_fhir = len(parts) > 2 and parts[1] == "fhir" and parts[2][:1].isupper()
    return parts[2] if is_fhir else "sign-in"
