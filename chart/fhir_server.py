"""Which FHIR server one launch may read, and the addresses below it that its token may be sent to."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Limits:
    connect_s: float = 3.0
    search_s: float = 8.0  # for one search with all its pages
    response_bytes: int = 20_000_000  # decompressed
    record_bytes: int = 60_000_000
    pages: int = 50
    entries: int = 5_000
    medications: int = 100


@dataclass(frozen=True, slots=True)
class FhirServer:
    """Where one launch may read. Raises ValueError for an address a token must not be sent to."""

    base: str
    token: str = field(default="", repr=False)
    granted: frozenset[str] | None = None  # FHIR types the token's scopes allow; None when not known
    limits: Limits = Limits()
    ca_file: str = ""
    private_networks: tuple[str, ...] = ()  # where it may be, beside the public internet
    allow_insecure_loopback: bool = False

    def __post_init__(self) -> None:
        parts = _split(self.base)
        if parts.query or parts.fragment:
            raise ValueError("The FHIR base address must not hold a query or fragment.")
        if parts.scheme != "https" and not (self.allow_insecure_loopback and _is_loopback(parts)):
            raise ValueError("The FHIR base address must begin with https://.")
        object.__setattr__(self, "base", self.base.rstrip("/"))

    def grants(self, resource_type: str) -> bool:
        return self.granted is None or resource_type in self.granted

    def url_below(self, link: str, page: str) -> str | None:
        """`link`, found on `page`, as an absolute URL; None when it leaves the base the token is for."""
        try:
            url = urljoin(page, link)
            ours, theirs = _split(self.base), _split(url)
            same_origin = _origin(ours) == _origin(theirs)
        except ValueError:
            return None
        climbs = {".", ".."} & set(unquote(theirs.path).split("/"))
        below = (theirs.path + "/").startswith(ours.path.rstrip("/") + "/")
        return url if same_origin and below and not climbs else None


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if (
        any(c <= " " or c == "\\" for c in url)
        or parts.scheme not in _PORTS
        or not parts.hostname
        or "@" in parts.netloc
    ):
        raise ValueError("The FHIR base address must be a plain https:// address.")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _is_loopback(parts: SplitResult) -> bool:
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
