"""Cases with opioid therapy given, so that a test of screens or referrals tells only its own story."""

from datetime import timedelta
from decimal import Decimal

from rules.case import Case
from rules.mme import Counted, DailyMme
from rules.policy import Policy
from rules.therapy import DoseDay, EarlyFill, Ltot, Therapy
from tests.builders import AS_OF, chart


def no_opioid(*records, policy=None, **changes):
    """Never on an opioid."""
    return situation(*records, policy=policy, mme=0, ltot="not long-term", **changes)


def long_term(*records, policy=None, mme=20, **changes):
    """On long-term opioid therapy at 20 MME/day unless said otherwise."""
    return situation(*records, policy=policy, mme=mme, ltot="long-term", **changes)


def situation(
    *records, policy=None, mme=20, ltot="long-term", at_least=False, before=None, early=0, **changes
):
    """`before`: the daily dose until 20 days ago."""
    case = Case(chart(*records, **changes), policy or Policy())
    case.__dict__["mme"] = daily(Decimal(mme), at_least)
    case.__dict__["therapy"] = therapy(Decimal(mme), Decimal(mme if before is None else before), ltot, early)
    return case


def daily(mme, at_least=False):
    line = Counted(
        ("MedicationRequest/opioid",), "morphine", mme, mme, mme, "mg", Decimal(1), "as told by the test"
    )
    return DailyMme(mme, at_least, (line,) if mme else ())


def therapy(mme, before, ltot, early=0):
    days = [AS_OF - timedelta(days=n) for n in range(120, -1, -1)]
    doses = [before if day < AS_OF - timedelta(days=20) else mme for day in days]
    fills = tuple(
        EarlyFill((f"MedicationDispense/early-{n}",), "morphine", AS_OF - timedelta(days=30 * n + 30), 5)
        for n in range(early)
    )
    return Therapy(
        courses=(),
        ltot=Ltot(ltot, None, AS_OF, 90, 0, ()),
        series=tuple(DoseDay(day, dose, dose, False) for day, dose in zip(days, doses, strict=True)),
        supply_ends=AS_OF,
        early_fills=fills,
        prescribers_180=(),
        pharmacies_180=(),
    )
