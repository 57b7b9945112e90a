"""One service of the clinic's resource directory."""

from dataclasses import dataclass

BEHAVIOURAL_HEALTH = "behavioural health"
OUD_TREATMENT = "oud treatment"
PAIN_AND_REHABILITATION = "pain and rehabilitation"
PEER_SUPPORT = "peer support"
KINDS = (BEHAVIOURAL_HEALTH, OUD_TREATMENT, PAIN_AND_REHABILITATION, PEER_SUPPORT)

# As a sentence has them; the kinds themselves stand in policy files and are never renamed.
KIND_WORDS = {OUD_TREATMENT: "treatment of opioid use disorder"}

IN_THIS_CLINIC = "in this clinic"
COMMUNITY = "community"
TELEHEALTH = "telehealth"
SETTINGS = (IN_THIS_CLINIC, COMMUNITY, TELEHEALTH)


@dataclass(frozen=True, slots=True)
class Resource:
    """`languages` are BCP 47 tags; empty when the clinic has not said. No field for the former waiver: it ended."""

    kind: str  # one of KINDS
    setting: str  # one of SETTINGS
    name: str
    contact: str = ""
    languages: tuple[str, ...] = ()
    detail: str = ""
    prescribes_buprenorphine: bool = False
    is_part2_program: bool = False
    reference: str = ""  # "HealthcareService/12": the EHR's own record of it, where a referral may name it
