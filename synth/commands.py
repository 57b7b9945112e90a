"""`previsit synth` and `previsit score`: a cohort from known truth, and how well the rules find it again."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from cds.as_of import day_from


def add_commands(commands: Any) -> None:
    synth = commands.add_parser("synth", help="write a synthetic cohort, with the truth it was drawn from")
    synth.add_argument("--patients", type=_number, default=100, metavar="N")
    synth.add_argument(
        "--seed", type=_number, default=1, metavar="S", help="the same seed gives the same cohort"
    )
    synth.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    synth.add_argument("--as-of", type=_day, default=None, metavar="YYYY-MM-DD", help="default: today")
    synth.add_argument(
        "--format", choices=("bundles", "ndjson"), default="bundles", help="ndjson: as Bulk Data"
    )
    synth.set_defaults(run=_synth)

    score = commands.add_parser("score", help="run the rules over a cohort and compare with its truth")
    score.add_argument("folder", type=Path, metavar="DIR")
    score.add_argument("--jobs", type=_number, default=1, metavar="N", help="processes")
    score.add_argument("--json", action="store_true")
    score.set_defaults(run=_score)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")


def _day(text: str) -> date:
    try:
        return day_from(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _synth(arguments: argparse.Namespace) -> int:
    from synth.cohort import NotACohort, Plan, write

    as_of = arguments.as_of or date.today()
    try:
        write(Plan(arguments.patients, arguments.seed, as_of, arguments.format), arguments.out)
    except (NotACohort, OSError) as problem:
        return _refuse(problem)
    print(f"{arguments.patients:,} patients written to {arguments.out}, as of {as_of.isoformat()}.")
    return 0


def _score(arguments: argparse.Namespace) -> int:
    import orjson

    from synth.cohort import NotACohort
    from synth.report import as_json, as_markdown
    from synth.score import score

    try:
        plan, found = score(arguments.folder, arguments.jobs)
    except (NotACohort, OSError) as problem:
        return _refuse(problem)
    if arguments.json:
        print(orjson.dumps(as_json(plan, found), option=orjson.OPT_INDENT_2).decode())
    else:
        print(as_markdown(plan, found), end="")
    return 0


def _refuse(problem: Exception) -> int:
    print(f"previsit: {problem}", file=sys.stderr)
    return 1
