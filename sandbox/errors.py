"""Refusals of the practice EHR, with the reason an app developer needs."""


class OAuthError(Exception):
    """An answer of RFC 6749: its error code, what was wrong, and the HTTP status when not redirected."""

    def __init__(self, code: str, why: str, status: int = 400) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why
        self.status = status


class FhirError(Exception):
    """Becomes an OperationOutcome; `code` is from the FHIR IssueType value set."""

    def __init__(self, status: int, code: str, why: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.code = code
        self.why = why
        self.headers = headers or {}
