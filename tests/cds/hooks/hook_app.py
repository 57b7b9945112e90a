"""The hook services in a small app, with a client that signs its requests and a clock a test can move."""

import json
import secrets
import time
from datetime import date

from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from cds.hooks.clients import HookClient
from cds.hooks.parts import init_hooks
from config import Config
from tests.cds.hooks.catalogue import RULES
from tests.cds.hooks.hook_json import hook_request
from tests.cds.hooks.validator import check_response
from tests.databases import made

PUBLIC_URL = "https://previsit.example.org"
ISS = "https://ehr.example.org"
TODAY = date(2026, 3, 2)
EC = ECKey.generate_key("P-384", parameters={"kid": "ec-1"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa-1"})


class HookApp:
    def __init__(self, *clients, rules=RULES, policy=None, **settings):
        self.now = time.time()
        defaults = {"public_url": PUBLIC_URL, "database_url": "sqlite://", "issuers": ()}
        self.config = Config(
            "a secret key of more than 32 characters",
            ("unused",),
            allow_insecure_loopback=True,
            cds_clients=clients,
            **defaults | settings,
        )
        made(self.config.database_url)
        self.app = Flask("hooks")
        self.app.extensions["policy"] = policy
        init_hooks(self.app, self.config, rules=rules, clock=lambda: self.now, today=lambda: TODAY)
        self.hooks = self.app.extensions["hooks"]

    def close(self):
        self.hooks.memory.engine.dispose()

    def url(self, service, suffix=""):
        return f"{PUBLIC_URL}/cds-services/previsit-{service}{suffix}"

    def token(self, url, **changes):
        return signed_token(url, self.now, **changes)

    def post(self, service, body, *, suffix="", token=None, **more):
        path = f"/cds-services/previsit-{service}{suffix}"
        headers = {"Authorization": f"Bearer {token or self.token(self.url(service, suffix))}"}
        headers |= more.pop("headers", {})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        options = {"data": content, "content_type": "application/json"} | more
        return self.app.test_client().post(path, headers=headers, **options)

    def cards(self, body, **more):
        """The cards for a request that is answered, each checked against CDS Hooks."""
        response = self.post(body["hook"], body, **more)
        assert response.status_code == 200, response.text
        check_response(response.json, body, most=self.config.cds_max_cards)
        return response.json["cards"]

    def status(self, body, service=None, **more):
        """The status of a request; where it is refused the body is one calm sentence in JSON."""
        response = self.post(service or body["hook"], body, **more)
        if response.status_code != 200:
            assert set(response.json) == {"error"}
        return response.status_code


def signed_token(url, now=None, *, key=EC, alg="ES384", header=None, **changes):
    """A good token for `url`; changes to claims and header, None removes one."""
    now = int(now or time.time())
    claims = {"iss": ISS, "aud": url, "iat": now, "exp": now + 300}
    claims = without_none(claims | {"jti": secrets.token_hex(16)} | changes)
    top = without_none({"alg": alg, "kid": key.kid, "typ": "JWT"} | (header or {}))
    # Not jwt.encode, which adds a typ where there is none.
    lenient = JWSRegistry(algorithms=[top["alg"]], strict_check_header=False)
    return jws.serialize_compact(top, json.dumps(claims).encode(), key, registry=lenient)


def without_none(values):
    return {name: value for name, value in values.items() if value is not None}


def rules_of(card):
    return card["extension"]["org.previsit.rules"]


def all_rules(cards):
    return [rule for card in cards for rule in rules_of(card)]


def signing_client(tmp_path, *keys, **changes):
    """A client whose keys are in a file."""
    file = tmp_path / "keys.json"
    published = [k.as_dict(private=False) | {"use": "sig"} for k in keys or (EC, RSA)]
    file.write_text(json.dumps({"keys": published}))
    return HookClient(**{"iss": ISS, "jwks_file": file} | changes)


__all__ = ["HookApp", "all_rules", "hook_request", "rules_of", "signing_client"]
