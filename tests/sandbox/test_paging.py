"""Pages of a search: opaque next links, sizes, totals, counts (C2)."""

import pytest

from tests.sandbox.practice import Practice, bearer, ids, resource

ALL = "Observation?category=survey"


@pytest.fixture(scope="module")
def practice():
    """One EHR for the module: searches change nothing."""
    return Practice()


@pytest.fixture(scope="module")
def token(practice):
    return practice.tokens()


def follow(practice, token, search):
    pages, url = [], f"/fhir/{search}"
    while url:
        answer = practice.http.get(url, headers=bearer(token))
        pages.append(answer)
        url = next((one["url"] for one in answer.json["link"] if one["relation"] == "next"), "")
        url = url.removeprefix("https://practice.test/ehr")
    return pages


@pytest.mark.parametrize(("count", "sizes"), [(1, [1] * 7), (3, [3, 3, 1]), (6, [6, 1]), (7, [7]), (8, [7])])
def test_pages_together_are_the_whole_answer(practice, token, count, sizes):
    """C2.1."""
    pages = follow(practice, token, f"{ALL}&_count={count}")
    assert [len(ids(page)) for page in pages] == sizes
    assert len({key for page in pages for key in ids(page)}) == 7
    assert {page.json["total"] for page in pages} == {7}


def test_the_next_link_is_opaque_and_expires(practice, token):
    """C2.13: 410 when the search behind a page link is gone."""
    practice = Practice()
    token = practice.tokens()
    url = practice.get(f"{ALL}&_count=2", token).json["link"][1]["url"]
    assert "category" not in url
    practice.clock.now += 601
    assert (
        practice.http.get(url.removeprefix("https://practice.test/ehr"), headers=bearer(token)).status_code
        == 410
    )


def test_a_page_link_of_another_type_is_gone(practice, token):
    url = practice.get(f"{ALL}&_count=2", token).json["link"][1]["url"]
    path = url.removeprefix("https://practice.test/ehr").replace("Observation", "Condition")
    assert practice.http.get(path, headers=bearer(token)).status_code == 410


def test_page_sizes():
    """Fifty unless asked otherwise, two hundred at most (C1.11)."""
    practice = Practice()
    for number in range(201):
        practice.store.add(resource("Procedure", f"p{number}", status="completed"))
    token = practice.tokens()
    assert len(ids(practice.get("Procedure", token))) == 50
    assert len(ids(practice.get("Procedure?_count=200", token))) == 200
    assert len(ids(practice.get("Procedure?_count=1000", token))) == 200
    assert len(ids(practice.get("Procedure?_count=199", token))) == 199


@pytest.mark.parametrize("more", ["_summary=count", "_count=0"])
def test_count_only(practice, token, more):
    found = practice.get(f"{ALL}&{more}", token).json
    assert found["total"] == 7
    assert "entry" not in found
    assert [one["relation"] for one in found["link"]] == ["self"]


def test_the_total_can_be_left_out(practice, token):
    assert "total" not in practice.get(f"{ALL}&_total=none", token).json
    assert practice.get(f"{ALL}&_total=accurate", token).json["total"] == 7


def test_an_empty_answer_has_no_entry_at_all(practice, token):
    """FHIR JSON knows no empty arrays."""
    found = practice.get("Condition?clinical-status=resolved", token).json
    assert found["type"] == "searchset"
    assert found["total"] == 0
    assert "entry" not in found
