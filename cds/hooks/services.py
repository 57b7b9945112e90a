"""The services this app offers, and how `GET /cds-services` describes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cds.hooks.templates import REQUIRED, searches_by_key, templates
from chart.searches import Search
from rules.facts import FACTS_READ
from rules.rule import Hook, Rule

ORDER_HOOKS = frozenset({Hook.ORDER_SELECT, Hook.ORDER_SIGN})


@dataclass(frozen=True)
class Service:
    """One service; it runs every rule of the catalogue that speaks at its hook."""

    hook: Hook
    title: str
    description: str
    rules: tuple[Rule, ...] = ()

    @property
    def id(self) -> str:
        return f"previsit-{self.hook.value}"

    @property
    def is_for_orders(self) -> bool:
        return self.hook in ORDER_HOOKS

    @cached_property
    def types(self) -> frozenset[str]:
        """FHIR types its rules read, without Patient."""
        read = frozenset[str]().union(*(rule.reads for rule in self.rules))
        return (read | FACTS_READ | frozenset(REQUIRED)) - {"Patient"}

    @cached_property
    def searches(self) -> dict[str, Search]:
        return searches_by_key(self.types)

    @cached_property
    def description_json(self) -> dict[str, Any]:
        return {
            "hook": self.hook.value,
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "prefetch": templates(self.types),
            "usageRequirements": self._requirements(),
        }

    def _requirements(self) -> str:
        scopes = " ".join(f"patient/{kind}.rs" for kind in sorted({"Patient", "Medication", *self.types}))
        return (
            "Send every prefetch key, or a registered fhirServer with fhirAuthorization (SMART scopes "
            f"{scopes}): what is not sent is fetched, as are Medication resources that orders only refer to. "
            f"Without {' and '.join(REQUIRED)} the answer is 412; other gaps are named in the cards."
        )


_VISIT = "What to prepare for a patient on opioid therapy: one card for the visit"
_SAFETY = "and one for each finding that cannot wait."
_OFFERED = (
    (Hook.PATIENT_VIEW, "Opioid therapy: when a chart is opened", f"{_VISIT}, {_SAFETY}"),
    (Hook.ENCOUNTER_START, "Opioid therapy: when a visit starts", f"{_VISIT}, {_SAFETY}"),
    (Hook.APPOINTMENT_BOOK, "Opioid therapy: when a visit is booked", f"{_VISIT}, {_SAFETY}"),
    (
        Hook.ORDER_SELECT,
        "Opioid orders: while being written",
        "CDC 2022 recommendations for the opioids and sedating medicines being selected, counted with all drafts.",
    ),
    (
        Hook.ORDER_SIGN,
        "Opioid orders: before signing",
        "CDC 2022 recommendations for the opioids and sedating medicines about to be signed.",
    ),
)


def services_for(rules: Iterable[Rule]) -> dict[str, Service]:
    """Id -> service, each with its part of the catalogue."""
    catalogue = tuple(rules)
    made = [
        Service(hook, title, description, tuple(rule for rule in catalogue if hook in rule.hooks))
        for hook, title, description in _OFFERED
    ]
    return {service.id: service for service in made}
