"""What the commands say of files that hold no patient's chart: one sentence, an exit status, never a traceback."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from app import main

ROOT = Path(__file__).parents[2]
PERSON = {
    "resourceType": "Patient",
    "id": "ana",
    "name": [{"text": "Ana Świątek"}],
    "birthDate": "1970-01-01",
}
OTHER = {"resourceType": "Patient", "id": "ben", "name": [{"text": "Ben"}]}
VISIT = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/ana"},
    "period": {"start": "2026-01-05"},
}


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def text(content):
    return json.dumps(content).encode()


def nested(levels, inside="[]"):
    return b'{"a":' * levels + inside.encode() + b"}" * levels


@dataclass
class Done:
    status: int
    out: bytes
    said: str


def run(*arguments, given=b"", encoding="utf-8"):
    """One command in this process, with standard streams of its own."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding) for name in ("stdin", "stdout", "stderr")}
    streams["stdin"].buffer.write(given)
    streams["stdin"].buffer.seek(0)
    with patch.multiple(sys, **streams):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    out, said = (streams[name].buffer.getvalue() for name in ("stdout", "stderr"))
    assert b"Traceback" not in out + said
    return Done(status, out, said.decode())


def check_refused(done, sentence, status=1):
    assert done.status == status
    assert done.out == b""
    assert sentence in done.said
    assert done.said.startswith("previsit: ")
    assert done.said.count("\n") == 1


UNUSABLE = {
    "empty file": (b"", "is empty. It should be one FHIR R4 bundle."),
    "only spaces": (b" \n ", "is empty. It should be one FHIR R4 bundle."),
    "binary": (bytes(range(256)) * 20, "is not JSON that can be read"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "is not JSON that can be read"),
    "UTF-16": (json.dumps(bundle(PERSON)).encode("utf-16"), "is not JSON that can be read"),
    "truncated": (
        text(bundle(PERSON, VISIT))[:-20],
        "is not JSON that can be read (unexpected end of data, line 1)",
    ),
    "no FHIR": (b'{"a": 1}', "This is not a FHIR bundle: it has no resourceType."),
    "a number": (b"3", "This is not a FHIR bundle: it has no resourceType."),
    "null": (b"null", "This is not a FHIR bundle: it has no resourceType."),
    "HTML": (b"<!doctype html><title>Sign in</title>", "is not JSON that can be read"),
    "two patients": (
        text(bundle(PERSON, OTHER)),
        "holds 2 patients (ana, ben). Say which one with --patient ID.",
    ),
    "empty bundle": (text(bundle()), "holds no patient and no record of one."),
    "empty list": (b"[]", "holds no patient and no record of one."),
    "nested 100,000 deep": (nested(100_000), "is not JSON that can be read (depth limit exceeded"),
    "lists 100,000 deep": (
        b"[" * 100_000 + b"]" * 100_000,
        "is not JSON that can be read (depth limit exceeded",
    ),
    "lists as deep as can be read": (b"[" * 1_000 + b"]" * 1_000, "holds no patient and no record of one"),
    "NDJSON": (text(PERSON) + b"\n" + text(VISIT) + b"\n", "holds one resource a line (NDJSON)."),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_file_without_a_chart(tmp_path, case):
    content, sentence = UNUSABLE[case]
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    check_refused(run("summarize", path), sentence)


@pytest.mark.parametrize("command", ["summarize", "mme"])
def test_a_file_that_is_not_there(tmp_path, command):
    sentence = "none.json could not be opened: No such file or directory."
    check_refused(run(command, tmp_path / "none.json"), sentence)


def test_a_directory(tmp_path):
    check_refused(run("summarize", tmp_path), "could not be opened: Is a directory.")


def test_a_patient_who_is_not_in_the_file(tmp_path):
    path = tmp_path / "two.json"
    path.write_bytes(text(bundle(PERSON, OTHER, VISIT)))
    check_refused(run("summarize", path, "--patient", "zoe"), "holds no patient zoe and no record of one")
    assert b"Ana" in run("summarize", path, "--patient", "ana").out


def test_nothing_on_standard_input():
    check_refused(run("summarize", "-"), "Standard input is empty.")


def test_standard_input_and_a_byte_order_mark():
    content = b"\xef\xbb\xbf" + text(bundle(PERSON, VISIT))
    done = run("summarize", "-", "--json", "--as-of", "2026-02-01", given=content)
    assert done.status == 0
    assert done.said == ""
    answer = json.loads(done.out)
    assert (answer["as_of"], answer["patient"]["name"]) == ("2026-02-01", "Ana Świątek")
    assert answer["unavailable"] == []


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_is_none(day):
    done = run("summarize", "-", "--as-of", day, given=text(bundle(PERSON)))
    assert done.status == 2
    assert done.out == b""
    assert repr(day) in done.said


@pytest.mark.parametrize("day", ["1900-01-01", "2200-01-01"])
def test_the_first_and_the_last_day_that_can_be_chosen(day):
    assert run("summarize", "-", "--as-of", day, given=text(bundle(PERSON, VISIT))).status == 0


def test_a_patient_without_records_is_not_a_patient_without_risk():
    done = run("summarize", "-", "--json", given=text(bundle(PERSON)))
    answer = json.loads(done.out)
    assert done.status == 0
    assert answer["mme"]["at_least"]
    assert answer["ltot"]["status"] == "undetermined"
    assert {gap["reason"] for gap in answer["unavailable"]} == {
        "Not one record of this patient's care was found; nothing can be told from an empty chart"
    }
    assert "0 MME/day" not in run("summarize", "-", given=text(bundle(PERSON))).out.decode()


def test_a_record_nested_deeply_costs_only_itself():
    deep = {"resourceType": "Condition", "id": "deep", "subject": {"reference": "Patient/ana"}}
    content = text(bundle(PERSON, VISIT, deep | {"code": "HERE"})).replace(b'"HERE"', nested(900))
    done = run("summarize", "-", "--json", given=content)
    assert done.status == 0
    assert json.loads(done.out)["patient"]["name"] == "Ana Świątek"


def test_a_terminal_without_the_letters_of_a_name():
    done = run("summarize", "-", given=text(bundle(PERSON, VISIT)), encoding="ascii")
    assert done.status == 0
    assert done.out.startswith(b"Ana \\u015awi\\u0105tek")


def test_a_reader_that_has_seen_enough():
    """As when piped into head: whoever reads has gone, and that is no fault."""
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "app", "summarize", "-"]
    given = text(bundle(PERSON, VISIT))
    with open(writes, "wb") as out:
        done = subprocess.run(command, input=given, stdout=out, stderr=subprocess.PIPE, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_unforeseen_fault_says_where_and_nothing_of_the_chart(monkeypatch):
    def stumble(_):
        raise ValueError("Ana Świątek takes oxycodone")

    monkeypatch.setattr("cds.commands.summarize", stumble)
    done = run("summarize", "-", given=text(bundle(PERSON, VISIT)))
    check_refused(done, "this could not be answered (ValueError at ")
    assert "Ana" not in done.said
    assert "oxycodone" not in done.said


HEAVY = {
    "flask",
    "werkzeug",
    "requests",
    "fhir",
    "pydantic",
    "sqlalchemy",
    "authlib",
    "cryptography",
    "gunicorn",
}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["summarize", "--help"], ["summarize", "-", "--as-of", "never"]]
)
def test_help_loads_nothing_heavy(arguments):
    done = run_and_list_modules(arguments, b"")
    assert not done & (HEAVY | {"orjson", "rules", "chart"})


def test_a_summary_of_a_file_loads_no_web_framework():
    assert not run_and_list_modules(["summarize", "-"], text(bundle(PERSON, VISIT))) & HEAVY


def run_and_list_modules(arguments, given):
    """The top-level modules that one command has loaded when it ends."""
    program = (
        "import sys, app\n"
        "try:\n    app.main(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, timeout=60, check=True)
    return set(done.stdout.decode().rpartition("LOADED")[2].split())
