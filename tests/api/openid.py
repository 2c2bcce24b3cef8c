"""An OpenID provider on loopback: real HTTP, real codes, real signed tokens.

What a test sets on it, it answers: a wrong audience, an old token, a foreign key, nothing at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import Response

CLIENT: Final = "bright-kitchen"
SECRET: Final = "the client's own secret"


@dataclass
class OpenId:
    """The provider, and what it says next."""

    claims: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: RSAKey | None = None
    algorithm: str = "RS256"
    broken: bool = False
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0

    def app(self) -> FastAPI:
        """Discovery, keys, the authorization page (which agrees at once), the token endpoint."""
        app = FastAPI(openapi_url=None)
        app.get("/.well-known/openid-configuration")(self.describe)
        app.get("/keys")(self.keys)
        app.get("/authorize")(self.authorize)
        app.post("/token")(self.token)
        return app

    def describe(self) -> Response:
        """What the provider says of itself."""
        if self.broken:
            return Response("out of order", 503)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return JSONResponse(told)

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        self.asked_for_keys += 1
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(
        self, client_id: str, redirect_uri: str, state: str, nonce: str, code_challenge: str
    ) -> RedirectResponse:
        """Somebody who agrees to everything."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "nonce": nonce,
            "challenge": code_challenge,
        }
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    def token(
        self,
        code: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        """The tokens for a code, once, to the client that asked for it and can prove it."""
        asked = self.codes.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = asked is not None and (challenge, redirect_uri, f"Basic {client}") == (
            asked["challenge"],
            asked["redirect_uri"],
            authorization,
        )
        if asked is None or not right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.id_token(asked["nonce"])
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def id_token(self, nonce: str) -> str:
        """A token as the provider would sign it now."""
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "nonce": nonce,
            "iat": moment,
            "exp": moment + 300,
        }
        claims |= self.claims | self.changes
        key = self.signs_with or self.key
        if self.algorithm == "none":
            return unsigned(claims)
        header = {"alg": self.algorithm, "kid": key.kid}
        return jwt.encode(header, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that nobody signed."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


@contextmanager
def serving(provider: OpenId) -> Iterator[OpenId]:
    """The provider on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(provider.app(), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()
