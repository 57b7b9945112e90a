"""The words this project does not use about people, after NIDA's and ONDCP's lists; see docs/words.md."""

import re

_TERMS = (
    r"addicts?", r"addicted", r"junkies?", r"abusers?", r"abus(?:e|ed|ing)", r"drug[- ]seek\w*",
    r"drug users?", r"alcoholics?", r"drunks?", r"habits?", r"drug of choice", r"clean", r"dirty",
    r"sober", r"fell off the wagon", r"medication[- ]assisted", r"MAT", r"opioid substitution",
    r"replacement therapy", r"detox\w*", r"non-?complian\w*", r"non-?adheren\w*",
    r"refus(?:es|ed) (?:treatment|testing|care)", r"failed (?:the |a )?(?:test|drug|treatment)\w*",
    r"(?:pain |narcotic )?contracts?", r"narcotics?", r"violat\w*", r"offenders?", r"aberrant",
    r"red flags?", r"manipulat\w*", r"doctor[- ]shopp\w*", r"difficult patients?", r"complex patients?",
    r"committed suicide", r"(?:failed|successful) (?:suicide )?attempts?", r"frequent flyers?",
    r"suffers? from", r"victims? of", r"schizophrenics?", r"claims to", r"alleges?", r"complains? of",
    r"high-risk patients?", r"risk scores?", r"waivered", r"waiver", r"relaps\w*",
)  # fmt: skip
AVOIDED = re.compile(rf"\b(?:{'|'.join(_TERMS)})\b", re.IGNORECASE)
