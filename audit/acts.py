"""Every kind of act that is written down: what it is called, and how FHIR's AuditEvent codes it."""

from dataclasses import dataclass
from enum import Enum

from audit.codes import (
    APPLICATION_ACTIVITY,
    AUDIT_LOG_USED,
    CREATE,
    EXPORT,
    LOGIN,
    LOGOUT,
    PATIENT_CREATE,
    PATIENT_QUERY,
    PATIENT_RECORD,
    QUERY,
    REST,
    SEARCH,
    USER_AUTHENTICATION,
    Json,
)


class Party(Enum):
    """Who is the client in an act, and who the server."""

    BROWSER = "browser"  # of us
    EHR = "ehr"  # of us, as CDS Hooks has it
    APP = "app"  # we are, of the EHR
    OPERATOR = "operator"  # somebody at the command line


@dataclass(frozen=True)
class Act:
    name: str
    type: Json
    action: str  # C, R, U, D or E
    told: str
    client: Party = Party.BROWSER
    further: tuple[Json, ...] = ()  # subtypes beside its own
    profile: str = ""  # of BALP, where an event that succeeded conforms to one


LAUNCH_BEGUN = Act("launch-begun", USER_AUTHENTICATION, "E", "Launch begun")
SIGNED_IN = Act("signed-in", USER_AUTHENTICATION, "E", "Signed in", further=(LOGIN,))
SIGNED_OUT = Act("signed-out", USER_AUTHENTICATION, "E", "Signed out", further=(LOGOUT,))
CHART_READ = Act("chart-read", REST, "E", "Chart read", Party.APP, (SEARCH,), PATIENT_QUERY)
PAGE_VIEWED = Act("page-viewed", PATIENT_RECORD, "R", "Page viewed")
PART2_SHOWN = Act("part2-shown", PATIENT_RECORD, "R", "Records of a substance use program shown")
ROLE_CHOSEN = Act("role-chosen", APPLICATION_ACTIVITY, "E", "Role chosen")
OUTCOME_RECORDED = Act("outcome-recorded", PATIENT_RECORD, "C", "Outcome recorded")
ANSWERS_RECORDED = Act("answers-recorded", PATIENT_RECORD, "C", "Answers to a form recorded")
ANSWERS_TAKEN_BACK = Act("answers-taken-back", PATIENT_RECORD, "U", "Answers to a form taken back")
HOOK_CALLED = Act("hook-called", QUERY, "E", "CDS Hooks service called", Party.EHR)
FEEDBACK_GIVEN = Act("feedback-given", APPLICATION_ACTIVITY, "C", "CDS Hooks feedback given", Party.EHR)
# What leaves the app with a patient's data in it.
EXPORTED = Act("exported", EXPORT, "R", "Exported")
COPIED = Act("copied", EXPORT, "R", "Copied")
PRINTED = Act("printed", EXPORT, "R", "Printed")
PDF_MADE = Act("pdf-made", EXPORT, "R", "PDF made")
WRITTEN_BACK = Act("written-back", REST, "C", "Written to the EHR", Party.APP, (CREATE,), PATIENT_CREATE)
# At the command line.
AUDIT_EXPORTED = Act("audit-exported", AUDIT_LOG_USED, "R", "Audit exported", Party.OPERATOR)
AUDIT_PURGED = Act(
    "audit-purged", AUDIT_LOG_USED, "D", "Audit records past their time removed", Party.OPERATOR
)
PURGED = Act("purged", APPLICATION_ACTIVITY, "D", "Data past its time removed", Party.OPERATOR)
KEYS_ROTATED = Act("keys-rotated", APPLICATION_ACTIVITY, "U", "Data sealed anew", Party.OPERATOR)
REPORT_MADE = Act("report-made", QUERY, "R", "Report made", Party.OPERATOR)

ACTS = tuple(value for value in list(vars().values()) if isinstance(value, Act))
