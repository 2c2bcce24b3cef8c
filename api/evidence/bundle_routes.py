"""Case bundles: one zip with evidence, custody and signature, sent while it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.database import Database, new_id, now
from api.deps import DatabaseDep, SettingsDep, SignedInDep, StorageDep
from api.errors import problems
from api.evidence.bundle import stream_bundle
from api.evidence.cases import Order, gather, note_export
from api.evidence.keeping import policy_of
from api.evidence.signing import open_signer
from api.settings import Settings
from api.storage import EvidenceStorage
from api.web.language import LanguageCode
from api.web.summary import summary_maker

MOST_ALERTS = 20
router = APIRouter(prefix="/api/v1", tags=["custody"])


class BundleQuery(BaseModel):
    """How the bundle is to be."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[LanguageCode, Field(description="of the PDF")] = "zh"
    blurred: Annotated[bool, Field(description="copies, also where originals may be seen")] = False


class BundlesQuery(BundleQuery):
    """Which alerts, and how."""

    alert: Annotated[list[UUID], Field(min_length=1, max_length=MOST_ALERTS)]


ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the bundle",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/alerts/{alert_id}/bundle",
    response_class=StreamingResponse,
    responses=ZIP | problems(401, 404, 422),
)
def read_bundle(
    alert_id: UUID,
    signed_in: SignedInDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
    query: Annotated[BundleQuery, Query()],
) -> StreamingResponse:
    """Everything about one alert, to be checked offline with `brightkitchen verify`; logged.

    Who does not review gets blurred copies.
    """
    order = Order(new_id(), signed_in.person, [alert_id], query.blurred)
    return _bundle(order, database, storage, settings, query.language)


@router.get("/bundles", response_class=StreamingResponse, responses=ZIP | problems(401, 404, 422))
def read_bundles(
    signed_in: SignedInDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
    query: Annotated[BundlesQuery, Query()],
) -> StreamingResponse:
    """The same of up to 20 alerts in one zip: `?alert=ID&alert=ID`."""
    order = Order(new_id(), signed_in.person, list(dict.fromkeys(query.alert)), query.blurred)
    return _bundle(order, database, storage, settings, query.language)


def _bundle(
    order: Order,
    database: Database,
    storage: EvidenceStorage,
    settings: Settings,
    language: LanguageCode,
) -> StreamingResponse:
    signer = open_signer(settings)
    with database.writing() as session:
        note_export(session, order, signer)
    with database.reading() as session:
        export = gather(session, order, policy_of(settings), signer)
    summary = summary_maker(storage, language, settings.time_zone, signer.name if signer else None)
    pieces: Iterator[bytes] = stream_bundle(export, storage, signer, summary, now())
    name = f"bright-kitchen-{order.alert_ids[0]}-{order.bundle_id[:6]}.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(pieces, 200, headers, "application/zip")
