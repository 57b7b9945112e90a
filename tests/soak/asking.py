"""One request of the soak, judged: what is an answer, what is honest about a fault, and what is the app's failure."""

import time
from dataclasses import dataclass

import requests

from launch import problems
from launch.problems import Problem
from tests.soak.told import title_of

PATIENCE = 60  # seconds
# Pages of 502 and 504 that name the EHR; the last is not a launch's.
EHR_FAULTS = {p.title for p in vars(problems).values() if isinstance(p, Problem) and p.status in (502, 504)}
EHR_FAULTS.add("The chart could not be read")
DATABASE_AWAY = {
    problems.DATABASE_AWAY.title,
    "This may not have been recorded",
    "The summary cannot be shown now",  # without an audit record
}
HOOK_AWAY = {"error": "The service cannot answer now."}


@dataclass(frozen=True)
class Answer:
    response: requests.Response
    began: float
    ended: float
    was_repeated: bool = False

    @property
    def status(self):
        return self.response.status_code

    @property
    def seconds(self):
        return self.ended - self.began


class Asker:
    """One browser, or one EHR that calls. Each request has a connection of its own, so none is closed unasked."""

    def __init__(self, ledger, wreck):
        self.ledger, self.wreck = ledger, wreck
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Connection"] = "close"

    def ask(self, kind, method, url, *, repeats=True, **more):
        """The answer, after one more try where a killed worker took the first; None where there is none."""
        for attempt in range(2 if repeats else 1):
            began = time.monotonic()
            try:
                response = self._asked(method, url, **more)
                return Answer(response, began, time.monotonic(), bool(attempt))
            except requests.Timeout:
                self.ledger.fail(f"{kind}: no answer in {PATIENCE} s from {method} {_path(url)}")
                return None
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as problem:
                self._lost(kind, f"{method} {_path(url)} {type(problem).__name__}", began)
        return None

    def _asked(self, method, url, **more):
        return self.http.request(method, url, timeout=PATIENCE, allow_redirects=False, **more)

    def _lost(self, kind, what, began):
        self.ledger.counted(kind, "connection lost with a killed worker")
        if not self.wreck.killed_during(began, time.monotonic()):
            self.ledger.fail(f"{kind}: connection lost though no worker was killed: {what}")

    def judge(self, kind, answer, patient=""):
        """Counts the answer; True where it is one to look into. Whatever is no honest fault is a failure.

        `patient` is whom a good answer is about: the audit trail must say so.
        """
        what = self._named(answer)
        honest = what is not None
        self.ledger.answered(kind, what or f"{answer.status}, a failure", answer.seconds)
        if not honest:
            number = answer.response.headers.get("X-Request-Id", "without a number")
            told = title_of(answer.response.text) or answer.response.text[:120]
            self.ledger.fail(f"{kind}: {answer.status} {told!r}, request {number}")
        is_good = honest and answer.status < 400
        if is_good:
            self.ledger.shows(answer.response.headers["X-Request-Id"], patient)
        return is_good

    def _named(self, answer):
        """What this answer counts as; None for what the app must not answer."""
        status, is_json = answer.status, "json" in answer.response.headers.get("Content-Type", "")
        if status < 400:
            return str(status)
        title = "" if is_json else title_of(answer.response.text)
        if status in (502, 504) and title in EHR_FAULTS:
            return f"{status} {title}"
        if status == 412 and is_json:
            return "412 the chart could not be read"
        is_away = title in DATABASE_AWAY or (is_json and answer.response.json() == HOOK_AWAY)
        if status == 503 and is_away and self.wreck.database_away_during(answer.began, answer.ended):
            return "503 the database is away"
        return None


def _path(url):
    return url.partition("://")[2].partition("/")[2].partition("?")[0]
