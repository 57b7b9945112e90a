"""B5.6 to B5.9: what a clinician can accept from a card."""

from copy import deepcopy

import pytest

from rules.orders import acute_supply
from tests.cds.hooks.catalogue import about_drafts, is_opioid
from tests.cds.hooks.hook_json import BENZODIAZEPINE, OPIOID, draft, hook_request, ordering
from tests.cds.hooks.validator import check_fhir
from tests.chart.fhir_json import RXNORM, request

UCUM = "http://unitsofmeasure.org"
EXTENSION = [{"url": "https://ehr.example.org/own", "valueString": "kept"}]


def actions(cards, rule):
    card = next(card for card in cards if rule in card["extension"]["org.previsit.rules"])
    return [action for suggestion in card.get("suggestions", ()) for action in suggestion["actions"]]


@pytest.mark.parametrize("user", ["Practitioner/pr1", "PractitionerRole/pr1", "Patient/p1"])
def test_naloxone_is_offered_as_a_draft_order(hooks, user):
    """B5.7, B5.8."""
    body = hook_request("patient-view", OPIOID, context={"userId": user, "encounterId": "e1"})
    (action,) = actions(hooks.cards(body), "PV-08")
    order = action["resource"]
    assert (action["type"], order["resourceType"]) == ("create", "MedicationRequest")
    assert order["medicationCodeableConcept"]["coding"] == [
        {
            "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
            "code": "1725059",
            "display": "naloxone hydrochloride 40 MG/ML Nasal Spray",
        }
    ]
    (directions,) = order["dosageInstruction"]
    assert "1 spray into one nostril" in directions["text"]
    assert directions["asNeededBoolean"] is True
    assert order["dispenseRequest"]["quantity"]["value"] == 2
    assert order["category"][0]["coding"][0]["code"] == "community"
    assert order["encounter"] == {"reference": "Encounter/e1"}
    assert ("requester" in order) == user.startswith("Practitioner")


@pytest.mark.parametrize(
    ("rule", "code"),
    [("PV-06", "310627008"), ("OR-10", "310627008"), ("RF-01", "306227000")],
)
def test_tests_and_referrals_are_offered_as_draft_requests(hook_apps, rule, code):
    cards = hook_apps(rules=(about_drafts(rule, is_opioid),)).cards(ordering(draft()))
    (action,) = actions(cards, rule)
    assert action["resource"]["resourceType"] == "ServiceRequest"
    assert action["resource"]["code"]["coding"][0]["code"] == code


@pytest.mark.parametrize(
    ("days", "quantity", "shorter"),
    [(8, 32, 28), (30, 120, 28), (10, 5, 3), (7, 28, None), (3, 12, None)],
)
def test_a_long_supply_is_shortened_and_nothing_else_changed(hooks, days, quantity, shorter):
    """B5.7, C4.6."""
    before = draft(days=days, extension=EXTENSION, note=[{"text": "as agreed"}])
    before["dispenseRequest"]["quantity"]["value"] = quantity
    sent = deepcopy(before)
    found = actions(hooks.cards(ordering(before)), "OR-06")
    assert before == sent
    if shorter is None:
        assert found == []
        return
    (action,) = found
    after = action["resource"]
    assert after.pop("dispenseRequest") == {
        "quantity": {"value": shorter, "unit": "tablet"},
        "expectedSupplyDuration": {
            "value": 7, "unit": "day", "system": "http://unitsofmeasure.org", "code": "d",
        },
        "numberOfRepeatsAllowed": 0,
    }  # fmt: skip
    before.pop("dispenseRequest")
    assert after == before


@pytest.mark.parametrize(
    ("dispense", "shorter"),
    [
        ({"quantity": {"value": 120}}, 28),  # four a day by its directions
        ({"quantity": {"value": 28}}, None),
        ({"expectedSupplyDuration": {"value": 30, "code": "d"}}, None),
        ({}, None),
        (None, None),
        ("nonsense", None),
    ],
)
def test_a_supply_that_is_only_partly_told(hooks, dispense, shorter):
    found = actions(hooks.cards(ordering(draft(dispenseRequest=dispense))), "OR-06")
    if dispense and "expectedSupplyDuration" in dispense:
        assert found[0]["resource"]["dispenseRequest"]["expectedSupplyDuration"]["value"] == 7
        assert "quantity" not in found[0]["resource"]["dispenseRequest"]
    else:
        assert [a["resource"]["dispenseRequest"]["quantity"]["value"] for a in found] == (
            [shorter] if shorter else []
        )


def test_a_draft_without_an_id_cannot_be_changed(hooks):
    assert actions(hooks.cards(ordering(draft(its_id=None))), "OR-06") == []


def test_only_the_selected_draft_is_shortened(hooks):
    body = ordering(draft("d1"), draft("d2"), hook="order-select", selections=["MedicationRequest/d2"])
    assert [a["resource"]["id"] for a in actions(hooks.cards(body), "OR-06")] == ["d2"]


def test_a_draft_benzodiazepine_can_be_taken_out(hooks):
    sedative = request(id="d2", medicationCodeableConcept=BENZODIAZEPINE["medicationCodeableConcept"])
    (action,) = actions(hooks.cards(ordering(draft(), sedative, resources=(OPIOID,))), "OR-11")
    assert (action["type"], action["resourceId"]) == ("delete", "MedicationRequest/d2")


@pytest.mark.parametrize("authored", ["2026-02-20", "2025-12-10"])
@pytest.mark.parametrize("status", ["active", "completed"])
def test_the_renewal_of_a_benzodiazepine_is_never_offered_for_removal(hooks, authored, status):
    """To take it out would stop it suddenly, also where its supply has just run out."""
    taken = {**BENZODIAZEPINE, "authoredOn": authored, "status": status}
    renewal = request(id="d2", medicationCodeableConcept=BENZODIAZEPINE["medicationCodeableConcept"])
    cards = hooks.cards(ordering(draft(), renewal, resources=(OPIOID, taken)))
    assert any("OR-11" in card["extension"]["org.previsit.rules"] for card in cards)
    assert actions(cards, "OR-11") == []


def test_a_benzodiazepine_that_may_be_taken_already_is_not_offered_for_removal(hooks):
    """An empty chart, and a first page: nobody can tell that it is new."""
    sedative = request(id="d2", medicationCodeableConcept=BENZODIAZEPINE["medicationCodeableConcept"])
    assert actions(hooks.cards(ordering(draft(), sedative)), "OR-11") == []
    body = ordering(draft(), sedative, resources=(OPIOID,))
    body["prefetch"]["medicationRequests"]["link"] = [
        {"relation": "next", "url": "https://ehr.example.org/2"}
    ]
    assert actions(hooks.cards(body), "OR-11") == []


TREATMENT = {
    "coding": [{"system": RXNORM, "code": "351265", "display": "Buprenorphine 8 MG Sublingual Tablet"}]
}
LONG = {"coding": [{"system": RXNORM, "code": "891888", "display": "morphine sulfate 30 MG ER Oral Tablet"}]}


@pytest.mark.parametrize(
    "beside",
    [
        draft("d2", days=14, medicationCodeableConcept=TREATMENT),
        draft("d2", days=30, medicationCodeableConcept=LONG),
        draft("d2", days=10, category=[{"coding": [{"code": "inpatient"}]}]),
    ],
)
def test_only_the_order_the_card_speaks_of_is_shortened(hook_apps, beside):
    """Treatment with buprenorphine, or a long-term medicine, signed beside an acute order must not end after a week."""
    hooks = hook_apps(rules=(acute_supply.RULE,))
    cards = hooks.cards(ordering(draft("d1", days=10), beside, resources=(OPIOID,)))
    assert [a["resource"]["id"] for a in actions(cards, "OR-06")] == ["d1"]


def repeat(**bounds):
    timing = {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d", **bounds}}
    return [{"timing": timing, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, {}),
        (
            {"boundsDuration": {"value": 10, "code": "d"}},
            {"boundsDuration": {"value": 7, "unit": "day", "system": UCUM, "code": "d"}},
        ),
        (
            {"boundsPeriod": {"start": "2026-03-02", "end": "2026-03-11"}},
            {"boundsPeriod": {"start": "2026-03-02", "end": "2026-03-08"}},
        ),
        ({"boundsPeriod": {"end": "2026-03-11"}}, {"boundsPeriod": {"end": "2026-03-11"}}),
    ],
)
def test_directions_stay_in_step_with_the_shorter_supply(hooks, bounds, expected):
    before = draft(days=10, dosageInstruction=repeat(**bounds))
    (action,) = actions(hooks.cards(ordering(before)), "OR-06")
    assert action["resource"]["dosageInstruction"] == repeat(**expected)


def test_a_shorter_supply_never_holds_more_than_its_directions_use(hooks):
    before = draft(days=10)
    before["dispenseRequest"]["quantity"]["value"] = 100
    (action,) = actions(hooks.cards(ordering(before)), "OR-06")
    assert action["resource"]["dispenseRequest"]["quantity"]["value"] == 28


def test_a_taper_is_not_cut_in_half(hooks):
    week = {"boundsDuration": {"value": 7, "code": "d"}}
    steps = [{**repeat(**week)[0], "sequence": 1}, {**repeat(**week)[0], "sequence": 2}]
    steps[1]["doseAndRate"] = [{"doseQuantity": {"value": 2, "unit": "tablet"}}]
    assert actions(hooks.cards(ordering(draft(days=14, dosageInstruction=steps))), "OR-06") == []


TRAMADOL = {
    "coding": [{"system": RXNORM, "code": "835603", "display": "tramadol hydrochloride 50 MG Oral Tablet"}]
}


def test_refills_alone_are_taken_off_where_they_make_it_long(hook_apps):
    before = draft(days=5, medicationCodeableConcept=TRAMADOL)
    (action,) = actions(
        hook_apps(rules=(acute_supply.RULE,)).cards(ordering(before, resources=(OPIOID,))), "OR-06"
    )
    dispense = {**before["dispenseRequest"], "numberOfRepeatsAllowed": 0}
    assert action["resource"] == {**before, "dispenseRequest": dispense}


def test_b5_9_what_is_on_record_is_never_taken_out(hooks):
    nameless = request(id=None, medicationCodeableConcept=BENZODIAZEPINE["medicationCodeableConcept"])
    cards = hooks.cards(ordering(draft(), nameless, resources=(BENZODIAZEPINE,)))
    assert actions(cards, "OR-11") == []


def test_the_validator_bites():
    """It holds every response of these tests to B1.3, B5.3, B5.4, B5.6 to B5.8, B5.12 to B5.15 and B7.4."""
    check_fhir(OPIOID)
    with pytest.raises(ValueError):
        check_fhir(request(subject=None))
