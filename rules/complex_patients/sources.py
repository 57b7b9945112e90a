"""What the rules on complex needs cite, once each, with what is uncertain about it."""

from rules.rule import Source
from rules.sources import CDC_2022_TITLE, CDC_2022_URL, cdc_2022, six_building_blocks

CUTOFF_DOUBT = "cut-off from general knowledge, to be confirmed by a clinician"
COMPLEX_PATIENTS = (
    "https://familymedicine.uw.edu/improvingopioidcare/self-assessment/caring-for-complex-patients"
)

TOOLS_IN_USE = six_building_blocks(
    "Caring for patients with complex needs: tools selected and consistently used"
)
OUD_CRITERIA = Source(
    "CDC, opioid use disorder: diagnosis (DSM-5 criteria)",
    "2 or more of 11 criteria within 12 months; tolerance and withdrawal under supervision do not count",
    "https://cdc.gov/overdose-prevention/hcp/clinical-care/opioid-use-disorder-diagnosis.html",
)
OUD_TREATMENT = cdc_2022(12, "offer or arrange treatment with medication")
NO_WAIVER = Source(
    "CDC, opioid use disorder: any practitioner with a Schedule III registration may prescribe buprenorphine",
    "Consolidated Appropriations Act, 2023, section 1262",
    "https://www.cdc.gov/opioids/healthcare-professionals/prescribing/opioid-use-disorder.html",
)
CONNECTING = Source(
    "Six Building Blocks: caring for patients with complex needs",
    "Ways to connect people to behavioural health and to treatment for opioid use disorder",
    COMPLEX_PATIENTS,
)


def tool(name: str, cutoff: str, doubt: str = CUTOFF_DOUBT) -> Source:
    """The guideline asks to look for mental health conditions; the tool's own cut-off comes from its authors."""
    return Source(
        CDC_2022_TITLE, f"Recommendation 8, mental health and substance use; {name}: {cutoff}", CDC_2022_URL,
        doubt=doubt,
    )  # fmt: skip
