"""What should be asked for, worked out from the truth alone: written apart from the rules, to catch their mistakes."""

from collections.abc import Callable
from datetime import date, timedelta

from synth.life import Life

# PV-01 and PV-06 depend on the support tier, which has no truth of its own here: they are not scored.
YEAR, QUARTER = 365, 90


def expected(life: Life) -> dict[str, bool]:
    """Rule id -> whether it should be indicated. Rules that are not in it are not scored for this life."""
    if life.cancer:
        return {"POP-02": bool(life.streams) or life.moud}  # said wherever an opioid is on record
    found = {rule: judge(life) for rule, judge in _JUDGES.items()}
    if life.overdose or life.emergency:
        found.pop("PV-09")  # asked sooner after an event, which is a matter of its own
    if life.moud:
        found.pop("PV-17")  # a change to buprenorphine is no decrease that can be measured
    return {"POP-02": False} | found


def _is_overdue(what: str, every: int) -> Callable[[Life], bool]:
    def judge(life: Life) -> bool:
        ago = life.ago(what)
        return life.long_term_since() is not None and (ago is None or ago > every)

    return judge


def _naloxone(life: Life) -> bool:
    ago = life.ago("naloxone")
    needs_it = life.is_on_opioids or life.long_term_since() is not None
    return needs_it and (ago is None or ago > YEAR)


def _bowel(life: Life) -> bool:
    ago = life.ago("bowel")
    is_taking = ago is not None and ago < 30
    return life.long_term_since() is not None and not is_taking


def _rise(life: Life) -> bool:
    """Up by a fifth, or to 50 and more, within 90 days, and not seen since."""
    before, now = life.mme_on(_before(life, QUARTER)), life.mme_on(life.as_of)
    if now == 0 or not ((before < 50 <= now) or (before > 0 and now - before >= before / 5)):
        return False
    risen = next(
        day for number in range(QUARTER, -1, -1) if life.mme_on(day := _before(life, number)) > before
    )
    return not any(visit > risen for visit in life.visits)


def _fall(life: Life) -> bool:
    """By more than a quarter within 30 days; by more than a tenth after a year and longer."""
    since = life.long_term_since()
    before, now = life.mme_on(_before(life, 30)), life.mme_on(life.as_of)
    if since is None or before == 0:
        return False
    share = (before - now) / before
    return share > 0.25 or (since <= _before(life, YEAR) and share * 10 > 1)


def _event(life: Life) -> bool:
    recent_visit = life.emergency is not None and (life.as_of - life.emergency).days <= 30
    return _is_concerned(life) and (life.overdose is not None or recent_visit)


def _is_concerned(life: Life) -> bool:
    return life.is_on_opioids or life.moud or life.long_term_since() is not None


def _mood(life: Life) -> bool:
    """A current positive PHQ-9, or none on file in long-term therapy."""
    if "phq9" not in life.done:
        return life.long_term_since() is not None
    return sum(life.phq9) >= 10


def _before(life: Life, days: int) -> date:
    return life.as_of - timedelta(days=days)


_JUDGES: dict[str, Callable[[Life], bool]] = {
    "PV-02": _is_overdue("peg", QUARTER),
    "PV-04": _is_overdue("agreement", YEAR),
    "PV-05": _is_overdue("pdmp", QUARTER),
    "PV-08": _naloxone,
    "PV-09": _is_overdue("risk review", YEAR),
    "PV-10": lambda life: life.benzodiazepine and (life.is_on_opioids or life.moud),
    "PV-11": lambda life: life.gabapentin and (life.is_on_opioids or life.moud),
    "PV-12": _bowel,
    "PV-14": lambda life: life.mme_on(life.as_of) >= 50,
    "PV-15": lambda life: life.mme_on(life.as_of) >= 90,
    "PV-16": _rise,
    "PV-17": _fall,
    "PV-20": lambda life: life.pregnant and (life.is_on_opioids or life.moud),
    "PV-24": _event,
    "CX-01": _mood,
    "CX-02": lambda life: "phq9" in life.done and life.phq9[8] > 0,
    "CX-08": lambda life: life.oud and not life.moud,
}
