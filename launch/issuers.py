"""The EHRs this app is registered with: nothing is ever sent to any other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from launch.keys import SigningKey
from launch.problems import UNKNOWN_ISSUER, LaunchProblem
from network.addresses import Reach

AUTH_METHODS = ("none", "client_secret_basic", "private_key_jwt")
NAVIGATIONS = ("frame", "top")
# What the app can write back, each by its own click and never on view.
WRITABLE = ("ServiceRequest", "Task", "DocumentReference", "Observation", "QuestionnaireResponse")
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class IssuerRegistration:
    """One EHR: how we are known to it, and which other hosts of it we may talk to."""

    iss: str  # the FHIR base URL, as registered; sent as `aud` byte for byte
    client_id: str
    auth_method: str = "none"
    client_secret: str | None = field(default=None, repr=False)
    keys: tuple[SigningKey, ...] = ()  # the first signs, all are published
    scopes: tuple[str, ...] = ()  # asked for beside those the rules need
    write: tuple[str, ...] = ()  # FHIR types that this EHR lets the app create; of WRITABLE
    allowed_hosts: frozenset[str] = frozenset()  # "host" or "host:port", beside the FHIR server's own
    frame_ancestors: tuple[str, ...] = ()  # origins that may show the app in a frame
    well_known_url: str | None = None  # where an EHR keeps smart-configuration elsewhere than under iss
    id_token_issuer: str | None = None  # where it differs from smart-configuration's issuer
    nonce_required: bool = True  # off only for simulators, which do not return it
    private_networks: tuple[str, ...] = ()  # where an EHR inside the organisation may be, "10.20.0.0/16"
    ca_file: str = ""  # certificates of the organisation's own authority
    # In place of what the EHR's own discovery says, for EHRs that say it wrongly or not at all.
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    backend_client_id: str | None = None  # where the EHR registers the unattended app under a name of its own
    navigation: str = "frame"  # "top" where the EHR's sign-in page refuses to be shown in a frame

    @property
    def fhir_base(self) -> str:
        return self.iss.rstrip("/")

    def reach(self, insecure_loopback: bool) -> Reach:
        return Reach(self.private_networks, insecure_loopback, self.ca_file)

    def may_contact(self, url: str, insecure_loopback: bool) -> bool:
        """Whether a URL that the EHR named is https (or loopback in a demo) on a host of this issuer."""
        parts = _split(url)
        if parts is None or parts.username or parts.password or parts.fragment:
            return False
        if not is_safe_scheme(parts, insecure_loopback):
            return False
        allowed = {authority(self.iss), *(_with_port(host) for host in self.allowed_hosts)}
        return authority(url) in allowed


def check_known(iss: str, registrations: Iterable[IssuerRegistration]) -> IssuerRegistration:
    """The registration for an `iss` from a launch link; raises before anything is sent anywhere."""
    asked = normalised(iss)
    for registration in registrations:
        if asked is not None and asked == normalised(registration.iss):
            return registration
    raise LaunchProblem(UNKNOWN_ISSUER)


def normalised(url: str) -> str | None:
    """A form to compare by: case of scheme and host, default port and one trailing slash do not matter."""
    parts = _split(url)
    if parts is None or "@" in parts.netloc or parts.query or parts.fragment:
        return None
    return f"{parts.scheme}://{authority(url)}{parts.path.removesuffix('/')}"


def authority(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or DEFAULT_PORTS.get(parts.scheme)}"


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_safe_scheme(parts: SplitResult, insecure_loopback: bool) -> bool:
    return parts.scheme == "https" or (
        parts.scheme == "http" and insecure_loopback and is_loopback(parts.hostname)
    )


def is_origin(text: str) -> bool:
    """Whether it is a bare https origin; `https://*.example.org` may stand for the hosts of one domain."""
    return re.fullmatch(r"https://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?", text) is not None


def _with_port(host: str) -> str:
    return host.lower() if ":" in host else f"{host.lower()}:443"


def _split(url: str) -> SplitResult | None:
    # urlsplit drops tabs and newlines silently, so that two different texts would compare equal.
    if any(ord(letter) <= 32 or letter == "\\" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None
