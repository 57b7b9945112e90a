"""What the order rules cite besides the guideline: the logic published for it, whose known faults are not repeated."""

from rules.rule import Source


def opioid_cds(recommendation: str) -> Source:
    return Source(
        "CDC opioid prescribing support, opioid-cds-r4, content version 2022.1.0",
        f"Recommendation {recommendation}, at order-sign or order-select",
        "https://github.com/cqframework/opioid-cds-r4",
    )


HHS_2019 = Source(
    "HHS Guide for Clinicians on the Appropriate Dosage Reduction or Discontinuation of Long-Term Opioid Analgesics",
    "September 2019, page 1: no abrupt or rapid reduction unless life is at risk",
    "https://vdocuments.us/hhs-guide-for-clinicians-on-the-appropriate-dosage-a-opioids-should-not-be.html",
    doubt="Read in a copy, not at the address of HHS.",
)
