"""`python -m tests.soak`: load and faults for a while; status 1 if anything was not as it must be.

The served app under gunicorn and the practice EHR are processes of their own; clinicians, and the EHR that calls,
are threads of this one.
"""

import argparse
import random
import sys
import threading
import time
import traceback

from tests.soak import report
from tests.soak.afterwards import check_afterwards
from tests.soak.caller import Caller
from tests.soak.calm import calm_cards, calm_pages
from tests.soak.clinic import clinic
from tests.soak.clinician import Clinician
from tests.soak.ledger import Ledger
from tests.soak.people import Practice
from tests.soak.wreck import Wreck

QUICK = {"seconds": 20, "clients": 6, "kill_every": 6.0, "patients": 5}


def arguments_of(argv):
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--patients", type=int, default=36, help="how many of the practice's")
    parser.add_argument("--kill-every", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="20 seconds with few patients")
    chosen = parser.parse_args(argv)
    if chosen.quick:
        vars(chosen).update(QUICK)
    return chosen


def soak(arguments):
    """The figures of one run; `failed` among them is how often something was not as it must be."""
    ledger, chance = Ledger(), random.Random(arguments.seed)
    with clinic(arguments.database, arguments.workers, arguments.seed) as here:
        here.practice = Practice(here.practice.people[: arguments.patients])
        wreck = Wreck(here.served, arguments.seconds, arguments.kill_every, here.postgresql)
        begun = time.monotonic()
        pages = calm_pages(here, ledger, wreck, chance)
        cards = calm_cards(here, ledger, wreck, chance)
        _say(f"calm: {len(pages)} pages, {len(cards)} hook calls in {time.monotonic() - begun:.0f} s")
        ledger.begin()
        here.ehr.ask("begin", "POST")
        with wreck:
            _drive(arguments, here, ledger, wreck, (pages, cards))
        _check_memory(ledger, wreck)
        counts = here.ehr.ask("counts")
        return report.figures(arguments, ledger, wreck, counts, check_afterwards(here, ledger))


def _drive(arguments, here, ledger, wreck, calm):
    until = time.monotonic() + arguments.seconds
    threads = [
        threading.Thread(target=_client, args=(number, arguments, here, ledger, wreck, calm, until))
        for number in range(1, arguments.clients + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _client(number, arguments, here, ledger, wreck, calm, until):
    """A clinician and, in between, the EHR that calls for them."""
    chance = random.Random(arguments.seed * 1000 + number)
    clinician = Clinician(here, ledger, wreck, calm[0], number, chance)
    caller = Caller(here, ledger, wreck, calm[1], chance)
    while time.monotonic() < until:
        try:
            (clinician if chance.random() < 0.65 else caller).act()
        except Exception:
            ledger.fail(f"the soak itself: {traceback.format_exc(limit=-3)}")
            time.sleep(0.5)
        time.sleep(chance.uniform(0, 0.3))


def _check_memory(ledger, wreck):
    for samples in wreck.memory.values():
        found = report.growth(samples)
        if found and not found[2]:
            ledger.fail(
                f"memory of a worker is not flat: {found[0]} MB after warm-up, {found[1]} MB at the end"
            )


def _say(sentence):
    print(sentence, flush=True)


def main(argv=None):
    arguments = arguments_of(argv)
    found = soak(arguments)
    report.show(found)
    _say(f"Figures: {report.write(found)}")
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
