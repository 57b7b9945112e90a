"""Who did what to whose chart, and when: one FHIR AuditEvent for every act, in a chain that shows tampering."""
