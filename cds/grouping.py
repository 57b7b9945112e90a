"""Years of monthly orders in one line each: what differs only by its record."""

from collections.abc import Iterable
from dataclasses import replace

from rules.mme import Excluded


def grouped(lines: Iterable[Excluded]) -> list[Excluded]:
    """One line for each medicine and reason, in order of first mention, with the ids of all its records."""
    found: dict[tuple[str, str, bool], Excluded] = {}
    for line in lines:
        key = (line.name, line.reason, line.is_current)
        if seen := found.get(key):
            line = replace(
                seen, record_ids=seen.record_ids + line.record_ids, labels=seen.labels | line.labels
            )
        found[key] = line
    return list(found.values())
