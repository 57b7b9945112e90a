"""`make bench`: every measurement in one run, as one table and as bench.json.

Absolute times depend on the machine and on what else it does; ratios taken in the same run hardly.
`python -m tests.bench steps cohorts` runs some parts only.
"""

import json
import logging
import os
import platform
import sys
from pathlib import Path

from tests.bench import cohorts, hooks, load, steps, visits
from tests.bench.timing import Table

PARTS = {
    "steps": steps.measure,
    "cohorts": cohorts.measure,
    "visits": visits.measure,
    "hooks": hooks.measure,
    "load": load.measure,
}


def main(names):
    if unknown := set(names) - set(PARTS):
        print(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
        return 2
    logging.disable(logging.WARNING)  # the practice EHR is open to anyone, and says so each time
    table = Table()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for name in names or PARTS:
        PARTS[name](table)
    Path("bench.json").write_text(json.dumps(table.found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
