"""The commands that answer from a file, without a server: summarize, mme, rules."""

import json
import sys
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

from cds.contract import as_json
from cds.summary import case_of, summarize
from cds.text import as_text
from chart.reader import ChartNotReadable, read_bundle
from rules.case import Case
from rules.policy import Policy


class _CannotAnswer(Exception):
    """The message says what is wrong with what was given, and what to do."""


def summarize_command(arguments: Namespace, today: date) -> int:
    def answer() -> str:
        summary = summarize(_case(arguments, today))
        return _json_text(as_json(summary)) if arguments.json else as_text(summary)

    return _say(answer)


def mme_command(arguments: Namespace, today: date) -> int:
    from rules.explain import explain

    return _say(lambda: explain(_case(arguments, today).mme))


def rules_command(arguments: Namespace) -> int:
    from cds.catalogue_text import catalogue_json, catalogue_markdown, catalogue_text

    def answer() -> str:
        policy = _policy(arguments.policy)
        if arguments.markdown:
            return catalogue_markdown(policy)
        return _json_text(catalogue_json(policy)) if arguments.json else catalogue_text(policy)

    return _say(answer)


def _say(answer: Any) -> int:
    try:
        text = answer()
    except (_CannotAnswer, ChartNotReadable) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 1
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def _case(arguments: Namespace, today: date) -> Case:
    chart = read_bundle(_bundle(arguments.bundle), arguments.as_of or today, patient_id=arguments.patient)
    return case_of(chart, _policy(arguments.policy))


def _bundle(name: str) -> Any:
    import orjson

    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as problem:
        raise _CannotAnswer(f"{name} could not be opened: {problem.strerror}.") from None
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as problem:
        raise _CannotAnswer(
            f"{name} is not JSON (line {problem.lineno}). It should be one FHIR R4 bundle."
        ) from None


def _policy(name: str | None) -> Policy:
    if not name:
        return Policy()
    from cds.policy_file import BadPolicy, read_policy

    try:
        return read_policy(Path(name))
    except BadPolicy as problem:
        raise _CannotAnswer(str(problem)) from None


def _json_text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
