"""What pages and cards say before anything goes wrong: what is held against them afterwards."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from tests.soak.caller import HOOKS, SAMPLES, Caller
from tests.soak.clinician import Clinician

AT_ONCE = 4
SLOW = ("took too long", "did not answer in time")  # a busy machine, and nothing of the patient
TRIES = 5


def calm_pages(clinic, ledger, wreck, chance):
    """Patient id -> what their page says, signed in for each."""

    def look(person):
        clinician = Clinician(clinic, ledger, wreck, {}, 0, chance)
        visit = clinician.sign_in(person, is_short=False)
        for _ in range(TRIES):
            told = clinician.look(visit)
            if told and not any(word in gap for gap in told.gaps for word in SLOW):
                return person.id, told
        raise RuntimeError(f"{person.id}: the page is never complete, though nothing goes wrong")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(pool.map(look, clinic.practice.people))


def calm_cards(clinic, ledger, wreck, chance):
    """(hook, patient id, sample) -> cards. Each patient with each hook; the samples of orders in turn."""
    samples = cycle(SAMPLES)
    asked = [(hook, person, next(samples)) for person in clinic.practice.people for hook in HOOKS]

    def call(one):
        hook, person, sample = one
        caller = Caller(clinic, ledger, wreck, {}, chance)
        return (hook, person.id, sample), caller.call(hook, person, sample, "prefetch")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(pool.map(call, asked))
    return {key: cards for key, cards in found.items() if cards is not None}
