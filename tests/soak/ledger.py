"""What happened in a soak, from many threads: answers and times by kind, what was confirmed, what failed."""

import threading
from collections import Counter, defaultdict
from statistics import quantiles

MOST_KEPT = 200  # sentences about failures


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.answers = defaultdict(Counter)  # kind -> what was answered -> how often
        self.seconds = defaultdict(list)
        self.failures, self.failed = [], 0
        self.sent = {}  # note -> patient
        self.confirmed = defaultdict(dict)  # patient -> note -> when it was confirmed
        self.cards = {}  # uuid -> (patient, service)
        self.feedback = set()  # (card, outcome)
        self.quieted = set()  # patients for whom a card was set aside for a while
        self.shown = {}  # number of a request that was answered well -> whose patient it was about, "" where nobody's
        self.accepted = Counter()  # token -> how often it got in

    def begin(self):
        """What was measured before is no part of the figures; what failed, was written or was given out stays."""
        with self.lock:
            self.answers.clear()
            self.seconds.clear()

    def answered(self, kind, what, seconds):
        with self.lock:
            self.answers[kind][what] += 1
            self.seconds[kind].append(seconds)

    def counted(self, kind, what):
        """Beside the answers: has no time of its own."""
        with self.lock:
            self.answers[kind][what] += 1

    def fail(self, sentence):
        with self.lock:
            self.failed += 1
            if len(self.failures) < MOST_KEPT:
                self.failures.append(sentence)

    def sends(self, note, patient):
        with self.lock:
            self.sent[note] = patient

    def confirms(self, note, patient, at):
        with self.lock:
            self.confirmed[patient][note] = at

    def confirmed_before(self, patient, at):
        with self.lock:
            return {note for note, when in self.confirmed[patient].items() if when < at}

    def takes_cards(self, cards, patient, service):
        """The uuids that were given before, to whichever call."""
        with self.lock:
            again = [card["uuid"] for card in cards if card["uuid"] in self.cards]
            self.cards |= {card["uuid"]: (patient, service) for card in cards}
            return again

    def any_card(self, chance):
        with self.lock:
            if not self.cards:
                return None
            card = chance.choice(list(self.cards))
            return card, *self.cards[card]

    def keeps_feedback(self, card, outcome):
        with self.lock:
            self.feedback.add((card, outcome))

    def lets_in(self, token):
        with self.lock:
            self.accepted[token] += 1

    def shows(self, number, patient):
        with self.lock:
            self.shown[number] = patient

    def latencies(self):
        """Kind -> p50, p95, p99 in milliseconds, and how many."""
        return {kind: _cuts(taken) for kind, taken in sorted(self.seconds.items())}


def _cuts(taken):
    cuts = quantiles(taken, n=100, method="inclusive") if len(taken) > 1 else taken * 99
    p50, p95, p99 = (round(1000 * cuts[at]) for at in (49, 94, 98))
    return {"count": len(taken), "p50": p50, "p95": p95, "p99": p99}
