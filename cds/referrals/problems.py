"""What a clinician reads when a referral was not sent, and what to do about it."""

from chart.writing import NotWritten, Refusal
from launch.problems import Problem

_BACK = "Go back to the summary and open the referral again."
NO_SUCH = Problem("no_referral", 404, "There is no such referral", "This page knows no such referral.", _BACK)
BAD_FORM = Problem("bad_referral", 400, "Nothing was sent", "The form could not be understood.", _BACK)
NO_CLINICIAN = Problem(
    "no_clinician",
    403,
    "Nothing was sent",
    "The EHR did not say which clinician is signed in, and a referral needs a person behind it.",
    "Go back to the summary; it can be read as before.",
)
NOT_GRANTED = Problem(
    "not_granted",
    403,
    "Nothing was sent",
    "The EHR has not allowed this app to create referrals.",
    "Go back, take the text along and send it the clinic's usual way.",
)
CHANGED = "The record has changed since you looked. Nothing was sent: look at the draft again, then send it."
BEING_SENT = (
    "This referral is being sent just now. Nothing was sent a second time: look again in a minute, in the list of "
    "referrals under way."
)
NOT_KEPT = (
    "Nothing was sent, because the app's database could not be reached, and without it a second click could send it "
    "twice. Try again in a minute, or take the text along."
)
_TO_DO = {
    Refusal.NOT_ALLOWED: "Nothing was sent. Take the text along, and ask your support desk to allow it.",
    Refusal.NOT_ACCEPTED: "Nothing was sent. Take the text along, and tell your support desk.",
    Refusal.SEVERAL: "Nothing was sent now. Look in the EHR for the referral before you send another.",
    Refusal.BUSY: "Look in the EHR's orders in a minute; if it is not there, send it again: it will not be doubled.",
    Refusal.NOT_REACHED: "Nothing was sent. Try again in a minute, or take the text along.",
    Refusal.UNKNOWN: "Look in the EHR's orders; if it is not there, send it again: it will not be doubled.",
}


def told(problem: NotWritten) -> str:
    return f"{problem.refusal.value} {_TO_DO[problem.refusal]}"
