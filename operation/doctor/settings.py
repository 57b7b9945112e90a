"""The settings themselves: every one that cannot be used, strange names, weak secrets, switches meant for trials."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterator

from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works

PREFIX = "PREVISIT_"
FEWEST_BITS = 100  # 32 random hexadecimal digits show about 115
_PHRASE = re.compile(r"\s|secret|passw|change|example|previsit|qwert|12345", re.IGNORECASE)
_MADE_BY = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


def check_settings(deployment: Deployment) -> Iterator[Finding]:
    yield from map(mend, deployment.bad)
    yield from _strange_names(deployment)
    if not deployment.bad:
        yield works("Every setting can be used.")


def _strange_names(deployment: Deployment) -> Iterator[Finding]:
    known = {f"{PREFIX}{name}" for name in deployment.known}
    for name in sorted(set(deployment.environ) - known):
        if known and name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"):
            near = difflib.get_close_matches(name, known, 1, cutoff=0.8)
            if not near and not deployment.has("issuers"):
                continue  # a secret that the file of EHRs names, had it been read
            meant = f" Was {near[0]} meant?" if near else ""
            yield mend(f"There is no setting named {name}, so that what it says does not hold.{meant}")


def check_switches(deployment: Deployment) -> Iterator[Finding]:
    settings = deployment.settings
    if settings.get("cds_open"):
        yield note(
            "CAREFUL: PREVISIT_CDS_OPEN is on. Anyone may call the hook services without a token, and any web page may "
            "read the answers. Never with patients' data."
        )
    if settings.get("allow_insecure_loopback"):
        yield note(
            "CAREFUL: PREVISIT_ALLOW_INSECURE_LOOPBACK is on. Addresses of this machine are connected to, without TLS. "
            "For trials only."
        )
    yield from _proxies(deployment)
    if settings.get("requests_a_minute") == 0:
        yield note("PREVISIT_REQUESTS_A_MINUTE is 0: no limit holds unless the proxy has one.")
    if not settings.get("metrics_token"):
        yield note("PREVISIT_METRICS_TOKEN is not set: there is no /metrics, and nobody is told of errors.")


def _proxies(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.has("trusted_proxies"):
        return
    hops = deployment.settings["trusted_proxies"]
    if hops == 0 and deployment.is_public:
        yield mend(
            "PREVISIT_TRUSTED_PROXIES is 0, and the app speaks no TLS itself: a proxy stands before it, and "
            "limits count all callers as that one address. Set it to the number of proxies, usually 1."
        )
    elif hops > 2:
        yield note(
            f"PREVISIT_TRUSTED_PROXIES is {hops}: each of them must set X-Forwarded-For. With one too many, callers "
            "choose the address that limits count."
        )


def check_secrets(deployment: Deployment) -> Iterator[Finding]:
    """Weak ones are named by their setting; nothing of them is shown."""
    named = list(_secrets(deployment))
    weak = [name for name, value in named if is_weak(value)]
    for name in dict.fromkeys(weak):
        yield mend(f"{PREFIX}{name} can be guessed. Make a random one: {_MADE_BY}")
    purposes: dict[str, set[str]] = {}
    for name, value in named:
        purposes.setdefault(value, set()).add(name)
    for names in purposes.values():
        # The patient key was the secret key before it was set; see Rotating keys in docs/deploy.md.
        if len(names) > 1 and names != {"SECRET_KEY", "PATIENT_KEYS"}:
            told = " and ".join(sorted(f"{PREFIX}{name}" for name in names))
            yield mend(f"{told} hold the same value: whoever learns one has the other. Make a new one.")
    if deployment.has("secret_key") and not deployment.settings.get("patient_keys"):
        yield note(
            "PREVISIT_PATIENT_KEYS is not set, so that PREVISIT_SECRET_KEY cannot be changed without it. "
            "Set it to what PREVISIT_SECRET_KEY is now."
        )
    if named and not weak:
        yield works("The secrets look random.")


def is_weak(value: str) -> bool:
    return _bits(value) < FEWEST_BITS or bool(_PHRASE.search(value)) or value in (value + value)[1:-1]


def _bits(value: str) -> float:
    """By how often its own characters come: an upper bound, that repeated letters bring down."""
    counts = Counter(value).values()
    return -sum(count * math.log2(count / len(value)) for count in counts)


def _secrets(deployment: Deployment) -> Iterator[tuple[str, str]]:
    for name in ("secret_key", "metrics_token"):
        if value := deployment.settings.get(name):
            yield name.upper(), value
    for name in ("token_keys", "patient_keys", "audit_keys"):
        for value in deployment.settings.get(name, ()):
            yield name.upper(), value
