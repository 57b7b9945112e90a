"""The clinic's own numbers and choices, typed, each with a cited default."""

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any


def setting(default: Any, says_who: str, unit: str = "") -> Any:
    """A policy setting: its default, who says so, and its unit, kept where a reviewer can print them."""
    return field(default=default, metadata={"source": says_who, "unit": unit})


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults of rules.csv and the specification; a clinic overrides any of them."""

    clinic_name: str = setting("This clinic", "own default")
    version: str = setting("defaults", "own default")

    # Tracking and monitoring
    ltot_days: int = setting(90, "UW model policy 2018; CMS460v2; PQA AMO", "days")
    ltot_allowed_gap_days: int = setting(7, "CMS460v2", "days")
    ltot_density_days: int = setting(60, "CDC 2018 QI package (60 days' supply in a quarter)", "of 90 days")
    ltot_recent_days: int = setting(
        30, "own decision: an episode that ended this long ago still counts", "days"
    )
    carry_over_days: int = setting(7, "own decision: early fills shift by at most this", "days")
    active_order_days: int = setting(
        730, "opioid-cds-r4: an active order authored within 2 years; older ones are asked about", "days"
    )

    # Planned visits
    lead_days: int = setting(14, "own decision: how far ahead 'upcoming' looks", "days")
    visit_days: int = setting(90, "CDC 2022 Rec 7: every 3 months or more often", "days")
    visit_days_team_plan: int = setting(
        30, "CDC 2022 Rec 5 and 7; HHS 2019: at least monthly during a taper", "days"
    )
    peg_days: int = setting(90, "Six Building Blocks registry; CDC 2022 Rec 2 and 7", "days")
    agreement_days: int = setting(365, "Six Building Blocks policies block; annual renewal, COSRI", "days")
    pdmp_days: int = setting(90, "CDC 2022 Rec 9: every 3 months or more often", "days")
    pdmp_every_prescription: bool = setting(False, "CDC 2022 Rec 9 calls it ideal; some states require it")
    drug_test_days: int = setting(365, "CDC 2022 Rec 10: consider, at least annually", "days")
    naloxone_supply_days: int = setting(730, "PV-08: product shelf life", "days")
    naloxone_verify_days: int = setting(365, "COSRI: verify access yearly", "days")
    risk_review_days: int = setting(365, "CDC 2022 Rec 8: before starting and periodically", "days")
    options_days: int = setting(365, "CDC 2022 Rec 1 and 2", "days")
    bowel_days: int = setting(365, "CDC 2022: constipation among common harms", "days")

    # Doses
    mme_extra_care: Decimal = setting(Decimal(50), "CDC 2022 Rec 4: reassess at 50 MME/day", "MME/day")
    mme_measure_flag: Decimal = setting(
        Decimal(90), "PQA OHD, HEDIS HDO, CMS460; not a CDC 2022 limit", "MME/day"
    )
    supplementary_factors: bool = setting(False, "factors outside the CDC 2022 table are off unless chosen")
    supply_disagreement: Decimal = setting(
        Decimal("0.25"), "own decision: directions and supply compared", "share"
    )

    # Complex needs
    screen_positive_days: int = setting(90, "spec 5.2: a positive PHQ or GAD score stays current", "days")
    screen_days: int = setting(365, "spec 5.2: a negative score stays current", "days")


def described(policy: Policy) -> list[tuple[str, Any, Any, str, str]]:
    """(name, value in force, default, unit, source) of every setting, in order."""
    return [
        (f.name, getattr(policy, f.name), f.default, f.metadata.get("unit", ""), f.metadata["source"])
        for f in fields(policy)
        if "source" in f.metadata
    ]
