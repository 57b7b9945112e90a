"""The one door through which launch talks to an EHR: checked address, short timeouts, no redirects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
import urllib3

from launch.issuers import IssuerRegistration
from launch.problems import EHR_SILENT, UNSAFE_ENDPOINT, LaunchProblem
from network.addresses import ForbiddenAddress
from network.guarded import guarded_session, within

TIMEOUT = (3.05, 8.0)  # seconds to connect, seconds between bytes
DEADLINE = 15.0  # seconds for a whole answer
LARGEST = 1_000_000  # bytes, unpacked; a real smart-configuration, JWKS or token response is below 50 kB
_STEP = 65_536
LEADS_INSIDE = "its name leads to an address that is not public"


@dataclass(frozen=True)
class Reply:
    status: int
    json: Any  # None when the body is not JSON, too large, or a redirect
    cache_control: str = ""


@dataclass(frozen=True)
class Outbound:
    insecure_loopback: bool = False
    deadline: float = DEADLINE

    def check_allowed(self, registration: IssuerRegistration, url: str) -> str:
        if not registration.may_contact(url, self.insecure_loopback):
            raise LaunchProblem(UNSAFE_ENDPOINT, "the address is not https on a host of this issuer")
        return url

    def get(self, registration: IssuerRegistration, url: str, accept: str = "application/json") -> Reply:
        return self._send(registration, "GET", url, headers={"Accept": accept})

    def post(self, registration: IssuerRegistration, url: str, form: dict[str, str], **how: Any) -> Reply:
        return self._send(registration, "POST", url, data=form, headers={"Accept": "application/json"}, **how)

    def _send(self, registration: IssuerRegistration, method: str, url: str, **how: Any) -> Reply:
        self.check_allowed(registration, url)
        # A session for each call: nothing of one EHR is ever sent to another.
        session = guarded_session(registration.reach(self.insecure_loopback), watched=True)
        try:
            with session, within(self.deadline, session) as is_cut:
                asked = session.request(
                    method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **how
                )
                with asked as response:
                    reply = _read(response)
            if is_cut.is_set():
                raise LaunchProblem(EHR_SILENT, "the whole answer took too long")
            return reply
        except ForbiddenAddress:
            raise LaunchProblem(UNSAFE_ENDPOINT, LEADS_INSIDE) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The message of a requests error holds the URL; its class says enough.
            raise LaunchProblem(EHR_SILENT, type(error).__name__) from None


def _read(response: requests.Response) -> Reply:
    if response.is_redirect or 300 <= response.status_code < 400:
        return Reply(response.status_code, None)
    body = b""
    # Unpacked step by step: a small body that unpacks to gigabytes ends at the limit.
    while chunk := response.raw.read1(_STEP, decode_content=True):
        body += chunk
        if len(body) > LARGEST:
            return Reply(response.status_code, None)
    try:
        return Reply(response.status_code, json.loads(body), response.headers.get("Cache-Control", ""))
    except (ValueError, RecursionError):
        return Reply(response.status_code, None)
