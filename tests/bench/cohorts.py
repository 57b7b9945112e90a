"""Many patients one after the other: how many a second, in one process and in two."""

import json
import time
from concurrent.futures import ProcessPoolExecutor

from cds.summary import summarize
from chart.reader import read_bundle
from rules.case import Case
from tests.bench.records import TODAY, practice_patients

ROUNDS = 3  # times that each practice patient comes
_BUNDLES = []


def measure(table):
    table.title("cohort: parsing, reading and the whole catalogue, practice patients again and again")
    bundles = [json.dumps(patient.bundle) for patient in practice_patients(TODAY)]
    rates = []
    for processes in (1, 2):
        for work in (bundles * ROUNDS, bundles * ROUNDS * 10):
            rates.append(_rate(work, processes))
        few, many = rates[-2:]
        told = f"{many:7.1f} patients/s; of a tenth as many {few:7.1f}"
        table.line(
            f"cohort, {processes} process{'es' if processes > 1 else ''}",
            told,
            per_second=many,
            of_a_tenth=few,
        )


def _rate(bundles, processes):
    shares = [bundles[first::processes] for first in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_done, [bundles[:1]] * processes))  # started, and the tables read
        begun = time.perf_counter()
        counted = sum(pool.map(_done, shares))
        return round(counted / (time.perf_counter() - begun), 1)


def _done(bundles):
    return sum(bool(summarize(Case(read_bundle(json.loads(text), TODAY)))) for text in bundles)
