"""Errors as RFC 9457 problems: the one place that knows an error's HTTP status.

KitchenError
├── NotSignedInError    no session, or one that ended
├── SignInError         name and password do not match
├── ProviderError       the OpenID provider cannot be reached
├── ThrottledError      too many attempts; says when to come back
├── CameraKeyError      no camera key, or one that is not known
├── TooLargeError       the body is larger than this route takes
├── RangeError          a byte range outside the file
├── StorageError        the evidence folder cannot be written or read
├── SupersededError     a watch tells of a camera that another has taken over
├── AlteredError        a file is no longer the one it was kept as
├── SendError           a message was not taken by its receiver this time
├── DatabaseBusyError   the database did not answer in time
└── RecordError         see vision.errors
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from vision.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    KitchenError,
    NotFoundError,
)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:brightkitchen:problem:"


class NotSignedInError(KitchenError):
    """No session, or one that has ended."""


class SignInError(KitchenError):
    """The name and the password do not match; says no more than that."""


class ProviderError(KitchenError):
    """The OpenID provider cannot be reached, or does not answer as one."""


class ThrottledError(KitchenError):
    """Too many attempts; ``retry_after_s`` says when the next one is heard."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CameraKeyError(KitchenError):
    """No camera key, or one that is not known (any more)."""


class TooLargeError(KitchenError):
    """The body is larger than this route takes."""


class RangeError(KitchenError):
    """The byte range lies outside the file of ``size`` bytes."""

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


class StorageError(KitchenError):
    """The evidence folder could not be written or read."""


class AlteredError(NotFoundError):
    """There is no such evidence any more: other bytes lie under its name, and are never shown."""


class SupersededError(KitchenError):
    """A watch tells of a camera that another has taken over; what it tells is not needed."""


class SendError(KitchenError):
    """A message was not taken by its receiver this time."""


class DatabaseBusyError(KitchenError):
    """The database did not answer in time; trying again later may help."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an error is called outside."""

    status: int
    name: str


KINDS: Final[dict[type[KitchenError], Kind]] = {
    NotSignedInError: Kind(401, "not-signed-in"),
    SignInError: Kind(401, "sign-in-failed"),
    CameraKeyError: Kind(401, "camera-key"),
    ForbiddenError: Kind(403, "forbidden"),
    NotFoundError: Kind(404, "not-found"),
    ConflictError: Kind(409, "conflict"),
    SupersededError: Kind(409, "superseded"),
    TooLargeError: Kind(413, "too-large"),
    RangeError: Kind(416, "range"),
    InvalidError: Kind(422, "invalid"),
    ThrottledError: Kind(429, "throttled"),
    ProviderError: Kind(502, "provider"),
    DatabaseBusyError: Kind(503, "database-busy"),
    AlteredError: Kind(500, "evidence-altered"),
    StorageError: Kind(507, "storage"),
}
PLAIN: Final = {
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    422: "invalid",
}
FAULT: Final = Kind(500, "fault")
UNREADABLE: Final = Kind(422, "invalid")
UNREADABLE_DETAIL: Final = "the body cannot be read"
FAULT_DETAIL: Final = "the server failed; its log says more"

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class RenderError(Protocol):
    """How the pages show an error to a person."""

    def __call__(self, request: Request, status: int, title: str, detail: str) -> Response:
        """The page for it."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route can answer with, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def repeated(model: type[BaseModel], description: str) -> dict[int | str, dict[str, Any]]:
    """Describe the 200 that a harmless repeat gets instead of 201."""
    return {200: {"model": model, "description": description}}


def install(app: FastAPI) -> None:
    """Answer every error as a problem, or as a page where a person looks."""
    app.add_exception_handler(KitchenError, _on_kitchen_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_fault)


def kind_of(error: KitchenError) -> Kind:
    """The nearest known class decides."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), FAULT)


def _on_kitchen_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, KitchenError)
    kind = kind_of(error)
    detail = FAULT_DETAIL if kind is FAULT else str(error)
    fields = [(error.field, str(error))] if isinstance(error, InvalidError) else []
    response = answer(request, kind, detail, fields)
    response.headers.update(_headers(error))
    return response


def _headers(error: KitchenError) -> dict[str, str]:
    if isinstance(error, ThrottledError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, CameraKeyError):
        return {"WWW-Authenticate": 'Bearer realm="camera"'}
    if isinstance(error, RangeError):
        return {"Content-Range": f"bytes */{error.size}"}
    return {}


def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [_field(item) for item in error.errors()]
    return answer(request, Kind(422, "invalid"), "; ".join(": ".join(f) for f in fields), fields)


def _field(item: dict[str, Any]) -> tuple[str, str]:
    """The field's dotted name and what is wrong with it; the value is never repeated."""
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "json_invalid":
        return "body", "the body is not JSON"
    name = ".".join(str(part) for part in item["loc"][1:])
    # A check over several fields names the one to mend first.
    return name or (message.split()[0] if item["type"] == "value_error" else "body"), message


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # a body that is not UTF-8, a form that breaks off
        return answer(request, UNREADABLE, UNREADABLE_DETAIL, [("body", UNREADABLE_DETAIL)])
    kind = Kind(error.status_code, PLAIN.get(error.status_code, "refused"))
    response = answer(request, kind, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _on_fault(request: Request, _: Exception) -> Response:
    return answer(request, FAULT, FAULT_DETAIL)


def answer(
    request: Request, kind: Kind, detail: str, fields: list[tuple[str, str]] | None = None
) -> Response:
    """The problem document, or the page's own rendering of it."""
    title = HTTPStatus(kind.status).phrase
    render: RenderError | None = getattr(request.app.state, "render_error", None)
    if render is not None and _wants_page(request):
        return render(request, kind.status, title, detail)
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + kind.name,
        "title": title,
        "status": kind.status,
        "detail": detail,
    }
    if fields:
        body["errors"] = [{"field": field, "message": message} for field, message in fields]
    return JSONResponse(body, kind.status, media_type=MEDIA_TYPE)


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get(
        "accept", ""
    )
