"""A practice EHR for developers: SMART authorization, FHIR R4, synthetic patients. Not for real data."""
