"""`previsit issuer check` against EHRs that work and EHRs that do not (A1.2, A1.7, A3.7, A4.1)."""

import pytest
from werkzeug.wrappers import Response

from app import main
from cds.issuer_check import TYPES
from tests.launch.stub_ehr import StubEhr, new_ec_key

REFUSED = "does not work:"
GOOD = [
    "launch-ehr",
    "launch-standalone",
    "context-standalone-patient",
    "permission-v2",
    "sso-openid-connect",
]


def metadata(*without, version="4.0.1", software=""):
    listed = [{"type": kind, "searchParam": [{"name": "patient"}]} for kind in TYPES if kind not in without]
    return {
        "resourceType": "CapabilityStatement",
        "fhirVersion": version,
        "software": {"name": software},
        "rest": [{"resource": listed}],
    }


@pytest.fixture
def ehr(monkeypatch):
    stub = StubEhr()
    stub.smart = {"capabilities": GOOD, "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
    stub.answers["/fhir/metadata"] = metadata()
    monkeypatch.setenv("PREVISIT_ALLOW_INSECURE_LOOPBACK", "1")
    monkeypatch.setenv("EHR_SECRET", "a word")
    yield stub
    stub.close()


@pytest.fixture
def check(ehr, tmp_path, monkeypatch, capsys):
    """Runs the command on one registration; returns its exit status and what it said."""
    (tmp_path / "key.pem").write_bytes(new_ec_key("x").as_pem(private=True))
    path = tmp_path / "issuers.toml"
    monkeypatch.setenv("PREVISIT_ISSUERS", str(path))

    def run(*lines, iss=None):
        usual = ('auth_method = "client_secret_basic"', 'client_secret_env = "EHR_SECRET"')
        framed = 'frame_ancestors = ["https://ehr.example.org"]'
        entry = ["[[issuer]]", f'iss = "{ehr.iss}"', 'client_id = "previsit"', framed, *(lines or usual)]
        path.write_text("\n".join(entry))
        status = main(["issuer", "check", *([iss] if iss else [])])
        return status, "".join(capsys.readouterr())

    return run


def test_an_ehr_that_works(check, ehr):
    status, said = check()
    assert status == 0
    assert REFUSED not in said
    assert "note:" not in said
    assert "Launches will work." in said
    assert "patient/MedicationRequest.rs" in said
    assert "/auth/token" not in ehr.paths()  # nothing is asked but what any visitor may ask


BROKEN = [
    ({"authorization_endpoint": None}, "authorization_endpoint is missing"),
    ({"token_endpoint": "https://evil.test/token"}, "not on the list of addresses"),
    ({"grant_types_supported": ["client_credentials"]}, "authorization_code is not supported"),
    ({"capabilities": ["launch-standalone"]}, "does not launch apps from the patient's chart"),
    ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "does not take client_secret_basic"),
    ({"jwks_uri": "/auth/none"}, "publishes no keys"),
]


@pytest.mark.parametrize(("changes", "told"), BROKEN, ids=[told for _, told in BROKEN])
def test_a1_2_what_will_not_work_is_said_and_counted(changes, told, check, ehr):
    ehr.smart |= changes
    status, said = check()
    assert status == 1
    (line,) = [line for line in said.splitlines() if REFUSED in line]
    assert told in line
    assert "Launches will not work until this is mended." in said


NOTED = [
    ({"code_challenge_methods_supported": None}, "does not name PKCE"),
    ({"capabilities": None}, "names no capabilities"),
    ({"capabilities": ["launch-ehr", "permission-v1", "sso-openid-connect"]}, "by itself"),
    ({"capabilities": [one for one in GOOD if one != "sso-openid-connect"]}, "does not say who signs in"),
    ({"revocation_endpoint": None}, "offers no revocation"),
    ({"token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"]}, "safer than"),
]


@pytest.mark.parametrize(("changes", "told"), NOTED, ids=[told for _, told in NOTED])
def test_a3_7_what_is_worth_knowing_is_a_note_and_no_failure(changes, told, check, ehr):
    ehr.smart |= changes
    status, said = check()
    assert (status, REFUSED in said) == (0, False)
    assert any("note:" in line and told in line for line in said.splitlines())


def test_a4_1_the_algorithm_of_our_key_is_compared(check, ehr):
    ehr.smart |= {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    signed = ('auth_method = "private_key_jwt"', 'private_key_file = "key.pem"')
    ehr.smart["token_endpoint_auth_signing_alg_values_supported"] = ["RS384", "ES384"]
    assert check(*signed)[0] == 0
    ehr.smart["token_endpoint_auth_signing_alg_values_supported"] = ["RS384"]
    status, said = check(*signed)
    assert (status, "does not take assertions signed ES384" in said) == (1, True)


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (metadata(version="3.0.2"), 1, "It speaks FHIR 3.0.2"),
        (metadata("MedicationRequest"), 1, "does not offer medication orders"),
        (metadata("Patient"), 1, "does not offer the patient's own details"),
        (metadata("Consent", "Task"), 0, "does not name consents, tasks"),
        (metadata(software="Epic"), 0, "Known as Epic"),
        (Response(status=401), 0, "signed in alone"),
        (Response(status=500), 1, "did not show its CapabilityStatement"),
        (Response("<html>"), 1, "did not show its CapabilityStatement"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_fhir_server_says_of_itself(answer, status, told, check, ehr):
    ehr.answers["/fhir/metadata"] = answer
    found, said = check()
    assert (found, told in said) == (status, True), said


def test_an_ehr_that_is_not_there(check, ehr):
    ehr.close()
    status, said = check()
    assert status == 1
    assert "did not answer in time" in said
    ehr.__post_init__()


def test_a1_7_an_ehr_that_is_not_registered_is_not_asked(check, ehr):
    status, said = check(iss="https://other.example/fhir")
    assert status == 2
    assert "not in the file" in said
    assert ehr.asked == []


def test_without_a_file_the_setting_is_named(monkeypatch, capsys):
    monkeypatch.delenv("PREVISIT_ISSUERS", raising=False)
    assert main(["issuer", "check"]) == 2
    assert "PREVISIT_ISSUERS=issuers.toml" in capsys.readouterr().err


def test_no_secret_is_said(check):
    assert "a word" not in check()[1]


def test_d1_an_ehr_inside_the_organisation_is_told_what_to_register(check, ehr, monkeypatch):
    monkeypatch.setattr("tests.launch.stub_ehr.StubEhr.origin", "https://127.0.0.1:1")
    monkeypatch.delenv("PREVISIT_ALLOW_INSECURE_LOOPBACK")
    status, said = check()
    assert (status, "name its network: private_networks" in said) == (1, True)
