"""One line of what the doctor found: it works, is worth knowing, or must be mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    MEND = "mend"
    NOTE = "note"
    WORKS = "works"


@dataclass(frozen=True)
class Finding:
    """`text` says what is so and, where it must be mended, what to do. It holds no secret and nothing of a patient."""

    weight: Weight
    text: str


def works(text: str) -> Finding:
    return Finding(Weight.WORKS, text)


def note(text: str) -> Finding:
    return Finding(Weight.NOTE, text)


def mend(text: str) -> Finding:
    return Finding(Weight.MEND, text)
