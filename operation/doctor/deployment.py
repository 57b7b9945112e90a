"""What the doctor looks at: the settings that could be read, and those that could not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from launch.issuers import IssuerRegistration, is_loopback


@dataclass(frozen=True)
class Deployment:
    environ: Mapping[str, str]
    settings: Mapping[str, Any]  # by their names in config.Config; what could not be read is not there
    bad: tuple[str, ...] = ()  # a sentence for each setting that could not be read
    known: frozenset[str] = frozenset()  # every name that the settings are read from
    ca_file: str = ""  # whose certificates vouch for the public address, where it is not a public authority
    now: Callable[[], float] = field(default=time.time)

    def has(self, *names: str) -> bool:
        return all(name in self.settings for name in names)

    @property
    def public_url(self) -> str:
        return str(self.settings.get("public_url", ""))

    @property
    def is_public(self) -> bool:
        """Whether others than this machine may reach it."""
        return bool(self.public_url) and not is_loopback(urlsplit(self.public_url).hostname)

    @property
    def allows_loopback(self) -> bool:
        return bool(self.settings.get("allow_insecure_loopback"))

    @property
    def issuers(self) -> tuple[IssuerRegistration, ...]:
        return tuple(self.settings.get("issuers", ()))
