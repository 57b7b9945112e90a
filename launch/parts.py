"""The parts of launch that one running app shares, and where requests find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import Engine

from launch.discovery import Discoveries
from launch.identity import Identities
from launch.issuer_keys import IssuerKeys
from launch.issuers import IssuerRegistration
from launch.outbound import Outbound
from launch.problems import NoSession
from launch.store import Store
from launch.token import TokenEndpoint

if TYPE_CHECKING:
    from config import Config


@dataclass(frozen=True)
class Parts:
    config: Config
    clock: Callable[[], float]  # seconds since the epoch
    outbound: Outbound
    discoveries: Discoveries
    identities: Identities
    store: Store

    @property
    def redirect_uri(self) -> str:
        # From the settings alone: a Host or X-Forwarded-Host header has no say in it.
        return f"{self.config.public_url}/callback"

    def registration(self, iss: str) -> IssuerRegistration:
        """The registration a launch was begun under; raises NoSession where it has since been removed."""
        for known in self.config.issuers:
            if known.iss == iss:
                return known
        raise NoSession("The EHR that this was opened from is no longer registered with the app.")

    def token_endpoint(self, registration: IssuerRegistration) -> TokenEndpoint:
        url = self.discoveries.of(registration).token_endpoint
        return TokenEndpoint(self.outbound, registration, url, self.clock())


def build_parts(config: Config, engine: Engine, clock: Callable[[], float]) -> Parts:
    outbound = Outbound(config.allow_insecure_loopback)
    return Parts(
        config=config,
        clock=clock,
        outbound=outbound,
        discoveries=Discoveries(outbound, clock),
        identities=Identities(IssuerKeys(outbound, clock), clock),
        store=Store(engine, config.token_keys),
    )


def parts() -> Parts:
    found: Parts = current_app.extensions["launch"]
    return found
