"""A small EHR on a real local port: it works until a test breaks it, and remembers what it was asked."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

RSA_KEY = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    form: dict[str, str]
    pairs: list[tuple[str, str]]  # the form with repetitions
    headers: dict[str, str]


@dataclass
class Grant:
    nonce: str
    challenge: str


@dataclass
class StubEhr:
    """`answers[path]` replaces what a path says: a Response, a dict to send as JSON, or a callable."""

    base: str = "/fhir"
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    smart: dict[str, Any] = field(default_factory=dict)  # merged into smart-configuration; None drops a key
    token: dict[str, Any] = field(default_factory=dict)  # merged into token responses; None drops a key
    claims: dict[str, Any] = field(default_factory=dict)  # merged into the id_token; None drops a key
    now: float = field(default_factory=time.time)
    pause: float = 0.0  # seconds the token endpoint thinks
    grants: dict[str, Grant] = field(default_factory=dict)
    issued: int = 0

    def __post_init__(self) -> None:
        self.keys = {"rsa": RSA_KEY}
        self._lock = threading.Lock()
        self.server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def iss(self) -> str:
        return self.origin + self.base

    @property
    def issuer(self) -> str:
        return f"{self.origin}/auth"

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def to(self, path: str) -> list[Asked]:
        return [request for request in self.asked if request.path == path]

    def authorize(self, location: str, **changes: str | None) -> str:
        """What a browser does with our redirect: sign in at the EHR, come back with a code and the state."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.grants)}-SECRETMARKER"
        self.grants[code] = Grant(query["nonce"], query["code_challenge"])
        answer = {"code": code, "state": query["state"]} | changes
        return "&".join(f"{name}={value}" for name, value in answer.items() if value is not None)

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
        header = header or {"alg": "RS256", "kid": "rsa"}
        return jwt.encode(header, claims, key or RSA_KEY, algorithms=[header["alg"]])

    def id_claims(self, nonce: str) -> dict[str, Any]:
        return changed(
            {
                "iss": self.issuer,
                "sub": "user-1",
                "aud": "previsit",
                "iat": int(self.now),
                "exp": int(self.now) + 300,
                "nonce": nonce,
                "fhirUser": f"{self.iss.rstrip('/')}/Practitioner/pr-1",
                "name": "Dr. Ada Quill",
            },
            self.claims,
        )

    def published_keys(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) | {"use": "sig"} for key in self.keys.values()]}

    def configuration(self) -> dict[str, Any]:
        return changed(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.origin}/auth/authorize",
                "token_endpoint": f"{self.origin}/auth/token",
                "jwks_uri": f"{self.origin}/auth/keys",
                "revocation_endpoint": f"{self.origin}/auth/revoke",
                "capabilities": ["launch-ehr", "launch-standalone", "permission-v2", "sso-openid-connect"],
                "code_challenge_methods_supported": ["S256"],
                "grant_types_supported": ["authorization_code"],
            },
            self.smart,
        )

    def _app(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        pairs = parse_qsl(request.get_data(as_text=True))
        self.asked.append(Asked(request.method, request.path, dict(pairs), pairs, dict(request.headers)))
        answer = self.answers.get(request.path) or self._routes().get(request.path) or Response(status=404)
        if callable(answer) and not isinstance(answer, Response):
            answer = answer()
        if not isinstance(answer, Response):
            answer = Response(json.dumps(answer), mimetype="application/json")
        return answer(environ, start)

    def _routes(self) -> dict[str, Any]:
        base = self.base.rstrip("/")
        return {
            f"{base}/.well-known/smart-configuration": self.configuration,
            "/auth/token": self._token,
            "/auth/keys": self.published_keys,
            "/auth/revoke": dict,
        }

    def _token(self) -> Any:
        time.sleep(self.pause)
        form = self.to("/auth/token")[-1].form
        with self._lock:
            self.issued += 1
            number = self.issued
        response = {
            "access_token": f"access-{number}-SECRETMARKER",
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "launch openid fhirUser patient/*.rs",
            "patient": "pat-1-SECRETMARKER",
            "encounter": "enc-1",
            "need_patient_banner": False,
        }
        if form["grant_type"] == "refresh_token":
            del response["patient"]
            return changed(response, self.token)
        grant = self.grants.pop(form.get("code", ""), None)
        if grant is None or challenge(form.get("code_verifier", "")) != grant.challenge:
            return error_answer("invalid_grant")
        response |= {"refresh_token": f"refresh-{number}-SECRETMARKER"}
        return changed(response | {"id_token": self.sign(self.id_claims(grant.nonce))}, self.token)


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (document | changes).items() if value is not None}


def error_answer(code: str, status: int = 400) -> Response:
    return Response(json.dumps({"error": code}), status, mimetype="application/json")


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def new_ec_key(kid: str, curve: str = "P-384") -> ECKey:
    return ECKey.generate_key(curve, {"kid": kid}, private=True)
