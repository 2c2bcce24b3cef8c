"""The public card: the office switches it, the restaurant prints it, anybody may read it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.accounts.schemas import SignedIn
from api.accounts.throttle import Throttle
from api.cards import store
from api.cards.qr import qr_svg
from api.cards.routes import base_url
from api.cards.schemas import CardIn, PaperSize
from api.deps import DatabaseDep, require
from api.restaurants.schemas import RestaurantQuery
from api.web import card_words as words
from api.web.choose import choose_restaurant
from api.web.language import TAGS, LanguageCode, clock_at, negotiate
from api.web.office import see
from api.web.portal_days import Days, days_of
from api.web.rendering import environment, render, translate
from api.web.sheet_print import paper
from vision.errors import ConflictError, NotFoundError

router = APIRouter(include_in_schema=False)
ReaderDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
WORDS: Final = {name: getattr(words, name) for name in dir(words) if name.isupper()}
# Anybody may keep it so long, browsers and proxies alike: a grade changes once a day at most.
KEPT: Final = {"Cache-Control": "public, max-age=600", "Vary": "Accept-Language"}
# Codes that lead nowhere, from one address: nobody finds a code by trying.
MISSES: Final = 20
MISSES_WINDOW_S: Final = 60


@router.get("/c/{code}")
def public_card(
    request: Request, code: str, database: DatabaseDep, lang: Annotated[str, Query()] = ""
) -> Response:
    """What anybody learns: the grade, since when, and what it means."""
    language = negotiate(lang, request.headers.get("accept-language", ""))
    with database.reading() as session:
        card = store.public_card(session, code) if len(code) == store.LENGTH else None
    settings = request.app.state.settings
    if card is None:
        client = request.client.host if request.client else ""
        Throttle(database, MISSES, MISSES_WINDOW_S).count("public card", client)
    days = Days(clock_at(language, settings.time_zone))
    page = environment(language).get_template("card_public.html")
    html = page.render(card=card, tag=TAGS[language], lang=language, code=code, days=days, **WORDS)
    headers = KEPT if card else {"Cache-Control": "no-store"}
    return HTMLResponse(
        html, 200 if card else 404, headers=headers | {"Content-Language": TAGS[language]}
    )


@router.get("/card")
def choose(
    request: Request, found: ReaderDep, query: Annotated[RestaurantQuery, Query()]
) -> Response:
    """One's own at once; whoever has several chooses."""
    return choose_restaurant(request, found, "/card", query)


@router.get("/card/{restaurant_id}")
def card_page(
    request: Request, restaurant_id: str, found: ReaderDep, done: bool = False
) -> Response:
    """Whether the card is shown, what it says, and how it is printed."""
    return _page(request, found, restaurant_id, notice=words.SWITCHED if done else "")


def _page(
    request: Request, found: SignedIn, restaurant_id: str, *, notice: str = "", told: str = ""
) -> Response:
    with request.app.state.database.reading() as session:
        card = store.read_card(session, found.person, restaurant_id, base_url(request))
    return render(
        request,
        "card.html",
        found,
        409 if told else 200,
        card=card,
        notice=translate(request, notice) if notice else "",
        told=translate(request, told) if told else "",
        days=days_of(request),
        **WORDS,
    )


@router.post("/card/{restaurant_id}")
def switch(  # noqa: PLR0913  # three fields of the form
    request: Request,
    restaurant_id: str,
    found: OfficeDep,
    database: DatabaseDep,
    shown: Annotated[bool, Form()] = False,
    renew: Annotated[bool, Form()] = False,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Show the card, hide it, or give it another code."""
    try:
        with database.writing() as session:
            given = CardIn(shown=shown, renew=renew, reason=reason)
            store.switch(session, found.person, restaurant_id, given)
    except ConflictError:
        return _page(request, found, restaurant_id, told=words.NOT_SWITCHED)
    return see(f"/card/{restaurant_id}?done=1")


@router.get("/card/{restaurant_id}/pdf")
def pdf(  # which card, how large, in which language
    request: Request,
    restaurant_id: str,
    found: ReaderDep,
    database: DatabaseDep,
    size: PaperSize = "a6",
    language: LanguageCode = "zh",
) -> Response:
    """The card to hang up. It bears no grade: that would be old tomorrow."""
    with database.reading() as session:
        card = store.read_card(session, found.person, restaurant_id, base_url(request))
    if card.url is None:
        raise NotFoundError(f"there is no restaurant {restaurant_id} for you")
    page = environment(language).get_template("card_print.html")
    made = paper(page.render(card=card, size=size, tag=TAGS[language], qr=qr_svg(card.url)))
    if made is None:
        return see(f"/card/{restaurant_id}")
    headers = {"Content-Disposition": f'attachment; filename="card-{size}-{language}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)
