"""The public address as an EHR and a browser meet it: certificate, readiness, headers, and what a proxy may spoil."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from network.addresses import Reach
from operation.doctor.asking import Answer, NoAnswer, ask
from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works
from operation.doctor.partners import clock_findings

# The address is our own, from our own settings: it may lie inside the organisation.
_INSIDE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
DAYS_TO_MEND, DAYS_TO_NOTE = 7, 21
_YEAR = 31_536_000  # seconds
_LARGE = b'{"padding":"' + b"x" * 2_000_000 + b'"}'


def check_address(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.public_url:
        return
    try:
        alive = _asked(deployment, "/healthz")
    except NoAnswer as problem:
        yield mend(
            f"{deployment.public_url} cannot be asked from here: {problem}. Start the app and its proxy, and "
            "look at the name and the firewall."
        )
        return
    if alive.json != {"status": "ok"}:
        yield mend(
            f"{deployment.public_url}/healthz answered {alive.status}, and not as this app does: the proxy leads "
            "elsewhere, or the app is not running."
        )
        return
    yield from _certificate(alive, deployment)
    yield from clock_findings(deployment.public_url, alive.date, deployment.now())
    for look in (_readiness, _transport, _metrics, _framing, _plain_http, _keys, _body_size):
        try:
            yield from look(deployment)
        except NoAnswer as problem:
            yield note(f"{deployment.public_url} did not answer every question: {problem}.")


def _asked(deployment: Deployment, path: str, method: str = "GET", **how: object) -> Answer:
    reach = Reach(_INSIDE, loopback=True, ca_file=deployment.ca_file)
    return ask(f"{deployment.public_url}{path}", reach, method, **how)


def _certificate(answer: Answer, deployment: Deployment) -> Iterator[Finding]:
    if (ends := answer.certificate_ends) is None:
        return
    days = int((ends.timestamp() - deployment.now()) // 86_400)
    told = f"The certificate of {deployment.public_url} ends in {days} days ({ends:%Y-%m-%d})."
    if days < DAYS_TO_MEND:
        yield mend(f"{told} Renew it, and look why that did not happen by itself.")
    elif days < DAYS_TO_NOTE:
        yield note(told)
    else:
        yield works(told)


def _readiness(deployment: Deployment) -> Iterator[Finding]:
    answer = _asked(deployment, "/readyz")
    if answer.status == 200:
        yield works(f"{deployment.public_url} answers, and is ready.")
        return
    parts = answer.json if isinstance(answer.json, dict) else {}
    wrong = [f"{name}: {said}" for name, said in parts.items() if name != "status" and said != "ready"]
    yield mend(
        f"/readyz answers {answer.status} ({', '.join(wrong) or 'no part is named'}). Mend that part first; "
        "until then no load balancer should send anybody here."
    )


def _transport(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.public_url.startswith("https:"):
        return
    told = _asked(deployment, "/healthz").headers.get("Strict-Transport-Security", "")
    longest = max((int(age) for age in re.findall(r"max-age=\"?(\d+)", told)), default=0)
    if longest < _YEAR:
        yield note(
            "Strict-Transport-Security is missing or shorter than a year: does the proxy take it away? "
            "It keeps browsers from ever asking over plain http."
        )


def _metrics(deployment: Deployment) -> Iterator[Finding]:
    if _asked(deployment, "/metrics").status == 200:
        yield mend(
            "/metrics is open to everyone. Let the proxy pass the Authorization header on, or refuse it."
        )
    else:
        yield works("/metrics is not open.")


def _framing(deployment: Deployment) -> Iterator[Finding]:
    """Many proxies add X-Frame-Options to all they pass on, and the EHR then shows an empty frame."""
    headers = _asked(deployment, "/launch").headers
    framed = any(issuer.frame_ancestors for issuer in deployment.issuers)
    if framed and headers.get("X-Frame-Options"):
        yield mend(
            "Something before the app adds X-Frame-Options, so that no EHR can show it in a frame. Take that "
            "header out of the proxy: who may show the app is in its Content-Security-Policy."
        )
    policy = headers.get("Content-Security-Policy", "")
    if policy.count("frame-ancestors") != 1 or policy.count("default-src") != 1:
        yield mend("The Content-Security-Policy is not the app's own. Let the proxy pass it on unchanged.")


def _plain_http(deployment: Deployment) -> Iterator[Finding]:
    parts = urlsplit(deployment.public_url)
    if parts.scheme != "https" or parts.port not in (None, 443):
        return
    try:
        answer = ask(f"http://{parts.netloc.removesuffix(':443')}/healthz", Reach(_INSIDE, loopback=True))
    except NoAnswer:
        return
    if answer.status == 200:
        yield mend(
            "The app also answers over plain http. Let the proxy redirect port 80 to https, or close it."
        )


def _keys(deployment: Deployment) -> Iterator[Finding]:
    """Where an EHR looks for the keys that our assertions are signed with."""
    ours = {key.kid for issuer in deployment.issuers for key in issuer.keys}
    if not ours:
        return
    told = _asked(deployment, "/.well-known/jwks.json").json
    listed = told.get("keys") if isinstance(told, dict) else None
    shown = {key.get("kid") for key in listed if isinstance(key, dict)} if isinstance(listed, list) else set()
    if missing := ours - shown:
        yield mend(
            f"/.well-known/jwks.json does not show {len(missing)} of our {len(ours)} public keys: start the app "
            "again, so that it reads the key files."
        )
    else:
        yield works("Our public keys are where EHRs look for them.")


def _body_size(deployment: Deployment) -> Iterator[Finding]:
    """nginx refuses more than 1 MB unless told otherwise; the prefetch of a long chart is larger."""
    if not deployment.settings.get("cds_clients"):
        return
    try:
        answer = _asked(
            deployment,
            "/cds-services/previsit-patient-view",
            "POST",
            data=_LARGE,
            headers={"Content-Type": "application/json"},
        )
    except NoAnswer:
        return  # refused before all of it was sent, as an app may that has no token to go by
    if answer.status == 413:
        yield mend(
            "The proxy refuses hook requests of 2 MB. Let it pass 6 MB (nginx: client_max_body_size 6m)."
        )
