"""What may import what; the layers are described in CONTRIBUTING.md."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"audit", "cds", "chart", "launch", "network", "operation", "rules", "sandbox", "storage", "synth"}
MAY_IMPORT = {
    "chart": {"network"},
    "network": set(),
    "rules": {"chart"},
    "storage": set(),
    "audit": {"storage"},
    "launch": {"audit", "network", "storage"},
    "cds": {"audit", "chart", "launch", "network", "rules", "storage"},
    "sandbox": {"chart"},
    # What operators see of all parts; only the wiring imports it.
    "operation": {"audit", "cds", "chart", "launch", "network", "rules", "storage"},
    "synth": {"cds", "chart", "rules"},
}
# The truth owes nothing to the code that is scored against it.
TRUTH = {"medicines.py", "life.py", "draw.py", "record.py", "expected.py", "cohort.py"}
# Of chart/, the rules know the records and nothing of how they were read.
RECORDS = {
    "chart.frozen",
    "chart.records",
    "chart.medications",
    "chart.outcomes",
    "chart.terms",
    "chart.when",
}
TALKS_TO_SERVERS = {"fhir.py", "preferences.py", "searches.py", "transport.py", "paging.py", "writing.py"}
WEB_AND_NETWORK = {"flask", "httpx", "requests", "urllib3", "werkzeug"}
CLOCK_AND_MACHINE = {"os", "time", "logging"}
MODULES = [path for package in sorted(PACKAGES) for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the full name, not a relative import"
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_layers(path):
    package = path.relative_to(ROOT).parts[0]
    names = set(imports(path))
    tops = {name.split(".")[0] for name in names}
    assert tops & PACKAGES <= MAY_IMPORT[package] | {package}
    if package == "rules":
        assert {n for n in names if n.split(".")[0] == "chart"} <= RECORDS
        assert not tops & (WEB_AND_NETWORK | CLOCK_AND_MACHINE)
    if package == "synth" and path.name in TRUTH:
        assert not tops & (PACKAGES - {"synth"})
    if package == "chart" and path.name not in TALKS_TO_SERVERS:
        assert tops - {"chart"} <= set(sys.stdlib_module_names)  # and so nothing of network either
        assert not tops & (WEB_AND_NETWORK | CLOCK_AND_MACHINE)


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[-2] != "sandbox"], ids=str)
def test_no_clock_is_read_where_time_comes_from_the_chart(path):
    if path.relative_to(ROOT).parts[0] not in ("chart", "rules") or path.name in TALKS_TO_SERVERS:
        return
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"today", "now", "utcnow"}


def test_only_the_wiring_imports_the_cohorts():
    for path in [*MODULES, ROOT / "config.py"]:
        if path.relative_to(ROOT).parts[0] != "synth":
            assert "synth" not in {name.split(".")[0] for name in imports(path)}, path


def test_only_the_wiring_imports_the_practice_ehr():
    for path in [*MODULES, ROOT / "config.py"]:
        if path.relative_to(ROOT).parts[0] != "sandbox":
            assert "sandbox" not in {name.split(".")[0] for name in imports(path)}, path
