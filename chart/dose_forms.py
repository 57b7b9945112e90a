"""Dose forms and release, read from the words of a name."""

import re

from chart.medications import Form

# In order: the first that fits decides ("tablet for oral suspension" is counted, "nasal spray solution" sprayed).
_FORMS = (
    (Form.OTHER, r"transdermal system.*actuat|actuat.*transdermal system|iontophor"),
    (Form.PATCH, r"transdermal|patch(?:es)?|td system|tdsy|pt72|ptwk"),
    (Form.SPRAY, r"sprays?|nasal|intranasal|actuat|actuation|inhaler|puffs?"),
    (Form.SUPPOSITORY, r"suppositor(?:y|ies)|supp|rectal"),
    (Form.IMPLANT, r"implant"),
    (
        Form.BUCCAL,
        r"sublingual|subl|sl|buccal|films?|strips?|lozenges?|troches?|transmucosal|lollipop|oralet",
    ),
    (Form.SOLID, r"tablets? for (?:oral )?suspension|tablets? for solution|dispersible tablets?|diskets?"),
    (Form.OTHER, r"powder for|granules"),
    (
        Form.INJECTION,
        r"injections?|injectable|inj|prefilled syringe|syringe|cartridge|auto-injector|autoinjector|vials?"
        r"|ampu?ls?|ampules?|iv|intravenous|im|intramuscular|subcutaneous|subq|sq|infusion|pca|epidural|intrathecal"
        r"|depot",
    ),
    (Form.TOPICAL, r"topical|creams?|ointment|gel|lotion|pads?|ophthalmic|mucous membrane|enema|rinse"),
    (
        Form.ORAL_LIQUID,
        r"solutions?|soln|sol|syrup|suspensions?|susp|elixir|liquid|liqd|drops|concentrate|conc|tincture",
    ),
    (
        Form.SOLID,
        r"tablets?|tabs?|tb|tbec|capsules?|caps?|caplets?|pills?|cpsr|cp12|cp24|t12a|tb12|tb24|chewable",
    ),
)
_PATTERNS = tuple((form, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for form, words in _FORMS)
# The RxNorm names of forms, longest first, as names end with them.
_RXNORM_FORM = re.compile(
    r"(?:extended release )?(?:disintegrating |effervescent |chewable )?"
    r"(?:oral|sublingual|buccal|rectal|nasal|mucosal|topical|metered dose nasal) "
    r"(?:tablet|capsule|solution|suspension|film|lozenge|suppository|spray|cream|gel)\b"
    r"|extended release suspension|transdermal system|drug implant|prefilled syringe|auto-injector|cartridge"
    r"|injectable (?:solution|suspension)|injection|tablet for oral suspension"
)
_LONG_ACTING = re.compile(
    r"(?<![a-z])(?:extended|sustained|controlled|prolonged|modified)[- ]?(?:release|rel|action)"
    r"|(?<![a-z])(?:long[- ]acting|er|xr|sr|sa|cr|xl|contin|er12h|er24h|t12a|tb12|tb24|cp12|cp24|cpsr)(?![a-z])"
    r"|(?<!every )(?<!every-)(?<![a-z\d])(?:8|12|24)\s*-?\s*(?:hours?|hrs?|h)(?![a-z])"
)
_SHORT_ACTING = re.compile(r"(?<![a-z])(?:immediate[- ]?release|ir|short[- ]acting)(?![a-z])")


def read_form(text: str) -> Form:
    """What kind of form a lower-case text speaks of; UNKNOWN when it does not."""
    return next((form for form, pattern in _PATTERNS if pattern.search(text)), Form.UNKNOWN)


def rxnorm_form(text: str) -> str:
    """The RxNorm dose form a lower-case name spells out in full, in RxNorm's capitals, else empty."""
    found = _RXNORM_FORM.search(text)
    return found[0].title().replace(" For ", " for ") if found else ""


def read_release(text: str) -> bool | None:
    """True for extended release, False for immediate release, None when the words do not say."""
    if _LONG_ACTING.search(text):
        return True
    return False if _SHORT_ACTING.search(text) else None
