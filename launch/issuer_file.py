"""Issuer registrations from a TOML file, every entry checked when the app starts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launch.issuers import (
    AUTH_METHODS,
    NAVIGATIONS,
    WRITABLE,
    IssuerRegistration,
    is_origin,
    is_safe_scheme,
    normalised,
)
from launch.keys import BadKey, SigningKey, load_key
from network.addresses import is_private_network

ENDPOINTS = {"well_known_url", "authorization_endpoint", "token_endpoint"}
TEXTS = {"iss", "client_id", "auth_method", "id_token_issuer", "backend_client_id", "navigation", *ENDPOINTS}
LISTS = {"scopes", "write", "allowed_hosts", "frame_ancestors", "private_networks"}
SECRETS = {"client_secret_env", "client_secret_file", "private_key_file"}
FILES = {"ca_file"}
SWITCHES = {"nonce_required"}
EXAMPLE = '[[issuer]] iss = "https://ehr.example.org/fhir" client_id = "previsit"'


class BadIssuer(ValueError):
    """An entry that cannot be used; the message is a sentence that names it."""


def load_issuers(
    path: Path, environ: Mapping[str, str], insecure_loopback: bool = False
) -> tuple[IssuerRegistration, ...]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("issuer")
    except OSError as error:
        raise BadIssuer(f"The file {path.name} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadIssuer(f"The file {path.name} is not valid TOML: {error}.") from None
    if not isinstance(entries, list) or not entries:
        raise BadIssuer(f"The file {path.name} registers no EHR; it needs at least one entry like {EXAMPLE}.")
    registrations = tuple(_registration(entry, path.parent, environ, insecure_loopback) for entry in entries)
    _check_distinct(registrations)
    return registrations


def _registration(
    entry: Any, folder: Path, environ: Mapping[str, str], insecure_loopback: bool
) -> IssuerRegistration:
    if not isinstance(entry, dict) or not isinstance(entry.get("iss"), str):
        raise BadIssuer('Every [[issuer]] entry needs an iss, such as iss = "https://ehr.example.org/fhir".')
    name = entry["iss"]
    _check_kinds(name, entry)
    plain: dict[str, Any] = {key: entry[key] for key in TEXTS | SWITCHES if key in entry}
    lists: dict[str, Any] = {key: tuple(entry[key]) for key in LISTS - {"allowed_hosts"} if key in entry}
    try:
        registration = IssuerRegistration(
            **plain,
            **lists,
            allowed_hosts=frozenset(entry.get("allowed_hosts", ())),
            client_secret=_secret(entry, folder, environ),
            ca_file=_ca_file(entry, folder),
            keys=_keys(entry, folder),
        )
    except (BadKey, OSError) as error:
        raise BadIssuer(f"Issuer {name}: {error}") from None
    _check_complete(registration, insecure_loopback)
    _check_addresses(registration, insecure_loopback)
    return registration


def _check_kinds(name: str, entry: Mapping[str, Any]) -> None:
    unknown = set(entry) - TEXTS - LISTS - SECRETS - SWITCHES - FILES
    if unknown:
        raise BadIssuer(f"Issuer {name}: there is no setting named {', '.join(sorted(unknown))}.")
    if not entry.get("client_id"):
        raise BadIssuer(f'Issuer {name}: client_id is missing; write for example client_id = "previsit".')
    for key, value in entry.items():
        if key in TEXTS | FILES and not isinstance(value, str):
            raise BadIssuer(f'Issuer {name}: {key} must be a text, such as {key} = "...".')
        if key in LISTS and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise BadIssuer(f'Issuer {name}: {key} must be a list of texts, such as {key} = ["..."].')
        if key in SWITCHES and not isinstance(value, bool):
            raise BadIssuer(f"Issuer {name}: {key} must be true or false.")


def _check_complete(registration: IssuerRegistration, insecure_loopback: bool) -> None:
    name, method = registration.iss, registration.auth_method
    if normalised(name) is None or not is_safe_scheme(urlsplit(name), insecure_loopback):
        raise BadIssuer(f"Issuer {name}: iss must be an https address, such as https://ehr.example.org/fhir.")
    if method not in AUTH_METHODS:
        raise BadIssuer(f"Issuer {name}: auth_method must be one of {', '.join(AUTH_METHODS)}.")
    if unknown := set(registration.write) - set(WRITABLE):
        raise BadIssuer(
            f"Issuer {name}: write has {', '.join(sorted(unknown))}; choose among {', '.join(WRITABLE)}."
        )
    if method == "client_secret_basic" and not registration.client_secret:
        raise BadIssuer(
            f"Issuer {name}: client_secret_basic needs a secret; name the environment variable that holds it, "
            'such as client_secret_env = "EHR_SECRET", or its file with client_secret_file.'
        )
    if method == "private_key_jwt" and not registration.keys:
        raise BadIssuer(
            f'Issuer {name}: private_key_jwt needs a key, such as private_key_file = "keys/es384.pem".'
        )


def _check_addresses(registration: IssuerRegistration, insecure_loopback: bool) -> None:
    name = registration.iss
    for key in sorted(ENDPOINTS):
        url = getattr(registration, key)
        if url is not None and not registration.may_contact(url, insecure_loopback):
            raise BadIssuer(
                f"Issuer {name}: {key} must be an https address on the host of iss or on one of allowed_hosts."
            )
    for network in registration.private_networks:
        if not is_private_network(network):
            raise BadIssuer(
                f'Issuer {name}: {network} is not a private network; write for example "10.20.0.0/16".'
            )
    for origin in registration.frame_ancestors:
        if not is_origin(origin):
            raise BadIssuer(
                f'Issuer {name}: {origin} is not an origin; write it as "https://ehr.example.org".'
            )
    if registration.navigation not in NAVIGATIONS:
        raise BadIssuer(f"Issuer {name}: navigation must be one of {', '.join(NAVIGATIONS)}.")


def _check_distinct(registrations: tuple[IssuerRegistration, ...]) -> None:
    seen: set[str | None] = set()
    for registration in registrations:
        if normalised(registration.iss) in seen:
            raise BadIssuer(f"Issuer {registration.iss} is registered twice; keep one entry.")
        seen.add(normalised(registration.iss))


def _secret(entry: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> str | None:
    if name := entry.get("client_secret_env"):
        return environ.get(name) or None
    if name := entry.get("client_secret_file"):
        return (folder / name).read_text(encoding="utf-8").strip() or None
    return None


def _ca_file(entry: Mapping[str, Any], folder: Path) -> str:
    name = entry.get("ca_file")
    if name and not (folder / name).is_file():
        raise BadKey(f"The ca_file {name} is not there.")
    return str(folder / name) if name else ""


def _keys(entry: Mapping[str, Any], folder: Path) -> tuple[SigningKey, ...]:
    """One file, or a list: the first signs, the others stay published while EHRs' caches expire."""
    named = entry.get("private_key_file", ())
    files = (named,) if isinstance(named, str) else tuple(named)
    return tuple(load_key(folder / name) for name in files)
