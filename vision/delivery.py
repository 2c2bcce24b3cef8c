"""The door to the API: each request becomes taken, later or refused, never an exception."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, Literal

import httpx2

from vision.closing import Closing
from vision.errors import ConfigError

Outcome = Literal["taken", "later", "refused", "superseded"]

TIMEOUT_S: Final = 10.0
FIRST_DELAY_S: Final = 1.0
LONGEST_DELAY_S: Final = 120.0
LONGEST_RETRY_AFTER_S: Final = 3600.0
DETAIL_CHARS: Final = 300
BUSY: Final = frozenset({408, 425, 429})
GATEWAY: Final = frozenset({502, 503, 504})
SUPERSEDED: Final = "urn:brightkitchen:problem:superseded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; ``everywhere`` when it would fail for any camera.

    ``superseded``: another watch has taken the camera over and tells of it.
    """

    outcome: Outcome
    detail: str = ""
    retry_after_s: float | None = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the API told; ``content`` is empty when it is as it was under that ``etag``."""

    answer: Answer
    content: bytes = b""
    etag: str = ""


class Api(Closing):
    """A client that speaks with a camera's key; it shows the key to nobody else.

    ``key`` is one key for all cameras, or one for each camera id; ``watch`` is who speaks, where
    several share cameras.
    """

    def __init__(
        self,
        base_url: str,
        key: str | Mapping[str, str],
        timeout_s: float = TIMEOUT_S,
        watch: str = "",
    ) -> None:
        try:
            url = httpx2.URL(base_url)
        except httpx2.InvalidURL as error:
            raise ConfigError("the API address is not a URL; write http://host:port") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise ConfigError("the address of the API must begin with http:// or https://")
        # An address may carry a password: messages name the host alone.
        self.address = f"{url.scheme}://{url.netloc.decode().rpartition('@')[2]}"
        self._key = key
        self._who = {"X-Watch": watch} if watch else {}
        self._client = httpx2.Client(base_url=url, timeout=timeout_s, follow_redirects=False)

    def __repr__(self) -> str:
        return f"Api({self.address!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post_alert(self, camera_id: str, body: str) -> Answer:
        """Tell an alert; a repeat is taken too."""
        return self._send("POST", "/api/v1/alerts", camera_id, body.encode(), "application/json")

    def patch_alert(self, camera_id: str, alert_id: str, body: str) -> Answer:
        """Tell how an alert went on."""
        path = f"/api/v1/alerts/{alert_id}"
        return self._send("PATCH", path, camera_id, body.encode(), "application/json")

    def put_exposure(self, camera_id: str, body: str) -> Answer:
        """Tell how much of some hours was observed; a repeat replaces it."""
        path = f"/api/v1/cameras/{camera_id}/exposure"
        return self._send("PUT", path, camera_id, body.encode(), "application/json")

    def put_evidence(
        self, camera_id: str, alert_id: str, sha256: str, media_type: str, file: Path
    ) -> Answer:
        """Upload a file; a spool file that is gone is refused, as waiting will not bring it."""
        path = f"/api/v1/alerts/{alert_id}/evidence/{sha256}"
        try:
            content = file.read_bytes()
        except OSError as error:
            return Answer("refused", f"its file cannot be read ({error.strerror})")
        return self._send("PUT", path, camera_id, content, media_type)

    def put(self, path: str, camera_id: str, content: bytes, media_type: str) -> Answer:
        """Bring something of a camera."""
        return self._send("PUT", path, camera_id, content, media_type)

    def fetch(self, path: str, camera_id: str, etag: str = "") -> Fetched:
        """Ask for something of a camera, unless it is still what ``etag`` names."""
        response = self._request("GET", path, camera_id, {"If-None-Match": etag} if etag else {})
        if isinstance(response, Answer):
            return Fetched(response)
        if response.status_code == 304:
            return Fetched(Answer("taken"), etag=etag)
        return _fetched("GET", response)

    def ask(self, path: str, camera_id: str, content: bytes) -> Fetched:
        """Tell something in JSON and hear what the API says to it."""
        headers = {"Content-Type": "application/json"}
        response = self._request("PUT", path, camera_id, headers, content)
        if isinstance(response, Answer):
            return Fetched(response)
        return _fetched("PUT", response)

    def _send(
        self, method: str, path: str, camera_id: str, content: bytes, media_type: str
    ) -> Answer:
        headers = {"Content-Type": media_type}
        response = self._request(method, path, camera_id, headers, content)
        if isinstance(response, Answer):
            return response
        detail = _detail(response)
        if response.status_code == 409 and _problem(response) == SUPERSEDED:
            return Answer("superseded", detail)
        return judge(method, response.status_code, detail, _retry_after_s(response))

    def _request(
        self, method: str, path: str, camera_id: str, headers: dict[str, str], content: bytes = b""
    ) -> Any:
        """The response, or an Answer that says why there is none."""
        key = self._key if isinstance(self._key, str) else self._key.get(camera_id)
        if not key:
            return Answer("later", f"there is no key for camera {camera_id}; configure it")
        headers = headers | self._who | {"Authorization": f"Bearer {key}"}
        try:
            return self._client.request(method, path, content=content, headers=headers)
        except httpx2.RequestError as error:
            words = f"{self.address} does not answer ({type(error).__name__}); is it running?"
            return Answer("later", words, everywhere=True)


def judge(method: str, status: int, detail: str, retry_after_s: float | None = None) -> Answer:
    """What a status means for the outbox: an operator can mend ``later``, nobody ``refused``."""
    if status in {200, 201, 204}:
        return Answer("taken")
    words = f"the API answers {status}: {detail}" if detail else f"the API answers {status}"
    if status in {401, 403}:
        return Answer("later", f"{words}; check the camera's key")
    if status < 400 or (status in {404, 405} and method == "POST"):
        return Answer("later", f"{words}; check the address of the API")
    if status in BUSY or status >= 500:
        return Answer("later", words, retry_after_s, everywhere=status in GATEWAY)
    return Answer("refused", words)


def _fetched(method: str, response: Any) -> Fetched:
    answer = judge(method, response.status_code, _detail(response), _retry_after_s(response))
    if answer.outcome != "taken":
        return Fetched(answer)
    return Fetched(answer, response.content, response.headers.get("ETag", ""))


def _problem(response: Any) -> str:
    """The type of the problem (RFC 9457), nothing when there is none."""
    try:
        return str(response.json().get("type", ""))
    except (ValueError, AttributeError):
        return ""


def _detail(response: Any) -> str:
    """The problem's own words (RFC 9457), nothing when there are none."""
    try:
        detail = response.json().get("detail", "")
    except (ValueError, AttributeError):
        return ""
    return " ".join(str(detail).split())[:DETAIL_CHARS]


def _retry_after_s(response: Any) -> float | None:
    text = response.headers.get("Retry-After", "")
    try:
        if text.isdecimal():
            seconds = float(text)
        else:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


@dataclass(slots=True)
class Backoff:
    """When each camera may be tried again: doubling delays, half of each by chance."""

    chance: random.Random = field(default_factory=random.SystemRandom)
    _failures: dict[str, int] = field(default_factory=dict)
    _due_s: dict[str, float] = field(default_factory=dict)

    def failed(self, name: str, now_s: float, retry_after_s: float | None = None) -> None:
        """Wait longer than last time, and at least as long as the server asks."""
        failures = self._failures.get(name, 0)
        self._failures[name] = failures + 1
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 30))
        delay_s *= 0.5 + self.chance.random() / 2
        self._due_s[name] = now_s + max(delay_s, retry_after_s or 0.0)

    def succeeded(self, name: str) -> None:
        """Forget the failures."""
        self._failures.pop(name, None)
        self._due_s.pop(name, None)

    def failing(self) -> frozenset[str]:
        """Who failed last time."""
        return frozenset(self._failures)

    def waiting(self, now_s: float) -> frozenset[str]:
        """Who must not be tried yet."""
        return frozenset(name for name, due_s in self._due_s.items() if due_s > now_s)
