"""How pages of results are followed, and when what they bring is not the whole."""

import pytest

from chart.fhir import Limits
from chart.records import Gap
from tests.chart import stub_fhir
from tests.chart.fhir_reading import QUICK, counts, gaps, ids, read
from tests.chart.stub_fhir import bundle

ORDERS = [f"m{n}" for n in range(5)]


def orders(*names, patient="p1"):
    owner = {"subject": {"reference": f"Patient/{patient}"}}
    return [{"resourceType": "MedicationRequest", "id": name, **owner} for name in names]


def test_all_pages(stub):
    stub.page_size = 2
    stub.add("MedicationRequest", *ORDERS)
    record = read(stub, "MedicationRequest")
    assert ids(record) == ORDERS
    assert len(stub.asked("MedicationRequest")) == 3


@pytest.mark.parametrize("link", ["MedicationRequest?{}", "?{}", "{base}/MedicationRequest?{}", "{base}?{}"])
def test_c2_1_next_is_followed_as_it_is_written(stub, link):
    onward = link.format("cursor=a%2Fb", base=stub.base)

    def pages(exchange):
        is_second = "cursor" in exchange.query
        exchange.send(bundle(orders("m2")) if is_second else bundle(orders("m1"), onward))

    stub.break_("MedicationRequest", pages)
    stub.break_("", pages)  # the base itself, as HAPI pages
    assert ids(read(stub, "MedicationRequest")) == ["m1", "m2"]
    assert any(request.path.endswith("?cursor=a%2Fb") for request in stub.requests)


def test_c1_13_an_empty_page_may_have_a_next_one(stub):
    def pages(exchange):
        page = int(exchange.query.get("page", 0))
        exchange.send(bundle(orders("m1")) if page == 2 else bundle([], f"MedicationRequest?page={page + 1}"))

    stub.break_("MedicationRequest", pages)
    record = read(stub, "MedicationRequest")
    assert ids(record) == ["m1"]
    assert record.unavailable == ()


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/fhir/MedicationRequest?page=2",
        "//evil.example/fhir?page=2",
        "{origin}/other/MedicationRequest?page=2",
        "{base}x/MedicationRequest?page=2",
        "{base}/../secret?page=2",
        "{base}/%2e%2e/secret?page=2",
        "{base}@evil.example/",
        "https{base_rest}/MedicationRequest?page=2",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        7,
    ],
)
def test_a7_2_c2_1_d1_a_next_that_leads_elsewhere_is_not_followed(stub, link):
    origin = stub.base.removesuffix(stub.prefix.rstrip("/"))
    if isinstance(link, str):
        link = link.format(base=stub.base, origin=origin, base_rest=stub.base.removeprefix("http"))
    page = bundle(orders("m1"))
    page["link"] = [{"relation": "next", "url": link}]
    stub.break_("MedicationRequest", stub_fhir.sends(page))
    record = read(stub, "MedicationRequest")
    (gap,) = record.unavailable
    assert gap.kind is Gap.CUT_OFF
    assert (
        gap.reason == "Medication orders were only partly read (the EHR sent the app elsewhere for the rest)"
    )
    assert ids(record) == ["m1"]
    assert len(stub.asked("MedicationRequest")) == 1


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (stub_fhir.status(500), "the EHR reported a fault"),
        (stub_fhir.status(403), "the EHR stopped answering"),
        (stub_fhir.hangs, "the EHR did not answer in time"),
        (stub_fhir.truncated, "the answer could not be understood"),
        (stub_fhir.outcome_only, "the answer was not a list of records"),
    ],
)
def test_a_later_page_that_fails_is_a_cut(stub, fault, why):
    stub.page_size = 2
    stub.add("MedicationRequest", *ORDERS)
    stub.break_("MedicationRequest", fault, after=1)
    record = read(stub, "MedicationRequest")
    assert gaps(record) == {
        ("MedicationRequest", Gap.CUT_OFF, f"Medication orders were only partly read ({why})")
    }
    assert ids(record) == ORDERS[:2]
    assert counts(record)["MedicationRequest"] == 2


@pytest.mark.parametrize("code", [400, 404, 410])
def test_c2_13_a_search_that_expired_is_begun_again_once(stub, code):
    stub.page_size = 2
    stub.add("MedicationRequest", *ORDERS)
    stub.break_("MedicationRequest", stub_fhir.status(code), after=1, times=1)
    record = read(stub, "MedicationRequest")
    assert ids(record) == ORDERS
    assert record.unavailable == ()


def test_a_search_that_expires_again_is_a_cut(stub):
    def expires(exchange):
        is_first = "_offset" not in exchange.query
        (exchange.server.work if is_first else stub_fhir.status(410))(exchange)

    stub.page_size = 2
    stub.add("MedicationRequest", *ORDERS)
    stub.break_("MedicationRequest", expires)
    record = read(stub, "MedicationRequest")
    assert {kind for _, kind, _ in gaps(record)} == {Gap.CUT_OFF}
    assert ids(record) == ORDERS[:2]
    assert len(stub.asked("MedicationRequest")) == 4


def test_c2_2_more_entries_than_the_limit_are_a_cut(stub):
    stub.add("MedicationRequest", *[f"m{n}" for n in range(200)])
    record = read(stub, "MedicationRequest", limits=QUICK)
    assert gaps(record) == {
        (
            "MedicationRequest",
            Gap.CUT_OFF,
            "Medication orders were only partly read (there are more than the first 100)",
        )
    }


def test_a_total_above_what_was_sent_is_a_cut(stub):
    stub.break_("MedicationRequest", stub_fhir.sends(bundle(orders("m1"), total=3)))
    sentence = "Medication orders were only partly read (the EHR counted more than it sent)"
    assert gaps(read(stub, "MedicationRequest")) == {("MedicationRequest", Gap.CUT_OFF, sentence)}


def test_d12_ten_thousand_entries_in_one_answer_are_all_read_and_the_next_page_is_not(stub):
    names = [f"e{n}" for n in range(10_000)]
    records = [{"resourceType": "Procedure", "id": name} for name in names]
    page = stub_fhir.bundle(records, f"{stub.base}/Procedure?page=2")
    stub.break_("Procedure", stub_fhir.sends(page))
    record = read(stub, "Procedure", limits=Limits(), deadline_s=10)
    assert ids(record) == names
    assert len(stub.asked("Procedure")) == 1
    (gap,) = record.unavailable
    assert gap.reason == "Procedures were only partly read (there are more than the first 10000)"
