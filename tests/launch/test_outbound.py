"""What a hostile or broken sign-in server can do to us: little, and not for long (D1, D12)."""

import gzip
import time
import zlib

import pytest

from launch.issuers import IssuerRegistration
from launch.outbound import LARGEST, Outbound
from launch.problems import LaunchProblem
from tests.launch.raw_server import RawServer, drip_body, drip_head, sends

QUICK = Outbound(insecure_loopback=True, deadline=0.4)


@pytest.fixture
def serve():
    made = []

    def start(script):
        made.append(RawServer(script))
        return made[-1], IssuerRegistration(f"{made[-1].url}/fhir", "previsit")

    yield start
    for server in made:
        server.close()


@pytest.mark.parametrize("script", [drip_head, drip_body])
def test_d12_an_answer_that_drips_ends_at_the_deadline(script, serve):
    server, registration = serve(script)
    began = time.monotonic()
    with pytest.raises(LaunchProblem) as stopped:
        QUICK.post(registration, f"{server.url}/token", {"grant_type": "authorization_code"})
    assert stopped.value.problem.code == "ehr_silent"
    assert time.monotonic() - began < 2
    assert server.asked == 1  # a code is not sent twice


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"), id="gzip"),
        pytest.param((zlib.compress(b" " * 50_000_000), "Content-Encoding: deflate"), id="deflate"),
        pytest.param(
            (gzip.compress(gzip.compress(b" " * 50_000_000)), "Content-Encoding: gzip, gzip"), id="twice"
        ),
        pytest.param((b" " * (LARGEST + 1),), id="plain"),
    ],
)
def test_d12_an_answer_that_unpacks_to_too_much_is_no_answer(answer, serve):
    server, registration = serve(sends(*answer))
    assert Outbound(insecure_loopback=True).get(registration, f"{server.url}/jwks").json is None


@pytest.mark.parametrize(
    "body", [b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000]
)
def test_d12_json_nested_without_end_is_no_answer(body, serve):
    server, registration = serve(sends(body))
    assert Outbound(insecure_loopback=True).get(registration, f"{server.url}/jwks").json is None


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_d12_a_body_that_is_not_what_it_says_is_a_silent_ehr(encoding, serve):
    server, registration = serve(sends(b"not packed at all", f"Content-Encoding: {encoding}"))
    with pytest.raises(LaunchProblem) as stopped:
        Outbound(insecure_loopback=True).get(registration, f"{server.url}/jwks")
    assert stopped.value.problem.code == "ehr_silent"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
)
def test_d1_a_registered_host_that_leads_to_this_machine_is_not_connected_to(host, serve):
    server, _ = serve(sends(b"{}"))
    port = server.url.rpartition(":")[2]
    registration = IssuerRegistration(f"https://{host}:{port}/fhir", "previsit")
    with pytest.raises(LaunchProblem) as stopped:
        Outbound().get(registration, f"https://{host}:{port}/token")
    assert stopped.value.problem.code == "unsafe_endpoint"
    assert server.asked == 0


def test_d1_nothing_is_kept_from_one_call_to_the_next(serve):
    seen = []

    def script(connection, stop):
        sends(b"{}", "Set-Cookie: a=b; Path=/")(connection, stop)

    server, registration = serve(script)
    for _ in range(2):
        seen.append(Outbound(insecure_loopback=True).get(registration, f"{server.url}/x").json)
    assert (seen, server.asked) == ([{}, {}], 2)
