"""The chart of a launch session's patient, read with the clinician's own permission and no other."""

from dataclasses import replace
from datetime import date

from chart.fhir import FhirServer, read_record
from chart.reader import read_chart
from chart.records import Chart, Gap, Unavailable
from chart.searches import gap_sentence
from launch.scopes import Sharing
from launch.session import LaunchSession, renewed_session
from rules.catalogue import RULES

# What the rules read is what is asked for: scopes, searches and the "not shared" answer share this list.
# The dose and the therapy are worked out on every page, whatever rules are in force.
_ALWAYS = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement", "Condition"})
TYPES_READ = tuple(sorted(_ALWAYS.union(*(rule.reads for rule in RULES)) - {"Patient"}))


def chart_of(session: LaunchSession, as_of: date, *, allow_insecure_loopback: bool = False) -> Chart:
    """Raises SignInEnded and ChartNotReadable (chart.fhir); everything less is said in the chart itself."""
    server = FhirServer(
        session.fhir_base, session.access_token, allow_insecure_loopback=allow_insecure_loopback
    )
    raw = read_record(
        server,
        session.patient_id,
        TYPES_READ,
        as_of=as_of,
        is_granted=lambda kind: session.sharing(kind) is not Sharing.NONE,
        refresh=lambda: renewed_session(session).access_token,
    )
    chart = read_chart(
        raw.resources,
        as_of,
        patient_id=session.patient_id,
        unavailable=raw.unavailable,
        set_aside=raw.set_aside,
        sources=raw.sources,
        asked_for=TYPES_READ,
    )
    return replace(chart, unavailable=(*chart.unavailable, *_shared_in_part(session)))


def _shared_in_part(session: LaunchSession) -> tuple[Unavailable, ...]:
    """A grant narrowed to some categories returns less without saying so."""
    return tuple(
        Unavailable(kind, Gap.CUT_OFF, gap_sentence(kind, Gap.CUT_OFF, "only part of them was shared"))
        for kind in TYPES_READ
        if session.sharing(kind) is Sharing.PART
    )
