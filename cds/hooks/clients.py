"""The EHRs that may call the hook services, from a TOML file, every entry checked when the app starts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launch.issuers import is_safe_scheme, normalised
from network.addresses import is_private_network

ALGORITHMS = ("ES384", "RS384", "ES256", "RS256")
# Its private key is public, in its repository: whoever signs with it is nobody in particular.
PUBLIC_SANDBOX = "https://sandbox.cds-hooks.org"
_TEXTS = {"iss", "jwks_url", "jwks_file", "jku", "ca_file"}
_LISTS = {"algorithms", "tenants", "audiences", "fhir_servers", "origins", "private_networks"}
_EXAMPLE = (
    '[[client]] iss = "https://ehr.example.org" jwks_url = "https://ehr.example.org/jwks.json" '
    'fhir_servers = ["https://ehr.example.org/fhir"]'
)


class BadClient(ValueError):
    """An entry that cannot be used; the message is a sentence that names it."""


@dataclass(frozen=True)
class HookClient:
    """One EHR that signs its requests."""

    iss: str
    jwks_url: str = ""
    jwks_file: Path | None = None
    jku: str = ""  # what its tokens may name as the place of its keys
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    tenants: frozenset[str] = frozenset()  # empty: it states none, or any will do
    audiences: frozenset[str] = frozenset()  # accepted beside the address of the endpoint
    fhir_servers: tuple[str, ...] = ()  # the only ones that are read for it
    origins: tuple[str, ...] = ()  # of browsers that call for it
    private_networks: tuple[str, ...] = ()  # where it may be inside the organisation, "10.20.0.0/16"
    ca_file: str = ""  # certificates of the organisation's own authority

    def may_read(self, fhir_server: str) -> bool:
        asked = normalised(fhir_server)
        return asked is not None and any(asked == normalised(known) for known in self.fhir_servers)


def load_clients(path: Path, insecure_loopback: bool = False) -> tuple[HookClient, ...]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("client")
    except OSError as error:
        raise BadClient(f"The file {path.name} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadClient(f"The file {path.name} is not valid TOML: {error}.") from None
    if not isinstance(entries, list) or not entries:
        raise BadClient(f"The file {path.name} names no client; it needs an entry like {_EXAMPLE}.")
    clients = tuple(_client(entry, path.parent, insecure_loopback) for entry in entries)
    if len({client.iss for client in clients}) < len(clients):
        raise BadClient("Two clients have the same iss; keep one entry for each.")
    return clients


def _client(entry: Any, folder: Path, insecure_loopback: bool) -> HookClient:
    if not isinstance(entry, dict) or not isinstance(entry.get("iss"), str) or not entry["iss"]:
        raise BadClient(f"Every [[client]] needs an iss: {_EXAMPLE}.")
    name = entry["iss"]
    _check_kinds(name, entry)
    client = HookClient(
        iss=name,
        jwks_url=entry.get("jwks_url", ""),
        jwks_file=folder / entry["jwks_file"] if entry.get("jwks_file") else None,
        jku=entry.get("jku", entry.get("jwks_url", "")),
        algorithms=tuple(entry.get("algorithms", HookClient.algorithms)),
        tenants=frozenset(entry.get("tenants", ())),
        audiences=frozenset(entry.get("audiences", ())),
        fhir_servers=tuple(entry.get("fhir_servers", ())),
        origins=tuple(entry.get("origins", ())),
        private_networks=tuple(entry.get("private_networks", ())),
        ca_file=str(folder / entry["ca_file"]) if entry.get("ca_file") else "",
    )
    _check(client, insecure_loopback)
    return client


def _check_kinds(name: str, entry: Mapping[str, Any]) -> None:
    if unknown := set(entry) - _TEXTS - _LISTS:
        raise BadClient(f"Client {name}: there is no setting named {', '.join(sorted(unknown))}.")
    for key, value in entry.items():
        if key in _TEXTS and not isinstance(value, str):
            raise BadClient(f'Client {name}: {key} must be a text, such as {key} = "...".')
        if key in _LISTS and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise BadClient(f'Client {name}: {key} must be a list of texts, such as {key} = ["..."].')


def _check(client: HookClient, insecure_loopback: bool) -> None:
    if client.iss.rstrip("/") == PUBLIC_SANDBOX:
        raise BadClient(f"Client {client.iss}: its signing key is public. Use PREVISIT_CDS_OPEN=1 to try it.")
    if bool(client.jwks_url) == bool(client.jwks_file):
        raise BadClient(
            f"Client {client.iss}: name its keys with jwks_url or with jwks_file, one of the two."
        )
    for named in filter(None, (client.jwks_file, client.ca_file)):
        if not Path(named).is_file():
            raise BadClient(f"Client {client.iss}: the file {Path(named).name} is not there.")
    for network in client.private_networks:
        if not is_private_network(network):
            raise BadClient(f"Client {client.iss}: {network} is not a private network like 10.20.0.0/16.")
    if strange := set(client.algorithms) - set(ALGORITHMS):
        raise BadClient(f"Client {client.iss}: {sorted(strange)[0]} is not one of {', '.join(ALGORITHMS)}.")
    if not client.algorithms:
        raise BadClient(f'Client {client.iss}: algorithms is empty; leave it out for ["ES384", "RS384"].')
    for url in (*filter(None, (client.jwks_url,)), *client.fhir_servers):
        if normalised(url) is None or not is_safe_scheme(urlsplit(url), insecure_loopback):
            raise BadClient(f"Client {client.iss}: {url} is not a plain https address.")
