"""From a hook request to a Chart: what was sent, the gaps fetched, and what is missing said."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from cds.hooks.drafts import Drafts, drafts_of
from cds.hooks.prefetch import Sent, sent_with
from cds.hooks.requests import HookRequest, Json
from cds.hooks.services import Service
from cds.hooks.templates import REQUIRED
from cds.read_record import recorded_read
from cds.types_read import as_nothing_known
from chart.elements import as_text
from chart.fhir import FhirServer, Given, RawRecord, SignInEnded
from chart.reader import ENDING, ChartNotReadable, read_chart
from chart.records import Chart, Gap, SetAside, Unavailable
from chart.searches import NAMES, Search, gap_sentence
from chart.searchset import medication_references
from launch.scopes import Sharing, sharing

log = logging.getLogger(__name__)

DEADLINE = 3.0  # seconds for all that is fetched: the clinician waits for the answer
_ENDED = "the EHR did not accept the token it sent"


@dataclass(frozen=True)
class Gathered:
    chart: Chart
    drafts: Drafts

    @property
    def drafts_not_checked(self) -> tuple[str, ...]:
        """Draft orders for which no guidance was worked out, and why: silence would read as nothing to say."""
        own = [s for s in self.chart.set_aside if s.id in self.drafts.ids]
        lost = sum(s.hides_a_record for s in own)
        foreign = sum(_is_foreign(s) for s in own)
        told = ((lost, "could not be read"), (foreign, "for another patient: not checked"))
        return tuple(f"{count} draft order{'s' if count > 1 else ''} {why}" for count, why in told if count)


def gather(
    request: HookRequest,
    service: Service,
    as_of: date,
    server: FhirServer | None = None,
    drafts: Drafts | None = None,
) -> Gathered:
    """Raises ChartNotReadable when the patient or the medication orders cannot be had."""
    drafts = drafts or drafts_of(request)
    sent = sent_with(request, service)
    raw = _raw(request, service, sent, as_of, server)
    resources = [*raw.resources, *sent.extra]
    _check_required(raw, resources)
    chart = read_chart(
        [r for r in resources if not _is_only_being_written(r, drafts, as_of)],
        as_of,
        patient_id=request.patient_id,
        unavailable=raw.unavailable,
        set_aside=raw.set_aside,
        sources=raw.sources,
        drafts=drafts.to_read,
        asked_for={"Patient", "Medication", *service.types},
    )
    _log_foreign(chart.set_aside)
    if service.is_for_orders:
        # A total with nothing but the draft in it would reassure. Opening an empty chart is worth no card.
        chart = as_nothing_known(chart, service.types)
    return Gathered(replace(chart, selections=drafts.selections), drafts)


def _is_only_being_written(resource: Json, drafts: Drafts, as_of: date) -> bool:
    """EHRs save an order before it is signed. One that stood before today is being changed or ended: it stays,
    for it is what the change is measured against."""
    draft = drafts.as_sent.get(f"{resource.get('resourceType')}/{resource.get('id')}")
    if draft is None or as_text(draft.get("status")).lower() in ENDING:
        return False
    written = as_text(resource.get("authoredOn"))[:10]
    is_older = bool(written) and written < as_of.isoformat()
    return not is_older or as_text(resource.get("status")).lower() == "draft"


def _raw(
    request: HookRequest, service: Service, sent: Sent, as_of: date, server: FhirServer | None
) -> RawRecord:
    if server is None or not _needs_more(sent, service):
        return _as_sent(service, sent)
    scopes = request.authorization.scopes if request.authorization else None
    try:
        raw = recorded_read(
            server,
            request.patient_id,
            service.types,
            as_of=as_of,
            deadline_s=DEADLINE,
            is_granted=lambda kind: scopes is None or sharing(scopes, kind) is not Sharing.NONE,
            given=Given(sent.patient, sent.found, sent.onward),
        )
    except SignInEnded:
        return _as_sent(service, sent, Gap.REFUSED, _ENDED)
    return replace(raw, unavailable=(*raw.unavailable, *_shared_in_part(service, sent, scopes)))


def _needs_more(sent: Sent, service: Service) -> bool:
    if sent.patient is None or sent.onward or any(s not in sent.found for s in service.searches.values()):
        return True
    included = {r.get("id") for r in sent.resources() if r.get("resourceType") == "Medication"}
    named = medication_references(tuple(sent.resources()))
    return any(reference.rpartition("/")[2] not in included for reference in named)


def _as_sent(service: Service, sent: Sent, kind: Gap | None = None, why: str = "") -> RawRecord:
    """Without a server to ask, what did not come is a gap."""
    gaps = [gap for found in sent.found.values() for gap in found.unavailable]
    for search in service.searches.values():
        if search not in sent.found:
            gap, reason = (kind, gap_sentence(search.name, kind, why)) if kind else _not_sent(search, sent)
            gaps.append(Unavailable(search.resource_type, gap, reason))
    resources = ([sent.patient] if sent.patient else []) + list(_distinct(sent))
    set_aside = [entry for found in sent.found.values() for entry in found.set_aside]
    return RawRecord(sent.patient, tuple(resources), tuple(gaps), tuple(set_aside))


def _not_sent(search: Search, sent: Sent) -> tuple[Gap, str]:
    kind, name = search.resource_type, search.name
    if any(r.get("resourceType") == kind for r in sent.extra) and kind != "Observation":
        return Gap.CUT_OFF, gap_sentence(name, Gap.CUT_OFF, "they came with the request in another form")
    if search in sent.failed:
        return Gap.FAILED, gap_sentence(name, Gap.FAILED, "the EHR sent an error in their place")
    return Gap.FAILED, f"{name} were not sent with the request"


def _distinct(sent: Sent) -> Iterable[Json]:
    seen: set[int] = set()
    for found in sent.found.values():
        for resource in found.resources:
            if id(resource) not in seen:
                seen.add(id(resource))
                yield resource


def _shared_in_part(service: Service, sent: Sent, scopes: tuple[str, ...] | None) -> Iterable[Unavailable]:
    """A grant narrowed to some categories returns less without saying so."""
    fetched = dict.fromkeys(s.resource_type for s in service.searches.values() if s not in sent.found)
    for kind in fetched if scopes is not None else ():
        if sharing(scopes or (), kind) is Sharing.PART:
            name = NAMES.get(kind, kind)
            yield Unavailable(kind, Gap.CUT_OFF, gap_sentence(name, Gap.CUT_OFF, "only part was shared"))


def _check_required(raw: RawRecord, resources: list[Json]) -> None:
    if raw.patient is None:
        raise ChartNotReadable("The patient's record was not sent and could not be read.")
    lost = {gap.resource_type for gap in raw.unavailable if gap.kind is not Gap.CUT_OFF}
    present = {r.get("resourceType") for r in resources} | {source.resource_type for source in raw.sources}
    for kind in REQUIRED:
        if kind in lost and kind not in present:
            raise ChartNotReadable(f"{NAMES[kind]} were not sent and could not be read.")


def _is_foreign(entry: SetAside) -> bool:
    return "another patient" in entry.reason


def _log_foreign(set_aside: tuple[SetAside, ...]) -> None:
    foreign = sum(_is_foreign(entry) for entry in set_aside)
    if foreign:
        log.warning("hook request: %d records of another patient left out", foreign)
