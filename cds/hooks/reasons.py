"""What of a rule's reasons may stand in a card: no diagnosis, nothing labelled, with record names and dates."""

from collections.abc import Iterator

from cds.evidence import Evidence, Item
from cds.hooks.markdown import escaped
from chart.records import Chart, Observation
from chart.terms import CONFIDENTIALITY
from rules.rule import Assessment, Block, Reason

# A card may be seen outside the chart: on a work list, by another reader, in a log. Rule PR-03.
UNNAMED_BLOCKS = frozenset({Block.COMPLEX_NEEDS, Block.REFERRAL, Block.CONFIDENTIALITY})
_PLAIN_KINDS = frozenset(
    "MedicationRequest MedicationDispense MedicationStatement Encounter Appointment DocumentReference "
    "Procedure DiagnosticReport Patient".split()
)
_OPEN_LABELS = frozenset({"N", "U", "L", "M"})
_MOST_REASONS = 8
_MOST_RECORDS = 6
_FEW = 2
NO_DATE = "no date"


def may_be_named(assessment: Assessment) -> bool:
    """Whether a card says what it is about, or only counts it."""
    return bool(assessment.card) or assessment.rule.block not in UNNAMED_BLOCKS


def heading(assessment: Assessment) -> str:
    """To the point: a clinician reads the first line, and often no more."""
    finding = "" if _is_labelled(assessment) else assessment.guidance.finding
    return assessment.card or assessment.rule.title + (f": {finding}" if finding else "")


def is_open(assessment: Assessment) -> bool:
    """Whether advice and reasons may follow: a rule that gives a neutral text has them tell a diagnosis."""
    return not assessment.card and assessment.rule.block not in UNNAMED_BLOCKS


def advice(assessment: Assessment) -> str:
    """The rule's own words where a reason is held back: those worked out for this patient would tell it after all."""
    if not is_open(assessment):
        return ""
    return assessment.rule.advice if _is_labelled(assessment) else assessment.advice


def _is_labelled(assessment: Assessment) -> bool:
    return any(_has_label(reason) for reason in assessment.guidance.reasons)


def _has_label(reason: Reason) -> bool:
    return any(system != CONFIDENTIALITY or code not in _OPEN_LABELS for system, code in reason.labels)


class Shown:
    def __init__(self, chart: Chart) -> None:
        self._evidence = Evidence(chart)
        self._laboratory = {o.id for o in chart.observations if _is_laboratory(o)}

    def lines(self, assessment: Assessment) -> Iterator[str]:
        """Markdown list items with the records under each reason; what is held back is counted."""
        shown, held = self._sorted(assessment)
        for reason in shown[:_MOST_REASONS]:
            yield f"- {escaped(reason.text)}"
            items = self._evidence.items(reason.record_ids)
            yield from (f"  - {escaped(item.name)}, {_dated(item)}" for item in items[:_MOST_RECORDS])
        if held := held + len(shown[_MOST_REASONS:]):
            yield f"- {held} more finding{'s' if held > 1 else ''} in the summary"

    def in_short(self, assessment: Assessment) -> Iterator[str]:
        """The first reasons, one line each, for a card that lists many items."""
        for reason in self._sorted(assessment)[0][:_FEW]:
            items = self._evidence.items(reason.record_ids)
            dated = "; ".join(_dated(item) for item in items[:_FEW] if item.days != (NO_DATE,))
            yield f"- {escaped(reason.text)}" + (f" ({dated})" if dated else "")

    def _sorted(self, assessment: Assessment) -> tuple[list[Reason], int]:
        """What may be shown, and how many more there are."""
        reasons = assessment.guidance.reasons
        if not is_open(assessment):
            return [], 0
        shown = [reason for reason in reasons if self._may_be_shown(reason)]
        return shown, len(reasons) - len(shown)

    def _may_be_shown(self, reason: Reason) -> bool:
        if _has_label(reason):
            return False
        return all(
            record_id.partition("/")[0] in _PLAIN_KINDS or record_id in self._laboratory
            for record_id in reason.record_ids
        )


def _dated(item: Item) -> str:
    more = f" and {len(item.days) - _FEW} earlier" if len(item.days) > _FEW else ""
    return f"{item.kind}, {', '.join(escaped(day) for day in item.days[:_FEW])}{more}"


def _is_laboratory(observation: Observation) -> bool:
    return "laboratory" in observation.categories
