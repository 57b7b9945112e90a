"""Whether a consent on record covers sharing records of a substance use disorder program (42 CFR 2.31)."""

from collections.abc import Iterable
from datetime import date

from chart.records import Consent
from chart.terms import Concept
from rules.codes import value_set
from rules.labels import PART2
from rules.valuesets import RELEASE_OF_INFORMATION

# The uses that one written consent may cover since 2024: treatment, payment and health care operations.
PURPOSES = frozenset({"TREAT", "HPAYMT", "HOPERAT"})
PRIVACY = value_set("privacy consent", "consent scope", only=("patient-privacy",))


def covering(consents: Iterable[Consent], as_of: date) -> tuple[Consent, ...]:
    """Active ones in force today that permit it; none where one denies it."""
    about = [c for c in consents if c.status == "active" and _is_in_force(c, as_of) and _is_about_sharing(c)]
    if any(c.kind == "deny" and _covers_part2(c) for c in about):
        return ()
    return tuple(c for c in about if c.kind != "deny" and _covers_part2(c) and _is_for_care(c))


def _is_in_force(consent: Consent, as_of: date) -> bool:
    """Certainly begun and certainly not over."""
    begun = consent.when is None or consent.when.last <= as_of
    return begun and (consent.until is None or consent.until.first >= as_of)


def _is_about_sharing(consent: Consent) -> bool:
    """Not a consent to a treatment or to research."""
    told: tuple[Concept, ...] = (consent.scope, *consent.categories)
    if any(PRIVACY.has(c) or RELEASE_OF_INFORMATION.has(c) for c in told):
        return True
    return bool(consent.labels_covered & PART2)


def _covers_part2(consent: Consent) -> bool:
    """A denial without labels denies everything; a permission has to name what it permits."""
    if consent.kind == "deny":
        return not consent.labels_covered or bool(consent.labels_covered & PART2)
    return bool(consent.labels_covered & PART2)


def _is_for_care(consent: Consent) -> bool:
    return not consent.purposes or bool(consent.purposes & PURPOSES)
