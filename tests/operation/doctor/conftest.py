"""A deployment in good health on real local servers: the app behind TLS, an EHR, and a client's keys."""

import json
import os
import threading
from datetime import date
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from werkzeug.serving import make_server

from app import create_app, main
from cds.issuer_check import TYPES
from config import from_environment
from tests.cds.hooks.hook_app import EC
from tests.databases import made
from tests.journeys.ehr_server import Quiet
from tests.launch.stub_ehr import StubEhr
from tests.network.tls_server import make_certificate

SECRET = "q7Jf0vBz3LmKx9TdWn2RyCg5HpUa8EsVoYi4Qb6Zt1Nw"
GOOD = [
    "launch-ehr",
    "launch-standalone",
    "context-standalone-patient",
    "permission-v2",
    "sso-openid-connect",
]
POLICY = 'name = "Example Clinic"\nversion = "1"\nreviewed_on = {day}\n'


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def ehr():
    stub = StubEhr()
    stub.smart = {"capabilities": GOOD}
    listed = [{"type": kind, "searchParam": [{"name": "patient"}]} for kind in TYPES]
    stub.answers["/fhir/metadata"] = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "rest": [{"resource": listed}],
    }
    stub.answers["/keys"] = {"keys": [EC.as_dict(private=False) | {"use": "sig"}]}
    yield stub
    stub.close()


class Served:
    """A WSGI app behind TLS. `proxy` may change what leaves, as a proxy of the clinic would."""

    def __init__(self, certificate):
        authority, server = certificate
        context = (str(server), str(server))
        self.app = self.proxy = None
        self.server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, ssl_context=context, request_handler=Quiet
        )
        self.url, self.authority = f"https://127.0.0.1:{self.server.server_port}", str(authority)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def _answer(self, environ, start):
        return (self.proxy or self.app)(environ, start)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def served(certificate):
    server = Served(certificate)
    yield server
    server.close()


@pytest.fixture
def clinic(tmp_path, ehr, served, monkeypatch, capsys):
    """`settings` and files may be changed before `doctor()`, which returns exit status and what was said."""
    for name in [name for name in os.environ if name.startswith("PREVISIT_")]:
        monkeypatch.delenv(name)
    tmp_path.chmod(0o700)
    (tmp_path / "issuers.toml").write_text(
        f'[[issuer]]\niss = "{ehr.iss}"\nclient_id = "previsit"\nframe_ancestors = ["https://ehr.example.org"]\n'
    )
    (tmp_path / "clients.toml").write_text(
        f'[[client]]\niss = "https://ehr.example.org"\njwks_url = "{ehr.origin}/keys"\nfhir_servers = ["{ehr.iss}"]\n'
    )
    (tmp_path / "policy.toml").write_text(f"[clinic]\n{POLICY.format(day=date.today())}")
    settings = {
        "PREVISIT_SECRET_KEY": SECRET,
        "PREVISIT_TOKEN_KEYS": Fernet.generate_key().decode(),
        "PREVISIT_PATIENT_KEYS": SECRET[::-1],
        "PREVISIT_PUBLIC_URL": served.url,
        "PREVISIT_ISSUERS": str(tmp_path / "issuers.toml"),
        "PREVISIT_CDS_CLIENTS": str(tmp_path / "clients.toml"),
        "PREVISIT_DATABASE_URL": made(f"sqlite:///{tmp_path}/app.sqlite3"),
        "PREVISIT_METRICS_TOKEN": f"m{SECRET}",
        "PREVISIT_ALLOW_INSECURE_LOOPBACK": "1",
        "PREVISIT_TRUSTED_PROXIES": "1",
    }
    (tmp_path / "app.sqlite3").chmod(0o600)
    served.app = create_app(from_environment(settings))

    def doctor(*arguments):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        status = main(["doctor", "--ca-file", served.authority, *arguments])
        return status, "".join(capsys.readouterr())

    yield SimpleNamespace(
        folder=tmp_path, settings=settings, doctor=doctor, served=served, ehr=ehr, app=served.app
    )
    served.app.extensions["storage"].dispose()


@pytest.fixture
def mended(clinic):
    """What must be mended, after a change; every other part is left out."""

    def told(part, **settings):
        clinic.settings.update({f"PREVISIT_{name}": value for name, value in settings.items()})
        status, said = clinic.doctor("--json")
        parts = json.loads(said)["parts"]
        lines = [one["text"] for one in parts[part] if one["weight"] == "mend"]
        others = [
            one["text"] for name in parts for one in parts[name] if one["weight"] == "mend" and name != part
        ]
        assert others == []
        assert status == (1 if lines else 0)
        return lines

    return told
