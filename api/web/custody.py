"""Pages of custody: one alert's evidence, and what supervision must know of all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.accounts.schemas import Person, SignedIn
from api.alerts.schemas import AlertOut
from api.alerts.store import get_alert
from api.database import Database
from api.deps import DatabaseDep, SettingsDep, SignedInDep, require
from api.evidence import holds, overview
from api.evidence.keeping import policy_of
from api.evidence.log import custody_of
from api.evidence.models import EvidenceRow
from api.evidence.schemas import HoldIn, ReasonIn
from api.evidence.signing import open_signer
from api.evidence.store import evidence_of
from api.evidence.unblur import MAY_ASK, unblur
from api.evidence.views import SEE_ORIGINALS
from api.settings import Settings
from api.web import custody_words
from api.web.rendering import render, translate
from api.web.words import N_
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
SupervisorDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
WORDS: Final = {name: getattr(custody_words, name) for name in dir(custody_words) if name.isupper()}
NEEDS_REASON: Final = N_("Give a reason, and a day that is still to come.")
ENDED: Final = N_("That had ended already; here is how it stands now.")


class CustodyForm(BaseModel):
    """What the forms of an alert's page send; each uses what it needs."""

    model_config = ConfigDict(extra="ignore")

    reason: Annotated[str, Field(max_length=1000)] = ""
    until: Annotated[str, Field(max_length=10)] = ""
    hold: Annotated[str, Field(max_length=32)] = ""


FormDep = Annotated[CustodyForm, Form()]


@router.get("/custody")
def custody_page(
    request: Request, found: SupervisorDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """What is kept, what holds it, what goes next, what went, and the daily roots."""
    person, signer = found.person, open_signer(settings)
    with database.reading() as session:
        due = overview.list_due(session, person, policy_of(settings), overview.SOON_DAYS)
        shown: dict[str, Any] = {
            "kept": overview.kept(session, person),
            "held": overview.held(session, person),
            "placed": overview.list_held(session, person),
            "altered": overview.list_altered(session, person),
            "receipts": overview.list_receipts(session, person),
            "days": overview.list_days(session, person, None, overview.SHOWN),
            "due": due[: overview.SHOWN],
            "due_count": len(due),
            "due_bytes": sum(one.bytes for one in due),
            "names": overview.names_of(session, person, [one.alert_id for one in due]),
        }
    key = signer.name if signer else None
    return render(
        request, "custody.html", found, key=key, policy=policy_of(settings), **shown, **WORDS
    )


@router.get("/alerts/{alert_id}/custody")
def alert_custody_page(
    request: Request,
    alert_id: UUID,
    found: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """One alert's files, holds and log; the bundle to take away."""
    return _alert_page(request, alert_id, found, database, settings)


def _alert_page(
    request: Request,
    alert_id: UUID,
    found: SignedIn,
    database: Database,
    settings: Settings,
    *,
    told: str = "",
) -> Response:
    with database.reading() as session:
        alert = get_alert(session, found.person, alert_id)
        custody = custody_of(session, found.person, alert_id, policy_of(settings))
        files = evidence_of(session, [alert_id]).get(alert_id, [])
    role = found.person.role
    return render(
        request,
        "alert_custody.html",
        found,
        422 if told else 200,
        alert=alert,
        custody=custody,
        files=files,
        clips=[_address(alert, file) for file in files if file.kind == "clip" and file.here],
        state=_state,
        told=translate(request, told) if told else "",
        may_hold=role in holds.MAY_HOLD,
        may_ask=role in MAY_ASK,
        originals=role in SEE_ORIGINALS or custody.unblurred_until is not None,
        minutes=settings.unblur_minutes,
        **WORDS,
    )


def _address(alert: AlertOut, file: EvidenceRow) -> str:
    return f"/api/v1/alerts/{alert.id}/evidence/{file.sha256}"


def _state(file: EvidenceRow) -> str:
    if file.deleted_at is not None:
        return "deleted"
    if file.stored_at is None:
        return "absent"
    return "here" if file.altered_at is None else "altered"


@router.post("/alerts/{alert_id}/custody")
def change_custody(
    request: Request,
    alert_id: UUID,
    found: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
    given: FormDep,
) -> Response:
    """Release the hold that is named, ask for originals, or place a hold."""
    try:
        with database.writing() as session:
            _change(session, found.person, alert_id, settings, given)
    except (ValidationError, InvalidError):
        return _alert_page(request, alert_id, found, database, settings, told=NEEDS_REASON)
    except ConflictError:
        return _alert_page(request, alert_id, found, database, settings, told=ENDED)
    return RedirectResponse(f"/alerts/{alert_id}/custody", 303)


def _change(
    session: Session, person: Person, alert_id: UUID, settings: Settings, given: CustodyForm
) -> None:
    reason = ReasonIn(reason=given.reason).reason
    if given.hold:
        holds.release(session, person, alert_id, given.hold, reason)
    elif person.role in MAY_ASK:
        unblur(session, person, alert_id, reason, settings.unblur_minutes)
    else:
        until = end_of_day(given.until, settings.time_zone)
        holds.place(session, person, alert_id, HoldIn(reason=reason, until=until))


def end_of_day(day: str, zone: str) -> datetime | None:
    """The last second of a day like 2027-03-31 there; None when none is given."""
    if not day:
        return None
    try:
        named = date.fromisoformat(day)
        return datetime.combine(named, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("until must be a day like 2027-03-31", "until") from error
