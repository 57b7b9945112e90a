"""One address of the clinic's own for patients or the team: an agreement form, a leaflet."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str  # https
    rules: tuple[str, ...] = ()  # ids of the rules it is shown beside, as PV-08
    language: str = ""  # BCP 47 tag; empty when the clinic has not said


def links_beside(links: Iterable[Link], rule_id: str) -> tuple[Link, ...]:
    """The clinic's links to show beside this rule, in the clinic's order."""
    return tuple(link for link in links if rule_id in link.rules)
