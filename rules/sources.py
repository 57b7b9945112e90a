"""The documents that rules cite, once each."""

from rules.rule import Source

CDC_2022_TITLE = "CDC Clinical Practice Guideline for Prescribing Opioids for Pain, United States, 2022"
CDC_2022_URL = "https://doi.org/10.15585/mmwr.rr7103a1"
SIX_BUILDING_BLOCKS_TITLE = "Six Building Blocks: a team-based approach to opioid management in primary care"
SIX_BUILDING_BLOCKS_URL = "https://familymedicine.uw.edu/improvingopioidcare/6-building-blocks/"

# Strength and evidence type of each recommendation (specification 2.2).
_GRADES = {
    1: "Category B, evidence type 3", 2: "Category A, evidence type 2", 3: "Category A, evidence type 4",
    4: "Category A, evidence type 3", 5: "Category B, evidence type 4", 6: "Category A, evidence type 4",
    7: "Category A, evidence type 4", 8: "Category A, evidence type 4", 9: "Category B, evidence type 4",
    10: "Category B, evidence type 4", 11: "Category B, evidence type 3", 12: "Category A, evidence type 1",
}  # fmt: skip


def cdc_2022(recommendation: int, detail: str = "", doubt: str = "") -> Source:
    """A recommendation of the 2022 guideline; `detail` says where in it, or what else is drawn on."""
    locator = f"Recommendation {recommendation}" + (f": {detail}" if detail else "")
    return Source(CDC_2022_TITLE, locator, CDC_2022_URL, _GRADES[recommendation], doubt=doubt)


def cdc_2022_part(locator: str, doubt: str = "") -> Source:
    """A part of the 2022 guideline that carries no grade of its own."""
    return Source(CDC_2022_TITLE, locator, CDC_2022_URL, doubt=doubt)


def six_building_blocks(locator: str, doubt: str = "") -> Source:
    return Source(SIX_BUILDING_BLOCKS_TITLE, locator, SIX_BUILDING_BLOCKS_URL, doubt=doubt)
