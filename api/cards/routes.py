"""Public cards over JSON, and their QR codes as files."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api.accounts.schemas import SignedIn
from api.cards import store
from api.cards.qr import qr_png, qr_svg
from api.cards.schemas import CardIn, CardOut
from api.database import Database
from api.deps import DatabaseDep, SignedInDep, require
from api.errors import problems
from vision.errors import NotFoundError

router = APIRouter(prefix="/api/v1", tags=["cards"])
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
Described = dict[int | str, dict[str, Any]]
SVG: Final[Described] = {
    200: {"description": "the code", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}
PNG: Final[Described] = {
    200: {
        "description": "the code",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def base_url(request: Request) -> str:
    """Where people reach this server: as the operator says, else as this request came."""
    configured: str | None = request.app.state.settings.public_url
    return configured or str(request.base_url).rstrip("/")


@router.get("/restaurants/{restaurant_id}/card", responses=problems(401, 404, 422))
def read_card(
    request: Request, restaurant_id: str, found: SignedInDep, database: DatabaseDep
) -> CardOut:
    """A restaurant's public card: whether it is shown, its address, its grade."""
    with database.reading() as session:
        return store.read_card(session, found.person, restaurant_id, base_url(request))


@router.put("/restaurants/{restaurant_id}/card", responses=problems(401, 403, 404, 409, 413, 422))
def switch_card(
    request: Request,
    restaurant_id: str,
    given: CardIn,
    found: OfficeDep,
    database: DatabaseDep,
) -> CardOut:
    """Show the card to everybody or hide it; `renew` gives it another code."""
    with database.writing() as session:
        store.switch(session, found.person, restaurant_id, given)
        return store.read_card(session, found.person, restaurant_id, base_url(request))


@router.get(
    "/restaurants/{restaurant_id}/card/qr.svg",
    response_class=Response,
    responses=SVG | problems(401, 404, 422),
)
def read_qr_svg(
    request: Request, restaurant_id: str, found: SignedInDep, database: DatabaseDep
) -> Response:
    """The QR code of a card as a drawing; 404 while it was never shown."""
    address = _address(request, found, database, restaurant_id)
    return Response(qr_svg(address), media_type="image/svg+xml")


@router.get(
    "/restaurants/{restaurant_id}/card/qr.png",
    response_class=Response,
    responses=PNG | problems(401, 404, 422),
)
def read_qr_png(
    request: Request, restaurant_id: str, found: SignedInDep, database: DatabaseDep
) -> Response:
    """The QR code of a card as a picture; 404 while it was never shown."""
    address = _address(request, found, database, restaurant_id)
    return Response(qr_png(address), media_type="image/png")


def _address(request: Request, found: SignedIn, database: Database, restaurant_id: str) -> str:
    with database.reading() as session:
        card = store.read_card(session, found.person, restaurant_id, base_url(request))
    if card.url is None:
        raise NotFoundError(f"there is no restaurant {restaurant_id} for you")
    return card.url
