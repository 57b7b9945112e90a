"""Which classes a product belongs to, judged by its ingredients together and never by one alone."""

from chart.medications import DrugClass, Form, Ingredient
from chart.product_tables import IngredientRow, ingredients

_REVERSAL = frozenset({"naloxone", "nalmefene"})
# Buprenorphine for pain: films of 0.9 mg or less (Belbuca), patches, low-dose injection (Buprenex 0.3 mg/mL).
# For OUD: from 0.7 mg with naloxone (Zubsolv), sublingual tablets, implants, depots of 50 mg/mL and more.
_PAIN_FORMS = frozenset({Form.PATCH, Form.TOPICAL, Form.SUPPOSITORY, Form.SPRAY})
_PAIN_FILM_AT_MOST = 1  # mg
_DEPOT_AT_LEAST = 50  # mg/mL
_NO_SEDATION = frozenset({DrugClass.OTHER_SEDATIVE})


def classes_of(
    made_of: tuple[Ingredient, ...], form: Form, dose_form: str, listed: frozenset[DrugClass] = frozenset()
) -> frozenset[DrugClass]:
    """`listed` are classes the product's own code is listed under."""
    names = frozenset(i.name for i in made_of)
    found = {c for row in _rows(names) for c in row.classes} | listed
    found -= {DrugClass.MOUD, DrugClass.OPIOID_REVERSAL}
    if (len(names) == 1 and names <= _REVERSAL) or (not names and DrugClass.OPIOID_REVERSAL in listed):
        found.add(DrugClass.OPIOID_REVERSAL)
    if _may_treat_oud(made_of, form, dose_form):
        found.add(DrugClass.MOUD)
    if DrugClass.OPIOID in found:
        found -= {DrugClass.NON_OPIOID_ANALGESIC, DrugClass.LAXATIVE}
    if DrugClass.BENZODIAZEPINE in found:
        found.discard(DrugClass.NON_OPIOID_ANALGESIC)
    return frozenset(found - _NO_SEDATION if form is Form.TOPICAL else found)


def schedule_of(made_of: tuple[Ingredient, ...]) -> str:
    """Of the opioid in it; empty where the tables do not say."""
    rows = [ingredients()[i.name] for i in made_of if i.is_opioid and i.name in ingredients()]
    if len(rows) != 1 or is_cough_cold(made_of):
        return ""
    return rows[0].schedule if len(made_of) == 1 else rows[0].schedule_in_combination


def is_cough_cold(made_of: tuple[Ingredient, ...]) -> bool:
    """Meperidine with promethazine is for pain, though it stands among cough and cold products in the source."""
    names = frozenset(i.name for i in made_of)
    opioids = {i.name for i in made_of if i.is_opioid}
    return bool(opioids - {"meperidine"}) and any(row.marks_cough_cold for row in _rows(names))


def is_opioid(name: str) -> bool:
    row = ingredients().get(name)
    return row is not None and row.is_opioid


def _rows(names: frozenset[str]) -> list[IngredientRow]:
    return [ingredients()[name] for name in names if name in ingredients()]


def _may_treat_oud(made_of: tuple[Ingredient, ...], form: Form, dose_form: str) -> bool:
    by_name = {i.name: i for i in made_of}
    if set(by_name) in ({"methadone"}, {"naltrexone"}):
        return "methadone" not in by_name or form in (Form.SOLID, Form.ORAL_LIQUID, Form.UNKNOWN)
    if set(by_name) == {"buprenorphine", "naloxone"}:
        return True
    return set(by_name) == {"buprenorphine"} and _buprenorphine_for_oud(
        by_name["buprenorphine"], form, dose_form
    )


def _buprenorphine_for_oud(buprenorphine: Ingredient, form: Form, dose_form: str) -> bool:
    strength, unit = buprenorphine.strength, buprenorphine.unit
    if form in _PAIN_FORMS or unit == "mcg/h":
        return False
    if unit == "mg/mL" and strength is not None:
        return strength >= _DEPOT_AT_LEAST
    if form is Form.BUCCAL and "buccal" in dose_form.lower():
        return strength is not None and strength > _PAIN_FILM_AT_MOST
    if form is Form.UNKNOWN and unit == "mg" and strength is not None:
        return strength > _PAIN_FILM_AT_MOST
    return form is not Form.INJECTION or strength is None
