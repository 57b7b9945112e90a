"""Where an access token may be sent."""

import pytest

from chart.fhir_server import FhirServer

SERVER = FhirServer("https://ehr.example/r4/", "token")


@pytest.mark.parametrize(
    "base", ["https://ehr.example/r4", "https://ehr.example:8443/a/b", "https://[2001:db8::1]/r4"]
)
def test_https_is_fine(base):
    assert FhirServer(base).base == base


@pytest.mark.parametrize(
    "base",
    [
        "http://ehr.example/r4",
        "http://127.0.0.1.evil.example/r4",
        "ftp://ehr.example/",
        "//ehr.example/r4",
        "ehr.example/r4",
        "",
        "https://",
        "https://user:secret@ehr.example/r4",
        "https://good.example\\@evil.example/",
        "https://ehr.example/r4?x=1",
        "https://ehr.example/r4#x",
        "https://ehr.example/r4\r\nX: y",
    ],
)
@pytest.mark.parametrize("loopback", [False, True])
def test_d1_other_addresses_are_refused(base, loopback):
    with pytest.raises(ValueError, match="FHIR base address"):
        FhirServer(base, allow_insecure_loopback=loopback)


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost:5000", "[::1]:5000", "127.8.8.8"])
def test_plain_http_is_for_this_computer_and_only_when_allowed(host):
    assert FhirServer(f"http://{host}/fhir", allow_insecure_loopback=True).base == f"http://{host}/fhir"
    with pytest.raises(ValueError, match="https://"):
        FhirServer(f"http://{host}/fhir")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://ehr.example/r4/Task?page=2", "https://ehr.example/r4/Task?page=2"),
        ("https://EHR.example:443/r4/Task?page=2", "https://EHR.example:443/r4/Task?page=2"),
        ("https://ehr.example/r4?cursor=x", "https://ehr.example/r4?cursor=x"),
        ("/r4/Task?page=2", "https://ehr.example/r4/Task?page=2"),
        ("Task?page=2", "https://ehr.example/r4/Task?page=2"),
        ("?page=2", "https://ehr.example/r4/Task?page=2"),
        ("https://ehr.example:8443/r4/Task", None),
        ("https://ehr.example:notaport/r4/Task", None),
        ("https://ehr.example/r45/Task", None),
        ("https://ehr.example/", None),
        ("http://ehr.example/r4/Task", None),
        ("https://ehr.example.evil.example/r4/Task", None),
        ("https://ehr.example@evil.example/r4/Task", None),
        ("https://evil.example\\@ehr.example/r4/Task", None),
        ("https://ehr.example/r4/../admin", None),
        ("https://ehr.example/r4/%2E%2e/admin", None),
        ("../../admin", None),
        ("https://ehr.example/r4/Task?a b", None),
        ("https://[::1/r4/Task", None),
    ],
)
def test_a7_2_d1_links_are_followed_below_the_base_alone(link, url):
    assert SERVER.url_below(link, "https://ehr.example/r4/Task?patient=1") == url


def test_a_base_at_the_root_of_its_host():
    server = FhirServer("https://ehr.example/")
    assert server.url_below("/Task?page=2", "https://ehr.example/Task") == "https://ehr.example/Task?page=2"
    assert server.url_below("//evil.example/Task", "https://ehr.example/Task") is None
