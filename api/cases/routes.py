"""Cases over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.accounts.schemas import Person, SignedIn
from api.cases import files, reading, store
from api.cases.schemas import (
    PERSON_ACTIONS,
    ActionIn,
    CaseDetail,
    CaseIn,
    CaseOut,
    CaseParams,
    NewFile,
)
from api.database import now
from api.deps import DatabaseDep, SettingsDep, SignedInDep, StorageDep, require
from api.errors import problems
from api.inspections.photos import MEDIA_TYPES
from api.pages import Page
from api.text import PlainText
from api.web.case_paper import OrderPaper, order_paper
from vision.errors import InvalidError

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
OrderNumber = Annotated[PlainText, Path(max_length=24)]
ActionName = Annotated[PlainText, Path(max_length=20, description=", ".join(PERSON_ACTIONS))]
FileName = Annotated[PlainText, Query(max_length=200, description="as its sender calls it")]
ChiefDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
PartyDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
OWN: Final = problems(401, 403, 404, 409, 413, 422)
KINDS: Final = (*MEDIA_TYPES, files.PDF)
BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": dict.fromkeys(KINDS, BINARY)}
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "the file", "content": dict.fromkeys(("image/jpeg", files.PDF), BINARY)}
}
PAPER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "the order on paper", "content": {files.PDF: BINARY}}
}
# Named by its hash, so that it never changes; but another person's browser is not to keep it.
KEPT: Final = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Cookie"}


@router.get("", responses=problems(401, 403, 422))
def list_cases(query: CaseParams, found: SignedInDep, database: DatabaseDep) -> Page[CaseOut]:
    """Cases in one's scope: open ones by what is due first, others by what changed last."""
    with database.reading() as session:
        return reading.list_cases(session, found.person, query)


@router.post("", status_code=201, responses=OWN)
def add_case(given: CaseIn, found: ChiefDep, database: DatabaseDep) -> CaseDetail:
    """Open a case by hand: from an upheld alert at once, or from what somebody was told."""
    with database.writing() as session:
        case_id = store.add_case(session, found.person, given)
        return reading.get_case(session, found.person, case_id)


@router.get("/{case_id}", responses=problems(401, 403, 404, 422))
def read_case(case_id: CaseId, found: SignedInDep, database: DatabaseDep) -> CaseDetail:
    """One case with its alerts, steps, orders, look-backs and files, and what one may do now."""
    with database.reading() as session:
        return reading.get_case(session, found.person, case_id)


@router.post("/{case_id}/actions/{action}", responses=OWN)
def act(
    case_id: CaseId,
    action: ActionName,
    given: ActionIn,
    found: PartyDep,
    database: DatabaseDep,
) -> CaseDetail:
    """Do one step; 409 when it cannot be done now, with what can be."""
    with database.writing() as session:
        store.act(session, found.person, case_id, action, given)
        return reading.get_case(session, found.person, case_id)


@router.put(
    "/{case_id}/files",
    status_code=201,
    openapi_extra=BODY,
    responses=OWN | problems(507),
)
async def put_file(
    request: Request, case_id: CaseId, found: PartyDep, name: FileName = ""
) -> NewFile:
    """Add a photo or a PDF to an open case; the same again does no harm.

    JPEG, PNG, WebP and HEIC up to 64 megapixels are kept as an upright JPEG without metadata.
    Name its hash in the action that it proves.
    """
    content = await body_of(request)
    return await run_in_threadpool(_keep, request, found.person, case_id, content, name)


async def body_of(request: Request) -> bytes:
    """The body, or InvalidError when it broke off; the middleware keeps it short."""
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise InvalidError("the upload broke off; send the whole file again", "body") from error


def _keep(request: Request, person: Person, case_id: str, content: bytes, name: str) -> NewFile:
    state = request.app.state
    # Whoever may not add anything does not make the server decode it.
    files.require_place(state.database, person, case_id)
    one = files.checked(content, name)
    files.add_files(state.database, state.storage, person, case_id, [one])
    return one.file


@router.get(
    "/{case_id}/files/{sha256}",
    response_class=Response,
    responses=FILE | problems(401, 403, 404, 422),
)
def read_file(
    case_id: CaseId,
    sha256: Sha256,
    found: PartyDep,
    database: DatabaseDep,
    storage: StorageDep,
    small: bool = False,
) -> Response:
    """A photo or paper of a case; each view is logged."""
    with database.writing() as session:
        row = files.find_file(session, found.person, case_id, sha256)
    content = files.read(storage, row, small=small)
    kind = "attachment" if row.media_type == files.PDF else "inline"
    name = f"{kind}; filename*=UTF-8''{quote(row.name or sha256[:12], safe='')}"
    return Response(content, 200, KEPT | {"Content-Disposition": name}, row.media_type)


@router.get(
    "/{case_id}/orders/{number}/paper",
    response_class=Response,
    responses=PAPER | problems(401, 403, 404, 409, 422),
)
def read_paper(
    case_id: CaseId,
    number: OrderNumber,
    found: PartyDep,
    database: DatabaseDep,
    settings: SettingsDep,
    language: Literal["zh", "en"] = "zh",
) -> Response:
    """An order to print and to hand over, with its articles, in either language."""
    with database.reading() as session:
        facts = reading.get_order(session, found.person, case_id, number)
    content = order_paper(OrderPaper(facts, language, settings.time_zone, now()))
    name = f'attachment; filename="order-{number}-{language}.pdf"'
    return Response(content, 200, {"Content-Disposition": name}, files.PDF)
