"""Security labels: which ones mean what, and what follows for everything derived from a labelled record.

Matched by system and code together: v3-ActCode has an "R" of its own that means "Process Completed".
"""

from chart.terms import CONFIDENTIALITY
from rules.codes import keys_of

Labels = frozenset[tuple[str, str]]

_GROUP = "security label"
PART2: Labels = keys_of(_GROUP, only=("42CFRPart2",))
PSYCHOTHERAPY_NOTES: Labels = keys_of(_GROUP, only=("PSYTHPN", "HIPAAPsyNotes"))
SUBSTANCE_USE: Labels = keys_of(_GROUP, only=("ETH", "ETHUD", "SUD", "OPIOIDUD"))
SENSITIVE: Labels = SUBSTANCE_USE | keys_of(
    _GROUP, only=("PSY", "MH", "BH", "SDV", "VIO", "HIV", "SEX", "DRGIS")
)
NO_REDISCLOSURE: Labels = keys_of(_GROUP, only=("NORDSCLCD", "NODSCLCD"))
# Partner safety: never on paper, in exports or where a proxy may look.
PARTNER_SAFETY: Labels = keys_of(_GROUP, only=("SDV",))
RESTRICTED: Labels = frozenset((CONFIDENTIALITY, code) for code in ("R", "V")) & keys_of(_GROUP)

# Of our own making, and no label: the EHR said nothing, and the content tells of substance use care.
INFERRED: Labels = frozenset({("urn:previsit:inferred", "SUD")})
INFERRED_TOLD = "marked as sensitive by this app, inferred from its content"

_LEVELS = ("U", "L", "M", "N", "R", "V")

# 42 CFR 2.32, the short statement. Its 2024 wording is to be held against the live eCFR before it is relied on.
SHORT_NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
NOTICE_DOUBT = "“use or” came with the 2024 rule and is to be confirmed against the live eCFR"


def high_water(*several: Labels) -> Labels:
    """What something made from records with these labels carries: all of them, with the highest confidentiality."""
    every: Labels = frozenset[tuple[str, str]]().union(*several)
    levels = [code for system, code in every if system == CONFIDENTIALITY and code in _LEVELS]
    if not levels:
        return every
    highest = max(levels, key=_LEVELS.index)
    return frozenset(k for k in every if k[0] != CONFIDENTIALITY) | {(CONFIDENTIALITY, highest)}


def is_part2(labels: Labels) -> bool:
    return not labels.isdisjoint(PART2)


def needs_notice(labels: Labels) -> bool:
    """Whether the redisclosure notice goes with it on paper, in a copy, in an export or a referral."""
    return is_part2(labels) or not labels.isdisjoint(NO_REDISCLOSURE)


def is_sensitive(labels: Labels) -> bool:
    return not labels.isdisjoint(SENSITIVE | RESTRICTED | PART2 | INFERRED)


def is_inferred(labels: Labels) -> bool:
    return not labels.isdisjoint(INFERRED)


def of_the_ehr(labels: Labels) -> Labels:
    """Without what this app inferred: what may be written back."""
    return labels - INFERRED


def may_be_printed(labels: Labels) -> bool:
    return labels.isdisjoint(PARTNER_SAFETY)
