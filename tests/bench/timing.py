"""What a piece of work costs, and how to say it."""

import statistics
import time
from dataclasses import dataclass

ROUNDS = 15


def best(work, rounds=ROUNDS):
    """Seconds of processor time in the fastest of several runs: other work on the machine hardly moves it."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


@dataclass(frozen=True)
class Latency:
    """Of many requests, in milliseconds; `statuses` are counted."""

    p50: float
    p95: float
    p99: float
    per_second: float
    statuses: dict[int, int]

    @classmethod
    def of(cls, seconds, elapsed, statuses):
        cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
        at = (cuts[49], cuts[94], cuts[98])
        return cls(*(round(1000 * cut, 2) for cut in at), round(len(seconds) / elapsed, 1), statuses)


class Table:
    """Lines on the screen as they are measured, and the same numbers for bench.json."""

    def __init__(self):
        self.found = {}

    def title(self, text):
        print(f"\n{text}", flush=True)

    def line(self, name, told, **numbers):
        print(f"  {name:<44} {told}", flush=True)
        self.found[name] = numbers

    def ratio(self, name, seconds, base, what="json.loads"):
        told = f"{seconds * 1000:9.2f} ms  {seconds / base:7.1f} x {what}"
        self.line(name, told, ms=round(seconds * 1000, 3), ratio=round(seconds / base, 2))

    def latency(self, name, latency, **more):
        told = (
            f"p50 {latency.p50:8.1f}  p95 {latency.p95:8.1f}  p99 {latency.p99:8.1f} ms"
            f"  {latency.per_second:7.1f} requests/s"
        )
        told += "".join(f"  {value} {key}" for key, value in more.items())
        if set(latency.statuses) != {200}:
            told += f"  statuses {latency.statuses}"
        self.line(name, told, **vars(latency), **more)
