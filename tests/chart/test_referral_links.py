"""What says which referral a visit, a booking, a task's result or a report belongs to."""

import pytest

from chart.elements import Doubts
from chart.findings import read_encounter
from chart.paperwork import read_appointment, read_document, read_task

HERE = {"reference": "https://ehr.example.org/fhir/ServiceRequest/r/_history/2"}
LINKED = ("ServiceRequest/r",)


@pytest.mark.parametrize(
    ("read", "resource", "name", "expected"),
    [
        (read_encounter, {"basedOn": [HERE]}, "based_on", LINKED),
        (read_appointment, {"basedOn": [HERE, {"display": "a referral"}]}, "based_on", LINKED),
        (read_document, {"context": {"related": [HERE]}}, "related", LINKED),
        (read_document, {"context": {"related": "nonsense"}}, "related", ()),
        (
            read_task,
            {"output": [{"valueReference": {"reference": "DocumentReference/d"}}, {"valueString": "x"}]},
            "outputs",
            ("DocumentReference/d",),
        ),
        (read_task, {"output": [None, "x"]}, "outputs", ()),
        (read_encounter, {}, "based_on", ()),
    ],
)
def test_links_are_read_and_nonsense_is_none(read, resource, name, expected):
    assert getattr(read(resource, "X/1", Doubts()), name) == expected
