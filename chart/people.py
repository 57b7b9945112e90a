"""Who is signed in, as the EHR's own record of that person says: the words for what the person does."""

from collections.abc import Iterator

from chart.elements import Json, as_object, as_objects, as_text
from chart.fhir_server import FhirServer
from chart.transport import Call, NotRead, SignInEnded

_PATIENCE = 3.0  # seconds; the page does without


def words_of(server: FhirServer, reference: str) -> tuple[str, ...]:
    """Codes and texts of a Practitioner's qualifications or a PractitionerRole's roles; empty when not shared."""
    url = server.url_below(reference, f"{server.base}/")
    if url is None:
        return ()
    call = Call(server, _PATIENCE)
    try:
        return tuple(dict.fromkeys(_words(call.get(url, call.search_ends()))))
    except (NotRead, SignInEnded):
        return ()
    finally:
        call.stop()


def _words(person: Json) -> Iterator[str]:
    concepts = [*as_objects(person.get("code")), *as_objects(person.get("specialty"))]
    concepts += [as_object(q.get("code")) for q in as_objects(person.get("qualification"))]
    for concept in concepts:
        told = [as_text(concept.get("text"))]
        for coding in as_objects(concept.get("coding")):
            told += [as_text(coding.get("display")), as_text(coding.get("code"))]
        yield from (word for word in told if word)
