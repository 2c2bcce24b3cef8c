"""Pages of appeals: the restaurant files, follows and withdraws; the office decides."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from pydantic import ConfigDict, ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.alerts.models import AlertRow
from api.alerts.store import get_alert
from api.appeals import files, reading, store
from api.appeals.rules import MOST_FILES
from api.appeals.schemas import AppealId, AppealIn, AppealOut, AppealQuery, DecisionIn
from api.database import Database
from api.deps import DatabaseDep, SettingsDep, StorageDep, require
from api.storage import EvidenceStorage
from api.web import appeal_words as words
from api.web.items import Item, Viewer, read_item
from api.web.office import address, see
from api.web.portal_days import days_of
from api.web.rendering import render, translate
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
ReaderDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
OwnerDep = Annotated[SignedIn, Depends(require("restaurant"))]
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
Photos = Annotated[list[UploadFile], File()]
Text = Annotated[str, Form(max_length=4000)]
WORDS: Final = {name: getattr(words, name) for name in dir(words) if name.isupper()}


class ListQuery(AppealQuery):
    """The list's address; what it does not know is left out."""

    model_config = ConfigDict(extra="ignore")


@router.get("/appeals")
def list_page(
    request: Request,
    found: ReaderDep,
    database: DatabaseDep,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """A restaurant's own appeals; for the office first those that wait for a decision."""
    office = found.person.role != "restaurant"
    with database.reading() as session:
        waiting = reading.open_appeals(session, found.person) if office else []
        page = reading.list_appeals(session, found.person, query)
    given = {"restaurant": query.restaurant}
    items = [one for one in page.items if not (office and one.state == "filed")]
    return _render(
        request,
        "appeals.html",
        found,
        office=office,
        waiting=waiting,
        items=items,
        more=address("/appeals", **given, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/appeals/new")
def new_page(
    request: Request,
    found: OwnerDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
    alert: UUID,
) -> Response:
    """The form for an appeal against one episode."""
    with database.reading() as session:
        item = read_item(session, storage, Viewer(found.person, settings), alert)
    return _form(request, found, database, item)


def _form(
    request: Request,
    found: SignedIn,
    database: Database,
    item: Item,
    told: str = "",
    statement: str = "",
) -> Response:
    with database.reading() as session:
        row = session.get_one(AlertRow, item.alert.id)
        why_not = store.why_not_now(session, row.id)
        term = store.term_of(session, row.settled_at) if row.settled_at else None
        ends_at = term.ends_at(row.settled_at) if term and row.settled_at else None
        before = store.newest_of(session, [row.id]).get(row.id)
    return _render(
        request,
        "appeal_new.html",
        found,
        422 if told else 200,
        item=item,
        why_not=why_not,
        ends_at=ends_at,
        before=before,
        told=translate(request, told) if told else "",
        statement=statement,
        most=MOST_FILES,
    )


@router.post("/appeals")
async def file_appeal(
    request: Request,
    found: OwnerDep,
    alert_id: Annotated[UUID, Form()],
    statement: Text = "",
    photos: Photos = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """File an appeal with its photographs, all of it or nothing."""
    contents = [content for photo in photos if (content := await photo.read())]
    return await run_in_threadpool(_file, request, found, alert_id, statement, contents)


def _file(
    request: Request, found: SignedIn, alert_id: UUID, statement: str, contents: list[bytes]
) -> Response:
    state = request.app.state
    database: Database = state.database
    with database.reading() as session:
        viewer = Viewer(found.person, state.settings)
        item = read_item(session, state.storage, viewer, alert_id)
    try:
        given = AppealIn(alert_id=alert_id, statement=statement.strip())
        clean = _clean(contents)
        with database.writing() as session:
            appeal = store.file_appeal(session, found.person, given)
        files.keep_photos(database, state.storage, found.person, appeal.id, clean)
    except ValidationError:
        return _form(request, found, database, item, words.NEEDS_WORDS, statement)
    except InvalidError as error:
        return _form(request, found, database, item, str(error), statement)
    except ConflictError:
        return see(f"/appeals/new?alert={alert_id}")
    return see(f"/appeals/{appeal.id}?filed=1")


def _clean(contents: list[bytes]) -> list[bytes]:
    """Every photograph as it is kept; InvalidError in words of the page."""
    if len(contents) > MOST_FILES:
        raise InvalidError(words.TOO_MANY, "photos")
    try:
        return [files.clean(content) for content in contents]
    except InvalidError as error:
        raise InvalidError(words.FILE_PROBLEM, "photos") from error


@router.get("/appeals/{appeal_id}")
def appeal_page(
    request: Request, appeal_id: AppealId, found: ReaderDep, filed: bool = False
) -> Response:
    """One appeal: what it is about, what was said, where it stands, what can be done now."""
    notice = words.FILED if filed else ""
    return _page(request, found, appeal_id, notice=notice)


def _page(
    request: Request,
    found: SignedIn,
    appeal_id: str,
    *,
    notice: str = "",
    told: str = "",
    filled: dict[str, Any] | None = None,
) -> Response:
    with request.app.state.database.reading() as session:
        appeal = reading.get_appeal(session, found.person, appeal_id)
        item = _item(session, request, found, appeal)
    return _render(
        request,
        "appeal.html",
        found,
        422 if told else 200,
        appeal=appeal,
        item=item,
        office=found.person.role != "restaurant",
        decides=found.person.role in ("supervisor", "admin"),
        notice=translate(request, notice) if notice else "",
        told=translate(request, told) if told else "",
        filled=filled or {"outcome": "", "ground": "", "reason": ""},
        room=MOST_FILES - len(appeal.files),
    )


def _item(session: Session, request: Request, found: SignedIn, appeal: AppealOut) -> Item | None:
    """The episode with its pictures, while this person may still see it."""
    storage: EvidenceStorage = request.app.state.storage
    viewer = Viewer(found.person, request.app.state.settings)
    try:
        get_alert(session, found.person, appeal.alert_id)
        return read_item(session, storage, viewer, appeal.alert_id)
    except NotFoundError:
        return None


@router.post("/appeals/{appeal_id}/withdraw")
def withdraw(
    request: Request, appeal_id: AppealId, found: OwnerDep, database: DatabaseDep
) -> Response:
    """Take an appeal back."""
    try:
        with database.writing() as session:
            store.withdraw(session, found.person, appeal_id)
    except ConflictError:
        return _page(request, found, appeal_id, told=words.OVER)
    return see(f"/appeals/{appeal_id}")


@router.post("/appeals/{appeal_id}/files")
async def add_files(
    request: Request,
    appeal_id: AppealId,
    found: OwnerDep,
    photos: Photos = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """Add photographs to an open appeal."""
    contents = [content for photo in photos if (content := await photo.read())]
    return await run_in_threadpool(_add_files, request, found, appeal_id, contents)


def _add_files(
    request: Request, found: SignedIn, appeal_id: str, contents: list[bytes]
) -> Response:
    state = request.app.state
    with state.database.reading() as session:
        appeal = reading.get_appeal(session, found.person, appeal_id)
    try:
        if len(contents) > MOST_FILES - len(appeal.files):
            raise InvalidError(words.TOO_MANY, "photos")
        clean = _clean(contents)
        files.keep_photos(state.database, state.storage, found.person, appeal_id, clean)
    except InvalidError as error:
        return _page(request, found, appeal_id, told=str(error))
    except ConflictError:
        return _page(request, found, appeal_id, told=words.OVER)
    return see(f"/appeals/{appeal_id}#photos")


@router.post("/appeals/{appeal_id}/decision")
def decide(  # noqa: PLR0913  # three fields of the form
    request: Request,
    appeal_id: AppealId,
    found: OfficeDep,
    database: DatabaseDep,
    outcome: Annotated[str, Form(max_length=10)] = "",
    ground: Annotated[str, Form(max_length=20)] = "",
    reason: Text = "",
) -> Response:
    """Grant or refuse."""
    filled = {"outcome": outcome, "ground": ground, "reason": reason}
    ground_given = ground if outcome == "granted" and ground else None
    try:
        with database.writing() as session:
            given = {"outcome": outcome, "ground": ground_given, "reason": reason.strip()}
            reading.get_appeal(session, found.person, appeal_id)
            store.decide(session, found.person, appeal_id, DecisionIn.model_validate(given))
    except ValidationError:
        told = words.NEEDS_REASON
    except ConflictError:
        told = words.OVER
    except ForbiddenError:
        told = words.INVOLVED
    else:
        return see(f"/appeals/{appeal_id}")
    return _page(request, found, appeal_id, told=told, filled=filled)


def _render(
    request: Request, template: str, found: SignedIn, status: int = 200, **context: Any
) -> Response:
    return render(request, template, found, status, days=days_of(request), **context, **WORDS)
