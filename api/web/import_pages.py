"""Restaurants and cameras from a table: sent, shown as a dry run, then taken."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SettingsDep
from api.imports import store
from api.imports.columns import template
from api.imports.results import result_csv
from api.imports.routes import as_file
from api.imports.schemas import ImportOut
from api.stats.csv_text import as_csv
from api.web import import_words
from api.web.office import AdminDep, see, tabs_for
from api.web.rendering import language_of, render, translate
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
IMPORT = "/admin/import"
LINES = 300


@router.get(IMPORT)
def import_page(request: Request, found: AdminDep, database: DatabaseDep) -> Response:
    """Where a table is sent, and the newest ones."""
    return _page(request, found, database)


@router.post(IMPORT)
def check_table(
    request: Request,
    found: AdminDep,
    database: DatabaseDep,
    settings: SettingsDep,
    table: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """A dry run of the file."""
    content = table.file.read() if table is not None else b""
    name = (table.filename if table is not None else None) or "-"
    check = store.stream_check(settings)
    try:
        with database.writing() as session:
            told = store.check_import(session, found.person.id, name, content, check)
    except InvalidError as error:
        return _page(request, found, database, str(error))
    return see(f"{IMPORT}/{told.id}")


@router.get(f"{IMPORT}/template.csv")
def template_file(request: Request, _: AdminDep) -> Response:
    """A table with the headings alone, in the reader's language."""
    return as_file(as_csv(template(language_of(request)), []), "template.csv")


@router.get(f"{IMPORT}/{{import_id}}")
def one_page(request: Request, import_id: str, found: AdminDep, database: DatabaseDep) -> Response:
    """What the table would change, or changed, line by line."""
    with database.reading() as session:
        told = store.get_import(session, import_id)
    return _one(request, found, told)


@router.post(f"{IMPORT}/{{import_id}}")
def do_it(
    import_id: str, found: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """Take the table, whole or not at all."""
    check = store.stream_check(settings)
    with database.writing() as session:
        store.do_import(session, found.person.id, import_id, check)
    return see(f"{IMPORT}/{import_id}")


@router.post(f"{IMPORT}/{{import_id}}/keys")
def give_keys(request: Request, import_id: str, found: AdminDep, database: DatabaseDep) -> Response:
    """The result with first keys, given this once."""
    try:
        with database.writing() as session:
            keys = store.give_keys(session, found.person.id, import_id)
            told = store.get_import(session, import_id)
    except ConflictError:
        return see(f"{IMPORT}/{import_id}")
    return as_file(result_csv(told, keys), "camera-keys.csv")


def _page(request: Request, found: SignedIn, database: Any, trouble: str | None = None) -> Response:
    with database.reading() as session:
        newest = store.list_imports(session)
    told = trouble and translate(request, _said(trouble))
    return render(
        request,
        "import.html",
        found,
        422 if trouble else 200,
        tabs=tabs_for(found.person),
        imports=newest,
        trouble=told,
        words=import_words,
    )


def _said(trouble: str) -> str:
    """The msgid of what is wrong with the whole file."""
    known = (text for start, text in import_words.FILE_TROUBLES if trouble.startswith(start))
    return next(known, trouble)


def _one(request: Request, found: SignedIn, told: ImportOut) -> Response:
    return render(
        request,
        "import_one.html",
        found,
        tabs=tabs_for(found.person),
        told=told,
        lines=told.lines[:LINES],
        said=lambda problem: translate(request, problem.msgid) % problem.given,
        words=import_words,
    )
