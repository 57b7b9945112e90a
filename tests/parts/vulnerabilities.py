"""Asks PyPI what is known against the parts in requirements.lock. `python -m tests.parts.vulnerabilities [--required]`

Where there is no network it says that nothing was checked: an answer that never came is no good news.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock"), "--disable-pip",
           "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]  # fmt: skip


def judged(status: int, said: str) -> tuple[bool | None, str]:
    """Whether the parts are in order, None where nobody could be asked; and what to print."""
    try:
        listed = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return (
            None,
            "NOT CHECKED: the list of known vulnerabilities could not be asked (no network, or it is blocked).",
        )
    left_out = [one["name"] for one in listed if one.get("skip_reason")]
    known = [_in_words(one, found) for one in listed for found in one.get("vulns", ())]
    if known:
        return False, "\n".join(["Known vulnerabilities:", *known])
    if status or left_out or not listed:
        return None, f"NOT CHECKED in full: {', '.join(left_out) or 'the answer was not complete'}."
    return True, f"{len(listed)} parts, no known vulnerability."


def _in_words(part: dict[str, Any], found: dict[str, Any]) -> str:
    mended = ", ".join(found["fix_versions"]) or "no version yet"
    return f"  {part['name']} {part['version']}: {found['id']}, mended in {mended}"


def main(arguments: list[str]) -> int:
    """1 for a known vulnerability; also where nobody could be asked and that is required, as in CI with a network."""
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=180, check=False)
        good, told = judged(done.returncode, done.stdout)
    except subprocess.TimeoutExpired:
        good, told = judged(1, "")
    print(told)
    return 1 if good is False or (good is None and "--required" in arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
