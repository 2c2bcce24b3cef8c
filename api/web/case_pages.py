"""Pages of cases: the list by urgency, and one case with the forms its reader may use now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from pydantic import ConfigDict, ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.accounts.schemas import Person, SignedIn
from api.cases import files, reading
from api.cases.routes import CaseId, PartyDep
from api.cases.schemas import ActionIn, CaseDetail, CaseQuery, PersonAction, Turn
from api.cases.steps import times_of
from api.database import now
from api.deps import DatabaseDep, SignedInDep
from api.patrols.plan_store import stations
from api.settings import Settings
from api.web import case_words as words
from api.web.case_matters import articles_for, matter_of, usual_order
from api.web.items import Item, Viewer, read_item
from api.web.office import Empty, address, see
from api.web.portal_days import days_of
from api.web.rendering import language_of, render, translate
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
Photos = Annotated[list[UploadFile], File()]
Text = Annotated[str, Form(max_length=8000)]
WORDS: Final = {name: getattr(words, name) for name in dir(words) if name.isupper()}
MOST_FILES: Final = 12


class ListQuery(CaseQuery):
    """The list's address: ``view`` is one of the tabs."""

    model_config = ConfigDict(extra="ignore")

    view: Annotated[str, Query(max_length=10)] = ""
    rule: Annotated[str | None, Empty, Query(max_length=40)] = None
    station: Annotated[str | None, Empty, Query(max_length=40)] = None
    number: Annotated[str | None, Empty, Query(max_length=20)] = None

    def asked(self, person: Person) -> CaseQuery:
        """As the store takes it."""
        mine: Turn = "restaurant" if person.role == "restaurant" else "office"
        return CaseQuery(
            limit=30,
            cursor=self.cursor,
            status="ended" if self.view == "ended" else "open",
            turn=mine if self.view == "mine" else None,
            overdue=self.view == "overdue",
            escalated=self.view == "escalated",
            rule=self.rule,
            restaurant=self.restaurant,
            station=self.station,
            number=self.number and self.number.strip().upper(),
        )


@router.get("/cases")
def list_page(
    request: Request,
    found: SignedInDep,
    database: DatabaseDep,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """Open cases, the most urgent first; or those that ended, newest first."""
    person = found.person
    with database.reading() as session:
        page = reading.list_cases(session, person, query.asked(person))
        counts = reading.counts(session, person)
        places = [] if person.role == "restaurant" else stations(session, person)
    given = query.model_dump(include={"view", "rule", "station", "restaurant", "number"})
    given = {name: value for name, value in given.items() if value}
    return _render(
        request,
        "cases.html",
        found,
        page=page,
        counts=counts,
        query=query,
        stations=places,
        filtered=bool(given.keys() - {"view"}),
        more=address("/cases", **given, cursor=page.next_cursor) if page.next_cursor else None,
        tab=lambda view: address("/cases", **(given | {"view": view or None})),
    )


@router.get("/cases/{case_id}")
def case_page(
    request: Request, case_id: CaseId, found: SignedInDep, done: bool = False
) -> Response:
    """One case: what happened, what to do now, every step so far."""
    return _page(request, found, case_id, notice=words.DONE if done else "")


def _page(
    request: Request,
    found: SignedIn,
    case_id: str,
    *,
    notice: str = "",
    told: str = "",
    filled: Filled | None = None,
) -> Response:
    settings: Settings = request.app.state.settings
    with request.app.state.database.reading() as session:
        case = reading.get_case(session, found.person, case_id)
        item = _item(session, request, found, case)
        times = times_of(session)
    deadline = times.calendar.after_days(now(), times.clocks.order_days)
    code = language_of(request)
    return _render(
        request,
        "case.html",
        found,
        422 if told else 200,
        case=case,
        item=item,
        forms=_forms(case),
        owner=found.person.role == "restaurant",
        notice=translate(request, notice) if notice else "",
        told=translate(request, told) if told else "",
        filled=filled,
        deadline=f"{deadline.astimezone(ZoneInfo(settings.time_zone)):%Y-%m-%dT%H:%M}",
        articles="\n".join(articles_for(case.rule, code)),
        usual=usual_order(case.rule, code),
        recurrence_days=times.clocks.recurrence_days,
    )


def _forms(case: CaseDetail) -> dict[PersonAction, words.Form]:
    """The forms that this reader may use now, the likely ones first."""
    likely = words.FIRST.get(case.state, ())
    able = [name for name in words.FORMS if name in case.can]
    return {name: words.FORMS[name] for name in sorted(able, key=lambda name: name not in likely)}


def _item(session: Session, request: Request, found: SignedIn, case: CaseDetail) -> Item | None:
    """The newest episode with a picture that this person may see."""
    standing = [alert for alert in case.alerts if alert.left_at is None and alert.picture]
    if not standing:
        return None
    viewer = Viewer(found.person, request.app.state.settings)
    return read_item(session, request.app.state.storage, viewer, standing[-1].id)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in, so that it can be shown again."""

    action: PersonAction
    version: int
    reason: str
    deadline: str
    articles: str


def filled_in(
    action: Annotated[PersonAction, Form()],
    version: Annotated[int, Form(ge=1)],
    reason: Text = "",
    deadline: Annotated[str, Form(max_length=20)] = "",
    articles: Text = "",
) -> Filled:
    """The fields of whichever form was sent."""
    return Filled(action, version, reason, deadline, articles)


@router.post("/cases/{case_id}")
async def act(
    request: Request,
    case_id: CaseId,
    found: PartyDep,
    filled: Annotated[Filled, Depends(filled_in)],
    photos: Photos = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """One action with its photos, all of it or nothing; what was filled in is not lost."""
    sent = [(content, one.filename or "") for one in photos if (content := await one.read())]
    return await run_in_threadpool(_act, request, found, case_id, filled, sent)


def _act(
    request: Request,
    found: SignedIn,
    case_id: str,
    filled: Filled,
    sent: list[tuple[bytes, str]],
) -> Response:
    state = request.app.state
    try:
        clean = [files.checked(content, name) for content, name in sent[:MOST_FILES]]
        given = _given(filled, state.settings.time_zone)
        deed = files.Deed(filled.action, given, clean)
        files.act_with_files(state.database, state.storage, found.person, case_id, deed)
    except InvalidError as error:
        why = words.NEEDED.get(error.field, words.SOMETHING)
        return _page(request, found, case_id, told=why, filled=filled)
    except ValidationError:
        return _page(request, found, case_id, told=words.SOMETHING, filled=filled)
    except ConflictError:
        return _page(request, found, case_id, told=words.MEANWHILE, filled=filled)
    return see(f"/cases/{case_id}?done=1")


def _given(filled: Filled, zone: str) -> ActionIn:
    lines = [line.strip() for line in filled.articles.splitlines()]
    return ActionIn(
        version=filled.version,
        reason=filled.reason,
        deadline=_moment(filled.deadline, zone),
        articles=tuple(line for line in lines if line),
    )


def _moment(text: str, zone: str) -> datetime | None:
    """A local time like 2026-11-27T18:00; None when none is given."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise InvalidError("deadline must be a time like 2026-11-27T18:00", "deadline") from error


def _render(
    request: Request, template: str, found: SignedIn, status: int = 200, **context: Any
) -> Response:
    code = language_of(request)
    told = {"days": days_of(request), "matter": lambda rule: matter_of(rule, code)}
    return render(request, template, found, status, **told, **context, **WORDS)
