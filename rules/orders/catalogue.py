"""The order rules, in the order clinicians see them."""

from rules.orders import (
    acute,
    acute_supply,
    decrease,
    drug_test,
    long_acting,
    longer_therapy,
    naloxone,
    not_calculated,
    pdmp,
    review,
    second_look,
    sedatives,
    total_dose,
)
from rules.rule import Rule

ORDERS: tuple[Rule, ...] = (
    # Before anything else
    sedatives.RULE,
    decrease.RULE,
    # The dose
    not_calculated.RULE,
    total_dose.RULE,
    naloxone.RULE,
    # Starting
    second_look.RULE,
    long_acting.RULE,
    acute.RULE,
    acute_supply.RULE,
    longer_therapy.RULE,
    # Continuing
    review.RULE,
    pdmp.RULE,
    drug_test.RULE,
)
