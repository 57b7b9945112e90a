"""Reading from the stub in one line, and what came of it."""

from datetime import date

from chart.fhir import FhirServer, Limits, read_record

AS_OF = date(2026, 11, 22)
TYPES = ("Condition", "Encounter", "MedicationRequest", "MedicationStatement", "Observation", "Procedure")
QUICK = Limits(connect_s=1, search_s=0.6, response_bytes=200_000, record_bytes=600_000, pages=8, entries=40)


def read(stub, *types, token="token-1", limits=QUICK, deadline_s=1.5, granted=None, patient="p1", **how):
    server = FhirServer(stub.base, token, granted=granted, limits=limits, allow_insecure_loopback=True)
    return read_record(server, patient, types, as_of=AS_OF, deadline_s=deadline_s, **how)


def ids(record, kind=None):
    return [
        r.get("id") for r in record.resources if kind in (None, r["resourceType"]) and r != record.patient
    ]


def gaps(record):
    return {(u.resource_type, u.kind, u.reason) for u in record.unavailable}


def counts(record):
    return {source.resource_type: source.count for source in record.sources}
