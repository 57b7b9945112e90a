"""Directions in free text -> instructions, or an honest "cannot tell"."""

from dataclasses import dataclass

from chart.instructions import Instruction


@dataclass(frozen=True, slots=True)
class SigReading:
    instructions: tuple[Instruction, ...] = ()
    cannot_tell: str = ""


def read_sig(text: str) -> SigReading:
    return SigReading(cannot_tell="the directions are not understood")
