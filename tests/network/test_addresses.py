"""Which addresses may be connected to (D1)."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.addresses import ForbiddenAddress, Reach, is_private_network, resolved

PUBLIC = ["8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NEVER = [
    "169.254.169.254",  # metadata of most clouds
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "not an address",
    "",
]
LOOPBACK = [
    "127.0.0.1",
    "127.1.2.3",
    "::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]
PRIVATE = [
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "fd00:ec2::254",
    "100.64.0.1",
    "::ffff:10.1.2.3",
    "198.18.0.1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_d1_the_public_internet_may_be_reached(address):
    assert Reach().allows(address)


@pytest.mark.parametrize("address", [*NEVER, *LOOPBACK, *PRIVATE])
def test_d1_nothing_else_may_without_leave(address):
    assert not Reach().allows(address)


@pytest.mark.parametrize("address", [*NEVER, *PRIVATE])
def test_d1_leave_for_this_machine_is_no_leave_for_others(address):
    assert not Reach(loopback=True).allows(address)


@pytest.mark.parametrize("address", LOOPBACK)
def test_d1_this_machine_only_where_the_setting_allows(address):
    assert Reach(loopback=True).allows(address)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.20.0.1", True),
        ("10.20.255.255", True),
        ("10.19.255.255", False),
        ("10.21.0.0", False),
        ("::ffff:10.20.0.1", True),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("8.8.8.8", True),
    ],
)
def test_d1_a_private_network_of_the_organisation_by_registration(address, allowed):
    assert Reach(networks=("10.20.0.0/16",)).allows(address) is allowed


@given(st.ip_addresses(v=4))
def test_d1_an_address_in_another_dress_is_judged_alike(address):
    assert Reach().allows(f"::ffff:{address}") is Reach().allows(str(address))


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "localhost", "0"]
)
def test_d1_names_and_numbers_for_this_machine(name):
    with pytest.raises(ForbiddenAddress):
        resolved(name, 443, Reach())


def test_d1_of_several_addresses_only_the_allowed_ones_are_tried(monkeypatch):
    answers = [(socket.AF_INET, 1, 6, "", (ip, 443)) for ip in ("10.0.0.1", "8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    assert resolved("ehr.example", 443, Reach()) == [(socket.AF_INET, ("8.8.8.8", 443))]


@pytest.mark.parametrize(
    ("network", "is_one"),
    [
        ("10.20.0.0/16", True),
        ("10.20.3.4", True),
        ("fd00:1::/32", True),
        ("100.64.0.0/10", True),
        ("0.0.0.0/0", False),
        ("::/0", False),
        ("127.0.0.0/8", False),
        ("169.254.0.0/16", False),
        ("8.8.8.0/24", False),
        ("10.20.0.1/16", False),
        ("ehr.example", False),
    ],
)
def test_d1_what_a_registration_may_add(network, is_one):
    assert is_private_network(network) is is_one
