"""A cohort on disk: bundles or Bulk Data NDJSON with the truth beside it, written and read one patient at a time."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from synth.draw import lives
from synth.expected import expected
from synth.life import Life
from synth.record import record

ABOUT, TRUTH = "cohort.json", "truth.ndjson"
PER_FOLDER = 1000  # bundles: folders of a hundred thousand files are slow everywhere


class NotACohort(Exception):
    """The folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    patients: int
    seed: int
    as_of: date
    form: str  # "bundles" or "ndjson"

    def lives(self) -> Iterator[Life]:
        return lives(self.patients, self.seed, self.as_of)


def write(plan: Plan, folder: Path) -> None:
    """Memory does not grow with the number of patients. Raises NotACohort where something is in the way."""
    if folder.exists() and any(folder.iterdir()):
        raise NotACohort(f"{folder} is not empty; name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        truth = stack.enter_context((folder / TRUTH).open("wb"))
        put = _Bundles(folder) if plan.form == "bundles" else _Ndjson(folder, stack)
        for number, life in enumerate(plan.lives()):
            put.add(number, life.id, record(life))
            truth.write(orjson.dumps(truth_of(life)) + b"\n")
    # Last, so that a folder with it in is whole.
    about = {"patients": plan.patients, "seed": plan.seed, "as_of": plan.as_of, "form": plan.form}
    (folder / ABOUT).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n")


def truth_of(life: Life) -> dict[str, Any]:
    """What the record was drawn from, and what should be asked for; MME/day as text, exact."""
    since = life.long_term_since()
    return {
        "patient": life.id,
        "kind": life.kind,
        "mme": str(life.mme_on(life.as_of)),
        "mme_series": [[first.isoformat(), last.isoformat(), str(mme)] for first, last, mme in life.series()],
        "ltot_since": since.isoformat() if since else None,
        "done": {what: day.isoformat() for what, day in life.done.items()},
        "expected": expected(life),
        "lost": sorted(life.lost),
    }


def read_plan(folder: Path) -> Plan:
    try:
        about = orjson.loads((folder / ABOUT).read_bytes())
        return Plan(about["patients"], about["seed"], date.fromisoformat(about["as_of"]), about["form"])
    except (OSError, KeyError, TypeError, ValueError):
        raise NotACohort(
            f"{folder} holds no whole cohort; write one with `previsit synth --out {folder}`."
        ) from None


def read(folder: Path, plan: Plan) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """(resources, truth) of each patient, in the order written."""
    records = _bundles(folder, plan) if plan.form == "bundles" else _ndjson(folder)
    with (folder / TRUTH).open("rb") as truths:
        for resources, line in zip(records, truths, strict=True):
            yield resources, orjson.loads(line)


class _Bundles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, number: int, patient: str, resources: list[dict[str, Any]]) -> None:
        path = bundle_path(self._folder, number, patient)
        path.parent.mkdir(exist_ok=True)
        entry = [{"fullUrl": f"urn:synth:{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
        path.write_bytes(orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entry}))


class _Ndjson:
    """One file a type, as Bulk Data export gives them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._files: dict[str, BinaryIO] = {}

    def add(self, _number: int, _patient: str, resources: list[dict[str, Any]]) -> None:
        for resource in resources:
            kind = resource["resourceType"]
            if kind not in self._files:
                self._files[kind] = self._stack.enter_context((self._folder / f"{kind}.ndjson").open("wb"))
            self._files[kind].write(orjson.dumps(resource) + b"\n")


def bundle_path(folder: Path, number: int, patient: str) -> Path:
    return folder / f"{number // PER_FOLDER:04}" / f"{patient}.json"


def _bundles(folder: Path, plan: Plan) -> Iterator[list[Any]]:
    for number in range(plan.patients):
        path = bundle_path(folder, number, f"synth-{number + 1:06}")
        try:
            yield [entry["resource"] for entry in orjson.loads(path.read_bytes())["entry"]]
        except (OSError, ValueError) as problem:
            raise NotACohort(f"{path} cannot be read: {type(problem).__name__}.") from None


def _ndjson(folder: Path) -> Iterator[list[Any]]:
    """The files are all in the order of the patients, so that one pass over each is enough."""
    with ExitStack() as stack:
        others = [
            _Cursor(stack.enter_context(path.open("rb")))
            for path in sorted(folder.glob("*.ndjson"))
            if path.name not in (TRUTH, "Patient.ndjson")
        ]
        for line in stack.enter_context((folder / "Patient.ndjson").open("rb")):
            patient = orjson.loads(line)
            theirs: Iterable[Any] = (r for cursor in others for r in cursor.of(f"Patient/{patient['id']}"))
            yield [patient, *theirs]


class _Cursor:
    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._next = self._read()

    def of(self, subject: str) -> Iterator[Any]:
        while self._next is not None and self._next["subject"]["reference"] == subject:
            yield self._next
            self._next = self._read()

    def _read(self) -> Any:
        line = self._lines.readline()
        return orjson.loads(line) if line else None
