"""Every practice patient's full result, as reviewed: `SNAPSHOTS=write make test` writes it anew for another review."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from cds.contract import as_json
from cds.summary import case_of, summarize
from cds.types_read import as_nothing_known
from chart.reader import read_bundle
from rules.policy import Policy
from sandbox.patients import practice_patients

TODAY = date(2026, 3, 2)
FOLDER = Path(__file__).parent / "snapshots"


def result(patient):
    """What a reviewer holds against the patient's story: dose, therapy, and every rule's answer with its reasons."""
    chart = as_nothing_known(read_bundle(patient.bundle, TODAY))
    answer = as_json(summarize(case_of(chart, Policy())))
    rules = {
        entry["id"]: [f"{entry['status']}, {entry['priority']}", *[r["text"] for r in entry["reasons"]]]
        for entry in (*answer["guidance"], *answer["referrals"])
    }
    return {
        "story": patient.story,
        "mme": answer["mme"]["total"] + (" at least" if answer["mme"]["at_least"] else ""),
        "counted": [f"{m['name']}: {m['basis']}" for m in answer["mme"]["by_medication"]],
        "not calculated": [f"{m['name']}: {m['reason']}" for m in answer["mme"]["not_calculated"]],
        "ltot": [answer["ltot"]["status"], *[r["text"] for r in answer["ltot"]["reasons"]]],
        "set aside": [f"{s['resource_type']}: {s['reason']}" for s in answer["set_aside"]],
        "rules": dict(sorted(rules.items())),
    }


@pytest.mark.parametrize("patient", practice_patients(TODAY), ids=lambda p: p.id)
def test_the_result_is_the_reviewed_one(patient):
    path = FOLDER / f"{patient.id}.json"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(json.dumps(result(patient), indent=1, ensure_ascii=False) + "\n")
    assert result(patient) == json.loads(path.read_text())
