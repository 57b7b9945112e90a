"""One patient's chart from a bundle file or standard input, or a sentence that says why not."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from cds.types_read import as_nothing_known
from chart.reader import ChartNotReadable, entries_of, read_bundle
from chart.records import Chart

_SHOWN = 10  # patients named when there are several


def chart_of_file(name: str, as_of: date, patient_id: str = "") -> Chart:
    """`name` is a path, or - for standard input. Raises ChartNotReadable with a sentence for the terminal."""
    told = "Standard input" if name == "-" else name
    bundle = _bundle(name, told)
    if not patient_id:
        _check_one_patient(bundle, told)
    chart = read_bundle(bundle, as_of, patient_id=patient_id)
    _check_somebody(chart, told, patient_id)
    return as_nothing_known(chart)


def _bundle(name: str, told: str) -> Any:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "its name cannot be used"
        raise ChartNotReadable(f"{told} could not be opened: {why}.") from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise ChartNotReadable(f"{told} is empty. It should be one FHIR R4 bundle.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        raise ChartNotReadable(_not_json(told, content, problem)) from None


def _not_json(told: str, content: bytes, problem: orjson.JSONDecodeError) -> str:
    if _is_ndjson(content):
        return (
            f"{told} holds one resource a line (NDJSON). It should be one FHIR R4 bundle; "
            "a folder of NDJSON files can be opened with: previsit demo --data DIR"
        )
    where = f"{problem.msg}, line {problem.lineno}"
    return f"{told} is not JSON that can be read ({where}). It should be one FHIR R4 bundle."


def _is_ndjson(content: bytes) -> bool:
    first, _, rest = content.lstrip().partition(b"\n")
    try:
        return bool(rest.strip()) and isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _check_one_patient(bundle: Any, told: str) -> None:
    ids = dict.fromkeys(
        str(r.get("id") or "(no id)")
        for _, r in entries_of(bundle)
        if isinstance(r, dict) and r.get("resourceType") == "Patient"
    )
    if len(ids) > 1:
        more = ", ..." if len(ids) > _SHOWN else ""
        named = ", ".join(list(ids)[:_SHOWN])
        raise ChartNotReadable(
            f"{told} holds {len(ids)} patients ({named}{more}). Say which one with --patient ID."
        )


def _check_somebody(chart: Chart, told: str, patient_id: str) -> None:
    """A summary of nobody would read as a summary of somebody without risk."""
    has_patient = all(gap.resource_type != "Patient" for gap in chart.unavailable)
    if has_patient or any(source.count for source in chart.sources):
        return
    whom = f"patient {patient_id}" if patient_id else "patient"
    raise ChartNotReadable(f"{told} holds no {whom} and no record of one.")
