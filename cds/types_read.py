"""The types of record that the rules read, and what is said of a chart that holds none of them."""

from collections.abc import Iterable
from dataclasses import replace

from chart.records import Chart, Gap, Unavailable
from rules.catalogue import RULES
from rules.facts import FACTS_READ

# What the rules read is what is asked for: scopes, searches and the "not shared" answer share this list.
TYPES_READ = tuple(sorted(FACTS_READ.union(*(rule.reads for rule in RULES)) - {"Patient"}))

# That a visit is booked says nothing of the care given: a chart that has not arrived yet has its appointment.
_NOT_CARE = {"Appointment", "Medication", "Patient"}

NO_RECORD = "Not one record of this patient's care was found; nothing can be told from an empty chart"


def as_nothing_known(chart: Chart, types: Iterable[str] = TYPES_READ) -> Chart:
    """The chart, with a gap in every type when not one record came.

    EHRs that filter by consent, by department or by a setting nobody knew of answer with empty lists and no
    error. An empty chart is a new patient's or a lost one; neither says that there is no risk.
    """
    kinds = sorted(types)
    if any(s.count for s in chart.sources if s.resource_type in kinds and s.resource_type not in _NOT_CARE):
        return chart
    told = {gap.resource_type for gap in chart.unavailable}
    gaps = (Unavailable(kind, Gap.FAILED, NO_RECORD) for kind in kinds if kind not in told)
    # First: a card shows a few gaps and counts the others.
    return replace(chart, unavailable=(*gaps, *chart.unavailable))
