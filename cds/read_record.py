"""Reading a patient's record, and the audit record of it: which types were asked for and what came of each."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from audit.acts import CHART_READ
from audit.event import Result
from audit.request import also
from chart.fhir import ChartNotReadable, FhirServer, RawRecord, SignInEnded, Step, read_in_steps

READ, IN_PART = "read", "in part"


def recorded_read(server: FhirServer, patient_id: str, types: Iterable[str], **how: Any) -> RawRecord:
    """As chart.fhir.read_record. That nothing could be read is written down too."""
    return deque(recorded_steps(server, patient_id, types, **how), maxlen=1).pop().record()


def recorded_steps(server: FhirServer, patient_id: str, types: Iterable[str], **how: Any) -> Iterator[Step]:
    """As chart.fhir.read_in_steps; also a reading that is given up halfway is told, as far as it came."""
    asked, step = tuple(dict.fromkeys(("Patient", *sorted(types)))), None
    try:
        for step in read_in_steps(server, patient_id, asked[1:], **how):
            if step.is_last:
                raw = step.record()
                step = replace(step, record=lambda raw=raw: raw)  # worked out once
                _tell(server, patient_id, asked, raw)
            yield step
    except (ChartNotReadable, SignInEnded) as problem:
        _tell(server, patient_id, asked, None, type(problem).__name__)
        raise
    except GeneratorExit:
        if step is not None and not step.is_last:
            _tell(server, patient_id, asked, step.record(), "given up")
        raise


def _tell(
    server: FhirServer, patient_id: str, asked: tuple[str, ...], raw: RawRecord | None, why: str = ""
) -> None:
    found = _outcomes(asked, raw) if raw else dict.fromkeys(asked, "not read")
    is_whole = all(came == READ for came in found.values())
    result = Result.FAILED if raw is None else Result.SUCCESS if is_whole and not why else Result.PARTLY
    also(CHART_READ, issuer=server.base, patient=patient_id, read=found, result=result, why=why)


def _outcomes(asked: Iterable[str], raw: RawRecord) -> dict[str, str]:
    """Of a type whose searches partly failed, that it is there in part; no counts: they tell of the patient."""
    read = {source.resource_type for source in raw.sources}
    gaps: dict[str, str] = {}
    for gap in raw.unavailable:
        gaps.setdefault(gap.resource_type, gap.kind.value)
    return {kind: _outcome(kind in read, gaps.get(kind)) for kind in dict.fromkeys([*asked, *read, *gaps])}


def _outcome(is_read: bool, gap: str | None) -> str:
    if gap is None:
        return READ if is_read else "not asked"
    return IN_PART if is_read else gap
