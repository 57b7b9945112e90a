"""The one door through which launch talks to an EHR: checked address, short timeouts, no redirects."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import requests

from launch.issuers import IssuerRegistration
from launch.problems import EHR_SILENT, UNSAFE_ENDPOINT, LaunchProblem

TIMEOUT = (3.05, 8.0)  # seconds to connect, seconds between bytes
DEADLINE = 15.0  # seconds for a whole answer
LARGEST = 1_000_000  # bytes; a real smart-configuration, JWKS or token response is below 50 kB


@dataclass(frozen=True)
class Reply:
    status: int
    json: Any  # None when the body is not JSON, too large, or a redirect
    cache_control: str = ""


@dataclass(frozen=True)
class Outbound:
    insecure_loopback: bool = False

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
        # A session for each call: no cookie of one EHR is ever sent to another. trust_env off keeps
        # a .netrc entry from replacing our client authentication.
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.request(
                    method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **how
                ) as response:
                    return _read(response)
            except requests.RequestException as error:
                # The message of a requests error holds the URL; its class says enough.
                raise LaunchProblem(EHR_SILENT, type(error).__name__) from None


def _read(response: requests.Response) -> Reply:
    cache_control = response.headers.get("Cache-Control", "")
    if response.is_redirect or 300 <= response.status_code < 400:
        return Reply(response.status_code, None)
    started, body = time.monotonic(), b""
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > LARGEST:
            return Reply(response.status_code, None)
        if time.monotonic() - started > DEADLINE:
            raise LaunchProblem(EHR_SILENT, "the whole answer took too long")
    try:
        return Reply(response.status_code, json.loads(body), cache_control)
    except (ValueError, RecursionError):
        return Reply(response.status_code, None)
