"""What `previsit db` needs of the settings; config.py reads them."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.retention import Retention


@dataclass(frozen=True)
class DatabaseSettings:
    url: str = field(repr=False)  # may hold a password
    retention: Retention = field(default_factory=Retention)
    token_keys: tuple[str, ...] = field(default=(), repr=False)  # newest first
    patient_keys: tuple[str, ...] = field(default=(), repr=False)
