"""Value sets that only the rules on complex needs use."""

from rules.codes import value_set

# Thoughts, intent, plans or behaviour now; histories and the many causes of injury are not among them.
SUICIDALITY_NOW = value_set(
    "suicidal thoughts or behaviour now",
    "suicide",
    only=("R45.851", "T14.91XA", "6471006", "304594002", "247650009", "425104003"),
    icd10=("T14.91",),
)
EMERGENCY = "EMER"
