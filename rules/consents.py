"""Whether a consent on record covers sharing records of a substance use disorder program (42 CFR 2.31)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from chart.records import Chart, Consent
from chart.terms import Concept
from rules.codes import value_set
from rules.labels import PART2
from rules.policy import Policy
from rules.valuesets import RELEASE_OF_INFORMATION

# The uses that one written consent may cover since 2024: treatment, payment and health care operations.
PURPOSES = frozenset({"TREAT", "HPAYMT", "HOPERAT"})
_WORDS = re.compile(r"[\s.,]+")
Names = frozenset[str]
PRIVACY = value_set("privacy consent", "consent scope", only=("patient-privacy",))


def covering(consents: Iterable[Consent], as_of: date, whom: Names) -> tuple[Consent, ...]:
    """Active ones in force today that permit it to `whom`; none where one denies it, or may deny it."""
    about = _about(consents, as_of)
    if any(c.kind == "deny" and _covers_part2(c) and _names(c, whom) is not False for c in about):
        return ()
    return tuple(c for c in _permits(about) if _names(c, whom))


def undecided(consents: Iterable[Consent], as_of: date, whom: Names) -> tuple[Consent, ...]:
    """Those that would permit it, were it known whether they mean `whom`."""
    return tuple(c for c in _permits(_about(consents, as_of)) if _names(c, whom) is None)


def viewer(chart: Chart, policy: Policy) -> Names:
    """The names of the organization that looks: the clinic's by its policy, and who keeps this EHR's record."""
    own = (policy.clinic_name,) if policy.clinic_name != Policy().clinic_name else ()
    return names(*own, *policy.known_as, *chart.patient.custodian)


def names(*found: str) -> Names:
    """Compared without regard to case, spaces and points."""
    return frozenset(_WORDS.sub(" ", name.casefold()).strip() for name in found) - {""}


def _names(consent: Consent, whom: Names) -> bool | None:
    """Whether the consent means them; one without a recipient means everyone. None where that cannot be told.

    Another organization is told apart by its name alone: a role, a person or a bare reference may be ours.
    """
    if not consent.actors:
        return True
    if any(names(*actor) & whom for actor in consent.actors):
        return True
    is_of_others = all(_is_organization(actor) for actor in consent.actors)
    return False if whom and is_of_others else None


def _is_organization(actor: tuple[str, ...]) -> bool:
    return len(actor) == 2 and actor[0].startswith("Organization/")


def _about(consents: Iterable[Consent], as_of: date) -> list[Consent]:
    return [c for c in consents if c.status == "active" and _is_in_force(c, as_of) and _is_about_sharing(c)]


def _permits(about: Iterable[Consent]) -> Iterator[Consent]:
    return (c for c in about if c.kind != "deny" and _covers_part2(c) and _is_for_care(c))


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
