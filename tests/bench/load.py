"""Load on the hook services: 2 workers, 8 clients, every call signed; and one token that eight use at once.

`python -m tests.bench.load [SECONDS]` prints what was answered, and fails on a 5xx or on a token that got in twice.
"""

import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.bench.hook_bodies import SERVICE, order_sign
from tests.bench.hooks import application, asked
from tests.bench.timing import Table
from tests.cds.hooks.hook_app import signed_token

CLIENTS = 8
TOKENS = 20


def measure(table, seconds=5.0):
    """Statuses of the load, and of each token that several used."""
    body = order_sign(200_000)
    with application() as app:
        table.title(f"load: {CLIENTS} clients, 2 workers, 200 kB, {seconds:g} s, trust by JWT")
        found = asked(app, body, CLIENTS, seconds)
        table.latency("under load", found)
        once = Counter(_answers(app, order_sign(20_000)) for _ in range(TOKENS))
        told = "; ".join(f"{count} x {dict(answers)}" for answers, count in once.items())
        table.line(f"{TOKENS} tokens, each used by {CLIENTS} at once", told, answers=told)
    return found.statuses, once


def _answers(app, body):
    """How often each status was given when all clients showed one token."""
    url = f"{app.url}/cds-services/{SERVICE}"
    headers = {
        "Authorization": f"Bearer {signed_token(url, time.time())}",
        "Content-Type": "application/json",
    }
    start = threading.Barrier(CLIENTS)

    def ask(_):
        start.wait()
        return requests.post(url, data=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        return tuple(sorted(Counter(pool.map(ask, range(CLIENTS))).items()))


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    statuses, once = measure(Table(), seconds)
    failed = [status for status in statuses if status != 200]
    twice = [answers for answers in once if dict(answers) != {200: 1, 401: CLIENTS - 1}]
    if failed or twice:
        print(f"\nFAILED: statuses {failed}, tokens {twice}")
    return 1 if failed or twice else 0


if __name__ == "__main__":
    sys.exit(main())
