"""What the doctor says of the public address, behind real TLS and behind proxies that spoil something."""

import socket

import pytest
from werkzeug.wrappers import Request, Response

from operation.doctor import address
from operation.doctor.asking import Answer
from operation.doctor.deployment import Deployment
from tests.network.tls_server import make_certificate


def changed(app, *, path="", status=None, drop=(), add=(), body=None):
    """A proxy that alters the answers below one path."""

    def proxy(environ, start):
        if not environ["PATH_INFO"].startswith(path):
            return app(environ, start)
        answer = Response.from_app(app, environ) if body is None else Response(body)
        for name in drop:
            answer.headers.remove(name)
        for name, value in add:
            answer.headers.add(name, value)
        answer.status_code = status or answer.status_code
        return answer(environ, start)

    return proxy


def through(clinic, **changes):
    clinic.served.proxy = changed(clinic.app, **changes)


SPOILT = [
    ({"path": "/healthz", "body": "hello"}, "leads elsewhere"),
    ({"path": "/readyz", "status": 503}, "/readyz answers 503"),
    ({"path": "/metrics", "body": "previsit_requests 1"}, "/metrics is open to everyone"),
    ({"path": "/launch", "add": [("X-Frame-Options", "DENY")]}, "adds X-Frame-Options"),
    ({"path": "/launch", "drop": ["Content-Security-Policy"]}, "is not the app's own"),
    ({"path": "/cds-services/", "status": 413}, "client_max_body_size 6m"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), SPOILT, ids=[told for _, told in SPOILT])
def test_a_proxy_that_spoils_something(mended, clinic, changes, told):
    through(clinic, **changes)
    (found,) = mended("address")
    assert told in found


def test_a_proxy_that_really_refuses_large_bodies(mended, clinic):
    def nginx(environ, start):
        if int(environ.get("CONTENT_LENGTH") or 0) > 1_000_000:
            Request(environ).get_data()
            return Response("", 413)(environ, start)
        return clinic.app(environ, start)

    clinic.served.proxy = nginx
    (told,) = mended("address")
    assert "client_max_body_size" in told


def test_d6_hsts_is_sent_and_noted_where_a_proxy_takes_it_away(clinic):
    assert "Strict-Transport-Security" not in clinic.doctor()[1]
    through(clinic, drop=["Strict-Transport-Security"])
    status, said = clinic.doctor()
    assert "note:  Strict-Transport-Security is missing" in said
    assert status == 0


def test_what_is_not_ready_is_named(mended, clinic):
    clinic.app.extensions["storage"].dispose()
    with clinic.app.extensions["storage"].begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    deployment = Deployment({}, {"public_url": clinic.served.url}, ca_file=clinic.served.authority)
    told = [one.text for one in address.check_address(deployment)]
    assert any("/readyz answers 503 (database: schema)" in one for one in told)


def test_nobody_listens(mended, clinic):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{probe.getsockname()[1]}"
    (told,) = mended("address", PUBLIC_URL=url)
    assert "nothing listens there" in told


def test_d26_a_certificate_that_nobody_vouches_for(mended, clinic, tmp_path):
    other, _ = make_certificate(tmp_path)
    clinic.served.authority = str(other)
    (told,) = mended("address")
    assert "its certificate is not trusted" in told


@pytest.mark.parametrize(
    ("days", "weight"), [(-1, "mend"), (6, "mend"), (7, "note"), (20, "note"), (21, "works"), (300, "works")]
)
def test_days_that_a_certificate_has_left(days, weight):
    ends = "Jun 10 12:00:00 2026 GMT"
    answer = Answer(200, {}, certificate={"notAfter": ends})
    now = answer.certificate_ends.timestamp() - days * 86_400 - 1 + 2
    (told,) = address._certificate(answer, Deployment({}, {"public_url": "https://x"}, now=lambda: now - 2))
    assert told.weight.value == weight
    assert f"ends in {days} days (2026-06-10)" in told.text


def test_the_certificate_is_that_of_the_server(clinic):
    assert "ends in 28 days" in clinic.doctor()[1]  # made for 30, from yesterday on
