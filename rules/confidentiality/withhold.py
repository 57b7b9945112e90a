"""Takes out of a chart what its reader may not see, and says that something was taken out."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from chart.records import Chart, Gap, SetAside, Unavailable
from chart.terms import Record
from rules.confidentiality.inferred import with_marks
from rules.consents import covering, undecided, viewer
from rules.labels import PSYCHOTHERAPY_NOTES, is_part2, is_sensitive, may_be_printed
from rules.policy import Policy
from rules.rule import Role

WITHHOLD = "withhold without consent"
REASON = "Some information is not shown because of privacy settings"
WHOM = f"{REASON}; whether a consent on record names this clinic cannot be told"

_RECORDS = (
    "medication_requests", "medication_dispenses", "medication_statements", "conditions", "observations",
    "reports", "procedures", "encounters", "documents", "service_requests", "tasks", "appointments",
    "care_plans", "questionnaire_responses",
)  # fmt: skip


def withhold(
    chart: Chart, policy: Policy, role: Role = Role.PRESCRIBER, *, is_for_paper: bool = False
) -> Chart:
    """The chart as this role may see it. Psychotherapy notes are never read, whoever asks.

    For paper, copies and exports, also without what is labelled for the safety of a partner, and without
    substance use program records unless a consent covers passing them on, however the clinic shows them.
    """
    chart = with_marks(chart, policy)
    kept: dict[str, Any] = {}
    hidden: Counter[str] = Counter()
    notes: list[Record] = []
    may_see = _sight(chart, policy, role, is_for_paper)
    for name in _RECORDS:
        records: tuple[Record, ...] = getattr(chart, name)
        shown = []
        for record in records:
            if record.labels & PSYCHOTHERAPY_NOTES:
                notes.append(record)
            elif may_see(record):
                shown.append(record)
            else:
                hidden[record.id.partition("/")[0]] += 1
        if len(shown) < len(records):
            kept[name] = tuple(shown)
    return replace(
        chart,
        **kept,
        unavailable=(*chart.unavailable, *_withheld(hidden, _reason(chart, policy, role))),
        set_aside=(*chart.set_aside, *_never_read(notes)),
    )


def _sight(chart: Chart, policy: Policy, role: Role, is_for_paper: bool) -> Callable[[Record], bool]:
    shows_by_policy = policy.part2_display != WITHHOLD and not is_for_paper
    shows_part2 = shows_by_policy or bool(covering(chart.consents, chart.as_of, viewer(chart, policy)))
    shows_sensitive = role.value in policy.roles_shown_sensitive and role is not Role.FRONT_DESK

    def may_see(record: Record) -> bool:
        if is_for_paper and not may_be_printed(record.labels):
            return False
        if is_part2(record.labels) and not shows_part2:
            return False
        return shows_sensitive or not is_sensitive(record.labels)

    return may_see


def _reason(chart: Chart, policy: Policy, role: Role) -> str:
    """Treating staff are told where a consent might open what is withheld, if it were known whom it names."""
    is_undecided = bool(undecided(chart.consents, chart.as_of, viewer(chart, policy)))
    return WHOM if is_undecided and role is not Role.FRONT_DESK else REASON


def _withheld(hidden: Counter[str], reason: str) -> Iterable[Unavailable]:
    """By type and never by count: how many there are would already tell something."""
    return (Unavailable(kind, Gap.WITHHELD, reason) for kind in sorted(hidden))


def _never_read(notes: Iterable[Record]) -> Iterable[SetAside]:
    """Set aside on purpose: they hold no evidence that a rule looks for."""
    for record in notes:
        kind = record.id.partition("/")[0]
        yield SetAside(kind, record.id, "psychotherapy notes are never read", hides_a_record=False)
