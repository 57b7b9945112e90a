"""`previsit doctor`: the deployment of the environment looked at as a whole."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from operation.doctor.deployment import Deployment
    from operation.doctor.examination import Part

PARTS = (
    "settings",
    "switches",
    "secrets",
    "files",
    "database",
    "policy",
    "issuers",
    "hooks",
    "address",
    "audit",
)


def add_commands(commands: Any) -> ArgumentParser:
    doctor: ArgumentParser = commands.add_parser(
        "doctor", help="the whole deployment: what works, and what to mend"
    )
    doctor.add_argument(
        "--without", action="append", default=[], choices=PARTS, help="leave a part out; may be given again"
    )
    doctor.add_argument(
        "--ca-file",
        default="",
        metavar="FILE",
        help="certificates of the authority behind the public address",
    )
    doctor.add_argument("--json", action="store_true", help="for a monitor")
    return doctor


def doctor_command(arguments: Namespace, deployment: Deployment) -> int:
    """0 when nothing must be mended, else 1."""
    from operation.doctor.examination import examine

    parts = []
    for part in examine(deployment, arguments.without):
        parts.append(part)
        if not arguments.json:
            _print(part)
    counts = Counter(finding.weight.value for part in parts for finding in part.findings)
    print(_as_json(parts, counts) if arguments.json else f"\n{_in_all(counts)}")
    return 1 if counts["mend"] else 0


def _print(part: Part) -> None:
    if part.findings:
        print(f"\n{part.title}", flush=True)
    for finding in part.findings:
        print(f"  {finding.weight.value + ':':<7}{finding.text}", flush=True)


def _in_all(counts: Counter[str]) -> str:
    notes = f"{counts['note']} to note"
    return f"{counts['mend']} to mend, {notes}." if counts["mend"] else f"Nothing to mend, {notes}."


def _as_json(parts: list[Part], counts: Counter[str]) -> str:
    found = {
        part.name: [{"weight": one.weight.value, "text": one.text} for one in part.findings] for part in parts
    }
    return json.dumps({"mend": counts["mend"], "note": counts["note"], "parts": found}, indent=2)
