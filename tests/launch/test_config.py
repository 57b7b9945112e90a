"""Settings are checked at start, and a bad one is named with an example (D25, D24)."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from config import BadSetting, demo_config, from_environment

KEYS = [Fernet.generate_key().decode() for _ in range(2)]


@pytest.fixture
def environ(tmp_path):
    (tmp_path / "issuers.toml").write_text('[[issuer]]\niss = "https://a.example/fhir"\nclient_id = "x"\n')
    return {
        "PREVISIT_SECRET_KEY": "x" * 32,
        "PREVISIT_TOKEN_KEYS": ",".join(KEYS),
        "PREVISIT_PUBLIC_URL": "https://previsit.example.org/",
        "PREVISIT_ISSUERS": str(tmp_path / "issuers.toml"),
    }


def test_d25_the_least_that_is_needed(environ):
    config = from_environment(environ)
    assert config.token_keys == tuple(KEYS)
    assert config.public_url == "https://previsit.example.org"
    assert config.issuers[0].client_id == "x"
    assert (config.session_idle_minutes, config.session_hours, config.trusted_proxies) == (15, 8, 0)
    assert config.database_url == "sqlite:///previsit.sqlite3"
    assert config.policy is None
    assert not config.allow_insecure_loopback
    assert KEYS[0] not in repr(config)
    assert "x" * 32 not in repr(config)


@pytest.mark.parametrize("name", ["SECRET_KEY", "TOKEN_KEYS", "PUBLIC_URL", "ISSUERS"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_d25_a_missing_setting_stops_the_start_with_an_example(name, value, environ):
    environ.pop(f"PREVISIT_{name}")
    if value is not None:
        environ[f"PREVISIT_{name}"] = value
    with pytest.raises(BadSetting, match=f"PREVISIT_{name} is not set. Example: PREVISIT_{name}=."):
        from_environment(environ)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "x" * 31),
        ("TOKEN_KEYS", "short"),
        ("TOKEN_KEYS", f"{KEYS[0]},short"),
        ("TOKEN_KEYS", ","),
        ("PUBLIC_URL", "previsit.example.org"),
        ("PUBLIC_URL", "http://previsit.example.org"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", "https://previsit.example.org/app"),
        ("PUBLIC_URL", "https://previsit.example.org?x=1"),
        ("PUBLIC_URL", "https://me@previsit.example.org"),
        ("PUBLIC_URL", "https://previsit.example.org:port"),
        ("PUBLIC_URL", "https://"),
        ("ISSUERS", "none.toml"),
        ("DATABASE_URL", "mysql://x"),
        ("POLICY", "none.toml"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "11"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("SESSION_IDLE_MINUTES", "121"),
        ("SESSION_HOURS", "13"),
        ("SESSION_HOURS", "eight"),
        ("SESSION_HOURS", "²"),
        ("ALLOW_INSECURE_LOOPBACK", "maybe"),
    ],
)
def test_d25_a_bad_setting_is_named_with_an_example(name, value, environ):
    environ[f"PREVISIT_{name}"] = value
    with pytest.raises(BadSetting, match=rf"PREVISIT_{name} .+\. Example: PREVISIT_{name}=."):
        from_environment(environ)


def test_d25_a_secret_is_never_repeated_in_the_sentence(environ):
    environ["PREVISIT_TOKEN_KEYS"] = "nearly-a-key"
    with pytest.raises(BadSetting) as stopped:
        from_environment(environ)
    assert "nearly-a-key" not in str(stopped.value)


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("TRUSTED_PROXIES", "10", "trusted_proxies", 10),
        ("SESSION_IDLE_MINUTES", "1", "session_idle_minutes", 1),
        ("SESSION_HOURS", "12", "session_hours", 12),
        ("DATABASE_URL", "postgresql+psycopg://h/d", "database_url", "postgresql+psycopg://h/d"),
        ("ALLOW_INSECURE_LOOPBACK", "yes", "allow_insecure_loopback", True),
        ("UPGRADE_AT_START", "1", "upgrade_at_start", True),
        ("DATABASE_URL", "postgres://h/d", "database_url", "postgres://h/d"),
    ],
)
def test_good_settings(name, value, field, read, environ):
    environ[f"PREVISIT_{name}"] = value
    assert getattr(from_environment(environ), field) == read


def test_plain_http_on_loopback_when_switched_on(environ):
    environ |= {"PREVISIT_PUBLIC_URL": "http://127.0.0.1:8000", "PREVISIT_ALLOW_INSECURE_LOOPBACK": "1"}
    assert from_environment(environ).public_url == "http://127.0.0.1:8000"


def test_demo_makes_its_own_secrets_and_knows_one_ehr():
    one, two = demo_config("http://127.0.0.1:8000"), demo_config("http://127.0.0.1:8000")
    assert one.secret_key != two.secret_key
    assert one.token_keys != two.token_keys
    (ehr,) = one.issuers
    assert (ehr.iss, ehr.client_id) == ("http://127.0.0.1:8000/ehr/fhir", "previsit-demo")
    assert ehr.auth_method == "client_secret_basic"
    assert one.allow_insecure_loopback
    assert not demo_config("https://demo.example").allow_insecure_loopback
