"""Guidance as CDS Hooks cards: few, most urgent first, without a diagnosis in them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cds.hooks.gathering import Gathered
from cds.hooks.markdown import escaped, summary
from cds.hooks.overrides import may_be_quiet, override_reasons
from cds.hooks.reasons import UNNAMED_BLOCKS, Shown, advice, heading, may_be_named
from cds.hooks.requests import HookRequest, Json
from cds.hooks.services import Service
from cds.hooks.suggestions import suggestions_for
from cds.summary import Summary
from chart.records import Chart
from rules.concern import orders_are_concerned, visit_is_concerned
from rules.rule import Assessment, Hook, Priority, Status
from rules.sources import SIX_BUILDING_BLOCKS_TITLE, SIX_BUILDING_BLOCKS_URL

RULES_KEY = "org.previsit.rules"  # of a card's extension: the ids of every rule that speaks in it
TOPICS = "urn:previsit:topic"

_INDICATORS = {Priority.SAFETY: "critical", Priority.HIGH: "warning", Priority.ROUTINE: "info"}
_URGENCY = (Priority.SAFETY, Priority.HIGH, Priority.ROUTINE)
_VISITS = {Hook.APPOINTMENT_BOOK: "the visit being booked"}
INCOMPLETE = "incomplete"  # topic of the card that tells of gaps alone
_MOST_GAPS = 8
_MOST_LISTED = 6
_PROGRAM = {"label": SIX_BUILDING_BLOCKS_TITLE, "url": SIX_BUILDING_BLOCKS_URL}


@dataclass(frozen=True)
class Told:
    """Everything a set of cards is made from."""

    request: HookRequest
    service: Service
    gathered: Gathered
    summary: Summary
    launch_url: str = ""  # of the SMART app; empty: no link
    most: int = 5
    quiet: frozenset[str] = field(default=frozenset())  # rules set aside for this patient for now

    @property
    def chart(self) -> Chart:
        """As the reader may see it: what is withheld is a gap, and in no card."""
        return self.summary.case.chart

    @property
    def to_say(self) -> list[Assessment]:
        """What is indicated, most urgent first, and not quieted."""
        return [
            a
            for a in self.summary.assessments
            if a.status is Status.INDICATED and not (a.rule.id in self.quiet and may_be_quiet(a))
        ]

    @property
    def gaps(self) -> tuple[str, ...]:
        """What could not be read and leaves a rule of this service open."""
        open_rules = [a.rule for a in self.summary.assessments if a.status is Status.UNDETERMINED]
        types = frozenset[str]().union(*(rule.reads for rule in open_rules))
        told = self.chart.gaps(types)
        return (*told, *self.gathered.drafts_not_checked)

    @property
    def is_of_concern(self) -> bool:
        concerned = orders_are_concerned if self.service.is_for_orders else visit_is_concerned
        return bool(self.gathered.drafts_not_checked) or concerned(self.summary.case)


def cards_for(told: Told) -> list[Json]:
    """At most `told.most`; what does not fit is counted in the last one, never dropped."""
    to_say = told.to_say
    own = to_say if told.service.is_for_orders else [a for a in to_say if a.priority is Priority.SAFETY]
    rest = [a for a in to_say if a not in own]
    if len(own) + bool(rest) > told.most:
        own, rest = own[: told.most - 1], own[told.most - 1 :] + rest
    cards = [_card(told, answer) for answer in own]
    if rest:
        cards.append(_together(told, rest, bool(own)))
    elif not cards and told.is_of_concern and told.gaps:
        cards.append(_incomplete(told))
    if cards and told.gaps:
        cards[-1]["detail"] = "\n\n".join([cards[-1]["detail"], _gaps(told)])
    return cards


def _card(told: Told, answer: Assessment) -> Json:
    """One finding on its own."""
    named = may_be_named(answer)
    title = heading(answer) if named else "One finding needs attention before anything else: open the summary"
    parts = [escaped(advice(answer)), "\n".join(Shown(told.chart).lines(answer))]
    own = {"label": answer.rule.source.title, "url": answer.rule.source.url}
    return _made(
        told,
        [answer],
        title=title,
        detail="\n\n".join(part for part in parts if part) or escaped("The summary shows what was found."),
        source=own if answer.rule.block not in UNNAMED_BLOCKS else _PROGRAM,
        topic=answer.rule.id,
        display=answer.rule.title if named and not answer.card else title,
    )


def _together(told: Told, answers: list[Assessment], follows: bool) -> Json:
    """All that can be prepared in one card."""
    what = _VISITS.get(told.service.hook, "this visit")
    things = f"{len(answers)}{' more' if follows else ''} thing{'' if len(answers) == 1 else 's'}"
    is_order = told.service.is_for_orders
    title = f"{things} to consider with this order" if is_order else f"{things} to prepare for {what}"
    return _made(
        told,
        answers,
        title=title,
        detail="\n".join(_listed(told, answers)),
        source=_PROGRAM,
        topic="order" if is_order else "visit",
        display="Opioid order" if is_order else "Visit preparation",
    )


def _listed(told: Told, answers: list[Assessment]) -> Iterable[str]:
    """The first few with what they rest on; of the others the names, so that the card stays one to read."""
    shown, named = Shown(told.chart), [answer for answer in answers if may_be_named(answer)]
    for answer in named[:_MOST_LISTED]:
        yield f"- **{escaped(heading(answer))}**"
        yield from (f"  {line}" for line in shown.in_short(answer))
    if also := [escaped(heading(answer)) for answer in named[_MOST_LISTED:]]:
        yield f"- Also: {'; '.join(also)}"
    if unnamed := sum(not may_be_named(answer) for answer in answers):
        yield f"- {unnamed} item{'s' if unnamed > 1 else ''} in the summary only"


def _incomplete(told: Told) -> Json:
    what = "This order" if told.service.is_for_orders else "The opioid summary"
    undetermined = [a for a in told.summary.assessments if a.status is Status.UNDETERMINED]
    return _made(
        told,
        undetermined,
        title=f"{what} could not be checked completely: some records could not be read",
        detail="Nothing was found to act on in what could be read. That is not the same as nothing to find.",
        source=_PROGRAM,
        topic=INCOMPLETE,
        display="Records that could not be read",
        priority=Priority.ROUTINE,
    )


def _gaps(told: Told) -> str:
    listed = [f"- {escaped(gap)}" for gap in told.gaps[:_MOST_GAPS]]
    if more := len(told.gaps) - len(listed):
        listed.append(f"- and {more} more")
    return "\n".join(["Not known here:", "", *listed])


def _made(
    told: Told,
    answers: list[Assessment],
    *,
    title: str,
    detail: str,
    source: dict[str, str],
    topic: str,
    display: str,
    priority: Priority | None = None,
) -> Json:
    most_urgent = priority or min((a.priority for a in answers), key=_URGENCY.index)
    indicated = [a for a in answers if a.status is Status.INDICATED]
    uuid = str(uuid4())
    card: Json = {
        "uuid": uuid,
        "summary": summary(title),
        "detail": detail,
        "indicator": _INDICATORS[most_urgent],
        "source": {**source, "topic": {"system": TOPICS, "code": topic, "display": display}},
        "overrideReasons": override_reasons(indicated),
        "extension": {RULES_KEY: [a.rule.id for a in answers]},
    }
    if made := [s for a in indicated for s in suggestions_for(told, a)]:
        card["suggestions"] = made
        card["selectionBehavior"] = "any"
    if told.launch_url:
        card["links"] = [_link(told.launch_url, uuid)]
    return card


def _link(launch_url: str, uuid: str) -> dict[str, Any]:
    # Opaque on purpose: it passes through the client, and says nothing of the patient.
    context = json.dumps({"card": uuid})
    return {"label": "Open the opioid summary", "url": launch_url, "type": "smart", "appContext": context}
