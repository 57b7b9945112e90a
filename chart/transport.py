"""One guarded way to GET FHIR JSON: only below the launch base, in bounded time, bytes and tries."""

import email.utils
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import ParamSpec, TypeVar

import orjson
import requests
import urllib3

from chart.elements import Json
from chart.fhir_server import FhirServer
from chart.records import Gap
from network.addresses import ForbiddenAddress, Reach
from network.guarded import guarded_session

_log = logging.getLogger(__name__)
# urllib3 logs full URLs, and the query of a FHIR search names the patient.
logging.getLogger("urllib3").setLevel(logging.ERROR)

THREADS = 6  # per EHR, over all patients being read at once
MAX_TRIES = 3
MAX_DEPTH = 100  # levels of nesting; real resources stay far below 30
_CHUNK = 64 * 1024
_HEADERS = {"Accept": "application/fhir+json", "Accept-Encoding": "gzip", "User-Agent": "previsit"}
_JITTER = random.SystemRandom()

P = ParamSpec("P")
T = TypeVar("T")

TOO_SLOW = "the EHR did not answer in time"
_SIGN_IN_ENDED = "The sign-in to the EHR has ended. Open the app again from the patient's chart."
_TOO_LARGE = "the answer was too large"
_UNREADABLE = "the answer could not be understood"
_STATUSES = {
    403: (Gap.REFUSED, ""),
    404: (Gap.NOT_SUPPORTED, ""),
    429: (Gap.FAILED, "the EHR is too busy"),
    503: (Gap.FAILED, "the EHR is too busy"),
}
# 502 and 504 come from the gateway before the EHR and pass as quickly as 503 does.
_PASSING = frozenset({429, 502, 503, 504})


class SignInEnded(Exception):
    """The EHR no longer accepts the access token: nothing more can be read with it.

    `cause` is why there is no newer one, where it was tried to get one: the sign-in itself may be as good as before.
    """

    def __init__(self, sentence: str = "", cause: Exception | None = None) -> None:
        super().__init__(sentence)
        self.cause = cause


class NotRead(Exception):
    """One request brought nothing. `why` is for a clinician; `status` is None when there was no answer."""

    def __init__(self, kind: Gap, why: str, status: int | None = None) -> None:
        super().__init__(why or kind.value)
        self.kind, self.why, self.status = kind, why, status


class _Passing(Exception):
    """Worth another try, after `wait` seconds when the server said so."""

    def __init__(self, trouble: NotRead, wait: float | None = None) -> None:
        super().__init__()
        self.trouble, self.wait = trouble, wait


class Call:
    """The reading of one patient: one token, one deadline and one byte allowance for all its threads."""

    def __init__(
        self,
        server: FhirServer,
        deadline_s: float,
        refresh: Callable[[], str] | None = None,
        proof: str = "Patient",
    ) -> None:
        """`proof` is a path that every token good for this reading may ask for."""
        self.server, self._proof = server, proof
        self.ends = time.monotonic() + deadline_s
        # Searches end a little before the whole does, so that what they have read is still handed over.
        self._work_ends = self.ends - min(0.3, deadline_s / 10)
        self._session, self._threads = _lane(server.base, reach_of(server))
        self._refresh, self._token = refresh, server.token
        self._bytes_left = server.limits.record_bytes
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._proving, self._is_token_good = threading.Lock(), False

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._threads.submit(work, *args, **kwargs)

    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    def stop(self) -> None:
        """Threads still at work for this call give up at their next step."""
        self._stopped.set()

    def search_ends(self) -> float:
        return min(self._work_ends, time.monotonic() + self.server.limits.search_s)

    def get(self, url: str, until: float, *, is_counted: bool = True) -> Json:
        """The resource at `url`, before `until`. Raises NotRead or SignInEnded.

        The patient's own record is not counted against the byte allowance: without it there is no chart.
        """
        last = NotRead(Gap.FAILED, TOO_SLOW)
        for attempt in range(MAX_TRIES):
            try:
                return self._once(url, until, is_counted)
            except _Passing as passing:
                last = passing.trouble
                wait = passing.wait if passing.wait is not None else _backoff(attempt)
            if attempt + 1 == MAX_TRIES or time.monotonic() + wait >= until or self._stopped.wait(wait):
                break
        raise last

    def _once(self, url: str, until: float, is_counted: bool) -> Json:
        token = self._token
        with self._ask(url, token, until) as response:
            if response.status_code != 401:
                _check_status(response)
                return _parsed(self._body(response, until, is_counted))
        if self._renew(token):
            return self._once(url, until, is_counted)
        if url == self._proof_url() or not self._is_signed_in(until):
            raise SignInEnded(_SIGN_IN_ENDED)
        # Some EHRs answer so, and not with 403, where a scope is missing for this one type.
        raise NotRead(Gap.REFUSED, "", 401)

    def _ask(self, url: str, token: str, until: float) -> requests.Response:
        left = until - time.monotonic()
        if left <= 0 or self._stopped.is_set():
            raise NotRead(Gap.FAILED, TOO_SLOW)
        # The token goes with each request and never on the session, which other patients share.
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            return self._session.get(
                url,
                headers=headers,
                timeout=(min(self.server.limits.connect_s, left), left),
                allow_redirects=False,
                stream=True,
            )
        except requests.Timeout:
            raise NotRead(Gap.FAILED, TOO_SLOW) from None
        except requests.exceptions.SSLError:
            raise NotRead(Gap.FAILED, "no secure connection to the EHR") from None
        except requests.ConnectionError:
            # A kept connection that the server closed meanwhile looks like this too.
            raise _Passing(NotRead(Gap.FAILED, "the EHR could not be reached")) from None
        except ForbiddenAddress:
            raise NotRead(Gap.FAILED, "its address is not one that this app may connect to") from None
        except (requests.RequestException, ValueError):
            raise NotRead(Gap.FAILED, "the EHR could not be asked") from None

    def _body(self, response: requests.Response, until: float, is_counted: bool) -> bytes:
        """Read in small steps: requests' own timeout starts anew with every byte of a slow drip."""
        parts, size, most = [], 0, self.server.limits.response_bytes
        try:
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                size += len(chunk)
                parts.append(chunk)
                if size > most or (is_counted and not self._allows(len(chunk))):
                    raise NotRead(Gap.CUT_OFF, _TOO_LARGE, response.status_code)
                if time.monotonic() > until or self._stopped.is_set():
                    raise NotRead(Gap.FAILED, TOO_SLOW, response.status_code)
        except urllib3.exceptions.ReadTimeoutError:
            raise NotRead(Gap.FAILED, TOO_SLOW, response.status_code) from None
        except (urllib3.exceptions.HTTPError, OSError):
            raise NotRead(Gap.FAILED, "the answer broke off", response.status_code) from None
        return b"".join(parts)

    def _allows(self, size: int) -> bool:
        with self._lock:
            self._bytes_left -= size
            return self._bytes_left >= 0

    def _renew(self, stale: str) -> bool:
        """Whether there is a newer token than `stale`, after one refresh for all threads of the call."""
        with self._lock:
            if self._token == stale:
                refresh, self._refresh = self._refresh, None
                if self._stopped.is_set():
                    raise SignInEnded(_SIGN_IN_ENDED)
                self._token = _refreshed(refresh) if refresh else stale
            return self._token != stale

    def _proof_url(self) -> str:
        return f"{self.server.base}/{self._proof}"

    def _is_signed_in(self, until: float) -> bool:
        """Asked once for all threads: is it the token that is refused, or the type that was asked for?"""
        with self._proving:
            if not self._is_token_good:
                with self._ask(self._proof_url(), self._token, until) as response:
                    self._is_token_good = response.status_code != 401
            return self._is_token_good


def _refreshed(refresh: Callable[[], str]) -> str:
    try:
        return refresh()
    except Exception as problem:
        _log.info("FHIR: no new access token: %s", type(problem).__name__)
        raise SignInEnded(_SIGN_IN_ENDED, problem) from None


def reach_of(server: FhirServer) -> Reach:
    return Reach(server.private_networks, server.allow_insecure_loopback, server.ca_file)


@lru_cache(maxsize=32)
def _lane(_base: str, reach: Reach) -> tuple[requests.Session, ThreadPoolExecutor]:
    """Connections and threads kept for one EHR: a slow one cannot hold up the patients of another."""
    session = guarded_session(reach, THREADS)  # shared between patients: no cookie is kept on it
    session.headers.clear()
    session.headers.update(_HEADERS)
    return session, ThreadPoolExecutor(THREADS, thread_name_prefix="fhir")


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    fault = "the EHR reported a fault" if status >= 500 else "the EHR did not accept the request"
    kind, why = _STATUSES.get(status, (Gap.FAILED, fault))
    trouble = NotRead(kind, why, status)
    if status in _PASSING:
        raise _Passing(trouble, _retry_after(response.headers.get("Retry-After", "")))
    raise trouble


def _retry_after(value: str) -> float | None:
    """Seconds from a number or an HTTP date (RFC 9110); None when the server did not say."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _backoff(attempt: int) -> float:
    return 0.2 * 2.0**attempt * _JITTER.uniform(0.5, 1.5)


def _parsed(body: bytes) -> Json:
    try:
        resource = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise NotRead(Gap.FAILED, _UNREADABLE, 200) from None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise NotRead(Gap.FAILED, _UNREADABLE, 200)
    if _is_too_deep(resource):
        raise NotRead(Gap.FAILED, _UNREADABLE, 200)
    return resource


def _is_too_deep(resource: Json) -> bool:
    """Level by level, because recursion over hostile nesting is what must not happen."""
    level: list[object] = [resource]
    for _ in range(MAX_DEPTH):
        level = [c for node in level for c in _children(node) if isinstance(c, dict | list)]
        if not level:
            return False
    return True


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
