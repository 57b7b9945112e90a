"""What each request of a SMART launch is for, in a sentence: the log is there to learn from."""

from sandbox.traffic import Entry

_BY_PATH = {
    "/launch": "The EHR opens the app at its launch address, with iss (which EHR) and launch (an opaque value).",
    "/.well-known/smart-configuration": "Discovery: the app asks where to sign in and what this EHR can do.",
    "/.well-known/openid-configuration": "Discovery: who issues id_tokens, and where their keys are.",
    "/metadata": "The CapabilityStatement: which types and search parameters are offered.",
    "/jwks.json": "The public keys that id_tokens are signed with.",
    "/authorize": "Authorization: the app names itself, its scopes, this EHR (aud), and the hash of a secret (PKCE).",
    "/authorize/patient": "The user has chosen the patient for an app that was opened on its own.",
    "/token": "The token endpoint.",
    "/revoke": "The app gives its token back.",
    "/": "The start page.",
    "/options": "The page of launches with faults.",
}
_GRANTS = {
    "grant_type=authorization_code": "The code becomes an access token; code_verifier shows that it is the same app.",
    "grant_type=refresh_token": "An access token that is running out becomes a new one.",
    "grant_type=client_credentials": "A backend service asks for a token of its own, without a user.",
}


def step(entry: Entry) -> str:
    if entry.path.endswith("/token"):
        return next((told for grant, told in _GRANTS.items() if grant in entry.form), _BY_PATH["/token"])
    for path in sorted(_BY_PATH, key=len, reverse=True):
        if path != "/" and entry.path.endswith(path):
            return _BY_PATH[path]
    if "/fhir/" in entry.path or "/R4/" in entry.path:
        return _of_fhir(entry)
    return _BY_PATH["/"] if entry.path == "/" else ""


def _of_fhir(entry: Entry) -> str:
    parts = entry.path.replace("/R4/", "/fhir/").partition("/fhir/")[2].split("/")
    if entry.method == "POST" and parts[-1] != "_search":
        return f"The app writes a {parts[0]}."
    return (
        f"Read of one {parts[0]}." if len(parts) == 2 and parts[1] != "_search" else f"Search of {parts[0]}."
    )
