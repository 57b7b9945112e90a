"""The EHRs: what their sign-in offers, whether the keys of those that call can be read, and what their clocks say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds.hooks.client_keys import ClientKeys
from cds.hooks.clients import HookClient
from cds.issuer_check import issuer_findings
from launch.check import Weight as LaunchWeight
from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import LaunchProblem
from network.addresses import Reach
from operation.doctor.asking import NoAnswer, ask
from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, Weight, mend, note, works

# A token lives five minutes at most, and both sides allow a minute.
FAR_OFF, OFF = 50, 5  # seconds
_AS = {
    LaunchWeight.FAILS: Weight.MEND,
    LaunchWeight.NOTE: Weight.NOTE,
    LaunchWeight.WORKS: Weight.WORKS,
}
_KINDS: dict[str, tuple[type[ECKey] | type[RSAKey], str]] = {
    "ES384": (ECKey, "P-384"),
    "ES256": (ECKey, "P-256"),
    "RS384": (RSAKey, ""),
    "RS256": (RSAKey, ""),
}


def check_issuers(deployment: Deployment) -> Iterator[Finding]:
    for registration in deployment.issuers:
        found = [
            Finding(_AS[one.weight], f"{registration.iss}: {one.text}")
            for one in issuer_findings(registration, deployment.allows_loopback)
        ]
        yield from (one for one in found if one.weight is not Weight.WORKS)
        if all(one.weight is not Weight.MEND for one in found):
            yield works(f"{registration.iss}: launches will work.")
            yield from _clock(registration, deployment)


def _clock(registration: IssuerRegistration, deployment: Deployment) -> Iterator[Finding]:
    """What the EHR takes for the time decides whether it takes our assertions, and we its id_tokens."""
    url = registration.well_known_url or f"{registration.fhir_base}/.well-known/smart-configuration"
    try:
        answer = ask(url, registration.reach(deployment.allows_loopback))
    except NoAnswer:
        return  # that it does not answer was told
    yield from clock_findings(registration.iss, answer.date, deployment.now())


def clock_findings(name: str, theirs: float | None, ours: float) -> Iterator[Finding]:
    if theirs is None:
        return
    apart = round(ours - theirs)
    told = f"{name}: this machine's clock is {abs(apart)} seconds {'ahead of' if apart > 0 else 'behind'} its own"
    if abs(apart) >= FAR_OFF:
        yield mend(f"{told}: tokens will be refused. Keep the time by NTP (timedatectl set-ntp true).")
    elif abs(apart) > OFF:
        yield note(f"{told}. More than a minute would have tokens refused.")


def check_hook_clients(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.has("cds_clients"):
        return
    clients = deployment.settings["cds_clients"]
    if not clients and not deployment.settings.get("cds_open"):
        yield note("PREVISIT_CDS_CLIENTS is not set: no EHR may call the hook services.")
    for client in clients:
        yield from _client(client, deployment)


def _client(client: HookClient, deployment: Deployment) -> Iterator[Finding]:
    keys = ClientKeys(Outbound(deployment.allows_loopback), deployment.now)
    try:
        document = keys.document(client)
    except LaunchProblem as problem:
        yield mend(f"{client.iss}: its keys cannot be read ({problem.detail or problem.problem.happened}).")
        return
    except (OSError, ValueError, RecursionError):
        yield mend(f"{client.iss}: its jwks_file cannot be read as JSON.")
        return
    yield _usable(client, document)
    if not client.fhir_servers:
        yield note(
            f"{client.iss}: no fhir_servers are registered, so what its prefetch leaves out is not fetched."
        )
    if client.jwks_url:
        yield from _client_clock(client, deployment)


def _usable(client: HookClient, document: Any) -> Finding:
    listed = document.get("keys") if isinstance(document, dict) else None
    keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    usable = [key for key in keys if _can_verify(key, client.algorithms)]
    if usable:
        return works(f"{client.iss}: keys its calls can be verified with: {len(usable)}.")
    return mend(
        f"{client.iss}: none of its {len(keys)} keys can verify a call. Each needs a kid and must fit one of "
        f"{', '.join(client.algorithms)}."
    )


def _can_verify(key: Mapping[str, Any], algorithms: tuple[str, ...]) -> bool:
    if not key.get("kid") or key.get("use") not in (None, "sig"):
        return False
    return any(_fits(key, alg) for alg in algorithms if key.get("alg") in (None, alg))


def _fits(key: Mapping[str, Any], alg: str) -> bool:
    kind, curve = _KINDS[alg]
    try:
        read = kind.import_key(dict(key))
    except (JoseError, ValueError, TypeError):
        return False
    return not isinstance(read, ECKey) or read.curve_name == curve


def _client_clock(client: HookClient, deployment: Deployment) -> Iterator[Finding]:
    reach = Reach(client.private_networks, deployment.allows_loopback, client.ca_file)
    try:
        answer = ask(client.jwks_url, reach)
    except NoAnswer:
        return
    yield from clock_findings(client.iss, answer.date, deployment.now())
