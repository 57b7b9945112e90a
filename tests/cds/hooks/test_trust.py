"""B3: who may call, shown by good tokens and by every kind of bad one."""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode

import pytest
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy.exc import OperationalError

from cds.hooks.client_keys import COOLDOWN, KEPT, ClientKeys
from cds.hooks.clients import BadClient, HookClient, load_clients
from launch.outbound import Reply
from launch.problems import EHR_SILENT, LaunchProblem
from tests.cds.hooks.hook_app import EC, ISS, RSA, signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request

BODY = hook_request("patient-view", OPIOID)
OTHER_EC = ECKey.generate_key("P-384", parameters={"kid": "ec-1"})
P256 = ECKey.generate_key("P-256", parameters={"kid": "p256"})
YEAR = 365 * 86_400


def status(app, token=None, **token_changes):
    token = token or app.token(app.url("patient-view"), **token_changes)
    return app.post("patient-view", BODY, token=token).status_code


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384")])
def test_b3_2_the_two_algorithms_of_cds_hooks(hooks, key, alg):
    assert status(hooks, key=key, alg=alg) == 200


@pytest.mark.parametrize("header", [{"Authorization": ""}, {"Authorization": "Basic dTpw"}, {"Authorization": "Bearer"},
                                    {"Authorization": "Bearer a.b.c"}, {"Authorization": "Bearer x"}])  # fmt: skip
def test_b3_1_b3_10_without_a_token(hooks, header):
    response = hooks.post("patient-view", BODY, headers=header)
    assert (response.status_code, response.json) == (401, {"error": "Not authorized."})


@pytest.mark.parametrize(
    "changes",
    [
        {"key": RSA, "alg": "RS256"},  # only by configuration
        {"key": P256, "alg": "ES256"},
        {"key": OTHER_EC},  # the right kid, the wrong key
        {"header": {"kid": "unknown"}},
        {"header": {"kid": None}},
        {"header": {"typ": None}},
        {"header": {"typ": "at+jwt"}},
        {"header": {"jku": "https://evil.test/jwks"}},
        {"header": {"jwk": EC.as_dict(private=False)}},
        {"header": {"x5u": "https://evil.test"}},
        {"header": {"alg": "RS384", "kid": "ec-1"}, "key": RSA},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"iss": [ISS]},
        {"iss": "https://sandbox.cds-hooks.org"},  # B3.11
        {"aud": "https://previsit.example.org/cds-services/previsit-order-sign"},
        {"aud": "https://previsit.example.org/cds-services/previsit-patient-view/"},
        {"aud": "https://evil.test/cds-services/previsit-patient-view"},
        {"aud": ["https://evil.test"]},
        {"aud": None},
        {"aud": {}},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"iat": None},
        {"iat": "1"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 2000},
        {"tenant": 7},
    ],
    ids=lambda c: "-".join(f"{k}={str(v)[:30]}" for k, v in c.items()),
)
def test_b3_bad_tokens_get_the_same_401(hooks, changes):
    """B3.2, B3.4 to B3.9: each claim and header wrong in turn."""
    token = hooks.token(hooks.url("patient-view"), **changes)
    response = hooks.post("patient-view", BODY, token=token)
    assert (response.status_code, response.json) == (401, {"error": "Not authorized."})


@pytest.mark.parametrize(
    ("iat", "exp", "expected"),
    [
        (0, 300, 200),
        (-3600, -59, 200),  # within the leeway
        (-3600, -61, 401),
        (59, 359, 200),
        (61, 361, 401),
        (0, 3600, 200),
        (0, 3601, 401),
        (0, YEAR, 401),
        (300, 0, 401),
    ],
)
def test_b3_7_times_at_and_around_their_limits(hooks, iat, exp, expected):
    now = hooks.now = float(int(hooks.now))
    assert status(hooks, iat=int(now) + iat, exp=int(now) + exp) == expected


@pytest.mark.parametrize(("nbf", "expected"), [(-300, 200), (60, 200), (61, 401)])
def test_b3_7_epic_dates_nbf_back(hooks, nbf, expected):
    hooks.now = float(int(hooks.now))
    assert status(hooks, nbf=int(hooks.now) + nbf) == expected


def forged(alg, key=None):
    def part(value):
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iss": ISS, "aud": "x", "iat": now, "exp": now + 300, "jti": "1"}
    return f"{part({'alg': alg, 'kid': 'rsa-1', 'typ': 'JWT'})}.{part(claims)}."


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "HS384", "PS384", "dir"])
def test_d14_algorithms_are_chosen_by_configuration(hooks, alg):
    assert status(hooks, forged(alg)) == 401


def rewritten(token, **header):
    """A good token with another header, and so without a good signature."""
    top = json.dumps({"alg": "ES384", "kid": "ec-1", "typ": "JWT", **header}).encode()
    return ".".join([urlsafe_b64encode(top).rstrip(b"=").decode(), *token.split(".")[1:]])


def test_header_members_that_mean_nothing_are_ignored(hooks):
    assert status(hooks, header={"x-client": "7"}) == 200


def test_d14_a_public_key_is_no_shared_secret(hooks):
    start = rewritten(hooks.token(hooks.url("patient-view")), alg="HS256", kid="rsa-1").rpartition(".")[0]
    made = hmac.digest(RSA.as_pem(private=False), start.encode(), "sha256")
    assert status(hooks, f"{start}.{urlsafe_b64encode(made).rstrip(b'=').decode()}") == 401


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"crit": ["exp"], "exp": 1}, "header not allowed"),
        ({"b64": False}, "header not allowed"),
        ({"x5c": ["MII"]}, "header not allowed"),
        ({"kid": 7}, "kid is missing"),
        ({"kid": ["ec-1"]}, "kid is missing"),
        ({"alg": ["ES384"]}, "algorithm not allowed"),
        ({"typ": ["JWT"]}, "typ is not JWT"),
        ({"kid": "rsa-1"}, "no key with this kid"),
        ({"x": 1}, "BadSignatureError"),
    ],
)
def test_d14_what_a_header_may_say(hooks, caplog, header, reason):
    assert status(hooks, rewritten(hooks.token(hooks.url("patient-view")), **header)) == 401
    assert reason in caplog.text


@pytest.mark.parametrize(
    "text", ["..", "a.b.c", "x" * 20_000 + ".b.c", "eyJ9.eyJ9.x", "[].[].[]", "\x00.\x01.\x02"]
)
def test_tokens_that_are_none(hooks, text):
    response = hooks.app.test_client().post(
        "/cds-services/previsit-patient-view",
        json=BODY,
        headers={"Authorization": f"Bearer {text.encode('unicode_escape').decode()}"},
    )
    assert response.status_code == 401


def test_b3_6_aud_may_be_a_list_and_one_the_site_agreed(hook_apps, tmp_path):
    app = hook_apps(signing_client(tmp_path, audiences=frozenset({"sand_man"})))
    assert status(app, aud=["https://else.example.org", app.url("patient-view")]) == 200
    assert status(app, aud="sand_man") == 200
    assert status(app, aud="sand_woman") == 401


def test_b3_6_d24_a_forged_host_does_not_change_the_audience(hooks):
    headers = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "http"}
    evil = hooks.token("https://evil.test/cds-services/previsit-patient-view")
    assert hooks.post("patient-view", BODY, token=evil, headers=headers).status_code == 401
    assert hooks.post("patient-view", BODY, headers=headers).status_code == 200


@pytest.mark.parametrize(("tenant", "expected"), [("t1", 200), ("t2", 401), (None, 401)])
def test_b3_9_tenants(hook_apps, tmp_path, tenant, expected):
    app = hook_apps(signing_client(tmp_path, tenants=frozenset({"t1"})))
    assert status(app, tenant=tenant) == expected


@pytest.mark.parametrize(
    ("jku", "expected"), [("https://ehr.example.org/jwks", 200), ("https://ehr.example.org/jwks/", 401)]
)
def test_b3_5_jku_only_as_registered(hook_apps, tmp_path, jku, expected):
    app = hook_apps(signing_client(tmp_path, jku="https://ehr.example.org/jwks"))
    assert status(app, header={"jku": jku}) == expected


# One use


def test_b3_8_d13_a_token_is_used_once(hooks):
    token = hooks.token(hooks.url("patient-view"))
    assert [status(hooks, token), status(hooks, token)] == [200, 401]


def test_b3_8_the_same_jti_of_another_issuer_is_another(hook_apps, tmp_path):
    one = signing_client(tmp_path)
    app = hook_apps(one, HookClient("https://second.example.org", jwks_file=one.jwks_file))
    assert status(app, jti="same") == 200
    assert status(app, jti="same", iss="https://second.example.org") == 200
    assert status(app, jti="same") == 401


def test_b3_8_of_many_at_once_one_gets_in(hook_apps, tmp_path):
    """Two apps on one database, as two workers are."""
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    apps = [hook_apps(database_url=url), hook_apps(database_url=url)]
    token = apps[0].token(apps[0].url("patient-view"))
    seen, start = [], threading.Barrier(8)

    def ask(app):
        start.wait()
        seen.append(status(app, token))

    threads = [threading.Thread(target=ask, args=(apps[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200] + [401] * 7


def test_a_used_token_is_remembered_until_it_has_run_out(hooks):
    token = hooks.token(hooks.url("patient-view"))
    assert status(hooks, token) == 200
    hooks.now += 359
    assert status(hooks, token) == 401


def test_used_tokens_are_swept_once_they_have_run_out(hooks):
    status(hooks)
    hooks.now += 5000
    status(hooks)
    with hooks.hooks.memory.engine.connect() as db:
        assert db.exec_driver_sql("select count(*) from cds_used_token").scalar() == 1


def test_d13_without_the_database_nothing_passes(hooks, monkeypatch):
    class Down:
        def begin(self):
            raise OperationalError("insert", {}, Exception("disk"))

        connect = begin

        def dispose(self):
            pass

    monkeypatch.setattr(hooks.hooks.memory, "engine", Down())
    response = hooks.post("patient-view", BODY)
    assert response.status_code == 503
    assert "cards" not in response.json


def test_b3_10_d10_the_log_tells_why_and_not_what(hooks, caplog):
    token = hooks.token(hooks.url("patient-view"), aud="https://marker.test", jti="marker-jti")
    status(hooks, token)
    assert "claims refused: aud" in caplog.text
    for secret in (token, token.split(".")[1], "marker"):
        assert secret not in caplog.text


# Keys


class Published:
    """Stands where launch.outbound.Outbound does; counts what is fetched."""

    def __init__(self, *keys):
        self.keys, self.asked = keys, []

    def get(self, registration, url):
        self.asked.append(url)
        if self.keys is None:
            raise LaunchProblem(EHR_SILENT, "down")
        return Reply(200, {"keys": [k.as_dict(private=False) for k in self.keys]})


CLIENT = HookClient(ISS, jwks_url="https://ehr.example.org/jwks")


@pytest.fixture
def keys():
    made = ClientKeys(Published(EC), lambda: made.now)
    made.now = 1000.0
    return made


def test_keys_are_fetched_once_and_kept(keys):
    for _ in range(5):
        assert keys.find(CLIENT, "ec-1")
    keys.now += KEPT - 1
    assert keys.find(CLIENT, "ec-1")
    assert keys.outbound.asked == ["https://ehr.example.org/jwks"]
    keys.now += 1
    assert keys.find(CLIENT, "ec-1")
    assert len(keys.outbound.asked) == 2


def test_b3_3_a_rotated_key_is_found_and_a_flood_is_not_passed_on(keys):
    """B7.7."""
    assert keys.find(CLIENT, "ec-1")
    keys.outbound.keys = (EC, RSA)
    keys.now += COOLDOWN
    assert keys.find(CLIENT, "rsa-1")
    for n in range(50):
        assert keys.find(CLIENT, f"random-{n}") is None
    assert len(keys.outbound.asked) == 2


def test_keys_stay_in_use_while_they_cannot_be_fetched(keys):
    assert keys.find(CLIENT, "ec-1")
    keys.outbound.keys = None
    keys.now += KEPT
    assert keys.find(CLIENT, "ec-1")


def test_without_keys_nobody_is_trusted(hook_apps):
    app = hook_apps(HookClient(ISS, jwks_url="https://ehr.example.org/jwks"))
    app.hooks.trust.keys.outbound = Published()
    assert status(app) == 401


def test_b3_5_no_address_from_a_token_is_ever_fetched(hook_apps):
    app = hook_apps(CLIENT)
    app.hooks.trust.keys.outbound = Published(EC)
    assert status(app, header={"jku": "https://evil.test/jwks"}) == 401
    assert status(app, iss="https://evil.test") == 401
    assert app.hooks.trust.keys.outbound.asked == []


def test_keys_for_encryption_do_not_sign(hook_apps, tmp_path):
    client = signing_client(tmp_path)
    listed = json.loads(client.jwks_file.read_text())
    for key in listed["keys"]:
        key["use"] = "enc"
    client.jwks_file.write_text(json.dumps(listed))
    assert status(hook_apps(client)) == 401


# The open mode, and the file of clients


def test_open_mode_asks_for_no_token_and_shouts(hook_apps, caplog):
    app = hook_apps(cds_open=True)
    assert "ANYONE may call" in caplog.text
    response = app.app.test_client().post("/cds-services/previsit-patient-view", json=BODY)
    assert response.status_code == 200


def test_open_mode_contacts_no_server_it_does_not_know(hook_apps, stub):
    app = hook_apps(cds_open=True)
    body = {**BODY, "fhirServer": stub.base}
    assert app.app.test_client().post("/cds-services/previsit-patient-view", json=body).status_code == 200
    assert stub.requests == []


GOOD = 'iss = "https://ehr.example.org"\njwks_url = "https://ehr.example.org/jwks"\n'


def clients_file(tmp_path, text):
    file = tmp_path / "clients.toml"
    file.write_text(text)
    return file


def test_a_client_from_its_file(tmp_path):
    more = 'fhir_servers = ["https://ehr.example.org/fhir"]\norigins = ["https://ehr.example.org"]\ntenants = ["t1"]'
    (client,) = load_clients(clients_file(tmp_path, f"[[client]]\n{GOOD}{more}"))
    assert client.jku == client.jwks_url
    assert client.algorithms == ("ES384", "RS384")
    assert client.may_read("https://EHR.example.org:443/fhir/")
    assert not client.may_read("https://ehr.example.org/fhir/../admin")
    assert not client.may_read("https://ehr.example.org.evil.test/fhir")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no client"),
        ("nonsense", "not valid TOML"),
        ("[[client]]\njwks_url = 'https://x'", "needs an iss"),
        ("[[client]]\niss = 'https://x'", "jwks_url or with jwks_file"),
        (f"[[client]]\n{GOOD}jwks_file = 'k.json'", "one of the two"),
        ("[[client]]\niss = 'https://x'\njwks_file = 'missing.json'", "is not there"),
        (f"[[client]]\n{GOOD}secret = 'x'", "no setting named secret"),
        (f"[[client]]\n{GOOD}tenants = 't1'", "must be a list"),
        (f"[[client]]\n{GOOD}algorithms = ['none']", "none is not one of"),
        (f"[[client]]\n{GOOD}algorithms = ['HS256']", "HS256 is not one of"),
        (f"[[client]]\n{GOOD}algorithms = []", "algorithms is empty"),
        (f"[[client]]\n{GOOD}fhir_servers = ['http://ehr.example.org']", "not a plain https address"),
        (f"[[client]]\n{GOOD}\n[[client]]\n{GOOD}", "same iss"),
        ("[[client]]\niss = 'https://sandbox.cds-hooks.org'\njwks_url = 'https://x.test/k'", "key is public"),
    ],
)
def test_a_bad_entry_is_named(tmp_path, text, said):
    with pytest.raises(BadClient, match=said):
        load_clients(clients_file(tmp_path, text))


def test_rsa_and_ec_keys_are_not_taken_for_each_other(hooks):
    key = RSAKey.generate_key(2048, parameters={"kid": "ec-1"})
    assert status(hooks, key=key, alg="RS384") == 401
