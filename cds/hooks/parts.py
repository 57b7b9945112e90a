"""The parts of the hook services that one running app shares, and how they are put into it."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask

from cds.hooks.answer import Settings
from cds.hooks.client_keys import ClientKeys
from cds.hooks.clients import HookClient
from cds.hooks.memory import Memory
from cds.hooks.requests import BadRequest, HookRequest
from cds.hooks.services import Service, services_for
from cds.hooks.trust import Caller, Trust
from cds.outcomes.reading import with_recorded
from chart.fhir import FhirServer
from chart.records import Chart
from launch.issuers import normalised
from launch.outbound import Outbound
from rules.policy import Policy
from rules.rule import Rule
from storage.wiring import engine_of

log = logging.getLogger(__name__)

_OPEN = (
    "\n*** PREVISIT_CDS_OPEN is on: ANYONE may call the CDS Hooks services, without a token. "
    "For a sandbox only. ***\n"
)


@dataclass(frozen=True)
class Hooks:
    services: dict[str, Service]
    settings: Settings
    trust: Trust
    memory: Memory
    public_url: str
    origins: frozenset[str]
    issuers: tuple[str, ...]  # those that clinicians launch from, as they are registered
    insecure_loopback: bool
    clock: Callable[[], float]
    today: Callable[[], date]

    def readable_server(self, asked: HookRequest, caller: Caller) -> FhirServer | None:
        """Where gaps may be fetched, with this call's token. BadRequest for a server not registered for the caller."""
        if not asked.fhir_server:
            return None
        if not caller.client.may_read(asked.fhir_server):
            if caller.is_open:
                return None  # a public sandbox names its own: it is not contacted, and prefetch must do
            raise BadRequest("fhirServer is not one that is registered for this client.")
        if asked.authorization is None and not caller.is_open:
            return None
        token = asked.authorization.access_token if asked.authorization else ""
        try:
            return FhirServer(
                asked.fhir_server,
                token,
                ca_file=caller.client.ca_file,
                private_networks=caller.client.private_networks,
                allow_insecure_loopback=self.insecure_loopback,
            )
        except ValueError:
            raise BadRequest("fhirServer is not a plain https address.") from None

    def with_recorded(self, asked: HookRequest, caller: Caller) -> Callable[[Chart], Chart]:
        """What puts this app's recorded answers into the chart, where the call says which issuer's patient it is."""
        issuer = self._issuer(asked, caller)
        if issuer is None:
            return lambda chart: chart
        return lambda chart: with_recorded(chart, issuer, asked.patient_id)

    def _issuer(self, asked: HookRequest, caller: Caller) -> str | None:
        """Issuers number their patients alike: without the server's name only a client of one server tells."""
        named = (asked.fhir_server,) if asked.fhir_server else caller.client.fhir_servers
        if len(named) != 1 or not caller.client.may_read(named[0]):
            return None
        return next((iss for iss in self.issuers if normalised(iss) == normalised(named[0])), None)


def init_hooks(
    app: Flask,
    config: Any,
    *,
    rules: Iterable[Rule] | None = None,
    clock: Callable[[], float] = time.time,
    today: Callable[[], date] = date.today,
) -> None:
    """Register the hook services. `config` is config.Config; after init_launch and init_views where they are used."""
    from cds.hooks.routes import hooks_blueprint

    if rules is None:
        from rules.catalogue import RULES as rules
    memory = Memory(engine_of(app, config), config.keys_of_patients[0])
    outbound = Outbound(config.allow_insecure_loopback)
    if config.cds_open:
        log.warning(_OPEN)
    app.extensions["hooks"] = Hooks(
        services=services_for(rules),
        settings=Settings(
            app.extensions.get("policy") or Policy(), f"{config.public_url}/launch", config.cds_max_cards
        ),
        trust=Trust(
            config.cds_clients, ClientKeys(outbound, clock), memory.use_once, clock, _open_client(config)
        ),
        memory=memory,
        public_url=config.public_url,
        origins=frozenset(origin for client in config.cds_clients for origin in client.origins),
        issuers=tuple(issuer.iss for issuer in config.issuers),
        insecure_loopback=config.allow_insecure_loopback,
        clock=clock,
        today=today,
    )
    app.register_blueprint(hooks_blueprint)


def _open_client(config: Any) -> HookClient | None:
    if not config.cds_open:
        return None
    return HookClient("open", fhir_servers=tuple(issuer.iss for issuer in config.issuers))
