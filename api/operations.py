"""What the operator's machines ask: alive, ready, and how it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse
from pydantic import BaseModel

from api.deps import DatabaseDep, StorageDep
from api.errors import PROBLEM_SCHEMA

DOCS_DIR: Final = Path(__file__).parent / "static_docs"
router = APIRouter(tags=["operations"])


class HealthOut(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class ReadyOut(BaseModel):
    """Whether work can be done now."""

    database: bool
    storage: bool


@router.get("/healthz")
def is_alive() -> HealthOut:
    """The process answers; says nothing about its database."""
    return HealthOut()


@router.get("/readyz", responses={503: {"model": ReadyOut, "description": "not ready"}})
def is_ready(response: Response, database: DatabaseDep, storage: StorageDep) -> ReadyOut:
    """The database answers and evidence can be written; 503 otherwise."""
    ready = ReadyOut(database=database.answers(), storage=storage.writable())
    if not (ready.database and ready.storage):
        response.status_code = 503
    return ready


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics(request: Request) -> Response:
    """Prometheus metrics."""
    text: bytes = request.app.state.metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api/docs", include_in_schema=False)
def read_docs() -> FileResponse:
    """The API, browsable."""
    return FileResponse(DOCS_DIR / "index.html")


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once; every 422 is described as the problem that it is."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = PROBLEM_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
