"""What must hold for every medicine, however it is written."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chart.medications import DrugClass
from chart.product_names import read_name
from chart.product_tables import class_codes, opioid_products
from chart.products import identify
from chart.terms import NDC, RXNORM, Code, Concept

ROWS = tuple(opioid_products().values())
NAMES = tuple(row.name for row in ROWS) + tuple(r.name for r in class_codes().values() if r.name)
CODES = (*opioid_products(), *tuple(class_codes())[:300], "7804", "161", "3322", "0")

OPIOIDS = (
    "morphine",
    "oxycodone",
    "hydrocodone",
    "codeine",
    "tramadol",
    "fentanyl",
    "methadone",
    "tapentadol",
)
names = st.sampled_from(NAMES)
codings = st.lists(
    st.builds(
        Code, st.sampled_from((RXNORM, NDC)), st.sampled_from(CODES), st.sampled_from(("", *NAMES[:200]))
    ),
    max_size=4,
)


@given(names, st.sampled_from((str.upper, str.lower, str.title, str.swapcase)))
def test_case_never_matters(name, change):
    assert same(identify(Concept(text=name)), identify(Concept(text=change(name))))


@given(names, st.sampled_from((" ", "  ", "\t", "\n", " ")))
def test_spacing_never_matters(name, space):
    assert same(
        identify(Concept(text=name)), identify(Concept(text=f"{space}{name.replace(' ', space)}{space}"))
    )


def same(a, b):
    return replace(a, name="") == replace(b, name="")


@given(
    codings.flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))), st.sampled_from(("", *NAMES[:100]))
)
def test_order_of_codings_never_matters(orders, text):
    one, other = (identify(Concept(tuple(codes), text)) for codes in orders)
    assert one == other


@given(
    st.sampled_from(OPIOIDS),
    st.integers(1, 2000),
    st.sampled_from(("tablet", "patch", "oral solution", "film", "spray", "injection", "")),
    st.sampled_from(("", "/hr", "/mL", "/actuation")),
)
def test_mg_and_mcg_spellings_agree(drug, micrograms, form, per):
    texts = [
        f"{drug} {micrograms} {unit}{per} {form}"
        for unit in ("mcg", "MCG", "ug", "µg", "μg", "micrograms", "microgram")
    ]
    texts.append(f"{drug} {micrograms / 1000:.3f} MG{per} {form}")
    assert len({(p.ingredients, p.form, p.classes) for p in map(identify, map(named, texts))}) == 1


def named(text):
    return Concept(text=text)


@given(st.sampled_from(OPIOIDS), st.text(max_size=40), st.text(max_size=40))
def test_an_opioid_named_is_never_dropped(drug, before, after):
    product = identify(Concept(text=f"{before} {drug} {after}"))
    assert any(i.name == drug for i in product.opioids)
    assert DrugClass.OPIOID in product.classes


@given(codings, st.sampled_from(OPIOIDS), st.integers(1, 100))
def test_no_code_hides_an_opioid_in_the_name(codes, drug, amount):
    product = identify(Concept(tuple(codes), f"{drug} {amount} mg tablet"))
    assert DrugClass.OPIOID in product.classes or "diphenoxylate" in product.doubt
    assert any(i.name == drug for i in product.opioids) or "the name" in product.doubt


@given(st.text(max_size=120))
def test_any_text_is_answered(text):
    product = identify(Concept(text=text))
    assert product.is_recognised == bool(product.ingredients)
    assert all(i.strength is None or i.strength >= 0 for i in product.ingredients)


@given(
    st.lists(
        st.sampled_from(
            "oxycodone acetaminophen percocet suboxone morphine er 5-325 10/325 7.5-325 mg mcg /15 mL / - ( ) [ ] { } "
            "25 mcg/hr tab patch #3 12 hr 1,000 0.5 per with and # no. 3 % 99999999999999999999 . mg/0 mL".split(
                " "
            )
        ),
        max_size=14,
    )
)
def test_any_words_of_a_name_are_answered(words):
    reading = read_name(" ".join(words))
    assert reading is None or reading.ingredients


@given(st.sampled_from(ROWS))
def test_equal_questions_have_equal_answers(row):
    concept = Concept((Code(RXNORM, row.rxcui),), row.name)
    assert identify(concept) == identify(Concept((Code(RXNORM, row.rxcui),), row.name))
