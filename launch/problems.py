"""The sentences people read when a launch cannot go on: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

OPEN_AGAIN = "Open the app again from the patient's chart."
ASK_SUPPORT = "If it happens again, give the reference below to your support desk."


@dataclass(frozen=True)
class Problem:
    code: str  # for the log; never shown
    status: int
    title: str
    happened: str
    to_do: str = f"{OPEN_AGAIN} {ASK_SUPPORT}"


class LaunchProblem(Exception):
    """A launch that stops here; `detail` is for the log and holds no token, code or patient data."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.detail = detail

    @property
    def in_words(self) -> str:
        """For the audit record, which holds no value of a request either."""
        return f"{self.problem.code}: {self.detail}" if self.detail else self.problem.code


class NoSession(LaunchProblem):
    """No authorised launch stands behind this request; `reason` is a sentence for the clinician."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(Problem("no_session", 401, "This session has ended", reason, OPEN_AGAIN), detail)
        self.reason = reason

    @property
    def in_words(self) -> str:
        return f"{self.problem.code}: {self.detail or self.reason}"


BAD_LAUNCH = Problem(
    "bad_launch",
    400,
    "The app could not be opened",
    "The EHR's launch request was incomplete, repeated a value, or was too long.",
)
UNKNOWN_ISSUER = Problem(
    "unknown_issuer",
    403,
    "This EHR is not registered",
    "The app was asked to connect to an EHR that it is not registered with, so it did not connect.",
    f"Open the app from your own EHR. {ASK_SUPPORT}",
)
DISCOVERY_FAILED = Problem(
    "discovery_failed",
    502,
    "The EHR's sign-in service could not be found",
    "The EHR did not say where its sign-in service is, or its answer could not be used.",
)
UNSAFE_ENDPOINT = Problem(
    "unsafe_endpoint",
    502,
    "The EHR's sign-in address was refused",
    "The EHR named a sign-in address that is not on the list of addresses this app may connect to.",
    f"Nothing was sent there. {ASK_SUPPORT}",
)
EHR_SILENT = Problem(
    "ehr_silent",
    504,
    "The EHR did not answer in time",
    "The app could not reach the EHR's sign-in service, or it did not answer in time.",
    f"Wait a minute. {OPEN_AGAIN} {ASK_SUPPORT}",
)
STATE_UNKNOWN = Problem(
    "state_unknown",
    400,
    "This sign-in is not one that the app can continue",
    "The sign-in was already used, took longer than 10 minutes, or was not started here.",
    OPEN_AGAIN,
)
COOKIE_MISSING = Problem(
    "cookie_missing",
    400,
    "The browser did not keep the app's cookie",
    "The sign-in came back without the cookie that was set when it began, or in another browser window. "
    "This happens when the browser blocks cookies inside the EHR.",
    f"{OPEN_AGAIN} If that does not help, ask your support desk to let this app set cookies.",
)
BAD_CALLBACK = Problem(
    "bad_callback",
    400,
    "The EHR's answer could not be used",
    "The EHR's answer to the sign-in was incomplete or repeated a value.",
)
MIXED_UP = Problem(
    "mixed_up",
    400,
    "The answer came from another sign-in service",
    "The sign-in was answered by a service other than the one the app had asked.",
)
ACCESS_DENIED = Problem(
    "access_denied",
    403,
    "Access was not given",
    "The EHR, or the person signing in, did not allow the app to open this chart.",
    f"{OPEN_AGAIN} If you did not decline, ask your support desk whether you may use this app.",
)
AUTHORIZATION_FAILED = Problem(
    "authorization_failed", 502, "The EHR refused the sign-in", "The EHR answered the sign-in with an error."
)
TOKEN_REFUSED = Problem(
    "token_refused",
    502,
    "The EHR did not complete the sign-in",
    "The EHR's sign-in service refused the last step of the sign-in.",
)
TOKEN_UNREADABLE = Problem(
    "token_unreadable",
    502,
    "The EHR's answer could not be read",
    "The EHR's sign-in service gave an answer that is incomplete or not in the agreed form.",
)
NO_PATIENT = Problem(
    "no_patient",
    400,
    "No patient was chosen",
    "The EHR signed you in but did not say whose chart to open.",
    "Open a patient's chart first, then open the app from it.",
)
IDENTITY_REFUSED = Problem(
    "identity_refused",
    502,
    "Who is signing in could not be confirmed",
    "The EHR's statement of who you are could not be verified, so the chart was not opened.",
)
DATABASE_AWAY = Problem(
    "database_away",
    503,
    "The app cannot be used just now",
    "The app's own database did not answer. Nothing of the patient's chart was lost or changed.",
    f"Wait a minute, then reload the page. If that does not help: {OPEN_AGAIN} {ASK_SUPPORT}",
)
FORM_REFUSED = Problem(
    "form_refused",
    403,
    "The form was not accepted",
    "The form did not come from a page of this app, or the page had expired.",
    "Go back, reload the page and try again.",
)
NOT_FOR_PATIENTS = Problem(
    "not_for_patients",
    403,
    "This app is for the care team",
    "You signed in as a patient, or as someone who acts for one. The summary is written for the care team.",
    "Ask your care team about anything in your chart. Nothing was opened.",
)
