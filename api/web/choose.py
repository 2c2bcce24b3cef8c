"""The page that leads to one restaurant: one's own at once, else the choice."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.restaurants import places
from api.restaurants.schemas import RestaurantQuery
from api.web.office import address, see
from api.web.rendering import render


def choose_restaurant(
    request: Request, found: SignedIn, to: str, query: RestaurantQuery
) -> Response:
    """Lead on to ``to/{restaurant_id}``."""
    with request.app.state.database.reading() as session:
        page = places.list_restaurants(session, found.person, query)
    if found.person.role == "restaurant" and len(page.items) == 1:
        return see(f"{to}/{page.items[0].id}")
    more = address(to, q=query.q, cursor=page.next_cursor) if page.next_cursor else None
    return render(
        request, "choose.html", found, restaurants=page.items, to=to, more=more, q=query.q
    )
