"""What holds for every request: a limit to its body, and headers that protect its answer."""

from __future__ import annotations

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts.sessions import COOKIE
from api.accounts.store import find_session
from api.inspections.photos import MAX_PHOTO_BYTES
from vision.alert import MAX_EVIDENCE_BYTES
from vision.snapshots import MAX_SNAPSHOT_BYTES

# What a PUT may bring there; every other body is JSON or a form, and short.
UPLOADS: Final = (
    (re.compile(r"/api/v1/alerts/[^/]+/evidence/[^/]+"), MAX_EVIDENCE_BYTES),
    (re.compile(r"/api/v1/cameras/[^/]+/picture"), MAX_SNAPSHOT_BYTES),
    (re.compile(r"/api/v1/inspections/[^/]+/files/[^/]+"), MAX_PHOTO_BYTES),
    (re.compile(r"/api/v1/cases/[^/]+/files"), MAX_PHOTO_BYTES),
)
# Forms and bodies of POST that bring photographs.
PHOTOGRAPHS: Final = re.compile(
    r"/cases/[0-9a-f]+|/appeals(/[0-9a-f]+/files)?|/api/v1/appeals/[^/]+/files"
)
PHOTOGRAPHS_BYTES: Final = 64 * 1024 * 1024
# A table of restaurants and cameras, from a page or over the API.
TABLE: Final = re.compile(r"/api/v1/imports|/admin/import")
MAX_TABLE_BYTES: Final = 4 * 1024 * 1024 + 65_536
# Videos are as large as the operator says.
FOOTAGE: Final = re.compile(r"/api/v1/analyses/[^/]+/footage")
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Built files may be kept; everything else is somebody's and must not be.
PUBLIC_FILES: Final = ("/static/", "/api/docs/")


class BodyLimitMiddleware:
    """Refuses a body that is too large while it comes, with or without Content-Length.

    A form is read as a whole before its route asks who sends it, so that here it is asked as soon
    as a form with files grows longer than any other body may be.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, footage_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._uploads = (*UPLOADS, (FOOTAGE, footage_bytes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its bytes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope)
        announced = Headers(scope=scope).get("content-length", "")
        count = int(announced) if announced.isdecimal() and len(announced) < 20 else 0
        came, stranger = 0, limit > self._limit_bytes and scope["method"] == "POST"

        async def counting() -> Message:
            nonlocal came, stranger
            message = await receive()
            came += len(message.get("body", b""))
            if max(count, came) > limit:
                raise HTTPException(413, f"the body may have {limit} bytes at most")
            if stranger and max(count, came) > self._limit_bytes:
                stranger = not await run_in_threadpool(_signed_in, scope)
                if stranger:
                    raise HTTPException(401, "sign in first; the session may have ended")
            return message

        await self._app(scope, counting, send)

    def _limit_of(self, scope: Scope) -> int:
        if scope["method"] == "PUT":
            for path, limit_bytes in self._uploads:
                if path.fullmatch(scope["path"]):
                    return limit_bytes
        if scope["method"] == "POST" and TABLE.fullmatch(scope["path"]):
            return max(MAX_TABLE_BYTES, self._limit_bytes)
        if scope["method"] == "POST" and PHOTOGRAPHS.fullmatch(scope["path"]):
            return PHOTOGRAPHS_BYTES
        return self._limit_bytes


def _signed_in(scope: Scope) -> bool:
    """Whether the request comes with a session that stands."""
    token, state = HTTPConnection(scope).cookies.get(COOKIE), scope["app"].state
    if not token:
        return False
    with state.database.reading() as session:
        return find_session(session, token, state.settings.session_idle_s) is not None


class HeadersMiddleware:
    """Adds the protecting headers that the answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def protecting(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith(PUBLIC_FILES):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, protecting if scope["type"] == "http" else send)
