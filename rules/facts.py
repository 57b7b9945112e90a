"""The FHIR types behind the facts that every rule shares: the dose, the therapy, whom the guideline is for."""

FACTS_READ = frozenset(
    {
        "MedicationRequest",
        "MedicationDispense",
        "MedicationStatement",
        "Condition",
        "Encounter",
        "Procedure",
        "ServiceRequest",
        "CarePlan",
    }
)
