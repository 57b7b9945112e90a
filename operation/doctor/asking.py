"""One question to a server, answered with what the doctor reads of it: status, headers, certificate."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from network.addresses import ForbiddenAddress, Reach
from network.guarded import GuardedAdapter, guarded_session, within

TIMEOUT = (3.05, 8.0)  # seconds to connect, seconds between bytes
DEADLINE = 12.0
LARGEST = 200_000  # bytes


class NoAnswer(Exception):
    """The server could not be asked; the message says why in a few words, without the address."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    certificate: Mapping[str, Any] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def date(self) -> float | None:
        """The server's clock, in seconds since 1970."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).timestamp()
        except ValueError:
            return None

    @property
    def certificate_ends(self) -> datetime | None:
        told = self.certificate.get("notAfter")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC) if told else None


def ask(url: str, reach: Reach, method: str = "GET", **how: Any) -> Answer:
    """Raises NoAnswer. No redirect is followed."""
    session = guarded_session(reach, watched=True)
    try:
        with session, within(DEADLINE, session):
            asked = session.request(method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **how)
            with asked as response:
                body = response.raw.read(LARGEST, decode_content=True)
            return Answer(response.status_code, response.headers, body, _certificate(session))
    except ForbiddenAddress:
        raise NoAnswer("its name leads to an address that the app may not connect to") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise NoAnswer(_why(error)) from None


def _certificate(session: requests.Session) -> Mapping[str, Any]:
    adapter = session.get_adapter("https://")
    return adapter.certificate if isinstance(adapter, GuardedAdapter) else {}


def _why(error: BaseException) -> str:
    """The kind of the fault, from the innermost that says something; never its message, which holds the address."""
    found: BaseException | None = error
    for _ in range(8):
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({found.verify_message})"
        if isinstance(found, urllib3.exceptions.NewConnectionError) and "Refused" in str(found):
            return "nothing listens there"
        inner = getattr(found, "reason", None) or next(iter(getattr(found, "args", ())), None)
        if not isinstance(inner, BaseException):
            break
        found = inner
    return _NAMED.get(type(found).__name__, type(found).__name__)


_NAMED = {
    "NameResolutionError": "its name is not known",
    "ConnectTimeoutError": "it did not answer in time",
    "ReadTimeoutError": "it did not answer in time",
    "NewConnectionError": "no connection could be made",
}
