"""The JSON of one summary: the contract of docs/summary-json.md that other programs rely on."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from cds.summary import Summary
from chart.records import Outcome, SetAside
from rules.mme import Counted, DailyMme, Excluded, NotCalculated
from rules.referrals.loop import Loop
from rules.referrals.loops import loops
from rules.rule import Assessment
from rules.therapy import Ltot

_ENTRY = re.compile(r"(?:^|/)entry[- ](\d+)$")

Json = dict[str, Any]


def as_json(summary: Summary) -> Json:
    """The whole contract. Decimals are strings, dates ISO 8601; what is not known is null."""
    chart = summary.case.chart
    patient = chart.patient
    return {
        "as_of": chart.as_of.isoformat(),
        "patient": {
            "id": patient.id.partition("/")[2],
            "name": patient.name,
            "birth_date": patient.birth_date.text if patient.birth_date else None,
            "sex": patient.sex,
        },
        "mme": _mme(summary.case.mme),
        "ltot": _ltot(summary.case.therapy.ltot),
        "guidance": [_assessment(a) for a in summary.guidance],
        "referrals": [_assessment(a) | {"options": _options(a)} for a in summary.referrals],
        "referral_loops": [_loop(loop, chart.as_of) for loop in loops(summary.case)],
        "unavailable": [{"resource_type": u.resource_type, "reason": u.reason} for u in chart.unavailable],
        "set_aside": [_set_aside(s) for s in chart.set_aside],
        "policy": {"clinic": summary.case.policy.clinic_name, "version": summary.case.policy.version},
    }


def decimal_text(number: Decimal) -> str:
    """Plain digits, no exponent, no trailing zeros: "112.5", "60"."""
    return f"{number.normalize():f}"


def _mme(mme: DailyMme) -> Json:
    return {
        "total": decimal_text(mme.total),
        "at_least": mme.at_least,
        "unit": "MME/day",
        "factors": "CDC 2022",
        "by_medication": [_counted(m) for m in mme.by_medication],
        "not_calculated": [_left_out(m) for m in mme.not_calculated],
        "excluded": [_left_out(m) for m in mme.excluded],
        "notes": list(mme.notes),
    }


def _counted(line: Counted) -> Json:
    return {
        "id": line.record_ids[0],
        "name": line.name,
        "mme": decimal_text(line.mme),
        "dosage_per_day": decimal_text(line.dosage_per_day),
        "unit": line.unit,
        "factor": decimal_text(line.factor),
        "basis": line.basis,
        "as_needed": line.as_needed,
        "notes": list(line.notes),
        "record_ids": list(line.record_ids),
    }


def _left_out(line: NotCalculated | Excluded) -> Json:
    return {
        "id": line.record_ids[0],
        "name": line.name,
        "reason": line.reason,
        "record_ids": list(line.record_ids),
    }


def _ltot(ltot: Ltot) -> Json:
    return {
        "status": ltot.status,
        "since": ltot.since.isoformat() if ltot.since else None,
        "last_covered": ltot.last_covered.isoformat() if ltot.last_covered else None,
        "covered_days_90": ltot.covered_days_90,
        "longest_gap": ltot.longest_gap,
        "confirmed": ltot.confirmed,
        "reasons": [{"text": r.text, "record_ids": list(r.record_ids)} for r in ltot.reasons],
    }


def _assessment(answer: Assessment) -> Json:
    rule, guidance = answer.rule, answer.guidance
    return {
        "id": rule.id,
        "block": rule.block.value,
        "title": rule.title,
        "status": answer.status.value,
        "priority": answer.priority.value,
        "advice": answer.advice,
        "reasons": [{"text": r.text, "record_ids": list(r.record_ids)} for r in guidance.reasons],
        "due_on": guidance.due_on.isoformat() if guidance.due_on else None,
        "source": {"title": rule.source.title, "locator": rule.source.locator, "url": rule.source.url},
        "outcome": _outcome(guidance.outcome),
    }


def _outcome(made: Outcome | None) -> Json | None:
    if made is None:
        return None
    until = made.until.isoformat() if made.until else None
    return {"kind": made.kind.value, "on": made.on.isoformat(), "until": until}


def _options(answer: Assessment) -> list[Json]:
    return [
        {"kind": o.kind, "name": o.name, "contact": o.contact, "detail": o.detail}
        for o in answer.guidance.options
    ]


def _loop(loop: Loop, as_of: date) -> Json:
    return {
        "id": loop.key,
        "rule_id": loop.rule_id,
        "title": loop.title,
        "to": loop.to,
        "since": loop.since_day.isoformat() if loop.since_day else None,
        "state": loop.state.value,
        "due_on": loop.due_on.isoformat() if loop.due_on else None,
        "is_overdue": loop.is_overdue(as_of),
        "next_step": loop.next_step,
        "steps": [
            {
                "state": step.state.value,
                "on": step.day.isoformat() if step.day else None,
                "text": step.told,
                "record_ids": [record.id for record in step.records],
            }
            for step in loop.steps
        ],
    }


def _set_aside(entry: SetAside) -> Json:
    place = _ENTRY.search(entry.id)
    where: Json = {"index": int(place[1])} if place else {"id": entry.id}
    return where | {"resource_type": entry.resource_type, "reason": entry.reason}
