"""B1: what GET /cds-services offers."""

import re

import pytest

from tests.cds.hooks.hook_json import CLINICIAN_HOOKS, SERVICES
from tests.cds.hooks.validator import check_discovery

TOKENS = re.compile(r"\{\{(.*?)\}\}")
TEMPLATES = [
    pytest.param(service, key, template, id=f"{service.hook.value}-{key}")
    for service in SERVICES.values()
    for key, template in service.description_json["prefetch"].items()
]


def test_b1_1_discovery_needs_no_token(hooks):
    """B1.2, B1.3, B1.4."""
    response = hooks.app.test_client().get("/cds-services")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    check_discovery(response.json)
    assert {service["hook"] for service in response.json["services"]} == set(CLINICIAN_HOOKS)


@pytest.mark.parametrize(("service", "key", "template"), TEMPLATES)
def test_b1_5_b1_7_templates_use_only_what_clients_can_expand(service, key, template):
    """B1.6, B1.8: no user and no encounter is named. B7.2: nothing of 3.0 either."""
    assert set(TOKENS.findall(template)) == {"context.patientId"}
    path, _, query = template.partition("?")
    if not query:
        assert path == "Patient/{{context.patientId}}"
        return
    names = [pair.partition("=")[0] for pair in query.split("&")]
    assert len(names) == len(set(names)), "a parameter is repeated"
    assert set(names) <= {"patient", "intent", "category"}


@pytest.mark.parametrize(("service", "key", "template"), TEMPLATES)
def test_b1_9_what_ehrs_demand_of_a_search(service, key, template):
    if template.startswith("MedicationRequest"):
        assert "&intent=order,plan" in template
    if template.startswith("Observation"):
        assert "&category=" in template


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_everything_the_rules_read_is_prefetched_and_named(service):
    """B1.10."""
    told = service.description_json
    kinds = {template.split("?")[0].split("/")[0] for template in told["prefetch"].values()}
    read = frozenset().union(*(rule.reads for rule in service.rules)) - {"Medication"}
    assert read <= kinds
    assert {"Patient", "MedicationRequest"} <= kinds
    for kind in (*read, "Medication"):
        assert f"patient/{kind}.rs" in told["usageRequirements"]


def test_keys_are_stable():
    keys = set().union(*(s.description_json["prefetch"] for s in SERVICES.values()))
    assert {"patient", "medicationRequests", "conditions", "laboratory", "surveys", "socialHistory"} <= keys


def test_a_service_runs_the_rules_of_its_hook():
    assert [rule.id for rule in SERVICES["previsit-order-sign"].rules] == ["OR-06", "OR-08", "OR-11"]
    assert "PV-08" in {rule.id for rule in SERVICES["previsit-patient-view"].rules}


def test_the_real_catalogue_describes_itself():
    """B7.3: no member that 2.0 does not know."""
    from cds.hooks.services import services_for
    from rules.catalogue import RULES

    check_discovery({"services": [s.description_json for s in services_for(RULES).values()]})
