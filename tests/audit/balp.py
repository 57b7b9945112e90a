"""What an audit event must be: valid R4B by fhir.resources, R4's invariants, and the IHE BALP profiles it claims."""

from fhir.resources.R4B.auditevent import AuditEvent

from audit import codes

_USER = {"IRCP", "AUT"}


def check_event(body):
    """Raises AssertionError or a validation error."""
    AuditEvent.model_validate(body)
    assert sum(agent["requestor"] for agent in body["agent"]) == 1
    assert body["source"]["site"]
    for entity in body.get("entity", ()):
        assert not ("name" in entity and "query" in entity)  # sev-1
        assert all(set(detail) == {"type", "valueString"} for detail in entity.get("detail", ()))
    assert no_empty(body)
    for profile in body.get("meta", {}).get("profile", ()):
        _PROFILES[profile](body)


def no_empty(value):
    if isinstance(value, dict):
        return bool(value) and all(map(no_empty, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(no_empty, value))
    return value not in ("", None)


def _rest(body, code, action):
    assert body["type"]["code"] == "rest"
    assert code in [
        c["code"] for c in body["subtype"] if c["system"] == "http://hl7.org/fhir/restful-interaction"
    ]
    assert (body["action"], body["outcome"]) == (action, "0")
    roles = [agent["type"]["coding"][0]["code"] for agent in body["agent"]]
    assert sorted(set(roles) - _USER) == ["110152", "110153"]
    for agent, role in zip(body["agent"], roles, strict=True):
        assert agent["who"]
        assert ("network" in agent) is (role not in _USER)
    (patient,) = of_type(body, codes.PERSON)
    assert patient["role"] == codes.PATIENT_ROLE
    assert "/Patient/" in patient["what"]["reference"]
    for entity in of_type(body, codes.REQUEST_ID):
        assert entity["what"]["identifier"]["value"]


def _patient_query(body):
    _rest(body, "search", "E")
    (query,) = of_type(body, codes.SYSTEM_OBJECT)
    assert query["role"] == codes.QUERY_ROLE
    assert query["query"]
    assert not {"what", "detail"} & set(query)


def _patient_create(body):
    _rest(body, "create", "C")
    (data,) = of_type(body, codes.SYSTEM_OBJECT)
    assert data["role"] == codes.RESOURCE_ROLE
    assert data["what"]["reference"]


_PROFILES = {codes.PATIENT_QUERY: _patient_query, codes.PATIENT_CREATE: _patient_create}


def of_type(body, type_):
    return [entity for entity in body.get("entity", ()) if entity.get("type") == type_]


def details(body):
    """Everything that details of the event say, by name."""
    every = (d for entity in body.get("entity", ()) for d in entity.get("detail", ()))
    return {d["type"]: d["valueString"] for d in every}
