"""The substances urine drug tests look for, and which medicines explain each or should show in it."""

import re
from functools import lru_cache

from chart.frozen import dataclass
from chart.medications import DrugClass


@dataclass(frozen=True, slots=True)
class Analyte:
    """`from_medicines` explain a detected result; `expected_with` should show. Names are RxNorm ingredient names."""

    name: str
    pattern: str
    from_medicines: frozenset[str] = frozenset()
    from_class: DrugClass | None = None
    expected_with: frozenset[str] = frozenset()


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# First match wins, so that metabolites and single substances come before classes. Parents and metabolites are
# those of specification 4, PV-07. Immunoassays for opiates do not reliably show oxycodone, fentanyl and other
# synthetics, nor those for benzodiazepines clonazepam and lorazepam: their absence there is expected of nobody.
_OPIATES = "morphine codeine hydrocodone hydromorphone oxycodone oxymorphone opium dihydrocodeine"
ANALYTES = (
    Analyte("heroin metabolite (6-MAM)", r"6-?mam\b|mono-?acetylmorphine|heroin|diamorphine"),
    Analyte("norfentanyl", r"norfentanyl|despropionylfentanyl", _names("fentanyl")),
    Analyte("fentanyl analogue", r"[a-z]fentanyl"),
    Analyte("fentanyl", r"fentanyl", _names("fentanyl"), expected_with=_names("fentanyl")),
    Analyte("oxymorphone", r"oxymorph", _names("oxymorphone oxycodone"), expected_with=_names("oxymorphone")),
    Analyte("oxycodone", r"oxycodone", _names("oxycodone"), expected_with=_names("oxycodone")),
    Analyte("hydromorphone", r"hydromorph", _names("hydromorphone hydrocodone"), expected_with=_names("hydromorphone")),
    Analyte("hydrocodone", r"(?<!di)hydrocod", _names("hydrocodone"), expected_with=_names("hydrocodone")),
    Analyte("morphine", r"\bmorphine", _names("morphine codeine opium"), expected_with=_names("morphine")),
    Analyte("codeine", r"(?<!hydro)codeine", _names("codeine opium"), expected_with=_names("codeine")),
    Analyte("methadone", r"methadone|eddp|ethylidene", _names("methadone"), expected_with=_names("methadone")),
    Analyte("buprenorphine", r"buprenorphine", _names("buprenorphine"), expected_with=_names("buprenorphine")),
    Analyte("tramadol", r"tramadol", _names("tramadol"), expected_with=_names("tramadol")),
    Analyte("tapentadol", r"tapentadol", _names("tapentadol"), expected_with=_names("tapentadol")),
    Analyte("meperidine", r"meperidine|pethidine", _names("meperidine"), expected_with=_names("meperidine")),
    Analyte("opiates", r"opiate", _names(_OPIATES), expected_with=_names("morphine codeine")),
    Analyte("oxazepam", r"oxazepam", _names("oxazepam temazepam diazepam")),
    Analyte("temazepam", r"temazepam", _names("temazepam diazepam")),
    Analyte(
        "benzodiazepines", r"benzodiaz|diazepam|alprazolam|clonazepam|lorazepam",
        from_class=DrugClass.BENZODIAZEPINE, expected_with=_names("diazepam temazepam oxazepam alprazolam"),
    ),
    Analyte("barbiturates", r"barbit", from_class=DrugClass.BARBITURATE),
    Analyte("cocaine", r"cocaine|benzoylecgonine|cocaethylene"),
    Analyte(
        "amphetamines", r"amphetamine|amfetamine|mdma|mda\b",
        _names("amphetamine dextroamphetamine lisdexamfetamine methamphetamine"),
    ),
    Analyte("phencyclidine", r"phencyclidine|\bpcp\b"),
    Analyte("cannabinoids", r"cannabi|\bthc\b|carboxy-?thc|marijuana", _names("dronabinol nabilone cannabidiol")),
    Analyte("xylazine", r"xylazine"),
)  # fmt: skip
_NO_RESULT = re.compile(
    r"cut ?off|\bcto\b|tested for|z-score|comment|interpretation|scn? meth|cfm meth", re.IGNORECASE
)


@lru_cache(maxsize=2048)
def analyte_of(name: str) -> Analyte | None:
    """By its name, because LOINC keeps several hundred codes for the same few substances."""
    if _NO_RESULT.search(name):
        return None
    return next((a for a in ANALYTES if re.search(a.pattern, name, re.IGNORECASE)), None)
