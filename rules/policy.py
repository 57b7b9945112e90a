"""The clinic's own numbers and choices, typed, each with a cited default."""

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from rules.link import Link
from rules.resource import Resource

# Parts of the page that a clinic or a role may do without, and the roles that see clinical parts at all.
SECTIONS = ("medicines", "dose over time", "scores", "complex needs", "referrals", "conversation")
CLINICAL_ROLES = ("prescriber", "nurse or medical assistant", "pharmacist", "behavioural health")


def setting(default: Any, says_who: str, unit: str = "") -> Any:
    """A policy setting: its default, who says so, and its unit, kept where a reviewer can print them."""
    return field(default=default, metadata={"source": says_who, "unit": unit})


@dataclass(frozen=True, slots=True)
class Policy:
    """Each default says who says so; a clinic overrides any of them."""

    def __hash__(self) -> int:
        """A few settings tell policies apart in a dictionary; all of them are compared when they are equal there."""
        return hash((self.clinic_name, self.version, self.mme_extra_care))

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
    drug_test_days_extra_support: int = setting(
        183, "Washington model policy, tiered; states differ, to be confirmed by the clinic", "days"
    )
    drug_test_days_team_plan: int = setting(
        91, "Washington model policy, tiered; states differ, to be confirmed by the clinic", "days"
    )
    naloxone_supply_days: int = setting(730, "PV-08: product shelf life", "days")
    naloxone_verify_days: int = setting(365, "COSRI: verify access yearly", "days")
    risk_review_days: int = setting(365, "CDC 2022 Rec 8: before starting and periodically", "days")
    risk_review_event_days: int = setting(90, "PV-09: after a new risk event", "days")
    reassess_days: int = setting(30, "CDC 2022 (MMWR p. 41): reassess after 30 days for acute pain", "days")
    options_days: int = setting(365, "CDC 2022 Rec 1 and 2", "days")

    # Doses
    mme_extra_care: Decimal = setting(Decimal(50), "CDC 2022 Rec 4: reassess at 50 MME/day", "MME/day")
    mme_measure_flag: Decimal = setting(
        Decimal(90), "PQA OHD, HEDIS HDO, CMS460; not a CDC 2022 limit", "MME/day"
    )
    supplementary_factors: bool = setting(False, "factors outside the CDC 2022 table are off unless chosen")
    supply_disagreement: Decimal = setting(
        Decimal("0.25"), "own decision: directions and supply compared", "share"
    )

    # Changes, dates and findings in planned visits
    peg_improvement: Decimal = setting(
        Decimal("0.30"), "CDC 2016/2022: 30 % improvement is clinically meaningful", "share"
    )
    peg_worse: Decimal = setting(Decimal("0.30"), "PV-03: worse by 30 % asks for a review", "share")
    peg_worse_points: Decimal = setting(Decimal(2), "PV-03: own decision", "points of 10")
    peg_current_days: int = setting(365, "own decision: an older score says nothing of today", "days")
    dose_increase: Decimal = setting(Decimal("0.20"), "PV-16: CDC 2022 Rec 4 and 7", "share")
    dose_history_days: int = setting(90, "PV-16: compared with the dose this long ago", "days")
    dose_check_days: int = setting(28, "CDC 2022 Rec 7: within 1 to 4 weeks of an increase", "days")
    dose_decrease: Decimal = setting(Decimal("0.25"), "PV-17: HHS 2019 guide", "share in 30 days")
    dose_decrease_month: Decimal = setting(
        Decimal("0.10"), "CDC 2022: 10 % a month or slower after a year of therapy", "share a month"
    )
    abrupt_days: int = setting(7, "PV-17: ended within this many days, without a taper", "days")
    refill_window_days: int = setting(7, "PV-18: own decision", "days")
    early_fill_days: int = setting(2, "PV-19: own decision, for supplies of 28 to 30 days", "days")
    early_fill_recent_days: int = setting(90, "own decision: earlier ones are history", "days")
    prescribers_review: int = setting(3, "PV-25: own decision", "prescribers or pharmacies")
    prescribers_measure: int = setting(4, "PQA OMP: 4 and 4 within 180 days", "prescribers and pharmacies")
    older_age: int = setting(65, "CDC 2022 Rec 8: older adults", "years")
    egfr_caution: Decimal = setting(
        Decimal(60),
        "CDC 2022 Rec 8 (MMWR p. 46); the gate is own decision, to be confirmed",
        "mL/min/1.73 m2",
    )
    egfr_high: Decimal = setting(Decimal(30), "CDC 2022 Rec 8", "mL/min/1.73 m2")
    egfr_days: int = setting(365, "PV-23: the latest within 12 months", "days")
    pregnancy_days: int = setting(305, "PV-20: recorded within 10 months", "days")
    ed_days: int = setting(30, "PV-24: emergency visit", "days")
    overdose_days: int = setting(365, "PV-24: high priority within 12 months", "days")
    drug_test_window_days: int = setting(31, "opioid-cds-r4 REC10: medicines before the test", "days")
    naive_days: int = setting(90, "CDC 2022 Rec 3; opioid-cds-r4 REC03: no opioid before", "days")

    # Complex needs
    screen_positive_days: int = setting(90, "own decision: a positive PHQ or GAD score stays current", "days")
    screen_days: int = setting(365, "own decision: a negative score stays current", "days")
    tools_in_use: tuple[str, ...] = setting(
        ("PHQ-2", "PHQ-9", "GAD-7", "PC-PTSD-5", "AUDIT-C", "single drug question"),
        "Six Building Blocks, complex needs: tools are selected and consistently in use",
    )
    tools_yearly: tuple[str, ...] = setting(
        ("PHQ-2", "PHQ-9", "AUDIT-C", "single drug question"),
        "own decision: these yearly, the others again only after a positive result",
    )
    pc_ptsd5_positive: int = setting(3, "PMC5023594: 3 most sensitive, 4 most efficient", "points of 5")
    moud_days: int = setting(90, "CX-08: CDC 2022 Rec 12; treatment on record this long ago counts", "days")
    oud_signal_days: int = setting(365, "CX-07: DSM-5 looks at 12 months", "days")
    comm_positive: int = setting(9, "CX-07: COMM, rdocumentation cliot", "points of 68")
    overdose_recent_days: int = setting(
        30, "own decision, after the pattern of the UW model policy: needs attention today", "days"
    )
    ed_pain_visits: int = setting(
        2, "own decision, after the pattern of the UW model policy", "emergency visits for pain"
    )
    ed_pain_days: int = setting(
        183, "own decision, after the pattern of the UW model policy: within 6 months", "days"
    )

    # Referrals and confidentiality
    referral_days: int = setting(90, "RF-01: own decision: a contact or order this recent counts", "days")
    oud_referral_days: int = setting(
        7, "RF-02: own decision: same day for OUD without treatment, else a week", "days"
    )
    referral_urgent_days: int = setting(
        7, "RF-04: own decision, after the pattern of 360X and BSeR; no acknowledgement", "days"
    )
    referral_routine_days: int = setting(30, "RF-04: own decision, as above; no acknowledgement", "days")
    referral_result_days: int = setting(60, "RF-04: own decision; AHRQ closed loop; no result", "days")
    pain_referral_days: int = setting(365, "own decision: RF-03 is asked once a year", "days")
    consultation_mme: Decimal | None = setting(
        None, "WAC 246 consultation rule: 120 mg MED in Washington; none elsewhere", "MME/day"
    )
    resources: tuple[Resource, ...] = setting(
        (), "the clinic's own directory; empty until the clinic fills it"
    )
    links: tuple[Link, ...] = setting(
        (), "the clinic's own: agreement and education for patients, beside the rules they belong to"
    )
    part2_display: str = setting(
        "withhold without consent",
        "42 CFR 2.31 to 2.33; own decision; or “show with notice”, where the clinic's counsel says so",
    )
    known_as: tuple[str, ...] = setting(
        (), "the clinic's own: other names, and records of the EHR, by which a consent may name it"
    )
    infer_sensitive: bool = setting(
        True,
        "own decision: most EHRs label nothing; substance use care is marked as inferred, never as part 2",
    )
    substance_use_programs: tuple[str, ...] = setting(
        (), "the clinic's own: names and EHR records of programs whose visits are marked so"
    )
    is_part2_program: bool = setting(False, "42 CFR 2.11: true where the clinic itself is such a program")
    roles_shown_sensitive: tuple[str, ...] = setting(
        ("prescriber", "nurse or medical assistant", "pharmacist", "behavioural health"),
        "HIPAA minimum necessary (45 CFR 164.502(b)); own decision: treating staff, never the front desk",
    )
    outcome_days: int = setting(90, "opioid-cds-r4: declined or done elsewhere rests this long", "days")
    outcome_longest_days: int = setting(365, "own decision: no recorded answer rests longer", "days")
    reminder_days: int = setting(30, "own decision: a postponed prompt, where no day was chosen", "days")
    reviewed_on: date | None = setting(None, "the clinic's own: when its policy was last reviewed")
    review_days: int = setting(
        365, "PA-01: Six Building Blocks self-assessment, policies; 12 months is own decision", "days"
    )

    # The page
    sections_hidden: tuple[str, ...] = setting(
        (), "the clinic's own; what is due, needs attention today or could not be read is always shown"
    )
    sections_nurse: tuple[str, ...] = setting(
        SECTIONS, "own decision: tasks of the role; the clinic may narrow it"
    )
    sections_pharmacist: tuple[str, ...] = setting(SECTIONS, "own decision: as the prescriber")
    sections_behavioural_health: tuple[str, ...] = setting(SECTIONS, "own decision: scores")
    role_when_not_told: str = setting(
        "prescriber", "own decision: until the person chooses, where the EHR does not tell the role"
    )
    roles_recording: tuple[str, ...] = setting(
        CLINICAL_ROLES, "own decision: who may record an answer beside an item; never the front desk"
    )
    roles_sending: tuple[str, ...] = setting(
        CLINICAL_ROLES, "own decision: who may send a referral or save a document to the EHR"
    )
    roles_taking_along: tuple[str, ...] = setting(
        CLINICAL_ROLES,
        "own decision: who may copy, print or download the summary; never the front desk",
    )

    # Orders
    longer_supply_days: int = setting(
        28, "CDC 2022; opioid-cds-r4: an order this long is subacute or chronic, a shorter one acute", "days"
    )
    acute_supply_days: int = setting(
        7, "CDC 2022 Rec 6; opioid-cds-r4 REC06: over this is asked about", "days"
    )
    care_plan_days: int = setting(90, "CDC 2022 Rec 2; opioid-cds-r4 REC02: a pain care plan", "days")
    benefit_review_days: int = setting(
        90, "CDC 2022 Rec 7; opioid-cds-r4 REC07: at least every 3 months", "days"
    )


def described(policy: Policy) -> list[tuple[str, Any, Any, str, str]]:
    """(name, value in force, default, unit, source) of every setting, in order."""
    return [
        (f.name, getattr(policy, f.name), f.default, f.metadata.get("unit", ""), f.metadata["source"])
        for f in fields(policy)
        if "source" in f.metadata
    ]
