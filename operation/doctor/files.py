"""Files that hold keys are for the app alone, and files it trusts are for nobody else to change."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works

SECRET = ("private_key_file", "client_secret_file")
TRUSTED = ("ca_file", "jwks_file")
# What Docker and Kubernetes put there is in memory, and seen inside the container alone.
_MOUNTED = ("/run/secrets/", "/var/run/secrets/")


def check_files(deployment: Deployment) -> Iterator[Finding]:
    secret, trusted = _files(deployment)
    found = [finding for path in sorted(secret) for finding in _secret(path)]
    found += [finding for path in sorted(secret | trusted) for finding in _trusted(path)]
    yield from found
    if os.geteuid() == 0:
        yield note("The doctor runs as root, who may read and write everything. Run it as the app's user.")
    if secret | trusted and not found:
        yield works("Files with keys and registrations are closed to others.")


def _secret(path: Path) -> Iterator[Finding]:
    if not (mode := _mode(path)) & stat.S_IRWXO:
        return
    if str(path.resolve()).startswith(_MOUNTED):
        yield note(f"Every user in this container may read {path.name}.")
    else:
        yield mend(f"Every user of this machine may read {path} (mode {mode:o}). Run: chmod 600 {path}")


def _trusted(path: Path) -> Iterator[Finding]:
    for place in (path, path.resolve().parent):
        mode = _mode(place)
        sticky = mode & stat.S_ISVTX  # in such a folder nobody replaces another's file
        if mode & stat.S_IWOTH and not sticky:
            yield mend(
                f"Every user of this machine may change {place} (mode {mode:o}). Run: chmod o-w {place}"
            )


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0  # that it cannot be read is told with the setting that names it


def _files(deployment: Deployment) -> tuple[set[Path], set[Path]]:
    """Those with secrets; those that must be as the clinic wrote them."""
    secret, trusted = set[Path](), set[Path]()
    for name, table in (("PREVISIT_ISSUERS", "issuer"), ("PREVISIT_CDS_CLIENTS", "client")):
        if not (told := deployment.environ.get(name, "").strip()):
            continue
        path = Path(told)
        trusted.add(path)
        for entry in _entries(path, table):
            secret |= _named(entry, SECRET, path.parent)
            trusted |= _named(entry, TRUSTED, path.parent)
    if policy := deployment.environ.get("PREVISIT_POLICY", "").strip():
        trusted.add(Path(policy))
    return secret, trusted


def _entries(path: Path, table: str) -> list[dict[str, Any]]:
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get(table)
    except (OSError, ValueError):
        return []
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _named(entry: dict[str, Any], keys: tuple[str, ...], folder: Path) -> set[Path]:
    found = set[Path]()
    for key in keys:
        value = entry.get(key, ())
        names = (value,) if isinstance(value, str) else value if isinstance(value, list) else ()
        found |= {folder / name for name in names if isinstance(name, str) and name}
    return found
