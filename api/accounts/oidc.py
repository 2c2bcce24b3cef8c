"""The door to an OpenID provider: where a browser is sent, and what its ID token proves.

OpenID Connect Core 1.0, the code flow, with PKCE (RFC 7636), state and nonce. Needs the extra
``oidc``. Nothing but a signed, fitting ID token is believed; no claim of any other answer is read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.accounts.schemas import Trip
from api.errors import ProviderError, SignInError
from vision.errors import ConfigError

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
TIMEOUT_S: Final = 10.0
LEEWAY_S: Final = 60
KEPT_S: Final = 3_600.0
# A forged key id must not make the provider be asked for its keys each time.
KEYS_AGAIN_S: Final = 30.0
MAX_ANSWER_BYTES: Final = 1_048_576
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
UNREACHED: Final = "the sign-in provider cannot be reached, or answers nonsense; try again later"
REFUSED: Final = "the sign-in provider's answer does not prove who this is; begin again"


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows this server as; without a secret it is a public client."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid profile"


class Provider:
    """One provider; what it says of itself is kept for an hour."""

    def __init__(self, client: Client, timeout_s: float = TIMEOUT_S) -> None:
        require_safe(client.issuer)
        self._client = client
        self._http = httpx2.Client(timeout=timeout_s, follow_redirects=False)
        self._about: dict[str, Any] = {}
        self._keys = KeySet([])
        self._read_s = self._keys_read_s = float("-inf")

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def address(self, trip: Trip, back: str) -> str:
        """Where the browser is sent; ProviderError when the provider cannot be reached."""
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": back,
            "scope": self._client.scopes,
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": create_s256_code_challenge(trip.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = str(self._told()["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def redeem(self, code: str, trip: Trip, back: str) -> dict[str, Any]:
        """The claims of the ID token that the code stands for.

        SignInError when the provider refuses the code or the token does not fit this trip.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client.client_id,
            "code_verifier": trip.verifier,
        }
        told = self._told()
        answer = self._post(told["token_endpoint"], form)
        given, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(given, str):
            raise SignInError(REFUSED)
        return self._proved(given, trip.nonce, access if isinstance(access, str) else "")

    def _proved(self, given: str, nonce: str, access_token: str) -> dict[str, Any]:
        try:
            token = self._decoded(given)
            essential = {
                "iss": {"essential": True, "value": self._client.issuer},
                "aud": {"essential": True, "value": self._client.client_id},
                "nonce": {"essential": True, "value": nonce},
            }
            params = {
                "nonce": nonce,
                "client_id": self._client.client_id,
                "access_token": access_token,
            }
            claims = CodeIDToken(token.claims, token.header, essential, params)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInError(REFUSED) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise SignInError(REFUSED)
        return dict(claims)

    def _decoded(self, given: str) -> jwt.Token:
        try:
            return jwt.decode(given, self._keys_now(), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            if time.monotonic() - self._keys_read_s < KEYS_AGAIN_S:
                raise
        return jwt.decode(given, self._keys_now(again=True), algorithms=ALGORITHMS)

    def _told(self) -> dict[str, Any]:
        """The provider's own description, which must be of this issuer."""
        if time.monotonic() - self._read_s < KEPT_S:
            return self._about
        issuer = self._client.issuer
        about = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer or not all(about.get(name) for name in ENDPOINTS):
            raise ProviderError(UNREACHED)
        for name in ENDPOINTS:
            require_safe(str(about[name]))
        self._about, self._read_s = about, time.monotonic()
        return about

    def _keys_now(self, *, again: bool = False) -> KeySet:
        if again or time.monotonic() - self._keys_read_s > KEPT_S:
            told: Any = self._get(self._told()["jwks_uri"])
            try:
                self._keys = KeySet.import_key_set(told)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise ProviderError(UNREACHED) from error
            self._keys_read_s = time.monotonic()
        return self._keys

    def _get(self, url: str) -> dict[str, Any]:
        return self._ask("GET", url)[1]

    def _post(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        auth = None
        if self._client.client_secret:
            auth = (self._client.client_id, self._client.client_secret)
        status, answer = self._ask("POST", url, data=form, auth=auth)
        if status >= 400:
            raise SignInError(REFUSED)
        return answer

    def _ask(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Accept": "application/json"}
        try:
            with self._http.stream(method, url, headers=headers, **more) as answer:
                size = int(answer.headers.get("content-length") or 0)
                body = b"" if size > MAX_ANSWER_BYTES else _read(answer)
                told = answer if answer.status_code < 500 else None
            found = httpx2.Response(200, content=body).json() if told else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ProviderError(UNREACHED) from error
        refused = method == "GET" and (told is None or told.status_code != 200)
        if refused or told is None or not isinstance(found, dict):
            raise ProviderError(UNREACHED)
        return told.status_code, found


def _read(answer: httpx2.Response) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ValueError("too long an answer")
    return body


def require_safe(url: str) -> None:
    """ConfigError when a provider is reached without TLS elsewhere than on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigError("BRIGHTKITCHEN_OIDC_ISSUER: the provider must be reached over https://")
