"""Benchmarks of the hot paths, as ratios to `json.loads` of the same bytes taken in the same run.

`python -m tests.bench` prints one table and writes bench.json. Absolute times depend on the machine; ratios hardly.
"""

import json
import statistics
import time
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

from flask import render_template

from app import create_demo
from cds.contract import as_json
from cds.page import page_of
from cds.summary import summarize
from chart import products
from chart.dosage import read_dosage
from chart.reader import read_bundle, read_chart
from rules.case import Case
from sandbox.patients import practice_patients

TODAY = date(2026, 3, 2)
ROUNDS = 15
DRUGS = (
    "oxycodone",
    "morphine",
    "hydrocodone",
    "lorazepam",
    "gabapentin",
    "tramadol",
    "naproxen",
    "sertraline",
)


def best(work):
    """The fastest of several runs, in seconds: what the work costs when nothing else wants the processor."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times), statistics.median(times)


def bundle_of(size):
    """A practice patient's record grown to `size` resources: the same mix, older and older."""
    patient = next(p for p in practice_patients(TODAY) if p.id == "harold-brandvold")
    entries = [deepcopy(e) for e in patient.bundle["entry"]]
    mix = [e["resource"] for e in entries if e["resource"]["resourceType"] not in ("Patient", "Medication")]
    round_ = 0
    while len(entries) < size:
        round_ += 1
        for resource in mix:
            entries.append({"resource": _older(resource, round_)})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries[:size]}


def _older(resource, rounds):
    copy = json.loads(json.dumps(resource), object_hook=lambda o: _moved(o, timedelta(days=30 * rounds)))
    return copy | {"id": f"{resource['id']}-{rounds}"}


def _moved(element, back):
    for key, value in element.items():
        if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-":
            element[key] = (date.fromisoformat(value[:10]) - back).isoformat() + value[10:]
    return element


def measure(app, size):
    text = json.dumps(bundle_of(size)).encode()
    parsed = json.loads(text)
    loads, _ = best(lambda: json.loads(text))
    chart = read_bundle(parsed, TODAY)
    summary = summarize(Case(chart))
    with app.test_request_context("/"):
        rendered = {"handle": "h", "form_token": "t", "user": None}
        steps = {
            "chart read": lambda: read_bundle(parsed, TODAY),
            "all rules": lambda: summarize(Case(chart)),
            "bundle to guidance": lambda: summarize(Case(read_bundle(parsed, TODAY))),
            "guidance to JSON": lambda: as_json(summary),
            "guidance to HTML": lambda: render_template(
                "summary.html", **page_of(summary, "the EHR"), **rendered
            ),
        }
        rows = {name: best(work)[0] for name, work in steps.items()}
    return len(text), loads, rows


def medicines(count=1000):
    """Orders with varied medicines and directions, nothing cached: what a day's first patients cost."""
    resources = [
        {
            "resourceType": "MedicationRequest",
            "id": f"m{n}",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": f"{DRUGS[n % len(DRUGS)]} {5 * (1 + n % 40)} mg tab"},
            "authoredOn": "2026-02-01",
            "dosageInstruction": [
                {"text": f"Take {1 + n % 3} tablets every {4 + n % 9} hours, day {n}"[:60]}
            ],
        }
        for n in range(count)
    ]
    text = json.dumps(resources).encode()
    loads, _ = best(lambda: json.loads(text))

    def read():
        read_dosage.cache_clear()
        products._identify.cache_clear()
        read_chart(resources, TODAY)

    return loads, best(read)[0]


def fills(count=300):
    """The 24-month series and the therapy of a patient with `count` fills."""
    resources = [
        {
            "resourceType": "MedicationDispense",
            "id": f"d{n}",
            "status": "completed",
            "medicationCodeableConcept": {"text": f"{DRUGS[n % 3]} {5 * (1 + n % 4)} mg tab"},
            "whenHandedOver": (TODAY - timedelta(days=14 * (n // 3))).isoformat(),
            "daysSupply": {"value": 14, "unit": "d"},
            "quantity": {"value": 56},
        }
        for n in range(count)
    ]
    text = json.dumps(resources).encode()
    loads, _ = best(lambda: json.loads(text))
    chart = read_chart(resources, TODAY)
    return loads, best(lambda: Case(chart).therapy)[0]


def main():
    app = create_demo("http://localhost:9", today=TODAY)
    report = {}
    for size in (100, 1000):
        length, loads, rows = measure(app, size)
        print(f"\n{size} resources, {length / 1000:.0f} kB; json.loads {loads * 1000:.2f} ms")
        report[str(size)] = {"bytes": length, "json_loads_ms": loads * 1000, "ratio": {}}
        for name, seconds in rows.items():
            ratio = seconds / loads
            print(f"  {name:<22} {seconds * 1000:8.2f} ms   {ratio:6.1f} x json.loads")
            report[str(size)]["ratio"][name] = round(ratio, 2)
    for name, (loads, seconds) in (
        ("products and dosage, 1,000 orders, nothing cached", medicines()),
        ("24-month series and therapy, 300 fills", fills()),
    ):
        print(f"\n{name}: {seconds * 1000:.1f} ms, {seconds / loads:.1f} x json.loads")
        report[name] = round(seconds / loads, 2)
    Path("bench.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
