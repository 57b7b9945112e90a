"""What is done to the app while it serves: workers killed, its PostgreSQL restarted, their memory watched."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from statistics import median

MOMENT = 0.5  # seconds; what happened this long before a request may still meet it
COMING_BACK = 5.0  # seconds in which a database that is back may still be missed
AWAY = 3.0  # seconds that PostgreSQL stays down
ALLOWED_GROWTH, ALLOWED_MB = 1.1, 10.0
LONG_LIVED = 60  # seconds: a young worker still fills its caches


class Wreck:
    """Kills the youngest worker each time, so that one lives through the whole and its memory tells something."""

    def __init__(self, served, seconds, kill_every, postgresql=None):
        self.served, self.postgresql = served, postgresql
        self.seconds, self.kill_every = seconds, kill_every
        self.kills, self.outages, self.memory = [], [], {}
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._watch), threading.Thread(target=self._kill)]
        if postgresql:
            self.threads.append(threading.Thread(target=self._restart))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def killed_during(self, began, ended):
        return any(began - MOMENT <= at <= ended + MOMENT for at in self.kills)

    def database_away_during(self, began, ended):
        return any(gone <= ended and began <= back + COMING_BACK for gone, back in tuple(self.outages))

    def _watch(self):
        while not self.over.wait(1.0):
            for pid in self.served.workers():
                with contextlib.suppress(OSError, IndexError, ValueError):
                    self.memory.setdefault(pid, []).append(megabytes(pid))

    def _kill(self):
        while not self.over.wait(self.kill_every):
            workers = self.served.workers()
            if len(workers) < 2:
                continue
            self.kills.append(time.monotonic())
            with contextlib.suppress(ProcessLookupError):
                os.kill(max(workers, key=born), signal.SIGKILL)

    def _restart(self):
        if self.over.wait(self.seconds / 2):
            return
        gone = time.monotonic()
        self.outages.append((gone, float("inf")))
        self.postgresql.stop()
        time.sleep(AWAY)
        self.postgresql.start()
        self.outages[-1] = (gone, time.monotonic())


def megabytes(pid):
    """Resident; the pages shared with other processes are among them."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def born(pid):
    """In clock ticks since the machine started; 0 for what is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, IndexError):
        return 0


def growth(samples):
    """(after warm-up, at the end, is it flat) of one worker; None where it did not live long enough to tell."""
    if len(samples) < LONG_LIVED:
        return None
    fifth = len(samples) // 5
    warm, end = median(samples[fifth : 2 * fifth]), median(samples[-fifth:])
    return round(warm, 1), round(end, 1), end <= warm * ALLOWED_GROWTH + ALLOWED_MB
