"""Campaigns as pages: the list with the form for a new one, and one with its progress."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.database import Database
from api.deps import DatabaseDep, SettingsDep
from api.inspections import campaign_store
from api.inspections.campaign_routes import CampaignId
from api.inspections.campaign_schemas import MAX_TARGETS, CampaignIn
from api.inspections.checklists import newest_checklists, read_checklist
from api.inspections.routes import InspectorDep
from api.inspections.store import today_of
from api.patrols.plan_store import stations
from api.restaurants.places import list_restaurants
from api.restaurants.schemas import RISKS, RestaurantQuery, Risk
from api.text import PlainText
from api.web.rendering import render, translate
from api.web.troubles import notice
from api.web.visit import WORDS
from api.web.words import N_
from vision.errors import ConflictError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
CAMPAIGNS: Final = "/campaigns"
MONTH: Final = dt.timedelta(days=30)
Empty = BeforeValidator(lambda value: None if value == "" else value)


class TargetQuery(BaseModel):
    """Which restaurants are offered as targets."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[PlainText, Field(max_length=100)] = ""
    station: Annotated[Annotated[PlainText, Field(max_length=32)] | None, Empty] = None
    risk: Annotated[Risk | None, Empty] = None
    find: bool = False


class CampaignForm(BaseModel):
    """The form of a new campaign."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[PlainText, Field(max_length=100)] = ""
    purpose: Annotated[PlainText, Field(max_length=1000)] = ""
    checklist: Annotated[PlainText, Field(max_length=40)] = "catering"
    starts_on: Annotated[dt.date | None, Empty] = None
    ends_on: Annotated[dt.date | None, Empty] = None
    restaurant_ids: Annotated[list[PlainText], Field(max_length=MAX_TARGETS)] = []


@router.get(CAMPAIGNS)
def campaigns_page(
    request: Request,
    found: InspectorDep,
    database: DatabaseDep,
    query: Annotated[TargetQuery, Query()],
) -> Response:
    """Campaigns with their progress, and the form for a new one."""
    return _list(request, found, database, query)


def _list(
    request: Request, found: SignedIn, database: Database, query: TargetQuery, **more: Any
) -> Response:
    wanted = RestaurantQuery(q=query.q, station=query.station, risk=query.risk, limit=200)
    today = today_of(request.app.state.settings.time_zone)
    with database.reading() as session:
        told = campaign_store.list_campaigns(session, found.person)
        places = list_restaurants(session, found.person, wanted) if query.find else None
        choices = stations(session, found.person)
    shown = {"notice": None, "filled": CampaignForm(starts_on=today, ends_on=today + MONTH)} | more
    return render(
        request,
        "campaigns.html",
        found,
        422 if shown["notice"] else 200,
        campaigns=told,
        places=places,
        query=query,
        stations=choices,
        risks=RISKS,
        lists=newest_checklists(),
        **WORDS,
        **shown,
    )


@router.post(CAMPAIGNS)
def create_campaign(
    request: Request,
    found: InspectorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    given: Annotated[CampaignForm, Form()],
) -> Response:
    """Make a campaign and go to it."""
    try:
        wanted = CampaignIn.model_validate(given.model_dump())
        with database.writing() as session:
            today = today_of(settings.time_zone)
            campaign_id = campaign_store.create(session, found.person, wanted, today)
    except (InvalidError, NotFoundError, ConflictError) as error:
        told = notice(request, error)
    except ValueError:
        why = N_("A campaign needs a name, its first and last day in that order, and targets.")
        told = {"kind": "bad", "title": translate(request, why), "detail": ""}
    else:
        return RedirectResponse(f"{CAMPAIGNS}/{campaign_id}", 303)
    return _list(request, found, database, TargetQuery(find=True), notice=told, filled=given)


@router.get(f"{CAMPAIGNS}/{{campaign_id}}")
def campaign_page(
    request: Request, campaign_id: CampaignId, found: InspectorDep, database: DatabaseDep
) -> Response:
    """A campaign: how far it is, which items are met least often, and every visit."""
    with database.reading() as session:
        told = campaign_store.summary(session, found.person, campaign_id)
    checklist = read_checklist(told.campaign.checklist)
    items = {item.id: item for item in checklist.items}
    context: dict[str, Any] = {
        "told": told,
        "campaign": told.campaign,
        "checklist": checklist,
        "items": items,
    }
    return render(request, "campaign.html", found, **context, **WORDS)


@router.post(f"{CAMPAIGNS}/{{campaign_id}}/close")
def close_campaign(campaign_id: CampaignId, found: InspectorDep, database: DatabaseDep) -> Response:
    """End it; what was not visited is cancelled. Closing twice shows it closed."""
    with database.writing() as session:
        told = campaign_store.get_campaign(session, found.person, campaign_id)
        if told.closed_at is None:
            campaign_store.close(session, found.person, campaign_id)
    return RedirectResponse(f"{CAMPAIGNS}/{campaign_id}", 303)
