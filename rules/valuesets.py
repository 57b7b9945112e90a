"""Named value sets: which codes mean what, and the traps that were taken out of the lists they come from."""

from rules.codes import ValueSet, find, value_set

__all__ = ["ValueSet", "find"]  # with every set below

# Opioid use disorder. F11.9x "use, unspecified" is not a diagnosis of it; remission has its own set. The VSAC
# group also lists intoxication, withdrawal, opioid-induced mood disorders and "narcotic drug user".
_NOT_OUD = (
    "F11 288851000119106 288861000119108 29733004 52866005 703846009 70545002 "
    "762320004 762321000 762322007 77721001 87132004"
)
_REMISSION = ("F11.11", "F11.21")
OPIOID_USE_DISORDER = value_set(
    "opioid use disorder",
    "OUD",
    "OUD on MOUD",
    "OUD (abuse=DSM-5 mild)",
    "OUD (dependence=DSM-5 moderate/severe)",
    "opioid_use_disorder",
    without=tuple(_NOT_OUD.split()),
    icd10=("F11.1", "F11.2"),
    icd10_excluded=("F11.9", *_REMISSION),
)
OUD_IN_REMISSION = value_set(
    "opioid use disorder in remission", "OUD in remission", "opioid_use_disorder_remission", icd10=_REMISSION
)
OUD_ON_AGONIST_THERAPY = value_set("opioid use disorder, on agonist therapy", "OUD on MOUD")
OPIOID_USE_UNSPECIFIED = value_set(
    "opioid use, unspecified (not opioid use disorder by itself)",
    "opioid use unspecified (NOT OUD by itself)",
    icd10=("F11.9",),
)
OPIOID_WITHDRAWAL = value_set("opioid withdrawal", "opioid withdrawal")
OPIOID_INTOXICATION = value_set("opioid intoxication", "opioid intoxication")

# Poisoning by opioids with intent 1 to 4; 5 is an adverse effect and 6 underdosing, which are not overdose.
OPIOID_OVERDOSE = value_set(
    "opioid overdose",
    "opioid overdose",
    "opioid overdose (X1-X4 only)",
    "opioid_overdose",
    icd10_pattern=r"T40\.(?:[0-4]X|4[129]|6[09])[1-4]",
)
BENZODIAZEPINE_POISONING = value_set(
    "benzodiazepine poisoning", "benzodiazepine poisoning", icd10_pattern=r"T42\.4X[1-4]"
)

# Other substances. F17 (nicotine) and F11 are not here; remission and past use count as history only.
ALCOHOL_USE_DISORDER = value_set("alcohol use disorder", "alcohol", "alcohol_use_disorder", icd10=("F10",))
OTHER_SUBSTANCE_USE_DISORDER = value_set(
    "other substance use disorder",
    "other SUD",
    "cocaine",
    icd10=("F12", "F13", "F14", "F15", "F16", "F18", "F19"),
    icd10_excluded=("F10",),
)
SUBSTANCE_USE_DISORDER = value_set("substance use disorder", "substance_misuse")
SUBSTANCE_USE_DISORDER_REMISSION = value_set(
    "substance use disorder in remission", "substance_misuse_remission"
)
SUBSTANCE_USE_HISTORY = (
    OPIOID_USE_DISORDER,
    OUD_IN_REMISSION,
    ALCOHOL_USE_DISORDER,
    OTHER_SUBSTANCE_USE_DISORDER,
    SUBSTANCE_USE_DISORDER,
    SUBSTANCE_USE_DISORDER_REMISSION,
)

# Mood, anxiety, trauma, suicide
DEPRESSION = value_set("depression", "depression", icd10=("F32", "F33", "F34.1"))
ANXIETY = value_set("anxiety", "anxiety", icd10=("F41",))
PTSD = value_set("post-traumatic stress disorder", "PTSD", "ptsd", icd10=("F43.1",))
BIPOLAR_OR_PSYCHOSIS = value_set(
    "bipolar disorder or psychosis", "bipolar/psychosis", "bipolar_disorder", icd10=("F20", "F31")
)
SUICIDALITY = value_set(
    "suicidal thoughts or behaviour",
    "suicide",
    "suicide_attempt_or_ideation",
    icd10=("R45.851", "T14.91", "Z91.51", "Z91.52"),
)

# Bodies and organs. The sleep list in VSAC also held F1x.x82 and narcolepsy (G47.4); R06 is any short breath.
SLEEP_DISORDERED_BREATHING = value_set(
    "sleep-disordered breathing",
    "sleep apnea",
    "sleep_disordered_breathing",
    icd10=("G47.3", "E66.2"),
    icd10_excluded=("F1", "G47.4", "R06", "G47.32"),
)
COPD = value_set("chronic obstructive pulmonary disease", "COPD", icd10=("J44",))
# Stages 1 and 2, acute failure and codes without a stage do not tell that clearance is low today.
KIDNEY_IMPAIRMENT = value_set(
    "reduced kidney function",
    "renal",
    only=("N18.30", "N18.4", "N18.5", "N18.6", "Z99.2", "46177005"),
    icd10=("N18.3", "N18.4", "N18.5", "N18.6", "Z99.2"),
)
KIDNEY_DISEASE = value_set(
    "kidney disease, stage not told", "CKD", "kidney_failure", icd10=("N17", "N18.9", "N19"),
    icd10_excluded=("N18.1", "N18.2"),
)  # fmt: skip
EGFR = value_set("eGFR", "renal", only=("62238-1", "33914-3", "98979-8"))
HEPATIC_IMPAIRMENT = value_set(
    "cirrhosis or liver failure",
    "hepatic",
    "liver_disease",
    icd10=("K70.3", "K70.4", "K71.7", "K72", "K74.3", "K74.4", "K74.5", "K74.6"),
)
# O80 and O82 are deliveries, O85 to O92 follow one. The range O09 to O99 is rule PV-20's own.
PREGNANCY = value_set(
    "pregnancy",
    "pregnancy",
    icd10=("Z33.1", "Z34"),
    icd10_pattern=r"O(?:09|[1-7]\d|88|9[4-9])",
    without=("82810-3",),
)
PREGNANCY_STATUS = value_set("pregnancy status", "pregnancy_status_observation")
PREGNANT = value_set("pregnant", "pregnancy", only=("77386006",))
CHRONIC_PAIN = value_set("chronic pain", "chronic pain", "chronic_pain_condition")
LONG_TERM_OPIOID_CODE = value_set("long-term (current) use of opiate analgesic", "LTOT")
OPIOID_CONSTIPATION = value_set("constipation from medicines", "OIC")
FALL_OR_SEDATION = value_set("falls or drowsiness", "fall/sedation", icd10=("Z91.81", "R40.0"))

# Whom the guideline is not written for. Sickle cell trait (D57.3) and a family's or past record are not disease.
SICKLE_CELL = value_set(
    "sickle cell disease",
    "excl sickle cell",
    "sickle_cell",
    without=("441482006",),
    icd10=("D57",),
    icd10_excluded=("D57.3",),
)
CANCER_PAIN = value_set("cancer-related pain", "excl cancer pain", icd10=("G89.3",))
# Malignant neoplasms by their ICD-10-CM chapter. C44 (skin) seldom causes pain treated with opioids; in situ and
# uncertain ones (D00 to D49) are in opioid-cds-r4's list and wider than our purpose (specification 2.1).
MALIGNANCY = ValueSet(
    "active cancer", frozenset(), icd10_excluded=("C44",), icd10_pattern=r"C(?:\d\d|4A|7[AB])"
)
HOSPICE = value_set(
    "hospice care", "excl hospice/EOL", "hospice_finding", "hospice_procedure", "hospice_disposition"
)
# "Prognosis bad" (170969009) says nothing about the end of life. K72 and C25 are not here: specification 2.1.
TERMINAL = value_set(
    "end-of-life care", "excl EOL", "limited_life_expectancy", without=("170969009",)
)  # fmt: skip
DYING = value_set("end-of-life care", "palliative_or_end_of_life_care", only=("182964004", "395103003"))
PALLIATIVE = value_set(
    "palliative care",
    "excl palliative",
    "palliative_or_end_of_life_care",
    "referral palliative",
    without=("133904006", "182964004", "395103003", "385763009", "306237005"),
    icd10=("Z51.5",),
)

# Planned-visit evidence
PEG_PANEL = value_set("PEG scale", "PEG", only=("91148-7",))
PEG_MEAN = value_set("PEG mean score", "PEG", only=("91147-9",))
PEG_ITEMS = value_set("PEG items", "PEG", only=("75893-8", "91145-3", "91146-1"))
AGREEMENT = value_set("treatment agreement", "agreement", "treatment_agreement_document")
PDMP_REVIEW = value_set("PDMP review", "PDMP review", "pdmp_review_procedure", "pdmp_reviewed_finding")
RISK_REVIEW = value_set(
    "opioid risk review", "opioid risk assessment", "overdose risk assessment", "opioid_misuse_assessment"
)
ORT = value_set("Opioid Risk Tool", "ORT", "assessment_opioid_risk_tool")
ORT_TOTAL = value_set("Opioid Risk Tool total", "ORT", only=("91392-1",))
OPIOID_SAFETY_COUNSELLING = value_set("opioid safety counselling", "opioid counseling", "opioid_counseling")
TAPER = value_set("opioid taper management", "opioid_taper_management")
PAIN_CARE_PLAN = value_set("pain care plan", "care plan", "pain_treatment_plan", "chronic pain management")
NON_DRUG_THERAPY = value_set("non-drug therapy", "nonpharmacologic_therapy")

# Urine drug tests (LOINC)
URINE_DRUG_TEST = value_set("urine drug test", "uds_all")
URINE_DRUG_TEST_ORDER = value_set("urine drug test order", "uds_order")
URINE_TESTS_BY_CLASS = {
    name: value_set(f"urine test: {name}", *groups)
    for name, groups in {
        "opiates": ("uds_opiate_general", "uds_opiate_specific"),
        "oxycodone": ("uds_oxycodone",),
        "fentanyl": ("uds_fentanyl",),
        "methadone": ("uds_methadone",),
        "buprenorphine": ("uds_buprenorphine",),
        "heroin metabolite": ("uds_heroin",),
        "benzodiazepines": ("uds_benzodiazepine",),
        "barbiturates": ("uds_barbiturate",),
        "cannabinoids": ("uds_cannabinoid",),
        "cocaine": ("uds_cocaine",),
        "amphetamines": ("uds_amphetamine",),
        "phencyclidine": ("uds_phencyclidine",),
        "xylazine": ("uds_xylazine",),
    }.items()
}

RESULT_DETECTED = value_set("detected", "result detected")
RESULT_NOT_DETECTED = value_set("not detected", "result not detected")

# Screening tools: panel, total and items
PHQ2_PANEL = value_set("PHQ-2", "PHQ-2", only=("55757-9",))
PHQ2_TOTAL = value_set("PHQ-2 total", "PHQ-2", only=("55758-7",))
PHQ2_ITEMS = value_set("PHQ-2 items", "PHQ-9", only=("44250-9", "44255-8"))
PHQ9_PANEL = value_set("PHQ-9", "PHQ-9", only=("44249-1",))
PHQ9_TOTAL = value_set("PHQ-9 total", "PHQ-9", only=("44261-6",))
PHQ9_ITEMS = value_set("PHQ-9 items", "PHQ-9", without=("44249-1", "44261-6", "69722-7"))
PHQ9_ITEM_9 = value_set("PHQ-9 item 9", "PHQ-9", only=("44260-8",))
GAD7_PANEL = value_set("GAD-7", "GAD-7", only=("69737-5",))
GAD7_TOTAL = value_set("GAD-7 total", "GAD-7", only=("70274-6",))
GAD7_ITEMS = value_set("GAD-7 items", "GAD-7", without=("69737-5", "70274-6"))
PC_PTSD5_TOTAL = value_set("PC-PTSD-5 total", "PC-PTSD-5", only=("102017-1",))
PC_PTSD5_ITEMS = value_set("PC-PTSD-5 items", "PC-PTSD-5", without=("102017-1", "102011-4"))
PC_PTSD5_OPENING = value_set("PC-PTSD-5 opening question, not scored", "PC-PTSD-5", only=("102011-4",))
AUDIT_PANEL = value_set("AUDIT", "AUDIT", only=("72110-0",))
AUDIT_TOTAL = value_set("AUDIT total", "AUDIT", only=("75624-7",))
AUDIT_C_PANEL = value_set("AUDIT-C", "AUDIT-C", only=("72109-2",))
AUDIT_C_TOTAL = value_set("AUDIT-C total", "AUDIT-C", only=("75626-2",))
AUDIT_C_ITEMS = value_set("AUDIT-C items", "AUDIT-C", only=("68517-2", "68519-8", "68520-6"))
DAST10_PANEL = value_set("DAST-10", "DAST-10", only=("82666-9",))
DAST10_TOTAL = value_set("DAST-10 total", "DAST-10", only=("82667-7",))
TAPS_PANEL = value_set("TAPS", "TAPS", only=("96841-2",))
TAPS_ITEMS = value_set("TAPS part 1", "TAPS", without=("96841-2",))
SINGLE_DRUG_QUESTION = value_set("single drug question", "single-item drug", only=("68524-8",))
CSSRS_PANEL = value_set("C-SSRS screener", "C-SSRS", only=("93373-9",))
CSSRS_RISK = value_set("suicide risk level", "C-SSRS", only=("93374-7",))
CSSRS_ITEMS = value_set("C-SSRS items", "C-SSRS", without=("93373-9", "93374-7"))

# Treatment for opioid use disorder, referrals, consent
LONG_TERM_OPIOID_USE = value_set("long-term use of an opioid for pain", "LTOT", only=("Z79.891",))
MOUD_PROCEDURE = value_set("medication for opioid use disorder", "MOUD", "HCPCS MOUD", without=("266707007",))
SUD_COUNSELLING = value_set("substance use counselling", "SUD counseling", "substance_misuse_counseling")
REFERRAL_BH = value_set("referral to behavioural health", "referral BH")
REFERRAL_SUD = value_set("referral to substance use treatment", "referral SUD")
REFERRAL_PAIN = value_set("referral to pain specialist", "referral pain")
REFERRAL_PEER = value_set("referral to peer support", "referral peer support")
REFERRAL_ANY = value_set(
    "referral",
    "referral BH", "referral SUD", "referral pain", "referral palliative", "referral peer support",
    "referral generic",
)  # fmt: skip
REFERRAL_REPORT = value_set("referral report", "referral note")
RELEASE_OF_INFORMATION = value_set("consent to release information", "consent")

ALL: tuple[ValueSet, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, ValueSet)
) + tuple(URINE_TESTS_BY_CLASS.values())
