"""Imports over JSON: send a table, read what it would change, say that it shall."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SettingsDep, require
from api.errors import problems
from api.imports import store
from api.imports.results import result_csv
from api.imports.schemas import ImportOut, ImportsOut

router = APIRouter(prefix="/api/v1", tags=["imports"])
AdminDep = Annotated[SignedIn, Depends(require("admin"))]
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def whole_body(request: Request) -> bytes:
    """The body; how long it may be is for the middleware to say."""
    return await request.body()


FileDep = Annotated[bytes, Depends(whole_body)]
NameParam = Annotated[str, Query(alias="name", max_length=200, description="of the file")]
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the table"}
}


@router.post(
    "/imports", status_code=201, responses=problems(401, 403, 413, 422), openapi_extra=BODY
)
def check_import(
    content: FileDep,
    admin: AdminDep,
    database: DatabaseDep,
    settings: SettingsDep,
    name: NameParam = "table",
) -> ImportOut:
    """A dry run: what this CSV or workbook would change, and every line that is wrong."""
    check = store.stream_check(settings)
    with database.writing() as session:
        return store.check_import(session, admin.person.id, name, content, check)


@router.get("/imports", responses=problems(401, 403))
def list_imports(_: AdminDep, database: DatabaseDep) -> ImportsOut:
    """The newest imports."""
    with database.reading() as session:
        return ImportsOut(items=store.list_imports(session))


@router.get("/imports/{import_id}", responses=problems(401, 403, 404, 422))
def read_import(import_id: str, _: AdminDep, database: DatabaseDep) -> ImportOut:
    """One import, line by line."""
    with database.reading() as session:
        return store.get_import(session, import_id)


@router.post("/imports/{import_id}/done", responses=problems(401, 403, 404, 409, 422))
def do_import(
    import_id: str, admin: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> ImportOut:
    """Do what was shown, whole or not at all; `wrong` when something came between."""
    check = store.stream_check(settings)
    with database.writing() as session:
        return store.do_import(session, admin.person.id, import_id, check)


@router.get(
    "/imports/{import_id}/result.csv",
    response_class=Response,
    responses=CSV | problems(401, 403, 404, 422),
)
def read_result(import_id: str, _: AdminDep, database: DatabaseDep) -> Response:
    """What became of each line, without keys."""
    with database.reading() as session:
        return as_file(result_csv(store.get_import(session, import_id)), "import.csv")


@router.post(
    "/imports/{import_id}/keys",
    response_class=Response,
    responses=CSV | problems(401, 403, 404, 409, 422),
)
def give_keys(import_id: str, admin: AdminDep, database: DatabaseDep) -> Response:
    """The same with a first key for each camera that has none: given this once."""
    with database.writing() as session:
        keys = store.give_keys(session, admin.person.id, import_id)
        told = store.get_import(session, import_id)
    return as_file(result_csv(told, keys), "camera-keys.csv")


def as_file(table: str, name: str) -> Response:
    """A CSV to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
