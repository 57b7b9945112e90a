"""Why a card may be set aside, and for how long it then keeps quiet for that patient."""

from collections.abc import Sequence
from typing import Any

from rules.rule import Assessment, Priority

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


# A dose that rises, and one that cannot be told, are news of one order: what was said of the last one is no answer.
_NEWS_OF_THIS_ORDER = frozenset({"OR-04", "OR-13"})


def may_be_quiet(answer: Assessment) -> bool:
    """Never what cannot wait, nor what the order being written brings anew."""
    is_news = answer.priority is Priority.HIGH and answer.rule.id in _NEWS_OF_THIS_ORDER
    return answer.priority is not Priority.SAFETY and not is_news


def override_reasons(answers: Sequence[Assessment]) -> list[dict[str, str]]:
    """Where one of a card's findings speaks again at once, or it has none, only reasons that do not read as a delay."""
    with_delays = bool(answers) and all(may_be_quiet(answer) for answer in answers)
    offered = {
        code: told for code, (told, _) in REASONS.items() if with_delays or not code.startswith("snooze")
    }
    return [{"code": code, "system": SYSTEM, "display": told} for code, told in offered.items()]


def days_of_quiet(reason: Any) -> int:
    """Of a feedback's Coding; display and system may be left out, as the public sandbox does."""
    if not isinstance(reason, dict) or reason.get("system") not in (None, SYSTEM):
        return 0
    return REASONS.get(str(reason.get("code")), ("", 0))[1]
