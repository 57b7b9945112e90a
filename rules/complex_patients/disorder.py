"""Opioid use disorder on the problem list: certain, to be confirmed, or in remission."""

import re
from dataclasses import dataclass

from chart.records import Condition
from rules.case import Case
from rules.once import once
from rules.valuesets import OPIOID_USE_DISORDER, OUD_IN_REMISSION, OUD_ON_AGONIST_THERAPY, find

_UNCONFIRMED = frozenset({"unconfirmed", "provisional", "differential"})
_BY_NAME = re.compile(r"\bopioid (?:use disorder|dependence|addiction)\b|\boud\b", re.IGNORECASE)
_NOT_MEANT = re.compile(
    r"remission|history|family|screen|risk|no evidence|rule out|possible|\?", re.IGNORECASE
)
# Sometimes recorded for physical dependence in pain care (specification 5.1).
AMBIGUOUS_CODE = "F11.20"


@dataclass(frozen=True, slots=True)
class Disorder:
    active: tuple[Condition, ...] = ()
    unconfirmed: tuple[Condition, ...] = ()
    remission: tuple[Condition, ...] = ()
    on_agonist: tuple[Condition, ...] = ()  # "opioid dependence, on agonist therapy", active

    @property
    def is_ambiguous(self) -> bool:
        codes = {c.code for condition in self.active for c in condition.concept.codes}
        return AMBIGUOUS_CODE in codes


@once
def disorder(case: Case) -> Disorder:
    chart = case.chart
    named = [c for c in chart.conditions if _is_by_name(c)]
    found = [c for c in (*find(chart.conditions, OPIOID_USE_DISORDER), *named) if c.is_active]
    in_remission = [
        *find(chart.conditions, OUD_IN_REMISSION),
        *(c for c in find(chart.conditions, OPIOID_USE_DISORDER) if c.clinical == "remission"),
    ]
    remission = tuple(c for c in in_remission if c.clinical not in ("inactive", "resolved"))
    return Disorder(
        active=tuple(c for c in found if c.verification not in _UNCONFIRMED),
        unconfirmed=tuple(c for c in found if c.verification in _UNCONFIRMED),
        remission=remission,
        on_agonist=tuple(c for c in find(chart.conditions, OUD_ON_AGONIST_THERAPY) if c.is_active),
    )


def _is_by_name(condition: Condition) -> bool:
    """Only where there is no code to go by."""
    name = condition.concept.display
    return not condition.concept.codes and bool(_BY_NAME.search(name)) and not _NOT_MEANT.search(name)
