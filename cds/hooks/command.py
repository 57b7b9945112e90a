"""`previsit hook` and `previsit feedback report`: the hook services without a server."""

import sys
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

from cds.hooks.answer import Settings, answer
from cds.hooks.requests import BadRequest, read_request
from cds.hooks.services import services_for
from cds.policy_file import BadPolicy, read_policy
from chart.reader import ChartNotReadable
from rules.policy import Policy
from storage.settings import DatabaseSettings


class _CannotAnswer(Exception):
    """The message says what is wrong with what was given, and what to do."""


def hook_command(arguments: Namespace, today: date) -> int:
    """The response to one request from a file, as JSON. Nothing is fetched and nothing is remembered."""
    import orjson

    try:
        body = _answered(arguments, today)
    except (_CannotAnswer, BadRequest, BadPolicy, ChartNotReadable) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 1
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


def feedback_report_command(_: Namespace, settings: DatabaseSettings) -> int:
    from cds.hooks.report import as_text, report
    from storage.opening import opening
    from storage.schema import check_schema

    with opening(settings.url) as engine:
        check_schema(engine)
        print(as_text(report(engine)))
    return 0


def _answered(arguments: Namespace, today: date) -> dict[str, Any]:
    from rules.catalogue import RULES

    services = services_for(RULES)
    name = arguments.service if arguments.service in services else f"previsit-{arguments.service}"
    if name not in services:
        raise _CannotAnswer(f"There is no service {arguments.service}. There are {', '.join(services)}.")
    policy = read_policy(Path(arguments.policy)) if arguments.policy else Policy()
    asked = read_request(_request(arguments.request), services[name])
    return answer(asked, services[name], arguments.as_of or today, Settings(policy))


def _request(name: str) -> Any:
    import orjson

    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except OSError as problem:
        raise _CannotAnswer(f"{name} could not be opened: {problem.strerror}.") from None
    except orjson.JSONDecodeError as problem:
        raise _CannotAnswer(
            f"{name} is not JSON (line {problem.lineno}). It should be a hook request."
        ) from None
