"""Writes docs/licences.md: every runtime part with its version and licence. `python -m tests.parts.licences`"""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
_LINE = re.compile(r"^([a-z0-9._-]+)==([^\s;]+)(?: ; (.+?))? \\$", re.M)
# Parts state the same licence in many ways; the names of SPDX are the ones shown.
SPDX = {
    "Apache License 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD license": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
NOT_HERE = {"tzdata": "Apache-2.0"}  # installed on Windows alone
HEAD = """# Licences of parts

previsit is under the Apache License 2.0 (`LICENSE`). These are the parts that it runs with, as `requirements.lock`
fixes them, and the licence that each states. `make licences` writes this page; a test holds that it is current.

LGPL parts (fpdf2, psycopg) are used as libraries, unchanged; who hands the app on as an image hands their licence on
with it, and lets them be replaced. MPL parts (certifi, orjson) are used unchanged. None is under a licence that asks
for the source of the app.

The fonts of the PDF lie in `cds/along/fonts` with their own licences in `LICENSES.txt` there. Code lists and texts of
forms are not software; where each comes from stands beside it in `chart/tables`, `rules` and `cds/screening/forms`.

| part | version | where | licence |
|---|---|---|---|
"""


def parts(lock: str) -> list[tuple[str, str, str]]:
    """Name, version, and where it is needed, where that is not everywhere."""
    return [(name, version, marker or "") for name, version, marker in _LINE.findall(lock)]


def licence_of(name: str) -> str:
    """In SPDX's words. Raises KeyError for a part that states none."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return NOT_HERE[name]
    classifiers = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if "License" in line
    ]
    stated = [told.get("License-Expression"), _short(told.get("License")), *classifiers]
    found = next((one for one in stated if one), None)
    if found is None:
        raise KeyError(f"{name} states no licence")
    return SPDX.get(found, found)


def _short(text: str | None) -> str:
    """Some put the whole licence where its name belongs."""
    return text if text and "\n" not in text and len(text) < 60 else ""


def page(lock: str) -> str:
    rows = [
        f"| {name} | {version} | {f'`{where}`' if where else ''} | {licence_of(name)} |"
        for name, version, where in parts(lock)
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page((ROOT / "requirements.lock").read_text()))
