"""Campaigns over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api.deps import DatabaseDep, SettingsDep
from api.errors import problems
from api.inspections import campaign_store as store
from api.inspections.campaign_schemas import CampaignIn, CampaignOut, CampaignSummary, TargetsIn
from api.inspections.routes import InspectorDep
from api.inspections.store import today_of
from api.text import PlainText
from api.web.campaign_papers import Form, campaign_paper
from api.web.language import LanguageCode
from api.web.rendering import language_of

router = APIRouter(prefix="/api/v1/campaigns", tags=["inspections"])
CampaignId = Annotated[PlainText, Path(max_length=32)]
OWN: Final = problems(401, 403, 404, 409, 413, 422)
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the summary as a file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "application/pdf")
        },
    }
}


@router.get("", responses=problems(401, 403))
def list_campaigns(found: InspectorDep, database: DatabaseDep) -> list[CampaignOut]:
    """Campaigns of one's scope, newest first, with how far each is there."""
    with database.reading() as session:
        return store.list_campaigns(session, found.person)


@router.post("", status_code=201, responses=problems(401, 403, 404, 413, 422))
def create_campaign(
    given: CampaignIn, found: InspectorDep, database: DatabaseDep, settings: SettingsDep
) -> CampaignOut:
    """Make a campaign; each target becomes a planned visit, all of them or none."""
    with database.writing() as session:
        today = today_of(settings.time_zone)
        campaign_id = store.create(session, found.person, given, today)
        return store.get_campaign(session, found.person, campaign_id)


@router.get("/{campaign_id}", responses=problems(401, 403, 404, 422))
def read_campaign(
    campaign_id: CampaignId, found: InspectorDep, database: DatabaseDep
) -> CampaignSummary:
    """A campaign item by item and visit by visit, with what each figure is made of."""
    with database.reading() as session:
        return store.summary(session, found.person, campaign_id)


@router.post("/{campaign_id}/targets", responses=OWN)
def add_targets(
    campaign_id: CampaignId, given: TargetsIn, found: InspectorDep, database: DatabaseDep
) -> CampaignOut:
    """Plan further visits; what is a target already is left alone."""
    with database.writing() as session:
        store.add_targets(session, found.person, campaign_id, given.restaurant_ids)
        return store.get_campaign(session, found.person, campaign_id)


@router.post("/{campaign_id}/close", responses=OWN)
def close_campaign(
    campaign_id: CampaignId, found: InspectorDep, database: DatabaseDep
) -> CampaignOut:
    """End it; what was not visited is cancelled and stays in the list."""
    with database.writing() as session:
        store.close(session, found.person, campaign_id)
        return store.get_campaign(session, found.person, campaign_id)


@router.get(
    "/{campaign_id}/summary",
    response_class=Response,
    responses=FILE | problems(401, 403, 404, 422),
)
def read_summary(
    request: Request,
    campaign_id: CampaignId,
    found: InspectorDep,
    database: DatabaseDep,
    form: Form = "xlsx",
    language: LanguageCode | None = None,
) -> Response:
    """The summary as `csv`, `xlsx` or `pdf`, in that language or the one the request accepts."""
    with database.reading() as session:
        told = store.summary(session, found.person, campaign_id)
    zone = request.app.state.settings.time_zone
    paper = campaign_paper(told, form, language or language_of(request), zone)
    named = {"Content-Disposition": f'attachment; filename="campaign-{campaign_id}.{form}"'}
    return Response(paper.content, 200, named, paper.media_type)
