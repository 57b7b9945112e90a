"""What the clinic may choose: the range of each number, the words of each choice, and what must not exceed what."""

import re
from decimal import Decimal

from rules.catalogue import RULES
from rules.complex_patients.instruments import ALL, PHQ9_ITEM_9
from rules.policy import CLINICAL_ROLES, SECTIONS
from rules.resource import KINDS, SETTINGS
from rules.rule import Role

# By the first word of the unit. A whole number starts at 1; any other number lies above 0.
_HIGHEST = {"days": 3650, "MME/day": 300, "share": 1, "mL/min/1.73": 200, "years": 120}
_HIGHEST_COUNT = 100
_OUT_OF = re.compile(r"\bof (\d+)")  # "points of 10", "of 90 days"
# No lead time, no gap and no carry-over are sensible choices; an interval of no days is not.
_MAY_BE_ZERO = frozenset(
    {"lead_days", "ltot_allowed_gap_days", "carry_over_days", "early_fill_days", "refill_window_days"}
)
MOST_DECIMAL_PLACES = 4

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# Whom a ServiceRequest may name as its performer (FHIR R4).
PERFORMER = re.compile(
    r"(Practitioner|PractitionerRole|Organization|CareTeam|HealthcareService)/[A-Za-z0-9\-.]{1,64}"
)
HTTPS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(/[^\s<>\"'`]*)?")

TOOLS = tuple(tool.name for tool in ALL if tool is not PHQ9_ITEM_9)
CHOICES: dict[str, tuple[str, ...]] = {
    "tools_in_use": TOOLS,
    "tools_yearly": TOOLS,
    # The front desk sees appointments and logistics only, whatever a policy says.
    "roles_shown_sensitive": CLINICAL_ROLES,
    "roles_recording": CLINICAL_ROLES,
    "roles_sending": CLINICAL_ROLES,
    "roles_taking_along": CLINICAL_ROLES,
    "role_when_not_told": tuple(role.value for role in Role),
    "sections_hidden": SECTIONS,
    "sections_nurse": SECTIONS,
    "sections_pharmacist": SECTIONS,
    "sections_behavioural_health": SECTIONS,
    "part2_display": ("withhold without consent", "show with notice"),
    "resources.kind": KINDS,
    "resources.setting": SETTINGS,
    "links.rules": tuple(rule.id for rule in RULES),
}

# The first must not exceed the second.
IN_ORDER = (
    ("mme_extra_care", "mme_measure_flag"),
    ("egfr_high", "egfr_caution"),
    ("visit_days_team_plan", "visit_days"),
    ("risk_review_event_days", "risk_review_days"),
    ("dose_decrease_month", "dose_decrease"),
    ("overdose_recent_days", "overdose_days"),
    ("prescribers_review", "prescribers_measure"),
    ("referral_urgent_days", "referral_routine_days"),
    ("referral_routine_days", "referral_result_days"),
    ("acute_supply_days", "longer_supply_days"),
    ("outcome_days", "outcome_longest_days"),
    ("reminder_days", "outcome_longest_days"),
)


def lowest(name: str) -> int:
    """Of a whole number."""
    return 0 if name in _MAY_BE_ZERO else 1


def highest(unit: str) -> Decimal:
    if out_of := _OUT_OF.search(unit):
        return Decimal(out_of[1])
    return Decimal(_HIGHEST.get(unit.partition(" ")[0], _HIGHEST_COUNT))
