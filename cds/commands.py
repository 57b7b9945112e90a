"""The commands that answer from a file, without a server: summarize, mme, rules."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from cds.bundle_file import chart_of_file
from cds.contract import as_json
from cds.summary import case_of, summarize
from cds.text import as_text
from cds.unforeseen import place_of
from chart.reader import ChartNotReadable
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


def _say(answer: Callable[[], str]) -> int:
    """Exit status 0, or 1 with one sentence on stderr; a traceback could quote the chart."""
    try:
        text = answer()
    except (_CannotAnswer, ChartNotReadable) as problem:
        return _refuse(str(problem))
    except Exception as problem:
        return _refuse(f"this could not be answered ({place_of(problem)}). Please report it.")
    _write(text if text.endswith("\n") else text + "\n")
    return 0


def _refuse(sentence: str) -> int:
    print(f"previsit: {sentence}", file=sys.stderr)
    return 1


def _write(text: str) -> None:
    # A name with letters that the terminal's encoding lacks must not cost the whole summary.
    content = text.encode(sys.stdout.encoding or "utf-8", errors="backslashreplace")
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough; Python would complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _case(arguments: Namespace, today: date) -> Case:
    chart = chart_of_file(arguments.bundle, arguments.as_of or today, arguments.patient)
    return case_of(chart, _policy(arguments.policy))


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
