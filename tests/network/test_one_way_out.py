"""Nothing in the app connects by itself: there is one way out, and it is guarded (D1)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The practice EHR's console calls the app as an EHR would; it is no part of a deployment.
OURS = [
    path
    for path in (*ROOT.glob("*.py"), *ROOT.glob("*/**/*.py"))
    if path.relative_to(ROOT).parts[0] not in ("tests", "network", "sandbox", ".venv", "bench")
]
CONNECTS = {
    "requests": {"Session", "session", "get", "post", "put", "patch", "delete", "head", "request"},
    "urllib3": {"PoolManager", "HTTPConnectionPool", "HTTPSConnectionPool", "request"},
    "socket": {"create_connection"},
}
MODULES = {"urllib.request", "http.client", "ftplib", "telnetlib", "smtplib", "httpx", "aiohttp"}


@pytest.mark.parametrize("path", OURS, ids=lambda p: str(p.relative_to(ROOT)))
def test_d1_only_the_network_package_connects(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & MODULES
        if isinstance(node, ast.ImportFrom):
            assert node.module not in MODULES
            assert not {alias.name for alias in node.names} & CONNECTS.get(node.module or "", set())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            assert node.func.attr not in CONNECTS.get(owner, set()), node.lineno


def test_the_whole_app_was_looked_at():
    assert {"launch", "chart", "cds"} <= {path.relative_to(ROOT).parts[0] for path in OURS}
