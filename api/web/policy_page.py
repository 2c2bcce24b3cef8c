"""The policy: read, tried on last month, decided with a reason, every version kept."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.database import Database, now
from api.deps import DatabaseDep, SettingsDep
from api.policy import store
from api.policy.rules import check
from api.policy.schemas import PolicyOut
from api.restaurants.store import sees_everything
from api.scores.preview import Preview, preview
from api.settings import Settings
from api.web.dashboard import shared
from api.web.office import OfficeDep, see
from api.web.policy_words import REASON, lines_of
from api.web.rendering import render
from api.web.sentences import said
from vision.errors import InvalidError

router = APIRouter(include_in_schema=False)
POLICY: Final = "/office/policy"
AROUND: Final = 2
Step = Literal["preview", "decide"]


class PolicyForm(BaseModel):
    """A text, and what is to be done with it."""

    text: Annotated[str, Field(max_length=65_536)] = ""
    step: Step = "preview"
    reason: Annotated[str, Field(max_length=2_000)] = ""
    from_day: Annotated[str, Field(max_length=10)] = ""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the difference: added, taken out, or beside one."""

    kind: Literal["added", "removed", "same", "gap"]
    text: str


def difference(before: str, after: str) -> list[DiffLine]:
    """What another text changes, with a little around it. Pure."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND)
    kinds: dict[str, Literal["added", "removed", "same"]] = {"+": "added", "-": "removed"}
    found: list[DiffLine] = []
    for number, line in enumerate(lines):
        if number < 2:
            continue  # the two names above a difference
        if line.startswith("@@"):
            found.append(DiffLine("gap", ""))
        else:
            found.append(DiffLine(kinds.get(line[:1], "same"), line[1:]))
    return found[1:]


@router.get(POLICY)
def policy_page(
    request: Request, found: OfficeDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """The policy in force, and every version."""
    return _page(request, found, database, settings)


@router.post(POLICY)
def change_policy(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    filled: Annotated[PolicyForm, Form()],
) -> Response:
    """Try a text on last month, or put it into force."""
    text = filled.text.replace("\r\n", "\n")
    given: dict[str, Any] = filled.model_dump(exclude={"step"}) | {"text": text}
    try:
        if filled.step == "decide":
            begins = _begins(filled.from_day, settings)
            with database.writing() as session:
                store.decide(session, found.person, text, begins, filled.reason)
            return see(f"{POLICY}?saved=1")
        with database.reading() as session:
            tried = preview(session, found.person, check(text), last_month(settings))
    except InvalidError as error:
        return _page(request, found, database, settings, given | {"trouble": str(error)})
    return _page(request, found, database, settings, given | {"tried": tried})


def _begins(day: str, settings: Settings) -> datetime | None:
    """The first moment of that local day; at once without one."""
    if not day:
        return None
    try:
        there = date.fromisoformat(day)
    except ValueError as error:
        raise InvalidError("write the day like 2026-12-01", "from_day") from error
    return datetime(there.year, there.month, there.day, tzinfo=ZoneInfo(settings.time_zone))


def last_month(settings: Settings) -> date:
    """A day of the last whole month."""
    today = now().astimezone(ZoneInfo(settings.time_zone)).date()
    return today.replace(day=1) - timedelta(days=1)


def _page(
    request: Request,
    found: SignedIn,
    database: Database,
    settings: Settings,
    given: dict[str, Any] | None = None,
) -> Response:
    with database.reading() as session:
        versions = store.history(session)
    current = next(one for one in versions if one.in_force)
    filled = {"text": current.text, "reason": "", "from_day": ""} | (given or {})
    tried: Preview | None = filled.get("tried")
    return render(
        request,
        "policy.html",
        found,
        422 if filled.get("trouble") else 200,
        versions=versions,
        current=current,
        filled=filled,
        tried=tried,
        trouble=said(request, filled["trouble"]) if filled.get("trouble") else None,
        meanings=lines_of(check(current.text)),
        reasons=REASON,
        lines=difference(current.text, filled["text"]),
        older=_older(request, versions, current),
        decides=found.person.role in store.DECIDERS and sees_everything(found.person),
        saved="saved" in request.query_params,
        month=last_month(settings),
        **shared(),
    )


def _older(request: Request, versions: list[PolicyOut], current: PolicyOut) -> dict[str, Any]:
    """The version that the address names, and how it differs from the one in force."""
    wanted = request.query_params.get("version", "")
    one = next((one for one in versions if str(one.version) == wanted), None)
    return {"one": one, "lines": difference(one.text, current.text) if one else []}
