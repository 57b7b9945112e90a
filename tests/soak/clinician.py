"""A browser at the EHR: signs in for patients, looks at their pages, records answers, signs out."""

import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from launch.problems import STATE_UNKNOWN
from tests.soak.asking import Asker
from tests.soak.pages import PageCheck
from tests.soak.told import read_page, title_of

MOST_OPEN = 3
SHORT_TOKEN = 6  # seconds that an access token lives, in every other launch
SESSION_ENDED = "This session has ended"


@dataclass
class Visit:
    handle: str
    person: object
    who: str  # the number of the launch at the EHR
    form_token: str = ""


class Clinician:
    def __init__(self, clinic, ledger, wreck, calm, number, chance):
        self.clinic, self.ledger, self.wreck, self.chance = clinic, ledger, wreck, chance
        self.number, self.notes, self.visits = number, 0, []
        self.asker = Asker(ledger, wreck)
        self.check = PageCheck(clinic, ledger, wreck, calm)

    def act(self):
        if not self.visits or (len(self.visits) < MOST_OPEN and self.chance.random() < 0.25):
            return self.sign_in(self.chance.choice(self.clinic.practice.people))
        visit = self.chance.choice(self.visits)
        drawn = self.chance.random()
        if drawn < 0.08:
            return self.sign_out(visit)
        if drawn < 0.35 and visit.form_token:
            return self.record(visit)
        return self.look(visit)

    # Signing in

    def sign_in(self, person, is_short=None):
        """From the EHR's launch button to the page's address. Every step may meet the EHR's faults."""
        began = time.monotonic()
        is_short = self.chance.random() < 0.5 if is_short is None else is_short
        form = {"patient": person.id} | ({"token-seconds": str(SHORT_TOKEN)} if is_short else {})
        at_ehr = self.asker.http.post(
            f"{self.clinic.ehr.url}/launch", data=form, allow_redirects=False, timeout=60
        )
        url = at_ehr.headers["Location"]
        launch = parse_qs(urlsplit(url).query)["launch"][0]
        who = str(self.clinic.ehr.ask("number", launch=launch))
        handle = self._through(url)
        if handle is None:
            return None
        self.ledger.answered("sign-in, whole", "signed in", time.monotonic() - began)
        visit = Visit(handle, person, who)
        self.visits.append(visit)
        return visit

    def _through(self, url):
        """Launch, authorize, callback; the handle of the launch, or None where one of them stopped."""
        begun = self._step("launch", url)
        if begun is None:
            return None
        back = self.asker.http.get(begun, allow_redirects=False, timeout=60).headers.get("Location", "")
        landed = self._step("callback", back)
        return landed.split("/")[-2] if landed else None

    def _step(self, kind, url):
        answer = self.asker.ask(kind, "GET", url)
        if answer is None:
            return None
        if answer.was_repeated and answer.status == 400 and self._is_used_up(answer):
            # The worker that was killed had taken the code: it works once. People open the app again.
            self.ledger.answered(kind, "400 used by the killed worker", answer.seconds)
            return None
        return answer.response.headers["Location"] if self.asker.judge(kind, answer) else None

    def _is_used_up(self, answer):
        return title_of(answer.response.text) == STATE_UNKNOWN.title

    # In a launch

    def look(self, visit):
        answer = self.asker.ask("page", "GET", self._url(visit))
        if answer is None or self._has_ended("page", visit, answer):
            return None
        if not self.asker.judge("page", answer, visit.person.id):
            return None
        told = read_page(answer.response.text)
        self.check.check(visit, told, answer)
        visit.form_token = told.form_token or visit.form_token
        return told

    def record(self, visit):
        """A note of its own each time, so that what was confirmed can be looked for. Never sent twice."""
        self.notes += 1
        note = f"soak-note:{visit.person.id}:{self.number}-{self.notes}"
        form = {"rule_id": "PV-02", "kind": "declined", "note": note, "form_token": visit.form_token}
        self.ledger.sends(note, visit.person.id)
        answer = self.asker.ask("record", "POST", self._url(visit, "outcomes"), repeats=False, data=form)
        if answer is None or self._has_ended("record", visit, answer):
            return
        if self.asker.judge("record", answer, visit.person.id):
            self.ledger.confirms(note, visit.person.id, answer.ended)

    def sign_out(self, visit):
        if not visit.form_token:
            return
        form = {"handle": visit.handle, "form_token": visit.form_token}
        answer = self.asker.ask("sign-out", "POST", f"{self.clinic.url}/logout", repeats=False, data=form)
        closed, self.visits = self.visits, []
        if answer is None or not self.asker.judge("sign-out", answer):
            self.asker.http.cookies.clear()  # whether it was done is not known; nobody goes on from here
            return
        for one in closed:
            self._check_closed(one)

    def _check_closed(self, visit):
        answer = self.asker.ask("page after sign-out", "GET", self._url(visit))
        if answer is None:
            return
        if answer.status == 401:
            self.ledger.answered("page after sign-out", "401", answer.seconds)
        elif self.asker.judge("page after sign-out", answer):
            self.ledger.fail(f"page after sign-out: {answer.status} for a session that was ended")

    def _has_ended(self, kind, visit, answer):
        """A session that is over, which only the EHR may have brought about."""
        if answer.status != 401 or title_of(answer.response.text) != SESSION_ENDED:
            return False
        self.visits.remove(visit)
        self.ledger.answered(kind, "401 the EHR ended the session", answer.seconds)
        if not self.check.may_have_ended(visit):
            self.ledger.fail(f"{kind}: a session ended though the EHR had not ended it")
        return True

    def _url(self, visit, more=""):
        return f"{self.clinic.url}/visit/{visit.handle}/{more}"
