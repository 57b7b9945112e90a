"""Every check of the doctor in the order it is told, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from operation.doctor.address import check_address
from operation.doctor.audit_trail import check_audit
from operation.doctor.database import check_database
from operation.doctor.deployment import Deployment
from operation.doctor.files import check_files
from operation.doctor.finding import Finding, Weight, mend
from operation.doctor.partners import check_hook_clients, check_issuers
from operation.doctor.policy import check_policy
from operation.doctor.settings import check_secrets, check_settings, check_switches

Check = Callable[[Deployment], Iterator[Finding]]

CHECKS: dict[str, tuple[str, Check]] = {
    "settings": ("Settings", check_settings),
    "switches": ("Switches", check_switches),
    "secrets": ("Secrets", check_secrets),
    "files": ("Files", check_files),
    "database": ("Database", check_database),
    "audit": ("Audit trail", check_audit),
    "policy": ("Policy", check_policy),
    "issuers": ("EHRs that launch the app", check_issuers),
    "hooks": ("EHRs that call the hook services", check_hook_clients),
    "address": ("The public address", check_address),
}


@dataclass(frozen=True)
class Part:
    name: str
    title: str
    findings: tuple[Finding, ...]


def examine(deployment: Deployment, without: Iterable[str] = ()) -> Iterator[Part]:
    """One part after the other, each told before the next is looked at: some wait for servers."""
    for name, (title, check) in CHECKS.items():
        if name not in without:
            yield Part(name, title, tuple(_sorted(_checked(check, deployment))))


def _checked(check: Check, deployment: Deployment) -> Iterator[Finding]:
    try:
        yield from check(deployment)
    except Exception as problem:
        # A doctor that stumbles still looks at the rest; the message could hold an address or a secret.
        yield mend(f"This could not be looked at ({type(problem).__name__}). Please report it.")


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    order = list(Weight)
    return sorted(findings, key=lambda finding: order.index(finding.weight))
