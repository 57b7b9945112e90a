"""Where the practice EHR may be reached from: this machine alone, unless someone says that they know better."""

from argparse import ArgumentParser, Namespace
from ipaddress import ip_address
from urllib.parse import urlsplit

KNOWN = "--i-know-this-is-public"


class TooPublic(Exception):
    """The address is open to others; the message says what to do."""


def add_arguments(demo: ArgumentParser) -> None:
    demo.add_argument(
        "--bind", metavar="HOST", default="localhost", help="the address to listen on; localhost unless given"
    )
    demo.add_argument("--url", metavar="URL", help="https address by which browsers reach it, behind a proxy")
    demo.add_argument(
        KNOWN,
        dest="is_public_known",
        action="store_true",
        help="let others reach it: anyone can sign in, as anyone",
    )


def check_exposure(arguments: Namespace) -> None:
    """Raises TooPublic for an address others can reach, unless it was meant and has an https address."""
    host, url = arguments.bind, arguments.url
    if is_own(host) and url is None:
        return
    if not arguments.is_public_known:
        raise TooPublic(
            f"{url or host} can be reached by others, and the practice EHR lets anyone sign in as anyone. Leave out "
            f"--bind and --url to keep it on this machine, or add {KNOWN}."
        )
    if url is None:
        raise TooPublic(
            f"{host} needs --url too, the https address by which browsers reach it, such as --url "
            "https://practice.example.org. Tokens do not travel over plain http."
        )
    _check_url(url)


def is_own(host: str) -> bool:
    """Whether only this machine can reach it; a name that is not localhost may be anything."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or url != f"{parts.scheme}://{parts.netloc}" or "@" in url:
        raise TooPublic(
            f"--url {url} must be an https address without a path, such as https://practice.example.org."
        )
