"""Connections are made to the address that was checked, and to servers whose certificate holds (D1, D12, D26)."""

import socket

import pytest
import requests

from chart.fhir import FhirServer, Limits, read_record
from chart.reader import ChartNotReadable
from network.addresses import ForbiddenAddress, Reach
from network.guarded import guarded_session
from tests.chart.fhir_reading import AS_OF
from tests.network.tls_server import TlsServer, make_certificate


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(files):
    made = TlsServer(files[1])
    yield made
    made.close()


def get(url, reach, **how):
    with guarded_session(reach) as session:
        return session.get(url, timeout=2, allow_redirects=False, **how)


def test_d26_a_private_authority_is_trusted_by_its_file(server, files):
    assert get(server.url, Reach(loopback=True, ca_file=str(files[0]))).json()["id"] == "p1"


def test_d26_a_certificate_nobody_vouches_for_is_refused(server):
    with pytest.raises(requests.exceptions.SSLError):
        get(server.url, Reach(loopback=True))


def test_d26_a_certificate_of_another_name_is_refused(server, files):
    url = server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(requests.exceptions.SSLError):
        get(url, Reach(loopback=True, ca_file=str(files[0])))


def test_d26_the_machines_own_settings_have_no_say(server, files, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files[0]))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(requests.exceptions.SSLError):
        get(server.url, Reach(loopback=True))


def test_d26_a_chart_is_read_with_the_private_authority(server, files):
    record = read_record(
        FhirServer(server.url, ca_file=str(files[0]), allow_insecure_loopback=True),
        "p1",
        ["Patient"],
        as_of=AS_OF,
    )
    assert record.patient["id"] == "p1"
    with pytest.raises(ChartNotReadable, match="no secure connection"):
        read_record(FhirServer(server.url, allow_insecure_loopback=True), "p1", ["Patient"], as_of=AS_OF)


def test_d1_a_name_is_looked_up_once_and_connected_to_where_it_was(monkeypatch):
    """Rebinding: a public address at the first look, this machine at the second. There is no second look."""
    looks, reached = [], []

    def look(host, port, **_):
        looks.append(host)
        return [(socket.AF_INET, 1, 6, "", ("8.8.8.8" if len(looks) == 1 else "127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address) or _refuse())
    with pytest.raises(requests.ConnectionError):
        get("https://rebind.example/fhir", Reach())
    assert (looks, reached) == (["rebind.example"], [("8.8.8.8", 443)])


def test_d1_a_name_that_moves_to_this_machine_is_refused_when_asked_again(monkeypatch):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
    )
    with pytest.raises(ForbiddenAddress):
        get("https://rebind.example/fhir", Reach())


def _refuse():
    raise ConnectionRefusedError


def test_d1_a_chart_at_a_forbidden_address_is_not_asked_for():
    server = FhirServer("https://127.0.0.1:1/fhir", "token", limits=Limits(connect_s=1))
    with pytest.raises(ChartNotReadable, match="not one that this app may connect to"):
        read_record(server, "p1", ["Patient"], as_of=AS_OF, deadline_s=2)


def test_a_name_nobody_knows_is_an_ordinary_failure():
    with pytest.raises(requests.ConnectionError):
        get("https://no-such-host.invalid/", Reach())
