"""Who is told of what: subscriptions to edit, messages and what became of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from api.accounts.schemas import Person, SignedIn
from api.cameras.store import list_cameras
from api.database import Database
from api.deps import DatabaseDep, SettingsDep
from api.notifications import store
from api.notifications.routes import EditorDep, NotificationId, SubscriptionId
from api.notifications.rules import Chosen
from api.notifications.schemas import SubscriptionIn, SubscriptionMade
from api.restaurants.store import sees_everything
from api.settings import Settings
from api.web import measured_words as words
from api.web.rendering import render, translate
from api.web.sentences import said
from api.web.words import N_
from vision.errors import ConflictError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
CHOICES: Final = get_args(Chosen)
NOT_SAVED: Final = N_("Not saved. Check the field %s.")
REFUSED: Final = N_("Not saved: this address cannot be used. It must be one that may be reached.")
SAVED: Final = N_("Saved.")


class SubscriptionForm(BaseModel):
    """What the form sends; empty texts are not given."""

    model_config = ConfigDict(extra="ignore")

    id: str = ""
    place: str = ""
    label: str = ""
    channel: str = "email"
    target: str = ""
    language: str = "zh"
    triggers: list[str] = []
    digest: str = "none"
    digest_at: str = "08:00"
    quiet_from: str = ""
    quiet_until: str = ""
    bypass: str = "critical"
    cooldown_min: int = 30
    active: str = ""

    def subscription(self, time_zone: str) -> SubscriptionIn:
        """ValidationError when something is missing or out of bounds."""
        same = self.model_dump(include={"label", "channel", "language", "digest", "bypass"})
        return SubscriptionIn.model_validate(
            same
            | {
                **self._place(),
                "target": self.target.strip(),
                "triggers": self.triggers,
                "digest_minute": _minute(self.digest_at) or 0,
                "quiet_from": _minute(self.quiet_from),
                "quiet_until": _minute(self.quiet_until),
                "cooldown_s": self.cooldown_min * 60,
                "time_zone": time_zone,
                "active": not self.id or bool(self.active),
            }
        )

    def _place(self) -> dict[str, str | None]:
        """``station:ID``, ``district:ID``, a restaurant's id, or nothing for the office."""
        kind, _, place_id = self.place.rpartition(":")
        return {f"{kind if kind in ('station', 'district') else 'restaurant'}_id": place_id or None}


def _minute(text: str) -> int | None:
    """Minute of the day of ``08:30``; -1, which no field takes, for what is no time."""
    if not text:
        return None
    hours, _, minutes = text.partition(":")
    known = hours.isdecimal() and minutes[:2].isdecimal()
    return int(hours) * 60 + int(minutes[:2]) if known else -1


@router.get("/notifications")
def show(
    request: Request,
    found: EditorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    saved: str = "",
) -> Response:
    """Every subscription in one's scope, and the newest messages."""
    notice = translate(request, SAVED) if saved else ""
    return _page(request, found, database, settings, notice=notice)


def _page(
    request: Request,
    found: SignedIn,
    database: Database,
    settings: Settings,
    status: int = 200,
    **told: Any,
) -> Response:
    with database.reading() as session:
        subscriptions = store.list_subscriptions(session, found.person)
        messages = store.list_notifications(session, found.person, limit=50)
        cameras = list_cameras(session, found.person)
        wider = store.places_of(session, found.person)
    context: dict[str, Any] = {"notice": "", "problem": "", "made": None}
    return render(
        request,
        "notifications.html",
        found,
        status,
        **context | told,
        subscriptions=subscriptions,
        messages=messages,
        places=_places(found.person, cameras),
        wider=wider,
        office=found.person.role in store.OFFICE and sees_everything(found.person),
        choices=CHOICES
        if found.person.role in store.OFFICE
        else tuple(one for one in CHOICES if one != "alert_late"),
        channels=("email", "webhook") if settings.smtp_host else ("webhook",),
        words=words,
        said=lambda problem: said(request, problem)[0],
    )


def _places(person: Person, cameras: list[Any]) -> dict[str, str]:
    """Restaurants one may subscribe for; one's own first, also before it has a camera."""
    return {camera.restaurant_id: camera.restaurant_name for camera in cameras}


@router.post("/notifications")
def save(
    request: Request,
    found: EditorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    form: Annotated[SubscriptionForm, Form()],
) -> Response:
    """Make or change a subscription; a new webhook's secret is shown on the page that follows."""
    try:
        made = _save(found.person, form, database, settings)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else str(first["msg"]).split()[2]
        return _problem(request, found, database, settings, translate(request, NOT_SAVED) % field)
    except (InvalidError, ConflictError):
        return _problem(request, found, database, settings, translate(request, REFUSED))
    if made is not None and made.secret:
        return _page(request, found, database, settings, 201, made=made)
    return RedirectResponse("/notifications?saved=1", 303)


def _save(
    person: Person, form: SubscriptionForm, database: Database, settings: Settings
) -> SubscriptionMade | None:
    given = form.subscription(settings.time_zone)
    with database.writing() as session:
        if not form.id:
            return store.add_subscription(session, person, given, settings)
        present = {one.id: one for one in store.list_subscriptions(session, person)}.get(form.id)
        if present is None:
            raise NotFoundError("there is no such subscription for you")
        place = {name: getattr(present, name) for name in store.PLACES}
        kept = given.model_copy(update=place | {"channel": present.channel})
        store.change_subscription(session, person, form.id, kept, settings)
    return None


def _problem(
    request: Request, found: SignedIn, database: Database, settings: Settings, problem: str
) -> Response:
    return _page(request, found, database, settings, 422, problem=problem)


@router.post("/notifications/{subscription_id}/test")
def send_test(subscription_id: SubscriptionId, found: EditorDep, database: DatabaseDep) -> Response:
    """A message that says that messages arrive."""
    with database.writing() as session:
        store.send_test(session, found.person, subscription_id)
    return RedirectResponse("/notifications#messages", 303)


@router.post("/notifications/{subscription_id}/secret")
def renew_secret(
    request: Request,
    subscription_id: SubscriptionId,
    found: EditorDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """Another secret, shown once."""
    with database.writing() as session:
        made = store.renew_secret(session, found.person, subscription_id)
    return _page(request, found, database, settings, 201, made=made)


@router.post("/notifications/messages/{notification_id}/retry")
def retry(notification_id: NotificationId, found: EditorDep, database: DatabaseDep) -> Response:
    """Try a message again that was given up."""
    with database.writing() as session:
        store.retry(session, found.person, notification_id)
    return RedirectResponse("/notifications#messages", 303)
