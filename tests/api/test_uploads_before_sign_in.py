"""Nobody who is not signed in makes the server read photographs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message

from api.accounts.sessions import COOKIE
from tests.api.building import Kitchen

PIECE = bytes(65_536)
HEAD = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def send_without_end(kitchen: Kitchen, path: str, cookie: str = "") -> tuple[int, int]:
    """The answer's status, and how many pieces of a form that never ends were read for it."""
    read, status = 0, 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        body = HEAD if read == 1 else PIECE
        return {"type": "http.request", "body": body, "more_body": True}

    async def hear(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"content-type", b"multipart/form-data; boundary=x"), (b"accept", b"text/html")]
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "query_string": b"",
        "headers": [*headers, (b"cookie", f"{COOKIE}={cookie}".encode())], "scheme": "http",
        "server": ("test", 80), "client": ("test", 1),
    }  # fmt: skip
    asyncio.run(kitchen.app(scope, receive, hear))
    return status, read


@pytest.mark.parametrize("path", ["/appeals", "/appeals/0f/files", "/cases/0f", "/admin/import"])
@pytest.mark.parametrize("cookie", ["", "made-up"])
def test_a_stranger_is_sent_to_sign_in_after_a_few_pieces(
    kitchen: Kitchen, path: str, cookie: str
) -> None:
    status, read = send_without_end(kitchen, path, cookie)
    assert status == 303
    assert read * len(PIECE) < 2 * kitchen.app.state.settings.body_limit_bytes


def test_whoever_is_signed_in_may_send_photographs_but_not_without_end(kitchen: Kitchen) -> None:
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    status, read = send_without_end(kitchen, "/appeals", owner.cookies[COOKIE])
    assert status == 413
    assert 64 * 1024 * 1024 <= read * len(PIECE) < 66 * 1024 * 1024
