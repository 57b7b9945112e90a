"""Who prescribed and who dispensed opioids over the last 180 days."""

from collections.abc import Iterable
from datetime import date

from chart.medications import MedicationDispense, MedicationRequest
from rules.prescriptions import Prescription
from rules.supply import days_before

_DAYS = 180


def prescribers(kept: Iterable[Prescription], as_of: date) -> tuple[str, ...]:
    """As people read them, each once: EHRs refer to one person as Practitioner and as PractitionerRole."""
    orders, fills = _recent(kept, as_of)
    names = {o.requester: o.requester_name for o in orders if o.requester and o.requester_name}
    found = [o.requester_name or names.get(o.requester, o.requester) for o in orders]
    found += [names.get(f.prescriber, f.prescriber) for f in fills]
    return _once(found)


def pharmacies(kept: Iterable[Prescription], as_of: date) -> tuple[str, ...]:
    """Where fills were handed over, and where orders without known fills were sent."""
    kept = tuple(kept)
    orders, fills = _recent(kept, as_of)
    filled = {p.order.id for p in kept if p.order and p.handed_over}
    return _once([f.pharmacy for f in fills] + [o.pharmacy for o in orders if o.id not in filled])


def _recent(
    kept: Iterable[Prescription], as_of: date
) -> tuple[list[MedicationRequest], list[MedicationDispense]]:
    oldest = days_before(as_of, _DAYS)
    orders, fills = [], []
    for prescription in kept:
        order = prescription.order
        if order is not None and order.when is not None and order.when.last >= oldest:
            orders.append(order)
        fills += [f for f in prescription.handed_over if f.when is not None and f.when.last >= oldest]
    return orders, fills


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once whatever its letter case, in alphabetical order."""
    return tuple(
        sorted({name.strip().casefold(): name.strip() for name in sorted(names) if name.strip()}.values())
    )
