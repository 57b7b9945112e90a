"""Clients that post the same body again and again, each over its own connection."""

import http.client
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from tests.bench.timing import Latency


def posted(url, body, clients, seconds, token=str):
    """What `clients` at once were given in `seconds`; the first answer of each is not counted."""
    taken, statuses, end = [], Counter(), time.perf_counter() + seconds

    def ask():
        one = _Client(url, body)
        one.post(token())
        while True:
            status, spent = one.post(token())
            taken.append(spent)
            statuses[status] += 1
            if time.perf_counter() > end:
                return one.close()

    begun = time.perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Latency.of(taken, time.perf_counter() - begun, dict(statuses))


class _Client:
    def __init__(self, url, body):
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        self.path, self.body = parts.path, body

    def post(self, token):
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        begun = time.perf_counter()
        self.connection.request("POST", self.path, self.body, headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, time.perf_counter() - begun

    def close(self):
        self.connection.close()
