"""Settings from the environment, checked at start: a missing or bad one is named with an example."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from joserfc.jwk import ECKey

from cds.hooks.clients import BadClient, HookClient, load_clients
from launch.issuer_file import BadIssuer, load_issuers
from launch.issuers import IssuerRegistration, is_loopback, is_safe_scheme
from launch.keys import SigningKey
from storage.retention import Retention
from storage.settings import DatabaseSettings

PREFIX = "PREVISIT_"
SHORTEST_SECRET = 32  # characters
RANDOM_TEXT = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
FERNET_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class BadSetting(Exception):
    """A setting the app cannot start with; the message names it and shows an example."""


@dataclass(frozen=True)
class Config:
    secret_key: str = field(repr=False)
    token_keys: tuple[str, ...] = field(repr=False)  # Fernet; the first seals, all open
    public_url: str  # scheme and host, no trailing slash
    issuers: tuple[IssuerRegistration, ...]
    database_url: str = field(default="sqlite:///previsit.sqlite3", repr=False)  # may hold a password
    upgrade_at_start: bool = False
    policy: Path | None = None
    trusted_proxies: int = 0
    session_idle_minutes: int = 15
    session_hours: int = 8
    allow_insecure_loopback: bool = False
    cds_clients: tuple[HookClient, ...] = ()  # EHRs that may call the CDS Hooks services
    cds_open: bool = False  # anyone may: for a sandbox only
    cds_max_cards: int = 5
    requests_a_minute: int = 0  # from one address, a worker; 0: no limit
    metrics_token: str = field(default="", repr=False)  # empty: no /metrics
    audit_keys: tuple[str, ...] = field(default=(), repr=False)  # link the audit trail; () is the secret key
    patient_keys: tuple[str, ...] = field(default=(), repr=False)  # the first makes stand-ins, all find them

    @property
    def keys_of_patients(self) -> tuple[str, ...]:
        return self.patient_keys or (self.secret_key,)


def from_environment(environ: Mapping[str, str]) -> Config:
    """The settings of a deployment; raises BadSetting for the first that is missing or bad."""
    return Config(**{name: read() for name, read in _readers(environ).items()})


def read_settings(environ: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...], frozenset[str]]:
    """For a look at all of them: those that can be used, a sentence for each other, and every name there is."""
    asked = _Asked(environ)
    found: dict[str, Any] = {}
    bad: dict[str, None] = {}  # a switch that others are read with is told once
    kept = {"feedback_days": lambda: _feedback_days(asked), "outcome_days": lambda: _outcome_days(asked)}
    for name, read in (_readers(asked) | kept).items():
        try:
            found[name] = read()
        except BadSetting as problem:
            bad[str(problem)] = None
    return found, tuple(bad), frozenset(asked.names)


class _Asked(dict[str, str]):
    """The environment, and which settings it was asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(environ)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        if name.startswith(PREFIX):
            self.names.add(name.removeprefix(PREFIX))
        return super().get(name, default)


def _readers(environ: Mapping[str, str]) -> dict[str, Callable[[], Any]]:
    """How each field of Config is read, in the order in which bad ones are told."""

    def loopback() -> bool:
        return _switch(environ, "ALLOW_INSECURE_LOOPBACK")

    return {
        "allow_insecure_loopback": loopback,
        "secret_key": lambda: _secret_key(environ),
        "token_keys": lambda: _token_keys(environ),
        "public_url": lambda: _public_url(environ, loopback()),
        "issuers": lambda: _issuers(environ, loopback()),
        "database_url": lambda: _database_url(environ),
        "upgrade_at_start": lambda: _switch(environ, "UPGRADE_AT_START"),
        "audit_keys": lambda: _audit_keys(environ),
        "policy": lambda: _policy(environ),
        "trusted_proxies": lambda: _number(environ, "TRUSTED_PROXIES", default=0, least=0, most=10),
        "session_idle_minutes": lambda: _session_idle_minutes(environ),
        "session_hours": lambda: _session_hours(environ),
        "cds_clients": lambda: _cds_clients(environ, loopback()),
        "cds_open": lambda: _switch(environ, "CDS_OPEN"),
        "patient_keys": lambda: _patient_keys(environ),
        "cds_max_cards": lambda: _number(environ, "CDS_MAX_CARDS", default=5, least=1, most=20),
        "requests_a_minute": lambda: _number(
            environ, "REQUESTS_A_MINUTE", default=3000, least=0, most=100_000
        ),
        "metrics_token": lambda: _metrics_token(environ),
    }


def database_from(environ: Mapping[str, str], *, keys: bool = False) -> DatabaseSettings:
    """The database and how long it keeps things, for commands that need no other setting; the keys where asked."""
    settings = DatabaseSettings(_database_url(environ), _retention(environ))
    if not keys:
        return settings
    patient_keys = _patient_keys(environ) or (_secret_key(environ),)
    return replace(settings, token_keys=_token_keys(environ), patient_keys=patient_keys)


def audit_settings_from(environ: Mapping[str, str]) -> tuple[str, tuple[str, ...], str]:
    """Database, keys and the name of this app, for commands that read or write the audit trail."""
    keys = _audit_keys(environ) or (_secret_key(environ),)
    return _database_url(environ), keys, environ.get(f"{PREFIX}PUBLIC_URL", "").strip() or "previsit"


def _retention(environ: Mapping[str, str]) -> Retention:
    return Retention(
        session_seconds=_session_hours(environ) * 3600,
        idle_seconds=_session_idle_minutes(environ) * 60,
        feedback_days=_feedback_days(environ),
        outcome_days=_outcome_days(environ),
    )


def _feedback_days(environ: Mapping[str, str]) -> int:
    return _days(environ, "KEEP_FEEDBACK_DAYS", default=730, least=30)


def _outcome_days(environ: Mapping[str, str]) -> int:
    # No answer but one rests longer than a year, and that one is then asked for anew.
    return _days(environ, "KEEP_OUTCOMES_DAYS", default=0, least=730)


def _days(environ: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    """0 keeps for ever."""
    days = _number(environ, name, default=default, least=0, most=36_525)
    if 0 < days < least:
        raise _bad(name, f"must be 0, to keep for ever, or at least {least} days", str(max(default, least)))
    return days


def _session_idle_minutes(environ: Mapping[str, str]) -> int:
    return _number(environ, "SESSION_IDLE_MINUTES", default=15, least=1, most=120)


def _session_hours(environ: Mapping[str, str]) -> int:
    return _number(environ, "SESSION_HOURS", default=8, least=1, most=12)


def demo_config(public_url: str, doors: Iterable[tuple[str, str, str]] = ()) -> Config:
    """Throwaway secrets, a database in memory, and the practice EHR; its usual address first.

    `doors` are the addresses by which it can be tried in other ways: (iss, client id, how the app authenticates).
    """
    usual = IssuerRegistration(
        iss=f"{public_url}/ehr/fhir",
        client_id="previsit-demo",
        auth_method="client_secret_basic",
        client_secret=secrets.token_urlsafe(32),
        write=("ServiceRequest", "Task", "QuestionnaireResponse", "Observation", "DocumentReference"),
    )
    key = ECKey.generate_key("P-384")
    signing = SigningKey(key.thumbprint(), "ES384", key)
    return Config(
        secret_key=secrets.token_urlsafe(48),
        token_keys=(Fernet.generate_key().decode(),),
        public_url=public_url,
        issuers=(usual, *(_by_door(usual, signing, *door) for door in doors)),
        database_url="sqlite://",
        allow_insecure_loopback=is_loopback(urlsplit(public_url).hostname),
        cds_open=True,
    )


def _by_door(
    usual: IssuerRegistration, signing: SigningKey, iss: str, client_id: str, method: str
) -> IssuerRegistration:
    return replace(
        usual,
        iss=iss,
        client_id=client_id,
        auth_method=method,
        client_secret=usual.client_secret if method == "client_secret_basic" else None,
        keys=(signing,) if method == "private_key_jwt" else (),
    )


def _bad(name: str, what: str, example: str) -> BadSetting:
    return BadSetting(f"{PREFIX}{name} {what}. Example: {PREFIX}{name}={example}")


def _required(environ: Mapping[str, str], name: str, example: str) -> str:
    value = environ.get(f"{PREFIX}{name}", "").strip()
    if not value:
        raise _bad(name, "is not set", example)
    return value


def _secret_key(environ: Mapping[str, str]) -> str:
    example = f"$({RANDOM_TEXT})"
    value = _required(environ, "SECRET_KEY", example)
    if len(value) < SHORTEST_SECRET:
        raise _bad("SECRET_KEY", f"is shorter than {SHORTEST_SECRET} characters", example)
    return value


def _token_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    example = f"$({FERNET_KEY})"
    keys = tuple(key.strip() for key in _required(environ, "TOKEN_KEYS", example).split(",") if key.strip())
    try:
        usable = [Fernet(key) for key in keys]
    except ValueError:
        usable = []
    if not usable:
        raise _bad("TOKEN_KEYS", "must be Fernet keys, separated by commas, the newest first", example)
    return keys


def _patient_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    return _random_texts(environ, "PATIENT_KEYS")


def _audit_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Never dropped while records made with them are kept: without its key a record cannot be checked."""
    return _random_texts(environ, "AUDIT_KEYS")


def _random_texts(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    keys = tuple(k.strip() for k in environ.get(f"{PREFIX}{name}", "").split(",") if k.strip())
    if any(len(key) < SHORTEST_SECRET for key in keys):
        told = (
            f"has a key shorter than {SHORTEST_SECRET} characters; separate keys by commas, the newest first"
        )
        raise _bad(name, told, f"$({RANDOM_TEXT})")
    return keys


def _metrics_token(environ: Mapping[str, str]) -> str:
    value = environ.get(f"{PREFIX}METRICS_TOKEN", "").strip()
    if value and len(value) < SHORTEST_SECRET:
        raise _bad("METRICS_TOKEN", f"is shorter than {SHORTEST_SECRET} characters", f"$({RANDOM_TEXT})")
    return value


def _public_url(environ: Mapping[str, str], loopback: bool) -> str:
    example = "https://previsit.example.org"
    value = _required(environ, "PUBLIC_URL", example).removesuffix("/")
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and parts.port != 0 and is_safe_scheme(parts, loopback)
    except ValueError:
        usable = False
    if not usable or value != f"{parts.scheme}://{parts.netloc}" or "@" in value:
        raise _bad("PUBLIC_URL", "must be the https address of this app, without a path", example)
    return value


def _issuers(environ: Mapping[str, str], loopback: bool) -> tuple[IssuerRegistration, ...]:
    path = _required(environ, "ISSUERS", "issuers.toml")
    try:
        return load_issuers(Path(path), environ, loopback)
    except BadIssuer as error:
        raise _bad("ISSUERS", f"cannot be used: {str(error).removesuffix('.')}", "issuers.toml") from None


def _cds_clients(environ: Mapping[str, str], loopback: bool) -> tuple[HookClient, ...]:
    path = environ.get(f"{PREFIX}CDS_CLIENTS", "").strip()
    try:
        return load_clients(Path(path), loopback) if path else ()
    except BadClient as error:
        what = f"cannot be used: {str(error).removesuffix('.')}"
        raise _bad("CDS_CLIENTS", what, "cds-clients.toml") from None


def _database_url(environ: Mapping[str, str]) -> str:
    example = "sqlite:///previsit.sqlite3"
    value = environ.get(f"{PREFIX}DATABASE_URL", "").strip() or example
    if not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")):
        raise _bad("DATABASE_URL", "must name a SQLite or PostgreSQL database", example)
    return value


def _policy(environ: Mapping[str, str]) -> Path | None:
    value = environ.get(f"{PREFIX}POLICY", "").strip()
    if value and not Path(value).is_file():
        raise _bad("POLICY", f"names a file that is not there ({value})", "policy.toml")
    return Path(value) if value else None


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = environ.get(f"{PREFIX}{name}", "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise _bad(name, f"must be a whole number from {least} to {most}", str(default))
    return int(text)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(f"{PREFIX}{name}", "").strip().lower() or "0"
    if text not in {"0", "1", "false", "true", "no", "yes"}:
        raise _bad(name, "must be 0 or 1", "0")
    return text in {"1", "true", "yes"}
