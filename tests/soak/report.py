"""A soak's figures as a table for people and as JSON beside it."""

import json
import os
import platform
from collections import Counter
from pathlib import Path

from tests.soak.wreck import growth

MOST_SHOWN = 25


def figures(arguments, ledger, wreck, ehr_counts, after):
    return {
        "run": vars(arguments) | {"python": platform.python_version(), "processors": os.cpu_count()},
        "load": round(os.getloadavg()[0], 1),
        "answers": {kind: dict(found) for kind, found in sorted(ledger.answers.items())},
        "milliseconds": ledger.latencies(),
        "ehr": ehr_counts,
        "workers_killed": len(wreck.kills),
        "database_restarts": len(wreck.outages),
        "memory": _memory(wreck),
        "afterwards": after,
        "failures": ledger.failures,
        "failed": ledger.failed,
    }


def _memory(wreck):
    """Of the workers that lived long; of all the most that one held."""
    found = {}
    for number, samples in enumerate(wreck.memory.values(), start=1):
        if told := growth(samples):
            found[f"worker {number}"] = dict(zip(("warm_mb", "end_mb", "is_flat"), told, strict=True))
    for told, samples in zip(found.values(), filter(growth, wreck.memory.values()), strict=True):
        told["every_20_s_mb"] = [round(sample, 1) for sample in samples[::20]]
    return {"long_lived": found, "most_mb": round(max(map(max, wreck.memory.values()), default=0), 1)}


def show(found):
    print(f"\n{'':<28}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, taken in found["milliseconds"].items():
        print(f"{kind:<28}{taken['count']:>7}{taken['p50']:>9}{taken['p95']:>9}{taken['p99']:>9}")
    print()
    for kind, answers in found["answers"].items():
        for what, count in sorted(answers.items()):
            print(f"{kind:<28}{count:>7}  {what}")
    print(
        f"\nThe EHR's answers: {_listed(found['ehr']['faults'])}; {found['ehr']['refreshes']} refreshes asked"
    )
    print(f"Workers killed: {found['workers_killed']}; database restarts: {found['database_restarts']}")
    for worker, told in found["memory"]["long_lived"].items():
        print(f"Memory of {worker}: {told['warm_mb']} MB after warm-up, {told['end_mb']} MB at the end")
    print(f"Memory of any worker: at most {found['memory']['most_mb']} MB")
    for what, told in found["afterwards"].items():
        print(f"Afterwards, {what}: {told}")
    _show_failures(found)


def _show_failures(found):
    said = Counter(found["failures"])
    for sentence, count in list(said.items())[:MOST_SHOWN]:
        print(f"FAILED{f' ({count} times)' if count > 1 else ''}: {sentence}")
    total = sum(taken["count"] for taken in found["milliseconds"].values())
    verdict = f"FAILED {found['failed']} times" if found["failed"] else "holds"
    print(f"\n{verdict}: {total} answers, load of the machine {found['load']}")


def write(found, folder=Path("build")):
    folder.mkdir(exist_ok=True)
    file = folder / f"soak-{found['run']['database']}.json"
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return file


def _listed(counts):
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items(), key=lambda one: -one[1]))
