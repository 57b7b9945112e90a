"""`previsit issuer check`: whether launches from the registered EHRs will work, in plain words."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from cds.types_read import TYPES_READ
from chart.fhir import FhirServer, SignInEnded
from chart.preferences import Statement, read_statement
from chart.searches import ALWAYS_OFFERED, name_of
from chart.transport import NotRead
from launch.check import Finding, Weight, check_launch
from launch.issuer_file import BadIssuer, load_issuers
from launch.issuers import IssuerRegistration, check_known
from launch.outbound import Outbound
from launch.problems import LaunchProblem

TYPES = ("Patient", "Medication", *TYPES_READ)
R4 = ("4.0", "4.3")
_YES = {"1", "true", "yes"}


def issuer_check_command(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """0 when launches will work, 1 when one will not, 2 when the registration cannot be used."""
    loopback = environ.get("PREVISIT_ALLOW_INSECURE_LOOPBACK", "").strip().lower() in _YES
    try:
        chosen = _chosen(arguments, environ, loopback)
    except (BadIssuer, LaunchProblem) as problem:
        print(f"previsit: {_sentence(problem)}", file=sys.stderr)
        return 2
    results = [_told(registration, loopback) for registration in chosen]
    return 0 if all(results) else 1


def _chosen(
    arguments: Namespace, environ: Mapping[str, str], loopback: bool
) -> tuple[IssuerRegistration, ...]:
    path = arguments.issuers or environ.get("PREVISIT_ISSUERS", "").strip()
    if not path:
        raise BadIssuer("No file of EHRs: set PREVISIT_ISSUERS=issuers.toml, or give --issuers FILE.")
    known = load_issuers(Path(path), environ, loopback)
    return (check_known(arguments.iss, known),) if arguments.iss else known


def _sentence(problem: Exception) -> str:
    if isinstance(problem, LaunchProblem):
        return "This EHR is not in the file; write the iss as it is registered there."
    return str(problem)


def _told(registration: IssuerRegistration, loopback: bool) -> bool:
    """Prints what was found; whether all of it works."""
    print(f"\n{registration.iss}")
    found = issuer_findings(registration, loopback)
    for finding in sorted(found, key=lambda one: list(Weight).index(one.weight), reverse=True):
        print(f"  {finding.weight.value + ':':<15}{finding.text}")
    works = all(finding.weight is not Weight.FAILS for finding in found)
    print(f"  {'Launches will work.' if works else 'Launches will not work until this is mended.'}")
    return works


def issuer_findings(registration: IssuerRegistration, loopback: bool) -> tuple[Finding, ...]:
    """What its discovery and its CapabilityStatement say; nothing is asked but what any visitor may ask."""
    launching = check_launch(registration, Outbound(loopback), TYPES)
    return (*launching, *_chart_findings(registration, loopback))


def _chart_findings(registration: IssuerRegistration, loopback: bool) -> Iterator[Finding]:
    server = FhirServer(
        registration.fhir_base,
        ca_file=registration.ca_file,
        private_networks=registration.private_networks,
        allow_insecure_loopback=loopback,
    )
    try:
        yield from _about(read_statement(server))
    except SignInEnded:
        yield Finding(Weight.NOTE, "Its CapabilityStatement is shown to those signed in alone.")
    except NotRead as trouble:
        why = trouble.why or "the EHR did not share it"
        yield Finding(Weight.FAILS, f"Its FHIR server did not show its CapabilityStatement: {why}.")


def _about(statement: Statement) -> Iterator[Finding]:
    if not statement.fhir_version.startswith(R4):
        stated = statement.fhir_version or "no version"
        yield Finding(Weight.FAILS, f"It speaks FHIR {stated}; the app reads R4 (4.0.1) and R4B (4.3.0).")
    missing = set(TYPES) - set(statement.parameters) if statement.parameters else set()
    for kind in sorted(missing & (ALWAYS_OFFERED | {"Patient"})):
        yield Finding(Weight.FAILS, f"It does not offer {name_of(kind).lower()} ({kind}).")
    if others := sorted(missing - ALWAYS_OFFERED - {"Patient"}):
        names = ", ".join(name_of(kind).lower() for kind in others)
        yield Finding(Weight.NOTE, f"It does not name {names}. What cannot do without them is undetermined.")
    if statement.vendor:
        yield Finding(
            Weight.WORKS, f"Known as {statement.vendor}; it is asked as its vendor's documents say."
        )
