"""The codes of audit events: DICOM, FHIR and IHE Basic Audit Log Patterns (BALP), each with its system."""

from typing import Any

Json = dict[str, Any]

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_REST = "http://hl7.org/fhir/restful-interaction"
BALP = "https://profiles.ihe.net/ITI/BALP"
ACTS = "urn:previsit:audit-act"


def coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}


def resource_type(name: str) -> Json:
    return {"system": "http://hl7.org/fhir/resource-types", "code": name}


# AuditEvent.type
REST = coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation")
APPLICATION_ACTIVITY = coding(_DCM, "110100", "Application Activity")
AUDIT_LOG_USED = coding(_DCM, "110101", "Audit Log Used")
EXPORT = coding(_DCM, "110106", "Export")
PATIENT_RECORD = coding(_DCM, "110110", "Patient Record")
QUERY = coding(_DCM, "110112", "Query")
SECURITY_ALERT = coding(_DCM, "110113", "Security Alert")
USER_AUTHENTICATION = coding(_DCM, "110114", "User Authentication")

# AuditEvent.subtype, beside the act's own
LOGIN = coding(_DCM, "110122", "Login")
LOGOUT = coding(_DCM, "110123", "Logout")
SEARCH = coding(_REST, "search", "search")
CREATE = coding(_REST, "create", "create")

# AuditEvent.agent.type
SOURCE = {"coding": [coding(_DCM, "110153", "Source Role ID")]}
DESTINATION = {"coding": [coding(_DCM, "110152", "Destination Role ID")]}
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
RECIPIENT = {"coding": [coding(_PARTICIPATION, "IRCP", "information recipient")]}
AUTHOR = {"coding": [coding(_PARTICIPATION, "AUT", "author")]}
HUMAN = {
    "coding": [
        coding("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "humanuser", "human user")
    ]
}
# AuditEvent.agent.network.type
IP_ADDRESS, URI = "2", "5"

# AuditEvent.source.type
APPLICATION_SERVER = coding(
    "http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server"
)

# AuditEvent.entity.type and role
PERSON = coding(_ENTITY, "1", "Person")
SYSTEM_OBJECT = coding(_ENTITY, "2", "System Object")
OTHER = coding(_ENTITY, "4", "Other")
REQUEST_ID = {"system": f"{BALP}/CodeSystem/BasicAuditEntityType", "code": "XrequestId"}
PATIENT_ROLE = coding(_ROLE, "1", "Patient")
REPORT_ROLE = coding(_ROLE, "3", "Report")
RESOURCE_ROLE = coding(_ROLE, "4", "Domain Resource")
QUERY_ROLE = coding(_ROLE, "24", "Query")
PART2_LABEL = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}

PATIENT_QUERY = f"{BALP}/StructureDefinition/IHE.BasicAudit.PatientQuery"
PATIENT_CREATE = f"{BALP}/StructureDefinition/IHE.BasicAudit.PatientCreate"
