"""Many patients one after the other: how many a second, in one process and in two."""

import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cds.summary import summarize
from chart.reader import read_bundle
from rules.case import Case
from synth.cohort import Plan, write
from synth.score import score
from tests.bench.records import TODAY, practice_patients

ROUNDS = 3  # times that each practice patient comes
SYNTHETIC = (100, 1000)  # patients of `previsit synth`
SEED = 1


def measure(table):
    table.title("cohort: parsing, reading and the whole catalogue, practice patients again and again")
    bundles = [json.dumps(patient.bundle) for patient in practice_patients(TODAY)]
    for processes in (1, 2):
        few, many = (_rate(work, processes) for work in (bundles * ROUNDS, bundles * ROUNDS * 5))
        _line(table, f"cohort, {_told(processes)}", few, many)
    _synthetic(table)


def _synthetic(table):
    """As `previsit score` does it: every patient is new, read from the disk, and held against the truth."""
    few, many = SYNTHETIC
    table.title(f"cohorts of previsit synth, {few} and {many:,} patients: previsit score")
    with tempfile.TemporaryDirectory() as folder:
        written = {count: _written(Path(folder) / str(count), count) for count in SYNTHETIC}
        table.line("written", f"{written[many]:7.1f} patients/s", per_second=written[many])
        for processes in (1, 2):
            rates = [_scored(Path(folder) / str(count), processes) for count in SYNTHETIC]
            _line(table, f"scored, {_told(processes)}", *rates)


def _told(processes):
    return f"{processes} process{'es' if processes > 1 else ''}"


def _line(table, name, few, many):
    told = f"{many:7.1f} patients/s; of fewer {few:7.1f}"
    table.line(name, told, per_second=many, of_fewer=few)


def _written(folder, count):
    begun = time.perf_counter()
    write(Plan(count, SEED, TODAY, "ndjson"), folder)
    return _per_second(count, begun)


def _scored(folder, processes):
    begun = time.perf_counter()
    plan, _ = score(folder, processes)
    return _per_second(plan.patients, begun)


def _per_second(count, begun):
    return round(count / (time.perf_counter() - begun), 1)


def _rate(bundles, processes):
    shares = [bundles[first::processes] for first in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_done, [bundles[:1]] * processes))  # started, and the tables read
        begun = time.perf_counter()
        return _per_second(sum(pool.map(_done, shares)), begun)


def _done(bundles):
    return sum(bool(summarize(Case(read_bundle(json.loads(text), TODAY)))) for text in bundles)
