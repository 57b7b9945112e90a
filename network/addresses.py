"""Which network addresses may be connected to: the public internet, and what a registration adds to it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
SocketAddress = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]

_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")  # ::127.0.0.1, a form no longer used and still understood
_CARRIER = IPv4Network("100.64.0.0/10")


class ForbiddenAddress(ValueError):
    """A name that leads to an address the app must not connect to. Not an OSError: trying again cannot help."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a registration may connect to beyond the public internet, and whose certificates it trusts."""

    networks: tuple[str, ...] = ()  # private networks of the organisation, such as "10.20.0.0/16"
    loopback: bool = False  # this machine: for trials only
    ca_file: str = ""  # certificates of a private authority, in place of the public ones

    def allows(self, address: str) -> bool:
        """Every address that is written inside it, as in ::ffff:127.0.0.1, must be allowed as well."""
        try:
            outer = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return all(self._allows(one) for one in (outer, *_inside(outer)))

    def _allows(self, address: Address) -> bool:
        # Link-local holds the metadata services of clouds; no hospital keeps an EHR there.
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if address.is_loopback:
            return self.loopback
        if isinstance(address, IPv6Address) and _inside(address):
            return True  # judged by what is inside it
        return address.is_global or any(address in ip_network(network) for network in self.networks)


def resolved(host: str, port: int, reach: Reach) -> list[tuple[socket.AddressFamily, SocketAddress]]:
    """Where `host` is, by one look: whoever connects to these very addresses cannot be led elsewhere by a second.

    Raises ForbiddenAddress where none of them is allowed, and OSError where the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed: list[tuple[socket.AddressFamily, SocketAddress]] = [
        (family, address) for family, _, _, _, address in found if reach.allows(str(address[0]))
    ]
    if not allowed:
        raise ForbiddenAddress("The name leads to an address that this app must not connect to.")
    return allowed


def is_private_network(text: str) -> bool:
    """Whether a registration may add it: a network in CIDR form, private, and not this machine or link-local."""
    try:
        network = ip_network(text)
    except ValueError:
        return False
    is_carrier = isinstance(network, IPv4Network) and network.subnet_of(_CARRIER)
    return (network.is_private or is_carrier) and not (network.is_loopback or network.is_link_local)


def _inside(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if not isinstance(address, IPv6Address):
        return ()
    is_last = address in _NAT64 or (address in _COMPATIBLE and int(address) > 1)
    last = IPv4Address(int(address) & 0xFFFFFFFF) if is_last else None
    found = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()), last)
    return tuple(one for one in found if one is not None)
