"""Tokens for apps that work without a person: SMART Backend Services at the token endpoint."""

from typing import Any

from sandbox.clients import ASSERTION, EhrClient
from sandbox.errors import OAuthError
from sandbox.scopes import granted, read_scope
from sandbox.state import Access, Ehr, Grant

TOKEN_SECONDS = 300  # SMART: servers should not let them live longer


def from_client_credentials(ehr: Ehr, client: EhrClient, form: dict[str, str]) -> dict[str, Any]:
    """No refresh token, no patient: a new assertion buys the next one."""
    if client.auth_method != ASSERTION:
        raise OAuthError("unauthorized_client", f"client_credentials is for clients of {ASSERTION}")
    scopes = granted(_asked(form.get("scope", "")), client.scopes)
    if not scopes:
        raise OAuthError("invalid_scope", "none of these scopes is registered for this app")
    access = Access(Grant(client.client_id, scopes), scopes)
    return {
        "access_token": ehr.access.put(access, TOKEN_SECONDS),
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(scopes),
    }


def _asked(stated: str) -> list[str]:
    try:
        scopes = [read_scope(text) for text in stated.split()]
    except ValueError as problem:
        raise OAuthError("invalid_scope", str(problem)) from None
    if not scopes or any(scope is None or scope.level != "system" for scope in scopes):
        raise OAuthError("invalid_scope", "scope is required, and of system/ scopes only")
    return stated.split()
