"""`previsit policy check` and `previsit policy show`: a clinic's policy without a server."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cds.policy_file import BadPolicy, read_policy
from cds.policy_text import changes, policy_json, policy_markdown, policy_text
from rules.policy import Policy
from rules.policy_remarks import remarks


def policy_check_command(arguments: Namespace, today: date) -> int:
    """0 when the file can be used; 1 with every problem in it."""
    try:
        policy = read_policy(Path(arguments.file))
    except BadPolicy as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 1
    print("\n".join(_checked(arguments.file, policy, today)))
    return 0


def policy_show_command(arguments: Namespace) -> int:
    """Of FILE, or the defaults."""
    if arguments.markdown:
        sys.stdout.write(policy_markdown())
        return 0
    try:
        policy = read_policy(Path(arguments.file)) if arguments.file else Policy()
    except BadPolicy as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 1
    as_json = arguments.json and json.dumps(policy_json(policy), indent=2, ensure_ascii=False)
    print(as_json or policy_text(policy))
    return 0


def _checked(file: str, policy: Policy, today: date) -> Iterator[str]:
    yield f"{file} can be used."
    changed = changes(policy)
    yield "It differs from the defaults in:" if changed else "It keeps every default."
    yield from (f"  {change}" for change in changed)
    if noted := remarks(policy, today):
        yield "Still open:"
        yield from (f"  {remark}" for remark in noted)
