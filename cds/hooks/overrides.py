"""Why a card may be set aside, and for how long it then keeps quiet for that patient."""

from typing import Any

from rules.rule import Priority

SYSTEM = "urn:previsit:override-reason"

# code -> (what the clinician chooses, days of quiet). What cannot wait is never quieted.
REASONS: dict[str, tuple[str, int]] = {
    "snooze-1-month": ("Not now: remind me in 1 month", 30),
    "snooze-3-months": ("Not now: remind me in 3 months", 90),
    "already-done": ("Already done, also where this record does not show it", 90),
    "patient-declined": ("Offered, and the patient declined", 90),
    "does-not-apply": ("Does not apply to this patient", 365),
    "will-act": ("Seen: I will act on it", 0),
}


def override_reasons(priority: Priority) -> list[dict[str, str]]:
    """For findings that cannot wait, only reasons that do not read as a delay."""
    offered = {
        code: told
        for code, (told, _) in REASONS.items()
        if priority is not Priority.SAFETY or not code.startswith("snooze")
    }
    return [{"code": code, "system": SYSTEM, "display": told} for code, told in offered.items()]


def days_of_quiet(reason: Any) -> int:
    """Of a feedback's Coding; display and system may be left out, as the public sandbox does."""
    if not isinstance(reason, dict) or reason.get("system") not in (None, SYSTEM):
        return 0
    return REASONS.get(str(reason.get("code")), ("", 0))[1]
