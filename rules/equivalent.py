"""One dosage of one product in MME/day, with every step of the arithmetic in words."""

from decimal import Decimal
from functools import lru_cache

from chart.frozen import dataclass
from chart.medications import Certainty, DoseStep, Form, Ingredient, Product
from rules.factors import CDC_2022, Factor, factor_for, kind_of

# Thirds and sevenths do not end: 50 must not read as 49.99...9, nor 60 as 59.99...9.
_FINEST = Decimal("1e-9")
_MOST_DIGITS = 18
# A patch of fentanyl is labelled for 72 hours; some people change it every 48.
_PATCHES_A_DAY_OF_ONE_WORN = Decimal("0.5")
_DAYS_A_PATCH_LASTS = 3


class CannotTell(Exception):
    """Why an amount cannot be worked out, as a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Equivalent:
    mme: Decimal
    low: Decimal
    per_day: Decimal
    unit: str
    factor: Decimal
    basis: str
    as_needed: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one opioid ingredient of a product adds."""

    factor: Decimal
    high: Decimal
    low: Decimal
    unit: str
    words: str
    notes: tuple[str, ...]


def plain(number: Decimal) -> str:
    """A number for people: no exponent, no trailing zeros, at most four decimals."""
    shown = number.quantize(Decimal("0.0001")) if number.adjusted() < _MOST_DIGITS else number
    return f"{shown.normalize():f}" if shown else "0"


# A patient's fills repeat one product and one dosage month after month.
@lru_cache(maxsize=1024)
def equivalent(product: Product, step: DoseStep, supplementary: bool = False) -> Equivalent:
    """Raises CannotTell. With several opioids in one product the amounts are added."""
    if not product.opioids:
        raise CannotTell("which opioid it is could not be read")
    if step.high <= 0:
        raise CannotTell("the dose recorded is 0")
    parts = [_part(ingredient, product, step, supplementary) for ingredient in product.opioids]
    mme = _tidy(sum((p.high * p.factor for p in parts), Decimal(0)))
    low = _tidy(sum((p.low * p.factor for p in parts), Decimal(0)))
    first = parts[0]
    return Equivalent(
        mme=mme,
        low=Decimal(0) if step.as_needed else low,
        per_day=_tidy(sum((p.high for p in parts), Decimal(0))),
        unit=first.unit,
        factor=first.factor,
        basis=_basis(step, parts, mme, low),
        as_needed=step.as_needed,
        notes=tuple(dict.fromkeys(note for p in parts for note in p.notes)) + _doubts(product),
    )


def _tidy(number: Decimal) -> Decimal:
    if number.adjusted() >= _MOST_DIGITS:
        return number
    tidy = number.quantize(_FINEST).normalize()
    # 3E+1 is 30, and nobody who reads the JSON should have to know.
    return tidy.quantize(Decimal(1)) if tidy == tidy.to_integral_value() else tidy


def _basis(step: DoseStep, parts: list[_Part], mme: Decimal, low: Decimal) -> str:
    up_to = "up to " if step.as_needed or low != mme else ""
    sums = "; ".join(p.words for p in parts)
    added = f"; together {up_to}{plain(mme)} MME/day" if len(parts) > 1 else ""
    as_needed = "as needed, " if step.as_needed else ""
    return f"{step.basis}: {as_needed}{up_to}{sums}{added}" if step.basis else f"{as_needed}{up_to}{sums}"


def _part(ingredient: Ingredient, product: Product, step: DoseStep, supplementary: bool) -> _Part:
    factor = _usable_factor(ingredient, product, supplementary)
    assert factor.value is not None
    notes = [factor.caution] if factor.caution else []
    if not factor.is_cdc_2022:
        notes.append("factor outside the CDC 2022 table")
    if factor.per == "mcg/h":
        return _patch(ingredient, step, factor.value, notes)
    high, low, words = _milligrams(ingredient, product, step)
    if factor.per == "mcg":
        high, low, words = high * 1000, low * 1000, f"{words} = {plain(high * 1000)} mcg"
    sums = f"{words} {ingredient.name} a day × {plain(factor.value)} = {plain(high * factor.value)} MME/day"
    if product.form in (Form.UNKNOWN, Form.OTHER):
        notes.append("its form is not recorded: taken to be by mouth")
    return _Part(factor.value, high, low, factor.per, sums, tuple(notes))


def _usable_factor(ingredient: Ingredient, product: Product, supplementary: bool) -> Factor:
    if ingredient.name.lower() == "fentanyl" and product.form in (Form.UNKNOWN, Form.OTHER):
        raise CannotTell("whether this fentanyl is a patch, a film or a spray is not recorded")
    factor = factor_for(ingredient, product)
    if factor is not None and (factor.is_cdc_2022 or supplementary):
        return factor
    kind = kind_of(product)
    what = ingredient.name if kind == "oral" else f"{ingredient.name} as {kind}"
    tables = "" if factor or not supplementary else " nor a supplementary one"
    raise CannotTell(f"no {CDC_2022} factor for {what}{tables}")


def _patch(ingredient: Ingredient, step: DoseStep, factor: Decimal, notes: list[str]) -> _Part:
    if ingredient.strength is None or ingredient.unit != "mcg/h":
        raise CannotTell("strength not readable in mcg/h")
    worn = step.worn if step.worn is not None else _worn_by_use(step, notes)
    if worn != worn.to_integral_value():
        notes.append(f"{plain(worn)} patches worn together is not possible; check the directions")
    rate = worn * ingredient.strength
    together = "" if worn == 1 else f"{plain(worn)} × "
    words = (
        f"{together}{plain(ingredient.strength)} mcg/h {ingredient.name} worn × {plain(factor)}"
        f" = {plain(rate * factor)} MME/day"
    )
    return _Part(factor, rate, rate, "mcg/h", words, tuple(notes))


def _worn_by_use(step: DoseStep, notes: list[str]) -> Decimal:
    """From patches used a day: one every 48 or 72 hours is one worn; more than that, as CDC's dispensing formula."""
    if step.unit != "unit":
        raise CannotTell("how many patches are worn is not recorded")
    notes.append("patches worn at a time worked out from how many are used up")
    if step.high <= _PATCHES_A_DAY_OF_ONE_WORN:
        return Decimal(1)
    return _tidy(step.high * _DAYS_A_PATCH_LASTS)


def _milligrams(ingredient: Ingredient, product: Product, step: DoseStep) -> tuple[Decimal, Decimal, str]:
    """(high, low, words) a day. A dose ordered by mass stands whatever the strength of the product."""
    if step.unit in ("mg", "mcg"):
        if len(product.opioids) > 1:
            raise CannotTell("the dose is in mg and the product holds more than one opioid")
        scale = Decimal(1) if step.unit == "mg" else Decimal("0.001")
        return step.high * scale, step.low * scale, f"{plain(step.high * scale)} mg"
    strength = _strength(ingredient, step)
    unit = " mL" if step.unit == "mL" else " sprays" if product.form is Form.SPRAY else ""
    per = "mg/mL" if step.unit == "mL" else "mg"
    words = f"{plain(step.high)}{unit} × {plain(strength)} {per} = {plain(step.high * strength)} mg"
    return step.high * strength, step.low * strength, words


def _strength(ingredient: Ingredient, step: DoseStep) -> Decimal:
    if ingredient.strength is None or not ingredient.unit:
        raise CannotTell("strength not readable")
    if step.unit == "mL":
        if ingredient.unit != "mg/mL":
            raise CannotTell(f"the dose is in mL and the strength in {ingredient.unit}")
        return ingredient.strength
    if ingredient.unit == "mg/mL":
        raise CannotTell("the strength is per mL and the dose is not in mL")
    scales = {"mg": Decimal(1), "mg/actuation": Decimal(1), "mcg": Decimal("0.001")}
    if step.unit != "unit" or ingredient.unit not in scales:
        raise CannotTell(f"the dose in {step.unit} does not fit a strength in {ingredient.unit}")
    return ingredient.strength * scales[ingredient.unit]


def _doubts(product: Product) -> tuple[str, ...]:
    doubts = [product.doubt] if product.doubt else []
    if product.certainty is Certainty.LOW:
        doubts.append(f"medicine known only by its {product.known_by}; check it")
    return tuple(doubts)
