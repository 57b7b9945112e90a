"""One hook request answered: chart, rules, cards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from cds.hooks.cards import Told, cards_for
from cds.hooks.drafts import drafts_of
from cds.hooks.gathering import gather
from cds.hooks.requests import HookRequest, Json
from cds.hooks.services import Service
from cds.summary import case_of, summarize
from chart.fhir import FhirServer
from chart.records import Chart
from rules.policy import Policy


@dataclass(frozen=True)
class Settings:
    """What answers depend on beside the request."""

    policy: Policy = field(default_factory=Policy)
    launch_url: str = ""
    most_cards: int = 5


def answer(
    request: HookRequest,
    service: Service,
    as_of: date,
    settings: Settings,
    *,
    server: FhirServer | None = None,
    quiet: frozenset[str] = frozenset(),
    with_recorded: Callable[[Chart], Chart] = lambda chart: chart,
) -> Json:
    """The body of the response. Raises ChartNotReadable where no honest answer can be given.

    `with_recorded` puts what clinicians recorded in this app into the chart, as the summary page does.
    """
    drafts = drafts_of(request)
    if service.is_for_orders and not drafts.has_any_to_judge:
        return {"cards": []}
    gathered = gather(request, service, as_of, server, drafts)
    summary = summarize(case_of(with_recorded(gathered.chart), settings.policy), service.rules)
    told = Told(request, service, gathered, summary, settings.launch_url, settings.most_cards, quiet)
    return {"cards": cards_for(told)}
