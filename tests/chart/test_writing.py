"""One resource written to a server: made once, and never said to be there, or not there, when nobody knows."""

import json
import socket
import time

import pytest
from werkzeug.wrappers import Request, Response

from chart.fhir_server import FhirServer, Limits
from chart.transport import SignInEnded
from chart.writing import Identifier, NotWritten, Refusal, create, find_created
from tests.journeys.ehr_server import running_ehr
from tests.launch.raw_server import RawServer, drip_body, drip_head

OURS = Identifier("https://previsit.example.org/referral", "abc")
REFERRAL = {
    "resourceType": "ServiceRequest",
    "identifier": [OURS.as_json()],
    "subject": {"reference": "Patient/p"},
}


class Server:
    """Answers what the test says, and remembers what it was asked."""

    def __init__(self):
        self.asked, self.reply = [], Response(status=201)

    def __call__(self, environ, start):
        request = Request(environ)
        self.asked.append((request, request.get_data()))
        return (self.reply(request) if not isinstance(self.reply, Response) else self.reply)(environ, start)


@pytest.fixture(scope="module")
def running():
    server = Server()
    with running_ehr(server) as url:
        yield server, f"{url}/fhir"


@pytest.fixture
def server(running):
    running[0].asked.clear()
    return running[0]


@pytest.fixture
def base(running):
    return running[1]


def fhir(base):
    return FhirServer(base, "token-SECRET", allow_insecure_loopback=True, limits=Limits(connect_s=1.0))


def answer(body=None, status=201, **headers):
    return Response(json.dumps(body) if body is not None else b"", status, headers)


def bundle(*resources):
    return {"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]}


@pytest.mark.parametrize(
    ("reply", "id"),
    [
        (answer(REFERRAL | {"id": "7"}), "ServiceRequest/7"),
        (answer(Location="ServiceRequest/8"), "ServiceRequest/8"),
        (answer(Location="https://ehr.example.org/fhir/ServiceRequest/9/_history/1"), "ServiceRequest/9"),
        (answer(REFERRAL | {"id": "7"}, Location="ServiceRequest/8/_history/2"), "ServiceRequest/8"),
    ],
)
def test_what_was_made_is_known_by_its_location_or_its_body(server, base, reply, id):
    server.reply = reply
    made = create(fhir(base), REFERRAL, OURS)
    assert (made.id, made.is_new) == (id, True)
    ((request, body),) = server.asked
    assert (request.method, request.path) == ("POST", "/fhir/ServiceRequest")
    assert json.loads(body) == REFERRAL
    assert request.headers["Authorization"] == "Bearer token-SECRET"
    assert request.headers["Content-Type"] == "application/fhir+json"


def test_c2_9_a_write_says_by_which_identifier_it_would_be_there_already(server, base):
    server.reply = answer(REFERRAL | {"id": "7"}, 200)
    assert create(fhir(base), REFERRAL, OURS).is_new is False
    condition = server.asked[0][0].headers["If-None-Exist"]
    assert condition == "identifier=https%3A%2F%2Fprevisit.example.org%2Freferral%7Cabc"


def test_an_answer_without_an_id_is_looked_up(server, base):
    found = bundle(REFERRAL | {"id": "other", "identifier": []}, REFERRAL | {"id": "12"})
    server.reply = lambda request: answer(found, 200) if request.method == "GET" else answer()
    assert create(fhir(base), REFERRAL, OURS).id == "ServiceRequest/12"
    assert server.asked[1][0].args.to_dict() == {"patient": "p", "identifier": OURS.token}


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, Refusal.NOT_ACCEPTED), (403, Refusal.NOT_ALLOWED), (404, Refusal.NOT_ALLOWED),
        (405, Refusal.NOT_ALLOWED), (409, Refusal.NOT_ACCEPTED), (412, Refusal.SEVERAL),
        (422, Refusal.NOT_ACCEPTED), (429, Refusal.BUSY), (500, Refusal.BUSY), (503, Refusal.BUSY),
        (502, Refusal.UNKNOWN), (504, Refusal.UNKNOWN), (302, Refusal.NOT_ACCEPTED), (202, Refusal.NOT_ACCEPTED),
    ],
)  # fmt: skip
def test_each_refusal_in_plain_words(server, base, status, refusal):
    server.reply = answer({"resourceType": "OperationOutcome"}, status)
    with pytest.raises(NotWritten) as problem:
        create(fhir(base), REFERRAL, OURS)
    assert (problem.value.refusal, problem.value.status) == (refusal, status)
    assert len(server.asked) == 1  # never again by itself
    assert "SECRET" not in str(problem.value)


def test_a_token_no_longer_good_ends_the_sign_in(server, base):
    """A7.7, D27."""
    server.reply = answer(status=401)
    with pytest.raises(SignInEnded):
        create(fhir(base), REFERRAL, OURS)


def test_a_server_that_is_not_there_has_nothing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}/fhir"
    with pytest.raises(NotWritten) as problem:
        create(fhir(gone), REFERRAL, OURS)
    assert problem.value.refusal is Refusal.NOT_REACHED


def test_a_connection_lost_after_sending_leaves_it_unknown():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        base = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
        from threading import Thread

        def hang_up():
            connection, _ = listening.accept()
            connection.recv(65536)
            connection.close()

        thread = Thread(target=hang_up)
        thread.start()
        with pytest.raises(NotWritten) as problem:
            create(fhir(base), REFERRAL, OURS)
        thread.join()
    assert problem.value.refusal is Refusal.UNKNOWN


@pytest.mark.parametrize(
    ("found", "id"),
    [
        ([], None),
        ([REFERRAL | {"id": "1", "identifier": [{"system": "other", "value": "abc"}]}], None),
        ([REFERRAL | {"id": "1", "identifier": [OURS.as_json() | {"use": "official"}]}], "ServiceRequest/1"),
        ([{"resourceType": "OperationOutcome", "id": "1", "identifier": [OURS.as_json()]}], None),
    ],
)
def test_c2_9_what_is_there_already_is_found_by_our_own_identifier(server, base, found, id):
    server.reply = answer(bundle(*found), 200)
    assert find_created(fhir(base), "ServiceRequest", "Patient/p", OURS) == id


@pytest.mark.parametrize("content", [b"", b"<html>", b"[1]", b'"text"', b"{" * 5000])
def test_an_answer_that_is_not_fhir_is_no_fault_of_what_was_written(server, base, content):
    server.reply = Response(content, 201, {"Location": "ServiceRequest/8"})
    assert create(fhir(base), REFERRAL, OURS).id == "ServiceRequest/8"


@pytest.mark.parametrize("script", [drip_head, drip_body])
def test_d12_d27_a_write_whose_answer_drips_ends(script, monkeypatch):
    monkeypatch.setattr("chart.writing._SECONDS_IN_ALL", 0.3)
    slow = RawServer(script)
    began = time.monotonic()
    # Its status came, its id never did: there, under an id that nobody knows.
    assert create(fhir(f"{slow.url}/fhir"), REFERRAL, OURS).id == ""
    assert time.monotonic() - began < 3
    slow.close()
