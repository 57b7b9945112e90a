"""Which EHRs may be spoken to (A1.7, A1.8, A1.10), and the file that registers them (A4.9, D25)."""

from __future__ import annotations

import re

import pytest

from launch.issuer_file import BadIssuer, load_issuers
from launch.issuers import IssuerRegistration, check_known
from launch.problems import LaunchProblem
from network.addresses import Reach
from tests.launch.stub_ehr import new_ec_key

GOOD = IssuerRegistration(
    "https://good.example/fhir/", "previsit", allowed_hosts=frozenset({"login.example"})
)


@pytest.mark.parametrize(
    "iss",
    [
        "https://good.example/fhir/",
        "https://good.example/fhir",
        "HTTPS://GOOD.example/fhir",
        "https://good.example:443/fhir",
    ],
)
def test_a1_7_the_same_issuer_in_other_clothes(iss):
    assert check_known(iss, [GOOD]) is GOOD


@pytest.mark.parametrize(
    "iss",
    [
        "https://evil.test",
        "http://good.example/fhir",
        "https://good.example/fhir//",
        "https://good.example/FHIR",
        "https://good.example:8443/fhir",
        "https://good@evil.test/fhir",
        "https://good.example@evil.test/fhir",
        "https://user@good.example/fhir",
        "https://good.example.evil.test/fhir",
        "https://good.example/fhir?x=1",
        "https://good.example/fhir#x",
        "https://good.example/fh\tir",
        "https://good.example\\@evil.test/fhir",
        "//good.example/fhir",
        "file:///etc/passwd",
        "good.example/fhir",
        "https://[::1",
        "https://good.example:x/fhir",
        "",
    ],
)
def test_a1_7_unknown_issuer_is_refused_by_name(iss):
    with pytest.raises(LaunchProblem) as stopped:
        check_known(iss, [GOOD])
    assert stopped.value.problem.code == "unknown_issuer"


@pytest.mark.parametrize("door", ["/launch", "/standalone"])
def test_a1_7_unknown_issuer_gets_a_page_and_nothing_leaves(door, client, ehr):
    page = client.get(door, query_string={"iss": f"{ehr.iss}/other", "launch": "x"})
    assert page.status_code == 403
    assert "not registered" in page.text
    assert ehr.asked == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://good.example/auth/token", True),
        ("https://GOOD.example:443/auth/token", True),
        ("https://login.example/token", True),
        ("https://login.example:444/token", False),
        ("http://good.example/token", False),
        ("http://169.254.169.254/token", False),
        ("https://169.254.169.254/token", False),
        ("https://good.example@evil.test/", False),
        ("https://user:word@good.example/", False),
        ("https://good.example.evil.test/", False),
        ("https://good.example/token#fragment", False),
        ("javascript:alert(1)", False),
        ("/token", False),
        ("", False),
    ],
)
def test_a1_8_only_https_and_only_hosts_of_this_issuer(url, allowed):
    assert GOOD.may_contact(url, insecure_loopback=True) is allowed


@pytest.mark.parametrize(
    ("host", "switched_on", "allowed"),
    [
        ("127.0.0.1:5000", True, True),
        ("localhost:5000", True, True),
        ("127.0.0.1:5000", False, False),
        ("ehr.example:5000", True, False),
    ],
)
def test_a1_8_plain_http_only_for_loopback_and_only_when_switched_on(host, switched_on, allowed):
    issuer = IssuerRegistration(f"http://{host}/fhir", "previsit")
    assert issuer.may_contact(f"http://{host}/token", insecure_loopback=switched_on) is allowed


@pytest.fixture
def write(tmp_path):
    def write_file(text: str):
        path = tmp_path / "issuers.toml"
        path.write_text(text)
        return path

    return write_file


BASIC = '[[issuer]]\niss = "https://a.example/fhir"\nclient_id = "one"\n'


def test_a1_10_each_issuer_has_its_own_registration(write, tmp_path):
    (tmp_path / "key.pem").write_bytes(new_ec_key("x").as_pem(private=True))
    (tmp_path / "word.txt").write_text("from a file\n")
    path = write(
        BASIC
        + 'auth_method = "client_secret_basic"\nclient_secret_env = "ONE"\nallowed_hosts = ["login.example"]\n'
        + '[[issuer]]\niss = "https://b.example"\nclient_id = "two"\nauth_method = "private_key_jwt"\n'
        + 'private_key_file = "key.pem"\nscopes = ["user/Practitioner.rs"]\nnonce_required = false\nwrite = ["Task"]\n'
        + '[[issuer]]\niss = "https://c.example"\nclient_id = "three"\n'
        + 'auth_method = "client_secret_basic"\nclient_secret_file = "word.txt"\n'
    )
    one, two, three = load_issuers(path, {"ONE": "from the environment"})
    assert (one.client_id, one.client_secret, one.allowed_hosts) == (
        "one",
        "from the environment",
        frozenset({"login.example"}),
    )
    assert (two.keys[0].alg, two.scopes, two.nonce_required) == ("ES384", ("user/Practitioner.rs",), False)
    assert (one.write, two.write) == ((), ("Task",))
    assert three.client_secret == "from a file"
    assert "from" not in repr((one, three))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "registers no EHR"),
        ("issuer = 3", "registers no EHR"),
        ("[[issuer", "not valid TOML"),
        ('[[issuer]]\nclient_id = "x"\n', "needs an iss"),
        ('[[issuer]]\niss = "https://a.example"\n', "client_id is missing"),
        ('[[issuer]]\niss = "http://a.example"\nclient_id = "x"\n', "must be an https address"),
        ('[[issuer]]\niss = "a.example"\nclient_id = "x"\n', "must be an https address"),
        ('[[issuer]]\niss = "http://127.0.0.1:5000"\nclient_id = "x"\n', "must be an https address"),
        (BASIC + 'colour = "red"\n', "no setting named colour"),
        (BASIC + "scopes = 3\n", "scopes must be a list"),
        (BASIC + 'write = ["Patient", "Task"]\n', "write has Patient; choose among ServiceRequest, Task"),
        (BASIC + "well_known_url = 3\n", "well_known_url must be a text"),
        (BASIC + 'nonce_required = "no"\n', "nonce_required must be true or false"),
        (BASIC + 'auth_method = "client_secret_post"\n', "auth_method must be one of"),
        (BASIC + 'auth_method = "client_secret_basic"\n', "client_secret_env"),
        (BASIC + 'auth_method = "client_secret_basic"\nclient_secret_env = "UNSET"\n', "client_secret_env"),
        (BASIC + 'auth_method = "private_key_jwt"\n', "private_key_file"),
        (BASIC + 'private_key_file = "none.pem"\n', "none.pem cannot be read"),
        (BASIC + 'private_key_file = "issuers.toml"\n', "not a PEM private key"),
        (BASIC + BASIC.replace("/fhir", "/fhir/"), "registered twice"),
    ],
)
def test_d25_a_bad_entry_is_named_at_start(text, sentence, write):
    with pytest.raises(BadIssuer, match=sentence):
        load_issuers(write(text), {})


def test_a4_9_a_public_key_or_a_wrong_curve_cannot_sign(write, tmp_path):
    for name, pem in (
        ("public.pem", new_ec_key("x").as_pem(private=False)),
        ("p256.pem", new_ec_key("x", "P-256").as_pem(private=True)),
    ):
        (tmp_path / name).write_bytes(pem)
        with pytest.raises(BadIssuer, match="not a PEM private key"):
            load_issuers(write(f'{BASIC}private_key_file = "{name}"\n'), {})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('private_networks = ["0.0.0.0/0"]', "0.0.0.0/0 is not a private network"),
        ('private_networks = ["169.254.0.0/16"]', "is not a private network"),
        ('private_networks = ["10.0.0.1/8"]', "is not a private network"),
        ('ca_file = "gone.pem"', "ca_file gone.pem is not there"),
        ('token_endpoint = "https://evil.test/token"', "token_endpoint must be an https address on the host"),
        ('authorization_endpoint = "http://a.example/x"', "authorization_endpoint must be an https address"),
        ('well_known_url = "https://b.example/x"', "well_known_url must be"),
        ('navigation = "window"', "navigation must be one of frame, top"),
        ('frame_ancestors = ["*"]', "is not an origin"),
        ('frame_ancestors = ["https://a.example; script-src *"]', "is not an origin"),
        ('frame_ancestors = ["http://a.example"]', "is not an origin"),
    ],
)
def test_d1_d5_d26_addresses_in_a_registration_are_checked_at_start(line, told, write):
    with pytest.raises(BadIssuer, match=re.escape(told)):
        load_issuers(write(BASIC + line), {})


def test_d1_d26_what_a_registration_may_say_of_its_network(write, tmp_path):
    (tmp_path / "ca.pem").write_text("certificates")
    lines = 'private_networks = ["10.20.0.0/16"]\nca_file = "ca.pem"\nnavigation = "top"\n'
    (issuer,) = load_issuers(write(BASIC + lines), {})
    assert issuer.reach(False) == Reach(("10.20.0.0/16",), False, str(tmp_path / "ca.pem"))
