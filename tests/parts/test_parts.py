"""The lists of parts are current and complete (D14, D15)."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.parts import vulnerabilities
from tests.parts.licences import PAGE, page, parts
from tests.parts.vulnerabilities import judged, main

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
# What these ask is met by naming them and by using them unchanged as libraries.
FINE = {
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "PSF-2.0",
    "MPL-2.0",
    "LGPL-3.0-only",
}


def test_d15_the_page_of_licences_is_current():
    assert page(LOCK) == PAGE.read_text(), "run: make licences"


def test_d15_every_line_of_the_lock_is_in_it():
    assert len(parts(LOCK)) == LOCK.count("==") - LOCK.count(" == ") > 40


def test_every_licence_is_one_that_was_thought_about():
    stated = {
        row.rpartition(" | ")[2].removesuffix(" |") for row in page(LOCK).splitlines() if row.startswith("| ")
    }
    named = {word for one in stated - {"licence"} for word in one.replace("(", "").replace(")", "").split()}
    assert named - {"AND", "OR"} <= FINE


def test_d15_every_part_is_locked_by_hash():
    names = LOCK.count("==") - LOCK.count(" == ")
    assert LOCK.count("--hash=sha256:") >= names
    assert [line for line in LOCK.splitlines() if not line.startswith((" ", "#")) and " \\" not in line] == []


def test_d15_the_list_of_parts_is_valid_and_complete(tmp_path):
    """`make sbom`; cyclonedx-py checks what it writes against the schema of CycloneDX."""
    command = [line for line in (ROOT / "Makefile").read_text().splitlines() if "cyclonedx_py" in line]
    written = tmp_path / "sbom.json"
    line = command[0].strip().removeprefix("@").replace("$(BIN)/python", sys.executable)
    done = subprocess.run(
        line.replace("build/sbom.json", str(written)),
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(written.read_text())
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "previsit"
    found = {(one["name"], one["version"]) for one in told["components"]}
    assert found == {(name, version) for name, version, _ in parts(LOCK)}
    assert all(one["externalReferences"][0]["hashes"] for one in told["components"])


# Vulnerabilities

CLEAN = {"name": "flask", "version": "3", "vulns": []}
KNOWN = {"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("status", "said", "good", "told"),
    [
        (0, {"dependencies": [CLEAN]}, True, "1 parts, no known vulnerability."),
        (1, {"dependencies": [CLEAN, KNOWN]}, False, "x 1: PYSEC-1, mended in 2"),
        (0, {"dependencies": []}, None, "NOT CHECKED"),
        (1, {"dependencies": [CLEAN]}, None, "NOT CHECKED"),
        (0, {"dependencies": [CLEAN, {"name": "y", "skip_reason": "not found"}]}, None, "NOT CHECKED in full: y"),
        (1, "", None, "NOT CHECKED"),
        (1, "ConnectionError", None, "NOT CHECKED"),
    ],
)  # fmt: skip
def test_d14_silence_is_not_taken_for_good_news(status, said, good, told):
    found = judged(status, said if isinstance(said, str) else json.dumps(said))
    assert found[0] is good
    assert told in found[1]


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--required"], 1)])
def test_d14_without_a_network_it_says_so(arguments, status, monkeypatch, capsys, tmp_path):
    """The real program, led to an address where nobody listens."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    (tmp_path / "one.lock").write_text(LOCK[: LOCK.index("annotated-types")])
    asked = [
        "--requirement",
        str(tmp_path / "one.lock"),
        "--disable-pip",
        "--require-hashes",
        "--timeout",
        "1",
    ]
    monkeypatch.setattr(vulnerabilities, "COMMAND", [sys.executable, "-m", "pip_audit", *asked, "-f", "json"])
    assert main(arguments) == status
    assert "NOT CHECKED" in capsys.readouterr().out


def test_bandit_is_clean():
    """As `make audit` runs it, on everything but the practice EHR."""
    (told,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("CODE := ")]
    code = told.removeprefix("CODE := ").split()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "sandbox"} <= set(code)
    command = [
        sys.executable,
        "-m",
        "bandit",
        "--quiet",
        "--configfile",
        "pyproject.toml",
        "--recursive",
        *code,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_what_bandit_passes_over_is_little_and_has_its_reason():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["bandit"]
    assert config["skips"] == ["B101"]
    marked = [
        line.strip()
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", ".venv"}
        for line in path.read_text().splitlines()
        if "# nosec" in line
    ]
    assert len(marked) <= 4
    assert all(" B" in line for line in marked)
