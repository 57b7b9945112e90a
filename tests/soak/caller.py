"""An EHR that calls the hook services: signed, with prefetch or a token, and reports what became of the cards."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from tests.cds.hooks.hook_app import signed_token
from tests.soak.asking import Asker
from tests.soak.trouble import HARMLESS

HOOKS = ("patient-view", "order-sign", "order-select", "appointment-book", "encounter-start")
ORDERS = ("order-sign", "order-select")
SAMPLES = ("oxycodone", "acute", "lorazepam", "no-dose")
NOT_KNOWN = ("Not known here", "could not be read", "could not be checked completely")


class Caller:
    def __init__(self, clinic, ledger, wreck, calm, chance):
        self.clinic, self.ledger, self.calm, self.chance = clinic, ledger, calm, chance
        self.asker = Asker(ledger, wreck)

    def act(self):
        drawn = self.chance.random()
        if drawn < 0.25:
            return self.report()
        if drawn < 0.3:
            return self.one_token_twice()
        person = self.chance.choice(self.clinic.practice.people)
        asked = (self.chance.choice(HOOKS), person, self.chance.choice(SAMPLES))
        return self.call(*asked, self.chance.choice(("prefetch", "token")))

    def call(self, hook, person, sample, sending):
        """The cards of one call, looked into; None where there was no answer with cards."""
        made = self._request(hook, person, sample, sending)
        kind, began = f"hook, {sending}", time.monotonic()
        answer = self._post(kind, made["service"], made["body"])
        if answer is None or not self.asker.judge(kind, answer, person.id):
            return None
        cards = answer.response.json()["cards"]
        for wrong in self._wrongs(person, made, cards, began, (hook, person.id, sample)):
            number = answer.response.headers.get("X-Request-Id", "")
            self.ledger.fail(f"{hook} of {person.id}, {sending}, request {number}: {wrong}")
        return cards

    def report(self):
        """Feedback on a card that someone was shown. Mostly as "seen", so that rules go on speaking."""
        known = self.ledger.any_card(self.chance)
        if known is None:
            return
        card, _, service = known
        item = {"card": card, "outcome": "overridden", "outcomeTimestamp": datetime.now(UTC).isoformat()}
        if self.chance.random() < 0.3:
            item |= {"outcome": "accepted", "acceptedSuggestions": []}
        answer = self._post("feedback", f"{service}/feedback", {"feedback": [item]})
        if answer is not None and self.asker.judge("feedback", answer):
            self.ledger.keeps_feedback(card, item["outcome"])

    def one_token_twice(self):
        """Sent by two at the same moment: at most one of them may be let in."""
        made = self._request("patient-view", self.chance.choice(self.clinic.practice.people), "", "prefetch")
        token = signed_token(self._url(made["service"]), time.time())
        with ThreadPoolExecutor(2) as pool:
            work = [
                pool.submit(self._post, "token twice", made["service"], made["body"], token) for _ in "12"
            ]
            answers = [one.result() for one in work]
        for answer in filter(None, answers):
            if answer.status == 401:
                self.ledger.answered("token twice", "401", answer.seconds)
            else:
                self.asker.judge("token twice", answer)
        statuses = [answer.status if answer else None for answer in answers]
        if statuses == [401, 401]:
            self.ledger.fail("token twice: neither of two was let in")

    def _request(self, hook, person, sample, sending):
        return self.clinic.ehr.ask("hook", hook=hook, patient=person.id, sample=sample, sending=sending)

    def _post(self, kind, path, body, token=None):
        """A lost connection is followed by a call with a token of its own, as an EHR signs each anew."""
        for _ in range(1 if token else 2):
            shown = token or signed_token(self._url(path), time.time())
            headers = {"Authorization": f"Bearer {shown}", "Content-Type": "application/json"}
            more = {"data": json.dumps(body), "headers": headers}
            answer = self.asker.ask(kind, "POST", self._url(path), repeats=False, **more)
            if answer is not None:
                if answer.status in (200, 400, 412):
                    self.ledger.lets_in(shown)
                return answer
        return None

    def _url(self, path):
        return f"{self.clinic.url}/cds-services/{path}"

    def _wrongs(self, person, made, cards, began, key):
        text = json.dumps(cards, ensure_ascii=False)
        if others := self.clinic.practice.others_in(text, person):
            yield f"MIXED PATIENTS: the cards name {others[:3]}"
        if again := self.ledger.takes_cards(cards, person.id, made["service"]):
            yield f"cards of another call: {again[:3]}"
        says_gap = any(word in text for word in NOT_KNOWN)
        failed = self._failed(made["body"], began)
        what = "with gaps told" if says_gap else "complete"
        self.ledger.counted("hook answers", f"{what}{', while something failed' if failed else ''}")
        calm = self.calm.get(key)
        if calm is None or says_gap:
            return
        if lost := urgent(calm) - urgent(cards):
            yield f"what cannot wait is missing and no gap is told ({failed or 'nothing failed'}): {sorted(lost)}"
        if calm and not cards and (person.is_of_concern or made["body"]["hook"] in ORDERS):
            yield f"no card, no gap told ({failed or 'nothing failed'}), where there were {len(calm)}"

    def _failed(self, body, began):
        token = body.get("fhirAuthorization", {}).get("access_token")
        told = self.clinic.ehr.ask("told", who=token, since=began) if token else {"events": ()}
        return sorted(
            {f"{e['kind']} {e['fault']}" for e in told["events"] if e["fault"] not in HARMLESS | {"200"}}
        )


def urgent(cards):
    """What is never quiet: critical cards, by what they say."""
    return {card["summary"] for card in cards if card["indicator"] == "critical"}
