"""The rules in force, in the order clinicians see them."""

from rules import clinic_policy
from rules.complex_patients import (
    alcohol,
    anxiety,
    depression,
    possible_oud,
    self_harm_question,
    substances,
    suicide_risk,
    support,
    trauma,
    untreated_oud,
)
from rules.confidentiality import neutral, part2_record, withheld_item
from rules.orders.catalogue import ORDERS
from rules.planned_visits import (
    agreement,
    benzodiazepine,
    bowel,
    dose_50,
    dose_90,
    dose_decreased,
    dose_increased,
    drug_test_due,
    drug_test_result,
    early_refill,
    guideline_scope,
    kidney_liver_function,
    long_acting,
    long_term_therapy,
    methadone,
    month_of_opioid,
    naloxone,
    older_age,
    opioid_data,
    options,
    overdose_or_ed,
    pdmp,
    peg_change,
    peg_due,
    pregnant,
    risk_review,
    sedatives,
    several_sources,
    sleep_breathing,
    supply_end,
    visit,
)
from rules.referrals import behavioural_health, open_loop, oud_treatment, pain_care, sharing_consent
from rules.rule import Rule

TRACKING: tuple[Rule, ...] = (long_term_therapy.RULE, guideline_scope.RULE, opioid_data.RULE)

PLANNED_VISITS: tuple[Rule, ...] = (
    # Today, before anything else
    overdose_or_ed.RULE,
    dose_decreased.RULE,
    benzodiazepine.RULE,
    sedatives.RULE,
    naloxone.RULE,
    # What is due
    visit.RULE,
    peg_due.RULE,
    peg_change.RULE,
    agreement.RULE,
    pdmp.RULE,
    drug_test_due.RULE,
    drug_test_result.RULE,
    risk_review.RULE,
    bowel.RULE,
    options.RULE,
    # The dose and the supply
    dose_50.RULE,
    dose_90.RULE,
    dose_increased.RULE,
    supply_end.RULE,
    early_refill.RULE,
    month_of_opioid.RULE,
    several_sources.RULE,
    long_acting.RULE,
    methadone.RULE,
    # Who the patient is
    pregnant.RULE,
    older_age.RULE,
    sleep_breathing.RULE,
    kidney_liver_function.RULE,
)

COMPLEX_NEEDS: tuple[Rule, ...] = (
    self_harm_question.RULE,
    suicide_risk.RULE,
    untreated_oud.RULE,
    possible_oud.RULE,
    depression.RULE,
    anxiety.RULE,
    trauma.RULE,
    alcohol.RULE,
    substances.RULE,
    support.RULE,
)

REFERRALS: tuple[Rule, ...] = (
    oud_treatment.RULE,
    behavioural_health.RULE,
    pain_care.RULE,
    open_loop.RULE,
    sharing_consent.RULE,
)

CONFIDENTIALITY: tuple[Rule, ...] = (part2_record.RULE, withheld_item.RULE, neutral.RULE)

POLICIES: tuple[Rule, ...] = (clinic_policy.RULE,)

RULES: tuple[Rule, ...] = (
    *TRACKING,
    *PLANNED_VISITS,
    *COMPLEX_NEEDS,
    *REFERRALS,
    *CONFIDENTIALITY,
    *POLICIES,
    *ORDERS,
)
